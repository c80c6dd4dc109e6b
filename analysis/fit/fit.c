#include "analysis/fit/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/fit/joint.h"
#include "models/theory/typical.h"
#include "sim/base/memory.h"
#include "sim/measures/pilot.h"

/* x of the exponents at an n. */
static double variable(const struct fit *fit, size_t n) {
    double log_n = fit->series->log_n[n];
    return fit->by_n ? log_n : log(log_n);
}

bool fit_has_scale(const struct fit *fit) { return !pilot_is_needed(fit->series->family); }

double fit_asymptotic_exponent(const struct fit *fit) {
    if (!fit->has_law) { return NAN; }
    return fit->by_n ? fit->law.power : fit->law.log_power;
}

const struct criterion *fit_criterion(const struct fit *fit) {
    return fit->primary < fit->criteria ? &fit->series->criterion[fit->primary] : NULL;
}

const struct ensemble_point *fit_judged(const struct fit *fit, size_t n) {
    return fit->primary < fit->criteria ? &fit->judged[n * fit->criteria + fit->primary] : &ensemble_none;
}

double fit_log_judged(const struct fit *fit, size_t n, size_t criterion) {
    return fit->series->log_lambda_typ[n] + fit->judged[n * fit->criteria + criterion].log_ratio;
}

const struct ensemble_point *fit_noisy(const struct fit *fit, size_t n, size_t criterion) {
    const size_t at = n * fit->criteria + criterion;
    return family_is_judged_by_rows(fit->series->family) ? &fit->judged[at] : &fit->collapse[at];
}

double fit_judged_exact(const struct fit *fit, size_t n) {
    return family_is_judged_by_rows(fit->series->family) ? NAN : fit->exact[n];
}

size_t fit_first(const struct fit *fit, size_t criterion) {
    for (size_t n = 0; n < fit->lengths && criterion < fit->criteria; n++) {
        if (fit->judged[n * fit->criteria + criterion].state == ENSEMBLE_FOUND) { return n; }
    }
    return fit->lengths;
}

size_t fit_last(const struct fit *fit, size_t criterion) {
    for (size_t n = fit->lengths; n > 0 && criterion < fit->criteria; n--) {
        if (fit->judged[(n - 1) * fit->criteria + criterion].state == ENSEMBLE_FOUND) { return n - 1; }
    }
    return fit->lengths;
}

bool fit_is_known(const struct exponent *e) { return isfinite(e->value) && e->se < 1; }

const struct exponent *fit_raw_exponent(const struct fit *fit) {
    if (fit->windows == 0 || fit->primary == fit->criteria) { return NULL; }
    const struct exponent *whole = &fit->window[fit->primary];
    return fit_is_known(whole) ? whole : NULL;
}

bool fit_is_meaningful(const struct fit *fit, size_t criterion) {
    enum family_class class = fit->series->family->class;
    switch (fit->series->criterion[criterion].kind) {
    case CRITERION_SUSCEPTIBILITY: return class == FAMILY_GUMBEL;
    case CRITERION_TOP_TWO_RATIO: return class == FAMILY_GUMBEL || class == FAMILY_WEIBULL;
    default: return true;
    }
}

size_t fit_primary(const struct results_series *series) {
    size_t count = series->size[RESULTS_CRITERION];
    for (size_t k = 0; k < count; k++) {
        if (series->criterion[k].kind == CRITERION_ENTROPY && series->criterion[k].threshold == 1) {
            return k;
        }
    }
    return 0;
}

/* Rows without randomness collapse where each of them does; that root needs no grid. */
static struct ensemble_point fit_point(const struct results_series *s, size_t n, size_t criterion) {
    double root = s->collapse[(n * s->size[RESULTS_CRITERION] + criterion) * s->size[RESULTS_REPLICATE]];
    if (s->family->kind == FAMILY_FIXED && isfinite(root) && root > 0) {
        return (struct ensemble_point){ENSEMBLE_FOUND, log(root), 0, 0, NAN};
    }
    struct ensemble_point point = ensemble_collapse(s, n, &s->criterion[criterion]);
    double exact = log(s->exact_collapse[n * s->size[RESULTS_CRITERION] + criterion]),
           off = fabs(ensemble_of_exact(s, n, &s->criterion[criterion]) - exact);
    if (off > point.grid_error) { point.grid_error = off; }
    return point;
}

