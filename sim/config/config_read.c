#include "sim/config/config_read.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/theory/typical.h"
#include "sim/base/memory.h"
#include "sim/base/number.h"
#include "sim/config/override.h"
#include "sim/config/resolve.h"
#include "sim/config/text.h"
#include "sim/config/value.h"
#include "sim/config/yaml.h"

enum { POINTS_LIMIT = 100000, POINTS_IN_ALL = 1000000, WEIGHTS_LIMIT = 64 };
static const uint64_t replicates_limit = 1000000000;
static const double drawn_limit = 0x1p40; /* longest row that is drawn score by score */

/* Every key but `series` has a default: this text, read by the same code as the user's. */
static const char default_text[] =
    "seed: 20260512\n"
    "replicates: 4096\n"
    "n: {from: 2^8, to: 1e300, points: 24, spacing: loglog}\n"
    "beta: {relative_to: lambda_typ, from: 1/16, to: 16, points: 65}\n"
    "collapse: {entropy: [1.0], participation: [0.5], top_two_ratio: [0.5], susceptibility: true}\n"
    "rows: auto\n"
    "common_randomness: false\n"
    "keep_replicates: 4096\n"
    "ordered_weights: 8\n"
    "quantiles: [0.05, 0.25, 0.5, 0.75, 0.95]\n";

#define SHARED_KEYS "n", "beta", "replicates", "collapse", "rows"
#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const top_keys[] = {
    SHARED_KEYS, "seed", "common_randomness", "keep_replicates", "ordered_weights", "quantiles", "series",
};
static const char *const series_keys[] = {SHARED_KEYS, "family", "name"};
static const char *const output_keys[] = {"output", "value_matrix"}; /* of keys on a sphere */
static const char *const matrix_keys[] = {"rows", "random"};
static const char *const n_keys[] = {"from", "to", "points", "spacing"};
static const char *const spacing_names[] = {"linear", "log", "loglog"};
enum { LINEAR, LOG, LOGLOG };
static const char *const beta_keys[] = {"relative_to", "values",   "from", "to",   "points",
                                        "n_eff",       "critical", "coef", "power"};
static const char *const relative_names[] = {"none", "lambda_typ"};
static const char *const rows_names[] = {
    [CONFIG_ROWS_AUTO] = "auto", [CONFIG_ROWS_DRAWN] = "drawn", [CONFIG_ROWS_COUNTED] = "counted"};
static const char *const schedule_keys[] = {"coef", "log_power", "power"};

static const struct value_range any_real = {-INFINITY, INFINITY, false, false};
static const struct value_range above_zero = {0, INFINITY, true, false};
static const struct value_range between_0_and_1 = {0, 1, true, true};

static const struct {
    const char *name;
    enum criterion_kind kind;
    const struct value_range *range;
} thresholds[] = {
    {"entropy", CRITERION_ENTROPY, &above_zero},
    {"participation", CRITERION_PARTICIPATION, &between_0_and_1},
    {"top_two_ratio", CRITERION_TOP_TWO_RATIO, &between_0_and_1},
};
static const char *const collapse_keys[] = {"entropy", "participation", "top_two_ratio", "susceptibility"};

struct reader {
    struct fault_source *source; /* the file, each --set, the defaults */
    struct fault_list faults;
    struct yaml_node *defaults;
    size_t n_in_all, beta_in_all;
};

/* The settings that a series may override, with the node its n came from. */
struct shared {
    struct config_series settings;
    const struct yaml_node *n;
};

static const struct yaml_node *find_or(const struct yaml_node *mapping, const struct yaml_node *fallback,
                                       const char *key) {
    const struct yaml_node *node = yaml_find(mapping, key);
    return node ? node : yaml_find(fallback, key);
}

/* What --set changed inside a mapping, to show it there; else the mapping. */
static const struct yaml_node *find_changed(const struct yaml_node *node) {
    for (size_t i = 0; node->kind == YAML_MAPPING && i < node->count; i++) {
        if (node->value[i]->source != node->source) { return node->value[i]; }
    }
    return node;
}

static bool is_mapping(struct reader *reader, const struct yaml_node *node, const char *what,
                       const char *wanted) {
    if (node->kind == YAML_MAPPING) { return true; }
    value_refuse(node, what, wanted, &reader->faults);
    return false;
}

/* Lists of numbers */

