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
 * without noise.
 * - N_n(t) and Lambda_n: exact down to single scores, except that parts are not refined where fluctuations
 *   left inside would move log N/gap by less than 5e-5 of itself (NOISE), nor for N_n(t) where they hold
 *   less than 2^-8 of the scores above; and a part is dropped when it could beat the best value only with
 *   a fluctuation of 4.5 N^{1/2}, which has probability 2 e^{-40} (Kolmogorov).
 * The refined positions are independent of the Gaussian g of their bin. */
#include "sim/rows/counted.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/root.h"
#include "sim/base/memory.h"
#include "sim/rows/counted_law.h"
#include "sim/rows/normal.h"

enum {
    MOST_TOP = 1024, /* a hundred standard deviations more than are ever in the top */
    NODES = COUNTED_NODES,
    MIRRORED = COUNTED_MIRRORED,
    MOST_OCTAVES = 128,
    EXACT = KERNEL_COINS, /* binomials up to here are exact */
    TOGETHER = 64,        /* places */
    SINGLE = 24,          /* parts of so many scores are refined into single scores */
    MOST_FINER = 8192,
};
static const double NOISE = 5e-5;

/* ---- a row ---- */

struct counted {
    const struct isa *isa;
    const struct counted_law *law;
    struct stream stream;
    double highest; /* g of the row's maximum */

    double uniforms[MOST_TOP + 8], work[MOST_TOP + 8];
    size_t room; /* parts */
    uint64_t *address;
    double *normal, *scores, *first; /* of bins */
    struct row row;
    struct row_part finer[MOST_FINER];
};

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

/* ---- randomness of places ---- */

/* Of so many scores, the number in the first half of their place, where the exact binomial is too long. */
static double normal_half(double scores, double normal) {
    return fmin(scores, fmax(0, rint(0.5 * (scores + sqrt(scores) * normal))));
}

/* How many of the scores of each place fall into its first half: Binomial(N, 1/2). */
static void split_places(const struct counted *c, size_t count, const uint64_t *address, const double *scores,
                         double *first) {
    const struct kernel *kernel = c->isa->kernel;
    uint64_t at[TOGETHER];
    double coins[TOGETHER], found[TOGETHER];
    for (size_t start = 0; start < count; start += TOGETHER) {
        size_t end = count - start < TOGETHER ? count : start + TOGETHER, large = 0, small = 0;
        for (size_t i = start; i < end; i++) {
            if (scores[i] > EXACT) { at[large++] = address[i]; }
        }
        kernel->place_normals(c->stream.key, STREAM_SPLITS, large, at, found);
        for (size_t i = start, k = 0; i < end; i++) {
            if (scores[i] > EXACT) {
                first[i] = normal_half(scores[i], found[k++]);
            } else {
                at[small] = address[i];
                coins[small++] = scores[i];
            }
        }
        kernel->place_coins(c->stream.key, STREAM_SPLITS, small, at, coins, found);
        for (size_t i = start, k = 0; i < end; i++) {
            if (!(scores[i] > EXACT)) { first[i] = found[k++]; }
        }
    }
}

static double split(const struct counted *c, uint64_t address, double scores) {
    double first;
    split_places(c, 1, &address, &scores, &first);
    return first;
}

/* The same, where the place's Gaussian is known. */
static double split_with(const struct counted *c, uint64_t address, double scores, double normal) {
    return scores > EXACT ? normal_half(scores, normal) : split(c, address, scores);
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
    for (size_t i = 0; i < count; i++) { log_u[i] /= sum; }
    vector->log(count, log_u, log_u);
}

static void make_top(struct counted *c, size_t count) {
    double *y = c->work;
    ordered_logs(c, STREAM_SCORES, count, y);
    for (size_t i = 0; i < count; i++) { y[i] += c->law->log_top; }
    profile_gaps(c->law->profile, c->isa->vector, count, y, c->row.gap);
    c->highest = c->row.gap[0];
    for (size_t i = 0; i < count; i++) {
        c->row.gap[i] -= c->highest;
        c->row.count[i] = 1;
    }
    c->row.top_count = c->row.point_count = count;
    c->row.top_score = c->law->typical_score - c->highest * exp(-c->law->log_lambda);
}

/* Scores in each octave, from the numbers of scores on this and on the far side of its ends, which are halved
 * again and again: V < V* 2^o for o = upper .. 0, then 1 - V < 2^-j for j = 1 .. mirrored. */
struct chain {
    double octave[MOST_OCTAVES], top, rest; /* above the octaves, and beyond them */
};

