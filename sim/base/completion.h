/* completion: what bash, zsh or fish complete on a command line of gapscale, as a script for that shell. */
#ifndef GAPSCALE_SIM_BASE_COMPLETION_H
#define GAPSCALE_SIM_BASE_COMPLETION_H

#include <stdio.h>

#include "sim/base/commandline.h"

/* False, and nothing printed, where there is no such shell. */
bool completion_print(FILE *out, const char *shell, size_t count, const struct command *command);

#endif
