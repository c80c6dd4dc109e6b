/* averages: of gaps under a row's weights, at one beta and at its doubles. */
#ifndef GAPSCALE_SIM_MEASURES_AVERAGES_H
#define GAPSCALE_SIM_MEASURES_AVERAGES_H

#include <stdbool.h>

#include "sim/rows/row.h"

/* At many betas, each a column: chains of columns whose betas double from one to the next. */
struct averages_columns {
    size_t count;
    double beta[KERNEL_MIXED];
    struct kernel_mixture of; /* log Z, the mean of the gap and its variance, the largest weight */
};

/* What is known at the columns of a chain: the row's node_sums, and sums over its bulk with its own gaps. */
struct averages_known {
    bool nodes, bulk;
    const double *node_sums[KERNEL_OCTAVES];
    const struct bulk_sums *bulk_sums[KERNEL_OCTAVES];
};

/* Appends a chain, of at most KERNEL_OCTAVES columns, that begins at beta; there must be room. beta is for
 * the row's own gaps. */
void averages_add_chain(const struct kernel *kernel, const struct row *row, double beta, size_t count,
                        const struct averages_known *known, struct averages_columns *columns);
/* Once all are there. */
void averages_finish(const struct kernel *kernel, struct averages_columns *columns);

/* Participations of columns, each from the next one, at twice its beta: numbers for the last of a chain mean
 * nothing. */
void averages_participations(const struct kernel *kernel, const struct averages_columns *columns,
                             double *participation, double *log_participation);

/* Sums over the points but the first of powers of beta gap, at one beta and its double (kernel.h, moments).
 */
void averages_sum_points(const struct kernel *kernel, const struct row *row, double beta,
                         double sum[KERNEL_MOMENTS]);
/* Sums over the bulk of a row that has one, with gaps of the row. */
struct bulk_sums averages_sum_bulk(const struct kernel *kernel, const struct row *row, double beta);

#endif
