/* normalisers: maps from scores to weights beside softmax: `normalisers: [sparsemax, {entmax: 1.5}, {sink:
 * 0}]`.
 */
#ifndef GAPSCALE_SIM_CONFIG_NORMALISERS_H
#define GAPSCALE_SIM_CONFIG_NORMALISERS_H

#include <stdio.h>

#include "sim/config/config.h"
#include "sim/config/reader.h"

/* In any order, each once; [] is none. */
void normalisers_read(const struct yaml_node *node, struct config_normalisers *out);
/* Whether the logit of a sink is a number at every n: scores, and beta where it matters, are doubles. */
void normalisers_check(const struct yaml_node *node, const struct config_series *series);

/* The line of a resolved config: a list in one order. */
void normalisers_write(FILE *out, const struct config_normalisers *normalisers);

#endif
