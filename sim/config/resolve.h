/* resolve: a config as canonical text. */
#ifndef GAPSCALE_SIM_CONFIG_RESOLVE_H
#define GAPSCALE_SIM_CONFIG_RESOLVE_H

#include "sim/config/config.h"

/* YAML with every key written out, numbers as the shortest text that reads back the same. What the
 * first series has stands at the top; the others write only what differs from it. Free with free(). */
char *resolve_config(const struct config *config);

/* The key n of these: "n: [256, 1e300]". Free with free(). */
char *resolve_lengths(size_t count, const double *log_n);

#endif
