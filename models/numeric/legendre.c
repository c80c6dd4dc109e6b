#include "models/numeric/legendre.h"

#include <math.h>

/* P_0 .. P_order at x. */
static void polynomials(int order, double x, double *p) {
    p[0] = 1;
    p[1] = x;
    for (int k = 1; k < order; k++) { p[k + 1] = ((2 * k + 1) * x * p[k] - k * p[k - 1]) / (k + 1); }
}

/* By the integrals of the polynomials, (P_{k+1} - P_{k-1})/(2 k + 1), and the expansion of the j-th Lagrange
 * polynomial in them, whose coefficients are w_j (2 k + 1)/2 P_k(x_j). `above` is P_order at the nodes. */
static void fill_cumulative(struct legendre *r, const double *above) {
    for (int i = 0; i < r->order; i++) {
        for (int j = 0; j < r->order; j++) {
            double sum = 1 + r->x[i];
            for (int k = 1; k < r->order; k++) {
                double next = k + 1 < r->order ? r->value[k + 1][i] : above[i];
                sum += r->value[k][j] * (next - r->value[k - 1][i]);
            }
            r->cumulative[j][i] = 0.5 * r->w[j] * sum;
        }
    }
}

void legendre_make(int order, struct legendre *r) {
    double p[LEGENDRE_MOST + 1], above[LEGENDRE_MOST];
    r->order = order;
    for (int i = 0; i < order; i++) {
        double x = -cos(M_PI * (i + 0.75) / (order + 0.5)), slope = 1;
        for (int step = 0; step < 8; step++) {
            polynomials(order, x, p);
            slope = order * (p[order - 1] - x * p[order]) / (1 - x * x);
            x -= p[order] / slope;
        }
        polynomials(order, x, p);
        slope = order * (p[order - 1] - x * p[order]) / (1 - x * x);
        r->x[i] = x;
        r->w[i] = 2 / ((1 - x * x) * slope * slope);
        for (int k = 0; k < order; k++) { r->value[k][i] = p[k]; }
        above[i] = p[order];
    }
    fill_cumulative(r, above);
}

/* The five positive ones on [-1, 1], which have the negative ones beside them. */
static const double node[5] = {0.14887433898163121088, 0.43339539412924719080, 0.67940956829902440623,
                               0.86506336668898451073, 0.97390652851717172008};
static const double node_weight[5] = {0.29552422471475287017, 0.26926671930999635509, 0.21908636251598204400,
                                      0.14945134915058059315, 0.06667134430868813759};

struct legendre_node legendre_ten(int i) {
    return (struct legendre_node){0.5 * (i % 2 ? 1 + node[i / 2] : 1 - node[i / 2]), node_weight[i / 2]};
}
