/* highest: the mean of a row's largest score where scores fall with distance, by its law
 *
 *     log P(no score above s) = sum_j log(1 - V(s + b(j))). */
#ifndef GAPSCALE_MODELS_ORACLE_HIGHEST_H
#define GAPSCALE_MODELS_ORACLE_HIGHEST_H

#include "models/oracle/knots.h"

/* E g = E (s* - s_(1)) Lambda^typ with its error, about 1e-10; NaN and infinite where it is out of reach.
 * Hardly any row, e^-34 or so, is without a score `lowest` below s*; infinite where that is not known. */
struct highest {
    double mean, error, lowest;
};

/* Given s* and the scale over which log V changes, with the oracle's family, parameters, n, Lambda^typ, rules
 * and kernels. False when out of memory. */
bool highest_mean(const struct oracle *oracle, double score, double scale, struct highest *highest);

#endif
