#include "analysis/verdict/points.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_eigen.h>
#include <math.h>
#include <stdlib.h>

#include "analysis/fit/joint.h"
#include "analysis/verdict/rare.h"
#include "sim/base/memory.h"

/* The least that interpolation of a root between betas is off by, in log beta; no two points share it. */
static const double ROOT_NOISE = 2e-5;

static enum points_kind kind_of(const struct fit *fit) {
    if (fit->series->family->kind == FAMILY_FIXED) { return POINTS_FIXED; }
    return family_is_judged_by_rows(fit->series->family) ? POINTS_ROWS : POINTS_MEANS;
}

double points_freedom(const struct fit *fit, size_t n) {
    const bool blocks = kind_of(fit) == POINTS_MEANS && fit_criterion(fit) &&
                        fit_criterion(fit)->kind == CRITERION_SUSCEPTIBILITY;
    return (blocks ? (double)results_blocks(fit->series, n) : results_replicates(fit->series, n)) - 1;
}

/* Of the n that has the fewest. */
static double freedom_of(const struct fit *fit) {
    double least = INFINITY;
    for (size_t n = 0; n < fit->lengths; n++) { least = fmin(least, points_freedom(fit, n)); }
    return least;
}

/* What Student's law asks of a 95% interval, over the normal law's. */
static double widening(double freedom) { return gsl_cdf_tdist_Pinv(0.975, freedom) / EXPONENT_SIGMAS_95; }

/* log(beta_c/Lambda^typ) at an n and its standard error; false where there is none. */
static bool point_at(const struct fit *fit, enum points_kind kind, size_t n, double *log_ratio, double *se) {
    const struct ensemble_point *point = fit_noisy(fit, n, fit->primary);
    double replicates = results_replicates(fit->series, n);
    *log_ratio = point->log_ratio;
    if (kind != POINTS_FIXED && (replicates < POINTS_REPLICATES || freedom_of(fit) < 1)) { return false; }
    *se = kind == POINTS_FIXED ? 0 : kind == POINTS_ROWS ? point->se : point->se * widening(freedom_of(fit));
    return isfinite(*log_ratio) && isfinite(*se);
}

static void points_allocate(struct points *p, size_t count) {
    double *room = memory_create(count * (count + 10), sizeof *room);
    double **const array[] = {&p->log_n,      &p->log_ratio, &p->log_beta,
                              &p->log_lambda, &p->log_exact, &p->systematic,
                              &p->grid,       &p->deviation, &p->deviation_systematic,
                              &p->bias,       &p->covariance};
    for (size_t i = 0; i < sizeof array / sizeof *array; i++) { *array[i] = room + i * count; }
}

static double hartlap(size_t groups, size_t count) {
    return (double)(groups - 1) / ((double)groups - (double)count - 2);
}

/* Of the points at the n in `which`. Rows that change sides of a median are counted, so that one is in doubt.
 * False where a set left out loses a point. */
static bool joint(struct points *p, const struct fit *fit, const size_t *which, const double *error) {
    const size_t sets = joint_sets(fit), count = p->count;
    const double widen = hartlap(sets, count), one_row = p->kind == POINTS_ROWS ? 4 / (double)sets : 0;
    double *part = memory_create(count * sets, sizeof *part);
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        joint_parts(fit, which[i], fit->primary, part + i * sets);
        for (size_t k = 0; k < sets; k++) { good = good && isfinite(part[i * sets + k]); }
    }
    for (size_t i = 0; good && i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            double sum = i == j ? one_row * error[i] * error[i] : 0;
            for (size_t k = 0; k < sets; k++) { sum += widen * part[i * sets + k] * part[j * sets + k]; }
            p->covariance[i * count + j] = sum;
        }
    }
    free(part);
    return good;
}

static void independent(struct points *p, const double *error) {
    for (size_t i = 0; i < p->count; i++) { p->covariance[i * p->count + i] = error[i] * error[i]; }
}

