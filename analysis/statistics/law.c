#include "analysis/statistics/law.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_multifit.h>
#include <math.h>

static double term_value(const struct law_data *data, size_t i, enum law_term term) {
    double l = data->log_n[i];
    switch (term) {
    case LAW_ONE: return 1;
    case LAW_LOG: return log(l);
    case LAW_LINEAR: return l;
    case LAW_INVERSE: return 1 / l;
    case LAW_LOG_INVERSE: return log(l) / l;
    case LAW_GIVEN: break;
    }
    return data->given[i];
}

/* Points and terms times the inverse of the covariance's Cholesky factor: unit variances, independent. */
static bool whiten(const struct law_data *data, gsl_matrix *x, gsl_vector *y) {
    gsl_matrix *c = gsl_matrix_alloc(data->count, data->count);
    for (size_t i = 0; i < data->count * data->count; i++) { c->data[i] = data->covariance[i]; }
    bool good = gsl_linalg_cholesky_decomp1(c) == 0;
    if (good) {
        gsl_blas_dtrsv(CblasLower, CblasNoTrans, CblasNonUnit, c, y);
        gsl_blas_dtrsm(CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, 1, c, x);
    }
    gsl_matrix_free(c);
    return good;
}

/* The same by the variances alone; the covariance becomes that of the whitened points. */
static void whiten_apart(const struct law_data *data, gsl_matrix *x, gsl_vector *y, gsl_matrix *covariance) {
    for (size_t i = 0; i < data->count; i++) {
        double error = sqrt(data->covariance[i * data->count + i]);
        gsl_vector_view row = gsl_matrix_row(x, i);
        gsl_vector_scale(&row.vector, 1 / error);
        gsl_vector_set(y, i, gsl_vector_get(y, i) / error);
        for (size_t j = 0; j < data->count; j++) {
            double other = sqrt(data->covariance[j * data->count + j]);
            gsl_matrix_set(covariance, i, j, data->covariance[i * data->count + j] / (error * other));
        }
    }
}

/* Columns of length 1, so that the rank can be judged; returns the smallest length there was. */
static double normalise(gsl_matrix *x, double *length) {
    double least = INFINITY;
    for (size_t k = 0; k < x->size2; k++) {
        gsl_vector_view column = gsl_matrix_column(x, k);
        length[k] = gsl_blas_dnrm2(&column.vector);
        gsl_vector_scale(&column.vector, 1 / length[k]);
        least = fmin(least, length[k]);
    }
    return least;
}

/* Covariance P of coefficients of unit, independent points to that of points with covariance C: P x' C x P.
 */
static void correlate(const gsl_matrix *x, const gsl_matrix *points, gsl_matrix *covariance) {
    gsl_matrix *lever = gsl_matrix_alloc(x->size1, x->size2), *part = gsl_matrix_alloc(x->size1, x->size2);
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1, x, covariance, 0, lever);
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1, points, lever, 0, part);
    gsl_blas_dgemm(CblasTrans, CblasNoTrans, 1, lever, part, 0, covariance);
    gsl_matrix_free(lever);
    gsl_matrix_free(part);
}

/* `points`: covariance of the whitened points; NULL: 1. */
static bool solve(const struct law_data *data, size_t terms, gsl_matrix *x, gsl_vector *y,
                  const gsl_matrix *points, struct law_fit *fit) {
    const double tolerance = 1e-9; /* terms that differ by less cannot be told apart */
    double length[LAW_TERMS] = {0}, chi_square = 0;
    size_t rank = 0;
    gsl_vector *c = gsl_vector_alloc(terms), *w = gsl_vector_alloc(data->count);
    gsl_matrix *covariance = gsl_matrix_alloc(terms, terms);
    gsl_multifit_linear_workspace *work = gsl_multifit_linear_alloc(data->count, terms);
    bool good = normalise(x, length) > 0;
    if (good) {
        gsl_vector_set_all(w, 1);
        good = gsl_multifit_wlinear_tsvd(x, w, y, tolerance, c, covariance, &chi_square, &rank, work) == 0 &&
               rank == terms;
    }
    if (good && points) { correlate(x, points, covariance); }
    for (size_t k = 0; good && k < terms; k++) {
        fit->value[k] = gsl_vector_get(c, k) / length[k];
        fit->se[k] = data->covariance ? sqrt(gsl_matrix_get(covariance, k, k)) / length[k] : 0;
        fit->chi_square = data->covariance && !points ? chi_square : NAN;
    }
    gsl_vector_free(c);
    gsl_vector_free(w);
    gsl_matrix_free(covariance);
    gsl_multifit_linear_free(work);
    return good;
}

bool law_fit(const struct law_data *data, size_t terms, const enum law_term *term, struct law_fit *fit) {
    const bool apart = data->covariance && data->by_variances;
    *fit = (struct law_fit){.chi_square = NAN};
    if (data->count < terms) { return false; }
    gsl_vector *y = gsl_vector_alloc(data->count);
    gsl_matrix *x = gsl_matrix_alloc(data->count, terms),
               *points = apart ? gsl_matrix_alloc(data->count, data->count) : NULL;
    for (size_t i = 0; i < data->count; i++) {
        gsl_vector_set(y, i, data->y[i]);
        for (size_t k = 0; k < terms; k++) { gsl_matrix_set(x, i, k, term_value(data, i, term[k])); }
    }
    if (apart) { whiten_apart(data, x, y, points); }
    bool good = apart || !data->covariance || whiten(data, x, y);
    good = good && solve(data, terms, x, y, points, fit);
    gsl_vector_free(y);
    gsl_matrix_free(x);
    gsl_matrix_free(points);
    return good;
}
