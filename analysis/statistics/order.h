/* order: medians and quantiles of per-row values, whose means may be infinite. NaN is left out; 0 and
 * inf are values like others. */
#ifndef GAPSCALE_ANALYSIS_STATISTICS_ORDER_H
#define GAPSCALE_ANALYSIS_STATISTICS_ORDER_H

#include <stddef.h>

enum { ORDER_QUANTILES = 5, ORDER_MEDIAN = 2 };
extern const double order_level[ORDER_QUANTILES]; /* 0.05, 0.25, 0.5, 0.75, 0.95 */

struct order {
    size_t count;                     /* values that are not NaN */
    double quantile[ORDER_QUANTILES]; /* linear between order statistics; NaN when count is 0 */
    double median_low, median_high;   /* order statistics that hold the median with probability of at least
                                         95% whatever the law; NaN for fewer than six values */
};

/* `scratch` has room for `count` values. */
struct order order_make(size_t count, const double *values, double *scratch);
/* Its quantiles alone. */
void order_quantiles(size_t count, const double *values, double *scratch, double quantile[ORDER_QUANTILES]);

#endif