static int compare_reals(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Reads a list without repetitions into `value`, which has room for it; returns how many, in
 * increasing order. */
static size_t read_reals(struct reader *reader, const struct yaml_node *node, const char *what,
                         const struct value_range *range, double *value) {
    char text[NUMBER_TEXT];
    size_t count = 0, items = value_item_count(node);
    for (size_t i = 0; i < items; i++) {
        count += value_real(value_item(node, i), what, range, &reader->faults, &value[count]);
    }
    if (count) { qsort(value, count, sizeof *value, compare_reals); }
    for (size_t i = 1; i < count; i++) {
        if (value[i] == value[i - 1]) {
            fault_add(&reader->faults, node->source, node->offset, "`%s` holds %s twice; keep one", what,
                      number_print(value[i], text));
            break;
        }
    }
    return count;
}

/* False, with a fault, for a list that is empty, too long or not a list of numbers at all. */
static bool list_fits(struct reader *reader, const struct yaml_node *node, const char *what, size_t limit) {
    char wanted[VALUE_TEXT];
    if (node->kind != YAML_MAPPING && value_item_count(node) >= 1 && value_item_count(node) <= limit) {
        return true;
    }
    snprintf(wanted, sizeof wanted, "a list of 1 to %zu numbers", limit);
    if (node->kind == YAML_LIST) {
        fault_add(&reader->faults, node->source, node->offset, "`%s` must be %s, not of %zu", what, wanted,
                  node->count);
    } else {
        value_refuse(node, what, wanted, &reader->faults);
    }
    return false;
}

/* Context lengths */

struct span { /* a range of points: from, to and how many */
    double from, to;
    uint64_t points;
};

/* Position i of a span, from 0 to 1 and exact at both ends. */
static double span_at(const struct span *span, size_t i) {
    double t = span->points > 1 ? (double)i / (double)(span->points - 1) : 0;
    return i + 1 == span->points ? span->to : span->from + t * (span->to - span->from);
}

/* log n of the points of a span whose ends are log n; the ends stay as they are. */
static double *spaced_lengths(const struct span *ends, size_t spacing) {
    struct span span = *ends;
    double *log_n = memory_create(span.points, sizeof *log_n);
    if (spacing == LOGLOG) { span = (struct span){log(ends->from), log(ends->to), ends->points}; }
    if (spacing == LINEAR) { span = (struct span){exp(ends->from), exp(ends->to), ends->points}; }
    for (size_t i = 0; i < span.points; i++) {
        double at = span_at(&span, i);
        double log_value = spacing == LINEAR ? log(at) : spacing == LOG ? at : exp(at);
        log_n[i] = value_snap_length(exp(log_value), log_value);
    }
    log_n[0] = ends->from;
    log_n[span.points - 1] = ends->to;
    return log_n;
}

static size_t merge_lengths(size_t count, double *log_n) {
    size_t kept = 0;
    qsort(log_n, count, sizeof *log_n, compare_reals);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || log_n[i] > log_n[kept - 1]) { log_n[kept++] = log_n[i]; }
    }
    return kept;
}

static bool span_rises(struct reader *reader, const struct yaml_node *node, const char *what,
                       const struct span *span) {
    if (span->from < span->to || (span->from == span->to && span->points == 1)) { return true; }
    const struct yaml_node *at = find_changed(node), *to = yaml_find(node, "to");
    at = at == node && to ? to : at;
    fault_add(&reader->faults, at->source, at->offset,
              "`%s.to` must be above `%s.from`; write the smaller end in `from`, the larger in `to`", what,
              what);
    return false;
}

static bool span_has_ends(struct reader *reader, const struct yaml_node *node, const char *what,
                          const struct span *span) {
    if (!span_rises(reader, node, what, span)) { return false; }
    if (span->points > 1 || span->from == span->to) { return true; }
    fault_add(&reader->faults, node->source, node->offset,
              "one point cannot have two ends; write `%s: [VALUE]`, or `points: 2` or more", what);
    return false;
}

static void read_length_span(struct reader *reader, const struct yaml_node *node, struct config_series *out) {
    const struct yaml_node *fallback = yaml_find(reader->defaults, "n"), *given = yaml_find(node, "spacing");
    struct fault_list *faults = &reader->faults;
    struct span span;
    size_t spacing = LOG;
    yaml_check_keys(node, "`n`", COUNT(n_keys), n_keys, faults);
    bool good = value_length(find_or(node, fallback, "from"), "n.from", faults, &span.from);
    good &= value_length(find_or(node, fallback, "to"), "n.to", faults, &span.to);
    good &= value_count(find_or(node, fallback, "points"), "n.points", 1, POINTS_LIMIT, faults, &span.points);
    if (given) {
        good &= value_choice(given, "n.spacing", COUNT(spacing_names), spacing_names, faults, &spacing);
    }
    if (!good || !span_has_ends(reader, node, "n", &span)) { return; }
    if (spacing == LINEAR && span.to > log(1e308)) {
        fault_add(faults, node->source, node->offset,
                  "`spacing: linear` needs `to` below 1e308; write `spacing: log` or loglog");
        return;
    }
    out->log_n = spaced_lengths(&span, spacing);
    out->n_count = merge_lengths(span.points, out->log_n);
}

static void read_length_list(struct reader *reader, const struct yaml_node *node, struct config_series *out) {
    size_t items = value_item_count(node), count = 0;
    if (!list_fits(reader, node, "n", POINTS_LIMIT)) { return; }
    out->log_n = memory_create(items, sizeof *out->log_n);
    for (size_t i = 0; i < items; i++) {
        count += value_length(value_item(node, i), "n", &reader->faults, &out->log_n[count]);
    }
    out->n_count = merge_lengths(count, out->log_n);
}

static void read_lengths(struct reader *reader, const struct yaml_node *node, struct shared *out) {
    out->n = node;
    if (node->kind == YAML_MAPPING) {
        read_length_span(reader, node, &out->settings);
    } else {
        read_length_list(reader, node, &out->settings);
    }
}

/* Inverse temperatures */

static void check_rising(struct reader *reader, const struct yaml_node *node,
                         const struct config_beta *beta) {
    for (size_t i = 1; i < beta->count; i++) {
        if (!(beta->value[i] > beta->value[i - 1])) {
            fault_add(&reader->faults, node->source, node->offset,
                      "`beta`: %zu points are too many for so short a range: some are equal; write fewer",
                      beta->count);
            return;
        }
    }
}

