/* collapse: `collapse`, the criteria of a series. */
#ifndef GAPSCALE_SIM_CONFIG_COLLAPSE_H
#define GAPSCALE_SIM_CONFIG_COLLAPSE_H

#include "sim/config/config.h"
#include "sim/config/reader.h"

/* The criteria of the series, in the place of those it had. */
void collapse_read(const struct yaml_node *defaults, const struct yaml_node *node, struct config_series *out);

#endif
