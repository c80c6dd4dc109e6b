/* `gapscale flow`: tokens on the sphere moved by attention, against the heat equation run backwards. */
#include <getopt.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/commands/command.h"
#include "analysis/figures/flow_figures.h"
#include "analysis/report/flow_json.h"
#include "analysis/report/flow_table.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/number.h"
#include "sim/base/outfile.h"
#include "sim/results/destination.h"

enum { MOST_THREADS = 1024 };

static void print_usage(FILE *out) {
    fputs("usage: gapscale flow [KEY=VALUE]... [-o FILE] [--json] [--threads K]\n"
          "\n"
          "Every token on the unit sphere attends to all (V = I) and moves to ATT/|ATT|. To first order that "
          "runs the\n"
          "heat equation backwards: the l-th harmonic of the tokens' density grows by a factor G_l, largest "
          "near\n"
          "l (l + d - 2) = 2 beta. Measured over uniform tokens as E[a_after a_before]/E[a_before^2], beside "
          "the\n"
          "prediction at n tokens.\n"
          "\n",
          out);
    flow_request_help(out);
    fputs("\n"
          "  -o, --output FILE    the table as CSV, and figures FILE-modes, FILE-density, FILE-drift (.svg "
          ".png .pdf)\n"
          "      --json           the answer for programs\n"
          "      --threads K      default: one per processor; the numbers do not depend on it\n",
          out);
}

static bool write_csv(const char *file, const struct flow_request *r, const struct flow_answer *a) {
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (!out) { memory_exhausted(); }
    flow_table_print_csv(out, r, a);
    bool whole = !ferror(out);
    if (fclose(out) != 0 || !whole) { memory_exhausted(); }
    bool good = outfile_write(file, text, length);
    free(text);
    return good;
}

static int flow(const struct flow_request *r, const char *file, bool json) {
    struct flow_answer a;
    int status = file ? destination_check(file, DESTINATION_TABLE, 0, NULL) : EXIT_DONE;
    if (status == EXIT_DONE && file && !outfile_prepare(file, false)) { status = EXIT_FAILED; }
    if (status != EXIT_DONE) { return status; }
    flow_answer_make(r, file != NULL, &a);
    if (json) {
        flow_json_print(stdout, r, &a);
    } else {
        flow_table_print(stdout, r, &a);
    }
    if (file) {
        if (!write_csv(file, r, &a) || flow_figures_draw(r, &a, file)) { status = EXIT_FAILED; }
    }
    flow_answer_free(&a);
    return status;
}

static bool parse_threads(const char *text, int *threads) {
    double x;
    if (number_read(text, &x, NULL) && x >= 1 && x <= MOST_THREADS && x == floor(x)) {
        *threads = (int)x;
        return true;
    }
    message_error("--threads takes a whole number from 1 to %d, not '%s'", MOST_THREADS, text);
    return false;
}

int command_flow(int argc, char **argv) {
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"output", required_argument, NULL, 'o'},
                                            {"threads", required_argument, NULL, 't'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *file = NULL;
    bool json = false;
    int option, threads = omp_get_num_procs();
    optind = 0;
    while ((option = getopt_long(argc, argv, "ho:", options, NULL)) != -1) {
        switch (option) {
        case 'j': json = true; break;
        case 'o': file = optarg; break;
        case 't':
            if (!parse_threads(optarg, &threads)) { return EXIT_USAGE; }
            break;
        case 'h': print_usage(stdout); return EXIT_DONE;
        default: print_usage(stderr); return EXIT_USAGE;
        }
    }
    struct flow_request *request = memory_create(1, sizeof *request);
    int status = EXIT_USAGE;
    if (flow_request_read(request, (size_t)(argc - optind), argv + optind)) {
        request->design.threads = threads;
        status = flow(request, file, json);
    }
    flow_request_free(request);
    free(request);
    return status;
}
