/* `gapscale flow`: tokens on the sphere moved by attention, against the heat equation run backwards. */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/commands/command.h"
#include "analysis/figures/flow_figures.h"
#include "analysis/report/report.h"
#include "sim/base/commandline.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/outfile.h"
#include "sim/results/destination.h"

static bool write_csv(const char *file, const struct flow_request *r, const struct flow_answer *a) {
    char *text;
    size_t length;
    FILE *out = memory_stream_open(&text, &length);
    flow_table_print_csv(out, r, a);
    memory_stream_close(out, &text);
    bool good = outfile_write(file, text, length);
    free(text);
    return good;
}

static int flow(const struct flow_request *r, const char *file, bool json) {
    struct flow_answer a;
    int status = file ? destination_prepare(file, DESTINATION_TABLE, 0, NULL) : EXIT_DONE;
    if (status != EXIT_DONE) { return status; }
    flow_answer_make(r, file != NULL, &a);
    if (json) {
        flow_json_print(stdout, r, &a);
    } else {
        flow_table_print(stdout, r, &a);
    }
    if (file && (!write_csv(file, r, &a) || !flow_figures_draw(r, &a, file))) { status = EXIT_FAILED; }
    flow_answer_free(&a);
    return status;
}

/* Of a line whose options are read. */
static int flow_of(const struct commandline *line, const char *file, bool json, int threads) {
    struct flow_request request;
    bool good = flow_request_read(&request, line->words, line->word);
    request.design.threads = threads;
    int status = good ? flow(&request, file, json) : EXIT_USAGE;
    flow_request_free(&request);
    return status;
}

int command_flow(int argc, char **argv) {
    const char *file = NULL;
    bool json = false;
    int threads = omp_get_num_procs();
    struct flow_help help;
    flow_request_help(&help);
    const struct commandline_option known[] = {
        {"output", 'o', "FILE",
         "the table as CSV, and figures FILE-modes, FILE-density, FILE-drift (.svg .png .pdf)",
         .text = &file},
        {"json", .meaning = "the answer for programs", .flag = &json},
        {"threads", 0, "K", "default: one per processor; the numbers do not depend on it",
         .threads = &threads}};
    struct commandline line = {
        .takes = "[KEY=VALUE]...",
        .about =
            "Every token on the unit sphere attends to all (V = I) and moves to ATT/|ATT|. To first order "
            "that runs the heat equation backwards: the l-th harmonic of the tokens' density grows by a "
            "factor G_l, largest near l (l + d - 2) = 2 beta. Measured over uniform tokens as E[a_after "
            "a_before]/E[a_before^2], beside the prediction at n tokens.",
        .entries = FLOW_ENTRIES,
        .entry = help.entry,
        .count = sizeof known / sizeof *known,
        .option = known};
    return commandline_read(&line, argc, argv) ? flow_of(&line, file, json, threads) : line.status;
}
