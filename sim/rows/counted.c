/* Octaves of V below the explicit top, each cut into 2^depth equal ranges of V (*bins*), upper octaves first:
 *
 *     V* [2^(o-1), 2^o), o = 1..        V* = 2^-l, 160 < n V* <= 320, up to V = 1/2 or 2^52 scores;
 *     1 - V in [2^-(j+1), 2^-j), j = 1..  their mirror image, for n < 2^53, down to about 32 scores or 2^-31;
 *     the rest of the mirror image: score by score, or beyond 2^-31 of the row as one point.
 *
 * What is approximate:
 * - Counts: Binomial(N, 1/2) is exact up to N = 4096 (random bits are counted) and a rounded Gaussian above
 *   (total variation 2e-5 at 4096, falling like N^-1/2); beyond N = 2^52 the relative fluctuation left out
 *   is at most 2^-26.
 * - Sums: a bin carries four Gauss-Legendre points in the logit of V, with the bin's number of scores N and
 *   one Gaussian for their spread: weights w_i (N + N^{1/2} g phi_i), phi_i linear with variance 1 under w.
 *   Means are exact for polynomials of degree 7 against dV, the variance for linear summands. Bins are
 *   narrow enough for the peaks e^{y - beta g(y)} can have whatever beta is: their width is
 *   (g'/g'')^{1/2} (bulk.c), at least 3.5 bins. tests/sim/measures/test_counted.c computes both errors
 *   without noise.
 * - N_n(t) and Lambda_n (counted_finer.c, counted_summit.c): exact down to single scores, except that parts
 * are not refined where fluctuations left inside would move log N/gap by less than 5e-5 of itself (NOISE),
 * nor for N_n(t) where they hold less than 2^-8 of the scores above; and a part is dropped when it could beat
 * the best value only with a fluctuation of 4.5 N^{1/2}, which has probability 2 e^{-40} (Kolmogorov). The
 * refined positions are independent of the Gaussian g of their bin. */
#include "sim/rows/counted.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/rows/counted_finer.h"
#include "sim/rows/counted_summit.h"
#include "sim/rows/counted_table.h"
#include "sim/rows/normal.h"

enum {
    MOST_TOP = COUNTED_TOP,
    NODES = COUNTED_NODES,
    MIRRORED = COUNTED_MIRRORED,
    MOST_OCTAVES = 128,
};

/* ---- a row ---- */

struct counted *counted_create(const struct isa *isa) {
    struct counted *c = memory_create(1, sizeof *c);
    c->isa = isa;
    c->row.stretch = 1;
    return c;
}

void counted_free(struct counted *c) {
    free(c->address);
    free(c->normal);
    free(c->scores);
    free(c->first);
    free(c->open);
    row_release(&c->row);
    free(c);
}

static void counted_reserve(struct counted *c, size_t bins) {
    size_t parts = bins + MOST_TOP; /* the rest, score by score */
    if (parts <= c->room) { return; }
    c->address = memory_resize(c->address, bins, sizeof *c->address);
    c->normal = memory_resize(c->normal, bins + 8, sizeof *c->normal);
    c->scores = memory_resize(c->scores, bins, sizeof *c->scores);
    c->first = memory_resize(c->first, bins, sizeof *c->first);
    row_reserve(&c->row, MOST_TOP + parts * NODES, parts);
    c->room = parts;
}

/* How many of so many scores fall into the first half of their place, whose Gaussian is known. */
static double split(const struct counted *c, uint64_t address, double scores, double normal) {
    double first;
    if (scores > COUNTED_EXACT) { return kernel_half(scores, normal); }
    counted_places_split(c, 1, &address, &scores, &first);
    return first;
}

/* ---- the layers ---- */

/* log of `count` ordered uniforms in (0, 1], ascending: partial sums of exponentials over their total. */
static void ordered_logs(struct counted *c, uint64_t purpose, size_t count, double *log_u) {
    const struct vector *vector = c->isa->vector;
    double sum = 0;
    c->isa->kernel->uniforms(c->stream.key, purpose, 0, count / 4 + 1, c->uniforms);
    vector->log(count + 1, c->uniforms, c->uniforms);
    for (size_t i = 0; i <= count; i++) {
        sum -= c->uniforms[i];
        log_u[i] = sum;
    }
#pragma omp simd
    for (size_t i = 0; i < count; i++) { log_u[i] /= sum; }
    vector->log(count, log_u, log_u);
}

