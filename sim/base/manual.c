#include "sim/base/manual.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"

/* A text as man(7) takes it: what would be a request or an escape is told apart, and hyphens stay hyphens. */
static void print_text(FILE *out, const char *text) {
    bool starts = true; /* a line */
    for (; *text; text++) {
        if (starts && strchr(".'", *text)) { fputs("\\&", out); }
        starts = *text == '\n';
        if (*text == '\\') {
            fputs("\\e", out);
        } else if (*text == '-') {
            fputs("\\-", out);
        } else {
            putc(*text, out);
        }
    }
}

/* The text between marks of man(7). */
static void print_marked(FILE *out, const char *before, const char *text, const char *after) {
    fputs(before, out);
    print_text(out, text);
    fputs(after, out);
}

/* Paragraphs; a line that begins with a blank is an example. */
static void print_paragraphs(FILE *out, const char *text) {
    while (*text) {
        size_t length = strcspn(text, "\n");
        char *line = memory_copy_part(text, length);
        if (length > 0 && *line == ' ') {
            print_marked(out, ".PP\n.nf\n", line, "\n.fi\n");
        } else if (length > 0) {
            print_marked(out, ".PP\n", line, "\n");
        }
        free(line);
        text += length + (text[length] == '\n');
    }
}

static void print_tagged(FILE *out, const char *term, const char *meaning) {
    print_marked(out, ".TP\n.B ", term, "\n");
    print_marked(out, "", meaning, "\n");
}

static void print_option(FILE *out, const struct commandline_option *o) {
    fputs(".TP\n", out);
    if (o->letter) { fprintf(out, "\\fB\\-%c\\fP, ", o->letter); }
    print_marked(out, "\\fB\\-\\-", o->name, "\\fP");
    if (o->value) { print_marked(out, " \\fI", o->value, "\\fP"); }
    print_marked(out, "\n", o->meaning, "\n");
}

static void print_line(const struct commandline *line, void *context) {
    FILE *out = context;
    print_marked(out, ".SS ", line->name, "\n");
    print_marked(out, ".B gapscale ", line->name, "\n");
    print_marked(out, ".I ", line->takes, " [OPTION]...\n");
    print_paragraphs(out, line->about);
    for (size_t i = 0; i < line->entries; i++) {
        print_tagged(out, line->entry[i].term, line->entry[i].meaning);
    }
    for (size_t i = 0; i < line->count; i++) { print_option(out, &line->option[i]); }
    if (line->notes) { print_paragraphs(out, line->notes); }
}

void manual_print(FILE *out, const char *version, size_t count, const struct command *command) {
    fprintf(out, ".TH GAPSCALE 1 \"\" \"gapscale %s\" \"User Commands\"\n", version);
    fputs(".SH NAME\ngapscale \\- Monte Carlo for the theory of attention scores\n"
          ".SH SYNOPSIS\n.B gapscale\n.I COMMAND\n[...]\n.SH DESCRIPTION\n"
          "At which inverse temperature does softmax attention over a long context collapse?\n.SS Commands\n",
          out);
    for (size_t i = 0; i < count; i++) { print_tagged(out, command[i].name, command[i].summary); }
    fputs(".SH COMMANDS\n", out);
    for (size_t i = 0; i < count; i++) { commandline_see(&command[i], print_line, out); }
    fputs(".SH EXIT STATUS\n", out);
    print_tagged(out, "0", "done");
    print_tagged(out, "1", "failed: the machine, a disk, memory");
    print_tagged(out, "2", "bad usage or input");
    print_tagged(out, "75", "stopped in good order before the end: the same command goes on");
    fputs(".SH FILES\n", out);
    print_tagged(out, "FILE.journal/", "what a sweep has finished, until FILE is written");
    print_tagged(out, "FILE.units", "what FILE can grow from; may be deleted");
    fputs(".SH SEE ALSO\nPages in share/doc/gapscale: README.md, configs/README.md, results/SCHEMA.md, "
          "models/THEORY.md,\n"
          "analysis/METHODS.md, analysis/DIAGNOSE.md, sim/CLUSTER.md\n",
          out);
}
