#include "analysis/verdict/judge.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <string.h>

const enum law_term judge_law_of_log[JUDGE_TERMS] = {LAW_ONE, LAW_LOG, LAW_INVERSE, LAW_LOG_INVERSE};
const enum law_term judge_law_of_power[JUDGE_TERMS] = {LAW_ONE, LAW_LINEAR, LAW_LOG, LAW_INVERSE};

const struct verdict_estimate judge_unknown = {NAN, NAN, NAN, NAN, NAN, NAN};

size_t judge_window(const struct points *p, double least, size_t otherwise) {
    size_t first = points_from(p, least);
    return p->count - first >= VERDICT_FEWEST ? first : otherwise;
}

/* With half^2 = noise^2 + systematic^2; unknown where that is so wide that nothing is said. */
static struct verdict_estimate around(double value, double noise, double systematic, double predicted) {
    const double widest = 1; /* of an exponent, and of the logarithm of an amplitude */
    double half = hypot(noise, systematic);
    if (!(half <= widest)) { return (struct verdict_estimate){NAN, NAN, NAN, predicted, NAN, NAN}; }
    return (struct verdict_estimate){value,     value - half, value + half,
                                     predicted, NAN,          half > 0 ? noise * noise / (half * half) : 0};
}

static bool fit_widened(const struct judge *j, const struct law_data *data, size_t terms,
                        const enum law_term *term, struct law_fit *fit) {
    if (!law_fit(data, terms, term, fit)) { return false; }
    double widen = points_widen(&j->points, data->count, terms);
    for (size_t k = 0; k < terms; k++) { fit->se[k] *= widen; }
    return true;
}

/* ---- the exponent ---- */

/* What the correction terms leave out: the next order of the expansion in log L/L and 1/L, or in n^-|omega|,
 * with coefficients of about one, and of the order after that an independent part at every n. Without it laws
 * whose noise is small would be told apart by what no law of few terms has. */
void judge_add_truncation(const struct judge *j, const struct law_data *data, double *covariance) {
    enum { MODES = 3 };
    double rate = fabs(fit_asymptotic_exponent(j->fit));
    for (size_t a = 0; a < data->count; a++) {
        for (size_t b = 0; b < data->count; b++) {
            double l[] = {data->log_n[a], data->log_n[b]}, mode[2][MODES], rest[2], sum = 0;
            for (int i = 0; i < 2; i++) {
                double decay = exp(-rate * l[i]), one = log(l[i]) / l[i];
                const double by_n[] = {decay, decay * decay, 1 / (l[i] * l[i])},
                             by_log[] = {one * one, one / l[i], 1 / (l[i] * l[i])};
                memcpy(mode[i], j->fit->by_n ? by_n : by_log, sizeof mode[i]);
                rest[i] = j->fit->by_n ? decay * decay * decay : one * one * one;
            }
            for (int m = 0; m < MODES; m++) { sum += mode[0][m] * mode[1][m]; }
            covariance[a * data->count + b] += sum + (a == b ? rest[0] * rest[0] : 0);
        }
    }
}

/* Errors of laws that are powers of n carry what is left out: it falls so fast that few windows show it. */
static bool fit_law(const struct judge *j, size_t first, const double *log_beta, size_t terms,
                    const enum law_term *term, struct law_fit *fit) {
    struct law_data data = points_data(&j->points, first, log_beta, j->scratch);
    if (j->fit->by_n && data.covariance) { judge_add_truncation(j, &data, j->scratch); }
    return fit_widened(j, &data, terms, term, fit);
}

static const enum law_term *own_terms(const struct judge *j) {
    return j->fit->by_n ? judge_law_of_power : judge_law_of_log;
}

static void judge_windows(const struct judge *j, struct verdict *v) {
    const struct points *p = &j->points;
    struct law_fit fit;
    for (size_t first = j->first; p->count - first >= VERDICT_FEWEST && v->window_count < VERDICT_WINDOWS;
         first = points_from(p, 2 * p->log_n[first])) {
        if (!fit_law(j, first, p->log_beta, 4, own_terms(j), &fit)) { return; }
        v->window[v->window_count++] =
            (struct verdict_window){p->log_n[first], p->count - first, fit.value[1], fit.se[1]};
    }
}

/* What the windows from the third on say beyond their noise. */
static double late_drift(const struct verdict *v) {
    const struct verdict_window *whole = &v->window[0];
    double drift = 0;
    for (size_t w = 2; w < v->window_count; w++) {
        double noise = sqrt(fmax(0, v->window[w].se * v->window[w].se - whole->se * whole->se));
        drift = fmax(drift, fabs(v->window[w].value - whole->value) - EXPONENT_SIGMAS_95 * noise);
    }
    return drift;
}

