#include "analysis/statistics/hotelling.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "analysis/statistics/directions.h"

/* Column k less its mean, over its standard deviation; returns the mean over the same. */
static double column_standardise(gsl_matrix *sets, size_t k) {
    double n = (double)sets->size1, mean = 0, square = 0;
    for (size_t r = 0; r < sets->size1; r++) { mean += gsl_matrix_get(sets, r, k) / n; }
    for (size_t r = 0; r < sets->size1; r++) {
        double x = gsl_matrix_get(sets, r, k) - mean;
        gsl_matrix_set(sets, r, k, x);
        square += x * x;
    }
    double deviation = sqrt(square / (n - 1));
    for (size_t r = 0; r < sets->size1; r++) { *gsl_matrix_ptr(sets, r, k) /= deviation; }
    return mean / deviation;
}

static bool is_finite(const gsl_vector *x) {
    bool good = true;
    for (size_t k = 0; k < x->size; k++) { good = good && isfinite(gsl_vector_get(x, k)); }
    return good;
}

struct hotelling hotelling_test(size_t count, size_t size, const double *residual) {
    const double least = 1e-10; /* eigenvalue of a direction that varies by more than rounding */
    struct hotelling h = {NAN, NAN};
    if (count <= size + 1) { return h; }
    gsl_matrix *sets = gsl_matrix_alloc(count, size), *correlation = gsl_matrix_alloc(size, size);
    gsl_vector *mean = gsl_vector_alloc(size);
    const double n = (double)count;
    memcpy(sets->data, residual, count * size * sizeof *residual);
    for (size_t k = 0; k < size; k++) { gsl_vector_set(mean, k, column_standardise(sets, k)); }
    gsl_blas_dsyrk(CblasLower, CblasTrans, 1 / (n - 1), sets, 0, correlation);
    if (is_finite(mean)) {
        const struct directions d = directions_sum(correlation, mean, least);
        const double m = (double)d.count;
        h.chi_square = n * d.square;
        h.pvalue = gsl_cdf_fdist_Q((n - m) / (m * (n - 1)) * h.chi_square, m, n - m);
    }
    gsl_matrix_free(sets);
    gsl_matrix_free(correlation);
    gsl_vector_free(mean);
    return h;
}
