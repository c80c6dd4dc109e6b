/* empirical: the shape of results of measured rows (sim/scores), from the options of a diagnosis, which stand
 * in the place of a resolved config:
 *
 *     diagnose: [FILE, ..]         and more words that do not matter here
 *     model: TEXT                  may be missing, as may
 *     trained: N
 *     n: [..]
 *     beta: [..]                   absolute
 *     blocks: B                    sequences
 *     series:
 *       - {name: L0H0, rows: R}    at the length that has most */
#ifndef GAPSCALE_SIM_RESULTS_EMPIRICAL_H
#define GAPSCALE_SIM_RESULTS_EMPIRICAL_H

#include "sim/results/results.h"

enum {
    EMPIRICAL_KEPT = 4096, /* rows kept one by one */
    EMPIRICAL_RANKS = 8,   /* ordered weights */
    EMPIRICAL_SPACINGS = 16,
    EMPIRICAL_WINDOWS = 3,
    EMPIRICAL_PRESCRIPTIONS = 5,
    EMPIRICAL_MULTIPLIERS = 4,
    EMPIRICAL_CRITERIA = 4,
    EMPIRICAL_QUANTILES = 5
};
extern const double empirical_quantile[EMPIRICAL_QUANTILES];

/* Whether a resolved text is that of a diagnosis. */
bool empirical_is(const char *resolved);
/* Names, sizes and criteria, without arrays. NULL where the text is not as above. Free with results_free. */
struct results *empirical_shape(const char *resolved);

#endif
