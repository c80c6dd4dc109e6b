#include "analysis/text/csv.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

void csv_print_text(FILE *out, const char *text) {
    bool is_quoted = strpbrk(text, ",\"\r\n") != NULL;
    if (is_quoted) { fputc('"', out); }
    for (const char *c = text; *c; c++) { fputs(*c == '"' ? "\"\"" : (char[]){*c, '\0'}, out); }
    if (is_quoted) { fputc('"', out); }
}

void csv_print_number(FILE *out, double value) {
    if (isnan(value)) { value = NAN; } /* of no sign */
    fprintf(out, "%.17g", value);
}
