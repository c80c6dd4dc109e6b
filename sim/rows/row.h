/* row: one score row as its gap-counting function N_n(t).
 *
 * A row has up to three layers, in increasing gap:
 * - its *top*: the largest scores one by one, as exact gaps (gap 0 first);
 * - *parts* below it, each a range of gaps with the exact number of scores in it, for N_n(t) and Lambda_n;
 *   and *nodes*, a few weighted points per part that carry its moments, so that sum_i f(gap_i) equals the
 *   weighted sum over points for every smooth f (weights may be negative);
 * - a *bulk* without randomness, where more than 2^52 scores leave none that could be seen.
 *
 * Gaps are in units of `stretch`/Lambda^typ. Counts above the bulk stay below 2^53 and are exact in a double.
 * Whoever measures a row does not know who made it.
 *
 * This room: sampler makes rows of any family, whichever way is asked for:
 * - drawn and sampled draw every score, a few at a time (chunks). They make rows by compress, and so does
 *   measured, of scores from elsewhere: compress_room is its workspace, compress_finer has N_n(t) inside of
 *   parts, pyramid sums over bins at many betas, and summit finds Lambda_n;
 * - counted draws numbers of scores: counted_law is what rows of one law share, counted_bin and counted_table
 *   are its bins and their sums, counted_places has the randomness, counted_finer N_n(t) inside of parts, and
 *   counted_summit finds Lambda_n;
 * - a row without randomness is a bulk below its maximum.
 * Below them: stream and normal (random numbers), stencil (between betas), isa (which copy of the loops runs)
 * and kernel, the loops themselves, whose parts are the files between_inline, deposit_inline, eight_inline,
 * lanes_inline, mixture_inline, octaves_inline, passes_inline, places_inline, products_inline, rungs_inline,
 * softmax_inline and sort_inline. */
#ifndef GAPSCALE_SIM_ROWS_ROW_H
#define GAPSCALE_SIM_ROWS_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/rows/bulk.h"

enum { ROW_EXPLICIT = 512 }; /* counted rows up to this length are all top; others may be */

/* The scores with lower < gap <= upper; scores at one gap have lower == upper. */
struct row_part {
    double lower, upper;
    double before, last; /* number of scores with gap <= lower, and <= upper */
    double log_last;
    size_t point;     /* index of its first node; parts found by `refine` have none */
    uint64_t address; /* for the maker */
};

static inline double row_part_scores(const struct row_part *part) { return part->last - part->before; }
/* Whether its scores tie. */
static inline bool row_part_ties(const struct row_part *part) { return part->lower == part->upper; }

struct row {
    double log_n;
    double stretch;   /* what all gaps here and in the bulk are to be multiplied by; 1 but for rows of unlike
                         scale, or so wide that squares of gaps would be too large */
    double top_score; /* of the maximum, from the family's origin; inexact for its gaps */

    size_t top_count;    /* >= 1 */
    size_t point_count;  /* >= top_count */
    double *gap, *count; /* a point stands for `count` scores; 1 in the top */
    double *scratch;     /* [point_count], for whoever measures */

    /* Sums of count gap^m e^{-beta gap}, m = 0..2, over the points but for the top's and the last `loose`
     * ones: sum[b] at beta[b], sum[count + b] at 2 beta[b], b < count. False: these betas were not foreseen.
     * NULL: none ever are. */
    bool (*node_sums)(void *maker, size_t count, const double *beta, double (*sum)[KERNEL_AVERAGES]);
    size_t loose;

    size_t part_count; /* parts in increasing order, below the whole top */
    struct row_part *part;
    /* Finer parts of the scores between the lower gap of parts[0] and the upper gap of parts[count - 1]
     * (neighbours), in order, valid until the next call; none where their log N/gap cannot exceed `best`. */
    size_t (*refine)(void *maker, const struct row_part *parts, size_t count, double best,
                     const struct row_part **finer);
    /* Whether log rank/gap of a score in the row's parts exceeds `best`: the largest, with its rank and gap.
     * (Given the row, whose parts may have other ranks than the maker's.) */
    bool (*summit)(const struct row *row, double best, double *log_rank, double *gap);
    /* log of the number of scores with gap <= t[i], for t[i] inside of part[at[i]], the row's or finer ones;
     * t grows. */
    void (*log_counts)(void *maker, const struct row_part *part, size_t count, const size_t *at,
                       const double *t, double *log_count);
    void *maker;

    const struct bulk *bulk; /* NULL: there is none */
    double bulk_offset;      /* gaps of the bulk's scores are its own plus this */
};

/* beta for the row's own gaps; inf would make NaN of a gap of 0. */
static inline double row_own_beta(const struct row *row, double beta) {
    double own = beta * row->stretch;
    return own < 1e300 ? own : 1e300;
}

/* Of the top; inf where it is the maximum alone. */
static inline double row_second_gap(const struct row *row) {
    return row->top_count > 1 ? row->gap[1] : INFINITY;
}

/* How many scores tie with the maximum, itself among them. */
double row_ties(const struct row *row);

/* Where the nodes of the i-th part end. */
static inline size_t row_part_end(const struct row *row, size_t i) {
    return i + 1 < row->part_count ? row->part[i + 1].point : row->point_count;
}

/* Keys of a row on a sphere, in no order, for whoever gives them directions. */
enum { KEY_BATCH = 1024 };
struct key_batch {
    size_t first, count; /* number of the first, a multiple of KEY_BATCH */
    bool single; /* each is one key; else `number` keys at one place, where `expected` would be in the mean */
    double gap[KEY_BATCH], depth[KEY_BATCH]; /* below the maximum, and below 1: T = 1 - s */
    double number[KEY_BATCH], expected[KEY_BATCH];
};
typedef void key_visitor(void *context, const struct key_batch *batch);

/* Takes the next `count` scores of a row, from its first key on; false to give up. */
typedef bool score_visitor(void *context, size_t count, const double *scores);

/* ---- for makers ---- */

/* Room for so many points and parts; what is there stays. */
void row_reserve(struct row *row, size_t points, size_t parts);
void row_release(struct row *row);

void row_add_point(struct row *row, double gap, double count);
/* A part of `count` scores after the first `before`; none for no scores. Its points follow. */
void row_add_part(struct row *row, double lower, double upper, double before, double count, uint64_t address);
struct row_part row_part_make(double lower, double upper, double before, double count, uint64_t address);

#endif
