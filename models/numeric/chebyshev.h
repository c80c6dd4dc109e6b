/* chebyshev: series in Chebyshev's polynomials from values at their nodes. Any thread. */
#ifndef GAPSCALE_MODELS_NUMERIC_CHEBYSHEV_H
#define GAPSCALE_MODELS_NUMERIC_CHEBYSHEV_H

enum { CHEBYSHEV_MOST = 16 }; /* terms */

/* Where the j-th of so many nodes lies between low and high, j = 0 the nearest to high. */
double chebyshev_node(int terms, int j, double low, double high);

/* The c of sum_k c[k] T_k, k < terms, that has these values at the nodes. */
void chebyshev_series(int terms, const double *value, double *c);

#endif