/* What interpolation may move the exponent by: it moves all points alike. */
static double exponent_grid(const struct judge *j, double value) {
    struct law_fit moved;
    for (size_t i = 0; i < j->points.count; i++) { j->values[i] = j->points.log_beta[i] + j->points.grid[i]; }
    return fit_law(j, j->first, j->values, 4, own_terms(j), &moved) ? moved.value[1] - value : 0;
}

/* The first window's; what the last term and the other windows move is part of the interval. */
static struct verdict_estimate judge_exponent(const struct judge *j, struct verdict *v) {
    struct law_fit short_of;
    judge_windows(j, v);
    if (v->window_count == 0 || !fit_law(j, j->first, j->points.log_beta, 3, own_terms(j), &short_of)) {
        return judge_unknown;
    }
    const struct verdict_window *w = v->window;
    double systematic = hypot(w[0].value - short_of.value[1], exponent_grid(j, w[0].value));
    if (v->window_count > 1) { systematic = hypot(systematic, w[1].value - w[0].value); }
    if (j->points.has_errors) { systematic = hypot(systematic, late_drift(v)); }
    return around(w[0].value, EXPONENT_SIGMAS_95 * w[0].se, systematic, fit_asymptotic_exponent(j->fit));
}

/* ---- the scale ---- */

/* What interpolation may move such a coefficient by: it moves all points alike. */
static double scale_grid(const struct judge *j, struct law_data data, const double *y, size_t terms,
                         const enum law_term *term, size_t which, double value) {
    struct law_fit moved;
    size_t first = j->points.count - data.count;
    for (size_t i = 0; i < data.count; i++) { j->values[i] = y[i] + j->points.grid[first + i]; }
    data.y = j->values;
    return law_fit(&data, terms, term, &moved) ? moved.value[which] - value : 0;
}

/* Coefficient `which` of a fit with a 1/L term, beside the same with log L/L too: where there is noise the
 * first is the value, where there is none the second, and for heavy tails, whose rows collapse where beta
 * s_(1) is about L + log L; the difference is part of the error. */
static struct verdict_estimate judge_scale(const struct judge *j, const double *y, size_t terms,
                                           const enum law_term *term, size_t which) {
    const double bias = 7e-4; /* of these fits on exact values (THEORY, An honest exponent); as one sigma */
    size_t first = judge_window(&j->points, 2 * j->trusted_from, j->first);
    struct law_fit fit, longer;
    struct law_data data = points_data(&j->points, first, y, j->scratch);
    data.by_variances = true;
    if (data.count < VERDICT_FEWEST || !law_fit(&data, terms - 1, term, &fit)) { return judge_unknown; }
    double systematic = EXPONENT_SIGMAS_95 * bias, value = fit.value[which], se = fit.se[which];
    systematic = hypot(systematic, scale_grid(j, data, y + first, terms - 1, term, which, value));
    if (law_fit(&data, terms, term, &longer)) {
        systematic = hypot(systematic, longer.value[which] - value);
        if (!j->points.has_errors || j->limits.law == LIMITS_FRECHET) {
            value = longer.value[which];
            se = longer.se[which];
        }
    }
    return around(value, EXPONENT_SIGMAS_95 * se, systematic, NAN);
}

/* Slope of log beta_c against log Lambda^typ. */
static struct verdict_estimate judge_slope(const struct judge *j) {
    static const enum law_term term[] = {LAW_ONE, LAW_GIVEN, LAW_INVERSE, LAW_LOG_INVERSE};
    double low, high;
    gsl_stats_minmax(&low, &high, j->points.log_lambda, 1, j->points.count);
    if (high - low < 0.5) { return judge_unknown; }
    struct verdict_estimate slope = judge_scale(j, j->points.log_beta, 4, term, 1);
    slope.predicted = 1;
    return slope;
}

/* beta_c/Lambda^typ as n -> inf. */
static struct verdict_estimate judge_amplitude(const struct judge *j) {
    static const enum law_term term[] = {LAW_ONE, LAW_INVERSE, LAW_LOG_INVERSE};
    struct verdict_estimate e = judge_scale(j, j->points.log_ratio, 3, term, 0);
    return (struct verdict_estimate){exp(e.value), exp(e.low), exp(e.high), NAN, NAN, e.noise};
}

double judge_limit(const struct limits *law, const struct criterion *criterion) {
    const double threshold = criterion->threshold;
    if (criterion->kind == CRITERION_ENTROPY) { return limits_collapse_entropy(law, threshold); }
    if (criterion->kind == CRITERION_PARTICIPATION) { return limits_collapse_participation(law, threshold); }
    if (criterion->kind != CRITERION_TOP_TWO_RATIO) { return NAN; }
    if (law->law == LIMITS_SLOW_GUMBEL) { return law->exponent * (1 / threshold - 1); }
    return law->law == LIMITS_GUMBEL ? 1 / threshold - 1 : NAN;
}

