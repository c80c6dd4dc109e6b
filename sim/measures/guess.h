/* guess: a collapse point from the grid alone.
 *
 * Next to it, a polynomial in log beta takes the values of a function and its slopes at points of the grid:
 * dH/dlog beta = -chi, d log Y_2/dlog beta = 2 beta (<gap>(beta) - <gap>(2 beta)), more of them on one side
 * at an end of the grid. Where leaving out the points farthest away moves the root by less than a hundredth
 * of what is promised, the root is taken as it is. */
#ifndef GAPSCALE_SIM_MEASURES_GUESS_H
#define GAPSCALE_SIM_MEASURES_GUESS_H

#include <math.h>
#include <stdbool.h>

#include "sim/measures/measure.h"

struct guess {
    double log_beta; /* NAN: none */
    bool near, sure; /* good to 1e-3, but for what the grid does not show; good to 1e-10 */
};
#define GUESS_NONE ((struct guess){NAN, false, false})

/* Of entropy and participation between points i - 1 and i, which the threshold lies between; of the
 * susceptibility's maximum between i - 1 and i + 1. */
struct guess guess_root(const struct measure_grid *grid, const struct criterion *criterion, size_t i);

#endif
