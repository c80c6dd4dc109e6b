#include "verdict.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../models/limits.h"
#include "points.h"

const char *const verdict_name[] = {"undecided", "supported", "refuted"};
const char *const verdict_law[VERDICT_LAWS] = {"log_n^0", "log_n^0.5", "log_n^1",
                                               "log_n^2", "log_n^xi",  "n^omega"};
enum { FREE_LOG = 4, FREE_POWER = 5 };
static const double fixed_power[FREE_LOG] = {0, 0.5, 1, 2};

static const double asymptotic = 10; /* log n from where correction terms are trusted */
enum { FEWEST = 6 };                 /* points that F3 takes */

struct judge {
    const struct fit *fit;
    struct points points;
    double *scratch, *values;
    size_t first;         /* of the window */
    struct limits limits; /* at the largest n */
};

static const struct verdict_estimate unknown = {NAN, NAN, NAN, NAN};

/* From `least` on if that leaves points enough, else all. */
static size_t window(const struct points *p, double least, size_t enough) {
    size_t first = points_from(p, least);
    return p->count - first >= enough ? first : 0;
}

static struct verdict_estimate around(double value, double half, double predicted) {
    return (struct verdict_estimate){value, value - half, value + half, predicted};
}

static bool fit_from(const struct judge *j, size_t first, const double *y, size_t terms,
                     const enum law_term *term, struct law_fit *fit) {
    struct law_data data = points_data(&j->points, first, y, j->scratch);
    return law_fit(&data, terms, term, fit);
}

/* ---- the exponent ---- */

/* F3 without its last term is F1; the exponent is the second coefficient. */
static const enum law_term law_of_log[] = {LAW_ONE, LAW_LOG, LAW_INVERSE, LAW_LOG_INVERSE};
static const enum law_term law_of_power[] = {LAW_ONE, LAW_LINEAR, LAW_LOG, LAW_INVERSE};

static const enum law_term *own_terms(const struct judge *j) {
    return j->fit->by_n ? law_of_power : law_of_log;
}

static void judge_windows(const struct judge *j, struct verdict *v) {
    const struct points *p = &j->points;
    struct law_fit fit;
    for (size_t first = j->first; p->count - first >= FEWEST && v->window_count < VERDICT_WINDOWS;
         first = points_from(p, 2 * p->log_n[first])) {
        if (!fit_from(j, first, p->log_beta, 4, own_terms(j), &fit)) { return; }
        v->window[v->window_count++] =
            (struct verdict_window){p->log_n[first], p->count - first, fit.value[1], fit.se[1]};
    }
}

/* The first window's; what the second moves and what the last term moves are part of the interval. */
static struct verdict_estimate judge_exponent(const struct judge *j, struct verdict *v) {
    struct law_fit short_of;
    judge_windows(j, v);
    if (v->window_count == 0 || !fit_from(j, j->first, j->points.log_beta, 3, own_terms(j), &short_of)) {
        return unknown;
    }
    const struct verdict_window *w = v->window;
    double half = hypot(EXPONENT_SIGMAS_95 * w[0].se, w[0].value - short_of.value[1]);
    if (v->window_count > 1) { half = hypot(half, w[1].value - w[0].value); }
    v->exponent_se = w[0].se;
    return around(w[0].value, half, fit_asymptotic_exponent(j->fit));
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
    const double bias = 7e-4; /* of these fits on exact values (THEORY, An honest exponent) */
    size_t first = window(&j->points, 2 * asymptotic, FEWEST);
    struct law_fit fit, longer;
    if (j->points.count - first < terms || !fit_from(j, first, y, terms - 1, term, &fit)) { return unknown; }
    double half = hypot(EXPONENT_SIGMAS_95 * fit.se[which], bias), value = fit.value[which];
    if (j->points.count - first >= FEWEST && fit_from(j, first, y, terms, term, &longer)) {
        half = hypot(half, longer.value[which] - value);
        if (!j->points.has_errors) { value = longer.value[which]; }
    }
    return around(value, half, NAN);
}

