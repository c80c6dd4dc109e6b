/* manual: a manual page of all commands, in the language of man(7), from their command lines. */
#ifndef GAPSCALE_SIM_BASE_MANUAL_H
#define GAPSCALE_SIM_BASE_MANUAL_H

#include <stdio.h>

#include "sim/base/commandline.h"

void manual_print(FILE *out, const char *version, size_t count, const struct command *command);

#endif
