#include "sim/config/position.h"

#include <math.h>

#include "models/theory/positions.h"
#include "sim/config/lengths.h"

void position_check_key(const struct yaml_node *node, const struct family *family) {
    const struct yaml_node *given = yaml_find(node, "position");
    if (!given || !family || family_takes_position(family)) { return; }
    YAML_FAULT(given, "`position` is a penalty of independent scores of one law, but family `%s` %s",
               family->name,
               family->row_scale                ? "has rows that differ in scale; take gaussian"
               : family->kind == FAMILY_FIXED   ? "has one deterministic row"
               : family->kind == FAMILY_SAMPLED ? "has scores that depend on each other"
                                                : "is measured");
}

/* What stands in the way of the law at one n, with what to do; NULL: nothing. */
static const char *law_fault(const struct config_series *series, double log_n) {
    double p[FAMILY_PARAMETERS];
    config_parameters(series, log_n, p);
    if (positions_are_absent(family_position(series->family, p))) {
        return "both penalties are 0; write `linear` or `log` above 0";
    }
    return isnan(positions_typical_score(series->family, p, log_n))
               ? "keys compete from so far that Lambda^typ is out of reach; write log n <= 1000"
               : NULL;
}

/* The same of rows. */
static const char *rows_fault(const struct config_series *series, double log_n) {
    const double most = log(POSITION_DRAWN);
    double p[FAMILY_PARAMETERS];
    config_parameters(series, log_n, p);
    if (series->output.asked) { return "there is no output with it; leave `output` out"; }
    if (!(family_position(series->family, p).linear > 0)) {
        return log_n > most ? "a `log` penalty has no n from which on keys do not matter, so every score is "
                              "drawn, which needs n <= 2^40; write smaller ones, for example n: {from: 2^8, "
                              "to: 2^16, points: 9}, or a `linear` penalty beside it"
               : series->rows == CONFIG_ROWS_COUNTED
                   ? "rows with a `log` penalty alone cannot be counted; write `rows: auto` in this series"
                   : NULL;
    }
    return config_counted(series, log_n) && !(config_log_window(series, log_n) <= most)
               ? "the smallest beta needs more than 2^40 of the nearest keys; begin the betas higher"
               : NULL;
}

void position_check(const struct yaml_node *node, const struct config_series *series, bool rows) {
    const struct yaml_node *given = yaml_find(node, "position");
    char n[NUMBER_TEXT];
    for (size_t i = 0; given && config_has_position(series) && i < series->n_count; i++) {
        const char *fault = law_fault(series, series->log_n[i]);
        if (!fault && rows) { fault = rows_fault(series, series->log_n[i]); }
        if (!fault) { continue; }
        YAML_FAULT(given, "`position` of series `%s` at n = %s: %s", series->name,
                   lengths_print(series->log_n[i], n), fault);
        return;
    }
}
