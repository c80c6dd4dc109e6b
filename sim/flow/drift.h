/* drift: where attention over a mixture of von Mises-Fisher laws moves single queries. */
#ifndef GAPSCALE_SIM_FLOW_DRIFT_H
#define GAPSCALE_SIM_FLOW_DRIFT_H

#include "sim/base/progress.h"
#include "sim/flow/flow.h"

/* Queries at angle[p] (in (0, pi)) from the first component's mean, on the great circle towards the second's,
 * and the unit tangents at them towards the first's: query[p * d + c], tangent[p * d + c]. Any great circle
 * where there is no second mean or it is parallel to the first to 1e-12. One side of the mean: with several
 * components the other is another place. */
void drift_probe(const struct sphere_mixture *keys, size_t probes, const double *angle, double *query,
                 double *tangent);

/* drift[r * probes + p] is <ATT(query p), tangent p> for design->count independent keys, every replicate
 * anew. */
void drift_measure(const struct flow_design *design, const struct sphere_mixture *keys, size_t probes,
                   const double *query, const double *tangent, struct progress *progress, double *drift);

#endif
