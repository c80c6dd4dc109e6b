/* colour: words that stand out on a terminal. */
#ifndef GAPSCALE_SIM_BASE_COLOUR_H
#define GAPSCALE_SIM_BASE_COLOUR_H

#include <stdio.h>

enum colour { COLOUR_PLAIN, COLOUR_GREEN, COLOUR_YELLOW, COLOUR_RED };

/* What to print before a word, and with COLOUR_PLAIN behind it: nothing where `out` is no terminal, or one
 * that knows no colours, or the environment has NO_COLOR (no-color.org). */
const char *colour_of(FILE *out, enum colour colour);

#endif
