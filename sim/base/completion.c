#include "sim/base/completion.h"

#include <string.h>

/* A text between single quotes of a shell; what `also` names gets a backslash. */
static void print_quoted(FILE *out, const char *text, const char *also) {
    for (; *text; text++) {
        if (*text == '\'') {
            fputs("'\\''", out);
        } else {
            fprintf(out, "%s%c", strchr(also, *text) ? "\\" : "", *text);
        }
    }
}

static void print_choices(FILE *out, const char *before, const char *const *choices, const char *after) {
    fputs(before, out);
    for (size_t i = 0; choices[i]; i++) { fprintf(out, "%s%s", i > 0 ? " " : "", choices[i]); }
    fputs(after, out);
}

/* ---- bash: a case of the command, in it a case of the word before ---- */

static void bash_line(const struct commandline *line, void *context) {
    static const char *const none[] = {NULL};
    FILE *out = context;
    fprintf(out, "    %s)\n        case $before in\n", line->name);
    for (size_t i = 0; i < line->count; i++) {
        const struct commandline_option *o = &line->option[i];
        if (!o->value) { continue; }
        fprintf(out, "        --%s", o->name);
        if (o->letter) { fprintf(out, " | -%c", o->letter); }
        print_choices(out, ") words='", o->choices ? o->choices : none, "' files=");
        fprintf(out, "%d ;;\n", !o->choices);
    }
    fputs("        *)\n            [[ $now == -* ]] && words='--help", out);
    for (size_t i = 0; i < line->count; i++) { fprintf(out, " --%s", line->option[i].name); }
    fputs("'\n", out);
    if (line->choices) {
        print_choices(out, "            ((at == 2)) && [[ $now != -* ]] && files=0 words='", line->choices,
                      "'\n");
    }
    fputs("            ;;\n        esac\n        ;;\n", out);
}

static void bash_print(FILE *out, size_t count, const struct command *command) {
    fputs("# bash completion of gapscale\n"
          "_gapscale() {\n"
          "    local at=$COMP_CWORD now=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} "
          "words= files=1\n"
          "    case ${COMP_WORDS[1]} in\n",
          out);
    for (size_t i = 0; i < count; i++) { commandline_see(&command[i], bash_line, out); }
    fputs("    esac\n    ((at > 1)) || files=0 words='", out);
    for (size_t i = 0; i < count; i++) { fprintf(out, "%s ", command[i].name); }
    fputs("--help --version'\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$now\")\n"
          "    [[ $now == -* ]] || ((!files)) || { compopt -o filenames 2>/dev/null\n"
          "        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$now\"); }\n"
          "}\n"
          "complete -F _gapscale gapscale gapscale-mpi\n",
          out);
}

/* ---- zsh: _arguments of the command ---- */

static void zsh_value(FILE *out, const char *what, const char *const *choices) {
    fprintf(out, ":%s:", what);
    if (choices) {
        print_choices(out, "(", choices, ")");
    } else {
        fputs("_files", out);
    }
}

static void zsh_line(const struct commandline *line, void *context) {
    FILE *out = context;
    fprintf(out, "    (%s) _arguments '(-h --help)'{-h,--help}'[explain it]'", line->name);
    for (size_t i = 0; i < line->count; i++) {
        const struct commandline_option *o = &line->option[i];
        fputs(" \\\n        ", out);
        if (o->repeats) { fputs("'*'", out); }
        if (o->letter) { fprintf(out, "'(-%c --%s)'{-%c,--%s}", o->letter, o->name, o->letter, o->name); }
        fprintf(out, "'%s%s[", o->letter ? "" : "--", o->letter ? "" : o->name);
        print_quoted(out, o->meaning, "[]:\\");
        putc(']', out);
        if (o->value) { zsh_value(out, o->value, o->choices); }
        putc('\'', out);
    }
    fputs(" \\\n        '", out);
    if (line->choices) {
        zsh_value(out, "NAME", line->choices);
        fputs("' '", out);
    }
    fputs("*:file:_files' ;;\n", out);
}

static void zsh_print(FILE *out, size_t count, const struct command *command) {
    fputs("#compdef gapscale gapscale-mpi\nlocal -a commands\ncommands=(", out);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "\n    '%s:", command[i].name);
        print_quoted(out, command[i].summary, ":\\");
        putc('\'', out);
    }
    fputs(")\nif ((CURRENT == 2)); then\n    _describe command commands\nelse\n"
          "    shift words\n    ((CURRENT--))\n    case $words[1] in\n",
          out);
    for (size_t i = 0; i < count; i++) { commandline_see(&command[i], zsh_line, out); }
    fputs("    esac\nfi\n", out);
}

/* ---- fish: a line for each ---- */

static void fish_line(const struct commandline *line, void *context) {
    FILE *out = context;
    for (size_t i = 0; i < line->count; i++) {
        const struct commandline_option *o = &line->option[i];
        fprintf(out, "complete -c gapscale -n '__fish_seen_subcommand_from %s' -l %s", line->name, o->name);
        if (o->letter) { fprintf(out, " -s %c", o->letter); }
        if (o->value && !o->choices) { fputs(" -r", out); }
        if (o->value && o->choices) { print_choices(out, " -x -a '", o->choices, "'"); }
        fputs(" -d '", out);
        print_quoted(out, o->meaning, "\\");
        fputs("'\n", out);
    }
    if (line->choices) {
        fprintf(out, "complete -c gapscale -n '__fish_seen_subcommand_from %s' -f -a '", line->name);
        print_choices(out, "", line->choices, "'\n");
    }
}

static void fish_print(FILE *out, size_t count, const struct command *command) {
    fputs("# fish completion of gapscale\n", out);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "complete -c gapscale -n __fish_use_subcommand -f -a %s -d '", command[i].name);
        print_quoted(out, command[i].summary, "\\");
        fputs("'\n", out);
    }
    for (size_t i = 0; i < count; i++) { commandline_see(&command[i], fish_line, out); }
}

bool completion_print(FILE *out, const char *shell, size_t count, const struct command *command) {
    static const struct {
        const char *shell;
        void (*print)(FILE *, size_t, const struct command *);
    } known[] = {{"bash", bash_print}, {"zsh", zsh_print}, {"fish", fish_print}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(shell, known[i].shell) == 0) {
            known[i].print(out, count, command);
            return true;
        }
    }
    return false;
}
