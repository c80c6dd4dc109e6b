/* gram: sums over equidistant points by a few of them, Gauss's rule of the discrete uniform measure.
 *
 *     sum_{j=0}^{count-1} f(first + j) = sum_i w_i f(x_i),    exactly for polynomials up to 2 GRAM_NODES - 1,
 *
 * whose nodes are the zeros of a Gram (discrete Chebyshev) polynomial: on t = (2j + 1)/count - 1 the monic
 * ones follow P_{k+1} = t P_k - b_k P_{k-1}, b_k = k^2 (1 - k^2/count^2)/(4 k^2 - 1) (Szego, Orthogonal
 * Polynomials, 2.8). With many points this is Gauss-Legendre. No allocation, any thread. */
#ifndef GAPSCALE_MODELS_NUMERIC_GRAM_H
#define GAPSCALE_MODELS_NUMERIC_GRAM_H

enum { GRAM_NODES = 8, GRAM_FEWEST = 32 };

struct gram {
    double x[GRAM_NODES], w[GRAM_NODES]; /* decreasing; the weights sum to count */
};

/* count >= GRAM_FEWEST; to rounding. */
void gram_make(double first, double count, struct gram *rule);

#endif
