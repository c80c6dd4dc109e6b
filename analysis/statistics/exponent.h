/* exponent: slopes of log y against x with the errors of the points carried through. The points are
 * taken as independent; with common randomness across n the errors given here are too large. */
#ifndef GAPSCALE_ANALYSIS_STATISTICS_EXPONENT_H
#define GAPSCALE_ANALYSIS_STATISTICS_EXPONENT_H

#include <stddef.h>

#define EXPONENT_SIGMAS_95                                                                                   \
    1.959963984540054 /* normal quantile of 0.975: half a 95% interval in standard errors */

struct exponent {
    size_t count;      /* points used */
    double value, se;  /* NaN when there are fewer than two distinct x; se NaN where a point's is */
    double chi_square; /* of the straight line, count - 2 degrees of freedom; NaN unless all se > 0 */
};

/* Least squares over `count` points, those left out whose x or y is not finite: weights 1/se^2 when every
 * se is positive, equal weights otherwise. */
struct exponent exponent_fit(size_t count, const double *x, const double *y, const double *se);

/* The same with equal weights whatever the errors, which only enter se: slopes of sums are then sums of
 * slopes. */
struct exponent exponent_even(size_t count, const double *x, const double *y, const double *se);

#endif