/* The noise of the points at `which`, whose own errors are `error`. */
static void points_correlate(struct points *p, const struct fit *fit, const size_t *which,
                             const double *error) {
    const size_t sets = joint_sets(fit);
    if (!fit->common || !p->has_errors) {
        independent(p, error);
    } else if (sets >= p->count + POINTS_MORE_GROUPS && joint(p, fit, which, error)) {
        p->groups = sets;
    } else {
        p->lacks_groups = true;
        independent(p, error);
    }
    for (size_t i = 0; i < p->count; i++) { p->covariance[i * p->count + i] += p->systematic[i]; }
}

static const double several = 3;

double points_grid(const struct fit *fit, size_t n) {
    return kind_of(fit) == POINTS_MEANS ? several * fit->collapse[n * fit->criteria + fit->primary].grid_error
                                        : 0;
}

/* How far within the grid of betas a point lies, in log beta. */
static double depth_at(const struct fit *fit, size_t n, double log_ratio) {
    size_t betas = fit->series->size[RESULTS_BETA];
    const double *ratio = fit->series->beta_ratio + n * betas;
    return fmin(log_ratio - log(ratio[0]), log(ratio[betas - 1]) - log_ratio);
}

/* Whether the grid of betas ends so near that noise decides on which side a point lies (points_make). */
static bool is_cut_off(const struct fit *fit, enum points_kind kind, size_t n, double log_ratio, double se) {
    enum { WITHIN = 4, CLEAR = 9 };
    if (kind != POINTS_MEANS || fit_criterion(fit)->kind == CRITERION_SUSCEPTIBILITY) { return false; }
    double where = isfinite(fit->exact_on_grid[n]) ? fit->exact_on_grid[n] : fit->exact[n],
           depth = depth_at(fit, n, log_ratio);
    return isnan(where) ? depth < WITHIN * se
                        : depth_at(fit, n, log(where)) < WITHIN * se && depth < CLEAR * se;
}

bool points_few_carry(const struct fit *fit, size_t n) {
    return fit_noisy(fit, n, fit->primary)->carriers < results_carriers_needed(fit->series, n);
}

/* Where there is no collapse point since the grid of betas does not reach it. */
static bool is_beyond(const struct fit *fit, enum points_kind kind, size_t n) {
    enum ensemble_state state = fit->collapse[n * fit->criteria + fit->primary].state;
    return kind == POINTS_MEANS && (state == ENSEMBLE_BELOW || state == ENSEMBLE_ABOVE);
}

/* Its mean's relative error; 0 where that is not known, of medians and maxima. */
static double relative_error(const struct fit *fit, size_t n) {
    const double carriers = fit_noisy(fit, n, fit->primary)->carriers;
    return isnan(carriers) ? 0 : sqrt(fmax(0, 1 / carriers - 1 / results_replicates(fit->series, n)));
}

/* Interpolation moves the measured and the exact mean alike, but for what it makes of noise: less than it
 * moves. */
static void deviate(struct points *p, size_t i, double exact_on_grid) {
    bool alike = p->kind == POINTS_MEANS && isfinite(exact_on_grid) && !isnan(p->log_exact[i]);
    p->deviation[i] = p->log_ratio[i] - (alike ? log(exact_on_grid) : p->log_exact[i]);
    double left = p->grid[i] / several;
    p->deviation_systematic[i] = alike ? ROOT_NOISE * ROOT_NOISE + left * left : p->systematic[i];
}