static void make_chain(const struct counted *c, struct chain *chain) {
    const struct counted_law *law = c->law;
    const size_t octaves = law->upper + law->mirrored;
    uint64_t address[MOST_OCTAVES];
    double normal[MOST_OCTAVES];
    for (size_t o = 0; o <= octaves; o++) { address[o] = counted_address_make(o, 0); }
    c->isa->kernel->place_normals(c->stream.key, STREAM_SPLITS, octaves + 1, address, normal);
    double half = isfinite(law->n) ? split_with(c, address[0], law->n, normal[0])
                                   : rint(exp(law->log_top + law->upper * M_LN2));
    double below = half, left = law->n - half;
    for (size_t o = law->upper; o > 0; o--) {
        double inner = split_with(c, address[o], below, normal[o]);
        chain->octave[o - 1] = below - inner;
        below = inner;
    }
    for (size_t o = law->upper + 1; o <= octaves; o++) {
        double inner = split_with(c, address[o], left, normal[o]);
        chain->octave[o - 1] = left - inner;
        left = inner;
    }
    chain->top = below;
    chain->rest = left;
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
        split_places(c, count, c->address, c->scores, c->first);
        for (size_t i = count; i-- > 0;) {
            c->scores[2 * i + 1] = c->scores[i] - c->first[i];
            c->scores[2 * i] = c->first[i];
        }
    }
}

static void add_nodes(struct row *row, const struct counted_bin *bin, double highest, double count,
                      double spread) {
    double *gap = row->gap + row->point_count, *weight = row->count + row->point_count;
    for (size_t i = 0; i < NODES; i++) {
        gap[i] = bin->node[i] - highest;
        weight[i] = count * bin->weight[i] + spread * bin->spread[i];
    }
    row->point_count += bin->nodes;
}

/* Parts and nodes of the bins; returns the scores up to their end. */
static double add_bins(struct counted *c, size_t bins, double before) {
    struct row *row = &c->row;
    for (size_t i = 0; i < bins; i++) {
        const struct counted_bin *bin = &c->law->bin[i];
        const double count = c->scores[i];
        if (count == 0) { continue; }
        row_add_part(row, bin->lower - c->highest, bin->upper - c->highest, before, count, bin->address);
        add_nodes(row, bin, c->highest, count, sqrt(count) * c->normal[i]);
        before += count;
    }
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

/* ---- refining ---- */

static double gap_at(const struct counted *c, uint64_t octave, double u) {
    return profile_gap(c->law->profile, counted_place(c->law, octave, u)) - c->highest;
}

static int by_gap(const void *a, const void *b) {
    const struct row_part *x = a, *y = b;
    return (x->upper > y->upper) - (x->upper < y->upper);
}

/* The scores of a part, at most SINGLE + 3, at uniform places. */
static void single_places(const struct counted *c, uint64_t address, size_t count, double *place) {
    uint64_t at[(SINGLE + 3) / 4];
    double low, width;
    size_t blocks = (count + 3) / 4;
    for (size_t i = 0; i < blocks; i++) { at[i] = address + i; }
    c->isa->kernel->place_uniforms(c->stream.key, STREAM_SPLITS, blocks, at, place);
    counted_index_range(counted_address_index(address), &low, &width);
    for (size_t i = 0; i < count; i++) { place[i] = low + width * place[i]; }
}

static size_t refine_singles(struct counted *c, const struct row_part *part, struct row_part *finer) {
    size_t count = (size_t)(part->last - part->before);
    double place[SINGLE + 3];
    single_places(c, part->address, count, place);
    for (size_t k = 0; k < count; k++) {
        double gap = gap_at(c, counted_address_octave(part->address), place[k]);
        finer[k] = (struct row_part){.lower = gap, .upper = gap};
    }
    qsort(finer, count, sizeof *finer, by_gap);
    for (size_t k = 0; k < count; k++) {
        finer[k] = row_part_make(finer[k].lower, finer[k].upper, part->before + (double)k, 1, 0);
    }
    return count;
}

/* log N/gap at the ends and in the middle of a part, were its scores spread evenly: the largest value of the
 * parabola through them, where it is, and how far it may be off for its shape. */
struct crest {
    double value, at, error;
};

static struct crest part_crest(const struct row_part *part, double middle_gap) {
    double r0 = log(part->before) / part->lower, r2 = part->log_last / part->upper,
           r1 = log((part->before + part->last) / 2) / middle_gap;
    double a = 2 * (r0 - 2 * r1 + r2), b = 4 * r1 - 3 * r0 - r2;
    struct crest crest = {fmax(r0, r2), r0 > r2 ? 0 : 1, 0.1 * fabs(a)};
    if (a < 0 && b > 0 && b < -2 * a) {
        crest.value = r0 - b * b / (4 * a);
        crest.at = -b / (2 * a);
    }
    return crest;
}

static size_t refine_split(struct counted *c, const struct row_part *part, double best,
                           struct row_part *finer) {
    double low, width, scores = part->last - part->before;
    uint64_t octave = counted_address_octave(part->address), index = counted_address_index(part->address);
    counted_index_range(index, &low, &width);
    double middle = gap_at(c, octave, low + width / 2), noise = sqrt(scores) / part->before;
    struct crest crest = part_crest(part, middle);
    if (crest.value + crest.error + 4.5 * noise / part->lower <= best) { return 0; }
    if (0.5 * noise < NOISE * part->log_last) {
        double gap = gap_at(c, octave, low + width * crest.at);
        *finer = row_part_make(gap, gap, part->before, scores * crest.at, 0);
        return 1;
    }
    double first = split(c, part->address, scores);
    finer[0] =
        row_part_make(part->lower, middle, part->before, first, counted_address_make(octave, 2 * index));
    finer[1] = row_part_make(middle, part->upper, part->before + first, scores - first,
                             counted_address_make(octave, 2 * index + 1));
    return 2;
}

static size_t refine(void *maker, const struct row_part *parts, size_t count, double best,
                     const struct row_part **finer) {
    struct counted *c = maker;
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        struct row_part *next = c->finer + found;
        if (parts[i].address == 0) { /* a single score */
            *next = parts[i];
            found++;
        } else if (parts[i].last - parts[i].before <= SINGLE) {
            found += refine_singles(c, &parts[i], next);
        } else {
            found += refine_split(c, &parts[i], best, next);
        }
    }
    *finer = c->finer;
    return found;
}