static void read_beta_span(struct reader *reader, const struct yaml_node *node, struct config_beta *beta) {
    const struct yaml_node *fallback = yaml_find(reader->defaults, "beta");
    const struct yaml_node *points = find_or(node, fallback, "points");
    struct fault_list *faults = &reader->faults;
    struct span span;
    bool good = value_real(find_or(node, fallback, "from"), "beta.from", &above_zero, faults, &span.from);
    good &= value_real(find_or(node, fallback, "to"), "beta.to", &above_zero, faults, &span.to);
    good &= value_count(points, "beta.points", 1, POINTS_LIMIT, faults, &span.points);
    if (!good || !span_has_ends(reader, node, "beta", &span)) { return; }
    struct span octaves = {log2(span.from), log2(span.to), span.points};
    beta->value = memory_create(span.points, sizeof *beta->value);
    for (size_t i = 0; i < span.points; i++) { beta->value[i] = exp2(span_at(&octaves, i)); }
    beta->value[0] = span.from;
    beta->value[span.points - 1] = span.to;
    beta->count = span.points;
    check_rising(reader, node, beta);
}

static void read_beta_list(struct reader *reader, const struct yaml_node *node, const char *what,
                           struct config_beta *beta) {
    if (!list_fits(reader, node, what, POINTS_LIMIT)) { return; }
    beta->value = memory_create(value_item_count(node), sizeof *beta->value);
    beta->count = read_reals(reader, node, what, &above_zero, beta->value);
}

