/* logs: sums and differences of exponentials, kept as logarithms. */
#ifndef GAPSCALE_MODELS_NUMERIC_LOGS_H
#define GAPSCALE_MODELS_NUMERIC_LOGS_H

#include <math.h>

/* log(1 - e^x), for x <= 0; -inf at 0. Relative accuracy of 1 - e^x and of the logarithm near -inf. */
static inline double log_one_minus_exp(double x) { return x > -M_LN2 ? log(-expm1(x)) : log1p(-exp(x)); }

/* log(e^x - 1), for x > 0, however large. */
static inline double log_exp_minus_one(double x) { return x < M_LN2 ? log(expm1(x)) : x + log1p(-exp(-x)); }

/* log(e^a + e^b), also where one of them is -inf. */
static inline double log_sum_exp(double a, double b) {
    double high = fmax(a, b), low = fmin(a, b);
    return low > -INFINITY ? high + log1p(exp(low - high)) : high;
}

#endif
