/* modes: the growth of the spherical harmonics of the tokens' density from step to step, measured. */
#ifndef GAPSCALE_SIM_FLOW_MODES_H
#define GAPSCALE_SIM_FLOW_MODES_H

#include "sim/base/progress.h"
#include "sim/flow/flow.h"

/* Uniform tokens, `steps` steps, every replicate anew. product[(r * (steps + 1) + s) * modes + l - 1] is the
 * mean over channels of a_s a_0, where a_s is the mean of a harmonic of degree l over the tokens after s
 * steps. Channels: cos and sin of l theta on the circle, else the zonal harmonics about 32 fixed random axes.
 *
 * Why no perturbation: for independent tokens with density 1 + eps Y the derivative of E a_s by eps at 0 is
 * n E[a_s a_0] over uniform ones (the score of that density is n a_0), so E[a_s a_0]/E[a_0^2] is the growth
 * ratio for eps -> 0 at every n: free of errors in eps, any d, all modes and channels from one run.
 * The rival, the difference of the same tokens moved to the density 1 + eps Y and to 1 - eps Y, is sharper
 * for one mode but takes two runs for each. Standard error a replicate at d = 2, n = 4096, beta = 32:
 *     l                          2       5       8       11
 *     this                   .0027   .0129   .0395    .0593
 *     difference, eps = .05  .0003   .0046   .0089    .0075
 * For the same work on 12 modes, 24 runs to 1, that is a tie (variance ratios .3, 3, 1.2, .4), and the
 * difference is left with its bias in eps. */
void modes_measure(const struct flow_design *design, struct progress *progress, double *product);

/* Tokens placed by tokens_place_zonal and followed: amplitude[r * (steps + 1) + s] estimates the mode's
 * amplitude (eps at first). On the circle density[(r * (steps + 1) + s) * bins + b], if not NULL, is the
 * density relative to the uniform one in `bins` equal parts of the angle from -pi to pi. */
void modes_follow(const struct flow_design *design, unsigned mode, double eps, struct progress *progress,
                  double *amplitude, size_t bins, double *density);

#endif
