/* law: least squares of a logarithm against a few terms in L = log n, with the full covariance of its points.
 *
 * Weights are the inverse covariance: the least error, as long as the terms are the law. Where errors are
 * nearly the same at all points that takes what the terms leave out, however little, for a deviation of many
 * sigma, and moves a constant to mend it. `by_variances` weighs by the variances alone, with the error that
 * this estimate has under the full covariance: a constant is then as wrong as the terms are. */
#ifndef GAPSCALE_ANALYSIS_STATISTICS_LAW_H
#define GAPSCALE_ANALYSIS_STATISTICS_LAW_H

#include <stdbool.h>
#include <stddef.h>

enum law_term {
    LAW_ONE,         /* 1 */
    LAW_LOG,         /* log L: its coefficient is the exponent of log n */
    LAW_LINEAR,      /* L: that of n */
    LAW_INVERSE,     /* 1/L */
    LAW_LOG_INVERSE, /* log L/L */
    LAW_GIVEN,       /* the caller's own */
};
enum { LAW_TERMS = 5 };

struct law_data {
    size_t count;
    const double *log_n, *y;
    const double *given;      /* for LAW_GIVEN; may be NULL */
    const double *covariance; /* [count][count]; NULL: y has no errors, all points weigh the same */
    bool by_variances;
};

struct law_fit {
    double value[LAW_TERMS], se[LAW_TERMS]; /* se 0 where y has no errors */
    double chi_square; /* count - terms degrees of freedom; NaN where y has no errors, and by
                          variances */
};

/* False where there are fewer points than terms, where the terms cannot be told apart at these n, or where
 * the covariance is not positive definite. At least one term. */
bool law_fit(const struct law_data *data, size_t terms, const enum law_term *term, struct law_fit *fit);

#endif
