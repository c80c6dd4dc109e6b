/* row: one score row as its gap-counting function N_n(t).
 *
 * A row is a list of weighted points. The first `top_count` points are the row's largest scores one
 * by one, as exact gaps in increasing order (gap 0 first). The rest are *nodes*: a few weighted
 * points per bin that carry the bin's moments, so that sum_i f(gap_i) over all n scores equals the
 * weighted sum over points for every smooth f. Node weights may be negative; the bins' edges and
 * counts, not the nodes, hold N_n.
 *
 * Gaps are in units of 1/Lambda^typ. Counts are logarithms: n need not fit in a double. Whoever
 * measures a row does not know who made it. */
#ifndef GAPSCALE_SIM_ROW_H
#define GAPSCALE_SIM_ROW_H

#include <stddef.h>

/* Receives some of the gaps asked for, in no order. */
typedef void row_visitor(void *argument, size_t count, const double *gaps);

struct row {
    double log_n;

    size_t top_count;                 /* >= 1 */
    size_t point_count;               /* >= top_count */
    double *gap, *log_count, *weight; /* a point stands for weight * exp(log_count) scores; top: 0 and 1 */

    size_t bin_count;      /* bins cover (lower, upper], in increasing order, below the whole top */
    double *lower, *upper; /* an atom of equal scores has lower == upper */
    double *log_rank;      /* log of the number of scores with gap <= upper */

    /* Hands every score with lower < gap <= upper of a bin to the visitor, for measures that need
     * more than the edges tell. NULL where the bins are atoms. */
    void (*visit)(void *maker, double lower, double upper, row_visitor *visitor, void *argument);
    void *maker;
};

#endif
