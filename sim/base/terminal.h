/* terminal: how wide what reads a stream is, and what it understands. */
#ifndef GAPSCALE_SIM_BASE_TERMINAL_H
#define GAPSCALE_SIM_BASE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Columns of a line on `out`: what COLUMNS says in the environment, else what the terminal does, SIZE_MAX
 * where `out` is none; no less than TERMINAL_NARROWEST. A COLUMNS that is no positive number says nothing. */
enum { TERMINAL_NARROWEST = 40 };
size_t terminal_width(FILE *out);
/* Whether `out` is a terminal that obeys escape sequences: TERM says which, and is not "dumb". */
bool terminal_obeys(FILE *out);

#endif
