/* betas: `beta`, the inverse temperatures of a series. */
#ifndef GAPSCALE_SIM_CONFIG_BETAS_H
#define GAPSCALE_SIM_CONFIG_BETAS_H

#include "sim/config/config.h"
#include "sim/config/reader.h"

/* A number, a list, or one of the mappings of configs/README.md; `beta` is {0} before. */
void betas_read(struct reader *reader, const struct yaml_node *node, struct config_beta *beta);
/* Scales that only keys on a sphere have, and numbers of effective keys below every n: a fault at `node`. */
void betas_check(struct reader *reader, const struct yaml_node *node, const struct config_series *series);

#endif
