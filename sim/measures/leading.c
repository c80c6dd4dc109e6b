#include "sim/measures/leading.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/rows/compress.h"
#include "sim/rows/measured.h"

enum { MOST = KERNEL_SORTED, FEW = 256, RANGES = 256, TOGETHER = 16 };

static const double ROUNDING = 1e-14;

struct leading {
    const struct kernel *kernel;
    struct measured *measured;
    double *candidate, *further; /* for all scores, twice for the second */

    /* the scores at hand */
    size_t count;
    const double *score;
    const float *single;   /* or these */
    double last;           /* of the candidates */
    double log_rank[MOST]; /* log(k + 1) */
};

struct leading *leading_create(const struct isa *isa) {
    struct leading *l = memory_create(1, sizeof *l);
    l->kernel = isa->kernel;
    l->measured = measured_create(isa);
    for (size_t k = 0; k < MOST; k++) { l->log_rank[k] = log((double)k + 1); }
    return l;
}

void leading_free(struct leading *l) {
    measured_free(l->measured);
    free(l->candidate);
    free(l->further);
    free(l);
}

static double just_below(double x) { return nextafter(x, -INFINITY); }

/* ---- passes over all scores ---- */

static struct kernel_range find_peaks(const struct leading *l, double peak[KERNEL_PEAKS]) {
    return l->single ? l->kernel->peaks_floats(l->count, l->single, peak)
                     : l->kernel->peaks(l->count, l->score, peak);
}

static size_t above(const struct leading *l, double limit, double *out) {
    return l->single ? l->kernel->above_floats(l->count, l->single, limit, out)
                     : l->kernel->above(l->count, l->score, limit, out);
}

static size_t count_above(const struct leading *l, double limit) {
    return l->single ? l->kernel->count_above_floats(l->count, l->single, limit)
                     : l->kernel->count_above(l->count, l->score, limit);
}

/* ---- what they find ---- */

/* The candidates above a limit, which a sample of them says is that of the top; how many. */
static size_t fewer(struct leading *l, size_t count) {
    double sample[MOST];
    memcpy(sample, l->candidate, sizeof sample);
    l->kernel->sort(MOST, sample, NULL);
    count = l->kernel->above(count, l->candidate, just_below(sample[COMPRESS_TOP - 1]), l->further);
    memcpy(l->candidate, l->further, count * sizeof *l->candidate);
    return count;
}

/* Largest scores that rows of them begin with; of short rows a few are most of what Lambda_n asks for. */
static size_t top_wanted(size_t count) { return count > COMPRESS_EXPLICIT ? COMPRESS_TOP : LEADING_TOP; }

/* The largest scores into the candidates, in order; 0 where too many scores tie. */
static size_t find_top(struct leading *l, struct kernel_range *range) {
    double peak[KERNEL_PEAKS], limit = -INFINITY;
    *range = find_peaks(l, peak);
    if (l->count > KERNEL_PEAKS) { limit = compress_limit(l->kernel, peak, *range, top_wanted(l->count)); }
    size_t count = above(l, limit, l->candidate);
    while (count > MOST) {
        size_t left = fewer(l, count);
        if (left == count) { return 0; }
        count = left;
    }
    l->kernel->sort(count, l->candidate, NULL);
    l->last = l->candidate[count - 1];
    return count;
}

static double log_rank(const struct leading *l, size_t rank) {
    return rank <= MOST ? l->log_rank[rank - 1] : log((double)rank);
}

/* The ranks after the first `before`. */
static void offer(const struct leading *l, const double *gap, size_t before, size_t count,
                  struct accumulation *best) {
    for (size_t i = 0; i < count; i += TOGETHER) {
        size_t end = count - i < TOGETHER ? count : i + TOGETHER;
        if (!(log_rank(l, before + end) > best->lambda * gap[i])) { continue; }
        for (size_t k = i; k < end; k++) {
            double log_k = log_rank(l, before + k + 1);
            if (log_k > best->lambda * gap[k]) {
                *best = (struct accumulation){log_k / gap[k], log_k, gap[k]};
            }
        }
    }
}

static struct accumulation of_ties(const double *gap, size_t count) {
    size_t ties = 1;
    while (ties < count && gap[ties] == 0) { ties++; }
    return (struct accumulation){INFINITY, log((double)ties), 0};
}

/* The scores above `limit` that are not among the candidates; how many. */
static size_t list_further(struct leading *l, double limit) {
    size_t count = above(l, limit, l->further), left = 0;
    for (size_t i = 0; i < count; i++) {
        double score = l->further[i];
        l->further[left] = score;
        left += score < l->last;
    }
    return left;
}

/* Ranges of gap of one width, from a gap on. */
struct ranges {
    size_t count;
    double top, nearest, width, per_gap;
};

