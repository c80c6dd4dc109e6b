#include "analysis/statistics/hotelling.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_eigen.h>
#include <math.h>
#include <stdbool.h>
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

/* Along the eigenvectors of the correlation that vary by more than rounding: what is linear in fewer numbers
 * has no others. Their number in `freedom`. */
static double sum_along(const gsl_vector *mean, const gsl_vector *eigen, const gsl_matrix *vector,
                        size_t *freedom) {
    const double least = 1e-10;
    double sum = 0;
    *freedom = 0;
    for (size_t k = 0; k < mean->size; k++) {
        const gsl_vector_const_view direction = gsl_matrix_const_column(vector, k);
        double along;
        if (!(gsl_vector_get(eigen, k) > least)) { continue; }
        gsl_blas_ddot(mean, &direction.vector, &along);
        sum += along * along / gsl_vector_get(eigen, k);
        ++*freedom;
    }
    return sum;
}

static bool is_finite(const gsl_vector *x) {
    bool good = true;
    for (size_t k = 0; k < x->size; k++) { good = good && isfinite(gsl_vector_get(x, k)); }
    return good;
}

struct hotelling hotelling_test(size_t count, size_t size, const double *residual) {
    struct hotelling h = {NAN, NAN};
    size_t freedom = 0;
    if (count <= size + 1) { return h; }
    gsl_matrix *sets = gsl_matrix_alloc(count, size), *correlation = gsl_matrix_alloc(size, size),
               *vector = gsl_matrix_alloc(size, size);
    gsl_vector *mean = gsl_vector_alloc(size), *eigen = gsl_vector_alloc(size);
    gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(size);
    const double n = (double)count;
    memcpy(sets->data, residual, count * size * sizeof *residual);
    for (size_t k = 0; k < size; k++) { gsl_vector_set(mean, k, column_standardise(sets, k)); }
    gsl_blas_dsyrk(CblasLower, CblasTrans, 1 / (n - 1), sets, 0, correlation);
    if (is_finite(mean) && gsl_eigen_symmv(correlation, eigen, vector, work) == 0) {
        h.chi_square = n * sum_along(mean, eigen, vector, &freedom);
        const double m = (double)freedom;
        h.pvalue = gsl_cdf_fdist_Q((n - m) / (m * (n - 1)) * h.chi_square, m, n - m);
    }
    gsl_matrix_free(sets);
    gsl_matrix_free(correlation);
    gsl_matrix_free(vector);
    gsl_vector_free(mean);
    gsl_vector_free(eigen);
    gsl_eigen_symmv_free(work);
    return h;
}