void points_make(struct points *p, const struct fit *fit) {
    size_t *which = memory_create(fit->lengths, sizeof *which);
    double log_ratio, se, *error = memory_create(fit->lengths, sizeof *error);
    *p = (struct points){.kind = kind_of(fit), .has_errors = true, .freedom = freedom_of(fit)};
    points_allocate(p, fit->lengths);
    for (size_t n = 0; fit_criterion(fit) && n < fit->lengths; n++) {
        bool found = point_at(fit, p->kind, n, &log_ratio, &se);
        if (found && points_few_carry(fit, n)) {
            p->few_carry++;
            continue;
        }
        if (found ? is_cut_off(fit, p->kind, n, log_ratio, se) : is_beyond(fit, p->kind, n)) {
            p->cut_off++;
            continue;
        }
        if (!found) { continue; }
        size_t i = p->count++;
        which[i] = n;
        p->log_n[i] = fit->series->log_n[n];
        p->log_ratio[i] = log_ratio;
        p->log_lambda[i] = fit->series->log_lambda_typ[n];
        p->log_beta[i] = log_ratio + p->log_lambda[i];
        p->log_exact[i] = log(fit_judged_exact(fit, n));
        p->grid[i] = points_grid(fit, n);
        p->systematic[i] = ROOT_NOISE * ROOT_NOISE + p->grid[i] * p->grid[i];
        deviate(p, i, fit->exact_on_grid[n]);
        p->bias[i] = relative_error(fit, n) * se / 2;
        error[i] = se;
        p->has_errors = p->has_errors && se > 0;
    }
    points_correlate(p, fit, which, error);
    free(which);
    free(error);
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

double points_widen(const struct points *p, size_t count, size_t terms) {
    if (p->groups == 0) { return 1; }
    double rest = (double)p->groups - (double)count, b = (rest - 2) / ((rest - 1) * (rest - 4));
    return sqrt(1 + b * (double)(count - terms));
}

/* Of a deviation of so many sigma, widened: the normal deviate that is as unlikely as its Student's t. */
static double normal_of(const struct points *p, double sigmas) {
    enum { MANY = 128 }; /* the widening alone does */
    if (p->groups > 0 || p->freedom > MANY) { return sigmas; }
    double tail = gsl_cdf_tdist_Q(fabs(sigmas) * widening(p->freedom), p->freedom);
    return tail > 0 ? gsl_cdf_ugaussian_Qinv(tail) : fabs(sigmas);
}

/* Chi square of test->count deviations in units of interpolation's errors, whose covariance is `c`. */
static bool add_modes(const struct points *p, gsl_matrix *c, const gsl_vector *y, struct points_test *test) {
    const size_t count = test->count;
    const double clear = 26; /* noise over interpolation, in variances, and one: counted */
    gsl_matrix *mode = gsl_matrix_alloc(count, count);
    gsl_vector *variance = gsl_vector_alloc(count), *part = gsl_vector_alloc(count);
    gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(count);
    bool good = gsl_eigen_symmv(c, variance, mode, work) == 0;
    if (good) { gsl_blas_dgemv(CblasTrans, 1, mode, y, 0, part); }
    for (size_t i = 0; good && i < count; i++) {
        double size = gsl_vector_get(part, i), square = gsl_vector_get(variance, i);
        if (!(square > clear)) { continue; }
        double deviate = normal_of(p, size / sqrt(square));
        test->chi_square += deviate * deviate;
        test->freedom++;
    }
    gsl_matrix_free(mode);
    gsl_vector_free(variance);
    gsl_vector_free(part);
    gsl_eigen_symmv_free(work);
    return good;
}

/* Hotelling's law, where the covariance is an estimate. */
static double chance_of(const struct points *p, const struct points_test *test) {
    double modes = (double)test->freedom, groups = (double)p->groups;
    if (p->groups == 0) { return gsl_cdf_chisq_Q(test->chi_square, modes); }
    double square = test->chi_square * hartlap(p->groups, p->count);
    return gsl_cdf_fdist_Q(square * (groups - modes) / (modes * (groups - 1)), modes, groups - modes);
}

static void add_contrasts(struct points_test *test, const struct contrast_data *data) {
    test->shift = contrast_shift(data);
    test->trend = contrast_trend(data);
    test->joint_p = contrast_joint_p(test->p, &test->shift, &test->trend);
}

/* Deviations of the points at `which`, with the noise that their replicates make: without what Student's law
 * and Hotelling's widen it by. */
static void try_contrasts(const struct points *p, const size_t *which, struct points_test *test) {
    const bool is_joint = p->groups > 0;
    const double widen = is_joint ? hartlap(p->groups, p->count) : pow(widening(p->freedom), 2);
    struct contrast_data data = contrast_create(test->count);
    data.is_joint = is_joint;
    data.freedom = is_joint ? (double)p->groups - 1 : p->freedom;
    for (size_t i = 0; i < test->count; i++, data.count++) {
        size_t k = which[i];
        data.x[i] = log(p->log_n[k]);
        data.deviation[i] = p->deviation[k];
        data.systematic[i] = sqrt(p->deviation_systematic[k]) + p->bias[k];
        for (size_t j = 0; j < test->count; j++) {
            double shared = p->covariance[k * p->count + which[j]] - (i == j ? p->systematic[k] : 0);
            data.noise[i * data.room + j] = shared / widen;
        }
    }
    add_contrasts(test, &data);
    contrast_release(&data);
}

bool points_try(const struct points *p, struct points_test *test) {
    size_t *which = memory_create(p->count, sizeof *which), count = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (!isnan(p->deviation[i])) { which[count++] = i; }
    }
    *test = (struct points_test){.count = count};
    gsl_matrix *c = count > 0 ? gsl_matrix_alloc(count, count) : NULL;
    gsl_vector *y = count > 0 ? gsl_vector_alloc(count) : NULL;
    for (size_t i = 0; i < count; i++) {
        size_t k = which[i];
        double unit = sqrt(p->deviation_systematic[k]);
        gsl_vector_set(y, i, p->deviation[k] / unit);
        for (size_t j = 0; j < count; j++) {
            double shared = p->covariance[k * p->count + which[j]];
            if (j == i) { shared += p->deviation_systematic[k] - p->systematic[k]; }
            gsl_matrix_set(c, i, j, shared / (unit * sqrt(p->deviation_systematic[which[j]])));
        }
    }
    bool good = count > 0 && add_modes(p, c, y, test) && test->freedom > 0;
    if (good) {
        test->p = chance_of(p, test);
        try_contrasts(p, which, test);
    }
    gsl_matrix_free(c);
    gsl_vector_free(y);
    free(which);
    return good;
}

