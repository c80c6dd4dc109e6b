/* fixed: the oracle's answers for rows of FAMILY_FIXED (a plateau: THEORY 3), in closed form. With N_i scores
 * at a gap D_i, relative to the maximum,
 *
 *     Z = sum_i N_i e^{-beta D_i},  H = log Z + beta <gap>,  Y_2 = Z(2 beta)/Z^2,  chi = beta^2 Var(gap).
 *
 * No errors but rounding. Called by law.c and sink.c; beta > 0 in units of 1/Lambda^typ. */
#ifndef GAPSCALE_MODELS_ORACLE_FIXED_H
#define GAPSCALE_MODELS_ORACLE_FIXED_H

#include "models/oracle/knots.h"

void fixed_point(const struct oracle *oracle, double beta, struct oracle_point *point);

/* The first `count` weights; those beyond the row are left alone. */
void fixed_ranks(const struct oracle *oracle, double beta, size_t count, double *weight);

#endif
