/* resolve: a config as canonical text. */
#ifndef GAPSCALE_SIM_CONFIG_RESOLVE_H
#define GAPSCALE_SIM_CONFIG_RESOLVE_H

#include "sim/config/config.h"

/* YAML with every key written out, numbers as the shortest text that reads back the same. What the
 * first series has stands at the top; the others write only what differs from it. Free with free(). */
char *resolve_config(const struct config *config);

#endif
