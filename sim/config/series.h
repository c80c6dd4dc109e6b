/* series: the list `series` and the settings that each may override. */
#ifndef GAPSCALE_SIM_CONFIG_SERIES_H
#define GAPSCALE_SIM_CONFIG_SERIES_H

#include "sim/config/config.h"
#include "sim/config/reader.h"

/* Keys that stand at the top and in a series. */
#define SERIES_SHARED_KEYS "n", "beta", "replicates", "target", "collapse", "rows", "normalisers"

/* Reads the shared settings at the top of a config and all its series. */
void series_read(const struct yaml_node *defaults, const struct yaml_node *root, struct config *config);

/* A fault of `lengths`, or of `node` where they are the default, where rows of the longest are not drawn. */
void series_check_drawing(const struct yaml_node *node, const struct yaml_node *lengths,
                          const struct config_series *series);
/* A fault where the family has no rows of one of the series' lengths. */
void series_check_rows(const struct yaml_node *node, const struct config_series *series);

#endif
