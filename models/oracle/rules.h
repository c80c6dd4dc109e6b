/* rules: what the oracle's quadratures share at every beta: nodes, slopes, a Gumbel variable's moments.
 *
 * Names of this room alone: INNER nodes a panel of a row's scores, OUTER nodes a panel of the outer integral,
 * TERMS powers of a, MOMENTS moments and ORDERS derivatives of the series over long panels, on GRID points.
 * Made once for a law; any thread. */
#ifndef GAPSCALE_MODELS_ORACLE_RULES_H
#define GAPSCALE_MODELS_ORACLE_RULES_H

#include "models/numeric/legendre.h"

enum { INNER = 8, OUTER = 16, TERMS = 4, ORDERS = 8, MOMENTS = 12, GRID = 19 * INNER };

#define RULES_EULER 0.57721566490153286061

struct rules {
    struct legendre inner, outer;
    double below[INNER][INNER]; /* [k][j]: what node k counts for in an integral up to node j */
    double slope[OUTER][OUTER]; /* [j][i]: the j-th Lagrange polynomial's slope at node i */
    double moment[MOMENTS];     /* E G^k/k! of a Gumbel variable G, of density e^{-t} e^{-e^{-t}} */
    /* On a grid of t: t^k/k!, the integral up to there of e^{-e^{-t}} t^k/k!, and weight times density. */
    double power[ORDERS][GRID], above[ORDERS][GRID], density[GRID];
    double half[GRID / INNER]; /* half lengths of the grid's panels */
};

void rules_make(struct rules *rules);

#endif
