/* pilot: the scale of a law of rows for which theory has no formula, from rows of its own. */
#ifndef GAPSCALE_SIM_MEASURES_PILOT_H
#define GAPSCALE_SIM_MEASURES_PILOT_H

#include <stdbool.h>
#include <stdint.h>

#include "models/families/family.h"
#include "sim/base/progress.h"

enum { PILOT_ROWS = 256 };
#define PILOT_MEANING "median Lambda_n of 256 pilot rows, ties with the maximum counted once"

/* Whether it takes pilot rows to know the scale of rows of this family. */
bool pilot_is_needed(const struct family *family);

/* log of the median Lambda_n of PILOT_ROWS rows of a series whose family needs it, in 1/score. Scores that
 * tie with a row's maximum count once, so that Lambda_n is finite; 0 where half of the rows have but one
 * score then. The rows are those of the stream of the name "SERIES/pilot", which no series can have.
 * `progress` hears of n for every row; NULL: nobody does. The same bits for any threads. */
double pilot_log_lambda(const struct family *family, const double *p, double log_n, uint64_t seed,
                        const char *series, struct progress *progress);

#endif
