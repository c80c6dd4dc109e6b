/* json: fits for programs (results/SCHEMA.md, "fit --json"). */
#ifndef GAPSCALE_ANALYSIS_JSON_H
#define GAPSCALE_ANALYSIS_JSON_H

#include <stdio.h>

#include "study.h"

/* The answer of `fit --json`, one line feed at its end. */
void json_print(FILE *out, const struct study *study);

/* A string in quotes: control characters, quotes and backslashes escaped, bytes that are no UTF-8
 * replaced by U+FFFD. */
void json_print_string(FILE *out, const char *text);
/* A number that reads back the same; null when it is not finite. */
void json_print_number(FILE *out, double value);

#endif