/* Gaps that are so small beside the maximum's that their differences have lost digits, or their order. */
static void sharpen(const struct counted *c, size_t count, const double *y, double *gap) {
    const double small = 1e-3 * fabs(c->highest);
    for (size_t i = 1; i < count && gap[i] < small; i++) {
        gap[i] = y[i] > y[0] ? profile_step(c->law->profile, y[0], y[i] - y[0]) : 0;
    }
}

static void make_top(struct counted *c, size_t count) {
    const double log_top = c->law->log_top;
    double *y = c->work, *gap = c->row.gap, *number = c->row.count;
    ordered_logs(c, STREAM_SCORES, count, y);
#pragma omp simd
    for (size_t i = 0; i < count; i++) { y[i] += log_top; }
    profile_gaps(c->law->profile, c->isa->vector, count, y, gap);
    const double highest = c->highest = gap[0];
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        gap[i] -= highest;
        number[i] = 1;
    }
    sharpen(c, count, y, gap);
    c->row.top_count = c->row.point_count = count;
    c->row.top_score = c->law->typical_score - c->highest * exp(-c->law->log_lambda);
}

/* Scores in each octave, from the numbers of scores on this and on the far side of its ends, which are halved
 * again and again: V < V* 2^o for o = upper .. 0, then 1 - V < 2^-j for j = 1 .. mirrored. */
struct chain {
    double octave[MOST_OCTAVES], top, rest; /* above the octaves, and beyond them */
};

/* Leaves the first half of them; returns the others. */
static double halve(const struct counted *c, uint64_t address, double normal, double *scores) {
    double all = *scores;
    *scores = split(c, address, all, normal);
    return all - *scores;
}

static void make_chain(const struct counted *c, struct chain *chain) {
    const struct counted_law *law = c->law;
    const size_t octaves = law->upper + law->mirrored;
    uint64_t address[MOST_OCTAVES];
    double normal[MOST_OCTAVES];
    for (size_t o = 0; o <= octaves; o++) { address[o] = counted_address_make(o, 0); }
    c->isa->kernel->place_normals(c->stream.key, STREAM_SPLITS, octaves + 1, address, normal);
    double half = isfinite(law->n) ? split(c, address[0], law->n, normal[0])
                                   : rint(exp(law->log_top + law->upper * M_LN2));
    chain->top = half;
    chain->rest = law->n - half;
    for (size_t k = 0; k < law->upper || k < law->mirrored; k++) { /* each waits for its own last half only */
        size_t o = law->upper - k, m = law->upper + 1 + k;
        if (k < law->upper) { chain->octave[o - 1] = halve(c, address[o], normal[o], &chain->top); }
        if (k < law->mirrored) { chain->octave[m - 1] = halve(c, address[m], normal[m], &chain->rest); }
    }
}

/* Scores in each bin, those of the octaves split again and again. */
static void make_counts(struct counted *c, const double *octave) {
    const size_t octaves = c->law->upper + c->law->mirrored;
    memcpy(c->scores, octave, octaves * sizeof *octave);
    for (unsigned level = 0; level < c->law->depth; level++) {
        const size_t each = (size_t)1 << level, count = octaves * each;
        for (size_t i = 0; i < count; i++) {
            c->address[i] = counted_address_make(i / each + 1, each + i % each);
        }
        counted_places_split(c, count, c->address, c->scores, c->first);
        for (size_t i = count; i-- > 0;) {
            c->scores[2 * i + 1] = c->scores[i] - c->first[i];
            c->scores[2 * i] = c->first[i];
        }
    }
}

/* How many scores lie up to the end of each bin that has some, and the logarithms; how many such bins. */
static size_t add_up(struct counted *c, size_t bins, double before, double *log_last) {
    size_t filled = 0;
    for (size_t i = 0; i < bins; i++) {
        before += c->scores[i];
        c->first[filled] = before;
        filled += c->scores[i] > 0;
    }
    c->isa->vector->log(filled, c->first, log_last);
    return filled;
}

/* Parts and nodes of the bins; returns the scores up to their end. */
static double add_bins(struct counted *c, size_t bins, double before) {
    struct row *row = &c->row;
    const double highest = c->highest, *log_last = row->scratch;
    size_t filled = add_up(c, bins, before, row->scratch), points = row->point_count;
    row->point_count += c->isa->kernel->nodes_of_bins(bins, c->law->bin, c->scores, c->normal, highest,
                                                      row->gap + points, row->count + points);
    for (size_t i = 0, k = 0; i < bins; i++) {
        const struct counted_bin *bin = &c->law->bin[i];
        if (c->scores[i] == 0) { continue; }
        row->part[k] = (struct row_part){bin->lower - highest, bin->upper - highest, before,
                                         c->first[k],          log_last[k],          points,
                                         bin->address};
        before = c->first[k++];
        points += bin->nodes;
    }
    row->part_count = filled;
    return before;
}

