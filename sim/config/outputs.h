/* outputs: `output` and `value_matrix`, the attention output of families that have one. */
#ifndef GAPSCALE_SIM_CONFIG_OUTPUTS_H
#define GAPSCALE_SIM_CONFIG_OUTPUTS_H

#include "sim/config/config.h"
#include "sim/config/reader.h"

/* How many keys there are, and their names. */
enum { OUTPUTS_KEYS = 2 };
extern const char *const outputs_keys[OUTPUTS_KEYS];

/* Reads both from a series' mapping; n and parameters are read before. */
void outputs_read(const struct yaml_node *node, struct config_series *series);
/* Whether absolute distances between query and key, about 1/Lambda^typ, are doubles at every n. */
void outputs_check(const struct yaml_node *node, const struct config_series *series);

#endif
