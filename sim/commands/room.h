/* room: whether this machine can hold what a run asks for, and how long that takes. */
#ifndef GAPSCALE_SIM_COMMANDS_ROOM_H
#define GAPSCALE_SIM_COMMANDS_ROOM_H

#include "sim/commands/options.h"
#include "sim/config/config.h"

/* Memory; disk where `output` goes unless the run goes on with what it has written there; not a million
 * core-hours, which targets may grow to. --force asks for memory alone. EXIT_DONE, or EXIT_USAGE after a
 * message. */
int room_check(const struct options *o, const struct config *config, const char *output, bool goes_on);

#endif
