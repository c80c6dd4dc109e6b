/* beside: what other normalisers than softmax make of a series' rows, beside theory. */
#ifndef GAPSCALE_ANALYSIS_FIT_BESIDE_H
#define GAPSCALE_ANALYSIS_FIT_BESIDE_H

#include "sim/results/results.h"

/* Whether the series has other normalisers. */
bool beside_is_asked(const struct results_series *series);

/* What the mean support of sparsemax tends to as n -> inf, at point (n, beta): 1 + h/beta, h the hazard at
 * V = 1/n, since support - 1 is Poisson(h/beta) for independent scores of the Gumbel class, of one law,
 * (sim/measures/normaliser.h). NaN for others. */
double beside_support_limit(const struct results_series *series, size_t n, size_t beta);

/* A sink's mean weights against exact/sink_weight at all (n, beta) where both they and what they leave add up
 * to 100 or more over replicates, so that no few rows carry them: the deviation furthest from 0 in standard
 * errors, and the probability of one so far of so many independent ones (those of one n are not: it is larger
 * than it says). NaN where there are none. */
struct beside_sink {
    size_t count;
    double sigma, p;
};
struct beside_sink beside_sink(const struct results_series *series, size_t sink);

#endif
