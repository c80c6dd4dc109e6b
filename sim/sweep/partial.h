/* partial: what a range of a cell's blocks leaves.
 *
 * Replicates are summed within a block, blocks along a fixed binary tree: a node is an aligned range of 2^k
 * blocks, and the partial of a node is that of its left half merged with that of its right half, always in
 * this order. So whoever holds both halves may keep their parent in their place, and the bits of a cell do
 * not depend on how its blocks were grouped. The node at the end of a cell may be shorter, or lack its right
 * half.
 *
 * A partial is bounded whatever the range: moments, bins that are not empty, the means of groups of blocks (a
 * power of two of them, at most 256 groups a cell), and the share of the cell's first replicates that are
 * kept one by one. The partial of a cell's exact values has those alone. */
#ifndef GAPSCALE_SIM_SWEEP_PARTIAL_H
#define GAPSCALE_SIM_SWEEP_PARTIAL_H

#include "sim/sweep/unit.h"

struct partial {
    struct unit of; /* its range */
    /* These four lie one after the other, of exact values the last alone. */
    /* [total] over its replicates, or its kept ones: mean, root of the sum of squared deviations */
    double *mean, *spread;
    double *group;    /* [groups][MEASURE_COUNT][betas]: means over groups of blocks */
    double *number;   /* [numbers][kept]: the arrays of kept replicates, or of exact values */
    uint32_t *filled; /* [binned]: bins of each that are not empty */
    uint64_t *bin;    /* those, one value after the other (histogram.h) */
};

/* Whether a sum of squares has lost nothing to the range of doubles. */
static inline bool partial_is_whole(double square) { return !(square < 1e-280 || square > 1e300); }

/* Zero replicates' worth: moments and groups 0, no bins, numbers NaN. Free with partial_free. */
struct partial *partial_create(const struct unit *of);
void partial_free(struct partial *p);
/* Blocks in each group of a range: as if the replicates from the first to its last were all there are, so
 * that it does not hang on how many there will be. How many it has; numbers in `number`. */
size_t partial_group_blocks(const struct unit *of);
size_t partial_groups(const struct unit *of);
size_t partial_numbers(const struct unit *of);

/* Bins that are not empty, of all values. */
size_t partial_bins(const struct partial *p);

/* The series at its n with its kept replicates: the plan's coordinates, these arrays, all else NULL. */
struct results_series partial_view(const struct partial *p);

/* To one that has none, the bins of dense histograms, [binned][HISTOGRAM_BINS]. */
void partial_set_bins(struct partial *p, const uint32_t *histogram);

/* Of two neighbours, by Chan et al. (1983); takes both. */
struct partial *partial_merge(struct partial *left, struct partial *right);

/* Partials of a plan, disjoint, in its order, no two of them the halves of a node; zeroed: none. */
struct partial_stack {
    size_t count;
    struct partial **held;
};
/* One more, which may come in any order; one that overlaps with what is held is dropped. */
void partial_push(struct partial_stack *stack, struct partial *p);
/* All that is held, of one cell and without gaps, as one; NULL where nothing is. The stack is empty then. */
struct partial *partial_close(struct partial_stack *stack);
void partial_drop(struct partial_stack *stack);

/* Adds the partial of a whole cell, or of its exact values, to results that were made of its plan's outline
 * (results_create); its groups become those that results have. From several threads, of different cells. */
void partial_collect(struct partial *whole, struct results *results);

#endif
