/* estimate: a number with its standard error, from independent replicates. */
#ifndef GAPSCALE_ANALYSIS_STATISTICS_ESTIMATE_H
#define GAPSCALE_ANALYSIS_STATISTICS_ESTIMATE_H

#include <stddef.h>

struct estimate {
    double value, error;
};

/* Mean of `count` numbers, `stride` apart; the error is NaN for one of them. */
struct estimate estimate_mean(size_t count, size_t stride, const double *x);

/* sum(up)/sum(down) over `count` numbers each, `stride` apart: standard error and correction of the bias of
 * order 1/count by the jackknife (Efron 1982). At least 2. */
struct estimate estimate_ratio(size_t count, size_t stride, const double *up, const double *down);

#endif
