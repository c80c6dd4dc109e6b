#include "sim/base/manual.h"

#include <string.h>

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

/* Paragraphs; a line that begins with a blank is an example. */
static void print_paragraphs(FILE *out, const char *text) {
    while (*text) {
        size_t length = strcspn(text, "\n");
        char line[4096];
        snprintf(line, sizeof line, "%.*s", (int)length, text);
        if (length > 0) {
            fputs(*line == ' ' ? ".PP\n.nf\n" : ".PP\n", out);
            print_text(out, line);
            fputs(*line == ' ' ? "\n.fi\n" : "\n", out);
        }
        text += length + (text[length] == '\n');
    }
}

static void print_tagged(FILE *out, const char *term, const char *meaning) {
    fputs(".TP\n.B ", out);
    print_text(out, term);
    putc('\n', out);
    print_text(out, meaning);
    putc('\n', out);
}

static void print_option(FILE *out, const struct commandline_option *o) {
    fputs(".TP\n", out);
    if (o->letter) { fprintf(out, "\\fB\\-%c\\fP, ", o->letter); }
    fputs("\\fB\\-\\-", out);
    print_text(out, o->name);
    fputs("\\fP", out);
    if (o->value) {
        fputs(" \\fI", out);
        print_text(out, o->value);
        fputs("\\fP", out);
    }
    putc('\n', out);
    print_text(out, o->meaning);
    putc('\n', out);
}

static void print_line(const struct commandline *line, void *context) {
    FILE *out = context;
    fputs(".SS ", out);
    print_text(out, line->name);
    fputs("\n.B gapscale ", out);
    print_text(out, line->name);
    fputs("\n.I ", out);
    print_text(out, line->takes);
    fputs(" [OPTION]...\n", out);
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
