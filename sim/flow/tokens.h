/* tokens: points on the unit sphere S^{d-1}, placed at random. Token i depends on the stream, the law and i
 * alone. Memory that runs out ends the program (memory.h). */
#ifndef GAPSCALE_SIM_FLOW_TOKENS_H
#define GAPSCALE_SIM_FLOW_TOKENS_H

#include <stddef.h>
#include <stdint.h>

#include "models/theory/sphere.h"
#include "sim/rows/stream.h"

/* Coordinate c of token i is x[c * stride + i], i < count; 0 from there to stride, a multiple of 8. */
struct tokens {
    size_t dimension, count, stride;
    double *x;
};
struct tokens tokens_create(size_t dimension, size_t count);
void tokens_free(struct tokens *tokens);
/* Puts token i at `x`, [dimension]. */
void tokens_put(struct tokens *tokens, size_t i, const double *x);

/* Uniform direction number i of a stream, [d]. */
void tokens_direction(const struct stream *stream, uint64_t i, size_t d, double *x);
/* Takes what lies along the unit vector mu out of x and gives the rest a length. */
void tokens_across(size_t d, const double *mu, double length, double *x);

void tokens_place_uniform(const struct stream *stream, struct tokens *tokens);

/* By Wood's rejection (1994), exact. */
void tokens_place_mixture(const struct stream *stream, const struct sphere_mixture *law,
                          struct tokens *tokens);

/* Density 1 + eps Y(x_0) relative to the uniform one, Y = sphere_harmonic of degree `mode` about the first
 * axis, |eps| <= 1. Exact rejection: independent tokens in any d, which is what the predictions at finite n
 * are about; a regular placement would have no fluctuations and other corrections. */
void tokens_place_zonal(const struct stream *stream, unsigned mode, double eps, struct tokens *tokens);

#endif
