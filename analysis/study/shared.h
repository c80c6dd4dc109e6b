/* shared: what series have in common: their law, and which are not independent, as they take the same random
 * numbers. A row's stream is keyed by the seed, the series' name, n and the replicate (sim/rows/stream.h):
 * series of one name in files of one seed share theirs at the n that both have, whatever their laws are. */
#ifndef GAPSCALE_ANALYSIS_STUDY_SHARED_H
#define GAPSCALE_ANALYSIS_STUDY_SHARED_H

#include "analysis/fit/fit.h"

/* One family with the same parameters. */
bool shared_law(const struct results_series *a, const struct results_series *b);
/* Judged by one criterion. */
bool shared_criterion(const struct fit *a, const struct fit *b);

/* Whether rows at these two n take the same. */
bool shared_at(const struct fit *a, double log_n_a, const struct fit *b, double log_n_b);
/* Whether any do. Measured and deterministic rows take none. */
bool shared_any(const struct fit *a, const struct fit *b);

#endif
