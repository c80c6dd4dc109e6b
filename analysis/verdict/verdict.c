#include "analysis/verdict/verdict.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/verdict/judge.h"
#include "analysis/verdict/rivals.h"
#include "analysis/verdict/settle.h"
#include "sim/base/memory.h"

const char *const verdict_name[] = {"undecided", "supported", "refuted"};
const char *const verdict_opening[] = {"Undecided", "Supported", "Refuted"};
const char *const verdict_law[VERDICT_LAWS] = {"log_n^0", "log_n^0.5", "log_n^1",
                                               "log_n^2", "log_n^xi",  "n^omega"};

const char *const verdict_theory_name[] = {"none", "exact", "lambda_typ"};

static const double UNLIKELY = 1e-3; /* the p-value of that test that leaves a verdict open */

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

static bool has_means(const struct fit *fit) {
    return fit->primary < fit->criteria && fit_last(fit, fit->primary) < fit->lengths;
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
        v->ground = !has_means(j->fit)      ? GROUND_NO_POINTS
                    : j->points.cut_off > 0 ? GROUND_CUT_OFF
                                            : GROUND_NO_ERRORS;
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
    bool enough =
        j->points.kind == POINTS_FIXED || results_least_replicates(j->fit->series) >= RESULTS_BLOCK_LENGTH;
    if (v->exact_p < JUDGE_IMPOSSIBLE && enough) {
        v->ground = GROUND_EXACT;
        return VERDICT_REFUTED;
    }
    bool laws = has_laws(j, v);
    if (laws && enough && finds(v, is_contradicted)) { return VERDICT_REFUTED; }
    if (v->exact_p < UNLIKELY) {
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

static void find_limits(struct judge *j) {
    const struct results_series *s = j->fit->series;
    double p[FAMILY_PARAMETERS] = {0}, log_n = s->log_n[s->size[RESULTS_LOG_N] - 1];
    family_parameters(s->family, s->parameter, log_n, p);
    j->limits = limits_law_of(s->family, p, log_n);
    j->lambda_median = limits_lambda_quantile(&j->limits, 0.5);
}

static void judge_all(struct judge *j, struct verdict *v) {
    const struct points *p = &j->points;
    v->point_count = p->count;
    v->cut_off = p->cut_off;
    v->trusted = p->count - points_from(p, VERDICT_ASYMPTOTIC);
    j->first = judge_window(p, VERDICT_ASYMPTOTIC, 0);
    j->asymptotic = v->trusted >= VERDICT_FEWEST;
    if (p->count > 0 && !p->lacks_groups) {
        v->first_log_n = p->log_n[j->first];
        v->last_log_n = p->log_n[p->count - 1];
        judge_expect(j);
        judge_estimate(j, v);
        judge_exact(j, v);
        rivals_judge(j, v);
        v->closest = rivals_closest(j, v);
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
                        .first_log_n = NAN,
                        .last_log_n = NAN,
                        .local_exponent = NAN,
                        .exact_chi_square = NAN,
                        .exact_p = NAN};
    v.reach = (struct reach){false, false, NAN, NAN, NAN};
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
    v->reach = reach_of(fit);
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
    if (fit->lengths > 0) { find_limits(&j); }
    if (fit->primary == fit->criteria || fit_is_meaningful(fit, fit->primary)) { judge_all(&j, v); }
    accumulation_make(&v->accumulation, fit, j.points.kind == POINTS_FIXED ? 1 : j.lambda_median);
    points_release(&j.points);
    free(j.scratch);
    free(j.values);
}
