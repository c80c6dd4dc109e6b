#include "analysis/statistics/hotelling.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

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

struct hotelling hotelling_test(size_t count, size_t size, const double *residual) {
    double m = (double)size, n = (double)count, quadratic = NAN;
    if (count <= size + 1) { return (struct hotelling){NAN, NAN}; }
    gsl_matrix *sets = gsl_matrix_alloc(count, size), *correlation = gsl_matrix_alloc(size, size);
    gsl_vector *mean = gsl_vector_alloc(size), *solution = gsl_vector_alloc(size);
    memcpy(sets->data, residual, count * size * sizeof *residual);
    for (size_t k = 0; k < size; k++) { gsl_vector_set(mean, k, column_standardise(sets, k)); }
    gsl_blas_dsyrk(CblasLower, CblasTrans, 1 / (n - 1), sets, 0, correlation);
    if (gsl_linalg_cholesky_decomp1(correlation) == 0) {
        gsl_linalg_cholesky_solve(correlation, mean, solution);
        gsl_blas_ddot(mean, solution, &quadratic);
        quadratic *= n;
    }
    gsl_matrix_free(sets);
    gsl_matrix_free(correlation);
    gsl_vector_free(mean);
    gsl_vector_free(solution);
    double f = (n - m) / (m * (n - 1)) * quadratic;
    return (struct hotelling){quadratic, gsl_cdf_fdist_Q(f, m, n - m)};
}
