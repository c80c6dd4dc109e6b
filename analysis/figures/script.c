#include "analysis/figures/script.h"

#include <math.h>
#include <string.h>

#include "analysis/figures/template.h"

void script_template(FILE *out, const char *name) {
    const struct template *template = template_all;
    while (strcmp(template->name, name) != 0) { template ++; }
    fputs(template->text, out);
}

static void print_number(FILE *out, double x) {
    if (isfinite(x)) {
        fprintf(out, "%.10g", x);
    } else {
        fputs("NaN", out);
    }
}

/* A quote cannot be escaped everywhere: it is left out. */
static void print_text(FILE *out, const char *text) {
    fputc('\'', out);
    while (*text) {
        if (*text == '^') {
            size_t length = strcspn(text + 1, " ,;)");
            fprintf(out, "^{%.*s}", (int)length, text + 1);
            text += 1 + length;
            continue;
        }
        if (strchr("_{}@&~\\", *text)) { fputc('\\', out); }
        if (*text == ' ') {
            fputs("\u00a0", out);
        } else if (*text != '\'') {
            fputc(*text, out);
        }
        text++;
    }
    fputc('\'', out);
}

void script_number(FILE *out, const char *name, double x) {
    fprintf(out, "%s = ", name);
    print_number(out, x);
    fputc('\n', out);
}

void script_text(FILE *out, const char *name, const char *text) {
    fprintf(out, "%s = ", name);
    print_text(out, text);
    fputc('\n', out);
}

void script_markup(FILE *out, const char *name, const char *text) { fprintf(out, "%s = '%s'\n", name, text); }

void script_list_begin(FILE *out, const char *name) { fprintf(out, "array %s = [", name); }

void script_list_number(FILE *out, bool is_first, double x) {
    fputs(is_first ? "" : ", ", out);
    print_number(out, x);
}

void script_list_word(FILE *out, bool is_first, const char *word) {
    fprintf(out, "%s'%s'", is_first ? "" : ", ", word);
}

void script_list_text(FILE *out, bool is_first, const char *text) {
    fputs(is_first ? "" : ", ", out);
    print_text(out, text);
}

void script_list_end(FILE *out) { fputs("]\n", out); }

void script_block_begin(FILE *out, const char *name) { fprintf(out, "$%s << EOD\n", name); }

void script_row(FILE *out, size_t count, const double *x) {
    for (size_t i = 0; i < count; i++) {
        fputc(' ', out);
        print_number(out, x[i]);
    }
    fputc('\n', out);
}

void script_gap(FILE *out) { fputc('\n', out); }

void script_next_index(FILE *out) { fputs("\n\n", out); }

void script_block_end(FILE *out) { fputs("EOD\n", out); }
