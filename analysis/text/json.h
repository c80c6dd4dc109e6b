/* json: the pieces of JSON text. */
#ifndef GAPSCALE_ANALYSIS_TEXT_JSON_H
#define GAPSCALE_ANALYSIS_TEXT_JSON_H

#include <stdio.h>

/* A string in quotes: control characters, quotes and backslashes escaped, bytes that are no UTF-8
 * replaced by U+FFFD. */
void json_print_string(FILE *out, const char *text);
/* A number that reads back the same; null when it is not finite. */
void json_print_number(FILE *out, double value);
/* The same without digits below its error, whose first digit counts: all of them where that is 0. */
void json_print_within(FILE *out, double value, double error);
/* A further key of an object, with the comma before it; `key` needs no escapes. */
void json_print_key(FILE *out, const char *key);
/* A further key and its number. */
void json_print_member(FILE *out, const char *key, double value);
/* A further key, its number as json_print_within has it, and KEY_error; null where it is not larger than its
 * error. */
void json_print_estimate(FILE *out, const char *key, double value, double error);

#endif
