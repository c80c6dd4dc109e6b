/* `gapscale predict`: what theory says of one family at finite n, without sampling. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../models/oracle.h"
#include "../models/typical.h"
#include "../sim/config.h"
#include "../sim/message.h"
#include "command.h"
#include "json.h"
#include "words.h"

enum { MOST_VALUES = 1024 };

static const char usage[] =
    "usage: gapscale predict FAMILY [KEY=VALUE]... [--json]\n"
    "\n"
    "Exact means at finite n, computed without sampling: entropy, participation, largest weight, collapse\n"
    "points, and the accumulation scale Lambda^typ with its local exponents. Keys are the family's\n"
    "parameters (a number, or a schedule such as '{coef: 1, log_power: 3}'), and\n"
    "\n"
    "  n=N or n=[N,...]              context lengths, to e^1000000 (default [2^16, 1e300])\n"
    "  beta=B or beta=[B,...]        inverse temperatures\n"
    "  beta_ratio=R or [R,...]       the same over Lambda^typ (default 1)\n"
    "\n"
    "      --json    one point per (n, beta); names in results/SCHEMA.md\n"
    "\n"
    "  gapscale predict spherical dimension=5 n=[1000,1e300] beta_ratio=[0.5,2]\n";

struct list {
    size_t count;
    double value[MOST_VALUES], log_value[MOST_VALUES];
};

struct request {
    const struct family *family;
    struct schedule parameter[FAMILY_PARAMETERS];
    bool given[FAMILY_PARAMETERS];
    struct list n, beta;
    bool relative;
};

struct prediction {
    double log_n, log_lambda, beta, beta_ratio;
    struct oracle_point point;
    double collapse_entropy, collapse_participation; /* over Lambda^typ */
    double xi_alpha, xi_delta, xi_lambda; /* local exponents in log n; the first two NaN where the sup
                                             of Lambda^typ is its limit at gap 0 */
};

/* ---- the command line ---- */

static bool refuse(const char *key, const char *value, const char *wanted) {
    message_error("%s=%s: %s", key, value, wanted);
    return false;
}

/* A number, or [number, ...]. */
static bool parse_list(const char *key, const char *text, struct list *list) {
    char copy[4096], *rest = copy;
    if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy) {
        return refuse(key, "...", "the list is too long");
    }
    size_t length = strlen(copy);
    if (length > 1 && copy[0] == '[' && copy[length - 1] == ']') {
        copy[length - 1] = '\0';
        rest++;
    }
    list->count = 0;
    for (char *item; (item = strsep(&rest, ",")) && list->count < MOST_VALUES;) {
        item += strspn(item, " ");
        item[strcspn(item, " ")] = '\0';
        size_t at = list->count++;
        if (!config_number(item, &list->value[at], &list->log_value[at]) || isnan(list->log_value[at])) {
            return refuse(key, text,
                          "expected a positive number such as 12, 2^16, 1e300, e^5000, or a list [a,b]");
        }
    }
    return rest == NULL || refuse(key, text, "the list is too long");
}

/* A number, or {coef: C, log_power: A, power: B}. */
static bool parse_schedule(const char *key, const char *text, struct schedule *schedule) {
    const char *const part[] = {"coef", "log_power", "power"};
    char copy[512], *rest = copy;
    *schedule = (struct schedule){1, 0, 0};
    if (config_number(text, &schedule->coef, NULL)) { return true; }
    size_t length = strlen(text);
    if (length < 3 || length >= sizeof copy || text[0] != '{' || text[length - 1] != '}') {
        return refuse(key, text, "expected a number or a schedule {coef: 1, log_power: 0, power: 0}");
    }
    snprintf(copy, sizeof copy, "%.*s", (int)length - 2, text + 1);
    for (char *item; (item = strsep(&rest, ","));) {
        char *value = strchr(item, ':');
        if (!value) { return refuse(key, text, "a schedule has entries such as coef: 1"); }
        *value++ = '\0';
        item += strspn(item, " ");
        value += strspn(value, " ");
        value[strcspn(value, " ")] = '\0';
        double *const place[] = {&schedule->coef, &schedule->log_power, &schedule->power};
        size_t k = 0;
        while (k < 3 && strcmp(item, part[k]) != 0) { k++; }
        if (k == 3 || !config_number(value, place[k], NULL)) {
            return refuse(key, text, "a schedule has the numbers coef, log_power and power");
        }
    }
    return true;
}

