/* The explicit top is found by keeping the COMPRESS_TOP largest of a small pool of candidates; the rest
 * of the row is binned by gap on a grid of relative width at most 1/32. On a bin of half-width r the
 * nodes integrate every polynomial of degree < 8 exactly, so exp(-beta gap) is off by at most
 * 2 (beta r / 2)^8 / 8! relative (Chebyshev interpolation). A bin matters only while beta gap is below
 * about log n + 10, hence beta r < (log n + 10)/64; and its error enters H times its share of the
 * weight and beta gap: below 1e-11 at n = 2^26. So far as the sum is not much smaller than the highest
 * score's share: where that one stands far out (compress_find_base), bins are of the gap from the second
 * score. */
#include "sim/rows/compress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/rows/compress_finer.h"

enum {
    TOP = COMPRESS_TOP,
    CHUNK = COMPRESS_CHUNK,
    FEW = 15,   /* betas that are as soon measured from the points */
    CROWD = 64, /* scores of a bin that its moments are summed in parts for */
};

static const double LEAST_GAP = 0x1p-1000; /* of bins; scores nearer to their base tie with the cut */

/* Lagrange polynomials of the Chebyshev nodes, in powers of x, by discrete orthogonality. */
static void compress_make_nodes(struct compress *c) {
    enum { M = KERNEL_NODES };
    double chebyshev[M][M] = {{0}}; /* chebyshev[k][i]: coefficient of x^i in T_k */
    chebyshev[0][0] = chebyshev[1][1] = 1;
    for (size_t k = 2; k < M; k++) {
        for (size_t i = 0; i < M; i++) {
            chebyshev[k][i] = (i > 0 ? 2 * chebyshev[k - 1][i - 1] : 0) - chebyshev[k - 2][i];
        }
    }
    for (size_t j = 0; j < M; j++) {
        double angle = M_PI * (2 * (double)j + 1) / (2 * M);
        c->node[j] = cos(angle);
        for (size_t i = 0; i < M; i++) {
            double sum = chebyshev[0][i];
            for (size_t k = 1; k < M; k++) { sum += 2 * cos((double)k * angle) * chebyshev[k][i]; }
            c->lagrange[i][j] = sum / M;
        }
    }
}

struct compress *compress_create(const struct isa *isa) {
    struct compress *c = memory_create(1, sizeof *c);
    c->isa = isa;
    compress_make_nodes(c);
    c->pyramid = pyramid_create(isa->kernel, c->node, (const double(*)[KERNEL_NODES])c->lagrange);
    c->summit = summit_create(isa);
    return c;
}

void compress_free(struct compress *c) {
    free(c->moment);
    pyramid_free(c->pyramid);
    summit_free(c->summit);
    row_release(&c->row);
    free(c);
}

/* Room for `parts` parts and their points beside the top. */
static void compress_reserve(struct compress *c, size_t parts) {
    if (parts <= c->part_capacity) { return; }
    row_reserve(&c->row, ROW_EXPLICIT + parts * KERNEL_NODES, parts);
    c->part_capacity = parts;
}

/* By bisection, which ends early where scores tie or lie far apart. */
double compress_limit(const struct kernel *kernel, const double peak[KERNEL_PEAKS], struct kernel_range range,
                      size_t wanted) {
    enum { STEPS = 12 };
    double low = nextafter(range.low, -INFINITY), high = range.high;
    for (int step = 0; step < STEPS; step++) {
        double middle = low / 2 + high / 2;
        size_t count = kernel->count_above(KERNEL_PEAKS, peak, middle);
        if (count < wanted) {
            high = middle;
            continue;
        }
        low = middle;
        if (count <= wanted + wanted / 16) { break; }
    }
    return low;
}

/* Sorts the pool and leaves the `keep` largest in it. */
static void compress_trim(struct compress *c, size_t keep) {
    c->isa->kernel->sort(c->pooled, c->pool, c->room);
    if (c->pooled <= keep) { return; }
    c->pooled = keep;
    c->limit = fmax(c->limit, c->pool[keep - 1]);
}

