/* flow: tokens on the unit sphere S^{d-1}, all of them keys and queries at once, moved by attention with V =
 * I.
 *
 *     ATT(q) = sum_j w_j x_j / sum_j w_j,  w_j = exp(beta <q, x_j>),
 *     x -> ATT(x)/|ATT(x)|, or (x + tau ATT(x))/|x + tau ATT(x)|.
 *
 * What is measured is the growth of the spherical harmonics of the tokens' density, predicted in
 * models/theory/sphere.h. Time O(n^2 d) a step, room O(n d). The same bits for any number of threads; memory
 * that runs out ends the program (memory.h). */
#ifndef GAPSCALE_SIM_FLOW_FLOW_H
#define GAPSCALE_SIM_FLOW_FLOW_H

#include <stddef.h>
#include <stdint.h>

#include "models/theory/sphere.h"
#include "sim/base/progress.h"
#include "sim/rows/stream.h"

/* Coordinate c of token i is x[c * stride + i], i < count; 0 from there to stride, a multiple of 8. */
struct flow_tokens {
    size_t dimension, count, stride;
    double *x;
};
struct flow_tokens flow_tokens_create(size_t dimension, size_t count);
void flow_tokens_free(struct flow_tokens *tokens);

/* ---- placing; token i depends on the stream, the law and i alone ---- */

void flow_place_uniform(const struct stream *stream, struct flow_tokens *tokens);

/* By Wood's rejection (1994), exact. */
void flow_place_mixture(const struct stream *stream, const struct sphere_mixture *law,
                        struct flow_tokens *tokens);

/* Density 1 + eps Y(x_0) relative to the uniform one, Y = sphere_harmonic of degree `mode` about the first
 * axis, |eps| <= 1. Exact rejection: independent tokens in any d, which is what the predictions at finite n
 * are about; a regular placement would have no fluctuations and other corrections. */
void flow_place_zonal(const struct stream *stream, unsigned mode, double eps, struct flow_tokens *tokens);

/* ---- attention ---- */

/* out = ATT of every query; weights with the largest removed. beta > 0. */
void flow_attend(const struct flow_tokens *keys, const struct flow_tokens *queries, double beta, int threads,
                 struct flow_tokens *out);

/* One step, tau > 0, inf for ATT/|ATT|. `after` is not `before`. */
void flow_step(const struct flow_tokens *before, double beta, double tau, int threads,
               struct flow_tokens *after);

/* ---- growth of modes ----
 *
 * Progress is counted in pairs of tokens: n^2 a step. */

struct flow_design {
    size_t dimension, count;
    double beta, tau;
    unsigned modes, steps; /* degrees 1..modes; steps >= 1 */
    size_t replicates;
    uint64_t seed;
    int threads;
};

struct flow_estimate {
    double value, error; /* with its standard error */
};

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
void flow_measure(const struct flow_design *design, struct progress *progress, double *product);

/* estimate[(s - 1) * modes + l - 1] of E[a_s a_0]/E[a_0^2], with the standard error and the bias correction
 * of the jackknife over replicates (at least 2). */
void flow_estimate(const struct flow_design *design, const double *product, struct flow_estimate *estimate);
/* The same for sum(up)/sum(down), over `count` numbers each, `stride` apart. */
struct flow_estimate flow_ratio(size_t count, size_t stride, const double *up, const double *down);

/* residual[r * modes + l - 1] = n (a_s a_0 - growth[l - 1] a_0^2), whose mean is 0 where that is the growth
 * after s steps. */
void flow_residual(const struct flow_design *design, const double *product, unsigned step,
                   const double *growth, double *residual);

/* The limit of what is x + b/n + O(1/n^2), from two designs that differ in n: (n x(n) - m x(m))/(n - m).
 * Means of a_s a_0/E a_0^2 and of residuals are: n E a_0^2 does not depend on n. */
double flow_extrapolate(const struct flow_design *many, double at_many, const struct flow_design *few,
                        double at_few);

/* Whether the mean of `size` numbers is 0 for all together, from `count` independent sets of them,
 * residual[r * size + k]: Hotelling's T^2, with the covariance of the sets, referred to F (Anderson 2003,
 * 5.2): as chi-square on `size` degrees of freedom as count -> inf. NaN unless count > size + 1. */
struct flow_agreement {
    double chi_square, pvalue;
};
struct flow_agreement flow_agreement(size_t count, size_t size, const double *residual);

/* Tokens placed by flow_place_zonal and followed: amplitude[r * (steps + 1) + s] estimates the mode's
 * amplitude (eps at first). On the circle density[s * bins + b], if not NULL, is the density relative to the
 * uniform one, in `bins` equal parts of the angle from -pi to pi: the mean over replicates. */
void flow_follow(const struct flow_design *design, unsigned mode, double eps, struct progress *progress,
                 double *amplitude, size_t bins, struct flow_estimate *density);

/* ---- drift ---- */

/* Queries at angle[p] (in (0, pi)) from the first component's mean, on the great circle towards the second's,
 * and the unit tangents at them towards the first's: query[p * d + c], tangent[p * d + c]. Any great circle
 * where there is no second mean or it is parallel to the first to 1e-12. One side of the mean: with several
 * components the other is another place. */
void flow_probe(const struct sphere_mixture *keys, size_t probes, const double *angle, double *query,
                double *tangent);

/* drift[r * probes + p] is <ATT(query p), tangent p> for design->count independent keys, every replicate
 * anew. */
void flow_drift(const struct flow_design *design, const struct sphere_mixture *keys, size_t probes,
                const double *query, const double *tangent, struct progress *progress, double *drift);

#endif
