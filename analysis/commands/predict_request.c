#include "analysis/commands/predict_request.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/oracle/oracle.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/config/arguments.h"
#include "sim/config/betas.h"
#include "sim/config/lengths.h"
#include "sim/config/parameters.h"
#include "sim/config/position.h"
#include "sim/config/series.h"
#include "sim/measures/pilot.h"

enum { MOST_VALUES = 1024 };

/* Ways to write beta; one of them is given at most. */
static const struct {
    const char *name;
    enum config_scale scale;
} beta_key[] = {{"beta", CONFIG_SCALE_NONE},
                {"beta_ratio", CONFIG_SCALE_LAMBDA_TYP},
                {"n_eff", CONFIG_SCALE_N_EFF},
                {"critical", CONFIG_SCALE_CRITICAL},
                {"prescription", CONFIG_SCALE_PRESCRIPTION}};
enum { BETA_KEYS = READER_COUNT(beta_key) };
static const char *const prescription_key[] = {"trained", "coef"};

static void read_lengths(const struct yaml_node *defaults, const struct yaml_node *node,
                         struct config_series *series) {
    if (node->kind == YAML_MAPPING) {
        lengths_read(defaults, node, "n", series);
        return;
    }
    if (!reader_list_fits(node, "n", MOST_VALUES)) { return; }
    series->log_n = memory_create(value_item_count(node), sizeof *series->log_n);
    for (size_t i = 0; i < value_item_count(node); i++) {
        series->n_count += value_length(value_item(node, i), "n", &series->log_n[series->n_count]);
    }
}

static void read_betas(struct arguments *arguments, const struct yaml_node *node, size_t key,
                       struct predict_request *r) {
    struct config_beta *beta = &r->series.beta;
    const char *name = beta_key[key].name;
    if (beta_key[key].scale == CONFIG_SCALE_PRESCRIPTION) {
        betas_read_prescription(arguments->root, beta, &r->prescriptions);
        return;
    }
    const bool is_ratio = beta_key[key].scale == CONFIG_SCALE_LAMBDA_TYP;
    if (node->kind == YAML_MAPPING && (is_ratio || beta_key[key].scale == CONFIG_SCALE_NONE)) {
        betas_read(arguments->reader.defaults, node, beta, &r->prescriptions);
        if (is_ratio && beta->scale != CONFIG_SCALE_LAMBDA_TYP) {
            YAML_FAULT(node,
                       "`beta_ratio` is over Lambda^typ, as a list or a range, such as {from: 1/16, to: "
                       "16, points: 9}; other forms are those of `beta`");
        }
        return;
    }
    if (!reader_list_fits(node, name, MOST_VALUES)) { return; }
    const size_t items = value_item_count(node);
    *beta = (struct config_beta){.scale = beta_key[key].scale,
                                 .value = memory_create(items, sizeof *beta->value),
                                 .log_value = memory_create(items, sizeof *beta->log_value)};
    for (size_t i = 0; i < items; i++) {
        beta->count += value_any_size(value_item(node, i), name, &beta->value[beta->count],
                                      &beta->log_value[beta->count]);
    }
}

static void default_lengths(struct config_series *series, bool along_prescription) {
    const double usual[] = {value_snap_length(0x1p16, log(0x1p16)), log(1e300)},
                 along[] = {log(0x1p12), log(0x1p16), log(0x1p20), log(1e30), log(1e300), 1e4, 1e5};
    const size_t count = along_prescription ? READER_COUNT(along) : READER_COUNT(usual);
    const double longest = series->family->kind == FAMILY_SAMPLED ? log(FAMILY_SAMPLED_MOST) : INFINITY;
    series->log_n = memory_create(count, sizeof *series->log_n);
    for (size_t i = 0; i < count; i++) {
        const double log_n = along_prescription ? along[i] : usual[i];
        if (log_n <= longest) { series->log_n[series->n_count++] = log_n; }
    }
}

static void default_beta(struct config_beta *beta) {
    *beta = (struct config_beta){
        .scale = CONFIG_SCALE_LAMBDA_TYP, .count = 1, .value = memory_create(1, sizeof *beta->value)};
    beta->value[0] = 1;
}

