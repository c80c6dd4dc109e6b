/* Delta method and delete-one-group jackknife: Efron & Tibshirani, An Introduction to the Bootstrap
 * (1993), chapters 11 and 21. Steffen, Astron. Astrophys. 239 (1990) 443. */
#include "ensemble.h"

#include <gsl/gsl_interp.h>
#include <math.h>
#include <stdlib.h>

const char *const ensemble_state_name[ENSEMBLE_STATES] = {
    [ENSEMBLE_FOUND] = "found",
    [ENSEMBLE_SHORT] = "collapsed-at-zero",
    [ENSEMBLE_BELOW] = "below-grid",
    [ENSEMBLE_ABOVE] = "above-grid",
    [ENSEMBLE_NO_MAXIMUM] = "no-maximum",
    [ENSEMBLE_NO_GRID] = "no-grid",
    [ENSEMBLE_NO_VALUES] = "no-values",
};

const char *const ensemble_state_advice[ENSEMBLE_STATES] = {
    [ENSEMBLE_FOUND] = "found",
    [ENSEMBLE_SHORT] = "n is so small that even beta = 0 is past the threshold; start at a larger n",
    [ENSEMBLE_BELOW] = "it lies below the smallest beta; start the beta grid lower",
    [ENSEMBLE_ABOVE] = "it lies above the largest beta; end the beta grid higher",
    [ENSEMBLE_NO_MAXIMUM] = "the mean susceptibility is largest at an end of the beta grid; widen the grid",
    [ENSEMBLE_NO_GRID] = "the beta grid has too few points to look between; ask for more betas",
    [ENSEMBLE_NO_VALUES] = "means or betas are not finite numbers; give beta relative to lambda_typ",
};

/* The mean of one measure against x = log(beta/Lambda^typ). */
struct curve {
    size_t count;
    double *x, *y, *slope, *se; /* slope = dy/dx, used for the entropy only */
};

static enum measure criterion_measure(const struct criterion *criterion) {
    static const enum measure measure[] = {
        [CRITERION_ENTROPY] = MEASURE_ENTROPY,
        [CRITERION_PARTICIPATION] = MEASURE_PARTICIPATION,
        [CRITERION_TOP_TWO_RATIO] = MEASURE_TOP_TWO_RATIO,
        [CRITERION_SUSCEPTIBILITY] = MEASURE_SUSCEPTIBILITY,
    };
    return measure[criterion->kind];
}

static bool curve_create(struct curve *c, size_t count) {
    double *room = malloc(4 * count * sizeof *room);
    *c = (struct curve){count, room, room + count, room + 2 * count, room + 3 * count};
    return room;
}

static void curve_free(struct curve *c) { free(c->x); }

static void curve_load(struct curve *c, const struct results_series *series, size_t n, enum measure measure) {
    for (size_t i = 0; i < c->count; i++) {
        size_t at = n * c->count + i;
        c->x[i] = log(series->beta_ratio[at]);
        c->y[i] = series->mean[measure][at];
        c->se[i] = series->se[measure][at];
        c->slope[i] = -series->mean[MEASURE_SUSCEPTIBILITY][at];
    }
}

/* The mean of all replicates but those of one group. */
static double mean_without(const struct results_series *series, enum measure measure, size_t at, size_t group) {
    double all = (double)series->replicates, size = series->block_size[group];
    double block = series->block[measure][at * series->size[RESULTS_BLOCK] + group];
    return (all * series->mean[measure][at] - size * block) / (all - size);
}

static void curve_leave_out(struct curve *c, const struct results_series *series, size_t n, enum measure measure,
                            size_t group) {
    for (size_t i = 0; i < c->count; i++) {
        size_t at = n * c->count + i;
        c->y[i] = mean_without(series, measure, at, group);
        if (measure == MEASURE_ENTROPY) { c->slope[i] = -mean_without(series, MEASURE_SUSCEPTIBILITY, at, group); }
    }
}

static bool curve_is_sound(const struct curve *c) {
    for (size_t i = 0; i < c->count; i++) {
        if (!isfinite(c->x[i]) || !isfinite(c->y[i]) || !isfinite(c->slope[i])) { return false; }
        if (i > 0 && !(c->x[i] > c->x[i - 1])) { return false; }
    }
    return true;
}

static struct ensemble_point point_missing(enum ensemble_state state) {
    return (struct ensemble_point){state, NAN, NAN};
}

/* ---- crossings ---- */

/* An interpolant of the curve on [x[i], x[i + 1]]. */
struct piece {
    const struct curve *curve;
    size_t i;
    gsl_interp *steffen; /* NULL: Hermite */
};

static double piece_eval(const struct piece *p, double x, double *slope) {
    const struct curve *c = p->curve;
    if (p->steffen) {
        *slope = gsl_interp_eval_deriv(p->steffen, c->x, c->y, x, NULL);
        return gsl_interp_eval(p->steffen, c->x, c->y, x, NULL);
    }
    size_t i = p->i;
    double h = c->x[i + 1] - c->x[i], t = (x - c->x[i]) / h, rise = c->y[i + 1] - c->y[i];
    double m0 = h * c->slope[i], m1 = h * c->slope[i + 1];
    double a = m0 + m1 - 2 * rise, b = 3 * rise - 2 * m0 - m1;
    *slope = (m0 + t * (2 * b + 3 * t * a)) / h;
    return c->y[i] + t * (m0 + t * (b + t * a));
}

