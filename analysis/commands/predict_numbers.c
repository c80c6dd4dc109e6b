/* Every number is named once, for JSON and for CSV. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "analysis/commands/predict_answer.h"
#include "analysis/text/csv.h"
#include "analysis/text/json.h"

/* A number that lies so many bytes into a point, or into what depends on n alone. */
struct told {
    const char *json, *csv; /* its names; NULL: it is not told there */
    bool of_length;
    size_t offset, error; /* of its error; the same as its own: it has none */
    bool is_logarithm;    /* of what is told */
    bool is_estimate;     /* JSON has its error; else only no digits below that */
};
#define AT(type, member) offsetof(struct type, member), offsetof(struct type, member)
#define AT_WITHIN(type, member) offsetof(struct type, member), offsetof(struct type, member##_error)
#define POINT(member) false, AT(prediction, member), false, false
#define LENGTH(member) true, AT(predict_length, member), false, false
#define LOGARITHM(member) true, AT(predict_length, member), true, false
#define POINT_WITHIN(member) false, AT_WITHIN(prediction, member), false, false
#define LENGTH_WITHIN(member) true, AT_WITHIN(predict_length, member), false, false
#define ESTIMATE(member) false, AT_WITHIN(prediction, member), false, true
#define BOTH(name) name, name
#define ALL(array) sizeof(array) / sizeof *(array), array

static const struct told place[] = {
    {NULL, "log_n", LENGTH(log_n)},
    {NULL, "n", LENGTH(n)},
    {BOTH("lambda_typ"), LOGARITHM(typical.log_lambda)},
    {BOTH("log_lambda_typ"), LENGTH(typical.log_lambda)},
    {BOTH("log_lambda_asymptotic"), LENGTH(log_asymptotic)},
    {BOTH("beta"), POINT(beta)},
    {BOTH("beta_ratio"), POINT(beta_ratio)},
};
static const struct told ratio[] = {{BOTH("log_beta_ratio"), POINT(log_ratio)}};
static const struct told means[] = {
    {BOTH("entropy"), ESTIMATE(point.entropy)},
    {BOTH("participation"), ESTIMATE(point.participation)},
    {BOTH("top_weight"), ESTIMATE(point.top_weight)},
    {BOTH("susceptibility"), ESTIMATE(susceptibility)},
    {"log_partition", NULL, ESTIMATE(log_partition)},
    {NULL, "log_top_weight", ESTIMATE(point.log_top_weight)},
    {BOTH("log_partition_typical"), ESTIMATE(point.log_partition)},
    {BOTH("log_participation"), ESTIMATE(log_participation)},
    {BOTH("log_mean_participation"), ESTIMATE(point.log_mean_participation)},
    {BOTH("gap_mean"), ESTIMATE(point.gap_mean)},
};
static const struct told output[] = {
    {BOTH("output_bias"), ESTIMATE(output.bias)},
    {BOTH("output_tangential"), ESTIMATE(output.tangential)},
    {"output_tangential_variance", NULL, POINT_WITHIN(across)},
    {BOTH("output_radial_variance"), ESTIMATE(output.radial_variance)},
    {BOTH("n_eff"), POINT(n_eff)},
};
static const struct told subcritical[] = {
    {"bias", NULL, POINT(subcritical.bias)},
    {"radial_variance", NULL, POINT(subcritical.radial_variance)},
    {"tangential_variance", NULL, POINT(subcritical.tangential_variance)},
    {"entropy", NULL, POINT(subcritical.entropy)},
    {"participation", NULL, POINT(subcritical.participation)},
};
static const struct told collapse[] = {
    {"entropy=1", "collapse_entropy", LENGTH_WITHIN(collapse_entropy)},
    {"participation=0.5", "collapse_participation", LENGTH_WITHIN(collapse_participation)},
};
static const struct told growth[] = {
    {BOTH("log_rank"), LENGTH(typical.log_rank)}, {BOTH("log_gap"), LENGTH(typical.log_gap)},
    {BOTH("xi_alpha"), LENGTH(xi_alpha)},         {BOTH("xi_delta"), LENGTH(xi_delta)},
    {BOTH("xi_lambda"), LENGTH(xi_lambda)},
};
static const struct told limit[] = {{"exponent", "limit_exponent", LENGTH(limits.exponent)}};
static const struct told limit_collapse[] = {
    {"entropy=1", "limit_collapse_entropy", LENGTH(limits.collapse_entropy)},
    {"participation=0.5", "limit_collapse_participation", LENGTH(limits.collapse_participation)},
};
static const struct told quantile[] = {
    {"0.05", NULL, LENGTH(limits.lambda[0])},
    {"0.5", NULL, LENGTH(limits.lambda[1])},
    {"0.95", NULL, LENGTH(limits.lambda[2])},
};
static const struct told position[] = {
    {"typical_score", NULL, LENGTH(reach.typical_score)},
    {"effective_keys", NULL, LOGARITHM(reach.log_effective)},
    {"log_effective_keys", NULL, LENGTH(reach.log_effective)},
    {"window", NULL, LENGTH(window)},
    {"lambda_limit", NULL, LOGARITHM(log_asymptotic)},
};

static double at(const struct told *t, const struct prediction *x, size_t offset) {
    const void *base = t->of_length ? (const void *)x->length : (const void *)x;
    double number;
    memcpy(&number, (const char *)base + offset, sizeof number);
    return t->is_logarithm ? exp(number) : number;
}

/* ---- JSON ---- */