static void reverse_reals(size_t count, double *value) {
    for (size_t i = 0; i < count / 2; i++) {
        double x = value[i];
        value[i] = value[count - 1 - i];
        value[count - 1 - i] = x;
    }
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

static void read_beta_form(struct reader *reader, const struct yaml_node *node, size_t form,
                           struct config_beta *beta) {
    const char *key = beta_forms[form].key, *companion = beta_forms[form].companion;
    const struct yaml_node *values = yaml_find(node, companion);
    beta->scale = beta_forms[form].scale;
    for (size_t i = 0; i < node->count; i++) {
        if (strcmp(node->key[i]->text, key) != 0 && strcmp(node->key[i]->text, companion) != 0) {
            fault_add(&reader->faults, node->value[i]->source, node->value[i]->offset,
                      "`beta.%s` does not go with `beta.%s`; keep one of them", node->key[i]->text, key);
        }
    }
    if (beta->scale == CONFIG_SCALE_POWER) {
        value_real(yaml_find(node, key), "beta.power", &any_real, &reader->faults, &beta->power);
    }
    if (!values) {
        fault_add(&reader->faults, node->source, node->offset,
                  "`beta.power` needs `coef`: beta = coef n^power; write for example {coef: 1, power: 0.5}");
        return;
    }
    read_beta_list(reader, values, beta_forms[form].what, beta);
    if (beta->scale == CONFIG_SCALE_N_EFF) { reverse_reals(beta->count, beta->value); }
}

static void read_beta(struct reader *reader, const struct yaml_node *node, struct config_beta *beta) {
    struct fault_list *faults = &reader->faults;
    if (node->kind != YAML_MAPPING) {
        read_beta_list(reader, node, "beta", beta);
        return;
    }
    yaml_check_keys(node, "`beta`", COUNT(beta_keys), beta_keys, faults);
    for (size_t form = 0; form < COUNT(beta_forms); form++) {
        if (yaml_find(node, beta_forms[form].key)) {
            read_beta_form(reader, node, form, beta);
            return;
        }
    }
    if (yaml_find(node, "coef")) {
        fault_add(faults, node->source, node->offset,
                  "`beta.coef` needs `power`: beta = coef n^power; write for example {coef: 1, power: 0.5}");
        return;
    }
    size_t relative = 0;
    const struct yaml_node *values = yaml_find(node, "values");
    value_choice(find_or(node, yaml_find(reader->defaults, "beta"), "relative_to"), "beta.relative_to",
                 COUNT(relative_names), relative_names, faults, &relative);
    beta->scale = relative == 1 ? CONFIG_SCALE_LAMBDA_TYP : CONFIG_SCALE_NONE;
    if (!values) {
        read_beta_span(reader, node, beta);
        return;
    }
    read_beta_list(reader, values, "beta.values", beta);
    if (yaml_find(node, "from") || yaml_find(node, "to") || yaml_find(node, "points")) {
        fault_add(faults, values->source, values->offset,
                  "`beta` has both `values` and a range; write `values`, or `from`, `to` and `points`");
    }
}

/* Collapse criteria */

/* Thresholds must differ in their label, which has 15 digits. */
static void check_labels(struct reader *reader, const struct yaml_node *node, const char *what, size_t count,
                         const double *value) {
    char label[2][NUMBER_TEXT];
    for (size_t i = 1; i < count; i++) {
        snprintf(label[0], NUMBER_TEXT, "%.15g", value[i - 1]);
        snprintf(label[1], NUMBER_TEXT, "%.15g", value[i]);
        if (value[i] > value[i - 1] && strcmp(label[0], label[1]) == 0) {
            fault_add(&reader->faults, node->source, node->offset,
                      "`%s` holds %s twice to 15 digits; keep one", what, label[0]);
        }
    }
}

static void add_criterion(struct config_series *out, enum criterion_kind kind, double threshold) {
    if (out->criterion_count < CONFIG_CRITERIA) {
        out->criterion[out->criterion_count] = (struct criterion){kind, threshold};
    }
    out->criterion_count++;
}

static void read_thresholds(struct reader *reader, const struct yaml_node *node, size_t which,
                            struct config_series *out) {
    char what[VALUE_TEXT];
    double value[CONFIG_CRITERIA];
    bool off = node->kind == YAML_LIST && node->count == 0;
    snprintf(what, sizeof what, "collapse.%s", thresholds[which].name);
    if (off || !list_fits(reader, node, what, CONFIG_CRITERIA)) { return; }
    size_t count = read_reals(reader, node, what, thresholds[which].range, value);
    check_labels(reader, node, what, count, value);
    for (size_t i = 0; i < count; i++) { add_criterion(out, thresholds[which].kind, value[i]); }
}

static void read_collapse(struct reader *reader, const struct yaml_node *node, struct config_series *out) {
    const struct yaml_node *fallback = yaml_find(reader->defaults, "collapse");
    struct fault_list *faults = &reader->faults;
    size_t faults_before = faults->count;
    bool susceptibility = false;
    if (!is_mapping(reader, node, "collapse", "a mapping such as {entropy: [1.0], susceptibility: true}")) {
        return;
    }
    yaml_check_keys(node, "`collapse`", COUNT(collapse_keys), collapse_keys, faults);
    out->criterion_count = 0;
    for (size_t i = 0; i < COUNT(thresholds); i++) {
        read_thresholds(reader, find_or(node, fallback, thresholds[i].name), i, out);
    }
    value_flag(find_or(node, fallback, "susceptibility"), "collapse.susceptibility", faults, &susceptibility);
    if (susceptibility) { add_criterion(out, CRITERION_SUSCEPTIBILITY, 0); }
    if (out->criterion_count > CONFIG_CRITERIA) {
        fault_add(faults, node->source, node->offset,
                  "more than %d collapse criteria in all, defaults included; write fewer, or [] for those "
                  "not wanted",
                  CONFIG_CRITERIA);
    } else if (out->criterion_count == 0 && faults->count == faults_before) {
        fault_add(faults, node->source, node->offset,
                  "every collapse criterion is turned off; keep at least one, such as entropy: [1.0]");
    }
}

static void read_rows(struct reader *reader, const struct yaml_node *node, enum config_rows *rows) {
    size_t choice;
    if (value_choice(node, "rows", COUNT(rows_names), rows_names, &reader->faults, &choice)) {
        *rows = (enum config_rows)choice;
    }
}

/* Settings that series share */

static double *copy_reals(size_t count, const double *value) {
    assert(count == 0 || value);
    double *copy = memory_create(count, sizeof *copy);
    for (size_t i = 0; i < count; i++) { copy[i] = value[i]; }
    return copy;
}

/* Reads what `mapping` has of the shared keys, the rest from `inherited` (NULL: it has them all). */
static void read_shared(struct reader *reader, const struct yaml_node *mapping,
                        const struct shared *inherited, struct shared *out) {
    const struct yaml_node *node;
    struct config_series *to = &out->settings;
    if (inherited) {
        *out = *inherited;
        to->log_n = NULL;
        to->beta.value = NULL;
    }
    if ((node = yaml_find(mapping, "n"))) {
        to->n_count = 0;
        read_lengths(reader, node, out);
    } else if (inherited) {
        to->log_n = copy_reals(to->n_count, inherited->settings.log_n);
    }
    if ((node = yaml_find(mapping, "beta"))) {
        to->beta = (struct config_beta){0};
        read_beta(reader, node, &to->beta);
    } else if (inherited) {
        to->beta.value = copy_reals(to->beta.count, inherited->settings.beta.value);
    }
    if ((node = yaml_find(mapping, "replicates"))) {
        value_count(node, "replicates", 1, replicates_limit, &reader->faults, &to->replicates);
    }
    if ((node = yaml_find(mapping, "collapse"))) { read_collapse(reader, node, to); }
    if ((node = yaml_find(mapping, "rows"))) { read_rows(reader, node, &to->rows); }
}

/* Series */

static void read_schedule(struct reader *reader, const struct yaml_node *node, const char *name,
                          struct schedule *schedule) {
    char what[VALUE_TEXT];
    const struct yaml_node *part;
    double *const value[] = {&schedule->coef, &schedule->log_power, &schedule->power};
    *schedule = (struct schedule){1, 0, 0};
    if (node->kind != YAML_MAPPING) {
        if (node->kind == YAML_LIST) {
            value_refuse(node, name, "a number or a mapping {coef, log_power, power}", &reader->faults);
        } else if (!value_real(node, name, &any_real, &reader->faults, &schedule->coef)) {
            schedule->coef = NAN;
        }
        return;
    }
    snprintf(what, sizeof what, "`%s`", name);
    yaml_check_keys(node, what, COUNT(schedule_keys), schedule_keys, &reader->faults);
    for (size_t i = 0; i < COUNT(schedule_keys); i++) {
        snprintf(what, sizeof what, "%s.%s", name, schedule_keys[i]);
        if ((part = yaml_find(node, schedule_keys[i])) &&
            !value_real(part, what, &any_real, &reader->faults, value[i])) {
            schedule->coef = NAN;
        }
    }
}

static const char *print_length(double log_n, char out[NUMBER_TEXT]) {
    snprintf(out, NUMBER_TEXT, log_n < 700 ? "%.10g" : "e^%.10g", log_n < 700 ? exp(log_n) : log_n);
    return out;
}

/* Checks one parameter at every n of its series. */
static void check_parameter(struct reader *reader, const struct yaml_node *node,
                            const struct config_series *series, size_t which) {
    const struct family_parameter *parameter = &series->family->parameter[which];
    const struct schedule *schedule = &series->parameter[which];
    struct value_range range = {parameter->low, parameter->high, parameter->open, false};
    char wanted[VALUE_TEXT], n[NUMBER_TEXT];
    if (isnan(schedule->coef)) { return; }
    if (schedule->log_power == 0 && schedule->power == 0) {
        if (!value_contains(&range, schedule->coef)) {
            node = find_changed(node);
            fault_add(&reader->faults, node->source, node->offset, "`%s` is %g; it must be %s",
                      parameter->name, schedule->coef, value_describe(&range, wanted));
        }
        return;
    }
    for (size_t i = 0; i < series->n_count; i++) {
        double value = schedule_value(schedule, series->log_n[i]);
        if (!value_contains(&range, value)) {
            node = find_changed(node);
            fault_add(&reader->faults, node->source, node->offset,
                      "`%s` of series `%s` is %g at n = %s; it must be %s", parameter->name, series->name,
                      value, print_length(series->log_n[i], n), value_describe(&range, wanted));
            return;
        }
    }
}

/* Drawn scores are doubles: their spread and the gaps that matter, 1/Lambda^typ, must be normal numbers. */
static void check_score_range(struct reader *reader, const struct yaml_node *node,
                              const struct config_series *series) {
    const struct family *family = series->family;
    const double log_v_least = -65 * M_LN2, log_v_most = -0x1p-53, log_most = 700; /* of a uniform */
    char n[NUMBER_TEXT];
    for (size_t i = 0; family->kind == FAMILY_IID && i < series->n_count; i++) {
        double p[FAMILY_PARAMETERS];
        if (config_counted(series, series->log_n[i])) { continue; }
        config_parameters(series, series->log_n[i], p);
        double log_lambda = typical_scale(family, p, series->log_n[i]).log_lambda;
        double spread = family->quantile(p, log_v_least) - family->quantile(p, log_v_most);
        if (fabs(log_lambda) <= log_most && isfinite(spread) && isfinite(spread * exp(log_lambda))) {
            continue;
        }
        fault_add(
            &reader->faults, node->source, node->offset,
            "the scores of series `%s` leave the range of doubles at n = %s; choose a scale nearer to 1",
            series->name, print_length(series->log_n[i], n));
        return;
    }
}

static void read_parameters(struct reader *reader, const struct yaml_node *node,
                            struct config_series *series) {
    const struct family *family = series->family;
    for (size_t i = 0; i < family->parameter_count; i++) {
        const struct family_parameter *parameter = &family->parameter[i];
        const struct yaml_node *given = yaml_find(node, parameter->name);
        series->parameter[i] = (struct schedule){parameter->initial, 0, 0};
        if (given) {
            read_schedule(reader, given, parameter->name, &series->parameter[i]);
        } else if (isnan(parameter->initial)) {
            fault_add(&reader->faults, node->source, node->offset,
                      "family `%s` needs `%s` (%s), which has no default; "
                      "write `%s: NUMBER`",
                      family->name, parameter->name, parameter->doc, parameter->name);
        }
        check_parameter(reader, given ? given : node, series, i);
    }
}

/* Where n was asked for, as close to its largest value as can be told. */
static const struct yaml_node *find_longest(const struct yaml_node *n, double log_n) {
    const struct yaml_node *to = n->kind == YAML_MAPPING ? yaml_find(n, "to") : NULL;
    struct fault_list ignored = {0};
    for (size_t i = 0; n->kind == YAML_LIST && !to && i < n->count; i++) {
        double log_value;
        if (value_length(n->value[i], "n", &ignored, &log_value) && log_value == log_n) { to = n->value[i]; }
    }
    fault_free(&ignored);
    return to ? to : n;
}

/* Whether its rows can be made in the way asked for. */
static void check_rows(struct reader *reader, const struct yaml_node *node, const struct shared *shared) {
    const struct config_series *series = &shared->settings;
    double longest = series->n_count ? series->log_n[series->n_count - 1] : 0;
    char n[NUMBER_TEXT];
    const struct yaml_node *given = yaml_find(node, "rows");
    if (series->family->kind == FAMILY_FIXED && series->rows == CONFIG_ROWS_COUNTED) {
        fault_add(&reader->faults, (given ? given : node)->source, (given ? given : node)->offset,
                  "series `%s`: %s rows have nothing to count, they are deterministic at any n; write "
                  "`rows: auto` in this series",
                  series->name, series->family->name);
    }
    if (series->family->kind == FAMILY_FIXED || series->rows != CONFIG_ROWS_DRAWN ||
        longest <= log(drawn_limit)) {
        return;
    }
    bool by_default = shared->n->source == reader->defaults->source;
    const struct yaml_node *at = by_default ? node : find_longest(shared->n, longest);
    fault_add(
        &reader->faults, at->source, at->offset,
        "series `%s` reaches n = %s%s, but `rows: drawn` draws every score, which needs n <= 2^40; write "
        "`rows: auto` (or counted), or for example n: {from: 2^8, to: 2^16, points: 9}",
        series->name, print_length(longest, n), by_default ? " by default" : "");
}

/* The attention output */

static bool read_matrix_row(struct reader *reader, const struct yaml_node *node, size_t row, size_t dimension,
                            double *value) {
    bool good = true;
    if (node->kind != YAML_LIST || node->count != dimension) {
        fault_add(&reader->faults, node->source, node->offset,
                  "row %zu of `value_matrix` must be a list of %zu numbers, as many as the dimension",
                  row + 1, dimension);
        return false;
    }
    for (size_t i = 0; i < dimension; i++) {
        good &= value_real(node->value[i], "value_matrix.rows", &any_real, &reader->faults, &value[i]);
    }
    return good;
}

static void read_matrix_rows(struct reader *reader, const struct yaml_node *node, size_t dimension,
                             struct config_output *out) {
    if (node->kind != YAML_LIST || node->count == 0) {
        value_refuse(node, "value_matrix.rows", "a list of rows, such as [[1, 0], [0, 1]]", &reader->faults);
        return;
    }
    out->matrix = CONFIG_MATRIX_ROWS;
    out->rows = node->count;
    out->value = memory_create(node->count * dimension, sizeof *out->value);
    for (size_t i = 0; i < node->count; i++) {
        if (!read_matrix_row(reader, node->value[i], i, dimension, out->value + i * dimension)) { return; }
    }
}

static void read_matrix(struct reader *reader, const struct yaml_node *node, size_t dimension,
                        struct config_output *out) {
    const char *const wanted = "identity, {rows: [[...], ...]} or {random: SEED}";
    const struct yaml_node *rows = yaml_find(node, "rows"), *random = yaml_find(node, "random");
    if (node->kind == YAML_SCALAR && strcmp(node->text, "identity") == 0) { return; }
    if (node->kind != YAML_MAPPING || (rows != NULL) + (random != NULL) != 1) {
        value_refuse(node, "value_matrix", wanted, &reader->faults);
        return;
    }
    yaml_check_keys(node, "`value_matrix`", COUNT(matrix_keys), matrix_keys, &reader->faults);
    if (rows) {
        read_matrix_rows(reader, rows, dimension, out);
    } else if (value_count(random, "value_matrix.random", 0, UINT64_MAX, &reader->faults, &out->seed)) {
        out->matrix = CONFIG_MATRIX_RANDOM;
        if (dimension > CONFIG_RANDOM_MATRIX) {
            fault_add(&reader->faults, random->source, random->offset,
                      "a random value matrix needs a dimension of at most %d; write `value_matrix: identity`",
                      CONFIG_RANDOM_MATRIX);
        }
    }
}

/* Whole-numbered and the same at every n, or 0 after a fault. */
static size_t output_dimension(struct reader *reader, const struct yaml_node *node,
                               const struct config_series *series) {
    const struct schedule *d = &series->parameter[0];
    const struct yaml_node *given = yaml_find(node, series->family->parameter[0].name);
    if (isnan(d->coef) || (schedule_is_constant(d) && d->coef < 2)) { return 0; } /* a fault already */
    if (schedule_is_constant(d) && d->coef == floor(d->coef) && d->coef <= 1e6) { return (size_t)d->coef; }
    given = given ? given : node;
    fault_add(&reader->faults, given->source, given->offset,
              "`output` needs a dimension that is one whole number from 2 to 1e6 at every n");
    return 0;
}

static void read_output(struct reader *reader, const struct yaml_node *node, struct config_series *series) {
    const struct yaml_node *asked = yaml_find(node, "output"), *matrix = yaml_find(node, "value_matrix");
    series->output = (struct config_output){0};
    if (asked) { value_flag(asked, "output", &reader->faults, &series->output.asked); }
    if (!series->output.asked) {
        if (matrix) {
            fault_add(&reader->faults, matrix->source, matrix->offset,
                      "`value_matrix` belongs to the attention output; write `output: true` beside it");
        }
        return;
    }
    size_t dimension = output_dimension(reader, node, series);
    series->output.rows = series->output.columns = dimension;
    if (matrix && dimension > 0) { read_matrix(reader, matrix, dimension, &series->output); }
}

/* Lengths at which absolute distances on the sphere, about 1/Lambda^typ, are doubles. */
static void check_output_range(struct reader *reader, const struct yaml_node *node,
                               const struct config_series *series) {
    const double log_most = 600;
    char n[NUMBER_TEXT];
    for (size_t i = 0; series->output.asked && i < series->n_count; i++) {
        double p[FAMILY_PARAMETERS];
        config_parameters(series, series->log_n[i], p);
        if (typical_scale(series->family, p, series->log_n[i]).log_lambda <= log_most) { continue; }
        fault_add(
            &reader->faults, node->source, node->offset,
            "the output of series `%s` leaves the range of doubles at n = %s: keys come nearer than e^-600;"
            " ask for smaller n or a larger dimension",
            series->name, print_length(series->log_n[i], n));
        return;
    }
}

/* Scales of beta that only keys on a sphere have, and numbers of effective keys below n. */
static void check_beta(struct reader *reader, const struct yaml_node *node,
                       const struct config_series *series) {
    const struct yaml_node *given = yaml_find(node, "beta");
    const struct config_beta *beta = &series->beta;
    char n[NUMBER_TEXT];
    given = given ? given : node;
    if (beta->scale != CONFIG_SCALE_N_EFF && beta->scale != CONFIG_SCALE_CRITICAL) { return; }
    if (!series->family->on_sphere) {
        fault_add(&reader->faults, given->source, given->offset,
                  "`beta` by n_eff or critical values needs keys on a sphere; series `%s` is of family `%s`",
                  series->name, series->family->name);
        return;
    }
    for (size_t k = 0; k < series->n_count * beta->count; k++) {
        double log_n = series->log_n[k / beta->count];
        double value = beta->value[k % beta->count],
               log_beta = config_log_beta(series, log_n, 0, k % beta->count);
        if (isfinite(log_beta)) { continue; }
        fault_add(&reader->faults, given->source, given->offset,
                  "`beta` is %g, but series `%s` has n = %s; %s", value, series->name, print_length(log_n, n),
                  isnan(log_beta) ? "n_eff must be below every n"
                                  : "that takes a beta out of the range of numbers: take a smaller n");
        return;
    }
}

/* What takes more than one key that is good in itself, and time: not done beside so many faults. */
enum { ENOUGH = 100 };
static void check_ranges(struct reader *reader, const struct yaml_node *node,
                         const struct config_series *series) {
    check_score_range(reader, node, series);
    check_output_range(reader, node, series);
    check_beta(reader, node, series);
}

static bool name_is_good(const char *name) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t length = strlen(name);
    return length >= 1 && length < CONFIG_NAME && strspn(name, letters) == length && *name != '_' &&
           *name != '-';
}