/* Scores beyond the mirrored octaves, from the best to the worst. */
static void add_rest(struct counted *c, double before, size_t scores) {
    const struct counted_law *law = c->law;
    if (law->mirrored == MIRRORED || scores > MOST_TOP) {
        double gap = law->last_gap - c->highest;
        row_add_part(&c->row, gap, gap, before, (double)scores, 0);
        row_add_point(&c->row, gap, (double)scores);
        return;
    }
    double left[MOST_TOP + 8], *y = c->work;
    ordered_logs(c, STREAM_REST, scores, left);
    for (size_t i = 0; i < scores; i++) { /* 1 - V in decreasing order */
        y[i] = left[scores - 1 - i] - (law->mirrored + 1) * M_LN2;
    }
    c->isa->vector->exp(scores, y, y);
    for (size_t i = 0; i < scores; i++) { y[i] = -y[i]; }
    c->isa->vector->log1p(scores, y, y);
    for (size_t i = 0; i < scores; i++) { y[i] += law->log_n; }
    profile_gaps(law->profile, c->isa->vector, scores, y, left);
    for (size_t i = 0; i < scores; i++, before++) {
        double gap = left[i] - c->highest;
        row_add_part(&c->row, gap, gap, before, 1, 0);
        row_add_point(&c->row, gap, 1);
    }
}

/* ---- its keys ---- */

static void add_key(struct key_batch *batch, double gap, double depth, double number, double expected) {
    size_t i = batch->count++;
    batch->gap[i] = gap;
    batch->depth[i] = depth;
    batch->number[i] = number;
    batch->expected[i] = expected;
}

static void pass_on(struct key_batch *batch, key_visitor *visit, void *context) {
    visit(context, batch);
    batch->first += KEY_BATCH;
    batch->count = 0;
}

void counted_keys(const struct counted *c, struct key_batch *batch, key_visitor *visit, void *context) {
    const struct row *row = &c->row;
    const double length = exp(-c->law->log_lambda);
    batch->first = batch->count = 0;
    batch->single = true;
    for (size_t i = 0; i < row->top_count; i++) {
        add_key(batch, row->gap[i], row->gap[i] * length - row->top_score, 1, 1);
    }
    pass_on(batch, visit, context);
    batch->single = false;
    for (size_t k = 0; k < row->part_count; k++) {
        const struct row_part *part = &row->part[k];
        const struct counted_bin *bin = counted_bin_at(c->law, part->address);
        const size_t end = row_part_end(row, k);
        const double scores = row_part_scores(part);
        for (size_t i = part->point; i < end; i++) {
            add_key(batch, row->gap[i], row->gap[i] * length - row->top_score, row->count[i],
                    bin ? scores * bin->weight[i - part->point] : scores);
            if (batch->count == KEY_BATCH) { pass_on(batch, visit, context); }
        }
    }
    if (batch->count > 0) { pass_on(batch, visit, context); }
}

/* ---- the row ---- */

static bool node_sums(void *maker, size_t count, const double *beta, double (*sum)[KERNEL_AVERAGES]) {
    const struct counted *c = maker;
    return counted_table_sums(c->law->table, c->isa, c->scores, c->normal, c->highest, count, beta, sum);
}

const struct row *counted_row(struct counted *c, const struct counted_law *law, struct stream stream) {
    size_t bins = (size_t)(law->upper + law->mirrored) << law->depth;
    counted_reserve(c, bins);
    c->law = law;
    c->stream = stream;
    struct row *row = &c->row;
    row->log_n = law->log_n;
    row->point_count = row->part_count = row->loose = 0;
    row->refine = counted_finer_parts;
    row->summit = counted_summit;
    row->log_counts = counted_finer_log_counts;
    row->node_sums = node_sums;
    row->maker = c;
    row->bulk = law->bulk;
    if (law->upper + law->mirrored == 0) {
        make_top(c, (size_t)law->n);
        return row;
    }
    struct chain chain;
    make_chain(c, &chain);
    make_top(c, (size_t)fmin(chain.top, MOST_TOP));
    row->bulk_offset = -c->highest;
    normal_fill(c->isa, &c->stream, STREAM_NOISE, 0, bins, c->normal);
    make_counts(c, chain.octave);
    double before = add_bins(c, bins, chain.top);
    size_t nodes = row->point_count;
    if (law->mirrored > 0) { add_rest(c, before, (size_t)chain.rest); }
    row->loose = row->point_count - nodes;
    return row;
}
