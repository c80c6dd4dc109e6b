/* declared: a series taken for the law that its family and parameters declare. */
#ifndef GAPSCALE_ANALYSIS_STUDY_DECLARED_H
#define GAPSCALE_ANALYSIS_STUDY_DECLARED_H

#include <stdbool.h>

#include "sim/results/results.h"

/* A file whose attributes were rewritten still holds the Lambda^typ of the law it was made for. Where that is
 * not the declared law's, everything in units of it (names of units in sim/results/table.h) is brought to the
 * declared one, gap counts, whose gaps cannot be, are forgotten there, and so are exact values, to be
 * computed again (sim/sweep/exact.h): the rows stay as measured, and have to answer for what is declared.
 * Whether that was so. */
bool declared_apply(struct results_series *series);

#endif
