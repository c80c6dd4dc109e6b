/* joint: how the collapse points of a series err together at all n, where rows take the same randomness
 * there.
 *
 * Of means sets of rows are their groups of blocks, left out at all n at once (jackknife). Of medians each
 * kept row is one: they move together as often as rows lie on the same side of both. */
#ifndef GAPSCALE_ANALYSIS_FIT_JOINT_H
#define GAPSCALE_ANALYSIS_FIT_JOINT_H

#include "analysis/fit/fit.h"

/* How many sets there are: of means as many as the n with the most has, of medians the kept rows. */
size_t joint_sets(const struct fit *fit);

/* part[k], k < joint_sets: what set k moves the logarithm of a criterion's judged point at an n by, one
 * standard error in all; the sum over sets of the products at two n is a covariance. NaN where leaving a set
 * out loses the point. */
void joint_parts(const struct fit *fit, size_t n, size_t criterion, double *part);

#endif
