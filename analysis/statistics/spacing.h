/* spacing: the extreme-value index of a law from the spacings of a row's largest scores.
 *
 * D_k = k (s_(k) - s_(k+1)), k = 1 .. K. In the limit E D_k is proportional to Gamma(k - gamma)/Gamma(k),
 * gamma = 1/a (Frechet class), 0 (Gumbel) or -1/kappa (Weibull). Free of scale is
 *
 *     T = sum_k (k - 1) D_k / ((K - 1) sum_k D_k),
 *
 * whose mean falls with gamma. Given Gamma_{K+1} the points before it are uniform, so with Y = (U^-gamma -
 * 1)/gamma, U uniform, and phi(t) = E e^{-tY},
 *
 *     E T = K E[min(Y_1, Y_2)/(Y_1 + .. + Y_K)] = K int_0^inf phi(t)^{K-2} int_0^inf E[e^{-tY}; Y > y]^2 dy
 * dt. */
#ifndef GAPSCALE_ANALYSIS_STATISTICS_SPACING_H
#define GAPSCALE_ANALYSIS_STATISTICS_SPACING_H

#include <stddef.h>

#include "models/families/family.h"

enum { SPACING_FEW = 8, SPACING_MANY = 16 };

/* T of the gaps 0 = gap[0] <= .. <= gap[count] below the largest score, K = count; NaN where all of them tie.
 */
double spacing_statistic(size_t count, const double *gap);

#define SPACING_END 4.5 /* indices lie in [-SPACING_END, SPACING_END] */
/* E T for an index, to 1e-7. A tenth of a millisecond. */
double spacing_mean(size_t count, double index);

/* Mean of T of rows of n > K + 1 independent scores of a law, which differs from the limit at finite n: given
 * the score after the largest K those are independent above it. To 1e-5. A few milliseconds. */
double spacing_mean_finite(size_t count, const struct family *family, const double *p, double log_n);

/* The inverse, from a table that is made once. Immutable after spacing_table_make. */
enum { SPACING_POINTS = 37 };
struct spacing_table {
    double index[SPACING_POINTS], mean[SPACING_POINTS]; /* index rising, mean falling */
};
/* For T of `count` spacings. */
void spacing_table_make(size_t count, struct spacing_table *table);
/* The index with that mean, to 2e-3 between -4 and 4; the nearer end outside the table; NaN for NaN. */
double spacing_index(const struct spacing_table *table, double mean);

#endif
