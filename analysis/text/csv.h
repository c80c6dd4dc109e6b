/* csv: the pieces of comma-separated values (RFC 4180). */
#ifndef GAPSCALE_ANALYSIS_TEXT_CSV_H
#define GAPSCALE_ANALYSIS_TEXT_CSV_H

#include <stdio.h>

/* A text, in quotes where it must be. */
void csv_print_text(FILE *out, const char *text);
/* A number that reads back the same; nan and inf as such. */
void csv_print_number(FILE *out, double value);

#endif