static bool parse_key(struct request *r, const char *word) {
    char key[64];
    const char *value = strchr(word, '=');
    if (!value || value == word || (size_t)(value - word) >= sizeof key) {
        message_error("'%s': expected KEY=VALUE", word);
        return false;
    }
    snprintf(key, sizeof key, "%.*s", (int)(value - word), word);
    value++;
    if (strcmp(key, "n") == 0) { return parse_list(key, value, &r->n); }
    if (strcmp(key, "beta") == 0 || strcmp(key, "beta_ratio") == 0) {
        r->relative = strcmp(key, "beta_ratio") == 0;
        return parse_list(key, value, &r->beta);
    }
    for (size_t i = 0; i < r->family->parameter_count; i++) {
        if (strcmp(key, r->family->parameter[i].name) == 0) {
            r->given[i] = true;
            return parse_schedule(key, value, &r->parameter[i]);
        }
    }
    message_error("%s has no parameter '%s'; gapscale families %s lists them (besides n, beta, beta_ratio)",
                  r->family->name, key, r->family->name);
    return false;
}

/* Defaults, and every value at every n within the family's range. */
static bool request_complete(struct request *r) {
    for (size_t i = 0; i < r->family->parameter_count; i++) {
        const struct family_parameter *p = &r->family->parameter[i];
        if (!r->given[i]) { r->parameter[i] = (struct schedule){p->initial, 0, 0}; }
        if (!r->given[i] && isnan(p->initial)) {
            message_error("%s needs %s=VALUE: %s", r->family->name, p->name, p->doc);
            return false;
        }
        for (size_t k = 0; k < r->n.count; k++) {
            double value = schedule_value(&r->parameter[i], r->n.log_value[k]);
            if (value > p->low && value <= p->high) { continue; }
            if (value == p->low && !p->open) { continue; }
            message_error("%s is %g at log n = %g; it must be from %g to %g", p->name, value,
                          r->n.log_value[k], p->low, p->high);
            return false;
        }
    }
    for (size_t k = 0; k < r->n.count; k++) {
        if (!(r->n.log_value[k] >= M_LN2 * (1 - 1e-15) && r->n.log_value[k] <= 1e6)) {
            message_error("n must be from 2 to e^1000000");
            return false;
        }
        if (r->n.value[k] < 0x1p53) { r->n.log_value[k] = log(rint(r->n.value[k])); }
    }
    return true;
}

static bool request_make(struct request *r, int count, char **word) {
    *r = (struct request){.family = family_find(word[0]), .relative = true};
    if (!r->family) {
        message_error("there is no family '%s'; gapscale families lists them", word[0]);
        return false;
    }
    parse_list("n", "[2^16, 1e300]", &r->n);
    parse_list("beta_ratio", "1", &r->beta);
    for (int i = 1; i < count; i++) {
        if (!parse_key(r, word[i])) { return false; }
    }
    return request_complete(r);
}

/* ---- predictions ---- */

static struct typical typical_at(const struct request *r, double log_n) {
    double p[FAMILY_PARAMETERS] = {0};
    for (size_t i = 0; i < r->family->parameter_count; i++) {
        p[i] = schedule_value(&r->parameter[i], log_n);
    }
    return typical_scale(r->family, p, log_n);
}

/* Central differences over log log n. xi_lambda = xi_alpha - xi_delta + 1, where all three exist. */
static void local_exponents(const struct request *r, struct prediction *x) {
    const double step = 1e-4;
    double low_n = x->log_n * exp(-step), high_n = x->log_n * exp(step);
    struct typical low = typical_at(r, low_n), high = typical_at(r, high_n);
    x->xi_lambda = (high.log_lambda - low.log_lambda) / (2 * step);
    x->xi_alpha = x->xi_delta = NAN;
    if (isfinite(low.log_gap) && isfinite(high.log_gap)) {
        x->xi_alpha = (log(high.log_rank / high_n) - log(low.log_rank / low_n)) / (2 * step);
        x->xi_delta = (high.log_gap - low.log_gap) / (2 * step);
    }
}

/* Everything at one n; `x` has room for all betas. */
static bool predict_length(const struct request *r, double log_n, struct prediction *x) {
    double p[FAMILY_PARAMETERS] = {0}, error;
    for (size_t i = 0; i < r->family->parameter_count; i++) {
        p[i] = schedule_value(&r->parameter[i], log_n);
    }
    struct oracle *oracle = oracle_create(r->family, p, log_n);
    if (!oracle) { return false; }
    struct prediction common = {.log_n = log_n, .log_lambda = typical_scale(r->family, p, log_n).log_lambda};
    common.collapse_entropy = oracle_collapse_entropy(oracle, 1, &error);
    common.collapse_participation = oracle_collapse_participation(oracle, 0.5, &error);
    local_exponents(r, &common);
    bool good = true;
    for (size_t b = 0; good && b < r->beta.count; b++) {
        double log_beta = r->beta.log_value[b];
        x[b] = common;
        x[b].beta = r->relative ? exp(log_beta + common.log_lambda) : r->beta.value[b];
        x[b].beta_ratio = r->relative ? r->beta.value[b] : exp(log_beta - common.log_lambda);
        good = oracle_at(oracle, x[b].beta_ratio, &x[b].point);
    }
    oracle_free(oracle);
    return good;
}

