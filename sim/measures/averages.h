/* averages: of gaps under a row's weights, at one beta and at its doubles. */
#ifndef GAPSCALE_SIM_MEASURES_AVERAGES_H
#define GAPSCALE_SIM_MEASURES_AVERAGES_H

#include <stdbool.h>

#include "sim/rows/row.h"

/* At many betas, each a column: chains of columns whose betas double from one to the next. */
struct averages_columns {
    size_t count;
    double beta[KERNEL_MIXED];
    struct kernel_mixture of; /* once mixed: log Z, mean and variance of the gap, the largest weight */
};

/* Columns whose betas, for the row's own gaps, double from one to the next. */
struct averages_chain {
    double beta; /* of the first */
    size_t count;
    const double *nodes[KERNEL_OCTAVES]; /* the row's node_sums at all of them, where they are known */
    const struct bulk_sums *bulk[KERNEL_OCTAVES]; /* sums over its bulk, likewise */
};
/* Which of these are there, alike in all chains of a row. */
struct averages_known {
    bool nodes, bulk;
};
/* Appends up to KERNEL_LANES chains of increasing betas; there must be room. */
void averages_add_chains(const struct kernel *kernel, const struct row *row, size_t chains,
                         const struct averages_chain *chain, struct averages_known known,
                         struct averages_columns *columns);
/* Participations of columns, each from the next one, at twice its beta: numbers for the last of a chain mean
 * nothing. */
void averages_participations(const struct kernel *kernel, const struct averages_columns *columns,
                             double *participation, double *log_participation);

/* Sums over the points but the first of powers of beta gap, at one beta and, if asked for, its double
 * (kernel.h, moments). */
void averages_sum_points(const struct kernel *kernel, const struct row *row, double beta, bool twice,
                         double sum[KERNEL_MOMENTS]);
/* Sums over the bulk of a row that has one, with gaps of the row. */
struct bulk_sums averages_sum_bulk(const struct kernel *kernel, const struct row *row, double beta);

#endif