/* What the first chunk says of the top. */
static double compress_first_limit(struct compress *c) {
    double peak[KERNEL_PEAKS];
    size_t count;
    const double *scores = compress_chunk(c, 0, &count);
    const struct kernel_range range = c->isa->kernel->peaks(count, scores, peak);
    return compress_limit(c->isa->kernel, peak, range, TOP);
}

/* Candidates among these scores into the pool. */
static void compress_pick(struct compress *c, size_t count, const double *scores) {
    if (c->pooled + CHUNK > COMPRESS_POOL) { compress_trim(c, c->row.top_count); }
    c->pooled += c->isa->kernel->above(count, scores, c->limit, c->pool + c->pooled);
}

/* First pass: leaves the row's largest scores in the pool in descending order. */
static void compress_first_pass(struct compress *c) {
    const bool is_whole = c->row.top_count == c->source.count;
    c->lowest = INFINITY;
    c->limit = is_whole ? -INFINITY : compress_first_limit(c);
    for (size_t index = 0; index < compress_chunks(c); index++) {
        size_t count;
        const double *scores = compress_chunk(c, index, &count);
        if (!is_whole) { c->lowest = fmin(c->lowest, c->isa->kernel->range(count, scores).low); }
        compress_pick(c, count, scores);
    }
    compress_trim(c, c->row.top_count);
    c->highest = c->pool[0];
    c->cut = c->pool[c->row.top_count - 1];
    c->lowest = fmin(c->lowest, c->cut);
}

/* Where the highest score stands far out, bins that are narrow beside gaps are wide beside distances of the
 * others, whose sum would not be good to 1e-11 of itself: there gaps in bins are from the second score. */
static void compress_find_base(struct compress *c, double second) {
    const double far = 0.75;
    c->base = c->highest - second > far * (second - c->cut) ? second : c->highest;
    c->lead = compress_gap(c, c->base);
}

static void compress_add_top(struct compress *c) {
    struct row *row = &c->row;
    for (size_t k = 0; k < row->top_count; k++) {
        row->gap[k] = compress_gap(c, c->pool[k]);
        row->count[k] = 1;
    }
    row->point_count = row->top_count;
}

static void compress_sum_ties(const struct compress *c, size_t count, const double *beta,
                              double (*sum)[KERNEL_AVERAGES]) {
    double weight[PYRAMID_BETAS];
    c->isa->kernel->weights(count, beta, c->tied_gap, weight);
    for (size_t b = 0; b < count; b++) {
        double power = c->tied * weight[b];
        for (size_t m = 0; m < KERNEL_AVERAGES; m++, power *= c->tied_gap) { sum[b][m] += power; }
    }
}

/* Where 2 beta[b] is another of the betas, so are its sums. */
static bool compress_node_sums(void *maker, size_t count, const double *beta,
                               double (*sum)[KERNEL_AVERAGES]) {
    const struct compress *c = maker;
    const double same = 1e-14;
    double asked[PYRAMID_BETAS];
    size_t twice[PYRAMID_BETAS], total = count;
    if (count <= FEW || 2 * count > PYRAMID_BETAS) { return false; }
    memcpy(asked, beta, count * sizeof *beta);
    for (size_t b = 0, j = 0; b < count; b++) {
        while (j < count && beta[j] < 2 * beta[b] * (1 - same)) { j++; }
        bool found = j < count && beta[j] <= 2 * beta[b] * (1 + same);
        twice[b] = found ? j : total;
        if (!found) { asked[total++] = 2 * beta[b]; }
    }
    if (!pyramid_sums(c->pyramid, total, asked, sum)) { return false; }
    if (c->tied > 0) { compress_sum_ties(c, total, asked, sum); }
    for (size_t b = count; b-- > 0;) {
        for (size_t m = 0; m < KERNEL_AVERAGES; m++) { sum[count + b][m] = sum[twice[b]][m]; }
    }
    return true;
}

/* Scores that tie with the last explicit one but found no place in the top. */
static void compress_add_ties(struct compress *c, double gap, double ties) {
    struct row *row = &c->row;
    if (!(ties > 0)) { return; }
    c->tied = ties;
    c->tied_gap = gap;
    row_add_part(row, gap, gap, (double)row->top_count, ties, 0);
    row_add_point(row, gap, ties);
}

