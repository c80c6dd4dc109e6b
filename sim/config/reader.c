#include "sim/config/reader.h"

#include <gsl/gsl_sort.h>
#include <stdio.h>

#include "sim/base/memory.h"
#include "sim/base/number.h"

/* Every key but `series` has a default: this text, read by the same code as the user's. */
static const char default_text[] =
    "seed: 20260512\n"
    "replicates: 4096\n"
    "target: none\n"
    "n: {from: 2^8, to: 1e300, points: 24, spacing: loglog}\n"
    "beta: {relative_to: lambda_typ, from: 1/16, to: 16, points: 65}\n"
    "collapse: {entropy: [1.0], participation: [0.5], top_two_ratio: [0.5], susceptibility: true}\n"
    "rows: auto\n"
    "normalisers: []\n"
    "common_randomness: false\n"
    "keep_replicates: 4096\n"
    "ordered_weights: 8\n"
    "quantiles: [0.05, 0.25, 0.5, 0.75, 0.95]\n";

static const struct fault_source default_source = {"defaults", default_text, sizeof default_text - 1, NULL};

struct reader reader_start(void) {
    return (struct reader){memory_create(1, sizeof(struct fault_list)), yaml_parse(&default_source, 0)};
}

bool reader_end(struct reader *reader, bool tells) {
    bool good = reader->faults->count == 0;
    if (tells) { fault_report(reader->faults); }
    fault_free(reader->faults);
    yaml_free(reader->defaults);
    return good;
}

bool reader_is_default(const struct yaml_node *node) { return node->source == &default_source; }

const struct yaml_node *reader_find(const struct yaml_node *mapping, const struct yaml_node *fallback,
                                    const char *key) {
    const struct yaml_node *node = yaml_find(mapping, key);
    return node ? node : yaml_find(fallback, key);
}

const char *reader_series_name(const struct yaml_node *series) {
    const struct yaml_node *name = NULL;
    if (series->kind == YAML_MAPPING) {
        name = yaml_find(series, "name");
        name = name ? name : yaml_find(series, "family");
    }
    return name && name->kind == YAML_SCALAR ? name->text : "";
}

const struct yaml_node *reader_changed(const struct yaml_node *node) {
    for (size_t i = 0; i < node->count; i++) {
        if (node->value[i]->source != node->source) { return node->value[i]; }
    }
    return node;
}

bool reader_is_mapping(const struct yaml_node *node, const char *what, const char *wanted) {
    return node->kind == YAML_MAPPING || value_refuse(node, what, wanted);
}

size_t reader_reals(const struct yaml_node *node, const char *what, const struct value_range *range,
                    double *value) {
    char text[NUMBER_TEXT];
    size_t count = 0, items = value_item_count(node);
    for (size_t i = 0; i < items; i++) {
        count += value_real(value_item(node, i), what, range, &value[count]);
    }
    gsl_sort(value, 1, count);
    for (size_t i = 1; i < count; i++) {
        if (value[i] == value[i - 1]) {
            YAML_FAULT(node, "`%s` holds %s twice; keep one", what, number_print(value[i], text));
            break;
        }
    }
    return count;
}

bool reader_list_fits(const struct yaml_node *node, const char *what, size_t limit) {
    char wanted[VALUE_TEXT];
    if (node->kind != YAML_MAPPING && value_item_count(node) >= 1 && value_item_count(node) <= limit) {
        return true;
    }
    snprintf(wanted, sizeof wanted, "a list of 1 to %zu numbers", limit);
    if (node->kind != YAML_LIST) { return value_refuse(node, what, wanted); }
    return YAML_FAULT(node, "`%s` must be %s, not of %zu", what, wanted, node->count);
}

double reader_span_at(const struct reader_span *span, size_t i) {
    double t = span->points > 1 ? (double)i / (double)(span->points - 1) : 0;
    return i + 1 == span->points ? span->to : span->from + t * (span->to - span->from);
}

static bool span_rises(const struct yaml_node *node, const char *what, const struct reader_span *span) {
    if (span->from < span->to || (span->from == span->to && span->points == 1)) { return true; }
    const struct yaml_node *at = reader_changed(node), *to = yaml_find(node, "to");
    at = at == node && to ? to : at;
    return YAML_FAULT(at,
                      "`%s.to` must be above `%s.from`; write the smaller end in `from`, the larger in `to`",
                      what, what);
}

bool reader_span_fits(const struct yaml_node *node, const char *what, const struct reader_span *span) {
    if (!span_rises(node, what, span)) { return false; }
    if (span->points > 1 || span->from == span->to) { return true; }
    return YAML_FAULT(
        node, "one point of `%s` cannot have two ends; give both the same value, or take `points: 2` or more",
        what);
}