/* The mean entropy's crossing at an n beside the exact one, into chi square and as the next point of `data`;
 * nothing where too few rows carry it. */
static void add_crossing(struct points_test *test, struct contrast_data *data, const struct fit *fit,
                         size_t n) {
    const double fewest = 100, rows = results_replicates(fit->series, n);
    const struct ensemble_point *mean = &fit->collapse[n * fit->criteria + fit->primary];
    const double log_exact = log(fit->exact[n]), relative = sqrt(1 / mean->carriers - 1 / rows),
                 rare = rare_short(fit->series, n, log_exact) / fit_criterion(fit)->threshold,
                 all = hypot(relative, rare), se = mean->se * all / relative;
    if (!(rows / (1 + rows * all * all) >= fewest) || !isfinite(log_exact) ||
        is_cut_off(fit, POINTS_MEANS, n, mean->log_ratio, se)) {
        return;
    }
    const double deviation = mean->log_ratio - log_exact,
                 systematic = hypot(ROOT_NOISE, several * mean->grid_error);
    const size_t i = data->count++;
    data->x[i] = log(fit->series->log_n[n]);
    data->deviation[i] = deviation;
    data->systematic[i] = systematic + all * se / 2; /* points.bias */
    data->noise[i * (data->room + 1)] = se * se;
    test->chi_square += deviation * deviation / (se * se + systematic * systematic);
}

bool points_try_means(const struct fit *fit, struct points_test *test) {
    *test = (struct points_test){.count = 0};
    if (fit->common || !fit->series->family->row_scale || fit_criterion(fit)->kind != CRITERION_ENTROPY) {
        return false;
    }
    struct contrast_data data = contrast_create(fit->lengths);
    data.freedom = freedom_of(fit);
    for (size_t n = 0; n < fit->lengths; n++) { add_crossing(test, &data, fit, n); }
    test->count = test->freedom = data.count;
    test->p = gsl_cdf_chisq_Q(test->chi_square, (double)test->count);
    add_contrasts(test, &data);
    contrast_release(&data);
    return test->count > 0;
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