/* u in [low, high] with gap(u) = t: the gap grows with u. */
static double place_of_gap(const struct counted *c, uint64_t octave, double low, double high, double t) {
    struct root r = {low, high, gap_at(c, octave, low) - t, gap_at(c, octave, high) - t, 0};
    double u = (low + high) / 2;
    for (int step = 0; step < 60 && r.high - r.low > 1e-13; step++) {
        u = root_guess(&r);
        double miss = gap_at(c, octave, u) - t;
        if (fabs(miss) < 1e-12 * t) { break; }
        root_narrow(&r, u, miss);
    }
    return u;
}

static double log_count(void *maker, const struct row_part *part, double t) {
    const struct counted *c = maker;
    const double enough = 0x1p-8;
    double low, width, before = part->before, scores = part->last - before;
    uint64_t octave = counted_address_octave(part->address), index = counted_address_index(part->address);
    counted_index_range(index, &low, &width);
    double u = place_of_gap(c, octave, low, low + width, t);
    while (scores > SINGLE && scores > enough * before) {
        double first = split(c, counted_address_make(octave, index), scores);
        width /= 2;
        if (u < low + width) {
            scores = first;
            index = 2 * index;
        } else {
            before += first;
            scores -= first;
            low += width;
            index = 2 * index + 1;
        }
    }
    if (scores > SINGLE) { return log(before + scores * (u - low) / width); }
    double place[SINGLE + 3];
    single_places(c, counted_address_make(octave, index), (size_t)scores, place);
    for (size_t k = 0; k < (size_t)scores; k++) { before += place[k] <= u; }
    return log(before);
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

/* The bin that a part was made of; NULL for the rest beyond the mirrored octaves. */
static const struct counted_bin *part_bin(const struct counted_law *law, const struct row_part *part) {
    if (part->address == 0) { return NULL; }
    size_t first = (size_t)(counted_address_octave(part->address) - 1) << law->depth;
    return &law->bin[first + counted_address_index(part->address) - ((size_t)1 << law->depth)];
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
        const struct counted_bin *bin = part_bin(c->law, part);
        size_t end = k + 1 < row->part_count ? row->part[k + 1].point : row->point_count;
        for (size_t i = part->point; i < end; i++) {
            double scores = part->last - part->before;
            add_key(batch, row->gap[i], row->gap[i] * length - row->top_score, row->count[i],
                    bin ? scores * bin->weight[i - part->point] : scores);
            if (batch->count == KEY_BATCH) { pass_on(batch, visit, context); }
        }
    }
    if (batch->count > 0) { pass_on(batch, visit, context); }
}

/* ---- the row ---- */

const struct row *counted_row(struct counted *c, const struct counted_law *law, struct stream stream) {
    size_t bins = (size_t)(law->upper + law->mirrored) << law->depth;
    counted_reserve(c, bins);
    c->law = law;
    c->stream = stream;
    struct row *row = &c->row;
    row->log_n = law->log_n;
    row->point_count = row->part_count = 0;
    row->refine = refine;
    row->log_count = log_count;
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
    if (law->mirrored > 0) { add_rest(c, before, (size_t)chain.rest); }
    return row;
}