/* What one n has; what costs more than one root of the primary criterion only. */
static void fit_length(struct fit *fit, size_t n) {
    const struct results_series *s = fit->series;
    const size_t at = n * fit->criteria, primary = at + fit->primary;
    for (size_t k = 0; k < fit->criteria; k++) {
        fit->collapse[at + k] = fit_point(s, n, k);
        fit->collapse_se_block[at + k] = ensemble_jackknife(s, n, &s->criterion[k]);
    }
    fit->te[n] = te_make(s, n);
    fit->controls[n] = (struct controls){NAN, NAN, NAN};
    fit->collapse_se_bootstrap[n] = fit->exact[n] = fit->exact_on_grid[n] = NAN;
    if (fit->primary == fit->criteria) { return; }
    const struct criterion *criterion = &s->criterion[fit->primary];
    if (s->exact_collapse[primary] > 0) { fit->exact[n] = s->exact_collapse[primary]; }
    fit->exact_on_grid[n] = exp(ensemble_of_exact(s, n, criterion));
    fit->collapse_se_bootstrap[n] = ensemble_bootstrap(s, n, criterion);
    if (criterion->kind == CRITERION_ENTROPY && !family_is_judged_by_rows(s->family)) {
        fit->controls[n] = controls_make(s, n, &fit->collapse[primary]);
    }
}

/* The median of rows, with the error that its interval tells; 0 where half of them are past the threshold at
 * every beta, infinite where half of them tie. */
static struct ensemble_point median_point(const struct order *rows) {
    const double median = rows->quantile[ORDER_MEDIAN], log_ratio = log(median),
                 half = log(rows->median_high / rows->median_low) / 2;
    struct ensemble_point missing = ensemble_none;
    if (median == 0) { missing.state = ENSEMBLE_SHORT; }
    if (median == INFINITY) { missing.state = ENSEMBLE_TIED; }
    return isfinite(log_ratio)
               ? (struct ensemble_point){ENSEMBLE_FOUND, log_ratio, half / EXPONENT_SIGMAS_95, 0, NAN}
               : missing;
}

/* The mean's, with what interpolation between betas may move it by; that of a maximum has it. */
static struct ensemble_point mean_point(struct ensemble_point point, const struct criterion *criterion) {
    if (criterion->kind != CRITERION_SUSCEPTIBILITY) { point.se = hypot(point.se, point.grid_error); }
    return point;
}

/* What the rows of each n have, and by which points it is judged. */
static void fit_rows(struct fit *fit) {
    const struct results_series *s = fit->series;
    size_t kept = s->size[RESULTS_REPLICATE];
    double *scratch = memory_create(kept, sizeof *scratch);
    bool rows = family_is_judged_by_rows(s->family);
    for (size_t n = 0; n < fit->lengths; n++) {
        fit->row_lambda[n] = order_make(kept, s->lambda + n * kept, scratch);
    }
    for (size_t i = 0; i < fit->lengths * fit->criteria; i++) {
        fit->row_collapse[i] = order_make(kept, s->collapse + i * kept, scratch);
        fit->judged[i] = rows ? median_point(&fit->row_collapse[i])
                              : mean_point(fit->collapse[i], &s->criterion[i % fit->criteria]);
    }
    free(scratch);
}

/* One criterion's points as log beta_c against x, with log Lambda^typ at the same n, and what they have of
 * one another's noise. */
struct growth {
    double *x, *log_log_n, *beta, *ratio, *lambda, *se, *no_error;
    bool common;
    size_t sets; /* of rows; 0: not known */
    double *part;
};

static void growth_create(struct growth *g, const struct fit *fit) {
    const size_t count = fit->lengths;
    double *room = memory_create(7 * count, sizeof *room);
    double **const array[] = {&g->x, &g->log_log_n, &g->beta, &g->ratio, &g->lambda, &g->se, &g->no_error};
    for (size_t i = 0; i < 7; i++) { *array[i] = room + i * count; }
    g->common = fit->common;
    g->part = memory_create(fit->common ? count * joint_sets(fit) : 0, sizeof *g->part);
}

static void growth_free(struct growth *g) {
    free(g->x);
    free(g->part);
}

/* With the error that a crossing has from its replicates; a maximum keeps its own. False where a set that is
 * left out loses the point. */
static bool growth_share(double *part, const struct fit *fit, size_t n, size_t criterion) {
    const bool crosses = fit->series->criterion[criterion].kind != CRITERION_SUSCEPTIBILITY;
    const double se = fit_noisy(fit, n, criterion)->se;
    double squares = 0;
    joint_parts(fit, n, criterion, part);
    for (size_t k = 0; k < joint_sets(fit); k++) { squares += part[k] * part[k]; }
    for (size_t k = 0; crosses && squares > 0 && k < joint_sets(fit); k++) { part[k] *= se / sqrt(squares); }
    return isfinite(squares);
}

/* A line from point `first` on. */
static struct exponent growth_line(const struct growth *g, size_t first, size_t count, const double *x,
                                   const double *y) {
    const struct exponent_noise shared = {g->sets, g->part + first * g->sets};
    return exponent_fit(count, x + first, y + first, g->se + first, g->common ? &shared : NULL);
}

