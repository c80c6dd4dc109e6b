/* flow: tokens on the unit sphere S^{d-1}, all of them keys and queries at once, moved by attention with V =
 * I.
 *
 *     ATT(q) = sum_j w_j x_j / sum_j w_j,  w_j = exp(beta <q, x_j>),
 *     x -> ATT(x)/|ATT(x)|, or (x + tau ATT(x))/|x + tau ATT(x)|.
 *
 * This room: tokens (points and how they are placed), flow (the step), modes (the growth of the spherical
 * harmonics of the tokens' density, predicted in models/theory/sphere.h), drift (of single queries). It
 * measures; what that says is told in analysis/flow. Time O(n^2 d) a step, room O(n d). The same bits for any
 * number of threads; memory that runs out ends the program (memory.h). */
#ifndef GAPSCALE_SIM_FLOW_FLOW_H
#define GAPSCALE_SIM_FLOW_FLOW_H

#include "sim/flow/tokens.h"

/* out = ATT of every query; weights with the largest removed. beta > 0. */
void flow_attend(const struct tokens *keys, const struct tokens *queries, double beta, int threads,
                 struct tokens *out);

/* One step, tau > 0, inf for ATT/|ATT|. `after` is not `before`. */
void flow_step(const struct tokens *before, double beta, double tau, int threads, struct tokens *after);

/* An experiment. Progress is counted in pairs of tokens: n^2 a step. */
struct flow_design {
    size_t dimension, count;
    double beta, tau;
    unsigned modes, steps; /* degrees 1..modes; steps >= 1 */
    size_t replicates;
    uint64_t seed;
    int threads;
};

#endif
