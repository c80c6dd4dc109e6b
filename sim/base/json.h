/* json: the pieces of JSON text. */
#ifndef GAPSCALE_SIM_BASE_JSON_H
#define GAPSCALE_SIM_BASE_JSON_H

#include <stdio.h>

/* A string in quotes: control characters, quotes and backslashes escaped, bytes that are no UTF-8
 * replaced by U+FFFD. NULL: null. */
void json_print_string(FILE *out, const char *text);
/* A number that reads back the same; null when it is not finite. */
void json_print_number(FILE *out, double value);
/* A further key of an object, with the comma before it; `key` needs no escapes. */
void json_print_key(FILE *out, const char *key);
/* A further key and its text; NULL: null. */
void json_print_text(FILE *out, const char *key, const char *text);
/* A further key and its number. */
void json_print_member(FILE *out, const char *key, double value);

#endif
