/* spread: where labels beside an axis stand: as near to what they name as they can without touching. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_SPREAD_H
#define GAPSCALE_ANALYSIS_FIGURES_SPREAD_H

#include <stddef.h>

/* Moves `count` places in [0, 1], in any order, at least `apart` from each other, and by the least sum of
 * squares: order stays, equal ones by their index. They end within [0, 1] where (count - 1) apart <= 1, else
 * evenly over it. Places that are NaN have no label. */
void spread_labels(size_t count, double *place, double apart);

#endif
