/* The explicit top is found by keeping the DRAWN_TOP largest of a small pool of candidates; the rest
 * of the row is binned by gap on a grid of relative width at most 1/32. On a bin of half-width r the
 * nodes integrate every polynomial of degree < 8 exactly, so exp(-beta gap) is off by at most
 * 2 (beta r / 2)^8 / 8! relative (Chebyshev interpolation). A bin matters only while beta gap is below
 * about log n + 10, hence beta r < (log n + 10)/64; and its error enters H times its share of the
 * weight and beta gap: below 1e-11 at n = 2^26. */
#include "sim/rows/drawn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TOP = 128,            /* scores kept one by one in longer rows */
    POOL = 8 * TOP,       /* candidates for the top */
    CHUNK = FAMILY_CHUNK, /* scores drawn at a time */
    KEPT = 1 << 16,       /* rows up to this length are kept, not drawn again */
    LISTED = 4096,        /* parts of up to so many scores are refined into single scores, */
    SPLIT = 64,           /* others into so many parts */
};

struct drawn {
    const struct isa *isa;
    double lagrange[KERNEL_NODES][KERNEL_NODES]; /* node weights from power moments */
    double node[KERNEL_NODES];
    double uniforms[2 * CHUNK];
    double pool[POOL];
    double *scores; /* [KEPT] */

    /* the row in the making */
    const struct family *family;
    const double *p;
    struct stream stream;
    size_t n;
    double scale; /* Lambda^typ */
    double highest;

    double *moment; /* [part_capacity][KERNEL_NODES] */
    size_t part_capacity;
    struct row row;

    /* refining a part */
    size_t listed;
    double list[LISTED];
    struct row_part finer[LISTED];
};

/* Lagrange polynomials of the Chebyshev nodes, in powers of x, by discrete orthogonality. */
static void drawn_make_nodes(struct drawn *d) {
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
        d->node[j] = cos(angle);
        for (size_t i = 0; i < M; i++) {
            double sum = chebyshev[0][i];
            for (size_t k = 1; k < M; k++) { sum += 2 * cos((double)k * angle) * chebyshev[k][i]; }
            d->lagrange[j][i] = sum / M;
        }
    }
}

struct drawn *drawn_create(const struct isa *isa) {
    struct drawn *d = calloc(1, sizeof *d);
    if (!d) { return NULL; }
    d->isa = isa;
    d->scores = malloc(KEPT * sizeof *d->scores);
    if (!d->scores) {
        free(d);
        return NULL;
    }
    drawn_make_nodes(d);
    return d;
}

void drawn_free(struct drawn *d) {
    if (!d) { return; }
    free(d->scores);
    free(d->moment);
    row_release(&d->row);
    free(d);
}

/* Room for `parts` parts and their points beside the top. */
static bool drawn_reserve(struct drawn *d, size_t parts) {
    if (parts <= d->part_capacity) { return true; }
    double *moment = realloc(d->moment, parts * KERNEL_NODES * sizeof *moment);
    if (!moment) { return false; }
    d->moment = moment;
    if (!row_reserve(&d->row, ROW_EXPLICIT + parts * KERNEL_NODES, parts)) { return false; }
    d->part_capacity = parts;
    return true;
}

/* Chunk `index` of the row; returns how many of its scores belong to the row. The scores do not
 * depend on n. */
static size_t drawn_chunk(struct drawn *d, size_t index, double *scores) {
    size_t words = CHUNK * d->family->uniforms_per_score;
    d->isa->kernel->uniforms(d->stream.key, STREAM_SCORES, index * (words / 4), words / 4, d->uniforms);
    d->family->draw(d->p, d->isa->vector, CHUNK, d->uniforms, scores);
    size_t left = d->n - index * CHUNK;
    return left < CHUNK ? left : CHUNK;
}

static size_t chunk_count(const struct drawn *d) { return (d->n + CHUNK - 1) / CHUNK; }

/* Where chunk `index` stands after the first pass: kept, or drawn again into the same place. */
static const double *drawn_chunk_again(struct drawn *d, size_t index, size_t *count) {
    if (d->n <= KEPT) {
        size_t left = d->n - index * CHUNK;
        *count = left < CHUNK ? left : CHUNK;
        return d->scores + index * CHUNK;
    }
    *count = drawn_chunk(d, index, d->scores);
    return d->scores;
}

