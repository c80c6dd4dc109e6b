/* leja: polynomials through points of [-1, 1] that are added one by one, each where the product of its
 * distances to those before is largest. As good as Chebyshev's, within a factor of 20 or so, whenever one
 * stops. No allocation, any thread. */
#ifndef GAPSCALE_MODELS_NUMERIC_LEJA_H
#define GAPSCALE_MODELS_NUMERIC_LEJA_H

#include <stddef.h>

enum { LEJA_MOST = 160 };

/* The first are 1, -1, 0. */
void leja_points(double x[LEJA_MOST]);

/* Barycentric weights of the first `count` points become those of the first count + 1. */
void leja_add(const double *x, size_t count, double *weight);

/* What the value at each of the first `count` >= 1 points counts for in the polynomial at x = at. */
void leja_shares(const double *x, const double *weight, size_t count, double at, double *share);

/* Adds to *share what it counts for in times[0] p(at[0]) + times[1] p(at[1]) + .. */
enum { LEJA_AT_ONCE = 16 };
void leja_add_shares(const double *x, const double *weight, size_t count, const double at[LEJA_AT_ONCE],
                     const double times[LEJA_AT_ONCE], double *share);

#endif