/* Nothing of a criterion that marks no critical scale. */
static void growth_load(struct growth *g, const struct fit *fit, size_t criterion) {
    bool means = fit_is_meaningful(fit, criterion);
    g->sets = fit->common && fit->series->family->kind != FAMILY_FIXED ? joint_sets(fit) : 0;
    for (size_t n = 0; n < fit->lengths; n++) {
        const struct ensemble_point *point = fit_noisy(fit, n, criterion);
        bool there = means && !isnan(point->log_ratio);
        g->x[n] = variable(fit, n);
        g->log_log_n[n] = log(fit->series->log_n[n]);
        g->ratio[n] = there && fit_has_scale(fit) ? point->log_ratio : NAN;
        g->lambda[n] = there && fit_has_scale(fit) ? fit->series->log_lambda_typ[n] : NAN;
        g->beta[n] = there ? fit->series->log_lambda_typ[n] + point->log_ratio : NAN;
        g->se[n] = point->se;
        if (there && g->sets > 0 && !growth_share(g->part + n * g->sets, fit, n, criterion)) { g->sets = 0; }
    }
}

static void fit_growth_of(struct fit *fit, struct growth *g, size_t criterion) {
    growth_load(g, fit, criterion);
    for (size_t i = 0; i < fit->intervals; i++) {
        fit->local[i * fit->criteria + criterion] = growth_line(g, i, 2, g->x, g->beta);
    }
    for (size_t w = 0; w < fit->windows; w++) {
        size_t at = w * fit->criteria + criterion, count = fit->lengths - w;
        fit->window[at] = growth_line(g, w, count, g->x, g->beta);
        fit->window_lambda[at] = exponent_fit(count, g->x + w, g->lambda + w, g->no_error, NULL);
    }
    fit->drift[criterion] = growth_line(g, 0, fit->lengths, g->log_log_n, g->ratio);
}

static void fit_growth(struct fit *fit) {
    struct growth g;
    growth_create(&g, fit);
    for (size_t k = 0; k < fit->criteria; k++) { fit_growth_of(fit, &g, k); }
    for (size_t n = 0; n < fit->lengths; n++) {
        g.x[n] = variable(fit, n);
        g.lambda[n] = fit_has_scale(fit) ? fit->series->log_lambda_typ[n] : NAN;
    }
    for (size_t i = 0; i < fit->intervals; i++) {
        fit->local_lambda[i] = exponent_fit(2, g.x + i, g.lambda + i, g.no_error, NULL);
    }
    growth_free(&g);
}

/* Every array of a fit, and how long it is; `local` and `window` have no more parts than there are n. */
#define ARRAYS(ARRAY, points, lengths, criteria)                                                             \
    ARRAY(collapse, points)                                                                                  \
    ARRAY(judged, points)                                                                                    \
    ARRAY(collapse_se_block, points)                                                                         \
    ARRAY(collapse_se_bootstrap, lengths)                                                                    \
    ARRAY(controls, lengths)                                                                                 \
    ARRAY(te, lengths)                                                                                       \
    ARRAY(exact, lengths)                                                                                    \
    ARRAY(exact_on_grid, lengths)                                                                            \
    ARRAY(row_collapse, points)                                                                              \
    ARRAY(row_lambda, lengths)                                                                               \
    ARRAY(local, points)                                                                                     \
    ARRAY(local_lambda, lengths)                                                                             \
    ARRAY(window, points)                                                                                    \
    ARRAY(window_lambda, points)                                                                             \
    ARRAY(drift, criteria)
#define ALLOCATE(member, count) fit->member = memory_create(count, sizeof *fit->member);
#define RELEASE(member, count) free(fit->member);

void fit_release(struct fit *fit) {
    ARRAYS(RELEASE, , , )
    *fit = (struct fit){0};
}

void fit_make(struct fit *fit, const struct results *results, size_t index, const char *file) {
    const struct results_series *series = &results->series[index];
    *fit = (struct fit){
        .series = series, .file = file, .common = results->common_randomness, .seed = results->seed};
    strcpy(fit->name, series->name);
    fit->lengths = series->size[RESULTS_LOG_N];
    fit->criteria = series->size[RESULTS_CRITERION];
    fit->intervals = fit->lengths > 0 ? fit->lengths - 1 : 0;
    fit->windows =
        fit->lengths > 2 ? fit->lengths - 2 : fit->intervals; /* of three n, if there are as many */
    fit->primary = fit_primary(series);
    fit->has_law = typical_law(series->family, series->parameter, &fit->law);
    fit->by_n = fit->has_law && fit->law.power != 0;
    ARRAYS(ALLOCATE, fit->lengths * fit->criteria, fit->lengths, fit->criteria)
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t n = 0; n < fit->lengths; n++) { fit_length(fit, n); }
    fit_rows(fit);
    fit_growth(fit);
}
