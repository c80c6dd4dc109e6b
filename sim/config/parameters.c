#include "sim/config/parameters.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/nearest.h"
#include "sim/base/number.h"
#include "sim/config/lengths.h"

const struct family *parameters_family(const char *name) {
    const struct family *family = family_find(name);
    const char *near = family ? NULL : nearest_name(name, family_count(), family_names);
    if (near) {
        message_error("there is no family '%s'; did you mean '%s'?", name, near);
    } else if (!family) {
        message_error("there is no family '%s'; `gapscale families` lists them", name);
    }
    return family;
}

/* A quantity that depends on n, written as people write it. */
static bool is_formula(const char *text) {
    return strstr(text, "log") || strstr(text, "n^") || strstr(text, "/n") || strpbrk(text, "(*");
}

static void read_schedule(const struct yaml_node *node, const char *name, struct schedule *schedule) {
    char what[VALUE_TEXT];
    bool good = true;
    *schedule = (struct schedule){1, 0, 0};
    if (node->kind == YAML_LIST) {
        good = value_refuse(node, name, "a number or a mapping {coef, log_power, power}");
    } else if (node->kind == YAML_SCALAR && is_formula(node->text)) {
        good =
            value_refuse(node, name,
                         "a number or a mapping: C (log n)^A n^B is {coef: C, log_power: A, power: B}, and "
                         "1/(log n)^1.5 is {coef: 1, log_power: -1.5}");
    } else if (node->kind == YAML_SCALAR) {
        good = value_real(node, name, &value_any, &schedule->coef);
    } else {
        snprintf(what, sizeof what, "`%s`", name);
        yaml_check_keys(node, what, SCHEDULE_PARTS, schedule_part_name);
        for (size_t i = 0; i < SCHEDULE_PARTS; i++) {
            const struct yaml_node *part = yaml_find(node, schedule_part_name[i]);
            snprintf(what, sizeof what, "%s.%s", name, schedule_part_name[i]);
            good &= !part || value_real(part, what, &value_any, schedule_part(schedule, i));
        }
    }
    if (!good) { schedule->coef = NAN; }
}

/* "[[share_1, variance_1], ..]" */
static void write_form(FILE *out, const struct family_parameter *parameter) {
    for (size_t i = 1; i <= family_parameter_columns(parameter); i++) {
        fprintf(out, "%s%s", i == 1 ? "[[" : ", ", parameter[i].name);
    }
    fputs("], ..]", out);
}

const char *parameters_describe(const struct family_parameter *parameter, char out[VALUE_TEXT]) {
    struct value_range range = {parameter->low, parameter->high, parameter->open, false};
    FILE *text = fmemopen(out, VALUE_TEXT, "w");
    char number[VALUE_TEXT];
    bool first = true;
    if (!text) { memory_exhausted(); }
    if (family_parameter_columns(parameter) > 0) {
        write_form(text, parameter);
        fprintf(text, " of %g to %g lists", parameter->low, parameter->high);
    } else if (parameter->low <= parameter->high) {
        fputs(value_describe(&range, number), text);
        first = false;
    }
    for (const struct family_word *w = parameter->word; w && w->word; w++, first = false) {
        fputs(first ? "" : " or ", text);
        if (!family_parameter_is_mapping(parameter, w->value)) {
            fputs(w->word, text);
            continue;
        }
        for (size_t i = 1; i <= parameter->within; i++) {
            fprintf(text, "%s%s: NUMBER", i == 1 ? "{" : ", ", parameter[i].name);
        }
        fputc('}', text);
    }
    fclose(text);
    return out;
}

/* A word of the parameter, or what stands for a mapping; NaN, after a fault, where there is none and nothing
 * else is allowed; false where the node must be a number. */
static bool read_word(const struct yaml_node *node, const struct family_parameter *parameter, double *value) {
    char wanted[VALUE_TEXT];
    for (const struct family_word *w = parameter->word; w && w->word; w++) {
        bool is_mapping = family_parameter_is_mapping(parameter, w->value);
        if (is_mapping ? node->kind == YAML_MAPPING
                       : node->kind == YAML_SCALAR && strcmp(node->text, w->word) == 0) {
            *value = w->value;
            return true;
        }
    }
    bool may_be_number = parameter->low <= parameter->high;
    if (!parameter->word ||
        (may_be_number && (node->kind != YAML_SCALAR || number_read(node->text, value, NULL)))) {
        return false;
    }
    value_refuse(node, parameter->name, parameters_describe(parameter, wanted));
    *value = NAN;
    return true;
}