/* ---- output ---- */

static void print_member(const char *name, double value) {
    printf(", \"%s\": ", name);
    json_print_number(stdout, value);
}

static void print_json_point(const struct prediction *x) {
    printf("{\"log_n\": ");
    json_print_number(stdout, x->log_n);
    print_member("lambda_typ", exp(x->log_lambda));
    print_member("log_lambda_typ", x->log_lambda);
    print_member("beta", x->beta);
    print_member("beta_ratio", x->beta_ratio);
    print_member("entropy", x->point.entropy);
    print_member("entropy_error", x->point.entropy_error);
    print_member("participation", x->point.participation);
    print_member("top_weight", x->point.top_weight);
    printf(", \"collapse\": {\"entropy=1\": ");
    json_print_number(stdout, x->collapse_entropy);
    print_member("participation=0.5", x->collapse_participation);
    printf("}");
    print_member("xi_alpha", x->xi_alpha);
    print_member("xi_delta", x->xi_delta);
    print_member("xi_lambda", x->xi_lambda);
    printf("}");
}

static void print_json(const struct request *r, size_t count, const struct prediction *x) {
    printf("{\"schema\": 1, \"family\": \"%s\", \"parameters\": {", r->family->name);
    for (size_t i = 0; i < r->family->parameter_count; i++) {
        const struct schedule *s = &r->parameter[i];
        printf("%s\"%s\": {\"coef\": ", i > 0 ? ", " : "", r->family->parameter[i].name);
        json_print_number(stdout, s->coef);
        print_member("log_power", s->log_power);
        print_member("power", s->power);
        printf("}");
    }
    printf("}, \"points\": [");
    for (size_t i = 0; i < count; i++) {
        printf("%s\n    ", i > 0 ? "," : "");
        print_json_point(&x[i]);
    }
    printf("]}\n");
}

static void print_table(const struct request *r, size_t count, const struct prediction *x) {
    char parameters[WORDS_LINE], length[WORDS], lambda[WORDS];
    printf("%s%s%s (%s class), exact at finite n\n\n", r->family->name,
           r->family->parameter_count > 0 ? ", " : "", words_parameters(r->family, r->parameter, parameters),
           family_class_name(r->family->class));
    printf("%10s %11s %9s | %9s  %13s %9s %10s %10s | %8s %8s\n", "", "", "local", "beta over", "", "", "",
           "", "H = 1", "Y_2 = 1/2");
    printf("%10s %11s %9s | %9s  %13s %9s %10s %10s | %8s %8s\n", "n", "Lambda^typ", "exponent", "Lambda",
           "entropy", "+-", "Y_2", "p_(1)", "at", "at");
    for (size_t i = 0; i < count; i++) {
        printf("%10s %11s %9.4f | %9.4g  %13.10g %9.1e %10.7f %10.7f | %8.4f %8.4f\n",
               words_length(x[i].log_n, length), words_exponential(x[i].log_lambda, lambda), x[i].xi_lambda,
               x[i].beta_ratio, x[i].point.entropy, x[i].point.entropy_error, x[i].point.participation,
               x[i].point.top_weight, x[i].collapse_entropy, x[i].collapse_participation);
    }
    printf(
        "\nEntropies in nats; collapse points in units of Lambda^typ; nan is out of reach (heavy tails).\n");
}

static int predict(const struct request *r, bool json) {
    size_t count = r->n.count * r->beta.count;
    struct prediction *x = calloc(count, sizeof *x);
    bool good = x != NULL;
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t k = 0; k < r->n.count; k++) {
        if (x && !predict_length(r, r->n.log_value[k], x + k * r->beta.count)) {
#pragma omp atomic write
            good = false;
        }
    }
    if (!good) {
        message_error("out of memory");
    } else if (json) {
        print_json(r, count, x);
    } else {
        print_table(r, count, x);
    }
    free(x);
    return good ? EXIT_DONE : EXIT_FAILED;
}

int command_predict(int argc, char **argv) {
    static const struct option known[] = {
        {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    bool json = false;
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        switch (option) {
        case 'j': json = true; break;
        case 'h': fputs(usage, stdout); return EXIT_DONE;
        default: fputs(usage, stderr); return EXIT_USAGE;
        }
    }
    if (optind == argc) {
        message_error("predict takes a FAMILY");
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    struct request *request = malloc(sizeof *request);
    if (!request) {
        message_error("out of memory");
        return EXIT_FAILED;
    }
    int status = request_make(request, argc - optind, argv + optind) ? predict(request, json) : EXIT_USAGE;
    free(request);
    return status;
}
