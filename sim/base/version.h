/* version: which program this is. */
#ifndef GAPSCALE_SIM_BASE_VERSION_H
#define GAPSCALE_SIM_BASE_VERSION_H

#include <stdio.h>

extern const char version_number[], version_commit[];
extern const char version_compiler[]; /* "gcc 12.2.0", "Clang 14.0.6", .. */

/* Both, the compiler, and the libraries that are loaded, in two lines. */
void version_print(FILE *out);

#endif