/* The node that beta was read from, NULL for the default. */
static const struct yaml_node *read_beta(struct arguments *arguments, struct predict_request *r) {
    const struct yaml_node *given = NULL, *node;
    for (size_t key = 0, first = 0; key < BETA_KEYS; key++) {
        if (!(node = yaml_find(arguments->root, beta_key[key].name))) { continue; }
        if (given) {
            fault_add(node->source, 0, "`%s` does not go with `%s`; keep one of them", beta_key[key].name,
                      beta_key[first].name);
            continue;
        }
        given = node;
        first = key;
        read_betas(arguments, node, key, r);
    }
    if (!given) { default_beta(&r->series.beta); }
    return given;
}

static void check_count(const struct yaml_node *node, const char *what, size_t count) {
    if (!node || count <= MOST_VALUES) { return; }
    YAML_FAULT(node, "%zu values of %s are too many; at most %d", count, what, MOST_VALUES);
}

/* Keys that go with `prescription` alone. */
static void check_companions(struct arguments *arguments) {
    for (size_t i = 0; i < READER_COUNT(prescription_key); i++) {
        const struct yaml_node *node = yaml_find(arguments->root, prescription_key[i]);
        if (!node || yaml_find(arguments->root, "prescription")) { continue; }
        fault_add(node->source, 0, "`%s` needs `prescription`; write for example prescription=log",
                  prescription_key[i]);
    }
}

static void read_keys(struct arguments *arguments, struct predict_request *r) {
    struct config_series *series = &r->series;
    const struct yaml_node *n = yaml_find(arguments->root, "n"), *beta = read_beta(arguments, r);
    check_companions(arguments);
    if (n) {
        read_lengths(arguments->reader.defaults, n, series);
    } else {
        default_lengths(series, r->prescriptions.count > 0);
    }
    check_count(n, "n", series->n_count);
    check_count(beta, "beta", series->beta.count);
    position_check_key(arguments->root, series->family);
    parameters_read(arguments->root, series);
    if (n) { series_check_drawing(arguments->root, n, series); }
    if (fault_count(arguments->root->source) == 0) { series_check_rows(arguments->root, series); }
    if (fault_count(arguments->root->source) > 0) { return; }
    if (beta && r->prescriptions.count > 0) {
        betas_check_trained(beta, series);
    } else if (beta) {
        betas_check(beta, series);
    }
    if (fault_count(arguments->root->source) == 0) { position_check(arguments->root, series, false); }
}

bool predict_request_read(struct predict_request *r, size_t count, char *const *word) {
    const char *names[2 + READER_COUNT(prescription_key) + BETA_KEYS + FAMILY_PARAMETERS] = {"n"};
    size_t name_count = 1;
    char what[CONFIG_NAME + sizeof "predict "];
    struct config_series *series = &r->series;
    *r = (struct predict_request){.series.family = parameters_family(word[0])};
    if (!series->family) { return false; }
    if (!oracle_knows(series->family)) {
        message_error("no law of family '%s' is known to predict from; gapscale run draws its rows", word[0]);
        return false;
    }
    if (pilot_is_needed(series->family)) {
        message_error(
            "Lambda^typ of family '%s' is that of pilot rows, which predict draws none of; gapscale run "
            "stores the exact values beside its rows",
            word[0]);
        return false;
    }
    strcpy(series->name, series->family->name);
    for (size_t i = 0; i < BETA_KEYS; i++) { names[name_count++] = beta_key[i].name; }
    for (size_t i = 0; i < READER_COUNT(prescription_key); i++) { names[name_count++] = prescription_key[i]; }
    for (size_t i = 0; i < series->family->parameter_count; i++) {
        if (family_parameter_holder(series->family, i) != i) { continue; } /* within another one */
        names[name_count++] = series->family->parameter[i].name;
    }
    snprintf(what, sizeof what, "predict %s", series->name);
    if (!family_takes_position(series->family)) { names[name_count++] = "position"; }
    struct arguments arguments = arguments_read(what, word[0], count - 1, word + 1, name_count, names);
    read_keys(&arguments, r);
    return arguments_end(&arguments);
}
