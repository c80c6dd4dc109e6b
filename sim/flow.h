/* flow: many tokens on a sphere that attend to each other (THEORY 7), O(n^2 d) a step. Not a row: a room of
 * its own.
 *
 * Tokens x_i on S^{d-1} are stored by components, x[c n + i]. One step moves every token to
 *
 *     ATT_i/|ATT_i|  or  (x_i + tau ATT_i)/|x_i + tau ATT_i|,   ATT_i = sum_j p_ij x_j,  p_ij ~ e^{beta
 * <x_i,x_j>},
 *
 * itself among the keys. Randomness is counter-based (stream.h) and every sum has a fixed order: the same
 * bits for any number of threads and any isa. */
#ifndef GAPSCALE_SIM_FLOW_H
#define GAPSCALE_SIM_FLOW_H

#include <stdbool.h>
#include <stddef.h>

#include "isa.h"
#include "stream.h"

/* Equal parts of `clusters` von Mises-Fisher laws of density ~ e^{c <mu,x>}: mu_k in the plane of the first
 * two axes, at angle + 2 pi k/clusters. Concentration 0: uniform. */
struct flow_density {
    double concentration, angle;
    size_t clusters; /* >= 1 */
};

/* Draws n tokens in d >= 2 dimensions: x[d][n]. False when out of memory. */
bool flow_draw(const struct isa *isa, const struct stream *stream, const struct flow_density *density,
               size_t d, size_t n, double *x);

/* One step: `moved` [d][n], another place than `x`. tau = inf: ATT alone. beta > 0. False when out of memory.
 */
bool flow_step(const struct isa *isa, size_t d, size_t n, const double *x, double beta, double tau,
               int threads, double *moved);

/* ATT at a query [d] among n keys. `scratch` has room for 2 n. */
void flow_attend(const struct isa *isa, size_t d, size_t n, const double *x, double beta, const double *query,
                 double *scratch, double *att);

/* Amplitudes of the modes l = 1 .. modes: means over tokens of zonal harmonics with value 1 at the pole,
 * about each of `axes` axes: amplitude[(l-1) axes + k]. Two dimensions: cos and sin (axes = 2); else the
 * first coordinate axes. */
size_t flow_axes(size_t d); /* how many: 2, or at most 8 */
void flow_amplitudes(size_t d, size_t n, const double *x, size_t modes, double *amplitude);

#endif
