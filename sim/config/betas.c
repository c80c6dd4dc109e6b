#include "sim/config/betas.h"

#include <gsl/gsl_vector.h>
#include <math.h>
#include <string.h>

#include "models/theory/typical.h"
#include "sim/base/memory.h"
#include "sim/config/lengths.h"
#include "sim/config/parameters.h"

static const char *const beta_keys[] = {"relative_to", "values", "from",  "to",           "points", "n_eff",
                                        "critical",    "coef",   "power", "prescription", "trained"};
static const char *const relative_names[] = {"none", "lambda_typ"};

static void check_rising(const struct yaml_node *node, const struct config_beta *beta) {
    for (size_t i = 1; i < beta->count; i++) {
        if (!(beta->value[i] > beta->value[i - 1])) {
            YAML_FAULT(node,
                       "`beta`: %zu points are too many for so short a range: some are equal; write fewer",
                       beta->count);
            return;
        }
    }
}

static void read_beta_span(const struct yaml_node *defaults, const struct yaml_node *node,
                           struct config_beta *beta) {
    const struct yaml_node *fallback = yaml_find(defaults, "beta");
    const struct yaml_node *points = reader_find(node, fallback, "points");
    struct reader_span span;
    bool good = value_real(reader_find(node, fallback, "from"), "beta.from", &value_positive, &span.from);
    good &= value_real(reader_find(node, fallback, "to"), "beta.to", &value_positive, &span.to);
    good &= value_count(points, "beta.points", 1, READER_POINTS, &span.points);
    if (!good || !reader_span_fits(node, "beta", &span)) { return; }
    struct reader_span octaves = {log2(span.from), log2(span.to), span.points};
    beta->value = memory_create(span.points, sizeof *beta->value);
    for (size_t i = 0; i < span.points; i++) { beta->value[i] = exp2(reader_span_at(&octaves, i)); }
    beta->value[0] = span.from;
    beta->value[span.points - 1] = span.to;
    beta->count = span.points;
    check_rising(node, beta);
}

static void read_beta_list(const struct yaml_node *node, const char *what, struct config_beta *beta) {
    if (!reader_list_fits(node, what, READER_POINTS)) { return; }
    beta->value = memory_create(value_item_count(node), sizeof *beta->value);
    beta->count = reader_reals(node, what, &value_positive, beta->value);
}

/* The ways to write `beta` by what matters; each stands alone. */
static const struct {
    const char *key, *what, *companion; /* a key that may stand beside it */
    enum config_scale scale;
} beta_forms[] = {
    {"n_eff", "beta.n_eff", "n_eff", CONFIG_SCALE_N_EFF},
    {"critical", "beta.critical", "critical", CONFIG_SCALE_CRITICAL},
    {"power", "beta.coef", "coef", CONFIG_SCALE_POWER},
};

static void read_beta_form(const struct yaml_node *node, size_t form, struct config_beta *beta) {
    const char *key = beta_forms[form].key, *companion = beta_forms[form].companion;
    const struct yaml_node *values = yaml_find(node, companion);
    beta->scale = beta_forms[form].scale;
    for (size_t i = 0; i < node->count; i++) {
        if (strcmp(node->key[i]->text, key) != 0 && strcmp(node->key[i]->text, companion) != 0) {
            YAML_FAULT(node->value[i], "`beta.%s` does not go with `beta.%s`; keep one of them",
                       node->key[i]->text, key);
        }
    }
    if (beta->scale == CONFIG_SCALE_POWER) {
        value_real(yaml_find(node, key), "beta.power", &value_any, &beta->power);
    }
    if (!values) {
        YAML_FAULT(node,
                   "`beta.power` needs `coef`: beta = coef n^power; write for example {coef: 1, power: 0.5}");
        return;
    }
    read_beta_list(values, beta_forms[form].what, beta);
    if (beta->scale == CONFIG_SCALE_N_EFF && beta->count > 0) {
        gsl_vector_view decreasing = gsl_vector_view_array(beta->value, beta->count);
        gsl_vector_reverse(&decreasing.vector);
    }
}

/* ---- prescriptions ---- */

static const double trained_by_default = 4096;

static void read_prescriptions(const struct yaml_node *node, struct betas_prescriptions *out) {
    bool taken[PRESCRIPTIONS] = {false};
    out->is_list = node->kind == YAML_LIST;
    if (node->kind == YAML_MAPPING || value_item_count(node) == 0) {
        value_refuse(node, "prescription", "a prescription such as log, or a list of them");
        return;
    }
    for (size_t i = 0; i < value_item_count(node); i++) {
        const struct yaml_node *item = value_item(node, i);
        size_t choice;
        if (!value_choice(item, "prescription", PRESCRIPTIONS, prescription_name, &choice)) { continue; }
        if (taken[choice]) {
            YAML_FAULT(item, "`prescription` holds %s twice; keep one", prescription_name[choice]);
            continue;
        }
        taken[choice] = true;
        out->item[out->count++] = (enum prescription)choice;
    }
}