/* Slope of log beta_c against log Lambda^typ. */
static struct verdict_estimate judge_slope(const struct judge *j) {
    static const enum law_term term[] = {LAW_ONE, LAW_GIVEN, LAW_INVERSE, LAW_LOG_INVERSE};
    if (spread_of(j->points.count, j->points.log_lambda) < 0.5) { return unknown; }
    struct verdict_estimate slope = judge_scale(j, j->points.log_beta, 4, term, 1);
    slope.predicted = 1;
    return slope;
}

/* The limit constant of the class at the largest n: of the ensemble's collapse point, or of the median of
 * rows. */
static double limit_constant(const struct judge *j) {
    const struct criterion *c = &j->fit->series->criterion[j->fit->primary];
    if (j->points.kind == POINTS_FIXED) { return 1; }
    if (j->points.kind == POINTS_ROWS) { return j->limits.lambda[1]; }
    if (c->kind == CRITERION_ENTROPY && c->threshold == 1) { return j->limits.collapse_entropy; }
    if (c->kind == CRITERION_PARTICIPATION && c->threshold == 0.5) {
        return j->limits.collapse_participation;
    }
    return NAN;
}

/* beta_c/Lambda^typ as n -> inf. */
static struct verdict_estimate judge_amplitude(const struct judge *j) {
    static const enum law_term term[] = {LAW_ONE, LAW_INVERSE, LAW_LOG_INVERSE};
    struct verdict_estimate e = judge_scale(j, j->points.log_ratio, 3, term, 0);
    return (struct verdict_estimate){exp(e.value), exp(e.low), exp(e.high), limit_constant(j)};
}

/* ---- simulation against exact values ---- */

static void judge_exact(const struct judge *j, struct verdict *v) {
    const struct points *p = &j->points;
    struct law_fit none;
    if (!p->has_errors || p->kind == POINTS_ROWS) { return; }
    for (size_t i = 0; i < p->count; i++) {
        j->values[i] = p->log_ratio[i] - p->log_exact[i];
        if (isnan(j->values[i])) { return; }
    }
    if (!fit_from(j, 0, j->values, 0, NULL, &none)) { return; }
    v->exact_count = p->count;
    v->exact_chi_square = none.chi_square;
    v->exact_p = gsl_cdf_chisq_Q(none.chi_square, (double)p->count);
}

/* ---- rival laws ---- */

/* Chi square of a law with correction terms; NaN where it cannot be fitted. */
static double rival_chi_square(const struct judge *j, size_t rival, size_t *terms) {
    static const enum law_term corrections[] = {LAW_ONE, LAW_INVERSE, LAW_LOG_INVERSE};
    static const enum law_term bare_power[] = {LAW_ONE, LAW_LINEAR, LAW_INVERSE, LAW_LOG_INVERSE};
    const enum law_term *power = j->fit->by_n ? law_of_power : bare_power;
    struct law_fit fit;
    const double *y = j->points.log_beta;
    bool good;
    *terms = rival < FREE_LOG ? 3 : 4;
    if (rival < FREE_LOG) {
        for (size_t i = 0; i < j->points.count; i++) {
            j->values[i] = y[i] - fixed_power[rival] * log(j->points.log_n[i]);
        }
        good = fit_from(j, j->first, j->values, 3, corrections, &fit);
    } else {
        good = fit_from(j, j->first, y, 4, rival == FREE_LOG ? law_of_log : power, &fit);
    }
    return good ? fit.chi_square : NAN;
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
    for (size_t r = 0; r < VERDICT_LAWS; r++) { v->rival[r].chi_square = rival_chi_square(j, r, &terms[r]); }
    weigh_rivals(v, j->points.count - j->first, terms);
    for (size_t r = 0; r < VERDICT_LAWS; r++) { v->rival[r].excluded_sigma = rival_sigma(j, v, r); }
}