static int descending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Moves the `keep` largest of x[0..n) to the front, in no order (Hoare's selection). */
static void select_largest(double *x, size_t n, size_t keep) {
    size_t low = 0, high = n;
    while (high - low > 1) {
        double pivot = x[low + (high - low - 1) / 2];
        size_t i = low, j = high - 1;
        for (;; i++, j--) {
            while (x[i] > pivot) { i++; }
            while (x[j] < pivot) { j--; }
            if (i >= j) { break; }
            double t = x[i];
            x[i] = x[j];
            x[j] = t;
        }
        size_t split = j + 1; /* x[low..split) >= pivot >= x[split..high), both not empty */
        if (keep == split) { return; }
        if (keep < split) {
            high = split;
        } else {
            low = split;
        }
    }
}

/* First pass: draws the row, leaves its `top_count` largest scores in the pool in descending order and
 * returns the lowest score. */
static double drawn_first_pass(struct drawn *d, size_t top_count) {
    double lowest = INFINITY, threshold = -INFINITY;
    size_t pooled = 0;
    for (size_t index = 0; index < chunk_count(d); index++) {
        double *scores = d->scores + (d->n <= KEPT ? index * CHUNK : 0);
        size_t count = drawn_chunk(d, index, scores);
        struct kernel_range range = d->isa->kernel->range(count, scores);
        lowest = fmin(lowest, range.low);
        if (range.high <= threshold) { continue; }
        for (size_t i = 0; i < count; i++) {
            if (scores[i] <= threshold) { continue; }
            d->pool[pooled++] = scores[i];
            if (pooled == POOL) {
                select_largest(d->pool, POOL, top_count);
                pooled = top_count;
                threshold = d->pool[0];
                for (size_t k = 1; k < top_count; k++) { threshold = fmin(threshold, d->pool[k]); }
            }
        }
    }
    select_largest(d->pool, pooled, top_count);
    qsort(d->pool, top_count, sizeof *d->pool, descending);
    return lowest;
}

static double drawn_gap(const struct drawn *d, double score) { return (d->highest - score) * d->scale; }

static void drawn_add_nodes(struct drawn *d, double lower, double upper, const double *moment) {
    double middle = (lower + upper) / 2, half = (upper - lower) / 2;
    for (size_t j = 0; j < KERNEL_NODES; j++) {
        double count = 0;
        for (size_t k = 0; k < KERNEL_NODES; k++) { count += d->lagrange[j][k] * moment[k]; }
        row_add_point(&d->row, middle + half * d->node[j], count);
    }
}

/* Scores that tie with the last explicit one but found no place in the top. */
static void drawn_add_ties(struct row *row, double gap, double ties) {
    if (!(ties > 0)) { return; }
    row_add_part(row, gap, gap, (double)row->top_count, ties, 0);
    row_add_point(row, gap, ties);
}

/* Second pass: everything below the explicit top, into bins. */
static bool drawn_second_pass(struct drawn *d, double lowest) {
    struct row *row = &d->row;
    double cut = d->pool[row->top_count - 1], cut_gap = drawn_gap(d, cut);
    int64_t first = kernel_bin(fmax(cut_gap, 0x1p-1000)),
            last = kernel_bin(fmax(drawn_gap(d, lowest), 0x1p-1000));
    size_t bins = (size_t)(last - first + 1);
    if (!drawn_reserve(d, bins + 1)) { return false; }
    memset(d->moment, 0, bins * KERNEL_NODES * sizeof *d->moment);
    for (size_t index = 0; index < chunk_count(d); index++) {
        size_t count;
        const double *scores = drawn_chunk_again(d, index, &count);
        d->isa->kernel->deposit(count, scores, d->highest, cut, d->scale, first, d->moment);
    }
    double deposited = 0;
    for (size_t b = 0; b < bins; b++) { deposited += d->moment[b * KERNEL_NODES]; }
    drawn_add_ties(row, cut_gap, (double)(d->n - row->top_count) - deposited);

    double before = (double)d->n - deposited;
    for (size_t b = 0; b < bins; b++) {
        const double *moment = d->moment + b * KERNEL_NODES;
        if (moment[0] == 0) { continue; }
        double lower = kernel_bin_edge(first + (int64_t)b), upper = kernel_bin_edge(first + (int64_t)b + 1);
        row_add_part(row, fmax(lower, cut_gap), upper, before, moment[0], 0);
        drawn_add_nodes(d, lower, upper, moment);
        before += moment[0];
    }
    return true;
}

/* ---- refining ---- */

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void drawn_visit(struct drawn *d, double lower, double upper,
                        void (*visitor)(struct drawn *d, size_t count, const double *gaps)) {
    double found[CHUNK] = {0};
    for (size_t index = 0; index < chunk_count(d); index++) {
        size_t count, hits = 0;
        const double *scores = drawn_chunk_again(d, index, &count);
        for (size_t i = 0; i < count; i++) {
            double gap = drawn_gap(d, scores[i]);
            found[hits] = gap;
            hits += (gap > lower) & (gap <= upper);
        }
        if (hits > 0) { visitor(d, hits, found); }
    }
}

static void drawn_collect(struct drawn *d, size_t count, const double *gaps) {
    for (size_t i = 0; i < count && d->listed < LISTED; i++) { d->list[d->listed++] = gaps[i]; }
}

/* Every score by itself. */
static size_t drawn_list(struct drawn *d, double lower, double upper, double before) {
    d->listed = 0;
    drawn_visit(d, lower, upper, drawn_collect);
    qsort(d->list, d->listed, sizeof *d->list, ascending);
    for (size_t i = 0; i < d->listed; i++, before++) {
        d->finer[i] = row_part_make(d->list[i], d->list[i], before, 1, 0);
    }
    return d->listed;
}

/* Counts into finer[j].last the scores of the j-th of SPLIT equal ranges. */
static void drawn_tally(struct drawn *d, size_t count, const double *gaps) {
    double lower = d->finer[0].lower, per_width = SPLIT / (d->finer[SPLIT - 1].upper - lower);
    for (size_t i = 0; i < count; i++) {
        size_t j = (size_t)fmin(SPLIT - 1, (gaps[i] - lower) * per_width);
        while (gaps[i] > d->finer[j].upper) { j++; }
        while (gaps[i] <= d->finer[j].lower) { j--; }
        d->finer[j].last++;
    }
}

static size_t drawn_split(struct drawn *d, double lower, double upper, double before) {
    for (size_t j = 0; j < SPLIT; j++) {
        double next = j + 1 < SPLIT ? lower + (upper - lower) * (double)(j + 1) / SPLIT : upper;
        d->finer[j] = (struct row_part){.lower = j > 0 ? d->finer[j - 1].upper : lower, .upper = next};
    }
    drawn_visit(d, lower, upper, drawn_tally);
    size_t kept = 0;
    for (size_t j = 0; j < SPLIT; j++) {
        struct row_part *part = &d->finer[j];
        if (part->last == 0) { continue; }
        d->finer[kept] = row_part_make(part->lower, part->upper, before, part->last, 0);
        before = d->finer[kept++].last;
    }
    return kept;
}

static size_t drawn_refine(void *maker, const struct row_part *parts, size_t count, double best,
                           const struct row_part **finer) {
    struct drawn *d = maker;
    (void)best;
    double lower = parts[0].lower, upper = parts[count - 1].upper, before = parts[0].before;
    *finer = d->finer;
    if (parts[count - 1].last - before <= LISTED) { return drawn_list(d, lower, upper, before); }
    return drawn_split(d, lower, upper, before);
}

/* Linear in t between the edges of the part. */
static double drawn_log_count(void *maker, const struct row_part *part, double t) {
    (void)maker;
    double share = (t - part->lower) / (part->upper - part->lower), log_before = log(part->before);
    return log_before + share * (part->log_last - log_before);
}

const struct row *drawn_row(struct drawn *d, const struct family *family, const double *p, double log_n,
                            double log_lambda_typ, struct stream stream) {
    d->family = family;
    d->p = p;
    d->stream = stream;
    d->n = (size_t)llround(exp(log_n));
    d->scale = exp(log_lambda_typ);
    if (!drawn_reserve(d, 1)) { return NULL; }

    struct row *row = &d->row;
    row->log_n = log_n;
    row->top_count = d->n <= ROW_EXPLICIT ? d->n : TOP;
    row->point_count = row->part_count = 0;
    row->refine = drawn_refine;
    row->log_count = drawn_log_count;
    row->maker = d;

    double lowest = drawn_first_pass(d, row->top_count);
    d->highest = row->top_score = d->pool[0];
    for (size_t k = 0; k < row->top_count; k++) { row_add_point(row, drawn_gap(d, d->pool[k]), 1); }
    if (row->top_count < d->n && !drawn_second_pass(d, lowest)) { return NULL; }
    return row;
}

void drawn_keys(struct drawn *d, struct key_batch *batch, key_visitor *visit, void *context) {
    _Static_assert((int)KEY_BATCH == (int)CHUNK, "a batch is a chunk");
    batch->single = true;
    for (size_t i = 0; i < KEY_BATCH; i++) { batch->number[i] = batch->expected[i] = 1; }
    for (size_t index = 0; index < chunk_count(d); index++) {
        batch->first = index * CHUNK;
        batch->count = drawn_chunk(d, index, batch->depth);
        for (size_t i = 0; i < batch->count; i++) {
            batch->gap[i] = drawn_gap(d, batch->depth[i]);
            batch->depth[i] = -batch->depth[i];
        }
        visit(context, batch);
    }
}
