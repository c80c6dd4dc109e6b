#include "sim/config/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/nearest.h"
#include "sim/base/number.h"

static const double log_n_limit = 1e6, integer_limit = 0x1p53;

const struct value_range value_any = {-INFINITY, INFINITY, false, false};
const struct value_range value_positive = {0, INFINITY, true, false};
const struct value_range value_fraction = {0, 1, true, true};

enum { SHOWN = FAULT_QUOTE + 24 };

static const char *show_node(const struct yaml_node *node, char out[SHOWN]) {
    char word[FAULT_QUOTE];
    if (node->kind == YAML_MAPPING) { return strcpy(out, "a mapping"); }
    if (node->kind == YAML_LIST) { return strcpy(out, node->count ? "a list" : "an empty list"); }
    if (!node->quoted && !*node->text) { return strcpy(out, "nothing"); }
    snprintf(out, SHOWN, "%s`%s`", node->quoted ? "the quoted text " : "", fault_quote(node->text, word));
    return out;
}

/* Of numbers with commas. */
static const char *hint_of(const struct yaml_node *node) {
    const bool is_commas = node->kind == YAML_SCALAR && !node->quoted && strchr(node->text, ',') &&
                           strspn(node->text, "0123456789.,eE^/+- ") == strlen(node->text);
    return is_commas ? "; a list stands in brackets, [1, 2], and decimals have a point" : "";
}

bool value_refuse(const struct yaml_node *node, const char *what, const char *wanted) {
    char shown[SHOWN];
    return YAML_FAULT(node, "`%s` must be %s, not %s%s", what, wanted, show_node(node, shown), hint_of(node));
}

static bool read_number(const struct yaml_node *node, double *value, double *log_value) {
    return node->kind == YAML_SCALAR && !node->quoted && number_read(node->text, value, log_value);
}

static bool contains(const struct value_range *range, double value) {
    return isfinite(value) && value >= range->low && value <= range->high &&
           !(range->open_low && value == range->low) && !(range->open_high && value == range->high);
}

const char *value_describe(const struct value_range *range, char out[VALUE_TEXT]) {
    char low[NUMBER_TEXT], high[NUMBER_TEXT];
    bool bounded_low = isfinite(range->low), bounded_high = isfinite(range->high);
    if (bounded_low) { number_print(range->low, low); }
    if (bounded_high) { number_print(range->high, high); }
    if (bounded_low && bounded_high && !range->open_low && !range->open_high) {
        snprintf(out, VALUE_TEXT, "a number from %s to %s", low, high);
        return out;
    }
    snprintf(out, VALUE_TEXT, "a %snumber%s%s%s%s%s", bounded_low && bounded_high ? "" : "finite ",
             !bounded_low      ? ""
             : range->open_low ? " above "
                               : " from ",
             bounded_low ? low : "", bounded_low && bounded_high ? "," : "",
             !bounded_high      ? ""
             : range->open_high ? " below "
                                : " up to ",
             bounded_high ? high : "");
    return out;
}

bool value_real(const struct yaml_node *node, const char *what, const struct value_range *range,
                double *value) {
    char wanted[VALUE_TEXT];
    return (read_number(node, value, NULL) && contains(range, *value)) ||
           value_refuse(node, what, value_describe(range, wanted));
}

bool value_any_size(const struct yaml_node *node, const char *what, double *value, double *log_value) {
    return (read_number(node, value, log_value) && !isnan(*log_value)) ||
           value_refuse(node, what, "a positive number such as 12, 2^16, 1e300 or e^5000");
}

double value_snap_length(double n, double log_n) { return log_n < log(integer_limit) ? log(rint(n)) : log_n; }

bool value_is_length(const struct yaml_node *node, double *log_n) {
    double n;
    if (!read_number(node, &n, log_n) || !(n >= 2 && *log_n <= log_n_limit)) { return false; }
    *log_n = value_snap_length(n, *log_n);
    return true;
}

bool value_length(const struct yaml_node *node, const char *what, double *log_n) {
    return value_is_length(node, log_n) ||
           value_refuse(node, what, "a number from 2 to e^1000000, such as 4096, 2^16, 1e300 or e^1000");
}

bool value_count(const struct yaml_node *node, const char *what, uint64_t low, uint64_t high,
                 uint64_t *value) {
    char wanted[VALUE_TEXT];
    if (node->kind == YAML_SCALAR && !node->quoted && number_read_whole(node->text, value) && *value >= low &&
        *value <= high) {
        return true;
    }
    snprintf(wanted, sizeof wanted, "a whole number from %" PRIu64 " to %" PRIu64, low, high);
    return value_refuse(node, what, wanted);
}

bool value_flag(const struct yaml_node *node, const char *what, bool *value) {
    if (node->kind == YAML_SCALAR && !node->quoted) {
        *value = strcmp(node->text, "true") == 0;
        if (*value || strcmp(node->text, "false") == 0) { return true; }
    }
    return value_refuse(node, what, "true or false");
}

bool value_choice(const struct yaml_node *node, const char *what, size_t count, const char *const *names,
                  size_t *value) {
    char wanted[512] = "one of ";
    for (size_t i = 0; i < count; i++) {
        if (node->kind == YAML_SCALAR && strcmp(node->text, names[i]) == 0) {
            *value = i;
            return true;
        }
        size_t length = strlen(wanted);
        snprintf(wanted + length, sizeof wanted - length, "%s%s", i ? ", " : "", names[i]);
    }
    const char *near = node->kind == YAML_SCALAR ? nearest_name(node->text, count, names) : NULL;
    if (near) {
        size_t length = strlen(wanted);
        snprintf(wanted + length, sizeof wanted - length, " (did you mean `%s`?)", near);
    }
    return value_refuse(node, what, wanted);
}

size_t value_item_count(const struct yaml_node *node) { return node->kind == YAML_SCALAR ? 1 : node->count; }

const struct yaml_node *value_item(const struct yaml_node *node, size_t index) {
    return node->kind == YAML_SCALAR ? node : node->value[index];
}