/* The name, or the family's where there is none. */
static void read_name(struct reader *reader, const struct yaml_node *node, struct config_series *series) {
    const struct yaml_node *name = yaml_find(node, "name");
    if (!name) {
        strcpy(series->name, series->family ? series->family->name : "");
    } else if (name->kind == YAML_SCALAR && name_is_good(name->text)) {
        strcpy(series->name, name->text);
    } else {
        value_refuse(name, "name", "1 to 64 letters, digits, `_` or `-`, the first a letter or digit",
                     &reader->faults);
    }
}

static size_t add_name(size_t count, const char **names, const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) { return count; }
    }
    names[count] = name;
    return count + 1;
}

static void check_series_keys(struct reader *reader, const struct yaml_node *node,
                              const struct family *family) {
    char what[VALUE_TEXT] = "a series";
    const char **names = memory_create(
        COUNT(series_keys) + COUNT(output_keys) + family_count() * FAMILY_PARAMETERS, sizeof *names);
    size_t count = COUNT(series_keys);
    memcpy(names, series_keys, sizeof series_keys);
    for (size_t i = 0; (!family || family->on_sphere) && i < COUNT(output_keys); i++) {
        names[count++] = output_keys[i];
    }
    for (size_t i = 0; i < family_count(); i++) {
        const struct family *other = family_at(i);
        for (size_t j = 0; (!family || other == family) && j < other->parameter_count; j++) {
            count = add_name(count, names, other->parameter[j].name);
        }
    }
    if (family) { snprintf(what, sizeof what, "a series of family `%s`", family->name); }
    yaml_check_keys(node, what, count, names, &reader->faults);
    free(names);
}

