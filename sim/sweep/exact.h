/* exact: what theory says of every cell without sampling, beside what the sweep measures. */
#ifndef GAPSCALE_SIM_SWEEP_EXACT_H
#define GAPSCALE_SIM_SWEEP_EXACT_H

#include "sim/sweep/partial.h"

/* Fills the exact_ arrays of every series that holds no exact entropy yet (files of earlier versions), by
 * models/oracle/oracle.h: means at every beta, and the collapse points of the criteria on entropy and
 * participation, and the susceptibility about its maximum, which files may lack alone. NaN where that is out
 * of reach, and for the other criteria. The same bits for any number of threads. */
void exact_fill(struct results *results, int threads);

/* The same of a cell, for its exact values' place in the plan. Free with partial_free. */
struct partial *exact_partial(const struct unit *unit);

#endif
