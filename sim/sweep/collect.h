/* collect: partials of whole cells become results. */
#ifndef GAPSCALE_SIM_SWEEP_COLLECT_H
#define GAPSCALE_SIM_SWEEP_COLLECT_H

#include "sim/sweep/partial.h"

/* Adds the partial of a whole cell, or of its exact values, to results that were made of its plan's outline
 * (results_create). From several threads, of different cells. */
void collect_add(const struct partial *whole, struct results *results);

#endif
