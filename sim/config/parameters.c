#include "sim/config/parameters.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/number.h"
#include "sim/config/lengths.h"

static const char *const schedule_keys[] = {"coef", "log_power", "power"};

/* A quantity that depends on n, written as people write it. */
static bool is_formula(const char *text) {
    return strstr(text, "log") || strstr(text, "n^") || strstr(text, "/n") || strpbrk(text, "(*");
}

static void read_schedule(struct reader *reader, const struct yaml_node *node, const char *name,
                          struct schedule *schedule) {
    char what[VALUE_TEXT];
    const struct yaml_node *part;
    double *const value[] = {&schedule->coef, &schedule->log_power, &schedule->power};
    *schedule = (struct schedule){1, 0, 0};
    if (node->kind != YAML_MAPPING) {
        if (node->kind == YAML_LIST) {
            value_refuse(node, name, "a number or a mapping {coef, log_power, power}", &reader->faults);
        } else if (is_formula(node->text)) {
            value_refuse(node, name,
                         "a number or a mapping: C (log n)^A n^B is {coef: C, log_power: A, power: B}, and "
                         "1/(log n)^1.5 is {coef: 1, log_power: -1.5}",
                         &reader->faults);
            schedule->coef = NAN;
        } else if (!value_real(node, name, &value_any, &reader->faults, &schedule->coef)) {
            schedule->coef = NAN;
        }
        return;
    }
    snprintf(what, sizeof what, "`%s`", name);
    yaml_check_keys(node, what, READER_COUNT(schedule_keys), schedule_keys, &reader->faults);
    for (size_t i = 0; i < READER_COUNT(schedule_keys); i++) {
        snprintf(what, sizeof what, "%s.%s", name, schedule_keys[i]);
        if ((part = yaml_find(node, schedule_keys[i])) &&
            !value_real(part, what, &value_any, &reader->faults, value[i])) {
            schedule->coef = NAN;
        }
    }
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
            node = reader_changed(node);
            fault_add(&reader->faults, node->source, node->offset, "`%s` is %g; it must be %s",
                      parameter->name, schedule->coef, value_describe(&range, wanted));
        }
        return;
    }
    for (size_t i = 0; i < series->n_count; i++) {
        double value = schedule_value(schedule, series->log_n[i]);
        if (!value_contains(&range, value)) {
            node = reader_changed(node);
            fault_add(&reader->faults, node->source, node->offset,
                      "`%s` of series `%s` is %g at n = %s; it must be %s", parameter->name, series->name,
                      value, lengths_print(series->log_n[i], n), value_describe(&range, wanted));
            return;
        }
    }
}

void parameters_read(struct reader *reader, const struct yaml_node *node, struct config_series *series) {
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