/* The gap where bins begin: the cut's, or the least positive one where the top ties down to the cut; inf
 * where all others do. */
static double compress_floor(struct compress *c) {
    const double cut = c->cut;
    double next = -INFINITY;
    if (cut < c->base) { return compress_bin_gap(c, cut); }
    for (size_t index = 0; index < compress_chunks(c); index++) {
        size_t count;
        const double *scores = compress_chunk(c, index, &count);
        for (size_t i = 0; i < count; i++) { next = scores[i] < cut ? fmax(next, scores[i]) : next; }
    }
    return compress_bin_gap(c, next);
}

/* Moments of `bins` bins from the first on, of the scores below the cut and the least gap; the others into
 * the pool, where they are not there yet. */
static const double *compress_deposit(struct compress *c, bool pick, int64_t first, size_t bins) {
    const double below = fmin(c->cut, c->base - LEAST_GAP / c->scale);
    const unsigned log_stripes = bins * CROWD <= c->source.count ? 3 : 0;
    size_t stripes = (size_t)1 << log_stripes, moments = (KERNEL_WASTE + bins * stripes) * KERNEL_NODES;
    if (moments > c->moments) {
        free(c->moment);
        c->moment = memory_create_aligned(moments, sizeof *c->moment);
        c->moments = moments;
    }
    memset(c->moment, 0, moments * sizeof *c->moment);
    for (size_t index = 0; index < compress_chunks(c); index++) {
        size_t count;
        const double *scores = compress_chunk(c, index, &count);
        if (pick) { compress_pick(c, count, scores); }
        c->isa->kernel->deposit(count, scores, c->base, below, c->scale, first, log_stripes, c->moment);
    }
    if (pick) { compress_trim(c, c->row.top_count); }
    double *moment = c->moment + KERNEL_WASTE * KERNEL_NODES;
    if (log_stripes > 0) { c->isa->kernel->gather(bins, log_stripes, moment); }
    return moment;
}

/* Parts and nodes of the bins that have scores, after the first `before`, all at gaps above `floor`. */
static void compress_add_bins(struct compress *c, int64_t first, size_t bins, const double *moment,
                              double before, double floor) {
    struct row *row = &c->row;
    struct row_part *part = row->part + row->part_count;
    size_t parts = 0, point = row->point_count;
    double *last = row->scratch;
    for (size_t b = 0; b < bins; b++) {
        const double count = moment[b * KERNEL_NODES], lower = c->lead + kernel_bin_edge(first + (int64_t)b);
        if (count == 0) { continue; }
        last[parts] = before + count;
        part[parts++] = (struct row_part){.lower = lower > floor ? lower : floor,
                                          .upper = c->lead + kernel_bin_edge(first + (int64_t)b + 1),
                                          .before = before,
                                          .last = before + count,
                                          .point = point,
                                          .address = (uint64_t)first + b};
        before += count;
        point += KERNEL_NODES;
    }
    c->isa->vector->log(parts, last, last);
    for (size_t i = 0; i < parts; i++) { part[i].log_last = last[i]; }
    row->part_count += parts;
    double *gap = row->gap + row->point_count;
    const size_t points = c->isa->kernel->nodes_of_moments(
        bins, first, c->node, (const double(*)[KERNEL_NODES])c->lagrange,
        (const double(*)[KERNEL_NODES])moment, gap, row->count + row->point_count);
    for (size_t i = 0; c->lead > 0 && i < points; i++) { gap[i] += c->lead; }
    row->point_count += points;
}