static double piece_root(const struct piece *p, double threshold) {
    const struct curve *c = p->curve;
    double low = c->x[p->i], high = c->x[p->i + 1], slope;
    bool falls = c->y[p->i] > c->y[p->i + 1];
    for (int step = 0; step < 60; step++) {
        double middle = low + (high - low) / 2, y = piece_eval(p, middle, &slope);
        if ((y > threshold) == falls && y != threshold) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

/* First i with the threshold between points i and i + 1; `count` when there is none. */
static size_t curve_bracket(const struct curve *c, bool falls, double threshold) {
    size_t i = 0;
    while (i < c->count && (falls ? c->y[i] > threshold : c->y[i] < threshold)) { i++; }
    return i == 0 || i == c->count ? c->count : i - 1;
}

/* Rows without randomness have no error but the rounding of their sums. */
static double error_rounded(double se) {
    const double rounding = 1e-13;
    if (!isfinite(se)) { return NAN; }
    return se < rounding ? 0 : se;
}

static struct ensemble_point curve_crossing(const struct curve *c, const struct criterion *criterion) {
    if (c->count < 2) { return point_missing(ENSEMBLE_NO_GRID); }
    if (!curve_is_sound(c)) { return point_missing(ENSEMBLE_NO_VALUES); }
    bool falls = criterion->kind != CRITERION_PARTICIPATION;
    size_t i = curve_bracket(c, falls, criterion->threshold);
    if (i == c->count) {
        bool before = falls ? c->y[0] <= criterion->threshold : c->y[0] >= criterion->threshold;
        return point_missing(before ? ENSEMBLE_BELOW : ENSEMBLE_ABOVE);
    }
    struct piece piece = {.curve = c, .i = i};
    if (criterion->kind != CRITERION_ENTROPY) {
        piece.steffen = gsl_interp_alloc(c->count > 2 ? gsl_interp_steffen : gsl_interp_linear, c->count);
        if (!piece.steffen || gsl_interp_init(piece.steffen, c->x, c->y, c->count)) {
            gsl_interp_free(piece.steffen);
            return point_missing(ENSEMBLE_NO_VALUES);
        }
    }
    double slope, x = piece_root(&piece, criterion->threshold), t = (x - c->x[i]) / (c->x[i + 1] - c->x[i]);
    piece_eval(&piece, x, &slope);
    gsl_interp_free(piece.steffen);
    double se = (c->se[i] + t * (c->se[i + 1] - c->se[i])) / fabs(slope);
    return (struct ensemble_point){ENSEMBLE_FOUND, x, error_rounded(se)};
}

/* ---- maximum ---- */

static struct ensemble_point curve_maximum(const struct curve *c) {
    if (c->count < 3) { return point_missing(ENSEMBLE_NO_GRID); }
    if (!curve_is_sound(c)) { return point_missing(ENSEMBLE_NO_VALUES); }
    size_t k = 0;
    for (size_t i = 1; i < c->count; i++) {
        if (c->y[i] > c->y[k]) { k = i; }
    }
    if (k == 0 || k + 1 == c->count) { return point_missing(ENSEMBLE_NO_MAXIMUM); }
    double left = c->x[k] - c->x[k - 1], right = c->x[k + 1] - c->x[k];
    double fall_left = (c->y[k] - c->y[k - 1]) / left, fall_right = (c->y[k] - c->y[k + 1]) / right;
    double x = c->x[k] + (fall_left * right - fall_right * left) / (2 * (fall_left + fall_right));
    return (struct ensemble_point){ENSEMBLE_FOUND, x, NAN};
}

static struct ensemble_point curve_collapse(const struct curve *c, const struct criterion *criterion) {
    return criterion->kind == CRITERION_SUSCEPTIBILITY ? curve_maximum(c) : curve_crossing(c, criterion);
}

/* Whether equal weights on all n scores are past the threshold. */
static bool is_collapsed_at_zero(const struct criterion *criterion, double log_n) {
    if (criterion->kind == CRITERION_ENTROPY) { return log_n <= criterion->threshold; }
    if (criterion->kind == CRITERION_PARTICIPATION) { return -log_n >= log(criterion->threshold); }
    return false;
}

struct ensemble_point ensemble_collapse(const struct results_series *series, size_t n,
                                        const struct criterion *criterion) {
    struct curve c;
    if (is_collapsed_at_zero(criterion, series->log_n[n])) { return point_missing(ENSEMBLE_SHORT); }
    if (!curve_create(&c, series->size[RESULTS_BETA])) { return point_missing(ENSEMBLE_NO_VALUES); }
    curve_load(&c, series, n, criterion_measure(criterion));
    struct ensemble_point point = curve_collapse(&c, criterion);
    curve_free(&c);
    if (point.state == ENSEMBLE_FOUND && criterion->kind == CRITERION_SUSCEPTIBILITY) {
        point.se = ensemble_jackknife(series, n, criterion);
    }
    return point;
}

double ensemble_jackknife(const struct results_series *series, size_t n, const struct criterion *criterion) {
    size_t groups = series->size[RESULTS_BLOCK];
    enum measure measure = criterion_measure(criterion);
    struct curve c;
    if (groups < 2 || !curve_create(&c, series->size[RESULTS_BETA])) { return NAN; }
    curve_load(&c, series, n, measure);
    double all = curve_collapse(&c, criterion).log_ratio, variance = 0;
    for (size_t g = 0; g < groups; g++) {
        curve_leave_out(&c, series, n, measure, g);
        double deviation = curve_collapse(&c, criterion).log_ratio - all;
        variance += (1 - series->block_size[g] / (double)series->replicates) * deviation * deviation;
    }
    curve_free(&c);
    return error_rounded(sqrt(variance));
}
