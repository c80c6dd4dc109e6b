#include "analysis/verdict/verdict.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "analysis/verdict/judge.h"
#include "sim/base/memory.h"

const char *const verdict_name[] = {"undecided", "supported", "refuted"};
const char *const verdict_opening[] = {"Undecided", "Supported", "Refuted"};
const char *const verdict_law[VERDICT_LAWS] = {"log_n^0", "log_n^0.5", "log_n^1",
                                               "log_n^2", "log_n^xi",  "n^omega"};

const char *const verdict_theory_name[] = {"none", "exact", "lambda_typ"};

static const double UNLIKELY = 1e-3; /* the p-value of that test that leaves a verdict open */

/* ---- other laws with the same correction terms ---- */

enum { FREE_LOG = 4, FREE_POWER = 5 };
static const double fixed_power[FREE_LOG] = {0, 0.5, 1, 2};

/* Whether it is a fixed power of log n beside a free one. */
static bool is_power(const struct judge *j, size_t rival) { return !j->fit->by_n && rival < FREE_LOG; }

/* Chi square of a law with correction terms for log beta_c = y; NaN where it cannot be fitted. */
static double rival_chi_square(const struct judge *j, const double *y, size_t rival, size_t *terms) {
    static const enum law_term corrections[] = {LAW_ONE, LAW_INVERSE, LAW_LOG_INVERSE};
    static const enum law_term bare_power[] = {LAW_ONE, LAW_LINEAR, LAW_INVERSE, LAW_LOG_INVERSE};
    const enum law_term *power = j->fit->by_n ? judge_law_of_power : bare_power,
                        *term = rival < FREE_LOG    ? corrections
                                : rival == FREE_LOG ? judge_law_of_log
                                                    : power;
    struct law_fit fit;
    *terms = rival < FREE_LOG ? 3 : 4;
    for (size_t i = 0; i < j->points.count; i++) {
        j->values[i] = y[i] - (rival < FREE_LOG ? fixed_power[rival] * log(j->points.log_n[i]) : 0);
    }
    struct law_data data = points_data(&j->points, j->first, j->values, j->scratch);
    judge_add_truncation(j, &data, j->scratch);
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
    if (is_power(j, rival)) {
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

/* The law that theory claims, its free form, and n^0 where that is (log n)^0. */
static bool is_own_law(const struct judge *j, const struct verdict *v, size_t rival) {
    if (rival == FREE_POWER && v->exponent.predicted == 0) { return true; }
    if (rival == (j->fit->by_n ? FREE_POWER : FREE_LOG)) { return true; }
    return is_power(j, rival) && fixed_power[rival] == v->exponent.predicted;
}

/* The rival that is excluded least; VERDICT_LAWS where there is none. */
static size_t closest_rival(const struct judge *j, const struct verdict *v) {
    size_t closest = VERDICT_LAWS;
    for (size_t r = 0; r < VERDICT_LAWS; r++) {
        double sigma = v->rival[r].excluded_sigma;
        if (is_own_law(j, v, r) || isnan(sigma)) { continue; }
        if (closest == VERDICT_LAWS || sigma < v->rival[closest].excluded_sigma) { closest = r; }
    }
    return closest;
}

/* The sigma that excludes a rival on average: of powers of log n against theory's, of the other kind of law
 * as its chi square on the exact values tells; NaN where these are not known. */
static double expected_sigma(const struct judge *j, const struct verdict *v, size_t rival) {
    size_t terms;
    if (is_power(j, rival)) {
        double half = (v->exponent.high - v->exponent.low) / 2;
        return EXPONENT_SIGMAS_95 * fabs(fixed_power[rival] - v->exponent.predicted) / half;
    }
    return j->theory == THEORY_EXACT ? sqrt(rival_chi_square(j, j->expected, rival, &terms)) : NAN;
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

static bool rival_remains(const struct verdict *v) {
    return v->closest < VERDICT_LAWS && v->rival[v->closest].excluded_sigma < VERDICT_EXCLUDED;
}

/* Whether theory, fitted alike at these n, misses its law by more than the interval's half: they do not reach
 * it. */
static bool falls_short(const struct verdict_estimate *e) {
    struct verdict_estimate theory = *e;
    double shift = e->finite - e->value;
    theory.value += shift;
    theory.low += shift;
    theory.high += shift;
    return disagrees(e) && disagrees(&theory);
}

/* Off the law and off theory at these n, each by more than twice the interval. */
static bool is_contradicted(const struct verdict_estimate *e) {
    struct verdict_estimate here = *e;
    here.predicted = e->finite;
    return contradicts(e) && contradicts(&here);
}

/* Whether the verdict can rest on laws with corrections; else what stands in the way. */
static bool has_laws(const struct judge *j, struct verdict *v) {
    if (j->points.count == 0) {
        const bool none = fit_last(j->fit, j->fit->primary) == j->fit->lengths;
        v->ground = none                      ? GROUND_NO_POINTS
                    : j->points.few_carry > 0 ? GROUND_FEW_CARRY
                    : j->points.cut_off > 0   ? GROUND_CUT_OFF
                                              : GROUND_NO_ERRORS;
    } else if (j->points.count - j->first < VERDICT_FEWEST) {
        v->ground = GROUND_FEW;
    } else if (!j->asymptotic) {
        v->ground = GROUND_SMALL;
    } else if (j->points.lacks_groups) {
        v->ground = GROUND_NO_GROUPS;
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
    bool enough =
        j->points.kind == POINTS_FIXED || results_least_replicates(j->fit->series) >= RESULTS_BLOCK_LENGTH;
    if (v->exact_joint_p < JUDGE_IMPOSSIBLE && enough) {
        v->ground = GROUND_EXACT;
        return VERDICT_REFUTED;
    }
    bool laws = has_laws(j, v);
    if (laws && enough && finds(v, is_contradicted)) { return VERDICT_REFUTED; }
    if (v->exact_joint_p < UNLIKELY) {
        v->ground = GROUND_EXACT;
        return VERDICT_UNDECIDED;
    }
    if (!laws) { return VERDICT_UNDECIDED; }
    if (finds(v, falls_short)) {
        v->missed = v->ground;
        v->ground = GROUND_REACH;
        return VERDICT_UNDECIDED;
    }
    if (finds(v, disagrees)) { return VERDICT_UNDECIDED; }
    v->ground = isnan(v->exponent.predicted) ? GROUND_NO_THEORY
                : rival_remains(v)           ? GROUND_RIVAL
                                             : GROUND_NOTHING;
    return v->ground == GROUND_NOTHING ? VERDICT_SUPPORTED : VERDICT_UNDECIDED;
}

/* Whether it tells more than chi square: is less likely, or most of that. */
static bool tells(const struct contrast *c, const struct verdict *v) {
    return c->p < v->exact_p || 2 * c->value * c->value > v->exact_chi_square * c->se * c->se;
}

const struct contrast *verdict_contrast(const struct verdict *v) {
    const struct contrast *shift = &v->exact_shift, *trend = &v->exact_trend,
                          *more =
                              fabs(trend->value) / trend->se > fabs(shift->value) / shift->se ? trend : shift;
    return tells(more, v) ? more : NULL;
}

/* ---- what would decide an undecided one ---- */

/* Two figures, upwards. */
static double round_up(double x) {
    double unit = pow(10, floor(log10(x)) - 1);
    return ceil(x / unit - 1e-9) * unit;
}

static const struct verdict_settle settle_nothing = {NAN, NAN};
static const double log_far = 300 * M_LN10, furthest = 1e6; /* log n: where laws show, and that rows reach */

/* Replicates behind a collapse point: all of them, or the kept ones behind a median. */
static double rows_judged(const struct judge *j) {
    const struct results_series *s = j->fit->series;
    return j->points.kind == POINTS_ROWS ? (double)s->size[RESULTS_REPLICATE] : results_least_replicates(s);
}

/* Replicates shrink noise as their root, larger n the neglected corrections as 1/L. */
static struct verdict_settle settle_interval(const struct judge *j, double half, double needed,
                                             double noise) {
    double times = half / needed;
    if (!(times > 1) || isinf(times)) { return settle_nothing; }
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

/* So narrow that the rival is excluded, five times in six: one sigma to spare. */
static struct verdict_settle settle_rival(const struct judge *j, const struct verdict *v) {
    size_t rival = v->closest;
    double sigma = expected_sigma(j, v, rival);
    if (isnan(sigma)) { sigma = fmax(1, v->rival[rival].excluded_sigma); }
    return settle_interval(j, VERDICT_EXCLUDED + 1, sigma, is_power(j, rival) ? v->exponent.noise : 1);
}

/* So many groups that their joint covariance is known. */
static struct verdict_settle settle_groups(const struct judge *j) {
    size_t groups = j->points.count + POINTS_MORE_GROUPS;
    return (struct verdict_settle){
        (double)groups * (j->points.kind == POINTS_ROWS ? 1 : RESULTS_BLOCK_LENGTH), NAN};
}

/* So many replicates that chi square, or what tells more, is impossible if it goes on like this. */
static struct verdict_settle settle_exact(const struct judge *j, const struct verdict *v) {
    if (v->exact_joint_p < JUDGE_IMPOSSIBLE) { return (struct verdict_settle){RESULTS_BLOCK_LENGTH, NAN}; }
    const double impossible = JUDGE_IMPOSSIBLE / 3;
    const struct contrast *told = verdict_contrast(v);
    if (told) {
        return settle_interval(j, gsl_cdf_ugaussian_Qinv(impossible / 2), fabs(told->value) / told->se, 1);
    }
    double freedom = (double)v->exact_freedom, needed = gsl_cdf_chisq_Qinv(impossible, freedom) - freedom;
    return settle_interval(j, sqrt(needed), sqrt(v->exact_chi_square - freedom), 1);
}

/* Far beyond where corrections are trusted, unless n reach as far. Of rows whose every score is sampled there
 * are none much longer. */
static struct verdict_settle settle_far(const struct judge *j) {
    const struct results_series *s = j->fit->series;
    const double far = fmax(log_far, round_up(8 * j->trusted_from));
    const bool there = s->log_n[s->size[RESULTS_LOG_N] - 1] >= far;
    return there || s->family->kind == FAMILY_SAMPLED || far > furthest ? settle_nothing
                                                                        : (struct verdict_settle){NAN, far};
}

/* Of a verdict whose kind and ground are known; nothing where it is decided, or nobody knows. */
static struct verdict_settle settle_make(const struct judge *j, const struct verdict *v) {
    if (v->kind != VERDICT_UNDECIDED) { return settle_nothing; }
    switch (v->ground) {
    case GROUND_NO_GROUPS: return settle_groups(j);
    case GROUND_FEW:
    case GROUND_CLOSE:
    case GROUND_SMALL: return settle_far(j);
    case GROUND_EXACT: return settle_exact(j, v);
    case GROUND_EXPONENT: return settle_estimate(j, &v->exponent);
    case GROUND_SLOPE: return settle_estimate(j, &v->slope);
    case GROUND_AMPLITUDE: return settle_estimate(j, &v->amplitude);
    case GROUND_RIVAL: return settle_rival(j, v);
    default: return settle_nothing;
    }
}

/* ---- all of it ---- */

static void judge_all(struct judge *j, struct verdict *v) {
    const struct points *p = &j->points;
    v->point_count = p->count;
    v->cut_off = p->cut_off;
    v->few_carry = p->few_carry;
    v->trusted_from = j->trusted_from = judge_trusted_from(j);
    v->trusted = p->count - points_from(p, j->trusted_from);
    j->first = judge_window(p, j->trusted_from, 0);
    j->asymptotic = v->trusted >= VERDICT_FEWEST;
    if (p->count > 0 && !p->lacks_groups) {
        v->first_log_n = p->log_n[j->first];
        v->last_log_n = p->log_n[p->count - 1];
        judge_expect(j);
        judge_estimate(j, v);
        judge_exact(j, v);
        judge_rivals(j, v);
        v->closest = closest_rival(j, v);
    }
    v->kind = decide(j, v);
    v->settle = settle_make(j, v);
}

/* Before anything is known. */
static struct verdict open_verdict(void) {
    struct verdict v = {.ground = GROUND_CRITERION,
                        .closest = VERDICT_LAWS,
                        .exponent = judge_unknown,
                        .slope = judge_unknown,
                        .amplitude = judge_unknown,
                        .settle = settle_nothing,
                        .trusted_from = NAN,
                        .first_log_n = NAN,
                        .last_log_n = NAN,
                        .local_exponent = NAN,
                        .exact_chi_square = NAN,
                        .exact_p = NAN,
                        .exact_shift = {NAN, NAN, NAN},
                        .exact_trend = {NAN, NAN, NAN},
                        .exact_joint_p = NAN,
                        .reach = accumulation_nowhere};
    for (size_t r = 0; r < VERDICT_LAWS; r++) { v.rival[r] = (struct verdict_rival){NAN, NAN, NAN}; }
    return v;
}

void verdict_make(struct verdict *v, const struct fit *fit) {
    struct judge j = {.fit = fit};
    *v = open_verdict();
    if (fit->series->family->kind == FAMILY_MEASURED) {
        v->ground = GROUND_MEASURED;
        accumulation_make(&v->accumulation, fit, NAN);
        return;
    }
    v->reach = accumulation_reach(fit);
    if (fit->series->is_prescribed) {
        v->ground = GROUND_PRESCRIBED;
        prescribed_make(&v->prescribed, fit);
        v->kind = v->prescribed.kind;
        accumulation_make(&v->accumulation, fit, NAN);
        return;
    }
    points_make(&j.points, fit);
    size_t count = j.points.count;
    j.scratch = memory_create(count * count, sizeof *j.scratch);
    j.values = memory_create(3 * count, sizeof *j.values);
    j.expected = j.values + count;
    j.expected_ratio = j.values + 2 * count;
    if (fit->lengths > 0) { j.limits = judge_limits(fit); }
    if (!fit_criterion(fit) || fit_is_meaningful(fit, fit->primary)) { judge_all(&j, v); }
    accumulation_make(&v->accumulation, fit,
                      j.points.kind == POINTS_FIXED ? 1 : limits_lambda_quantile(&j.limits, 0.5));
    points_release(&j.points);
    free(j.scratch);
    free(j.values);
}
