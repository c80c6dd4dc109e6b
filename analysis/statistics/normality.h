/* normality: whether values are normal with a given mean and spread. */
#ifndef GAPSCALE_ANALYSIS_STATISTICS_NORMALITY_H
#define GAPSCALE_ANALYSIS_STATISTICS_NORMALITY_H

#include <stddef.h>

/* Kolmogorov-Smirnov p-value of `count` values against N(mean, sd^2), by the limit law with Stephens' (1970)
 * correction for finite count. NaN for fewer than 8 values, or for values that are not finite. */
double normality_pvalue(size_t count, const double *value, double mean, double sd);

#endif
