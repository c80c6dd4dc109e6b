#include "sim/config/series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/theory/typical.h"
#include "sim/base/memory.h"
#include "sim/config/betas.h"
#include "sim/config/collapse.h"
#include "sim/config/lengths.h"
#include "sim/config/normalisers.h"
#include "sim/config/outputs.h"
#include "sim/config/parameters.h"
#include "sim/config/position.h"
#include "sim/config/target.h"

/* The settings that a series may override, with the node its n came from. */
struct shared {
    struct config_series settings;
    struct betas_prescriptions prescriptions; /* of its beta */
    const struct yaml_node *n;
};

enum { POINTS_IN_ALL = 1000000 };

static const char *const series_keys[] = {SERIES_SHARED_KEYS, "family", "name"};

static void read_rows(const struct yaml_node *node, enum config_rows *rows) {
    size_t choice;
    if (value_choice(node, "rows", CONFIG_ROWS, config_rows_name, &choice)) {
        *rows = (enum config_rows)choice;
    }
}

/* Reads what `mapping` has of the shared keys, the rest from `inherited` (NULL: it has them all). */
static void read_shared(const struct yaml_node *defaults, const struct yaml_node *mapping,
                        const struct shared *inherited, struct shared *out) {
    const struct yaml_node *node;
    struct config_series *to = &out->settings;
    if (inherited) {
        *out = *inherited;
        to->log_n = NULL;
        to->beta.value = NULL;
    }
    if ((node = yaml_find(mapping, "n"))) {
        out->n = node;
        to->n_count = 0;
        lengths_read(defaults, node, "n", to);
    } else if (inherited) {
        to->log_n = memory_copy(inherited->settings.log_n, to->n_count, sizeof *to->log_n);
    }
    if ((node = yaml_find(mapping, "beta"))) {
        to->beta = (struct config_beta){0};
        betas_read(defaults, node, &to->beta, &out->prescriptions);
    } else if (inherited) {
        to->beta.value = memory_copy(inherited->settings.beta.value, to->beta.count, sizeof *to->beta.value);
    }
    if ((node = yaml_find(mapping, "replicates"))) {
        value_count(node, "replicates", 1, READER_REPLICATES, &to->replicates);
    }
    if ((node = yaml_find(mapping, "target"))) { target_read(node, to); }
    if ((node = yaml_find(mapping, "collapse"))) { collapse_read(defaults, node, to); }
    if ((node = yaml_find(mapping, "rows"))) { read_rows(node, &to->rows); }
    if ((node = yaml_find(mapping, "normalisers"))) { normalisers_read(node, &to->normalisers); }
}

/* Drawn scores are doubles: their spread and the gaps that matter, 1/Lambda^typ, must be normal numbers. */
static void check_score_range(const struct yaml_node *node, const struct config_series *series) {
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
        YAML_FAULT(
            node,
            "the scores of series `%s` leave the range of doubles at n = %s; choose a scale nearer to 1",
            series->name, lengths_print(series->log_n[i], n));
        return;
    }
}

/* Whether rows that are asked to be counted can be. */
static void check_counting(const struct yaml_node *node, const struct config_series *series) {
    const struct yaml_node *given = yaml_find(node, "rows"), *at = given ? given : node;
    if (series->family->kind == FAMILY_IID || series->rows != CONFIG_ROWS_COUNTED) { return; }
    YAML_FAULT(at, "series `%s`: %s rows %s; write `rows: auto` in this series", series->name,
               series->family->name,
               series->family->kind == FAMILY_FIXED
                   ? "have nothing to count, they are deterministic at any n"
                   : "cannot be counted, as no law of their number is known: every score is drawn");
}

void series_check_drawing(const struct yaml_node *node, const struct yaml_node *lengths,
                          const struct config_series *series) {
    bool sampled = series->family->kind == FAMILY_SAMPLED;
    double longest = 0;
    char n[NUMBER_TEXT];
    for (size_t i = 0; i < series->n_count; i++) { longest = fmax(longest, series->log_n[i]); }
    if (series->family->kind == FAMILY_FIXED || (!sampled && series->rows != CONFIG_ROWS_DRAWN) ||
        longest <= log(sampled ? FAMILY_SAMPLED_MOST : POSITION_DRAWN)) {
        return;
    }
    bool by_default = reader_is_default(lengths);
    const struct yaml_node *at = by_default ? node : lengths_find(lengths, longest);
    YAML_FAULT(at,
               "series `%s` reaches n = %s%s, but %s %s or for example n: {from: 2^8, to: 2^16, points: 9}",
               series->name, lengths_print(longest, n), by_default ? " by default" : "",
               sampled ? series->family->name : "`rows: drawn`",
               sampled ? "rows have every score drawn, which needs n <= 2^26; write smaller ones,"
                       : "draws every score, which needs n <= 2^40; write `rows: auto` (or counted),");
}

