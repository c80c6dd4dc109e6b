/* `gapscale run` and `gapscale check`: from a config to a results file. */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "config.h"
#include "exact.h"
#include "isa.h"
#include "message.h"
#include "store.h"
#include "sweep.h"

enum { MAX_SET = 256, MAX_THREADS = 4096 };

static const char run_usage[] =
    "usage: gapscale run CONFIG [-o FILE] [--force] [--threads K] [--set PATH=VALUE]...\n"
    "                    [--isa base|avx2|avx512] [--quiet]\n"
    "\n"
    "Runs the sweep that CONFIG asks for and writes FILE (default results/<config stem>.h5).\n"
    "\n"
    "  -o, --output FILE     where the results go; a finished FILE of the same config is left alone\n"
    "      --force           replace a FILE of another config, or one that is finished\n"
    "      --threads K       OpenMP threads (default: one per processor); the numbers do not depend on it\n"
    "      --set PATH=VALUE  change one key, e.g. --set replicates=100 or --set series.NAME.scale.coef=2\n"
    "      --isa NAME        instruction set of the kernels (default: the best here); same numbers\n"
    "      --quiet           no progress on stderr\n";

static const char check_usage[] =
    "usage: gapscale check CONFIG [--threads K] [--set PATH=VALUE]...\n"
    "\n"
    "Reads CONFIG, reports every error in it, and tells what a run would cost.\n";

struct run_options {
    const char *config, *output, *isa;
    bool force, quiet, help;
    int threads;
    size_t set_count;
    const char *set[MAX_SET];
};

/* A whole number from 1 to `most`, or 0. */
static int parse_count(const char *text, int most) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    return errno || end == text || *end || value < 1 || value > most ? 0 : (int)value;
}

static bool run_option(struct run_options *o, int option) {
    switch (option) {
    case 'o': o->output = optarg; return true;
    case 'f': o->force = true; return true;
    case 'q': o->quiet = true; return true;
    case 'h': o->help = true; return true;
    case 'i': o->isa = optarg; return true;
    case 't':
        o->threads = parse_count(optarg, MAX_THREADS);
        if (o->threads == 0) {
            message_error("--threads takes a whole number from 1 to %d, not '%s'", MAX_THREADS, optarg);
        }
        return o->threads > 0;
    case 's':
        if (o->set_count == MAX_SET) { message_error("at most %d --set options", MAX_SET); }
        if (o->set_count < MAX_SET) { o->set[o->set_count++] = optarg; }
        return o->set_count < MAX_SET;
    default: return false;
    }
}

/* Reads the command line; false after a message when it makes no sense. */
static bool run_parse(int argc, char **argv, const struct option *known, const char *letters,
                      const char *usage, struct run_options *o) {
    *o = (struct run_options){.threads = omp_get_num_procs()};
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, letters, known, NULL)) != -1) {
        if (!run_option(o, option)) {
            fprintf(stderr, "%s", usage);
            return false;
        }
    }
    if (o->help) { return true; }
    if (optind + 1 != argc) {
        message_error(optind == argc ? "no CONFIG given" : "one CONFIG at a time, found a second: '%s'",
                      argv[argc - 1]);
        fprintf(stderr, "%s", usage);
        return false;
    }
    o->config = argv[optind];
    return true;
}

/* results/<stem>.h5, the stem being the config's name without directory and extension. */
static void default_output(const char *config, char *path, size_t size) {
    const char *slash = strrchr(config, '/'), *name = slash ? slash + 1 : config, *dot = strrchr(name, '.');
    int length = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
    snprintf(path, size, "results/%.*s.h5", length, name);
}

/* Whether a file can be made beside `path`; makes the directory of the default output. */
static bool output_is_writable(const char *path, bool is_default) {
    char copy[4096];
    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy) {
        message_error("%.60s...: the name is too long", path);
        return false;
    }
    const char *directory = dirname(copy);
    if (is_default && mkdir(directory, 0777) != 0 && errno != EEXIST) {
        message_error("cannot make the directory %s: %s", directory, strerror(errno));
        return false;
    }
    if (access(directory, W_OK | X_OK) != 0) {
        message_error("cannot write in %s: %s; choose another place with -o FILE", directory,
                      strerror(errno));
        return false;
    }
    return true;
}

/* EXIT_DONE to go on, anything else to stop with; *finished when the work is done already. */
static int check_existing(const char *path, const struct config *config, bool force, bool *finished) {
    *finished = false;
    if (force) { return EXIT_DONE; }
    switch (store_compare(path, config->resolved)) {
    case STORE_ABSENT: return EXIT_DONE;
    case STORE_SAME:
        message_say("already done: %s holds the results of this config (--force computes them again)", path);
        *finished = true;
        return EXIT_DONE;
    case STORE_OTHER:
        message_error("%s holds results of another config; choose another -o FILE, or --force to replace it",
                      path);
        return EXIT_USAGE;
    case STORE_FOREIGN: break;
    }
    message_error("%s exists and is no results file; choose another -o FILE, or --force to replace it", path);
    return EXIT_USAGE;
}

