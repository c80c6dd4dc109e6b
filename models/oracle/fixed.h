/* fixed: the oracle's answers for rows of FAMILY_FIXED, in closed form: log Z relative to the maximum, and
 * sums over atoms of equal scores. No errors but rounding. */
#ifndef GAPSCALE_MODELS_ORACLE_FIXED_H
#define GAPSCALE_MODELS_ORACLE_FIXED_H

#include "models/oracle/knots.h"

void fixed_point(const struct oracle *oracle, double beta, struct oracle_point *point);

/* The first `count` weights. */
void fixed_ranks(const struct oracle *oracle, double beta, size_t count, double *weight);

#endif