/* One where more would be too narrow for doubles. */
static struct ranges ranges_of(double top, double nearest, double farthest, size_t scores) {
    enum { EACH = 8 };
    const size_t most = scores / EACH < RANGES ? scores / EACH + 1 : RANGES,
                 count = isfinite((double)most / (farthest - nearest)) ? most : 1;
    const double width = (farthest - nearest) / (double)count;
    return (struct ranges){count, top, nearest, width, 1 / width};
}

static size_t range_of(const struct ranges *r, double score) {
    double range = (r->top - score - r->nearest) * r->per_gap;
    return range < (double)r->count ? (size_t)range : r->count - 1;
}

/* Which ranges have scores that could be the best. Where the last of a range is, and no farther than its end,
 * something is as good as that. */
static void open_ranges(const struct leading *l, const struct ranges *r, const uint32_t *number,
                        double before, double best, bool *open) {
    double last[RANGES], bound = best;
    for (size_t k = 0; k < r->count; k++) { last[k] = before += (double)number[k]; }
    l->kernel->vector->log(r->count, last, last);
    for (size_t k = 0; k < r->count; k++) {
        const double edge = r->nearest + (double)(k + 1) * r->width;
        bound = number[k] > 0 && last[k] > bound * edge ? last[k] / edge : bound;
    }
    for (size_t k = 0; k < r->count; k++) {
        const double edge = r->nearest + (double)k * r->width;
        open[k] = number[k] > 0 && last[k] * (1 + ROUNDING) > bound * edge;
    }
}

/* Of the first `count` further scores, only those in open ranges are sorted. */
static void offer_further(struct leading *l, const struct ranges *r, size_t before, size_t count,
                          struct accumulation *best) {
    uint32_t number[RANGES] = {0};
    bool open[RANGES];
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) { number[range_of(r, l->further[i])]++; }
    open_ranges(l, r, number, (double)before, best->lambda, open);
    for (size_t i = 0; i < count; i++) {
        double score = l->further[i];
        l->further[kept] = score;
        kept += open[range_of(r, score)];
    }
    l->kernel->sort(kept, l->further, l->further + kept);
    for (size_t i = 0; i < kept; i++) { l->further[i] = r->top - l->further[i]; }
    const double *gap = l->further;
    for (size_t k = 0; k < r->count; k++) {
        if (open[k]) {
            offer(l, gap, before, number[k], best);
            gap += number[k];
        }
        before += number[k];
    }
}

/* Looks at the scores within reach beyond the first, the farthest of which is at gap `farthest`. Where N
 * scores are within reach, only those are at whose gaps log N can decide: counted again and again, they
 * become fewer. */
static void look_further(struct leading *l, double top, size_t known, double farthest,
                         struct accumulation *best) {
    size_t count = l->count, before = SIZE_MAX;
    double limit = -INFINITY;
    for (;;) {
        double reach = log((double)count) / best->lambda;
        if (reach < farthest) { return; }
        if (before < SIZE_MAX && (count >= before - before / 8 || count <= FEW)) { break; }
        limit = just_below(top - reach * (1 + ROUNDING));
        before = count;
        count = count_above(l, limit);
    }
    count = list_further(l, limit);
    const struct ranges r = ranges_of(top, farthest, fmin(top - limit, DBL_MAX), count);
    offer_further(l, &r, known, count, best);
}

/* From a row of all of them. */
static void take_row(struct leading *l, struct leading_scores *found) {
    const struct row *row =
        measured_row_within(l->measured, l->count, l->score, l->single, 1, &COMPRESS_UNBOUNDED);
    found->accumulation = measure_accumulation(row);
    found->count = row->top_count;
    for (size_t k = 0; k < row->top_count; k++) { l->candidate[k] = row->stretch * row->gap[k]; }
}

void leading_find(struct leading *l, size_t count, const double *score, const float *single,
                  struct leading_scores *found) {
    struct accumulation *best = &found->accumulation;
    l->candidate = memory_resize(l->candidate, count, sizeof *l->candidate);
    l->further = memory_resize(l->further, 2 * count, sizeof *l->further);
    l->count = count;
    l->score = score;
    l->single = single;
    found->count = find_top(l, &found->range);
    found->gap = l->candidate;
    found->second = found->count > 1 ? l->candidate[1] : NAN;
    found->cut = found->count >= COMPRESS_TOP ? l->candidate[COMPRESS_TOP - 1] : NAN;
    if (found->count == 0) {
        take_row(l, found);
        return;
    }
    for (size_t i = 0; i < found->count; i++) { l->candidate[i] = found->range.high - l->candidate[i]; }
    if (found->count > 1 && l->candidate[1] == 0) {
        *best = of_ties(l->candidate, found->count);
        return;
    }
    *best = (struct accumulation){0, 0, 0};
    offer(l, l->candidate + 1, 1, found->count - 1, best);
    if (found->count < count) {
        look_further(l, found->range.high, found->count, l->candidate[found->count - 1], best);
    }
}
