/* value: one node of a config read as a number, a count, a flag or a choice. Each function returns
 * false, with a fault added at the node, when the node is something else; `what` names the key in the
 * message. */
#ifndef GAPSCALE_SIM_CONFIG_VALUE_H
#define GAPSCALE_SIM_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/config/yaml.h"

struct value_range {
    double low, high;         /* may be infinite; the value never is */
    bool open_low, open_high; /* the end itself is excluded */
};

extern const struct value_range value_any;      /* every finite number */
extern const struct value_range value_positive; /* above 0 */
extern const struct value_range value_fraction; /* above 0, below 1 */

enum { VALUE_TEXT = 96 };
/* "a number above 0", "a number from 0 to 1", ... Returns `out`. */
const char *value_describe(const struct value_range *range, char out[VALUE_TEXT]);

bool value_real(const struct yaml_node *node, const char *what, const struct value_range *range,
                double *value);

/* A number above 0 of any size: `value` is 0 or inf past the range of a double, `log_value` its logarithm. */
bool value_any_size(const struct yaml_node *node, const char *what, double *value, double *log_value);

/* A context length n >= 2 with log n <= 1e6; below 2^53 rounded to an integer. */
bool value_length(const struct yaml_node *node, const char *what, double *log_n);
/* Whether it is one. */
bool value_is_length(const struct yaml_node *node, double *log_n);
/* log n of the nearest length that is allowed: n below 2^53 is an integer. */
double value_snap_length(double n, double log_n);

/* A whole number from `low` to `high`, exact in all 64 bits. */
bool value_count(const struct yaml_node *node, const char *what, uint64_t low, uint64_t high,
                 uint64_t *value);

bool value_flag(const struct yaml_node *node, const char *what, bool *value);

/* One of `count` names; `value` is its index. */
bool value_choice(const struct yaml_node *node, const char *what, size_t count, const char *const *names,
                  size_t *value);

/* Adds the fault "`what` must be WANTED, not ...". False. */
bool value_refuse(const struct yaml_node *node, const char *what, const char *wanted);

/* A list's items; a scalar counts as a list of one. */
size_t value_item_count(const struct yaml_node *node);
const struct yaml_node *value_item(const struct yaml_node *node, size_t index);

#endif
