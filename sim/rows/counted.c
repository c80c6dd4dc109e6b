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

#include <Random123/threefry.h>
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
    EXACT = 4096, /* binomials up to here are exact */
    SINGLE = 24,  /* parts of so many scores are refined into single scores */
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
    double *normal;
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
    free(c->normal);
    row_release(&c->row);
    free(c);
}

static void counted_reserve(struct counted *c, size_t bins) {
    size_t parts = bins + MOST_TOP; /* the rest, score by score */
    if (parts <= c->room) { return; }
    c->normal = memory_resize(c->normal, bins + 8, sizeof *c->normal);
    row_reserve(&c->row, MOST_TOP + parts * NODES, parts);
    c->room = parts;
}

/* ---- randomness of a place ---- */

static threefry4x64_ctr_t place_words(const struct counted *c, uint64_t position) {
    threefry4x64_key_t key = {{c->stream.key[0], c->stream.key[1], c->stream.key[2], c->stream.key[3]}};
    threefry4x64_ctr_t counter = {{position, STREAM_SPLITS, 0, 0}};
    return threefry4x64(counter, key);
}

static double word_uniform(uint64_t word) { return ((double)(word >> 11) + 0.5) * 0x1p-53; }

/* How many of N scores fall into the first half of their place: Binomial(N, 1/2). */
static double split(const struct counted *c, uint64_t address, double scores) {
    if (scores > EXACT) {
        threefry4x64_ctr_t words = place_words(c, address);
        double sine, cosine, radius = sqrt(-2 * vector_log_one(word_uniform(words.v[0])));
        vector_sincos_turn_one(word_uniform(words.v[1]), &sine, &cosine);
        return fmin(scores, fmax(0, rint(0.5 * (scores + sqrt(scores) * radius * cosine))));
    }
    uint64_t left = (uint64_t)scores, total = 0;
    for (uint64_t block = 0; left > 0; block++) {
        threefry4x64_ctr_t words = place_words(c, address + block);
        for (size_t i = 0; i < 4 && left > 0; i++) {
            uint64_t bits = left < 64 ? left : 64;
            total += (uint64_t)__builtin_popcountll(words.v[i] << (64 - bits));
            left -= bits;
        }
    }
    return (double)total;
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

static void add_bin(struct counted *c, const struct counted_bin *bin, double before, double count,
                    double normal) {
    if (count == 0) { return; }
    struct row *row = &c->row;
    row_add_part(row, bin->lower - c->highest, bin->upper - c->highest, before, count, bin->address);
    double spread = sqrt(count) * normal;
    for (size_t i = 0; i < NODES && isfinite(bin->node[i]); i++) {
        row_add_point(row, bin->node[i] - c->highest, count * bin->weight[i] + spread * bin->spread[i]);
    }
}

/* The bins of one octave, its scores split again and again; returns the scores up to its end. */
static double add_octave(struct counted *c, uint64_t octave, double before, double scores) {
    unsigned depth = c->law->depth;
    double count[64] = {0, scores};
    size_t bins = (size_t)1 << depth, first = (size_t)(octave - 1) << depth;
    for (size_t i = 1; i < bins; i++) {
        count[2 * i] = split(c, counted_address_make(octave, i), count[i]);
        count[2 * i + 1] = count[i] - count[2 * i];
    }
    for (size_t i = 0; i < bins; i++) {
        add_bin(c, &c->law->bin[first + i], before, count[bins + i], c->normal[first + i]);
        before += count[bins + i];
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
    double *log_left = c->work;
    ordered_logs(c, STREAM_REST, scores, log_left);
    for (size_t i = scores; i-- > 0; before++) { /* 1 - V in decreasing order */
        double left = exp(log_left[i] - (law->mirrored + 1) * M_LN2);
        double gap = profile_gap(law->profile, law->log_n + log1p(-left)) - c->highest;
        row_add_part(&c->row, gap, gap, before, 1, 0);
        row_add_point(&c->row, gap, 1);
    }
}

/* Scores of V < V* 2^o for o = 0 .. upper, from the number at the far end. */
static void chain_upper(const struct counted *c, double scores, double *below) {
    below[c->law->upper] = scores;
    for (unsigned o = c->law->upper; o > 0; o--) {
        below[o - 1] = split(c, counted_address_make(o, 0), below[o]);
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

/* The k-th score of a part, at a uniform place. */
static double single_place(const struct counted *c, uint64_t address, uint64_t k) {
    threefry4x64_ctr_t words = place_words(c, address + k / 4);
    double low, width;
    counted_index_range(counted_address_index(address), &low, &width);
    return low + width * word_uniform(words.v[k % 4]);
}

static size_t refine_singles(struct counted *c, const struct row_part *part, struct row_part *finer) {
    size_t count = (size_t)(part->last - part->before);
    for (uint64_t k = 0; k < count; k++) {
        double gap = gap_at(c, counted_address_octave(part->address), single_place(c, part->address, k));
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
    for (uint64_t k = 0; k < (uint64_t)scores; k++) {
        before += single_place(c, counted_address_make(octave, index), k) <= u;
    }
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
    double below[64], half = isfinite(law->n) ? split(c, counted_address_make(0, 0), law->n)
                                              : rint(exp(law->log_top + law->upper * M_LN2));
    chain_upper(c, half, below);
    make_top(c, (size_t)fmin(below[0], MOST_TOP));
    row->bulk_offset = -c->highest;
    normal_fill(c->isa, &c->stream, STREAM_NOISE, 0, bins, c->normal);
    double before = below[0];
    for (unsigned o = 1; o <= law->upper; o++) { before = add_octave(c, o, before, below[o] - below[o - 1]); }
    if (law->mirrored == 0) { return row; }
    double left = law->n - half; /* of 1 - V < 2^-j */
    for (unsigned j = 1; j <= law->mirrored; j++) {
        double inner = split(c, counted_address_make(law->upper + j, 0), left);
        before = add_octave(c, law->upper + j, before, left - inner);
        left = inner;
    }
    add_rest(c, before, (size_t)left);
    return row;
}