void series_check_rows(const struct yaml_node *node, const struct config_series *series) {
    char why[FAMILY_WHY], n[NUMBER_TEXT];
    for (size_t i = 0; series->family->allows && i < series->n_count; i++) {
        double p[FAMILY_PARAMETERS];
        config_parameters(series, series->log_n[i], p);
        if (series->family->allows(p, series->log_n[i], why)) { continue; }
        YAML_FAULT(node, "series `%s` has no rows at n = %s: %s", series->name,
                   lengths_print(series->log_n[i], n), why);
        return;
    }
}

/* What takes more than one key that is good in itself, and time: not done beside so many faults. */
enum { ENOUGH = 100 };
static void check_ranges(const struct yaml_node *node, const struct config_series *series, bool common) {
    const struct yaml_node *beta = yaml_find(node, "beta");
    position_check(node, series, true);
    series_check_rows(node, series);
    check_score_range(node, series);
    outputs_check(node, series);
    normalisers_check(node, series);
    if (betas_check(beta ? beta : node, series)) { betas_check_range(beta ? beta : node, series); }
    target_check(node, series, common);
}

/* The name, or the family's where there is none. */
static void read_name(const struct yaml_node *node, struct config_series *series) {
    const struct yaml_node *name = yaml_find(node, "name");
    if (!name) {
        strcpy(series->name, series->family ? series->family->name : "");
    } else if (name->kind == YAML_SCALAR && config_name_is_good(name->text)) {
        strcpy(series->name, name->text);
    } else {
        value_refuse(
            name, "name",
            "1 to 64 letters, digits, `_`, `-` or single dots, the first a letter or digit, the last no dot");
    }
}

static size_t add_name(size_t count, const char **names, const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) { return count; }
    }
    names[count] = name;
    return count + 1;
}

static void check_series_keys(const struct yaml_node *node, const struct family *family) {
    char what[VALUE_TEXT] = "a series";
    const char **names = memory_create(
        READER_COUNT(series_keys) + OUTPUTS_KEYS + 1 + family_count() * FAMILY_PARAMETERS, sizeof *names);
    size_t count = READER_COUNT(series_keys);
    memcpy(names, series_keys, sizeof series_keys);
    for (size_t i = 0; (!family || family->dimension) && i < OUTPUTS_KEYS; i++) {
        names[count++] = outputs_keys[i];
    }
    for (size_t i = 0; i < family_count(); i++) {
        const struct family *other = family_at(i);
        for (size_t j = 0; (!family || other == family) && j < other->parameter_count; j++) {
            if (family_parameter_holder(other, j) != j) { continue; }
            count = add_name(count, names, other->parameter[j].name);
        }
    }
    if (family) { snprintf(what, sizeof what, "a series of family `%s`", family->name); }
    position_check_key(node, family);
    if (yaml_find(node, "position")) { count = add_name(count, names, "position"); } /* told of above */
    yaml_check_keys(node, what, count, names);
    free(names);
}

static const struct family *read_family(const struct yaml_node *node) {
    const struct yaml_node *family = yaml_find(node, "family");
    const struct family *found = NULL;
    size_t choice;
    if (!family) {
        YAML_FAULT(node, "this series names no family; write for example `family: %s`", family_names[0]);
    } else if (value_choice(family, "family", family_count(), family_names, &choice)) {
        found = family_at(choice);
    }
    return found;
}

/* ---- the list ---- */

/* Series as read so far, each with the item of the list that it came from, and how many values of n and of
 * beta they have in all. */
struct listing {
    const struct yaml_node *defaults;
    const struct shared *top;
    size_t count, n, beta;
    struct config_series *series;
    const struct yaml_node **node;
};

static bool totals_fit(const struct listing *list) {
    return list->n <= POINTS_IN_ALL && list->beta <= POINTS_IN_ALL;
}

static void add_series(struct listing *list, const struct yaml_node *node,
                       const struct config_series *series) {
    bool fitted = totals_fit(list);
    list->n += series->n_count;
    list->beta += series->beta.count;
    list->series = memory_extend(list->series, list->count, sizeof *list->series);
    list->node = memory_extend(list->node, list->count, sizeof *list->node);
    list->series[list->count] = *series;
    list->node[list->count++] = node;
    if (fitted && !totals_fit(list)) {
        YAML_FAULT(
            node,
            "the series up to here ask for more than %d values of n or of beta in all; ask for fewer points",
            POINTS_IN_ALL);
    }
}

