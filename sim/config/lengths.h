/* lengths: `n`, the context lengths of a series. */
#ifndef GAPSCALE_SIM_CONFIG_LENGTHS_H
#define GAPSCALE_SIM_CONFIG_LENGTHS_H

#include "sim/base/number.h"
#include "sim/config/config.h"
#include "sim/config/reader.h"

/* A number, a list, or a range {from, to, points, spacing}: log_n and n_count of the series, which has none
 * before. Messages call it by that name. */
void lengths_read(const struct yaml_node *defaults, const struct yaml_node *node, const char *name,
                  struct config_series *out);
/* Where in such a node this log n was asked for, as close as can be told. */
const struct yaml_node *lengths_find(const struct yaml_node *node, double log_n);
/* n, whole below 2^53. */
double lengths_number(double log_n);
/* n as shown in a message. Returns `out`. */
const char *lengths_print(double log_n, char out[NUMBER_TEXT]);

#endif
