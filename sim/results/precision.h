/* precision: the digits that results keep of arrays with a value for each kept row or block. What chance does
 * to them is far above their last digits, which take most of the room of a file; means, errors and exact
 * values keep theirs. */
#ifndef GAPSCALE_SIM_RESULTS_PRECISION_H
#define GAPSCALE_SIM_RESULTS_PRECISION_H

#include "sim/results/results.h"

/* Significant bits, as many as a float has: an error of at most 2^-24 relative, 6e-8. */
#define PRECISION_BITS 24
/* And to 2^-14 of the distance between the quartiles of the values at the same point (n, beta, ..):
 * neighbouring points have nearly the same fluctuations, and what is told from their differences (where chi
 * is largest) should keep them. */
#define PRECISION_SPREAD_BITS 14

/* Rounds those values of finished results to the nearest number of PRECISION_BITS or, where that is finer, to
 * the nearest multiple of a power of two of at most 2^-PRECISION_SPREAD_BITS of that distance: still doubles,
 * in the same order, 0, inf and NaN as they were. Values without a distance between quartiles stay as they
 * are. */
void precision_round(struct results *results);

#endif
