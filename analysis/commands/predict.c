/* `gapscale predict`: what theory says of one family at finite n, without sampling. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/commands/command.h"
#include "analysis/commands/predict_course.h"
#include "analysis/commands/predict_request.h"
#include "analysis/text/json.h"
#include "analysis/text/words.h"
#include "models/oracle/limits.h"
#include "models/oracle/oracle.h"
#include "models/theory/positions.h"
#include "models/theory/sphere.h"
#include "models/theory/typical.h"
#include "sim/base/commandline.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"

static const char about[] =
    "Computed without sampling: the accumulation scale Lambda^typ beside its asymptotic law, with its local "
    "exponents; collapse points at finite n and in the limit n -> inf; the limit law of Lambda_n; and exact "
    "means of entropy, participation, largest weight, susceptibility and gap. Keys are the family's "
    "parameters "
    "(a number, or a schedule such as '{coef: 1, log_power: 3}'), and, as in a config,";
static const struct commandline_entry key[] = {
    {"n=N, [N,...]", "context lengths, to e^1000000 (default [2^16, 1e300]), or a range such as '{from: 2^8, "
                     "to: 1e300, points: 9}'"},
    {"beta=B, [B,...]", "inverse temperatures, or such a range"},
    {"beta_ratio=R, [R,...]", "the same over Lambda^typ (default 1)"},
    {"n_eff=K, [K,...]", "keys on a sphere: the betas at which n/rho(beta) keys take part, below n"},
    {"critical=C, [C,...]", "keys on a sphere: beta = C n^(2/(d-1))"},
    {"prescription=P, [P,...]",
     "beta = coef x Lambda^typ(trained) m(n): const, sqrt_log, log, yarn, log2; with trained=N (default "
     "2^12) "
     "and coef=C (default 1): whether beta/Lambda vanishes, stays or grows, and the entropy along it"},
};
static const char notes[] = "  gapscale predict spherical dimension=5 n=[1000,1e300] n_eff=[100,1]\n"
                            "  gapscale predict gaussian prescription=[const,sqrt_log,log] coef=2";

/* What depends on n alone. */
struct length {
    double log_n, log_asymptotic; /* NaN: no asymptotic law is known */
    struct typical typical;
    double collapse_entropy, collapse_entropy_error; /* over Lambda^typ */
    double collapse_participation, collapse_participation_error;
    double xi_alpha, xi_delta, xi_lambda; /* local exponents in log n; the first two NaN where the sup
                                             of Lambda^typ is its limit at gap 0 */
    struct limits limits;
    struct positions_reach reach; /* keys whose scores fall with distance */
    double typical_score;         /* likewise: s* */
};

struct prediction {
    const struct length *length;
    double log_ratio, beta, beta_ratio, susceptibility;
    struct oracle_point point;
    double log_participation, log_participation_error;
    struct oracle_output output;           /* keys on a sphere */
    struct sphere_subcritical subcritical; /* likewise; NaN where 2 beta overflows */
    double n_eff, across;                  /* likewise: n/rho(beta); variance in a direction across q */
};

/* What is asked for: a series, along prescriptions or not. */
struct request {
    struct config_series series;
    struct betas_prescriptions prescriptions;
};

/* ---- predictions ---- */

/* Theory of the attention output is that of keys on a sphere whose scores do not fall with distance. */
static bool has_output(const struct config_series *s) {
    return s->family->dimension != NULL && !config_has_position(s);
}

static size_t betas_of(const struct request *r) {
    return r->prescriptions.count > 0 ? r->prescriptions.count : r->series.beta.count;
}

