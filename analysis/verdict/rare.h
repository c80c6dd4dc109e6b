/* rare: rows of unlike scale that are too rare for a sample's scatter to tell of them. */
#ifndef GAPSCALE_ANALYSIS_VERDICT_RARE_H
#define GAPSCALE_ANALYSIS_VERDICT_RARE_H

#include "sim/results/results.h"

/* What rows whose scale is below Lambda^typ/beta, which keep H up to log n, move the mean entropy of all
 * replicates by at log(beta/Lambda^typ) = log_ratio: they are missed, where there is none among all, by their
 * mean. 0 where there are as many as errors need (results_carriers_needed), and of rows of one scale. */
double rare_short(const struct results_series *series, size_t n, double log_ratio);

#endif
