/* The front door: finds the subcommand and hands over. */
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/commands/command.h"
#include "sim/base/commandline.h"
#include "sim/base/completion.h"
#include "sim/base/machine.h"
#include "sim/base/manual.h"
#include "sim/base/message.h"
#include "sim/base/nearest.h"
#include "sim/base/version.h"
#include "sim/commands/command.h"
#include "sim/sweep/ranks.h"

static const struct command command[] = {
    {"run", command_run, "run the sweep of a config, write a results file"},
    {"check", command_check, "report every error of a config, and what a run would cost"},
    {"fit", command_fit, "collapse points beside their prediction, as a table and a file"},
    {"plot", command_plot, "figures (SVG, PNG, PDF)"},
    {"report", command_report, "results as one page: verdicts, figures, numbers, glossary (HTML)"},
    {"predict", command_predict, "exact finite-n values of one family, without sampling"},
    {"diagnose", command_diagnose, "the same analysis on scores measured in a model"},
    {"flow", command_flow, "tokens on a sphere that attend to each other, step by step"},
    {"merge", command_merge, "one results file from the journals of a sweep's shards"},
    {"show", command_show, "what a results file holds, or how far a journal is"},
    {"families", command_families, "the families of score rows, and what is known of each"},
};
enum { COMMANDS = sizeof command / sizeof command[0] };

static void print_usage(FILE *file) {
    fputs("usage: gapscale COMMAND [...]        (gapscale COMMAND -h explains one)\n"
          "       gapscale --version | --man | --completions bash|zsh|fish\n\n",
          file);
    for (size_t i = 0; i < COMMANDS; i++) {
        fprintf(file, "  %-10s%s\n", command[i].name, command[i].summary);
    }
    fputs("\nA first try: gapscale run configs/examples/first.yaml && gapscale fit results/first.h5\n", file);
}

static int unknown_command(const char *word) {
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++) { names[i] = command[i].name; }
    const char *near = nearest_name(word, COMMANDS, names);
    message_error("there is no command '%s'%s%s%s", word, near ? "; did you mean '" : "", near ? near : "",
                  near ? "'?" : "; gapscale -h lists them");
    return EXIT_USAGE;
}

static int print_completions(const char *shell) {
    if (completion_print(stdout, shell, COMMANDS, command)) { return EXIT_DONE; }
    message_error("--completions takes bash, zsh or fish, not '%s'", shell);
    return EXIT_USAGE;
}

/* What is no command. */
static int front_option(const char *word, const char *value) {
    if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0) {
        print_usage(stdout);
    } else if (strcmp(word, "--version") == 0) {
        version_print(stdout);
    } else if (strcmp(word, "--man") == 0) {
        manual_print(stdout, version_number, COMMANDS, command);
    } else if (strcmp(word, "--completions") == 0) {
        return print_completions(value ? value : "nothing");
    } else {
        return unknown_command(word);
    }
    return EXIT_DONE;
}

static const struct command *find_command(const char *word) {
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(word, command[i].name) == 0) { return &command[i]; }
    }
    return NULL;
}

static int front_door(int argc, char **argv) {
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    bool help = strcmp(argv[1], "help") == 0;
    const struct command *named = find_command(help && argc > 2 ? argv[2] : argv[1]);
    if (named && help) { return named->run(2, (char *[]){argv[2], (char[]){"-h"}, NULL}); }
    if (named) { return named->run(argc - 1, argv + 1); }
    return help ? front_option(argc > 2 ? argv[2] : "-h", NULL) : front_option(argv[1], argv[2]);
}

/* Of many ranks, the first does what one process does; the others follow it where it leads a sweep. GSL's
 * errors are told by its return values alone. */
int main(int argc, char **argv) {
    machine_wait_asleep(argv);
    gsl_set_error_handler_off();
    message_start();
    if (!machine_check_stack()) { return EXIT_USAGE; }
    int status = ranks_start(&argc, &argv);
    if (status != EXIT_DONE) { return status; }
    if (ranks_index() == 0 || ranks_wait(&status)) { status = message_end(front_door(argc, argv)); }
    return ranks_end(status);
}
