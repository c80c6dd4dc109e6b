/* flow_growth: growth of modes from what sim/flow/modes.h measured. */
#ifndef GAPSCALE_ANALYSIS_FLOW_FLOW_GROWTH_H
#define GAPSCALE_ANALYSIS_FLOW_FLOW_GROWTH_H

#include "analysis/statistics/estimate.h"
#include "sim/flow/modes.h"

/* estimate[(s - 1) * modes + l - 1] of E[a_s a_0]/E[a_0^2] from the products of modes_measure (at least 2
 * replicates). */
void flow_growth_estimate(const struct flow_design *design, const double *product, struct estimate *estimate);

/* residual[r * modes + l - 1] = n (a_s a_0 - growth[l - 1] a_0^2), whose mean is 0 where that is the growth
 * after s steps. */
void flow_growth_residual(const struct flow_design *design, const double *product, unsigned step,
                          const double *growth, double *residual);

/* The limit of what is x + b/n + O(1/n^2), from two designs that differ in n: (n x(n) - m x(m))/(n - m).
 * Means of a_s a_0/E a_0^2 and of residuals are: n E a_0^2 does not depend on n. */
double flow_growth_extrapolate(const struct flow_design *many, double at_many, const struct flow_design *few,
                               double at_few);

#endif
