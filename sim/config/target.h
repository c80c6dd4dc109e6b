/* target: `target`, the precision at which the replicates of a cell are enough. */
#ifndef GAPSCALE_SIM_CONFIG_TARGET_H
#define GAPSCALE_SIM_CONFIG_TARGET_H

#include <stdio.h>

#include "sim/config/config.h"
#include "sim/config/reader.h"

/* `none` or {collapse: X}, 0 < X < 1: the target of the series, in the place of what it had. */
void target_read(const struct yaml_node *node, struct config_series *out);
/* Adds faults where a series with a target has no grid of betas, an output, or the same randomness at every n
 * (`common`), which takes as many replicates at all of them. */
void target_check(const struct yaml_node *node, const struct config_series *series, bool common);
/* The line of a resolved config; 0: none. */
void target_write(FILE *out, double target);

#endif
