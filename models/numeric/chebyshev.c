#include "models/numeric/chebyshev.h"

#include <math.h>

/* [j][k]: T_k at node j; those of so many terms as the thread last asked for are kept, the same whatever that
 * was. */
struct table {
    int terms;
    double polynomial[CHEBYSHEV_MOST][CHEBYSHEV_MOST];
};

static const struct table *table_of(int terms) {
    static _Thread_local struct table table;
    if (table.terms != terms) {
        table.terms = terms;
        for (int j = 0; j < terms; j++) {
            for (int k = 0; k < terms; k++) { table.polynomial[j][k] = cos(M_PI * k * (j + 0.5) / terms); }
        }
    }
    return &table;
}

double chebyshev_node(int terms, int j, double low, double high) {
    return (low + high) / 2 + (high - low) / 2 * table_of(terms)->polynomial[j][1];
}

void chebyshev_series(int terms, const double *value, double *c) {
    const struct table *table = table_of(terms);
    double sum[CHEBYSHEV_MOST] = {0};
    for (int j = 0; j < terms; j++) {
        const double *polynomial = table->polynomial[j], here = value[j];
#pragma omp simd
        for (int k = 0; k < terms; k++) { sum[k] += here * polynomial[k]; }
    }
    for (int k = 0; k < terms; k++) { c[k] = sum[k] * (k == 0 ? 1.0 : 2.0) / terms; }
}
