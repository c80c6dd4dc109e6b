#include "analysis/verdict/verdict.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/verdict/points.h"
#include "models/theory/limits.h"

const char *const verdict_name[] = {"undecided", "supported", "refuted"};
const char *const verdict_law[VERDICT_LAWS] = {"log_n^0", "log_n^0.5", "log_n^1",
                                               "log_n^2", "log_n^xi",  "n^omega"};
enum { FREE_LOG = 4, FREE_POWER = 5 };
static const double fixed_power[FREE_LOG] = {0, 0.5, 1, 2};

struct judge {
    const struct fit *fit;
    struct points points;
    double *scratch, *values, *expected; /* expected: log beta_c as it is exactly */
    size_t first;                        /* of the window */
    bool asymptotic;                     /* the window starts where corrections can be trusted */
    struct limits limits;                /* at the largest n */
};

static const struct verdict_estimate unknown = {NAN, NAN, NAN, NAN, NAN};

/* From `least` on if that leaves points enough, else from `otherwise` on. */
static size_t window(const struct points *p, double least, size_t otherwise) {
    size_t first = points_from(p, least);
    return p->count - first >= VERDICT_FEWEST ? first : otherwise;
}

/* With half^2 = noise^2 + systematic^2; unknown where that is so wide that nothing is said. */
static struct verdict_estimate around(double value, double noise, double systematic, double predicted) {
    const double widest = 1; /* of an exponent, and of the logarithm of an amplitude */
    double half = hypot(noise, systematic);
    if (!(half <= widest)) { return (struct verdict_estimate){NAN, NAN, NAN, predicted, NAN}; }
    return (struct verdict_estimate){value, value - half, value + half, predicted,
                                     half > 0 ? noise * noise / (half * half) : 0};
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
static void add_truncation(const struct judge *j, const struct law_data *data, double *covariance) {
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
static bool fit_law(const struct judge *j, size_t first, size_t terms, const enum law_term *term,
                    struct law_fit *fit) {
    struct law_data data = points_data(&j->points, first, j->points.log_beta, j->scratch);
    if (j->fit->by_n && data.covariance) { add_truncation(j, &data, j->scratch); }
    return fit_widened(j, &data, terms, term, fit);
}

/* F3 without its last term is F1; the exponent is the second coefficient. */
static const enum law_term law_of_log[] = {LAW_ONE, LAW_LOG, LAW_INVERSE, LAW_LOG_INVERSE};
static const enum law_term law_of_power[] = {LAW_ONE, LAW_LINEAR, LAW_LOG, LAW_INVERSE};

static const enum law_term *own_terms(const struct judge *j) {
    return j->fit->by_n ? law_of_power : law_of_log;
}

static void judge_windows(const struct judge *j, struct verdict *v) {
    const struct points *p = &j->points;
    struct law_fit fit;
    for (size_t first = j->first; p->count - first >= VERDICT_FEWEST && v->window_count < VERDICT_WINDOWS;
         first = points_from(p, 2 * p->log_n[first])) {
        if (!fit_law(j, first, 4, own_terms(j), &fit)) { return; }
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

/* The first window's; what the last term and the other windows move is part of the interval. */
static struct verdict_estimate judge_exponent(const struct judge *j, struct verdict *v) {
    struct law_fit short_of;
    judge_windows(j, v);
    if (v->window_count == 0 || !fit_law(j, j->first, 3, own_terms(j), &short_of)) { return unknown; }
    const struct verdict_window *w = v->window;
    double systematic = w[0].value - short_of.value[1];
    if (v->window_count > 1) { systematic = hypot(systematic, w[1].value - w[0].value); }
    if (j->points.has_errors) { systematic = hypot(systematic, late_drift(v)); }
    return around(w[0].value, EXPONENT_SIGMAS_95 * w[0].se, systematic, fit_asymptotic_exponent(j->fit));
}

/* ---- the scale ---- */

static double spread_of(size_t count, const double *x) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        low = fmin(low, x[i]);
        high = fmax(high, x[i]);
    }
    return high - low;
}

/* Coefficient `which` of a fit with a 1/L term, beside the same with log L/L too: where there is noise the
 * first is the value, where there is none the second; the difference is part of the error. */
static struct verdict_estimate judge_scale(const struct judge *j, const double *y, size_t terms,
                                           const enum law_term *term, size_t which) {
    const double bias = 7e-4; /* of these fits on exact values (THEORY, An honest exponent); as one sigma */
    size_t first = window(&j->points, 2 * VERDICT_ASYMPTOTIC, j->first);
    struct law_fit fit, longer;
    struct law_data data = points_data(&j->points, first, y, j->scratch);
    data.by_variances = true;
    if (data.count < VERDICT_FEWEST || !law_fit(&data, terms - 1, term, &fit)) { return unknown; }
    double systematic = EXPONENT_SIGMAS_95 * bias, value = fit.value[which];
    if (law_fit(&data, terms, term, &longer)) {
        systematic = hypot(systematic, longer.value[which] - value);
        if (!j->points.has_errors) { value = longer.value[which]; }
    }
    return around(value, EXPONENT_SIGMAS_95 * fit.se[which], systematic, NAN);
}

/* Slope of log beta_c against log Lambda^typ. */
static struct verdict_estimate judge_slope(const struct judge *j) {
    static const enum law_term term[] = {LAW_ONE, LAW_GIVEN, LAW_INVERSE, LAW_LOG_INVERSE};
    if (spread_of(j->points.count, j->points.log_lambda) < 0.5) { return unknown; }
    struct verdict_estimate slope = judge_scale(j, j->points.log_beta, 4, term, 1);
    slope.predicted = 1;
    return slope;
}

static struct limits limits_at_last(const struct results_series *s) {
    double p[FAMILY_PARAMETERS] = {0}, log_n = s->log_n[s->size[RESULTS_LOG_N] - 1];
    family_parameters(s->family, s->parameter, log_n, p);
    return limits_of(s->family, p, log_n);
}

/* beta_c/Lambda^typ in the limit law, for a mean entropy, participation or top-two ratio of `threshold`: in
 * the Gumbel class p_(2)/p_(1) = U^b with U uniform, of mean 1/(1 + b). */
static double limit_of(const struct limits *l, enum criterion_kind kind, double threshold) {
    bool gumbel = l->law == LIMITS_GUMBEL || l->law == LIMITS_SLOW_GUMBEL;
    double constant = NAN;
    if (kind == CRITERION_ENTROPY && gumbel) { constant = limits_pd_collapse_entropy(threshold); }
    if (kind == CRITERION_PARTICIPATION && gumbel) { constant = limits_pd_collapse_participation(threshold); }
    if (kind == CRITERION_TOP_TWO_RATIO && gumbel) {
        return (l->law == LIMITS_SLOW_GUMBEL ? l->exponent : 1) * (1 / threshold - 1);
    }
    if (kind == CRITERION_ENTROPY && l->law == LIMITS_WEIBULL) {
        constant = limits_weibull_collapse_entropy(l->exponent, threshold);
    }
    if (kind == CRITERION_PARTICIPATION && l->law == LIMITS_WEIBULL) {
        constant = limits_weibull_collapse_participation(l->exponent, threshold);
    }
    return l->law == LIMITS_SLOW_GUMBEL ? limits_slow_gumbel(l->exponent, constant) : constant;
}

/* At the largest n: of the ensemble's collapse point, or of the median of rows. */
static double limit_constant(const struct judge *j) {
    const struct criterion *c = &j->fit->series->criterion[j->fit->primary];
    if (j->points.kind == POINTS_FIXED) { return 1; }
    if (j->points.kind == POINTS_ROWS) { return j->limits.lambda[1]; }
    return limit_of(&j->limits, c->kind, c->threshold);
}

/* beta_c/Lambda^typ as n -> inf. */
static struct verdict_estimate judge_amplitude(const struct judge *j) {
    static const enum law_term term[] = {LAW_ONE, LAW_INVERSE, LAW_LOG_INVERSE};
    struct verdict_estimate e = judge_scale(j, j->points.log_ratio, 3, term, 0);
    return (struct verdict_estimate){exp(e.value), exp(e.low), exp(e.high), limit_constant(j), e.noise};
}

/* ---- simulation against exact values ---- */

static void judge_exact(const struct judge *j, struct verdict *v) {
    const struct points *p = &j->points;
    if (!p->has_errors || p->kind == POINTS_ROWS) { return; }
    for (size_t i = 0; i < p->count; i++) {
        j->values[i] = p->log_ratio[i] - p->log_exact[i];
        if (isnan(j->values[i])) { return; }
    }
    if (!points_chi_square(p, j->values, &v->exact_chi_square, &v->exact_freedom)) { return; }
    v->exact_count = p->count;
    v->exact_p = gsl_cdf_chisq_Q(v->exact_chi_square, (double)v->exact_freedom);
}

/* ---- rival laws ---- */

/* Chi square of a law with correction terms for log beta_c = y; NaN where it cannot be fitted. */
static double rival_chi_square(const struct judge *j, const double *y, size_t rival, size_t *terms) {
    static const enum law_term corrections[] = {LAW_ONE, LAW_INVERSE, LAW_LOG_INVERSE};
    static const enum law_term bare_power[] = {LAW_ONE, LAW_LINEAR, LAW_INVERSE, LAW_LOG_INVERSE};
    const enum law_term *power = j->fit->by_n ? law_of_power : bare_power,
                        *term = rival < FREE_LOG    ? corrections
                                : rival == FREE_LOG ? law_of_log
                                                    : power;
    struct law_fit fit;
    *terms = rival < FREE_LOG ? 3 : 4;
    for (size_t i = 0; i < j->points.count; i++) {
        j->values[i] = y[i] - (rival < FREE_LOG ? fixed_power[rival] * log(j->points.log_n[i]) : 0);
    }
    struct law_data data = points_data(&j->points, j->first, j->values, j->scratch);
    add_truncation(j, &data, j->scratch);
    data.covariance = j->scratch;
    return law_fit(&data, *terms, term, &fit) ? fit.chi_square : NAN;
}

/* Akaike's criterion with the correction for few points, as weights. */
static void weigh_rivals(struct verdict *v, size_t count, const size_t terms[VERDICT_LAWS]) {
    double criterion[VERDICT_LAWS], least = INFINITY, total = 0;
    for (size_t r = 0; r < VERDICT_LAWS; r++) {
        double k = (double)terms[r], rest = (double)count - k - 1;
        criterion[r] = v->rival[r].chi_square + 2 * k + (rest > 0 ? 2 * k * (k + 1) / rest : INFINITY);
        least = fmin(least, criterion[r]);
    }
    for (size_t r = 0; r < VERDICT_LAWS; r++) {
        v->rival[r].weight = exp((least - criterion[r]) / 2);
        total += isnan(v->rival[r].weight) ? 0 : v->rival[r].weight;
    }
    for (size_t r = 0; r < VERDICT_LAWS; r++) { v->rival[r].weight /= total; }
}

/* A power of log n is as many sigma away as from the free exponent, systematic part included; the other kind
 * of law as its chi square tells. */
static double rival_sigma(const struct judge *j, const struct verdict *v, size_t rival) {
    size_t own = j->fit->by_n ? FREE_POWER : FREE_LOG;
    if (rival == own) { return 0; }
    if (!j->fit->by_n && rival < FREE_LOG) {
        double sigma = (v->exponent.high - v->exponent.value) / EXPONENT_SIGMAS_95;
        return fabs(fixed_power[rival] - v->exponent.value) / sigma;
    }
    double more = v->rival[rival].chi_square - v->rival[own].chi_square;
    return isnan(more) ? NAN : sqrt(fmax(0, more));
}

static void judge_rivals(const struct judge *j, struct verdict *v) {
    size_t terms[VERDICT_LAWS];
    for (size_t r = 0; r < VERDICT_LAWS; r++) {
        v->rival[r].chi_square = rival_chi_square(j, j->points.log_beta, r, &terms[r]);
    }
    weigh_rivals(v, j->points.count - j->first, terms);
    for (size_t r = 0; r < VERDICT_LAWS; r++) { v->rival[r].excluded_sigma = rival_sigma(j, v, r); }
}

/* ---- the verdict ---- */

static bool disagrees(const struct verdict_estimate *e) {
    return e->predicted < e->low || e->predicted > e->high;
}

/* Off by more than twice the 95% interval, about four sigma. */
static bool contradicts(const struct verdict_estimate *e) {
    double off = fabs(e->predicted - e->value);
    return off > 2 * (e->predicted > e->value ? e->high - e->value : e->value - e->low);
}

/* The law that theory claims, its free form, and n^0 where that is (log n)^0. */
static bool is_own_law(const struct judge *j, const struct verdict *v, size_t rival) {
    if (rival == FREE_POWER && v->exponent.predicted == 0) { return true; }
    if (rival == (j->fit->by_n ? FREE_POWER : FREE_LOG)) { return true; }
    return !j->fit->by_n && rival < FREE_LOG && fixed_power[rival] == v->exponent.predicted;
}

/* The rival that is excluded least. */
static size_t closest_rival(const struct judge *j, const struct verdict *v) {
    size_t closest = VERDICT_LAWS;
    for (size_t r = 0; r < VERDICT_LAWS; r++) {
        double sigma = v->rival[r].excluded_sigma;
        if (is_own_law(j, v, r) || isnan(sigma)) { continue; }
        if (closest == VERDICT_LAWS || sigma < v->rival[closest].excluded_sigma) { closest = r; }
    }
    return closest;
}

static const double unlikely = 1e-3, impossible = 1e-5;

static bool rival_remains(const struct verdict *v) {
    return v->closest < VERDICT_LAWS && v->rival[v->closest].excluded_sigma < VERDICT_EXCLUDED;
}

static bool has_means(const struct fit *fit) {
    return fit->primary < fit->criteria && fit_last(fit, fit->primary) < fit->lengths;
}

/* Whether the verdict can rest on laws with corrections; else what stands in the way. */
static bool has_laws(const struct judge *j, struct verdict *v) {
    if (j->points.count == 0) {
        v->ground = has_means(j->fit) ? GROUND_NO_ERRORS : GROUND_NO_POINTS;
    } else if (j->points.lacks_groups) {
        v->ground = GROUND_NO_GROUPS;
    } else if (j->points.count - j->first < VERDICT_FEWEST) {
        v->ground = GROUND_FEW;
    } else if (!j->asymptotic) {
        v->ground = GROUND_SMALL;
    } else if (isnan(v->exponent.value)) {
        v->ground = GROUND_CLOSE;
    } else {
        return true;
    }
    return false;
}

/* Rests on the first of the three that is off theory's value, if one is. */
static bool finds(struct verdict *v, bool off(const struct verdict_estimate *)) {
    const struct verdict_estimate *const estimate[] = {&v->exponent, &v->slope, &v->amplitude};
    static const enum verdict_ground of[] = {GROUND_EXPONENT, GROUND_SLOPE, GROUND_AMPLITUDE};
    for (size_t i = 0; i < 3; i++) {
        if (off(estimate[i])) {
            v->ground = of[i];
            return true;
        }
    }
    return false;
}

static enum verdict_kind decide(const struct judge *j, struct verdict *v) {
    if (v->exact_p < impossible && j->fit->series->replicates >= RESULTS_BLOCK_LENGTH) {
        v->ground = GROUND_EXACT;
        return VERDICT_REFUTED;
    }
    bool laws = has_laws(j, v);
    if (laws && finds(v, contradicts)) { return VERDICT_REFUTED; }
    if (v->exact_p < unlikely) {
        v->ground = GROUND_EXACT;
        return VERDICT_UNDECIDED;
    }
    if (!laws || finds(v, disagrees)) { return VERDICT_UNDECIDED; }
    v->ground = isnan(v->exponent.predicted) ? GROUND_NO_THEORY
                : rival_remains(v)           ? GROUND_RIVAL
                                             : GROUND_NOTHING;
    return v->ground == GROUND_NOTHING ? VERDICT_SUPPORTED : VERDICT_UNDECIDED;
}

/* ---- what would settle it ---- */

/* Two figures, upwards. */
static double round_up(double x) {
    double unit = pow(10, floor(log10(x)) - 1);
    return ceil(x / unit - 1e-9) * unit;
}

static const struct verdict_settle nothing_settles = {NAN, NAN};
static const double log_far = 300 * M_LN10, furthest = 1e6; /* log n: where laws show, and that rows reach */

/* Replicates behind a collapse point: all of them, or the kept ones behind a median. */
static double rows_judged(const struct judge *j) {
    const struct results_series *s = j->fit->series;
    return j->points.kind == POINTS_ROWS ? (double)s->size[RESULTS_REPLICATE] : (double)s->replicates;
}

/* Replicates shrink noise as their root, larger n the neglected corrections as 1/L. */
static struct verdict_settle settle_interval(const struct judge *j, double half, double needed,
                                             double noise) {
    double times = half / needed;
    if (!(times > 1) || isinf(times)) { return nothing_settles; }
    if (noise >= 0.5) { return (struct verdict_settle){round_up(rows_judged(j) * times * times), NAN}; }
    double systematic = half * sqrt(1 - noise),
           further = round_up(j->points.log_n[j->points.count - 1] * fmax(systematic / needed, 2));
    return (struct verdict_settle){NAN, further <= furthest ? further : NAN};
}

/* So narrow that what is off by this much is contradicted. */
static struct verdict_settle settle_estimate(const struct judge *j, const struct verdict_estimate *e) {
    double off = fabs(e->predicted - e->value);
    return settle_interval(j, e->predicted > e->value ? e->high - e->value : e->value - e->low, off / 2,
                           e->noise);
}

/* The sigma that excludes a rival on average: of powers of log n against theory's, of the other kind of law
 * as its chi square on the exact values tells; NaN where these are not known. */
static double expected_sigma(const struct judge *j, const struct verdict *v, size_t rival) {
    size_t terms;
    if (!j->fit->by_n && rival < FREE_LOG) {
        double half = (v->exponent.high - v->exponent.low) / 2;
        return EXPONENT_SIGMAS_95 * fabs(fixed_power[rival] - v->exponent.predicted) / half;
    }
    for (size_t i = 0; i < j->points.count; i++) {
        j->expected[i] = j->points.log_lambda[i] + j->points.log_exact[i];
    }
    return sqrt(rival_chi_square(j, j->expected, rival, &terms));
}

/* So narrow that the rival is excluded, five times in six: one sigma to spare. */
static struct verdict_settle settle_rival(const struct judge *j, const struct verdict *v) {
    size_t rival = v->closest;
    double sigma = expected_sigma(j, v, rival);
    bool is_power = !j->fit->by_n && rival < FREE_LOG;
    if (isnan(sigma)) { sigma = fmax(1, v->rival[rival].excluded_sigma); }
    return settle_interval(j, VERDICT_EXCLUDED + 1, sigma, is_power ? v->exponent.noise : 1);
}

/* So many groups that their joint covariance is known. */
static struct verdict_settle settle_groups(const struct judge *j) {
    size_t groups = j->points.count + POINTS_MORE_GROUPS;
    return (struct verdict_settle){
        (double)groups * (j->points.kind == POINTS_ROWS ? 1 : RESULTS_BLOCK_LENGTH), NAN};
}

/* So many replicates that chi square, if it goes on like this, is impossible. */
static struct verdict_settle settle_exact(const struct judge *j, const struct verdict *v) {
    if (v->exact_p < impossible) { return (struct verdict_settle){RESULTS_BLOCK_LENGTH, NAN}; }
    double freedom = (double)v->exact_freedom, needed = gsl_cdf_chisq_Qinv(impossible, freedom) - freedom;
    return settle_interval(j, sqrt(needed), sqrt(v->exact_chi_square - freedom), 1);
}

static struct verdict_settle settle(const struct judge *j, const struct verdict *v) {
    if (v->kind != VERDICT_UNDECIDED) { return nothing_settles; }
    switch (v->ground) {
    case GROUND_NO_GROUPS: return settle_groups(j);
    case GROUND_FEW:
    case GROUND_CLOSE:
    case GROUND_SMALL: return (struct verdict_settle){NAN, log_far};
    case GROUND_EXACT: return settle_exact(j, v);
    case GROUND_EXPONENT: return settle_estimate(j, &v->exponent);
    case GROUND_SLOPE: return settle_estimate(j, &v->slope);
    case GROUND_AMPLITUDE: return settle_estimate(j, &v->amplitude);
    case GROUND_RIVAL: return settle_rival(j, v);
    case GROUND_CRITERION:
    case GROUND_NO_ERRORS:
    case GROUND_NO_POINTS:
    case GROUND_NO_THEORY:
    case GROUND_NOTHING: break;
    }
    return nothing_settles;
}

static void judge_all(struct judge *j, struct verdict *v) {
    const struct points *p = &j->points;
    v->point_count = p->count;
    v->trusted = p->count - points_from(p, VERDICT_ASYMPTOTIC);
    j->first = window(p, VERDICT_ASYMPTOTIC, 0);
    j->asymptotic = v->trusted >= VERDICT_FEWEST;
    if (p->count > 0 && !p->lacks_groups) {
        v->first_log_n = p->log_n[j->first];
        v->last_log_n = p->log_n[p->count - 1];
        v->exponent = judge_exponent(j, v);
        v->slope = judge_slope(j);
        v->amplitude = judge_amplitude(j);
        judge_exact(j, v);
        judge_rivals(j, v);
        v->closest = closest_rival(j, v);
    }
    v->kind = decide(j, v);
    v->settle = settle(j, v);
}

/* Before anything is known. */
static struct verdict open_verdict(void) {
    struct verdict v = {.ground = GROUND_CRITERION,
                        .closest = VERDICT_LAWS,
                        .exponent = unknown,
                        .slope = unknown,
                        .amplitude = unknown,
                        .settle = nothing_settles,
                        .first_log_n = NAN,
                        .last_log_n = NAN,
                        .exact_chi_square = NAN,
                        .exact_p = NAN};
    for (size_t r = 0; r < VERDICT_LAWS; r++) { v.rival[r] = (struct verdict_rival){NAN, NAN, NAN}; }
    return v;
}

bool verdict_make(struct verdict *v, const struct fit *fit) {
    struct judge j = {.fit = fit};
    *v = open_verdict();
    bool good = points_make(&j.points, fit);
    size_t count = j.points.count;
    j.scratch = calloc(count * count + 1, sizeof *j.scratch);
    j.values = calloc(2 * count + 1, sizeof *j.values);
    good = good && j.scratch && j.values;
    if (good) {
        j.expected = j.values + count;
        if (fit->lengths > 0) { j.limits = limits_at_last(fit->series); }
        if (fit->primary == fit->criteria || fit_is_meaningful(fit, fit->primary)) { judge_all(&j, v); }
        good =
            accumulation_make(&v->accumulation, fit, j.points.kind == POINTS_FIXED ? 1 : j.limits.lambda[1]);
    }
    points_release(&j.points);
    free(j.scratch);
    free(j.values);
    return good;
}
