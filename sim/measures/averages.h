/* averages: of gaps under a row's weights, at one beta and at its doubles. */
#ifndef GAPSCALE_SIM_MEASURES_AVERAGES_H
#define GAPSCALE_SIM_MEASURES_AVERAGES_H

#include "sim/rows/row.h"

/* At many betas, each a column: chains of columns whose betas double from one to the next. */
struct averages_columns {
    size_t count;
    double beta[KERNEL_MIXED];
    struct kernel_mixture of; /* log Z, the mean of the gap and its variance, the largest weight */
};

/* Appends a chain, of at most KERNEL_OCTAVES columns, that begins at beta; there must be room. beta is for
 * the row's own gaps. `nodes`: the row's node_sums at all of them; NULL where they are not known. */
void averages_add_chain(const struct kernel *kernel, const struct row *row, double beta, size_t count,
                        const double *const *nodes, struct averages_columns *columns);
/* What the bulk adds to the i-th column, whose beta is there. */
void averages_add_bulk(const struct kernel *kernel, const struct row *row, struct averages_columns *columns,
                       size_t i);
/* Once all are there. */
void averages_finish(const struct kernel *kernel, struct averages_columns *columns);

/* Participations of columns, each from the next one, at twice its beta: numbers for the last of a chain mean
 * nothing. */
void averages_participations(const struct kernel *kernel, const struct averages_columns *columns,
                             double *participation, double *log_participation);

/* At one beta: under the weights log Z, the mean of the gap and its central moments. And how far in log beta,
 * by the tangents, to where points and bulk have the same weight: NaN without a bulk. */
struct averages {
    double log_z, mean, variance, third, fourth, balance;
};
struct averages averages_at(const struct kernel *kernel, const struct row *row, double beta);
struct averages averages_of_column(const struct averages_columns *columns, size_t i);

/* Of the points alone. */
struct bulk_sums averages_points(const struct kernel *kernel, const struct row *row, double beta);

/* At beta without higher moments; the participation there, and the mean at 2 beta. */
struct averages averages_twice(const struct kernel *kernel, const struct row *row, double beta,
                               double *participation, double *mean_twice);

#endif
