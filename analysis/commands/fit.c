/* `gapscale fit`: collapse points and how they grow, printed and written beside the results. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/commands/command.h"
#include "analysis/commands/request.h"
#include "analysis/report/fitfile.h"
#include "analysis/report/fitjson.h"
#include "analysis/report/table.h"
#include "sim/base/message.h"
#include "sim/base/outfile.h"
#include "sim/results/destination.h"

static const char usage[] =
    "usage: gapscale fit RESULTS... [-o FILE] [--json]\n"
    "\n"
    "Finds the collapse point beta_c of every series at every n, its ratio to Lambda^typ and its growth\n"
    "with n; prints a table and writes the numbers as HDF5.\n"
    "\n"
    "  -o, --output FILE   where the fits go (default: the first RESULTS with .fit.h5 in place of .h5)\n"
    "      --json          print JSON instead of the table\n";

/* "gapscale fit ...", as typed; NULL when out of memory. */
static char *command_line(int argc, char **argv) {
    char *words = outfile_command_line(argc, argv), *line = NULL;
    if (words && asprintf(&line, "gapscale %s", words) < 0) { line = NULL; }
    free(words);
    return line;
}

/* The verdict of a fit is about drawn rows at any n. */
static void tell_of_measured_rows(const struct study *study) {
    for (size_t i = 0; i < study->count; i++) {
        if (study->fit[i].series->family->kind == FAMILY_MEASURED) {
            message_say("%s holds measured rows, which are of no law: how they grow, with intervals between "
                        "sequences, "
                        "is told by `gapscale diagnose`; errors of medians here take rows as independent",
                        study->fit[i].file);
            return;
        }
    }
}

static int write_fits(const char *path, const struct study *study, const char *line) {
    struct store_provenance provenance = {.command_line = line, .threads = 1};
    if (fitfile_write(path, study, &provenance)) { return EXIT_FAILED; }
    message_say("wrote %s", path);
    return EXIT_DONE;
}

static int print_and_write(const struct request *request, const char *path, const char *line) {
    struct study study;
    int status = study_open(&study, request->count, request->paths);
    if (status == EXIT_DONE) {
        study_judge(&study);
        tell_of_measured_rows(&study);
        if (request->json) {
            fitjson_print(stdout, &study);
        } else {
            table_print(stdout, &study);
        }
        status = write_fits(path, &study, line);
    }
    study_release(&study);
    return status;
}

int command_fit(int argc, char **argv) {
    struct request request;
    char *line = command_line(argc, argv);
    if (!request_parse(argc, argv, true, usage, &request)) {
        free(line);
        return EXIT_USAGE;
    }
    if (request.help) {
        fputs(usage, stdout);
        free(line);
        return EXIT_DONE;
    }
    char *path =
        request.output ? strdup(request.output) : request_default_output(request.paths[0], ".fit.h5");
    int status = EXIT_FAILED;
    if (!path || !line) {
        message_error("out of memory");
    } else {
        status = destination_check(path, DESTINATION_FIT, request.count, (const char *const *)request.paths);
        if (status == EXIT_DONE && !outfile_prepare(path, false)) { status = EXIT_FAILED; }
        if (status == EXIT_DONE) { status = print_and_write(&request, path, line); }
    }
    free(path);
    free(line);
    return status;
}