/* Central differences over log log n. xi_lambda = xi_alpha - xi_delta + 1, where all three exist. */
static void local_exponents(const struct config_series *s, struct length *x) {
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
                        struct length *x) {
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
static double log_beta_at(const struct request *r, const struct length *length, size_t b) {
    struct config_series s = r->series;
    if (r->prescriptions.count == 0) {
        return config_log_beta(&s, length->log_n, length->typical.log_lambda, b);
    }
    s.beta.prescription = r->prescriptions.item[b];
    const struct typical trained = typical_along(s.family, s.parameter, s.beta.log_trained);
    return config_log_beta(&s, length->log_n, trained.log_lambda, 0);
}

/* Everything is in units of Lambda^typ: what is so far from it is not known along a prescription. */
static bool is_out_of_reach(const struct request *r, double log_ratio) {
    const double widest = 690;
    return r->prescriptions.count > 0 && !(fabs(log_ratio) <= widest);
}

/* Everything at one n; `x` has room for all betas. */
static bool predict_length(const struct request *r, struct length *length, struct prediction *x) {
    const struct config_series *s = &r->series;
    double p[FAMILY_PARAMETERS] = {0};
    family_parameters(s->family, s->parameter, length->log_n, p);
    struct oracle *oracle = oracle_create(s->family, p, length->log_n);
    const struct oracle_question question = {
        .top_weight = true, .gap = true, .errors = true, .output = has_output(s)};
    bool good = oracle != NULL;
    if (good) { length_fill(s, p, oracle, length); }
    for (size_t b = 0; good && b < betas_of(r); b++) {
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
        if (has_output(s)) { predict_output(s->family->dimension(p), s->family->concentration(p), &x[b]); }
    }
    oracle_free(oracle);
    return good;
}

/* ---- output ---- */

static const char *const law_name[] = {
    [LIMITS_NONE] = "none",       [LIMITS_GUMBEL] = "Poisson-Dirichlet", [LIMITS_SLOW_GUMBEL] = "whole row",
    [LIMITS_WEIBULL] = "Weibull", [LIMITS_FRECHET] = "Frechet",
};

static void print_json_limit(const struct limits *limits) {
    printf(", \"limit\": {\"law\": \"%s\"", law_name[limits->law]);
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

static void print_json_position(const struct length *l) {
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
    const struct length *l = x->length;
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
    if (has_output(s) && !prescription) { print_json_output(x); }
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

static void print_json(const struct request *r, const struct course *course, size_t count,
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

/* "-" for NaN and infinities. */
static const char *decimal(double x, char out[WORDS]) {
    snprintf(out, WORDS, isfinite(x) ? "%.4f" : "-", x);
    return out;
}

static const char *general(double x, char out[WORDS]) {
    snprintf(out, WORDS, isfinite(x) ? "%.6g" : "-", x);
    return out;
}

static void print_lengths(const struct config_series *s, const struct length *length) {
    char n[WORDS], lambda[WORDS], law[WORDS], text[8][WORDS];
    printf("%10s %11s %11s %8s  %9s %8s  %18s  %18s\n", "", "", "", "local", "log k*/", "", "H = 1 at",
           "Y_2 = 1/2 at");
    printf("%10s %11s %11s %8s  %9s %8s  %8s %9s  %8s %9s\n", "n", "Lambda^typ", "its law", "exponent",
           "log n", "Lambda t*", "exact", "limit", "exact", "limit");
    for (size_t i = 0; i < s->n_count; i++) {
        const struct length *l = &length[i];
        bool inside = isfinite(l->typical.log_gap);
        printf(
            "%10s %11s %11s %8s  %9s %8s  %8s %9s  %8s %9s\n", words_length(l->log_n, n),
            words_exponential(l->typical.log_lambda, lambda), words_exponential(l->log_asymptotic, law),
            decimal(l->xi_lambda, text[0]), decimal(inside ? l->typical.log_rank / l->log_n : NAN, text[1]),
            decimal(inside ? exp(l->typical.log_gap + l->typical.log_lambda) : NAN, text[2]),
            decimal(l->collapse_entropy, text[3]), decimal(l->limits.collapse_entropy, text[4]),
            decimal(l->collapse_participation, text[5]), decimal(l->limits.collapse_participation, text[6]));
    }
}

static void print_limits(const struct config_series *s, const struct length *length) {
    char n[WORDS], text[4][WORDS];
    printf("\n%10s  %-18s %10s  %s\n", "n", "limit law", "exponent",
           "Lambda_n/Lambda^typ tends to: 5%, median, 95%");
    for (size_t i = 0; i < s->n_count; i++) {
        const struct limits *l = &length[i].limits;
        printf("%10s  %-18s %10s  %8s %8s %8s\n", words_length(length[i].log_n, n), law_name[l->law],
               decimal(l->exponent, text[0]), decimal(l->lambda[0], text[1]), decimal(l->lambda[1], text[2]),
               decimal(l->lambda[2], text[3]));
    }
}

static void print_positions(const struct config_series *s, const struct length *length) {
    char n[WORDS], text[4][WORDS];
    printf("\n%10s %12s %12s  %s\n", "", "typical", "as many", "nearest keys with");
    printf("%10s %12s %12s  %s\n", "n", "maximum s*", "alike", "99% of the competitors");
    for (size_t i = 0; i < s->n_count; i++) {
        const struct length *l = &length[i];
        printf("%10s %12s %12s  %12s\n", words_length(l->log_n, n), general(l->typical_score, text[0]),
               words_exponential(l->reach.log_effective, text[1]),
               general(exp(l->reach.log_window), text[2]));
    }
}

/* Small weights as powers of ten. */
static const char *weight(double x, double error, char out[WORDS]) {
    return words_known(x < 1e-4 ? "%.3e" : "%.7f", x, error, out);
}

static void print_means(size_t count, const struct prediction *x) {
    char n[WORDS], text[4][WORDS];
    printf("\n%10s %11s  %14s %8s %10s %10s %11s %11s\n", "n", "beta/Lambda", "entropy", "+-", "Y_2", "p_(1)",
           "chi", "<gap>Lambda");
    for (size_t i = 0; i < count; i++) {
        const struct oracle_point *y = &x[i].point;
        printf("%10s %11.4g  %14s %8.1e %10s %10s %11.6g %11s\n", words_length(x[i].length->log_n, n),
               x[i].beta_ratio, words_known("%.10g", y->entropy, y->entropy_error, text[0]), y->entropy_error,
               weight(y->participation, y->participation_error, text[1]),
               weight(y->top_weight, y->top_weight_error, text[2]), x[i].susceptibility,
               words_known("%.6g", y->gap_mean, y->gap_mean_error, text[3]));
    }
}

/* Means and variances of the output; the central limit's variances where a key takes part at all. */
static void print_outputs(size_t count, const struct prediction *x) {
    char n[WORDS], text[4][WORDS];
    printf("\n%10s %11s %11s  %16s %16s  %12s %12s  %12s %12s\n", "", "", "", "", "", "variance", "central",
           "a direction's", "central");
    printf("%10s %11s %11s  %16s %16s  %12s %12s  %12s %12s\n", "n", "beta", "n_eff", "1 - <q,ATT>",
           "|ATT_tan|^2", "of <q,ATT>", "limit", "across", "limit");
    for (size_t i = 0; i < count; i++) {
        const struct prediction *y = &x[i];
        const bool many = y->n_eff >= 1;
        printf("%10s %11.5g %11.5g  %16.10g %16.10g  %12s %12s  %12s %12s\n",
               words_length(y->length->log_n, n), y->beta, y->n_eff, y->output.bias, y->output.tangential,
               general(y->output.radial_variance, text[0]),
               general(many ? y->subcritical.radial_variance : NAN, text[1]), general(y->across, text[2]),
               general(many ? y->subcritical.tangential_variance : NAN, text[3]));
    }
}

static void print_courses(const struct request *r, const struct course *course, size_t count,
                          const struct prediction *x) {
    struct predict_course_point *point = memory_create(count, sizeof *point);
    for (size_t i = 0; i < count; i++) {
        point[i] =
            (struct predict_course_point){x[i].log_ratio, x[i].point.entropy, x[i].point.entropy_error};
    }
    predict_course_print(&r->series, &r->prescriptions, course, point);
    free(point);
}

static void print_table(const struct request *r, const struct course *course, const struct length *length,
                        size_t count, const struct prediction *x) {
    const struct config_series *s = &r->series;
    char parameters[WORDS_LINE];
    printf("%s%s%s (%s class), computed without sampling\n\n", s->family->name,
           s->family->parameter_count > 0 ? ", " : "", words_parameters(s->family, s->parameter, parameters),
           family_class_name(s->family->class));
    print_lengths(s, length);
    if (r->prescriptions.count > 0) {
        print_courses(r, course, count, x);
        return;
    }
    print_limits(s, length);
    if (config_has_position(s)) { print_positions(s, length); }
    print_means(count, x);
    if (has_output(s)) { print_outputs(count, x); }
    printf("\nCollapse points in units of Lambda^typ; entropies in nats; `its law` is the asymptotic form, "
           "`local\n"
           "exponent` d log Lambda^typ/d log log n. k* and t* attain Lambda^typ (-: it is the limit at gap "
           "0). The\n"
           "`limit` is for n -> inf at the exponent of this n; - where there is none, nan what is out of "
           "reach,\n< what is below its own error.\n");
}

static void predict(const struct request *r, bool json) {
    const struct config_series *s = &r->series;
    size_t count = s->n_count * betas_of(r);
    struct course course[PRESCRIPTIONS];
    struct prediction *x = memory_create(count, sizeof *x);
    struct length *length = memory_create(s->n_count, sizeof *length);
    bool good = true;
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t k = 0; k < s->n_count; k++) {
        length[k].log_n = s->log_n[k];
        if (!predict_length(r, &length[k], x + k * betas_of(r))) {
#pragma omp atomic write
            good = false;
        }
    }
    if (!good) { memory_exhausted(); }
    predict_course_make(s, &r->prescriptions, course);
    if (json) {
        print_json(r, course, count, x);
    } else {
        print_table(r, course, length, count, x);
    }
    free(x);
    free(length);
}

int command_predict(int argc, char **argv) {
    bool json = false;
    const struct commandline_option known = {
        "json", .meaning = "one point per (n, beta); names in results/SCHEMA.md", .flag = &json};
    struct commandline line = {.takes = "FAMILY [KEY=VALUE]...",
                               .choices = family_names,
                               .about = about,
                               .entries = sizeof key / sizeof *key,
                               .entry = key,
                               .notes = notes,
                               .count = 1,
                               .option = &known};
    if (!commandline_read(&line, argc, argv)) { return line.status; }
    if (line.words == 0) { return commandline_refuse(&line, "predict takes a FAMILY"); }
    struct request request;
    bool good = predict_request_read(&request.series, &request.prescriptions, line.words, line.word);
    if (good) { predict(&request, json); }
    config_series_release(&request.series);
    return good ? EXIT_DONE : EXIT_USAGE;
}
