/* growth: whether results of one config can become those of another by more of the same. */
#ifndef GAPSCALE_SIM_CONFIG_GROWTH_H
#define GAPSCALE_SIM_CONFIG_GROWTH_H

#include "sim/config/config.h"

/* Whether a config asks for all that `file`, which has results of this resolved one, holds and for more
 * replicates, n or series, or a smaller target, and differs in nothing else; else, after a message that names
 * the keys and how n are kept, not. */
bool growth_is_asked(const struct config *config, const char *file, const char *resolved);

#endif
