/* hotelling: whether the mean of several correlated numbers is 0, for all together. */
#ifndef GAPSCALE_ANALYSIS_STATISTICS_HOTELLING_H
#define GAPSCALE_ANALYSIS_STATISTICS_HOTELLING_H

#include <stddef.h>

struct hotelling {
    double chi_square, pvalue;
};
/* Of `size` numbers, from `count` independent sets of them, residual[r * size + k]: Hotelling's T^2, with the
 * covariance of the sets, referred to F (Anderson 2003, 5.2): as chi-square on `size` degrees of freedom as
 * count -> inf, or on as many as there are directions in which the numbers vary by more than rounding. NaN
 * unless count > size + 1, and where one of them is NaN or does not vary. Memory that runs out ends the
 * program (memory.h). */
struct hotelling hotelling_test(size_t count, size_t size, const double *residual);

#endif