static struct config_series copy_series(const struct config_series *series) {
    struct config_series copy = *series;
    copy.log_n = memory_copy(series->log_n, series->n_count, sizeof *copy.log_n);
    copy.beta.value = memory_copy(series->beta.value, series->beta.count, sizeof *copy.beta.value);
    if (series->output.value) {
        copy.output.value = memory_copy(series->output.value, series->output.rows * series->output.columns,
                                        sizeof *copy.output.value);
    }
    return copy;
}

/* NAME-PRESCRIPTION. */
static void name_after_prescription(const struct yaml_node *node, struct config_series *series) {
    char suffix[16];
    snprintf(suffix, sizeof suffix, "-%s", prescription_name[series->beta.prescription]);
    if (strlen(series->name) + strlen(suffix) < CONFIG_NAME) {
        strcat(series->name, suffix);
        return;
    }
    YAML_FAULT(node,
               "a list of prescriptions makes a series `NAME-PRESCRIPTION` of each: `%s%s` is longer than %d "
               "letters; write a shorter `name`",
               series->name, suffix, CONFIG_NAME - 1);
}

/* The series of an item of the list: several of them where its beta has a list of prescriptions. */
static void add_each(struct listing *list, const struct yaml_node *node, const struct shared *shared) {
    const struct betas_prescriptions *p = &shared->prescriptions;
    for (size_t i = 0; i == 0 || (p->is_list && i < p->count); i++) {
        struct config_series series = i == 0 ? shared->settings : copy_series(&shared->settings);
        if (p->is_list && p->count > 0) {
            series.beta.prescription = p->item[i];
            name_after_prescription(node, &series);
        }
        add_series(list, node, &series);
    }
}

static void read_series(struct listing *list, const struct yaml_node *node) {
    struct shared shared = {0};
    if (!reader_is_mapping(node, "series", "a list of mappings such as {family: gaussian}")) { return; }
    const struct family *family = read_family(node);
    check_series_keys(node, family);
    if (!totals_fit(list)) { return; }
    read_shared(list->defaults, node, list->top, &shared);
    shared.settings.family = family;
    read_name(node, &shared.settings);
    if (family) {
        parameters_read(node, &shared.settings);
        check_counting(node, &shared.settings);
        series_check_drawing(node, shared.n, &shared.settings);
        if (family->dimension) { outputs_read(node, &shared.settings); }
    }
    add_each(list, node, &shared);
}

static void check_names(const struct listing *list) {
    for (size_t i = 0; i < list->count; i++) {
        const char *name = list->series[i].name;
        for (size_t j = 0; *name && j < i; j++) {
            if (strcmp(list->series[j].name, name) == 0) {
                YAML_FAULT(list->node[i],
                           "two series are called `%s` (the other on line %zu); give this one another `name`",
                           name, list->node[j]->line);
                break;
            }
        }
    }
}

/* Ranges of a series are looked at where nothing is wrong with it, nor with what all share. */
static void read_all_series(struct listing *listing, const struct yaml_node *root, bool top_is_sound,
                            struct config *config) {
    const struct yaml_node *list = yaml_find(root, "series");
    if (!list) {
        YAML_FAULT(root, "the config has no `series`; write for example `series: [{family: gaussian}]`");
        return;
    }
    if (list->kind != YAML_LIST || list->count == 0) {
        value_refuse(list, "series", "a list of at least one series, such as `- family: gaussian`");
        return;
    }
    bool *sound = memory_create(list->count * PRESCRIPTIONS, sizeof *sound);
    for (size_t i = 0; i < list->count; i++) {
        size_t faults = fault_count(root->source), first = listing->count;
        read_series(listing, list->value[i]);
        for (size_t k = first; k < listing->count; k++) {
            sound[k] = top_is_sound && fault_count(root->source) == faults;
        }
    }
    check_names(listing);
    for (size_t i = 0; totals_fit(listing) && i < listing->count && fault_count(root->source) < ENOUGH; i++) {
        if (sound[i]) { check_ranges(listing->node[i], &listing->series[i], config->common_randomness); }
    }
    config->series_count = listing->count;
    config->series = listing->series;
    free(listing->node);
    free(sound);
}

void series_read(const struct yaml_node *defaults, const struct yaml_node *root, struct config *config) {
    struct shared usual = {0}, top;
    read_shared(defaults, defaults, NULL, &usual);
    const size_t faults = fault_count(root->source);
    read_shared(defaults, root, &usual, &top);
    struct listing listing = {.defaults = defaults, .top = &top};
    read_all_series(&listing, root, fault_count(root->source) == faults, config);
    config_series_release(&usual.settings);
    config_series_release(&top.settings);
}
