/* exponent: slopes of log y against x with the errors of the points carried through.
 *
 * This room knows numbers and no series: exponent (slopes), law (least squares of several terms with joint
 * errors), estimate (means and ratios between replicates), order (medians and quantiles), directions and
 * hotelling (several numbers together), normality (whether values are normal), spacing (the extreme-value
 * index). */
#ifndef GAPSCALE_ANALYSIS_STATISTICS_EXPONENT_H
#define GAPSCALE_ANALYSIS_STATISTICS_EXPONENT_H

#include <stddef.h>

#define EXPONENT_SIGMAS_95                                                                                   \
    1.959963984540054 /* normal quantile of 0.975: half a 95% interval in standard errors */

struct exponent {
    size_t count;      /* points used */
    double value, se;  /* NaN when there are fewer than two distinct x; se NaN where a point's is */
    double chi_square; /* of the straight line nearest in units of se, count - 2 degrees of freedom; NaN
                          unless all se > 0 */
};

/* Of points that are not independent: set k of the rows behind them moves y_i by part[i * sets + k], so that
 * the sum over k of the products is the covariance of two points; what se_i^2 has beyond its own squares is
 * of that point alone. Fewer sets tell nothing, and the error is the most that it may be. */
enum { EXPONENT_SETS = 8 };
struct exponent_noise {
    size_t sets;
    const double *part; /* may be NULL where they are too few */
};

/* Least squares over `count` points, those left out whose x or y is not finite. Points weigh the same, so
 * that the slope of a course that bends is that of its true values at these x, and slopes of sums are sums of
 * slopes: weights 1/se^2 move with the sample, and what is bent with them, by more than se tells. `shared`
 * NULL: points are independent; else there is no chi square. */
struct exponent exponent_fit(size_t count, const double *x, const double *y, const double *se,
                             const struct exponent_noise *shared);

#endif
