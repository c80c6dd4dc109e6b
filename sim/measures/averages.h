/* averages: of gaps under a row's weights, at one beta and at its doubles. */
#ifndef GAPSCALE_SIM_MEASURES_AVERAGES_H
#define GAPSCALE_SIM_MEASURES_AVERAGES_H

#include "sim/rows/row.h"

/* Under the weights p_i: log Z, the mean of the gap and its central moments; the largest weight and the
 * participation; the mean at 2 beta. And how far in log beta, by the tangents, to where points and bulk have
 * the same weight: NaN without a bulk. */
struct averages {
    double log_z, mean, variance, third, fourth, top_weight, participation, log_participation, mean_twice;
    double balance;
};

/* At beta, 2 beta, 4 beta, .. without moments beyond the variance; count < KERNEL_OCTAVES. beta is for the
 * row's own gaps. `nodes`: the row's node_sums at all these and at the last one's double; NULL where they are
 * not known. */
void averages_chain(const struct kernel *kernel, const struct row *row, double beta, size_t count,
                    const double *const *nodes, struct averages *averages);
/* At one beta without what hangs on 2 beta, with higher moments. */
struct averages averages_at(const struct kernel *kernel, const struct row *row, double beta);

#endif
