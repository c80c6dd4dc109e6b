/* legendre: Gauss-Legendre quadrature on [-1, 1], and what else its nodes know. No allocation, any thread. */
#ifndef GAPSCALE_MODELS_NUMERIC_LEGENDRE_H
#define GAPSCALE_MODELS_NUMERIC_LEGENDRE_H

enum { LEGENDRE_MOST = 16 };

struct legendre {
    int order;
    double x[LEGENDRE_MOST], w[LEGENDRE_MOST];  /* nodes, increasing, and their weights */
    double value[LEGENDRE_MOST][LEGENDRE_MOST]; /* [k][i]: the polynomial P_k at node i, k < order */
    /* [j][i]: the integral of node j's Lagrange polynomial up to node i. */
    double cumulative[LEGENDRE_MOST][LEGENDRE_MOST];
};

/* order from 2 to LEGENDRE_MOST. To rounding. */
void legendre_make(int order, struct legendre *rule);

/* The rule of ten nodes, which are at hand: the place of node i in [0, 1], and its weight, 2 in all. */
enum { LEGENDRE_TEN = 10 };
struct legendre_node {
    double place, weight;
};
struct legendre_node legendre_ten(int i);

#endif