/* The top, and everything below it into bins. `pick`: there was no first pass. */
static void compress_second_pass(struct compress *c, bool pick) {
    struct row *row = &c->row;
    const double cut_gap = compress_gap(c, c->cut), floor = compress_floor(c);
    if (floor == INFINITY) {
        compress_add_top(c);
        compress_add_ties(c, cut_gap, (double)(c->source.count - row->top_count));
        return;
    }
    int64_t first = kernel_bin(fmax(floor, LEAST_GAP)),
            last = kernel_bin(fmax(compress_bin_gap(c, c->lowest), LEAST_GAP));
    size_t bins = (size_t)(last - first + 1);
    compress_reserve(c, bins + 1);
    const double *moment = compress_deposit(c, pick, first, bins);
    compress_add_top(c);
    pyramid_build(c->pyramid, row->log_n, c->lead, first, bins, (const double(*)[KERNEL_NODES])moment);
    row->node_sums = compress_node_sums;
    double deposited = 0;
    for (size_t b = 0; b < bins; b++) { deposited += moment[b * KERNEL_NODES]; }
    compress_add_ties(c, cut_gap, (double)(c->source.count - row->top_count) - deposited);

    compress_add_bins(c, first, bins, moment, (double)c->source.count - deposited,
                      fmax(cut_gap, c->lead + compress_bin_gap(c, c->cut)));
}

/* ---- a row ---- */

static bool compress_summit(const struct row *row, double best, double *log_rank, double *gap) {
    struct compress *c = row->maker;
    size_t ties = row->part_count > 0 && row_part_ties(&row->part[0]) ? 1 : 0;
    bool found = ties > 0 && row->part[0].log_last > best * row->part[0].upper;
    const struct summit_row below = {
        .source = &c->source,
        .top = c->highest,
        .base = c->base,
        .lead = c->lead,
        .scale = c->scale,
        .cut = c->cut,
        .lowest = c->lowest,
        .parts = row->part_count - ties,
        .part = row->part + ties,
    };
    if (found) {
        *log_rank = row->part[0].log_last;
        *gap = row->part[0].upper;
        best = *log_rank / *gap;
    }
    return (below.parts > 0 && summit_find(c->summit, &below, best, log_rank, gap)) || found;
}

/* So that the second power of a gap fits into a double: a power of two, 1 but for the widest rows. */
static double compress_stretch(const struct compress *c) {
    const int most = 480;
    const double widest = compress_gap(c, c->lowest);
    return widest > ldexp(1, most) && widest < INFINITY ? ldexp(1, ilogb(widest) - most) : 1;
}

/* Whether bins of a few hundred scores are few: bins are of gap from the first score or the second. */
static bool compress_is_narrow(double second, double cut, double lowest) {
    const double most = 16;
    return cut < second && lowest < cut && second - lowest <= most * (second - cut);
}

const struct row *compress_row(struct compress *c, const struct compress_source *source, double scale) {
    c->source = *source;
    c->scale = scale;
    compress_reserve(c, 1);

    struct row *row = &c->row;
    row->log_n = log((double)source->count);
    c->tied = 0;
    row->top_count = source->count <= ROW_EXPLICIT ? source->count : TOP;
    row->point_count = row->part_count = 0;
    row->node_sums = NULL;
    row->refine = compress_finer_parts;
    row->summit = compress_summit;
    row->log_counts = compress_finer_log_counts;
    row->maker = c;

    c->pooled = 0;
    const struct compress_bounds *known = &source->bounds;
    const bool is_short = source->count <= ROW_EXPLICIT, may_bin = source->count > COMPRESS_EXPLICIT,
               is_bounded = may_bin && known->cut < known->highest && known->lowest < known->second &&
                            (!is_short || compress_is_narrow(known->second, known->cut, known->lowest));
    if (is_bounded) {
        row->top_count = TOP;
        c->highest = known->highest;
        c->cut = known->cut;
        c->lowest = known->lowest;
        c->limit = nextafter(known->cut, -INFINITY);
    } else {
        compress_first_pass(c);
        if (is_short && may_bin && compress_is_narrow(c->pool[1], c->pool[TOP - 1], c->lowest)) {
            row->top_count = c->pooled = TOP;
            c->cut = c->pool[TOP - 1];
        }
    }
    const bool is_whole = row->top_count == source->count;
    row->top_score = c->highest;
    row->stretch = compress_stretch(c);
    c->scale /= row->stretch;
    if (is_whole) {
        compress_add_top(c);
    } else {
        compress_find_base(c, is_bounded ? known->second : c->pool[1]);
        compress_second_pass(c, is_bounded);
    }
    return row;
}