static const struct family *read_family(struct reader *reader, const struct yaml_node *node) {
    const struct yaml_node *family = yaml_find(node, "family");
    const char **names = memory_create(family_count(), sizeof *names);
    const struct family *found = NULL;
    size_t choice;
    for (size_t i = 0; i < family_count(); i++) { names[i] = family_at(i)->name; }
    if (!family) {
        fault_add(&reader->faults, node->source, node->offset,
                  "this series names no family; write for example `family: %s`", names[0]);
    } else if (value_choice(family, "family", family_count(), names, &reader->faults, &choice)) {
        found = family_at(choice);
    }
    free(names);
    return found;
}

static void check_totals(struct reader *reader, const struct yaml_node *node,
                         const struct config_series *series) {
    bool within = reader->n_in_all <= POINTS_IN_ALL && reader->beta_in_all <= POINTS_IN_ALL;
    reader->n_in_all += series->n_count;
    reader->beta_in_all += series->beta.count;
    if (within && (reader->n_in_all > POINTS_IN_ALL || reader->beta_in_all > POINTS_IN_ALL)) {
        fault_add(
            &reader->faults, node->source, node->offset,
            "the series up to here ask for more than %d values of n or of beta in all; ask for fewer points",
            POINTS_IN_ALL);
    }
}

