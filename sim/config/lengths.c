#include "sim/config/lengths.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdio.h>

#include "sim/base/memory.h"

static const char *const n_keys[] = {"from", "to", "points", "spacing"};
static const char *const spacing_names[] = {"linear", "log", "loglog"};
enum { LINEAR, LOG, LOGLOG };

/* log n of the points of a span whose ends are log n; the ends stay as they are. */
static double *spaced_lengths(const struct reader_span *ends, size_t spacing) {
    struct reader_span span = *ends;
    double *log_n = memory_create(span.points, sizeof *log_n);
    if (spacing == LOGLOG) { span = (struct reader_span){log(ends->from), log(ends->to), ends->points}; }
    if (spacing == LINEAR) { span = (struct reader_span){exp(ends->from), exp(ends->to), ends->points}; }
    for (size_t i = 0; i < span.points; i++) {
        double at = reader_span_at(&span, i);
        double log_value = spacing == LINEAR ? log(at) : spacing == LOG ? at : exp(at);
        log_n[i] = value_snap_length(exp(log_value), log_value);
    }
    log_n[0] = ends->from;
    log_n[span.points - 1] = ends->to;
    return log_n;
}

static size_t merge_lengths(size_t count, double *log_n) {
    size_t kept = 0;
    gsl_sort(log_n, 1, count);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || log_n[i] > log_n[kept - 1]) { log_n[kept++] = log_n[i]; }
    }
    return kept;
}

/* "n.from", for messages. */
enum { PART = 32 };
static const char *part_of(const char *name, const char *key, char out[PART]) {
    snprintf(out, PART, "%s.%s", name, key);
    return out;
}

static void read_length_span(const struct yaml_node *defaults, const struct yaml_node *node, const char *name,
                             struct config_series *out) {
    const struct yaml_node *fallback = yaml_find(defaults, "n"), *given = yaml_find(node, "spacing");
    struct reader_span span;
    size_t spacing = LOG;
    char part[PART];
    snprintf(part, sizeof part, "`%s`", name);
    yaml_check_keys(node, part, READER_COUNT(n_keys), n_keys);
    bool good = value_length(reader_find(node, fallback, "from"), part_of(name, "from", part), &span.from);
    good &= value_length(reader_find(node, fallback, "to"), part_of(name, "to", part), &span.to);
    good &= value_count(reader_find(node, fallback, "points"), part_of(name, "points", part), 1,
                        READER_POINTS, &span.points);
    if (given) {
        good &= value_choice(given, part_of(name, "spacing", part), READER_COUNT(spacing_names),
                             spacing_names, &spacing);
    }
    if (!good || !reader_span_fits(node, name, &span)) { return; }
    if (spacing == LINEAR && span.to > log(1e308)) {
        YAML_FAULT(node, "`spacing: linear` needs `to` below 1e308; write `spacing: log` or loglog");
        return;
    }
    out->log_n = spaced_lengths(&span, spacing);
    out->n_count = merge_lengths(span.points, out->log_n);
}

static void read_length_list(const struct yaml_node *node, const char *name, struct config_series *out) {
    size_t items = value_item_count(node), count = 0;
    if (!reader_list_fits(node, name, READER_POINTS)) { return; }
    out->log_n = memory_create(items, sizeof *out->log_n);
    for (size_t i = 0; i < items; i++) {
        count += value_length(value_item(node, i), name, &out->log_n[count]);
    }
    out->n_count = merge_lengths(count, out->log_n);
}

void lengths_read(const struct yaml_node *defaults, const struct yaml_node *node, const char *name,
                  struct config_series *out) {
    if (node->kind == YAML_MAPPING) {
        read_length_span(defaults, node, name, out);
    } else {
        read_length_list(node, name, out);
    }
}

double lengths_number(double log_n) {
    const double n = exp(log_n);
    return n < 0x1p53 ? rint(n) : n;
}

const char *lengths_print(double log_n, char out[NUMBER_TEXT]) {
    snprintf(out, NUMBER_TEXT, log_n < 700 ? "%.10g" : "e^%.10g", log_n < 700 ? exp(log_n) : log_n);
    return out;
}

const struct yaml_node *lengths_find(const struct yaml_node *n, double log_n) {
    const struct yaml_node *to = n->kind == YAML_MAPPING ? yaml_find(n, "to") : NULL;
    for (size_t i = 0; n->kind == YAML_LIST && !to && i < n->count; i++) {
        double log_value;
        if (value_is_length(n->value[i], &log_value) && log_value == log_n) { to = n->value[i]; }
    }
    return to ? to : n;
}