/* ---- the accumulation scale itself ---- */

static struct limits limits_at_last(const struct results_series *s) {
    double p[FAMILY_PARAMETERS] = {0}, log_n = s->log_n[s->size[RESULTS_LOG_N] - 1];
    family_parameters(s->family, s->parameter, log_n, p);
    return limits_of(s->family, p, log_n);
}

/* Mean over the kept rows at an n of the logarithms of alpha*, t* and Lambda_n; false where one is not
 * finite. */
static bool mean_logarithms(const struct results_series *s, size_t n, double mean[3], double se[3]) {
    size_t kept = s->size[RESULTS_REPLICATE];
    double sum[3] = {0}, square[3] = {0};
    for (size_t r = n * kept; r < (n + 1) * kept; r++) {
        double value[] = {log(s->lambda_log_rank[r] / s->log_n[n]), log(s->lambda_gap[r]), log(s->lambda[r])};
        value[1] -= s->log_lambda_typ[n];
        value[2] += s->log_lambda_typ[n];
        for (int k = 0; k < 3; k++) {
            if (!isfinite(value[k])) { return false; }
            sum[k] += value[k];
            square[k] += value[k] * value[k];
        }
    }
    for (int k = 0; k < 3; k++) {
        double count = (double)kept;
        mean[k] = sum[k] / count;
        se[k] = sqrt(fmax(0, square[k] / count - mean[k] * mean[k]) / fmax(1, count - 1));
    }
    return kept > 0;
}

/* The three exponents from the same points with equal weights, so that the identity between them is exact. */
static bool judge_coordinates(const struct fit *fit, struct accumulation_fit *a) {
    double *room = calloc(7 * (fit->lengths + 1), sizeof *room), *x = room;
    if (!room) { return false; }
    size_t count = 0, stride = fit->lengths + 1;
    for (size_t n = 0; n < fit->lengths; n++) {
        double mean[3], se[3];
        if (!mean_logarithms(fit->series, n, mean, se)) { continue; }
        x[count] = log(fit->series->log_n[n]);
        for (size_t k = 0; k < 3; k++) { room[(1 + k) * stride + count] = mean[k]; }
        for (size_t k = 0; k < 3; k++) { room[(4 + k) * stride + count] = se[k]; }
        count++;
    }
    struct exponent *const xi[] = {&a->xi_alpha, &a->xi_delta, &a->xi_lambda};
    for (size_t k = 0; k < 3 && count > 1; k++) {
        *xi[k] = exponent_even(count, x, room + (1 + k) * stride, room + (4 + k) * stride);
    }
    free(room);
    return true;
}

static bool judge_accumulation(const struct judge *j, struct accumulation_fit *a) {
    static const struct exponent none = {0, NAN, NAN, NAN};
    *a = (struct accumulation_fit){NAN, NAN, NAN, NAN, none, none, none};
    if (j->fit->lengths == 0) { return true; }
    const struct order *rows = &j->fit->row_lambda[j->fit->lengths - 1];
    a->median = rows->quantile[ORDER_MEDIAN];
    a->median_low = rows->median_low;
    a->median_high = rows->median_high;
    a->limit = j->points.kind == POINTS_FIXED ? 1 : j->limits.lambda[1];
    return judge_coordinates(j->fit, a);
}

/* ---- the verdict ---- */

