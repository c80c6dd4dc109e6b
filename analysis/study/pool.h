/* pool: runs of one config with different seeds as one run of all their replicates. */
#ifndef GAPSCALE_ANALYSIS_STUDY_POOL_H
#define GAPSCALE_ANALYSIS_STUDY_POOL_H

#include "sim/results/results.h"

/* Moments of samples taken together, of sizes R_k with means m_k and standard errors of these, from the sums
 * of squares about their means: sum R_k (R_k - 1) se_k^2 + sum R_k (m_k - m)^2 = R (R - 1) se^2. NaN where
 * one of the samples has NaN; a sample of one needs no error. */
void pool_moments(size_t count, const double *size, const double *mean, const double *se, double *pooled_mean,
                  double *pooled_se);

/* What one run would hold: means, errors, covariances and carriers of all rows; blocks and kept replicates
 * one run after the other; quantiles, of which files have no histograms, as means over the runs. What seeds
 * do not change is the first run's, as are `seed` and the config.
 *
 * NULL after a message, for bad input: measured rows, configs that differ in anything but the seed, two runs
 * of one seed, replicates by a target, or a series whose Lambda^typ is found with the seed. Free with
 * results_free. */
struct results *pool_make(size_t count, struct results *const *runs, const char *const *paths);

#endif
