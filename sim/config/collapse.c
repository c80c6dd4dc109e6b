#include "sim/config/collapse.h"

#include <stdio.h>
#include <string.h>

#include "sim/base/number.h"

/* Thresholds must differ in their label, which has 15 digits. */
static void check_labels(const struct yaml_node *node, const char *what, size_t count, const double *value) {
    char label[2][NUMBER_TEXT];
    for (size_t i = 1; i < count; i++) {
        snprintf(label[0], NUMBER_TEXT, "%.15g", value[i - 1]);
        snprintf(label[1], NUMBER_TEXT, "%.15g", value[i]);
        if (value[i] > value[i - 1] && strcmp(label[0], label[1]) == 0) {
            YAML_FAULT(node, "`%s` holds %s twice to 15 digits; keep one", what, label[0]);
        }
    }
}

static void add_criterion(struct config_series *out, enum criterion_kind kind, double threshold) {
    if (out->criterion_count < CONFIG_CRITERIA) {
        out->criterion[out->criterion_count] = (struct criterion){kind, threshold};
    }
    out->criterion_count++;
}

static void read_thresholds(const struct yaml_node *node, enum criterion_kind kind,
                            struct config_series *out) {
    const struct value_range range = {0, criterion_most[kind], true, true};
    char what[VALUE_TEXT];
    double value[CONFIG_CRITERIA];
    bool off = node->kind == YAML_LIST && node->count == 0;
    snprintf(what, sizeof what, "collapse.%s", criterion_name[kind]);
    if (off || !reader_list_fits(node, what, CONFIG_CRITERIA)) { return; }
    size_t count = reader_reals(node, what, &range, value);
    check_labels(node, what, count, value);
    for (size_t i = 0; i < count; i++) { add_criterion(out, kind, value[i]); }
}

void collapse_read(const struct yaml_node *defaults, const struct yaml_node *node,
                   struct config_series *out) {
    const struct yaml_node *fallback = yaml_find(defaults, "collapse");
    size_t faults = fault_count(node->source);
    bool susceptibility = false;
    if (!reader_is_mapping(node, "collapse", "a mapping such as {entropy: [1.0], susceptibility: true}")) {
        return;
    }
    yaml_check_keys(node, "`collapse`", CRITERION_KINDS, criterion_name);
    out->criterion_count = 0;
    for (enum criterion_kind k = 0; k < CRITERION_SUSCEPTIBILITY; k++) {
        read_thresholds(reader_find(node, fallback, criterion_name[k]), k, out);
    }
    value_flag(reader_find(node, fallback, "susceptibility"), "collapse.susceptibility", &susceptibility);
    if (susceptibility) { add_criterion(out, CRITERION_SUSCEPTIBILITY, 0); }
    if (out->criterion_count > CONFIG_CRITERIA) {
        YAML_FAULT(node,
                   "more than %d collapse criteria in all, defaults included; write fewer, or [] for those "
                   "not wanted",
                   CONFIG_CRITERIA);
    } else if (out->criterion_count == 0 && fault_count(node->source) == faults) {
        YAML_FAULT(node, "every collapse criterion is turned off; keep at least one, such as entropy: [1.0]");
    }
}
