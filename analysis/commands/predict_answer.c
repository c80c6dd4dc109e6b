#include "analysis/commands/predict_answer.h"

#include <math.h>

#include "sim/base/memory.h"

bool predict_answer_has_output(const struct config_series *s) {
    return s->family->dimension != NULL && !config_has_position(s);
}

size_t predict_answer_betas(const struct predict_request *r) {
    return r->prescriptions.count > 0 ? r->prescriptions.count : r->series.beta.count;
}

/* Central differences over log log n. xi_lambda = xi_alpha - xi_delta + 1, where all three exist. */
static void local_exponents(const struct config_series *s, struct predict_length *x) {
    const double step = 1e-4;
    double low_n = x->log_n * exp(-step), high_n = x->log_n * exp(step);
    struct typical low = typical_along(s->family, s->parameter, low_n),
                   high = typical_along(s->family, s->parameter, high_n);
    x->xi_lambda = (high.log_lambda - low.log_lambda) / (2 * step);
    x->xi_alpha = x->xi_delta = NAN;
    if (isfinite(low.log_gap) && isfinite(high.log_gap)) {
        x->xi_alpha = (log(high.log_rank / high_n) - log(low.log_rank / low_n)) / (2 * step);
        x->xi_delta = (high.log_gap - low.log_gap) / (2 * step);
    }
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
        x->typical_score = positions_typical_score(s->family, p, x->log_n);
    }
    local_exponents(s, x);
}

/* What keys on a sphere have besides. */
static void predict_output(double d, double c, struct prediction *x) {
    const double log_n = x->length->log_n;
    x->n_eff = exp(log_n - sphere_log_rho(d, c, x->beta));
    x->subcritical = (struct sphere_subcritical){NAN, NAN, NAN, NAN, NAN, NAN};
    if (x->beta <= 5e299) { sphere_subcritical(d, c, x->beta, log_n, &x->subcritical); }
    x->across = x->output.tangential / (d - 1);
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

/* Everything is in units of Lambda^typ: what is so far from it is not known along a prescription. */
static bool is_out_of_reach(const struct predict_request *r, double log_ratio) {
    const double widest = 690;
    return r->prescriptions.count > 0 && !(fabs(log_ratio) <= widest);
}

/* Everything at one n; `x` has room for all betas. */
static bool fill_length(const struct predict_request *r, struct predict_length *length,
                        struct prediction *x) {
    const struct config_series *s = &r->series;
    double p[FAMILY_PARAMETERS] = {0};
    family_parameters(s->family, s->parameter, length->log_n, p);
    struct oracle *oracle = oracle_create(s->family, p, length->log_n);
    const struct oracle_question question = {
        .top_weight = true, .gap = true, .errors = true, .output = predict_answer_has_output(s)};
    bool good = oracle != NULL;
    if (good) { length_fill(s, p, oracle, length); }
    for (size_t b = 0; good && b < predict_answer_betas(r); b++) {
        const double log_lambda = length->typical.log_lambda, log_beta = log_beta_at(r, length, b);
        x[b].length = length;
        x[b].log_ratio = log_beta - log_lambda;
        x[b].beta = s->beta.scale == CONFIG_SCALE_NONE ? s->beta.value[b] : exp(log_beta);
        x[b].beta_ratio =
            s->beta.scale == CONFIG_SCALE_LAMBDA_TYP ? s->beta.value[b] : exp(log_beta - log_lambda);
        if (is_out_of_reach(r, x[b].log_ratio)) {
            x[b].point = oracle_unknown_point;
            x[b].susceptibility = x[b].log_participation = NAN;
            continue;
        }
        x[b].susceptibility = oracle_susceptibility(oracle, x[b].beta_ratio);
        struct oracle_answer answer;
        struct oracle_point twice;
        good = oracle_ask(oracle, x[b].beta_ratio, question, &answer) &&
               oracle_at(oracle, 2 * x[b].beta_ratio, &twice);
        if (!good) { break; }
        x[b].point = answer.point;
        x[b].log_participation = oracle_log_participation(&x[b].point, &twice, &x[b].log_participation_error);
        x[b].output = answer.output;
        if (predict_answer_has_output(s)) {
            predict_output(s->family->dimension(p), s->family->concentration(p), &x[b]);
        }
    }
    oracle_free(oracle);
    return good;
}

void predict_answer(const struct predict_request *r, struct predict_length *length, struct prediction *x) {
    const struct config_series *s = &r->series;
    bool good = true;
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t k = 0; k < s->n_count; k++) {
        length[k].log_n = s->log_n[k];
        if (!fill_length(r, &length[k], x + k * predict_answer_betas(r))) {
#pragma omp atomic write
            good = false;
        }
    }
    if (!good) { memory_exhausted(); }
}
