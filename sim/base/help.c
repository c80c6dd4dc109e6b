#include "sim/base/help.h"

#include <string.h>

enum { TERM = 64, WIDEST_TERM = 24 };

static size_t print_blank(FILE *out, size_t columns) {
    fprintf(out, "%*s", (int)columns, "");
    return columns;
}

void help_fill(FILE *out, const char *text, size_t width, size_t indent, size_t column) {
    bool is_first = true; /* of its line */
    while (*text) {
        size_t length = strcspn(text, " \n");
        if (length > 0 && !is_first && column + 1 + length > width) {
            putc('\n', out);
            column = print_blank(out, indent);
            is_first = true;
        }
        if (length > 0) {
            fprintf(out, "%s%.*s", is_first ? "" : " ", (int)length, text);
            column += length + !is_first;
            is_first = false;
        }
        if (is_first && *text == ' ') {
            column += print_blank(out, strspn(text, " "));
            text += strspn(text, " ") - 1;
        }
        text += length;
        if (*text == '\n') {
            putc('\n', out);
            column = text[1] && text[1] != '\n' ? print_blank(out, indent) : 0;
            is_first = true;
        }
        text += *text != '\0';
    }
    putc('\n', out);
}

/* "-o, --output FILE". */
static const char *term_of(const struct commandline_option *option, char out[TERM]) {
    char letter[] = {'-', option->letter, ',', ' ', '\0'};
    snprintf(out, TERM, "%s--%s%s%s", option->letter ? letter : "    ", option->name,
             option->value ? " " : "", option->value ? option->value : "");
    return out;
}

/* A term, and at column `at` what it means. */
static void print_entry(FILE *out, const char *term, const char *meaning, size_t at) {
    size_t column = (size_t)fprintf(out, "  %s", term);
    if (column + 2 > at) {
        putc('\n', out);
        column = 0;
    }
    print_blank(out, at - column);
    help_fill(out, meaning, HELP_WIDTH, at, at);
}

/* Where meanings begin: behind the longest term that is not too long. */
static size_t widen(size_t at, const char *term) {
    size_t needed = 2 + strlen(term) + 2;
    return needed > at && needed <= WIDEST_TERM + 4 ? needed : at;
}

static void print_entries(FILE *out, const struct commandline *line) {
    size_t at = 0;
    for (size_t i = 0; i < line->entries; i++) { at = widen(at, line->entry[i].term); }
    for (size_t i = 0; i < line->entries; i++) {
        print_entry(out, line->entry[i].term, line->entry[i].meaning, at);
    }
    if (line->entries > 0) { putc('\n', out); }
}

static void print_options(FILE *out, const struct commandline *line) {
    char term[TERM];
    size_t at = 0;
    for (size_t i = 0; i < line->count; i++) { at = widen(at, term_of(&line->option[i], term)); }
    for (size_t i = 0; i < line->count; i++) {
        print_entry(out, term_of(&line->option[i], term), line->option[i].meaning, at);
    }
}

static void print_synopsis(FILE *out, const struct commandline *line) {
    fprintf(out, "usage: gapscale %s %s%s[OPTION]...\n", line->name, line->takes, *line->takes ? " " : "");
}

void help_print(FILE *out, const struct commandline *line) {
    print_synopsis(out, line);
    putc('\n', out);
    help_fill(out, line->about, HELP_WIDTH, 0, 0);
    putc('\n', out);
    print_entries(out, line);
    print_options(out, line);
    if (line->notes) {
        putc('\n', out);
        help_fill(out, line->notes, HELP_WIDTH, 0, 0);
    }
}

void help_print_usage(FILE *out, const struct commandline *line) {
    print_synopsis(out, line);
    fprintf(out, "       gapscale %s -h explains it\n", line->name);
}