static void read_series(struct reader *reader, const struct yaml_node *node, const struct shared *top,
                        struct config_series *out) {
    struct shared shared = {0};
    if (!is_mapping(reader, node, "series", "a list of mappings such as {family: gaussian}")) { return; }
    const struct family *family = read_family(reader, node);
    check_series_keys(reader, node, family);
    if (reader->n_in_all > POINTS_IN_ALL || reader->beta_in_all > POINTS_IN_ALL) { return; }
    read_shared(reader, node, top, &shared);
    shared.settings.family = family;
    read_name(reader, node, &shared.settings);
    if (family) {
        read_parameters(reader, node, &shared.settings);
        check_rows(reader, node, &shared);
        if (family->on_sphere) { read_output(reader, node, &shared.settings); }
    }
    check_totals(reader, node, &shared.settings);
    *out = shared.settings;
}

static void check_names(struct reader *reader, const struct yaml_node *list, const struct config *config) {
    for (size_t i = 0; i < config->series_count; i++) {
        const char *name = config->series[i].name;
        for (size_t j = 0; *name && j < i; j++) {
            if (strcmp(config->series[j].name, name) == 0) {
                fault_add(&reader->faults, list->value[i]->source, list->value[i]->offset,
                          "two series are called `%s` (the other on line %zu); give this one another `name`",
                          name, list->value[j]->line);
                break;
            }
        }
    }
}