/* Tails s^-a: n f(s*) = (a/L) (1 - n^-1/a) Lambda^typ, times that class's constant, is where rows would
 * collapse were their tops alone. */
double judge_trusted_from(const struct judge *j) {
    const struct limits top = {.law = LIMITS_GUMBEL};
    if (j->limits.law != LIMITS_FRECHET || !fit_criterion(j->fit)) { return VERDICT_ASYMPTOTIC; }
    return fmax(VERDICT_ASYMPTOTIC, j->limits.exponent * judge_limit(&top, fit_criterion(j->fit)));
}

struct limits judge_limits(const struct fit *fit) {
    const struct results_series *s = fit->series;
    double p[FAMILY_PARAMETERS] = {0}, log_n = s->log_n[fit->lengths - 1];
    family_parameters(s->family, s->parameter, log_n, p);
    return limits_law_of(s->family, p, log_n);
}

double judge_constant(const struct fit *fit, const struct limits *limits) {
    if (fit->series->family->kind == FAMILY_FIXED) { return 1; }
    return family_is_judged_by_rows(fit->series->family) ? limits_lambda_quantile(limits, 0.5)
                                                         : judge_limit(limits, fit_criterion(fit));
}

/* ---- theory at these n ---- */

void judge_expect(struct judge *j) {
    const struct points *p = &j->points;
    bool exact = p->kind != POINTS_ROWS, scale = fit_has_scale(j->fit);
    for (size_t i = 0; i < p->count; i++) {
        exact = exact && isfinite(p->log_exact[i]);
        scale = scale && isfinite(p->log_lambda[i]);
    }
    j->theory = p->count == 0 || !scale ? THEORY_NONE : exact ? THEORY_EXACT : THEORY_SCALE;
    for (size_t i = 0; i < p->count; i++) {
        j->expected_ratio[i] = exact ? p->log_exact[i] : 0;
        j->expected[i] = p->log_lambda[i] + j->expected_ratio[i];
    }
}

static double local_exponent(const struct judge *j) {
    size_t last = j->points.count - 1;
    if (j->theory == THEORY_NONE || last == 0) { return NAN; }
    double high = j->points.log_n[last], low = j->points.log_n[last - 1];
    return (j->expected[last] - j->expected[last - 1]) / (j->fit->by_n ? high - low : log(high) - log(low));
}

void judge_estimate(const struct judge *j, struct verdict *v) {
    struct judge theory = *j;
    struct verdict aside = {.window_count = 0};
    v->exponent = judge_exponent(j, v);
    if (fit_has_scale(j->fit)) {
        v->slope = judge_slope(j);
        v->amplitude = judge_amplitude(j);
    }
    v->amplitude.predicted = judge_constant(j->fit, &j->limits);
    v->theory = j->theory;
    v->local_exponent = local_exponent(j);
    if (j->theory == THEORY_NONE) { return; }
    theory.points.log_beta = j->expected;
    theory.points.log_ratio = j->expected_ratio;
    v->exponent.finite = judge_exponent(&theory, &aside).value;
    v->slope.finite = judge_slope(&theory).value;
    if (j->theory == THEORY_EXACT) { v->amplitude.finite = judge_amplitude(&theory).value; }
}

/* ---- simulation against exact values ---- */

/* Rows without randomness are as they are exactly, to the errors of roots: ratios are about 1, and those near
 * 0 are found to 1e-7. */
static void judge_fixed(const struct judge *j, struct verdict *v) {
    const double noise = 1e-5;
    const struct points *p = &j->points;
    double square = 0;
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++) {
        double exact = exp(p->log_exact[i]), off = (exp(p->log_ratio[i]) - exact) / (noise * (1 + exact));
        square = isnan(off) ? square : fmax(square, off * off);
        count += !isnan(off);
    }
    if (square < 100) { return; }
    v->exact_count = v->exact_freedom = count;
    v->exact_chi_square = square;
    v->exact_p = v->exact_joint_p = 0;
}

void judge_exact(const struct judge *j, struct verdict *v) {
    const struct points *p = &j->points;
    struct points_test test;
    if (p->kind == POINTS_FIXED) { judge_fixed(j, v); }
    if (!p->has_errors || p->kind == POINTS_FIXED) { return; }
    if (!(p->kind == POINTS_MEANS ? points_try(p, &test) : points_try_means(j->fit, &test))) { return; }
    v->exact_chi_square = test.chi_square;
    v->exact_freedom = test.freedom;
    v->exact_count = test.count;
    v->exact_p = test.p;
    v->exact_shift = test.shift;
    v->exact_trend = test.trend;
    v->exact_joint_p = test.joint_p;
}
