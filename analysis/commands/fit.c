/* `gapscale fit`: collapse points and how they grow, printed and written beside the results. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/commands/command.h"
#include "analysis/commands/request.h"
#include "analysis/report/report.h"
#include "analysis/study/study.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/outfile.h"
#include "sim/results/destination.h"
#include "sim/results/store.h"

/* The verdict of a fit is about drawn rows at any n. */
static void tell_of_measured_rows(const struct study *study) {
    for (size_t i = 0; i < study->count; i++) {
        if (study->fit[i].series->family->kind == FAMILY_MEASURED) {
            message_say(
                "%s holds measured rows, which are of no law: how they grow, with intervals between "
                "sequences, is told by `gapscale diagnose`; errors of medians here take rows as independent",
                study->fit[i].file);
            return;
        }
    }
}

static int write_fits(const char *path, const struct study *study, int argc, char **argv) {
    char *line = outfile_command_line(argc, argv);
    bool failed = fitfile_write(path, study, &(struct store_provenance){.command_line = line, .threads = 1});
    if (!failed) { message_say("wrote %s", path); }
    free(line);
    return failed ? EXIT_FAILED : EXIT_DONE;
}

/* How fits are told. */
struct form {
    bool json, csv, latex, parentheses;
};

static void print_fits(struct study *study, const struct form *form) {
    study_judge(study);
    tell_of_measured_rows(study);
    if (form->json) {
        fitjson_print(stdout, study);
    } else if (form->csv) {
        fitcsv_print(stdout, study);
    } else if (form->latex) {
        fitlatex_print(stdout, study, form->parentheses);
    } else {
        table_print(stdout, study);
    }
}

static bool is_one(const struct commandline *line, const struct form *form) {
    bool good = form->json + form->csv + form->latex <= 1;
    if (!good) {
        commandline_refuse(line, "--json, --csv and --latex exclude one another; give one of them");
    }
    bool bracketed = !form->parentheses || form->latex;
    if (good && !bracketed) { commandline_refuse(line, "--parentheses goes with --latex"); }
    return good && bracketed;
}

/* A name behind an option that takes none, as if it were where to print. */
static bool is_no_target(const struct commandline *line, const char *option, const char *end) {
    for (size_t i = 0; i < line->words; i++) {
        const char *dot = strrchr(line->word[i], '.');
        if (dot && strcmp(dot, end) == 0) {
            commandline_refuse(line,
                               "--%s prints to standard output and takes no name; send it there: `--%s > %s`",
                               option, option, line->word[i]);
            return false;
        }
    }
    return true;
}

static bool has_no_target(const struct commandline *line, const struct form *form) {
    return (!form->json || is_no_target(line, "json", ".json")) &&
           (!form->csv || is_no_target(line, "csv", ".csv")) &&
           (!form->latex || is_no_target(line, "latex", ".tex"));
}

int command_fit(int argc, char **argv) {
    const char *output = NULL;
    struct form form = {0};
    bool pool = false;
    const struct commandline_option known[] = {
        {"output", 'o', "FILE", "where the fits go (default: the first RESULTS with .fit.h5 in place of .h5)",
         .text = &output},
        {"json", .meaning = "print JSON instead of the table, to standard output", .flag = &form.json},
        {"csv", .meaning = "print CSV: a line for each series and n", .flag = &form.csv},
        {"latex", .meaning = "print the summary as a LaTeX tabular", .flag = &form.latex},
        {"parentheses", .meaning = "in it, standard errors as 0.4988(27) in place of half 95% intervals",
         .flag = &form.parentheses},
        {"pool",
         .meaning = "RESULTS are runs of one config with different seeds: fit all their rows as one run",
         .flag = &pool}};
    struct commandline line = {
        .takes = "RESULTS...",
        .about =
            "Finds the collapse point beta_c of every series at every n, its ratio to Lambda^typ and its "
            "growth with n; prints a table and writes the numbers as HDF5.",
        .count = sizeof known / sizeof *known,
        .option = known};
    if (!commandline_read(&line, argc, argv)) { return line.status; }
    if (pool && line.words < 2) { return commandline_refuse(&line, "--pool takes two RESULTS or more"); }
    if (!is_one(&line, &form) || !has_no_target(&line, &form) || !request_is_whole(&line)) {
        return EXIT_USAGE;
    }
    char *path = output ? memory_copy_text(output) : request_default_output(line.word[0], ".fit.h5");
    struct study study = {0};
    int status = study_open(&study, line.words, line.word, pool);
    if (status == EXIT_DONE) {
        status = destination_prepare(path, DESTINATION_FIT, line.words, (const char *const *)line.word);
    }
    if (status == EXIT_DONE) {
        if (pool) {
            message_say("pooled %zu runs of one config, which differ in the seed: %s", study.file_count,
                        study.pooled_name);
        }
        print_fits(&study, &form);
        status = write_fits(path, &study, argc, argv);
    }
    study_release(&study);
    free(path);
    return status;
}
