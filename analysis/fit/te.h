/* te: both halves of the TE theorem as rates, at one n (THEORY 1).
 *
 * At beta = f Lambda_n of the row, the score of rank k weighs at most k^-f of the maximum: above (f > 1) the
 * entropy falls like that of two keys with weights 1 : 2^-f, (1 + f log 2) 2^-f, as it is in rows that attain
 * Lambda_n at k = 2 (a part 1/e of them in the Gumbel class): one key takes all. Below (f < 1), 1 -
 * p_(2)/p_(1) is about f Lambda_n Delta_(2): it vanishes like f where the top two merge, and does not where
 * they do not (plateau and pareto rows). */
#ifndef GAPSCALE_ANALYSIS_FIT_TE_H
#define GAPSCALE_ANALYSIS_FIT_TE_H

#include "analysis/statistics/exponent.h"
#include "sim/results/results.h"

struct te {
    struct exponent above; /* -d log2(H/(1 + f log 2))/df over f > 4 where H is a number; 1 at k = 2 */
    struct exponent below; /* d log(1 - p_(2)/p_(1))/d log f over the lower half of the factors below 1 */
    double ratio;          /* mean p_(2)/p_(1) at the smallest factor */
};
/* NaN where fewer than three factors have a mean that is known to half of it, `above` also where a row ties
 * at the top, whose entropy falls to that of its ties. */
struct te te_make(const struct results_series *series, size_t n);

#endif