void betas_read_prescription(const struct yaml_node *mapping, struct config_beta *beta,
                             struct betas_prescriptions *prescriptions) {
    const struct yaml_node *trained = yaml_find(mapping, "trained"), *coef = yaml_find(mapping, "coef");
    *beta =
        (struct config_beta){.scale = CONFIG_SCALE_PRESCRIPTION,
                             .log_trained = value_snap_length(trained_by_default, log(trained_by_default)),
                             .count = 1,
                             .value = memory_create(1, sizeof *beta->value)};
    beta->value[0] = 1;
    *prescriptions = (struct betas_prescriptions){.count = 0};
    read_prescriptions(yaml_find(mapping, "prescription"), prescriptions);
    if (trained) { value_length(trained, "trained", &beta->log_trained); }
    if (coef) { value_real(coef, "coef", &value_positive, &beta->value[0]); }
    beta->prescription = prescriptions->item[0];
}

static void check_prescription_keys(const struct yaml_node *node) {
    static const char *const own[] = {"prescription", "trained", "coef"};
    for (size_t i = 0; i < node->count; i++) {
        const char *key = node->key[i]->text;
        bool is_other = false;
        for (size_t k = 0; k < READER_COUNT(beta_keys); k++) {
            is_other = is_other || strcmp(key, beta_keys[k]) == 0;
        }
        for (size_t k = 0; k < READER_COUNT(own); k++) { is_other = is_other && strcmp(key, own[k]) != 0; }
        if (!is_other) { continue; } /* what is no key at all is told already */
        YAML_FAULT(node->value[i], "`beta.%s` does not go with `beta.prescription`; keep one of them", key);
    }
}

/* Values or a range, of beta itself or of beta/Lambda^typ. */
static void read_beta_relative(const struct yaml_node *defaults, const struct yaml_node *node,
                               struct config_beta *beta) {
    size_t relative = 0;
    const struct yaml_node *values = yaml_find(node, "values");
    value_choice(reader_find(node, yaml_find(defaults, "beta"), "relative_to"), "beta.relative_to",
                 READER_COUNT(relative_names), relative_names, &relative);
    beta->scale = relative == 1 ? CONFIG_SCALE_LAMBDA_TYP : CONFIG_SCALE_NONE;
    if (!values) {
        read_beta_span(defaults, node, beta);
        return;
    }
    read_beta_list(values, "beta.values", beta);
    if (yaml_find(node, "from") || yaml_find(node, "to") || yaml_find(node, "points")) {
        YAML_FAULT(values,
                   "`beta` has both `values` and a range; write `values`, or `from`, `to` and `points`");
    }
}

void betas_read(const struct yaml_node *defaults, const struct yaml_node *node, struct config_beta *beta,
                struct betas_prescriptions *prescriptions) {
    *prescriptions = (struct betas_prescriptions){.count = 0};
    if (node->kind != YAML_MAPPING) {
        read_beta_list(node, "beta", beta);
        return;
    }
    yaml_check_keys(node, "`beta`", READER_COUNT(beta_keys), beta_keys);
    if (yaml_find(node, "prescription")) {
        check_prescription_keys(node);
        betas_read_prescription(node, beta, prescriptions);
        return;
    }
    if (yaml_find(node, "trained")) {
        YAML_FAULT(
            node,
            "`beta.trained` needs `prescription`; write for example {prescription: log, trained: 2^12}");
        return;
    }
    for (size_t form = 0; form < READER_COUNT(beta_forms); form++) {
        if (yaml_find(node, beta_forms[form].key)) {
            read_beta_form(node, form, beta);
            return;
        }
    }
    if (yaml_find(node, "coef")) {
        YAML_FAULT(node,
                   "`beta.coef` needs `power`: beta = coef n^power; write for example {coef: 1, power: 0.5}");
        return;
    }
    read_beta_relative(defaults, node, beta);
}

