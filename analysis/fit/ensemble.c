/* Delta method and delete-one-group jackknife: Efron & Tibshirani, An Introduction to the Bootstrap
 * (1993), chapters 11 and 21. Steffen, Astron. Astrophys. 239 (1990) 443. */
#include "analysis/fit/ensemble.h"

#include <gsl/gsl_interp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/fit/peak.h"
#include "sim/base/memory.h"

#define NAME(KEY, name, advice) name,
#define ADVICE(KEY, name, advice) advice,
const char *const ensemble_state_name[ENSEMBLE_STATES] = {ENSEMBLE_STATE_TABLE(NAME)};
const char *const ensemble_state_advice[ENSEMBLE_STATES] = {ENSEMBLE_STATE_TABLE(ADVICE)};

/* The mean of one measure against x = log(beta/Lambda^typ). */
struct curve {
    size_t count;
    double replicates;
    double *x, *y, *slope, *se; /* slope = dy/dx, used for the entropy only */
    double *entropy;            /* used for the susceptibility only, as this */
    struct peak_control control;
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

/* At one n. Free with curve_release. */
static struct curve curve_load(const struct results_series *series, size_t n, enum measure measure) {
    const size_t count = series->size[RESULTS_BETA];
    double *room = memory_create(5 * count, sizeof *room);
    struct curve c = {.count = count,
                      .replicates = results_replicates(series, n),
                      .x = room,
                      .y = room + count,
                      .slope = room + 2 * count,
                      .se = room + 3 * count,
                      .entropy = room + 4 * count};
    for (size_t i = 0; i < count; i++) {
        size_t at = n * count + i;
        c.x[i] = log(series->beta_ratio[at]);
        c.y[i] = series->mean[measure][at];
        c.se[i] = series->se[measure][at];
        c.slope[i] = -series->mean[MEASURE_SUSCEPTIBILITY][at];
        c.entropy[i] = series->mean[MEASURE_ENTROPY][at];
    }
    if (measure == MEASURE_SUSCEPTIBILITY) { c.control = peak_control_make(series, n); }
    return c;
}

static void curve_release(struct curve *c) { free(c->x); }

/* The mean of all replicates but those of one group. */
static double mean_without(const struct results_series *series, size_t n, enum measure measure, size_t at,
                           size_t group) {
    double all = results_replicates(series, n), size = results_block_size(series, n, group);
    double block = series->block[measure][at * series->size[RESULTS_BLOCK] + group];
    return (all * series->mean[measure][at] - size * block) / (all - size);
}

static void curve_leave_out(struct curve *c, const struct results_series *series, size_t n,
                            enum measure measure, size_t group) {
    for (size_t i = 0; i < c->count; i++) {
        size_t at = n * c->count + i;
        c->y[i] = mean_without(series, n, measure, at, group);
        if (measure == MEASURE_ENTROPY) {
            c->slope[i] = -mean_without(series, n, MEASURE_SUSCEPTIBILITY, at, group);
        }
        if (measure == MEASURE_SUSCEPTIBILITY) {
            c->entropy[i] = mean_without(series, n, MEASURE_ENTROPY, at, group);
        }
    }
}

static bool curve_is_sound(const struct curve *c) {
    for (size_t i = 0; i < c->count; i++) {
        if (!isfinite(c->x[i]) || !isfinite(c->y[i]) || !isfinite(c->slope[i])) { return false; }
        if (i > 0 && !(c->x[i] > c->x[i - 1])) { return false; }
    }
    return true;
}

const struct ensemble_point ensemble_none = {ENSEMBLE_NO_VALUES, NAN, NAN, NAN, NAN};

static struct ensemble_point point_missing(enum ensemble_state state) {
    struct ensemble_point missing = ensemble_none;
    missing.state = state;
    return missing;
}

/* ---- scales ---- */

/* What is interpolated in place of y: collapses are steep, and on these scales they are straighter. */
enum scale { SCALE_PLAIN, SCALE_LOG, SCALE_LOGIT };

static double scale_apply(enum scale scale, double y) {
    switch (scale) {
    case SCALE_LOG: return log(y);
    case SCALE_LOGIT: return log(y / (1 - y));
    case SCALE_PLAIN: break;
    }
    return y;
}

static double scale_slope(enum scale scale, double y) {
    switch (scale) {
    case SCALE_LOG: return 1 / y;
    case SCALE_LOGIT: return 1 / (y * (1 - y));
    case SCALE_PLAIN: break;
    }
    return 1;
}

/* A few neighbouring points of a curve on a scale. */
struct piece {
    size_t count, low; /* the crossing lies between points low and low + 1 */
    bool limited;      /* slopes there were too steep for a monotone cubic, and were made less so */
    double x[4], y[4], slope[4], se[4];
    gsl_interp *steffen; /* NULL: Hermite */
};

/* Points i and i + 1, with their neighbours where there are some. */
static struct piece piece_cut(const struct curve *c, size_t i, enum scale scale) {
    struct piece p = {.low = i > 0 ? 1 : 0};
    size_t end = i + 3 < c->count ? i + 3 : c->count;
    for (size_t k = i - p.low; k < end; k++, p.count++) {
        double stretch = scale_slope(scale, c->y[k]);
        p.x[p.count] = c->x[k];
        p.y[p.count] = scale_apply(scale, c->y[k]);
        p.slope[p.count] = c->slope[k] * stretch;
        p.se[p.count] = c->se[k] * stretch;
    }
    return p;
}

/* Slopes at most three times that of the chord keep the cubic monotone (Fritsch & Carlson, SIAM J. Numer.
 * Anal. 17 (1980) 238). Steeper ones, of a collapse narrower than the steps of the grid, would throw it
 * through the level at once, on every scale. */
static void piece_limit(struct piece *p) {
    size_t i = p->low;
    double chord = (p->y[i + 1] - p->y[i]) / (p->x[i + 1] - p->x[i]);
    for (size_t k = i; k < i + 2; k++) {
        double part = p->slope[k] / chord;
        if (part > 3) {
            p->slope[k] = 3 * chord;
            p->limited = true;
        }
    }
}

static bool piece_is_finite(const struct piece *p, size_t from, size_t end) {
    for (size_t k = from; k < end; k++) {
        if (!isfinite(p->y[k])) { return false; }
    }
    return true;
}

/* ---- crossings ---- */

static double piece_eval(const struct piece *p, double x, double *slope) {
    if (p->steffen) {
        *slope = gsl_interp_eval_deriv(p->steffen, p->x, p->y, x, NULL);
        return gsl_interp_eval(p->steffen, p->x, p->y, x, NULL);
    }
    size_t i = p->low;
    double h = p->x[i + 1] - p->x[i], t = (x - p->x[i]) / h, rise = p->y[i + 1] - p->y[i];
    double m0 = h * p->slope[i], m1 = h * p->slope[i + 1];
    double a = m0 + m1 - 2 * rise, b = 3 * rise - 2 * m0 - m1;
    *slope = (m0 + t * (2 * b + 3 * t * a)) / h;
    return p->y[i] + t * (m0 + t * (b + t * a));
}

static double piece_root(const struct piece *p, double level) {
    double low = p->x[p->low], high = p->x[p->low + 1], slope;
    bool falls = p->y[p->low] > p->y[p->low + 1];
    for (int step = 0; step < 60; step++) {
        double middle = low + (high - low) / 2, y = piece_eval(p, middle, &slope);
        if ((y > level) == falls && y != level) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

/* The crossing between points i and i + 1 interpolated on a scale; NaN where that scale does not reach. */
static double curve_root(const struct curve *c, size_t i, const struct criterion *criterion, enum scale scale,
                         double *se, bool *limited) {
    struct piece p = piece_cut(c, i, scale);
    bool hermite = criterion->kind == CRITERION_ENTROPY;
    if (!piece_is_finite(&p, hermite ? p.low : 0, hermite ? p.low + 2 : p.count)) { return NAN; }
    if (!hermite) {
        p.steffen = gsl_interp_alloc(p.count > 2 ? gsl_interp_steffen : gsl_interp_linear, p.count);
        if (gsl_interp_init(p.steffen, p.x, p.y, p.count)) {
            gsl_interp_free(p.steffen);
            return NAN;
        }
    }
    if (hermite) { piece_limit(&p); }
    *limited = *limited || p.limited;
    double slope, root = piece_root(&p, scale_apply(scale, criterion->threshold));
    double part = (root - p.x[p.low]) / (p.x[p.low + 1] - p.x[p.low]);
    piece_eval(&p, root, &slope);
    gsl_interp_free(p.steffen);
    *se = pow(p.se[p.low], 1 - part) * pow(p.se[p.low + 1], part) / fabs(slope);
    return root;
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

/* The point on the better scale, its distance from that on the plain scale as the grid's error. */
static struct ensemble_point point_between(double x, double plain, double se, double width) {
    bool plain_only = isnan(x);
    return (struct ensemble_point){
        .state = ENSEMBLE_FOUND,
        .log_ratio = plain_only ? plain : x,
        .se = error_rounded(se),
        .grid_error = plain_only ? width : fabs(x - plain),
    };
}

/* Rows that carry the mean at a crossing between points i and i + 1. */
static double crossing_carriers(const struct curve *c, size_t i, const struct criterion *criterion,
                                double x) {
    double part = (x - c->x[i]) / (c->x[i + 1] - c->x[i]), level = criterion->threshold,
           se = pow(c->se[i], 1 - part) * pow(c->se[i + 1], part),
           relative = se / (criterion->kind == CRITERION_ENTROPY ? level : fmin(level, 1 - level));
    return results_carriers(c->replicates, c->replicates * relative * relative);
}

/* Betas farther apart than a factor 10 say nothing of what lies between. */
static const double widest_step = M_LN10;

static struct ensemble_point curve_crossing(const struct curve *c, const struct criterion *criterion) {
    if (c->count < 2) { return point_missing(ENSEMBLE_NO_GRID); }
    if (!curve_is_sound(c)) { return ensemble_none; }
    bool falls = criterion->kind != CRITERION_PARTICIPATION;
    size_t i = curve_bracket(c, falls, criterion->threshold);
    if (i == c->count) {
        bool before = falls ? c->y[0] <= criterion->threshold : c->y[0] >= criterion->threshold;
        return point_missing(before ? ENSEMBLE_BELOW : ENSEMBLE_ABOVE);
    }
    if (c->x[i + 1] - c->x[i] > widest_step) { return point_missing(ENSEMBLE_NO_GRID); }
    enum scale scale = criterion->kind == CRITERION_ENTROPY ? SCALE_LOG : SCALE_LOGIT;
    bool limited = false;
    double se = NAN, plain = curve_root(c, i, criterion, SCALE_PLAIN, &se, &limited),
           x = curve_root(c, i, criterion, scale, &se, &limited), width = c->x[i + 1] - c->x[i];
    if (isnan(plain)) { return ensemble_none; }
    struct ensemble_point point = point_between(x, plain, se, width);
    if (limited) { point.grid_error = width; }
    point.carriers = crossing_carriers(c, i, criterion, point.log_ratio);
    return point;
}

/* ---- maximum ---- */

static struct ensemble_point curve_maximum(const struct curve *c) {
    if (c->count < 3) { return point_missing(ENSEMBLE_NO_GRID); }
    if (!curve_is_sound(c)) { return ensemble_none; }
    size_t k = 0;
    for (size_t i = 1; i < c->count; i++) {
        if (c->y[i] > c->y[k]) { k = i; }
    }
    if (k == 0 || k + 1 == c->count) { return point_missing(ENSEMBLE_NO_MAXIMUM); }
    const struct peak peak = c->control.is_known
                                 ? peak_beside(&c->control, c->x, c->y)
                                 : peak_between(c->x + k - 1, c->y + k - 1, c->entropy + k - 1);
    if (isnan(peak.x)) { return point_missing(ENSEMBLE_NO_GRID); }
    return (struct ensemble_point){ENSEMBLE_FOUND, peak.x, NAN, peak.grid_error, NAN};
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

/* Whether rows that tie at the top keep the mean at its threshold far above their Lambda_n. */
static bool is_kept_by_ties(const struct results_series *s, size_t n, const struct criterion *criterion) {
    const size_t factors = s->size[RESULTS_TE], last = n * factors + factors - 1;
    const enum results_quantity q =
        criterion->kind == CRITERION_ENTROPY ? RESULTS_TE_ENTROPY : RESULTS_TE_TOP_TWO_RATIO;
    return factors > 0 &&
           (criterion->kind == CRITERION_ENTROPY || criterion->kind == CRITERION_TOP_TWO_RATIO) &&
           s->mean[q][last] >= criterion->threshold;
}

struct ensemble_point ensemble_collapse(const struct results_series *series, size_t n,
                                        const struct criterion *criterion) {
    if (is_collapsed_at_zero(criterion, series->log_n[n])) { return point_missing(ENSEMBLE_SHORT); }
    if (isinf(series->log_lambda_typ[n])) { return point_missing(ENSEMBLE_TIED); }
    struct curve c = curve_load(series, n, criterion_measure(criterion));
    struct ensemble_point point = curve_collapse(&c, criterion);
    curve_release(&c);
    if (point.state == ENSEMBLE_ABOVE && is_kept_by_ties(series, n, criterion)) {
        return point_missing(ENSEMBLE_TIED);
    }
    if (point.state == ENSEMBLE_FOUND && criterion->kind == CRITERION_SUSCEPTIBILITY) {
        point.se = hypot(ensemble_jackknife(series, n, criterion), point.grid_error);
    }
    return point;
}

/* Exact means are missing at the ends of the grid, where they underflow. */
static struct curve curve_trim(struct curve c) {
    for (; c.count > 0 && !isfinite(c.y[0]); c.count--, c.x++, c.y++, c.slope++, c.se++) {}
    while (c.count > 0 && !isfinite(c.y[c.count - 1])) { c.count--; }
    return c;
}

double ensemble_of_exact(const struct results_series *series, size_t n, const struct criterion *criterion) {
    if (criterion->kind != CRITERION_PARTICIPATION) { return NAN; }
    struct curve c = curve_load(series, n, MEASURE_PARTICIPATION);
    memcpy(c.y, series->exact_participation + n * c.count, c.count * sizeof *c.y);
    struct curve known = curve_trim(c);
    double log_ratio = curve_crossing(&known, criterion).log_ratio;
    curve_release(&c);
    return log_ratio;
}

double ensemble_leave_out(const struct results_series *series, size_t n, const struct criterion *criterion,
                          double *log_ratio) {
    enum measure measure = criterion_measure(criterion);
    struct curve c = curve_load(series, n, measure);
    double all = curve_collapse(&c, criterion).log_ratio;
    for (size_t g = 0; g < results_blocks(series, n); g++) {
        curve_leave_out(&c, series, n, measure, g);
        log_ratio[g] = curve_collapse(&c, criterion).log_ratio;
    }
    curve_release(&c);
    return all;
}

double ensemble_jackknife(const struct results_series *series, size_t n, const struct criterion *criterion) {
    size_t groups = results_blocks(series, n);
    if (groups < 2) { return NAN; }
    double *log_ratio = memory_create(groups, sizeof *log_ratio), variance = 0,
           all = ensemble_leave_out(series, n, criterion, log_ratio);
    for (size_t g = 0; g < groups; g++) {
        double deviation = log_ratio[g] - all;
        variance +=
            (1 - results_block_size(series, n, g) / results_replicates(series, n)) * deviation * deviation;
    }
    free(log_ratio);
    return error_rounded(sqrt(variance));
}

/* SplitMix64 (Steele, Lea & Flood 2014). */
static uint64_t next_word(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Means over groups, each as often as it was drawn. */
static void curve_resample(struct curve *c, const struct results_series *series, size_t n,
                           enum measure measure, const unsigned *times) {
    size_t groups = series->size[RESULTS_BLOCK], there = results_blocks(series, n);
    for (size_t i = 0; i < c->count; i++) {
        const double *y = series->block[measure] + (n * c->count + i) * groups,
                     *chi = series->block[MEASURE_SUSCEPTIBILITY] + (n * c->count + i) * groups,
                     *entropy = series->block[MEASURE_ENTROPY] + (n * c->count + i) * groups;
        double sum = 0, slope = 0, level = 0, total = 0;
        for (size_t g = 0; g < there; g++) {
            double weight = times[g] * results_block_size(series, n, g);
            total += weight;
            sum += weight * y[g];
            slope += weight * chi[g];
            level += weight * entropy[g];
        }
        c->y[i] = sum / total;
        if (measure == MEASURE_ENTROPY) { c->slope[i] = -slope / total; }
        c->entropy[i] = level / total;
    }
}

double ensemble_bootstrap(const struct results_series *series, size_t n, const struct criterion *criterion) {
    enum { FEWEST = 8 };
    size_t groups = results_blocks(series, n), found = 0;
    enum measure measure = criterion_measure(criterion);
    if (groups < FEWEST) { return NAN; }
    unsigned *times = memory_create(groups, sizeof *times);
    struct curve c = curve_load(series, n, measure);
    uint64_t state = n;
    double mean = 0, squares = 0;
    for (size_t sample = 0; sample < ENSEMBLE_RESAMPLES; sample++) {
        memset(times, 0, groups * sizeof *times);
        for (size_t g = 1; g < groups; g++) { times[next_word(&state) % groups]++; }
        curve_resample(&c, series, n, measure, times);
        double root = curve_collapse(&c, criterion).log_ratio;
        if (!isfinite(root)) { continue; }
        double off = root - mean;
        mean += off / (double)++found;
        squares += off * (root - mean);
    }
    curve_release(&c);
    free(times);
    return found > ENSEMBLE_RESAMPLES * 99 / 100 ? error_rounded(sqrt(squares / (double)(found - 1))) : NAN;
}
