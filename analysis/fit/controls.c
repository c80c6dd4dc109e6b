#include "analysis/fit/controls.h"

#include <gsl/gsl_multifit.h>
#include <math.h>

enum { FEWEST = 12, CONTROLS = 2 };
static const double LEAST = 1e-6; /* of the variance: less is rounding */

/* The beta below the collapse point; the last but one where there is none. */
static size_t beta_before(const struct results_series *s, size_t n, double log_ratio) {
    size_t betas = s->size[RESULTS_BETA], i = 0;
    while (i + 2 < betas && log(s->beta_ratio[n * betas + i + 1]) <= log_ratio) { i++; }
    return i;
}

/* Weighted regression of y on the columns of x: coefficients, and the squares that it leaves. */
static bool regress(const gsl_matrix *x, const gsl_vector *w, const gsl_vector *y,
                    double coefficient[CONTROLS + 1], double *rest) {
    gsl_vector_view c = gsl_vector_view_array(coefficient, CONTROLS + 1);
    gsl_matrix *covariance = gsl_matrix_alloc(CONTROLS + 1, CONTROLS + 1);
    gsl_multifit_linear_workspace *work = gsl_multifit_linear_alloc(x->size1, CONTROLS + 1);
    bool good = gsl_multifit_wlinear(x, w, y, &c.vector, covariance, rest, work) == 0;
    gsl_matrix_free(covariance);
    gsl_multifit_linear_free(work);
    return good;
}

/* What controls take off the mean entropy at one beta, and the share of its variance that they leave. */
static bool correction_at(const struct results_series *s, size_t at, double *correction, double *left) {
    static const enum measure control[CONTROLS] = {MEASURE_PARTICIPATION, MEASURE_TOP_WEIGHT};
    const double known[CONTROLS] = {s->exact_participation[at], s->exact_top_weight[at]};
    const size_t stride = s->size[RESULTS_BLOCK], n = at / s->size[RESULTS_BETA],
                 groups = results_blocks(s, n);
    gsl_matrix *x = gsl_matrix_alloc(groups, CONTROLS + 1);
    gsl_vector *y = gsl_vector_alloc(groups), *w = gsl_vector_alloc(groups);
    double coefficient[CONTROLS + 1], rest = NAN, all = 0;
    for (size_t g = 0; g < groups; g++) {
        double h = s->block[MEASURE_ENTROPY][at * stride + g], off = h - s->mean[MEASURE_ENTROPY][at],
               size = results_block_size(s, n, g);
        gsl_matrix_set(x, g, 0, 1);
        for (size_t k = 0; k < CONTROLS; k++) {
            gsl_matrix_set(x, g, k + 1, s->block[control[k]][at * stride + g] - known[k]);
        }
        gsl_vector_set(y, g, h);
        gsl_vector_set(w, g, size);
        all += size * off * off;
    }
    bool good = regress(x, w, y, coefficient, &rest);
    double freedom = (double)(groups - 1) / (double)(groups - 1 - CONTROLS),
           loss = (double)(groups - 2) / (double)(groups - 2 - CONTROLS);
    *correction = 0;
    for (size_t k = 0; good && k < CONTROLS; k++) {
        *correction += coefficient[k + 1] * (s->mean[control[k]][at] - known[k]);
    }
    *left = rest / all * freedom * loss;
    gsl_matrix_free(x);
    gsl_vector_free(y);
    gsl_vector_free(w);
    return good && isfinite(*correction) && *left > LEAST;
}

struct controls controls_make(const struct results_series *s, size_t n, const struct ensemble_point *point) {
    const struct controls none = {NAN, NAN, NAN};
    size_t betas = s->size[RESULTS_BETA];
    if (point->state != ENSEMBLE_FOUND || !(point->se > 0) || betas < 2 || results_blocks(s, n) < FEWEST) {
        return none;
    }
    size_t at = n * betas + beta_before(s, n, point->log_ratio);
    double off[2], left[2];
    if (!correction_at(s, at, &off[0], &left[0]) || !correction_at(s, at + 1, &off[1], &left[1])) {
        return none;
    }
    double low = log(s->beta_ratio[at]), part = (point->log_ratio - low) / (log(s->beta_ratio[at + 1]) - low),
           slope = exp((1 - part) * log(s->mean[MEASURE_SUSCEPTIBILITY][at]) +
                       part * log(s->mean[MEASURE_SUSCEPTIBILITY][at + 1])),
           correction = (1 - part) * off[0] + part * off[1], share = (1 - part) * left[0] + part * left[1];
    return (struct controls){point->log_ratio - correction / slope, point->se * sqrt(share), 1 / share};
}
