/* summary: what replicates are reduced to: means and squared deviations of their values, and histograms.
 *
 * Replicates are summed within a block, blocks are added in order to their unit, units in order to their
 * cell, always in this order, so that the bits do not depend on who computed what. */
#ifndef GAPSCALE_SIM_SWEEP_SUMMARY_H
#define GAPSCALE_SIM_SWEEP_SUMMARY_H

#include "sim/sweep/replicate.h"

/* Histogram: bins of relative width 1/64, from 2^-40 up; bin 0 holds what is below. */
enum { SUMMARY_BINS = 64 * 61 };

struct summary {
    double count, kept_count; /* replicates in all, and kept ones: values from layout->kept on */
    double *sum, *carry;      /* [total], compensated */
    double *m2;               /* [total], sums of squared deviations */
    uint32_t *histogram;      /* [binned][SUMMARY_BINS] */
};

/* Of nothing yet. */
void summary_create(struct summary *summary, const struct replicate_layout *layout);
void summary_release(struct summary *summary);

double summary_mean(const struct summary *summary, const struct replicate_layout *layout, size_t value);

/* Adds means and squared deviations of `count` replicates, `kept_count` of them kept (Chan et al. 1983). */
void summary_add(struct summary *summary, const struct replicate_layout *layout, double count,
                 double kept_count, const double *mean, const double *m2);

/* One block's values, [count][layout->total], as mean[total], m2[total] and bin[binned][count]. */
void summary_reduce(const struct replicate_layout *layout, size_t count, size_t kept_count,
                    const double *values, double *mean, double *m2, uint16_t *bin);
void summary_add_bins(struct summary *summary, const struct replicate_layout *layout, size_t count,
                      const uint16_t *bin);

/* Quantile of the i-th value with a histogram, linear within its bin. */
double summary_quantile(const struct summary *summary, size_t i, double probability);

#endif
