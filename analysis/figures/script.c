#include "analysis/figures/script.h"

#include <math.h>
#include <string.h>

#include "analysis/figures/template.h"

static const char *text_of(const char *name) {
    const struct template *template = template_all;
    while (strcmp(template->name, name) != 0) { template ++; }
    return template->text;
}

void script_template(FILE *out, const char *name) { fputs(text_of(name), out); }

void script_template_with(FILE *out, const char *name, const char *own) {
    const char *text = text_of(name), *draws = strstr(text, "\nplot ") + 1;
    fprintf(out, "%.*s%s%s", (int)(draws - text), text, own, draws);
}

/* Comments of templates are lines from the first on; those that tell of a block are indented behind the '#'.
 * The axis tells what they call the place of n. */
static bool tells_of_data(const char *line) {
    return strncmp(line, "#   $", 5) == 0 || strncmp(line, "# Place of n", 12) == 0;
}

void script_print_data(FILE *out, const char *script) {
    const char *end;
    bool inside = false;
    for (const char *line = script; *line; line = *end ? end + 1 : end) {
        end = line + strcspn(line, "\n");
        if (tells_of_data(line)) { fprintf(out, "%.*s\n", (int)(end - line), line); }
    }
    for (const char *line = script; *line; line = *end ? end + 1 : end) {
        end = line + strcspn(line, "\n");
        if (inside && strncmp(line, "EOD\n", 4) == 0) {
            inside = false;
        } else if (inside) {
            fprintf(out, "%.*s\n", (int)(end - line), line);
        } else if (*line == '$') {
            inside = true;
            fprintf(out, "\n\n# %.*s\n", (int)strcspn(line, " "), line);
        }
    }
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

void script_label(FILE *out, const char *name, const char *text) {
    fprintf(out, "set %s '", name);
    for (const char *c = text; *c; c++) {
        if (*c == '\'') { fputc('\'', out); }
        fputc((unsigned char)*c < ' ' ? ' ' : *c, out);
    }
    fputs("'\n", out);
}

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

enum { NAME_IN_LIST = 16, NAME_IN_TITLE = 20, BRIEF = NAME_IN_TITLE + sizeof "\u2026" };

/* Without its middle where it is longer than `most`. Returns `out`. */
static const char *brief_name(const char *name, size_t most, char out[BRIEF]) {
    const size_t length = strlen(name), beginning = (most + 2) / 2, end = most - beginning - 1;
    const bool is_long = length > most;
    snprintf(out, BRIEF, "%.*s%s%s", (int)(is_long ? beginning : length), name, is_long ? "\u2026" : "",
             is_long ? name + length - end : "");
    return out;
}

void script_name(FILE *out, const char *name, const char *of) {
    char brief[BRIEF];
    script_text(out, name, brief_name(of, NAME_IN_TITLE, brief));
}

void script_list_name(FILE *out, bool is_first, const char *name) {
    char brief[BRIEF];
    script_list_text(out, is_first, brief_name(name, NAME_IN_LIST, brief));
}

void script_list_end(FILE *out) { fputs("]\n", out); }

void script_numbers(FILE *out, const char *name, size_t count, const double *x) {
    script_list_begin(out, name);
    for (size_t i = 0; i < count; i++) { script_list_number(out, i == 0, x[i]); }
    script_list_end(out);
}

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
