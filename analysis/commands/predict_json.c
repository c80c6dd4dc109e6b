#include "analysis/commands/predict_print.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/commands/predict_course.h"
#include "analysis/text/json.h"

static void print_json_limit(const struct limits *limits) {
    printf(", \"limit\": {\"law\": \"%s\"", predict_table_law_name[limits->law]);
    json_print_member(stdout, "exponent", limits->exponent);
    printf(", \"collapse\": {\"entropy=1\": ");
    json_print_number(stdout, limits->collapse_entropy);
    json_print_member(stdout, "participation=0.5", limits->collapse_participation);
    printf("}, \"lambda_quantile\": {\"0.05\": ");
    json_print_number(stdout, limits->lambda[0]);
    json_print_member(stdout, "0.5", limits->lambda[1]);
    json_print_member(stdout, "0.95", limits->lambda[2]);
    printf("}}");
}

static void print_json_output(const struct prediction *x) {
    const struct oracle_output *o = &x->output;
    const struct sphere_subcritical *s = &x->subcritical;
    json_print_estimate(stdout, "output_bias", o->bias, o->bias_error);
    json_print_estimate(stdout, "output_tangential", o->tangential, o->tangential_error);
    json_print_key(stdout, "output_tangential_variance");
    json_print_within(stdout, x->across, x->across * o->tangential_error / o->tangential);
    json_print_estimate(stdout, "output_radial_variance", o->radial_variance, o->radial_variance_error);
    json_print_member(stdout, "n_eff", x->n_eff);
    printf(", \"subcritical\": {\"bias\": ");
    json_print_number(stdout, s->bias);
    json_print_member(stdout, "radial_variance", s->radial_variance);
    json_print_member(stdout, "tangential_variance", s->tangential_variance);
    json_print_member(stdout, "entropy", s->entropy);
    json_print_member(stdout, "participation", s->participation);
    printf("}");
}

static void print_json_position(const struct predict_length *l) {
    printf(", \"position\": {\"typical_score\": ");
    json_print_number(stdout, l->typical_score);
    json_print_member(stdout, "effective_keys", exp(l->reach.log_effective));
    json_print_member(stdout, "log_effective_keys", l->reach.log_effective);
    json_print_member(stdout, "window", exp(l->reach.log_window));
    json_print_member(stdout, "lambda_limit", exp(l->log_asymptotic));
    printf("}");
}

/* `prescription` is NULL where beta goes along none. */
static void print_json_point(const struct config_series *s, const struct prediction *x,
                             const char *prescription) {
    const struct predict_length *l = x->length;
    printf("{\"log_n\": ");
    json_print_number(stdout, l->log_n);
    if (prescription) { printf(", \"prescription\": \"%s\"", prescription); }
    json_print_member(stdout, "lambda_typ", exp(l->typical.log_lambda));
    json_print_member(stdout, "log_lambda_typ", l->typical.log_lambda);
    json_print_member(stdout, "log_lambda_asymptotic", l->log_asymptotic);
    json_print_member(stdout, "beta", x->beta);
    json_print_member(stdout, "beta_ratio", x->beta_ratio);
    if (prescription) { json_print_member(stdout, "log_beta_ratio", x->log_ratio); }
    json_print_estimate(stdout, "entropy", x->point.entropy, x->point.entropy_error);
    json_print_estimate(stdout, "participation", x->point.participation, x->point.participation_error);
    json_print_estimate(stdout, "top_weight", x->point.top_weight, x->point.top_weight_error);
    json_print_key(stdout, "susceptibility");
    json_print_within(stdout, x->susceptibility, 1e-7 * x->susceptibility);
    json_print_estimate(stdout, "log_partition", -x->point.log_top_weight, x->point.log_top_weight_error);
    json_print_estimate(stdout, "log_partition_typical", x->point.log_partition,
                        x->point.log_partition_error);
    json_print_estimate(stdout, "log_participation", x->log_participation, x->log_participation_error);
    json_print_estimate(stdout, "log_mean_participation", x->point.log_mean_participation,
                        x->point.log_mean_participation_error);
    json_print_estimate(stdout, "gap_mean", x->point.gap_mean, x->point.gap_mean_error);
    if (predict_answer_has_output(s) && !prescription) { print_json_output(x); }
    printf(", \"collapse\": {\"entropy=1\": ");
    json_print_within(stdout, l->collapse_entropy, l->collapse_entropy_error);
    json_print_key(stdout, "participation=0.5");
    json_print_within(stdout, l->collapse_participation, l->collapse_participation_error);
    printf("}");
    json_print_member(stdout, "log_rank", l->typical.log_rank);
    json_print_member(stdout, "log_gap", l->typical.log_gap);
    json_print_member(stdout, "xi_alpha", l->xi_alpha);
    json_print_member(stdout, "xi_delta", l->xi_delta);
    json_print_member(stdout, "xi_lambda", l->xi_lambda);
    print_json_limit(&l->limits);
    if (config_has_position(s)) { print_json_position(l); }
    printf("}");
}

void predict_json_print(const struct predict_request *r, const struct course *course, size_t count,
                        const struct prediction *x) {
    const struct config_series *s = &r->series;
    const struct betas_prescriptions *along = &r->prescriptions;
    printf("{\"schema\": 1, \"family\": \"%s\", \"parameters\": {", s->family->name);
    for (size_t i = 0; i < s->family->parameter_count; i++) {
        if (!family_parameter_shows(s->family, s->parameter, i)) { continue; }
        const struct schedule *p = &s->parameter[i];
        printf("%s\"%s\": {\"coef\": ", i > 0 ? ", " : "", s->family->parameter[i].name);
        json_print_number(stdout, p->coef);
        json_print_member(stdout, "log_power", p->log_power);
        json_print_member(stdout, "power", p->power);
        printf("}");
    }
    printf("}");
    if (along->count > 0) { predict_course_print_json(s, along, course); }
    printf(", \"points\": [");
    for (size_t i = 0; i < count; i++) {
        printf("%s\n    ", i > 0 ? "," : "");
        print_json_point(s, &x[i],
                         along->count > 0 ? prescription_name[along->item[i % along->count]] : NULL);
    }
    printf("]}\n");
}
