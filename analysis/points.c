#include "points.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_eigen.h>
#include <math.h>
#include <stdlib.h>

/* Interpolation of a root between betas, in log beta: what no two points share. */
static const double ROOT_NOISE = 2e-5;

static enum points_kind kind_of(const struct fit *fit) {
    if (fit->series->family->kind == FAMILY_FIXED) { return POINTS_FIXED; }
    return fit->series->family->class == FAMILY_FRECHET ? POINTS_ROWS : POINTS_MEANS;
}

/* log(beta_c/Lambda^typ) at an n and its standard error; false where there is none. */
static bool point_at(const struct fit *fit, enum points_kind kind, size_t n, double *log_ratio, double *se) {
    const struct ensemble_point *mean = &fit->collapse[n * fit->criteria + fit->primary];
    const struct order *rows = &fit->row_collapse[n * fit->criteria + fit->primary];
    double replicates = (double)fit->series->replicates;
    *log_ratio = kind == POINTS_MEANS ? mean->log_ratio : log(rows->quantile[ORDER_MEDIAN]);
    *se = mean->se * gsl_cdf_tdist_Pinv(0.975, replicates - 1) / EXPONENT_SIGMAS_95;
    if (kind != POINTS_FIXED && replicates < POINTS_REPLICATES) { return false; }
    if (kind == POINTS_ROWS) { *se = log(rows->median_high / rows->median_low) / (2 * EXPONENT_SIGMAS_95); }
    if (kind == POINTS_FIXED) { *se = 0; }
    return isfinite(*log_ratio) && isfinite(*se);
}

static bool points_allocate(struct points *p, size_t count) {
    double *room = calloc(count * (count + 5) + 1, sizeof *room);
    p->log_n = room;
    p->log_ratio = room + count;
    p->log_beta = room + 2 * count;
    p->log_lambda = room + 3 * count;
    p->log_exact = room + 4 * count;
    p->covariance = room + 5 * count;
    return room;
}

/* deviation[i][g] of log beta_c at which[i] when block group g is left out. False when one is lost, or when
 * out of memory. */
static bool leave_out_all(const struct fit *fit, size_t count, const size_t *which, size_t groups,
                          double *deviation) {
    for (size_t i = 0; i < count; i++, deviation += groups) {
        const struct criterion *criterion = &fit->series->criterion[fit->primary];
        if (!ensemble_leave_out(fit->series, which[i], criterion, deviation)) { return false; }
        for (size_t g = 0; g < groups; g++) {
            deviation[g] -= fit->collapse[which[i] * fit->criteria + fit->primary].log_ratio;
            if (!isfinite(deviation[g])) { return false; }
        }
    }
    return true;
}

/* Of the n in `which`, by leaving out a block group at all of them; widened for being an estimate itself
 * (Hartlap et al. 2007). False when there are too few groups, too. */
static bool joint_covariance(const struct fit *fit, size_t count, const size_t *which, double *covariance) {
    const struct results_series *s = fit->series;
    size_t groups = s->size[RESULTS_BLOCK];
    double *deviation = groups > count + 12 ? malloc(count * groups * sizeof *deviation) : NULL;
    bool good = deviation && leave_out_all(fit, count, which, groups, deviation);
    double widen = (double)(groups - 1) / ((double)groups - (double)count - 2);
    for (size_t i = 0; good && i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            double sum = i == j ? ROOT_NOISE * ROOT_NOISE : 0;
            for (size_t g = 0; g < groups; g++) {
                sum += widen * (1 - s->block_size[g] / (double)s->replicates) * deviation[i * groups + g] *
                       deviation[j * groups + g];
            }
            covariance[i * count + j] = sum;
        }
    }
    free(deviation);
    return good;
}

bool points_make(struct points *p, const struct fit *fit, bool common) {
    size_t *which = calloc(fit->lengths + 1, sizeof *which);
    *p = (struct points){.kind = kind_of(fit), .has_errors = true};
    bool good = which && points_allocate(p, fit->lengths);
    double log_ratio, se, *error = calloc(fit->lengths + 1, sizeof *error);
    for (size_t n = 0; good && error && fit->primary < fit->criteria && n < fit->lengths; n++) {
        if (!point_at(fit, p->kind, n, &log_ratio, &se)) { continue; }
        size_t i = p->count++;
        which[i] = n;
        p->log_n[i] = fit->series->log_n[n];
        p->log_ratio[i] = log_ratio;
        p->log_lambda[i] = fit->series->log_lambda_typ[n];
        p->log_beta[i] = log_ratio + p->log_lambda[i];
        p->log_exact[i] = p->kind == POINTS_ROWS ? NAN : log(fit->exact[n]);
        error[i] = se;
        p->has_errors = p->has_errors && se > 0;
    }
    bool joint = good && common && p->kind == POINTS_MEANS && p->has_errors &&
                 joint_covariance(fit, p->count, which, p->covariance);
    for (size_t i = 0; good && error && !joint && i < p->count; i++) {
        for (size_t j = 0; j < p->count; j++) {
            p->covariance[i * p->count + j] = i == j ? error[i] * error[i] : 0;
        }
    }
    p->floor = joint ? 5 * ROOT_NOISE * ROOT_NOISE : 0;
    good = good && error;
    free(which);
    free(error);
    return good;
}

void points_release(struct points *p) {
    free(p->log_n);
    *p = (struct points){0};
}

size_t points_from(const struct points *p, double least) {
    const double rounding = 1 - 1e-4; /* of n to whole numbers */
    size_t i = 0;
    while (i < p->count && p->log_n[i] < least * rounding) { i++; }
    return i;
}

bool points_chi_square(const struct points *p, const double *deviation, double *chi_square, size_t *freedom) {
    gsl_matrix *c = gsl_matrix_alloc(p->count, p->count), *mode = gsl_matrix_alloc(p->count, p->count);
    gsl_vector *variance = gsl_vector_alloc(p->count), *part = gsl_vector_alloc(p->count);
    gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(p->count);
    bool good = c && mode && variance && part && work;
    *chi_square = 0;
    *freedom = 0;
    if (good) {
        for (size_t i = 0; i < p->count * p->count; i++) { c->data[i] = p->covariance[i]; }
        gsl_vector_const_view y = gsl_vector_const_view_array(deviation, p->count);
        gsl_eigen_symmv(c, variance, mode, work);
        gsl_blas_dgemv(CblasTrans, 1, mode, &y.vector, 0, part);
    }
    for (size_t i = 0; good && i < p->count; i++) {
        if (!(variance->data[i] > p->floor)) { continue; }
        *chi_square += part->data[i] * part->data[i] / variance->data[i];
        ++*freedom;
    }
    gsl_matrix_free(c);
    gsl_matrix_free(mode);
    gsl_vector_free(variance);
    gsl_vector_free(part);
    gsl_eigen_symmv_free(work);
    return good && *freedom > 0;
}

struct law_data points_data(const struct points *p, size_t first, const double *values, double *scratch) {
    size_t count = p->count - first;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            scratch[i * count + j] = p->covariance[(first + i) * p->count + first + j];
        }
    }
    return (struct law_data){
        count, p->log_n + first, values + first, p->log_lambda + first, p->has_errors ? scratch : NULL,
        false};
}