/* Checks one parameter at every n of its series. */
static void check_parameter(const struct yaml_node *node, const struct config_series *series, size_t which) {
    const struct family_parameter *parameter = &series->family->parameter[which];
    const struct schedule *schedule = &series->parameter[which];
    char wanted[VALUE_TEXT], n[NUMBER_TEXT];
    if (isnan(schedule->coef)) { return; }
    if (schedule_is_constant(schedule)) {
        if (!family_parameter_allows(parameter, schedule->coef)) {
            node = reader_changed(node);
            YAML_FAULT(node, "`%s` is %g; it must be %s", parameter->name, schedule->coef,
                       parameters_describe(parameter, wanted));
        }
        return;
    }
    for (size_t i = 0; i < series->n_count; i++) {
        double value = schedule_value(schedule, series->log_n[i]);
        if (!family_parameter_allows(parameter, value)) {
            node = reader_changed(node);
            YAML_FAULT(node, "`%s` of series `%s` is %g at n = %s; it must be %s", parameter->name,
                       series->name, value, lengths_print(series->log_n[i], n),
                       parameters_describe(parameter, wanted));
            return;
        }
    }
}

static void miss_parameter(const struct yaml_node *node, const struct family *family,
                           const struct family_parameter *parameter) {
    char form[VALUE_TEXT] = "NUMBER";
    if (family_parameter_columns(parameter) > 0) { parameters_describe(parameter, form); }
    YAML_FAULT(node, "family `%s` needs `%s` (%s), which has no default; write `%s: %s`", family->name,
               parameter->name, parameter->doc, parameter->name, form);
}

/* Parameter `which` of the family, a key of `node`; `within` others, keys of its mapping, follow it. */
static void read_parameter(const struct yaml_node *node, struct config_series *series, size_t which,
                           bool required) {
    const struct family *family = series->family;
    const struct family_parameter *parameter = &family->parameter[which];
    const struct yaml_node *given = yaml_find(node, parameter->name);
    struct schedule *schedule = &series->parameter[which];
    *schedule = (struct schedule){parameter->initial, 0, 0};
    if (given && !read_word(given, parameter, &schedule->coef)) {
        read_schedule(given, parameter->name, schedule);
    } else if (!given && (required || isnan(parameter->initial))) {
        miss_parameter(node, family, parameter);
    }
    if (given || !required) { check_parameter(given ? given : node, series, which); }
}

/* What is written within parameter `which`, in its mapping; else the defaults. */
static void read_within(const struct yaml_node *node, struct config_series *series, size_t which) {
    const struct family_parameter *parameter = &series->family->parameter[which];
    const struct yaml_node *given = yaml_find(node, parameter->name);
    const char *names[FAMILY_PARAMETERS];
    char what[VALUE_TEXT];
    bool written = given && given->kind == YAML_MAPPING && parameter->within > 0;
    for (size_t i = 0; i < parameter->within; i++) { names[i] = parameter[1 + i].name; }
    snprintf(what, sizeof what, "`%s`", parameter->name);
    if (written) { yaml_check_keys(given, what, parameter->within, names); }
    for (size_t i = 1; i <= parameter->within; i++) {
        if (written) {
            read_parameter(given, series, which + i, parameter[i].initial != 0);
        } else {
            series->parameter[which + i] = (struct schedule){parameter[i].initial, 0, 0};
        }
    }
}

/* Whether a node is a list of `low` to `high` items. */
static bool is_list_of(const struct yaml_node *node, double low, double high,
                       const struct family_parameter *parameter) {
    char wanted[VALUE_TEXT];
    bool is_list = node->kind == YAML_LIST;
    if (is_list && (double)node->count >= low && (double)node->count <= high) { return true; }
    parameters_describe(parameter, wanted);
    if (!is_list) { return value_refuse(node, parameter->name, wanted); }
    return YAML_FAULT(node, "`%s` must be %s; this list has %zu items", parameter->name, wanted, node->count);
}

/* One number of the lists of another parameter. */
static void read_number(const struct yaml_node *node, struct config_series *series, size_t which) {
    read_schedule(node, series->family->parameter[which].name, &series->parameter[which]);
    check_parameter(node, series, which);
}

/* Parameter `which`, written as lists of those within it. */
static void read_lists(const struct yaml_node *node, struct config_series *series, size_t which) {
    const struct family_parameter *parameter = &series->family->parameter[which];
    const double columns = (double)family_parameter_columns(parameter);
    const struct yaml_node *given = yaml_find(node, parameter->name);
    size_t next = which + 1;
    memset(&series->parameter[which], 0, (1 + parameter->within) * sizeof *series->parameter);
    if (!given) { miss_parameter(node, series->family, parameter); }
    if (!given || !is_list_of(given, parameter->low, parameter->high, parameter)) { return; }
    series->parameter[which].coef = (double)given->count;
    for (size_t i = 0; i < given->count; i++) {
        const struct yaml_node *list = given->value[i];
        if (!is_list_of(list, columns, columns, parameter)) { continue; }
        for (size_t k = 0; k < list->count; k++) { read_number(list->value[k], series, next++); }
    }
}

void parameters_read(const struct yaml_node *node, struct config_series *series) {
    const struct family *family = series->family;
    for (size_t i = 0; i < family->parameter_count; i += 1 + family->parameter[i].within) {
        if (family_parameter_columns(&family->parameter[i]) > 0) {
            read_lists(node, series, i);
            continue;
        }
        read_parameter(node, series, i, false);
        read_within(node, series, i);
    }
}