static void read_all_series(struct reader *reader, const struct yaml_node *root, const struct shared *top,
                            struct config *config) {
    const struct yaml_node *list = yaml_find(root, "series");
    if (!list) {
        fault_add(&reader->faults, root->source, root->offset,
                  "the config has no `series`; write for example `series: [{family: gaussian}]`");
        return;
    }
    if (list->kind != YAML_LIST || list->count == 0) {
        value_refuse(list, "series", "a list of at least one series, such as `- family: gaussian`",
                     &reader->faults);
        return;
    }
    config->series_count = list->count;
    config->series = memory_create(list->count, sizeof *config->series);
    const bool top_is_sound = reader->faults.count == 0;
    bool *sound = memory_create(list->count, sizeof *sound);
    for (size_t i = 0; i < list->count; i++) {
        size_t faults = reader->faults.count;
        read_series(reader, list->value[i], top, &config->series[i]);
        sound[i] = top_is_sound && reader->faults.count == faults;
    }
    check_names(reader, list, config);
    bool few = reader->n_in_all <= POINTS_IN_ALL && reader->beta_in_all <= POINTS_IN_ALL;
    for (size_t i = 0; few && i < list->count && reader->faults.count < ENOUGH; i++) {
        if (sound[i]) { check_ranges(reader, list->value[i], &config->series[i]); }
    }
    free(sound);
}

/* The whole */

static void read_quantiles(struct reader *reader, const struct yaml_node *node, struct config *config) {
    if (!list_fits(reader, node, "quantiles", CONFIG_QUANTILES)) { return; }
    config->quantile_count = read_reals(reader, node, "quantiles", &between_0_and_1, config->quantile);
}

static void read_top(struct reader *reader, const struct yaml_node *root, struct config *config) {
    struct fault_list *faults = &reader->faults;
    const struct yaml_node *defaults = reader->defaults;
    uint64_t weights = 0;
    yaml_check_keys(root, "the config", COUNT(top_keys), top_keys, faults);
    value_count(find_or(root, defaults, "seed"), "seed", 0, UINT64_MAX, faults, &config->seed);
    value_flag(find_or(root, defaults, "common_randomness"), "common_randomness", faults,
               &config->common_randomness);
    value_count(find_or(root, defaults, "keep_replicates"), "keep_replicates", 1, replicates_limit, faults,
                &config->keep_replicates);
    value_count(find_or(root, defaults, "ordered_weights"), "ordered_weights", 1, WEIGHTS_LIMIT, faults,
                &weights);
    config->ordered_weights = (size_t)weights;
    read_quantiles(reader, find_or(root, defaults, "quantiles"), config);
}

static void read_root(struct reader *reader, const struct yaml_node *root, struct config *config) {
    struct shared defaults = {0}, top;
    if (!is_mapping(reader, root, "config", "a mapping of keys, with at least a list `series:`")) { return; }
    read_top(reader, root, config);
    read_shared(reader, reader->defaults, NULL, &defaults);
    read_shared(reader, root, &defaults, &top);
    read_all_series(reader, root, &top, config);
    config_series_release(&defaults.settings);
    config_series_release(&top.settings);
}

/* File and --set */

static void apply_overrides(struct reader *reader, struct yaml_node *root, size_t count,
                            const char *const *set) {
    for (size_t i = 0; i < count; i++) {
        struct fault_source *source = &reader->source[1 + i];
        *source = (struct fault_source){"--set", set[i], strlen(set[i])};
        if (source->length > TEXT_LIMIT || !text_is_utf8(set[i], source->length)) {
            source->text = NULL;
            fault_add(&reader->faults, source, 0, "must be UTF-8 text of at most %d KiB", TEXT_LIMIT / 1024);
        } else if (root->kind == YAML_MAPPING) {
            override_apply(root, source, &reader->faults);
        }
    }
}

static void read_config(struct reader *reader, size_t count, const char *const *set, struct config *config) {
    struct yaml_node *root = yaml_parse(&reader->source[0], 0, &reader->faults);
    if (!root) { return; }
    apply_overrides(reader, root, count, set);
    read_root(reader, root, config);
    if (reader->faults.count == 0) { config->resolved = resolve_config(config); }
    yaml_free(root);
}

struct config *config_read(const char *path, size_t count, const char *const *set) {
    struct config *config = memory_create(1, sizeof *config);
    struct reader reader = {.source = memory_create(count + 2, sizeof *reader.source)};
    reader.source[0].name = path;
    reader.source[count + 1] = (struct fault_source){"defaults", default_text, strlen(default_text)};
    reader.defaults = yaml_parse(&reader.source[count + 1], 0, &reader.faults);
    config->text = text_read(path, &reader.source[0], &reader.faults);
    if (config->text) { read_config(&reader, count, set, config); }
    bool good = reader.faults.count == 0;
    fault_report(&reader.faults);
    fault_free(&reader.faults);
    yaml_free(reader.defaults);
    free(reader.source);
    if (good) { return config; }
    config_free(config);
    return NULL;
}
