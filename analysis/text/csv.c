#include "analysis/text/csv.h"

#include <stdbool.h>
#include <string.h>

void csv_print_text(FILE *out, const char *text) {
    bool is_quoted = strpbrk(text, ",\"\r\n") != NULL;
    if (is_quoted) { fputc('"', out); }
    for (const char *c = text; *c; c++) { fputs(*c == '"' ? "\"\"" : (char[]){*c, '\0'}, out); }
    if (is_quoted) { fputc('"', out); }
}

void csv_print_number(FILE *out, double value) { fprintf(out, "%.17g", value); }