static char *join_words(int count, char **word) {
    size_t size = 1;
    for (int i = 0; i < count; i++) { size += strlen(word[i]) + 1; }
    char *line = calloc(size, 1);
    for (int i = 0; line && i < count; i++) {
        strcat(line, word[i]);
        if (i + 1 < count) { strcat(line, " "); }
    }
    return line;
}

static int run_config(const struct config *config, const struct run_options *o, const struct isa *isa,
                      const char *output, const char *command_line) {
    struct results *results = results_create(config, isa->name);
    if (!results) { return EXIT_FAILED; }
    int status = sweep_run(config, isa, o->threads, o->quiet, results);
    if (status == EXIT_DONE) {
        if (!o->quiet) { message_say("computing the exact values beside it"); }
        status = exact_fill(results, o->threads);
    }
    if (status == EXIT_DONE) {
        struct store_provenance provenance = {.command_line = command_line, .threads = o->threads};
        status = store_write(output, results, &provenance);
    }
    if (status == EXIT_DONE && !o->quiet) { message_say("wrote %s", output); }
    results_free(results);
    return status;
}

int command_run(int argc, char **argv) {
    static const struct option known[] = {
        {"output", required_argument, NULL, 'o'},  {"force", no_argument, NULL, 'f'},
        {"threads", required_argument, NULL, 't'}, {"set", required_argument, NULL, 's'},
        {"isa", required_argument, NULL, 'i'},     {"quiet", no_argument, NULL, 'q'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
    };
    struct run_options o;
    if (!run_parse(argc, argv, known, "o:h", run_usage, &o)) { return EXIT_USAGE; }
    if (o.help) { return fputs(run_usage, stdout) < 0 ? EXIT_FAILED : EXIT_DONE; }
    const struct isa *isa = o.isa ? isa_find(o.isa) : isa_best();
    if (!isa) {
        message_error("--isa %s is not one this processor runs (base, avx2 or avx512)", o.isa);
        return EXIT_USAGE;
    }
    struct config *config = config_read(o.config, o.set_count, o.set);
    if (!config) { return EXIT_USAGE; }

    char path[4096];
    default_output(o.config, path, sizeof path);
    const char *output = o.output ? o.output : path;
    char *command_line = join_words(argc, argv);
    bool finished;
    int status = check_existing(output, config, o.force, &finished);
    if (status == EXIT_DONE && !finished) {
        status = output_is_writable(output, !o.output) ? run_config(config, &o, isa, output, command_line)
                                                       : EXIT_FAILED;
    }
    free(command_line);
    config_free(config);
    return status;
}

/* ---- check ---- */

static void print_duration(double seconds) {
    if (seconds < 120) {
        printf("%.3g s", seconds);
    } else if (seconds < 7200) {
        printf("%.3g min", seconds / 60);
    } else {
        printf("%.3g h", seconds / 3600);
    }
}

static void print_bytes(double bytes) {
    const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t u = 0;
    for (; bytes >= 1024 && u < 4; u++) { bytes /= 1024; }
    printf("%.3g %s", bytes, unit[u]);
}

static void print_cost(const struct config *config, int threads) {
    struct sweep_cost cost = sweep_estimate(config, isa_best(), threads);
    printf("%zu series, %zu cells (series x n), %.6g rows\n", config->series_count, cost.cells, cost.rows);
    printf("time    about ");
    print_duration(cost.seconds / threads);
    printf(" with %d thread%s here (%.3g core-hours)\n", threads, threads == 1 ? "" : "s",
           cost.seconds / 3600);
    printf("memory  about ");
    print_bytes(cost.memory);
    printf("\ndisk    about ");
    print_bytes(cost.disk);
    printf("\n");
}

int command_check(int argc, char **argv) {
    static const struct option known[] = {
        {"threads", required_argument, NULL, 't'},
        {"set", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct run_options o;
    if (!run_parse(argc, argv, known, "h", check_usage, &o)) { return EXIT_USAGE; }
    if (o.help) { return fputs(check_usage, stdout) < 0 ? EXIT_FAILED : EXIT_DONE; }
    struct config *config = config_read(o.config, o.set_count, o.set);
    if (!config) { return EXIT_USAGE; }
    printf("%s: good\n", o.config);
    print_cost(config, o.threads);
    config_free(config);
    return EXIT_DONE;
}
