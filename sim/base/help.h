/* help: what a command line says of itself, and texts in lines of a terminal. */
#ifndef GAPSCALE_SIM_BASE_HELP_H
#define GAPSCALE_SIM_BASE_HELP_H

#include <stdio.h>

#include "sim/base/commandline.h"

enum { HELP_WIDTH = 80 };

/* The words of `text` in lines of at most `width` columns, of which the first begins at `column` and the
 * others at `indent`; a newline in the text stays one. Ends the last line. */
void help_fill(FILE *out, const char *text, size_t width, size_t indent, size_t column);

/* All of it. */
void help_print(FILE *out, const struct commandline *line);
/* How the command is used, in two lines. */
void help_print_usage(FILE *out, const struct commandline *line);

#endif
