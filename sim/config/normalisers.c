#include "sim/config/normalisers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/theory/typical.h"
#include "sim/base/nearest.h"
#include "sim/base/number.h"
#include "sim/config/lengths.h"

enum { ENTMAX, SINK, KEYS };
static const char *const key_names[KEYS] = {"entmax", "sink"};
static const char *const words[] = {"sparsemax"};
static const char items[] = "sparsemax, {entmax: ALPHA} or {sink: SCORE}";
/* Below, powers above 20 of small numbers; at 1 it is softmax, at 2 sparsemax. */
static const struct value_range alpha_range = {1.05, 2, false, false};

/* Into a list in increasing order; whether it is new and there is room. */
static void insert(const struct yaml_node *node, const char *what, double value, size_t *count,
                   double list[CONFIG_NORMALISERS]) {
    char text[NUMBER_TEXT];
    size_t at = 0;
    while (at < *count && list[at] < value) { at++; }
    if (at < *count && list[at] == value) {
        YAML_FAULT(node, "`normalisers` holds %s %s twice; keep one", what, number_print(value, text));
    } else if (*count == CONFIG_NORMALISERS) {
        YAML_FAULT(node, "`normalisers` holds more than %d of `%s`", CONFIG_NORMALISERS, what);
    } else {
        memmove(&list[at + 1], &list[at], (*count - at) * sizeof *list);
        list[at] = value;
        (*count)++;
    }
}

static void read_word(const struct yaml_node *node, struct config_normalisers *out) {
    if (strcmp(node->text, words[0]) != 0) {
        char text[VALUE_TEXT];
        const char *near = nearest_name(node->text, READER_COUNT(words), words);
        snprintf(text, sizeof text, "%s%s", items, near ? " (did you mean `sparsemax`?)" : "");
        value_refuse(node, "normalisers", text);
        return;
    }
    if (out->sparsemax) { YAML_FAULT(node, "`normalisers` holds sparsemax twice; keep one"); }
    out->sparsemax = true;
}

static void read_mapping(const struct yaml_node *node, struct config_normalisers *out) {
    const struct yaml_node *entmax = yaml_find(node, key_names[ENTMAX]),
                           *sink = yaml_find(node, key_names[SINK]);
    double value;
    yaml_check_keys(node, "an item of `normalisers`", KEYS, key_names);
    if (entmax && value_real(entmax, "normalisers.entmax", &alpha_range, &value)) {
        insert(entmax, "entmax", value, &out->entmax_count, out->entmax);
    }
    if (sink && value_real(sink, "normalisers.sink", &value_any, &value)) {
        insert(sink, "sink", value == 0 ? 0 : value, &out->sink_count, out->sink);
    }
}

void normalisers_read(const struct yaml_node *node, struct config_normalisers *out) {
    *out = (struct config_normalisers){.sparsemax = false};
    if (node->kind == YAML_MAPPING) {
        value_refuse(node, "normalisers", "a list such as [sparsemax, {entmax: 1.5}, {sink: 0}]");
        return;
    }
    for (size_t i = 0; i < value_item_count(node); i++) {
        const struct yaml_node *item = value_item(node, i);
        if (item->kind == YAML_MAPPING && item->count > 0) {
            read_mapping(item, out);
        } else if (item->kind == YAML_SCALAR) {
            read_word(item, out);
        } else {
            value_refuse(item, "normalisers", items);
        }
    }
}

void normalisers_check(const struct yaml_node *node, const struct config_series *series) {
    const double log_most = 700; /* of a double */
    char n[NUMBER_TEXT];
    for (size_t i = 0; series->normalisers.sink_count > 0 && i < series->n_count; i++) {
        double p[FAMILY_PARAMETERS];
        if (series->family->kind != FAMILY_IID) { continue; }
        config_parameters(series, series->log_n[i], p);
        double top = series->family->quantile(p, -series->log_n[i]),
               log_lambda = typical_scale(series->family, p, series->log_n[i]).log_lambda;
        if (isfinite(top) && fabs(log_lambda) <= log_most) { continue; }
        YAML_FAULT(node,
                   "a sink has a score, but those of series `%s` leave the range of doubles at n = %s; ask "
                   "for smaller n, or leave {sink: ..} out of its `normalisers`",
                   series->name, lengths_print(series->log_n[i], n));
        return;
    }
}

void normalisers_write(FILE *out, const struct config_normalisers *normalisers) {
    char text[NUMBER_TEXT];
    const char *comma = "";
    fputs("normalisers: [", out);
    if (normalisers->sparsemax) {
        fputs("sparsemax", out);
        comma = ", ";
    }
    for (size_t i = 0; i < normalisers->entmax_count; i++, comma = ", ") {
        fprintf(out, "%s{entmax: %s}", comma, number_print(normalisers->entmax[i], text));
    }
    for (size_t i = 0; i < normalisers->sink_count; i++, comma = ", ") {
        fprintf(out, "%s{sink: %s}", comma, number_print(normalisers->sink[i], text));
    }
    fputs("]\n", out);
}