static bool agrees(const struct verdict_estimate *e) {
    return isnan(e->predicted) || isnan(e->value) || (e->predicted >= e->low && e->predicted <= e->high);
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

static const double excluded = 3, unlikely = 1e-3, impossible = 1e-5;
static const double longest = 1e5; /* log n that rows reach at no more cost */

/* Replicates that bring the half width of the exponent's interval to `needed`, or NaN where its systematic
 * part alone is wider. */
static double replicates_for(const struct judge *j, const struct verdict *v, double needed) {
    double half = v->exponent.high - v->exponent.value, noise = EXPONENT_SIGMAS_95 * v->exponent_se,
           rest = fmax(0, half * half - noise * noise);
    if (!(needed * needed > rest)) { return NAN; }
    return (double)j->fit->series->replicates * noise * noise / (needed * needed - rest);
}

/* Larger n where there are none yet or where the systematic part is in the way; else replicates. */
static struct verdict_settle settle(const struct judge *j, const struct verdict *v) {
    const double last = j->points.count > 0 ? j->points.log_n[j->points.count - 1] : 0;
    struct verdict_settle further = {NAN, last < 700 ? 700 : last < longest ? longest : NAN};
    size_t rival = closest_rival(j, v);
    if (v->kind != VERDICT_UNDECIDED || j->points.count == 0) { return (struct verdict_settle){NAN, NAN}; }
    if (isnan(v->exponent.value)) { return further; }
    double half = v->exponent.high - v->exponent.value, needed = half / 2;
    if (rival < VERDICT_LAWS && v->rival[rival].excluded_sigma < excluded) {
        needed = half * v->rival[rival].excluded_sigma / excluded;
    }
    struct verdict_settle more = {ceil(replicates_for(j, v, needed)), NAN};
    return more.replicates > 0 ? more : further;
}

static enum verdict_kind decide(const struct judge *j, const struct verdict *v) {
    if (v->exact_p < impossible || contradicts(&v->exponent) || contradicts(&v->slope) ||
        contradicts(&v->amplitude)) {
        return VERDICT_REFUTED;
    }
    size_t rival = closest_rival(j, v);
    bool decided = !isnan(v->exponent.value) && !isnan(v->exponent.predicted) && agrees(&v->exponent) &&
                   agrees(&v->slope) && agrees(&v->amplitude) && !(v->exact_p < unlikely) &&
                   (rival == VERDICT_LAWS || v->rival[rival].excluded_sigma >= excluded);
    return decided ? VERDICT_SUPPORTED : VERDICT_UNDECIDED;
}

/* ---- in words ---- */

const char *verdict_words(const struct verdict_estimate *e, char out[WORDS]) {
    return words_measured(e->value, (e->high - e->low) / 2, out);
}

/* Why, as a clause; the first thing that matters. */
static void reason(const struct judge *j, const struct verdict *v, char *out, size_t size) {
    char value[WORDS];
    size_t rival = closest_rival(j, v);
    if (j->points.count == 0) {
        snprintf(out, size, "no collapse point was found; choose betas around the collapse");
    } else if (isnan(v->exponent.value)) {
        size_t late = j->points.count - points_from(&j->points, asymptotic);
        snprintf(
            out, size,
            "%zu n with a collapse point, %zu of them from log n = %g on, are too few for an exponent with "
            "corrections; take %d or more there, to n = 1e300 or beyond",
            j->points.count, late, asymptotic, FEWEST);
    } else if (v->exact_p < unlikely) {
        snprintf(out, size, "simulation and exact values disagree (p = %.1g over %zu n)", v->exact_p,
                 v->exact_count);
    } else if (!agrees(&v->exponent)) {
        snprintf(out, size, "the exponent is %s where theory says %.4g", verdict_words(&v->exponent, value),
                 v->exponent.predicted);
    } else if (!agrees(&v->slope)) {
        snprintf(out, size, "beta_c grows as Lambda^typ to the power %s, not 1",
                 verdict_words(&v->slope, value));
    } else if (!agrees(&v->amplitude)) {
        snprintf(out, size, "beta_c/Lambda^typ tends to %s where the limit law says %.5g",
                 verdict_words(&v->amplitude, value), v->amplitude.predicted);
    } else if (isnan(v->exponent.predicted)) {
        snprintf(out, size, "theory has no closed form for this law");
    } else if (rival < VERDICT_LAWS && v->rival[rival].excluded_sigma < excluded) {
        snprintf(out, size, "%s is excluded by %.1f sigma only", verdict_law[rival],
                 v->rival[rival].excluded_sigma);
    } else if (rival < VERDICT_LAWS && v->rival[rival].excluded_sigma > 100) {
        snprintf(out, size, "every rival is excluded by more than 100 sigma");
    } else if (rival < VERDICT_LAWS) {
        snprintf(out, size, "the closest rival, %s, is excluded by %.3g sigma", verdict_law[rival],
                 v->rival[rival].excluded_sigma);
    } else {
        snprintf(out, size, "nothing contradicts it");
    }
}

/* " It would take ...", or nothing. */
static void say_settle(const struct verdict *v, char *out, size_t size) {
    char n[WORDS];
    *out = '\0';
    if (v->settle.replicates > 0) {
        snprintf(out, size, " About %.2g replicates at every n would tell.", v->settle.replicates);
    } else if (v->settle.log_n > 0) {
        snprintf(out, size, " Lengths up to n = %s would tell.", words_length(v->settle.log_n, n));
    }
}

static char *make_sentence(const struct judge *j, const struct verdict *v) {
    static const char *const opening[] = {"Undecided", "Supported", "Refuted"};
    char why[256], then[128], first[WORDS], last[WORDS], exponent[WORDS], slope[WORDS], amplitude[WORDS],
        *sentence;
    const struct points *p = &j->points;
    reason(j, v, why, sizeof why);
    say_settle(v, then, sizeof then);
    int printed;
    if (isnan(v->exponent.value)) {
        printed = asprintf(&sentence, "%s: %s.%s", opening[v->kind], why, then);
    } else {
        const char *base = j->fit->by_n ? "n" : "(log n)";
        printed = asprintf(
            &sentence,
            "%s: %s. From n = %s to %s beta_c grows as %s^(%s) (theory: %.4g), as Lambda^typ to the power "
            "%s, and beta_c/Lambda^typ tends to %s (limit law: %.5g).%s",
            opening[v->kind], why, words_length(p->log_n[j->first], first),
            words_length(p->log_n[p->count - 1], last), base, verdict_words(&v->exponent, exponent),
            v->exponent.predicted, verdict_words(&v->slope, slope), verdict_words(&v->amplitude, amplitude),
            v->amplitude.predicted, then);
    }
    return printed < 0 ? NULL : sentence;
}

bool verdict_make(struct verdict *v, const struct fit *fit, bool common) {
    struct judge j = {.fit = fit};
    *v = (struct verdict){.exponent = unknown,
                          .slope = unknown,
                          .amplitude = unknown,
                          .exact_chi_square = NAN,
                          .exact_p = NAN,
                          .exponent_se = NAN,
                          .settle = {NAN, NAN}};
    bool good = points_make(&j.points, fit, common);
    size_t count = j.points.count;
    j.scratch = calloc(count * count + 1, sizeof *j.scratch);
    j.values = calloc(count + 1, sizeof *j.values);
    good = good && j.scratch && j.values;
    if (good) {
        j.first = window(&j.points, asymptotic, FEWEST);
        if (fit->lengths > 0) { j.limits = limits_at_last(fit->series); }
        if (count > 0) {
            v->exponent = judge_exponent(&j, v);
            v->slope = judge_slope(&j);
            v->amplitude = judge_amplitude(&j);
            judge_exact(&j, v);
        }
        judge_rivals(&j, v);
        v->kind = decide(&j, v);
        v->settle = settle(&j, v);
        v->sentence = make_sentence(&j, v);
        good = judge_accumulation(&j, &v->accumulation) && v->sentence != NULL;
    }
    points_release(&j.points);
    free(j.scratch);
    free(j.values);
    return good;
}

void verdict_release(struct verdict *v) {
    free(v->sentence);
    *v = (struct verdict){0};
}