bool betas_check_trained(const struct yaml_node *node, const struct config_series *series) {
    const struct family *family = series->family;
    const double log_n = series->beta.log_trained;
    char n[NUMBER_TEXT], wanted[VALUE_TEXT], why[FAMILY_WHY];
    double p[FAMILY_PARAMETERS];
    size_t faults = fault_count(node->source);
    config_parameters(series, log_n, p);
    for (size_t i = 0; i < family->parameter_count; i++) {
        if (family_parameter_allows(&family->parameter[i], p[i])) { continue; }
        YAML_FAULT(node, "`%s` of series `%s` is %g at the trained length %s; it must be %s",
                   family->parameter[i].name, series->name, p[i], lengths_print(log_n, n),
                   parameters_describe(&family->parameter[i], wanted));
    }
    if (faults == fault_count(node->source) && family->allows && !family->allows(p, log_n, why)) {
        YAML_FAULT(node, "series `%s` has no rows at the trained length %s: %s", series->name,
                   lengths_print(log_n, n), why);
    }
    if (faults == fault_count(node->source) && family->kind == FAMILY_SAMPLED && !family->log_lambda &&
        log_n > log(FAMILY_SAMPLED_MOST)) {
        YAML_FAULT(node,
                   "Lambda^typ of family `%s` is the median of sampled rows, which need n <= 2^26: series "
                   "`%s` cannot have been trained at %s",
                   family->name, series->name, lengths_print(log_n, n));
    }
    return faults == fault_count(node->source);
}

bool betas_check(const struct yaml_node *node, const struct config_series *series) {
    const struct config_beta *beta = &series->beta;
    char n[NUMBER_TEXT];
    if (beta->scale != CONFIG_SCALE_N_EFF && beta->scale != CONFIG_SCALE_CRITICAL) { return true; }
    if (!series->family->dimension) {
        YAML_FAULT(node,
                   "`beta` by n_eff or critical values needs keys on a sphere; series `%s` is of family `%s`",
                   series->name, series->family->name);
        return false;
    }
    if (config_has_position(series)) {
        YAML_FAULT(node,
                   "`beta` by n_eff or critical values is that of keys without a `position`, which series "
                   "`%s` has; give beta itself, or relative to lambda_typ",
                   series->name);
        return false;
    }
    for (size_t k = 0; k < series->n_count * beta->count; k++) {
        double log_n = series->log_n[k / beta->count];
        double value = beta->value[k % beta->count],
               log_beta = config_log_beta(series, log_n, 0, k % beta->count);
        if (isfinite(log_beta)) { continue; }
        YAML_FAULT(node, "`%s` is %g, but series `%s` has n = %s; %s",
                   beta->scale == CONFIG_SCALE_N_EFF ? "n_eff" : "critical", value, series->name,
                   lengths_print(log_n, n),
                   isnan(log_beta) ? "it must be below every n"
                                   : "that takes a beta out of the range of numbers: take a smaller n");
        return false;
    }
    return true;
}

static double log_lambda_at(const struct config_series *series, double log_n) {
    return typical_along(series->family, series->parameter, log_n).log_lambda;
}

/* Rows of no known Lambda^typ (NaN) are too short to leave the range. */
void betas_check_range(const struct yaml_node *node, const struct config_series *series) {
    const struct config_beta *beta = &series->beta;
    const bool is_prescribed = beta->scale == CONFIG_SCALE_PRESCRIPTION,
               is_grown = is_prescribed || beta->scale == CONFIG_SCALE_POWER;
    char n[NUMBER_TEXT], along[VALUE_TEXT] = "";
    if (is_prescribed && !betas_check_trained(node, series)) { return; }
    double trained = is_prescribed ? log_lambda_at(series, beta->log_trained) : NAN;
    for (size_t k = 0; k < series->n_count; k++) {
        const double log_n = series->log_n[k],
                     log_lambda = beta->scale == CONFIG_SCALE_LAMBDA_TYP ? 0 : log_lambda_at(series, log_n),
                     unit = is_prescribed ? trained : log_lambda,
                     least = config_log_beta(series, log_n, unit, 0) - log_lambda,
                     most = config_log_beta(series, log_n, unit, beta->count - 1) - log_lambda,
                     log_ratio = most > CONFIG_LOG_RATIO ? most : least;
        if (!(fabs(log_ratio) > CONFIG_LOG_RATIO)) { continue; }
        if (is_grown) {
            snprintf(along, sizeof along, "along `%s` ",
                     is_prescribed ? prescription_name[beta->prescription] : "power");
        }
        YAML_FAULT(
            node,
            "%sbeta is e^%.4g Lambda^typ of series `%s` at n = %s, out of the range of numbers; end its "
            "n before, or take %s",
            along, log_ratio, series->name, lengths_print(log_n, n),
            is_grown ? "another `coef`" : "betas nearer to Lambda^typ");
        return;
    }
}
