#include "analysis/commands/predict_answer.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/base/progress.h"
#include "sim/config/lengths.h"

/* Theory of the attention output is that of keys on a sphere whose scores do not fall with distance; along
 * prescriptions the entropy is told. */
static bool has_output(const struct predict_request *r) {
    return r->series.family->dimension && !config_has_position(&r->series) && r->prescriptions.count == 0;
}

/* Points at each n. */
static size_t betas_of(const struct predict_request *r) {
    return r->prescriptions.count > 0 ? r->prescriptions.count : r->series.beta.count;
}

/* xi_lambda = xi_alpha - xi_delta + 1, where all three exist; alpha* is the ratio of log k* and log n. */
static void local_exponents(const struct config_series *s, struct predict_length *x) {
    const struct typical_slopes slope = typical_slopes(s->family, s->parameter, x->log_n);
    x->xi_lambda = slope.lambda;
    x->xi_alpha = slope.log_rank - 1;
    x->xi_delta = slope.gap;
}

static void length_fill(const struct config_series *s, const double *p, const struct oracle *oracle,
                        struct predict_length *x) {
    struct schedule law;
    x->typical = typical_scale(s->family, p, x->log_n);
    x->log_asymptotic = NAN;
    if (typical_law(s->family, s->parameter, &law)) { x->log_asymptotic = schedule_log(&law, x->log_n); }
    x->collapse_entropy = oracle_collapse_entropy(oracle, 1, &x->collapse_entropy_error);
    x->collapse_participation = oracle_collapse_participation(oracle, 0.5, &x->collapse_participation_error);
    x->limits = limits_of(s->family, p, x->log_n);
    if (config_has_position(s)) {
        x->reach = positions_reach(s->family, p, x->log_n);
        x->window = rint(exp(x->reach.log_window));
    }
    local_exponents(s, x);
}

/* What keys on a sphere have besides. */
static void predict_output(double d, double c, struct prediction *x) {
    const double log_n = x->length->log_n;
    x->n_eff = NAN;
    x->subcritical = (struct sphere_subcritical){NAN, NAN, NAN, NAN, NAN, NAN};
    if (x->beta <= 5e299) {
        x->n_eff = exp(log_n - sphere_log_rho(d, c, x->beta));
        sphere_subcritical(d, c, x->beta, log_n, &x->subcritical);
    }
    x->across = x->output.tangential / (d - 1);
    x->across_error = x->across * x->output.tangential_error / x->output.tangential;
}

/* log of the `b`-th beta at one n. */
static double log_beta_at(const struct predict_request *r, const struct predict_length *length, size_t b) {
    struct config_series s = r->series;
    if (r->prescriptions.count == 0) {
        return config_log_beta(&s, length->log_n, length->typical.log_lambda, b);
    }
    s.beta.prescription = r->prescriptions.item[b];
    const struct typical trained = typical_along(s.family, s.parameter, s.beta.log_trained);
    return config_log_beta(&s, length->log_n, trained.log_lambda, 0);
}

static bool fill_point(const struct predict_request *r, const struct oracle *oracle, const double *p,
                       struct prediction *x) {
    const struct oracle_question question = {
        .top_weight = true, .gap = true, .errors = true, .output = has_output(r)};
    struct oracle_answer answer = {.point = oracle_unknown_point, .output = oracle_unknown_output};
    struct oracle_point twice;
    x->susceptibility = x->log_participation = NAN;
    x->susceptibility_error = x->log_participation_error = INFINITY;
    if (fabs(x->log_ratio) <= CONFIG_LOG_RATIO) {
        x->susceptibility = oracle_susceptibility(oracle, x->beta_ratio, &x->susceptibility_error);
        if (!oracle_ask(oracle, x->beta_ratio, question, &answer) ||
            !oracle_at(oracle, 2 * x->beta_ratio, &twice)) {
            return false;
        }
        x->log_participation = oracle_log_participation(&answer.point, &twice, &x->log_participation_error);
    }
    x->point = answer.point;
    x->log_partition = -x->point.log_top_weight;
    x->log_partition_error = x->point.log_top_weight_error;
    x->output = answer.output;
    if (has_output(r)) {
        predict_output(r->series.family->dimension(p), r->series.family->concentration(p), x);
    }
    return true;
}

/* Everything at one n; `x` has room for all betas. */
static bool fill_length(const struct predict_request *r, struct progress *progress,
                        struct predict_length *length, struct prediction *x) {
    const struct config_series *s = &r->series;
    double p[FAMILY_PARAMETERS] = {0};
    family_parameters(s->family, s->parameter, length->log_n, p);
    struct oracle *oracle = oracle_create(s->family, p, length->log_n);
    bool good = oracle != NULL;
    if (good) { length_fill(s, p, oracle, length); }
    for (size_t b = 0; good && b < betas_of(r); b++) {
        const double log_beta = log_beta_at(r, length, b), log_ratio = log_beta - length->typical.log_lambda;
        x[b].length = length;
        x[b].log_ratio = log_ratio;
        x[b].beta = s->beta.scale == CONFIG_SCALE_NONE ? s->beta.value[b] : exp(log_beta);
        x[b].beta_ratio = s->beta.scale == CONFIG_SCALE_LAMBDA_TYP ? s->beta.value[b] : exp(log_ratio);
        good = fill_point(r, oracle, p, &x[b]);
        progress_add(progress, 1, s->family->name);
    }
    oracle_free(oracle);
    return good;
}

static void make_courses(const struct predict_request *r, struct course course[PRESCRIPTIONS]) {
    const struct config_series *s = &r->series;
    double longest = s->beta.log_trained;
    for (size_t i = 0; i < s->n_count; i++) { longest = fmax(longest, s->log_n[i]); }
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t i = 0; i < r->prescriptions.count; i++) {
        course[i] = course_of(s->family, s->parameter, r->prescriptions.item[i], s->beta.log_trained,
                              s->beta.value[0], longest);
    }
}

void predict_answer_make(const struct predict_request *r, struct predict_answer *a) {
    const struct config_series *s = &r->series;
    bool good = true;
    *a = (struct predict_answer){.series = s,
                                 .along = &r->prescriptions,
                                 .has_output = has_output(r),
                                 .length = memory_create(s->n_count, sizeof *a->length),
                                 .count = s->n_count * betas_of(r)};
    a->point = memory_create(a->count, sizeof *a->point);
    struct progress progress = progress_start((double)a->count, 0, false);
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t k = 0; k < s->n_count; k++) {
        a->length[k].log_n = s->log_n[k];
        a->length[k].n = lengths_number(s->log_n[k]);
        if (!fill_length(r, &progress, &a->length[k], a->point + k * betas_of(r))) {
#pragma omp atomic write
            good = false;
        }
    }
    progress_end(&progress);
    if (!good) { memory_exhausted(); }
    make_courses(r, a->course);
}

void predict_answer_free(struct predict_answer *a) {
    free(a->length);
    free(a->point);
}

const char *predict_answer_prescription(const struct predict_answer *a, size_t i) {
    return a->along->count > 0 ? prescription_name[a->along->item[i % a->along->count]] : NULL;
}