static void print_members(size_t count, const struct told *t, const struct prediction *x, const char *comma) {
    for (size_t k = 0; k < count; k++) {
        const double value = at(&t[k], x, t[k].offset), error = at(&t[k], x, t[k].error);
        if (!t[k].json) { continue; }
        if (t[k].is_estimate) {
            json_print_estimate(stdout, t[k].json, value, error);
            continue;
        }
        printf("%s\"%s\": ", comma, t[k].json);
        json_print_within(stdout, value, t[k].error == t[k].offset ? NAN : error);
        comma = ", ";
    }
}

static void print_object(const char *name, size_t count, const struct told *t, const struct prediction *x) {
    printf(", \"%s\": {", name);
    print_members(count, t, x, "");
    printf("}");
}

static void print_point(const struct predict_answer *a, size_t i) {
    const struct prediction *x = &a->point[i];
    const char *prescription = predict_answer_prescription(a, i);
    printf("{\"log_n\": ");
    json_print_number(stdout, x->length->log_n);
    if (prescription) { printf(", \"prescription\": \"%s\"", prescription); }
    print_members(ALL(place), x, ", ");
    if (prescription) { print_members(ALL(ratio), x, ", "); }
    print_members(ALL(means), x, ", ");
    if (a->has_output) {
        print_members(ALL(output), x, ", ");
        print_object("subcritical", ALL(subcritical), x);
    }
    print_object("collapse", ALL(collapse), x);
    print_members(ALL(growth), x, ", ");
    printf(", \"limit\": {\"law\": \"%s\"", predict_table_law_name[x->length->limits.law]);
    print_members(ALL(limit), x, ", ");
    print_object("collapse", ALL(limit_collapse), x);
    print_object("lambda_quantile", ALL(quantile), x);
    printf("}");
    if (config_has_position(a->series)) { print_object("position", ALL(position), x); }
    printf("}");
}

static void print_course(enum prescription prescription, const struct course *c) {
    printf("{\"name\": \"%s\", \"class\": \"%s\", \"by_law\": %s", prescription_name[prescription],
           course_class_name[c->class], c->by_law ? "true" : "false");
    json_print_member(stdout, "exponent_log_n", c->log_power);
    json_print_member(stdout, "exponent_n", c->power);
    json_print_member(stdout, "limit", c->limit);
    printf(", \"fate\": \"%s\", \"fate_of\": \"%s\"", course_fate_name[c->fate],
           c->of_median ? "median" : "mean");
    json_print_member(stdout, "entropy_limit", c->entropy);
    json_print_member(stdout, "entropy_rate_log_n", c->rate);
    json_print_member(stdout, "entropy_rate_n", c->rate_n);
    printf("}");
}

static void print_courses(const struct predict_answer *a) {
    json_print_member(stdout, "trained_log_n", a->series->beta.log_trained);
    json_print_member(stdout, "coef", a->series->beta.value[0]);
    printf(", \"prescriptions\": [");
    for (size_t i = 0; i < a->along->count; i++) {
        fputs(i > 0 ? ", " : "", stdout);
        print_course(a->along->item[i], &a->course[i]);
    }
    printf("]");
}

void predict_numbers_print_json(const struct predict_answer *a) {
    const struct family *family = a->series->family;
    printf("{\"schema\": 1, \"family\": \"%s\", \"parameters\": {", family->name);
    for (size_t i = 0; i < family->parameter_count; i++) {
        const struct schedule *p = &a->series->parameter[i];
        if (!family_parameter_shows(family, a->series->parameter, i)) { continue; }
        printf("%s\"%s\": {\"coef\": ", i > 0 ? ", " : "", family->parameter[i].name);
        json_print_number(stdout, p->coef);
        json_print_member(stdout, "log_power", p->log_power);
        json_print_member(stdout, "power", p->power);
        printf("}");
    }
    printf("}");
    if (a->along->count > 0) { print_courses(a); }
    printf(", \"points\": [");
    for (size_t i = 0; i < a->count; i++) {
        printf("%s\n    ", i > 0 ? "," : "");
        print_point(a, i);
    }
    printf("]}\n");
}

/* ---- CSV ---- */

/* Their names, where there is no point. */
static void print_columns(size_t count, const struct told *t, const struct prediction *x) {
    for (size_t k = 0; k < count; k++) {
        if (!t[k].csv) { continue; }
        const size_t offset[] = {t[k].offset, t[k].error};
        for (size_t i = 0; i < 1 + (t[k].error != t[k].offset); i++) {
            putchar(',');
            if (x) {
                csv_print_number(stdout, at(&t[k], x, offset[i]));
            } else {
                printf("%s%s", t[k].csv, i > 0 ? "_error" : "");
            }
        }
    }
}

static void print_line(const struct predict_answer *a, const struct prediction *x) {
    print_columns(ALL(place), x);
    print_columns(ALL(ratio), x);
    print_columns(ALL(means), x);
    print_columns(ALL(collapse), x);
    print_columns(ALL(growth), x);
    print_columns(ALL(limit), x);
    print_columns(ALL(limit_collapse), x);
    if (a->has_output) { print_columns(ALL(output), x); }
    putchar('\n');
}

void predict_numbers_print_csv(const struct predict_answer *a) {
    printf("family,prescription");
    print_line(a, NULL);
    for (size_t i = 0; i < a->count; i++) {
        const char *prescription = predict_answer_prescription(a, i);
        printf("%s,%s", a->series->family->name, prescription ? prescription : "");
        print_line(a, &a->point[i]);
    }
}
