#include "models/numeric/chebyshev.h"

#include <math.h>

/* T_k at node j: those of so many terms as the thread last asked for are kept, the same whatever that was. */
struct table {
    int terms;
    double polynomial[CHEBYSHEV_MOST][CHEBYSHEV_MOST];
};

static const struct table *table_of(int terms) {
    static _Thread_local struct table table;
    if (table.terms != terms) {
        table.terms = terms;
        for (int k = 0; k < terms; k++) {
            for (int j = 0; j < terms; j++) { table.polynomial[k][j] = cos(M_PI * k * (j + 0.5) / terms); }
        }
    }
    return &table;
}

double chebyshev_node(int terms, int j, double low, double high) {
    return (low + high) / 2 + (high - low) / 2 * table_of(terms)->polynomial[1][j];
}

void chebyshev_series(int terms, const double *value, double *c) {
    const struct table *table = table_of(terms);
    for (int k = 0; k < terms; k++) {
        double sum = 0;
        for (int j = 0; j < terms; j++) { sum += value[j] * table->polynomial[k][j]; }
        c[k] = sum * (k == 0 ? 1.0 : 2.0) / terms;
    }
}
