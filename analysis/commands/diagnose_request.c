#include "analysis/commands/diagnose_request.h"

#include <getopt.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/config/arguments.h"
#include "sim/config/betas.h"
#include "sim/config/lengths.h"

static const char usage[] =
    "usage: gapscale diagnose FILE[:GROUP]... [options]\n"
    "\n"
    "Reads attention scores as a model computed them (HDF5, .npy, .safetensors; scores, or queries and keys) "
    "and\n"
    "tells, head by head, at which inverse temperature their softmax collapses, where the model as trained\n"
    "(beta = 1) stands, what kind of rows they are and how beta should grow with context length.\n"
    "\n"
    "  -o, --output FILE   where the numbers go (default: the first FILE with .diagnosis.h5 in place of its "
    "ending)\n"
    "      --json, --csv   print JSON or CSV instead of the table\n"
    "      --scores NAME   the array of scores (default: scores), or a .npy file\n"
    "      --queries NAME  --keys NAME   the arrays of queries and keys (default: queries, keys), or .npy "
    "files\n"
    "      --axes LIST     which axis is which: sequence,layer,head,query,key, or ..,position,dim\n"
    "      --scale X       scores = X queries.keys (default: attribute score_scale, else 1/sqrt(dim))\n"
    "      --causal, --full  a query sees the keys up to its position, or all (default: attribute causal)\n"
    "      --trained N     context length of the training (default: attribute trained_context)\n"
    "      --lengths LIST  context lengths: 512,1024 or {from: 32, to: 4096, points: 8}\n"
    "      --beta LIST     inverse temperatures (default: 65 from 1/16 to 16)\n"
    "      --links         follow links to other files\n"
    "      --threads K     (default: all processors)\n";

enum { MOST_VALUES = 1024, MOST_THREADS = 4096, WORDS_GIVEN = 4 };
static const char *const key[WORDS_GIVEN] = {"lengths", "beta", "trained", "scale"};

void diagnose_request_usage(FILE *out) { fputs(usage, out); }

/* ---- values ---- */

static void read_lengths(struct reader *reader, const struct yaml_node *node, struct diagnose_request *r) {
    struct config_series series = {0};
    lengths_read(reader, node, &series);
    r->length = memory_create(series.n_count, sizeof *r->length);
    for (size_t i = 0; i < series.n_count; i++) { r->length[i] = rint(exp(series.log_n[i])); }
    r->scores.length_count = series.n_count;
    r->scores.length = r->length;
    free(series.log_n);
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Increasing, each once, 1 among them. */
static void take_betas(struct diagnose_request *r, size_t count, const double *value) {
    r->beta = memory_create(count + 1, sizeof *r->beta);
    memcpy(r->beta, value, count * sizeof *value);
    r->beta[count] = 1;
    qsort(r->beta, count + 1, sizeof *r->beta, ascending);
    for (size_t i = 0; i <= count; i++) {
        if (i == 0 || r->beta[i] > r->beta[r->betas - 1]) { r->beta[r->betas++] = r->beta[i]; }
    }
}

static void read_betas(struct reader *reader, const struct yaml_node *node, struct diagnose_request *r) {
    struct config_beta beta = {0};
    if (!reader_list_fits(reader, node, "beta", MOST_VALUES)) { return; }
    betas_read(reader, node, &beta);
    take_betas(r, beta.count, beta.value);
    free(beta.value);
    free(beta.log_value);
}

static void default_betas(struct diagnose_request *r) {
    enum { POINTS = 65, OCTAVES = 8 };
    double value[POINTS];
    for (int i = 0; i < POINTS; i++) { value[i] = exp2(OCTAVES * (i / (POINTS - 1.0) - 0.5)); }
    take_betas(r, POINTS, value);
}

static bool read_values(struct diagnose_request *r, size_t count, char *const *word) {
    const struct value_range positive = {0, INFINITY, true, true}, any = {-INFINITY, INFINITY, true, true};
    struct arguments a = arguments_read("diagnose", "diagnose", count, word, WORDS_GIVEN, key);
    for (size_t i = 0; i < a.root->count; i++) {
        const char *name = a.root->key[i]->text;
        const struct yaml_node *value = a.root->value[i];
        if (strcmp(name, "lengths") == 0) { read_lengths(&a.reader, value, r); }
        if (strcmp(name, "beta") == 0) { read_betas(&a.reader, value, r); }
        if (strcmp(name, "trained") == 0) {
            value_real(value, name, &positive, &a.reader.faults, &r->scores.trained);
        }
        if (strcmp(name, "scale") == 0) { value_real(value, name, &any, &a.reader.faults, &r->scores.scale); }
    }
    if (r->betas == 0) { default_betas(r); }
    return arguments_end(&a);
}

/* ---- words ---- */

static bool parse_threads(const char *text, int *threads) {
    char *end;
    long value = strtol(text, &end, 10);
    if (*end == '\0' && value >= 1 && value <= MOST_THREADS) {
        *threads = (int)value;
        return true;
    }
    message_error("--threads takes a whole number from 1 to %d, not '%s'", MOST_THREADS, text);
    return false;
}

static bool take_sight(struct diagnose_request *r, enum scores_sight sight) {
    bool other = r->scores.sight != SCORES_AS_STORED && r->scores.sight != sight;
    if (other) { message_error("--causal and --full contradict each other; give one of them"); }
    r->scores.sight = sight;
    return !other;
}

/* One option; values that are read later are kept as KEY=VALUE. False after a message. */
static bool take_option(struct diagnose_request *r, int option, char *given[WORDS_GIVEN], size_t *count) {
    switch (option) {
    case 'o': r->output = optarg; return true;
    case 'j': r->form = DIAGNOSE_JSON; return true;
    case 'c': r->form = DIAGNOSE_CSV; return true;
    case 's': r->scores.scores = optarg; return true;
    case 'q': r->scores.queries = optarg; return true;
    case 'k': r->scores.keys = optarg; return true;
    case 'a': r->scores.axes = optarg; return true;
    case 'C': return take_sight(r, SCORES_CAUSAL);
    case 'F': return take_sight(r, SCORES_FULL);
    case 'L': r->scores.links = true; return true;
    case 'h': r->help = true; return true;
    case 't': return parse_threads(optarg, &r->threads);
    default: break;
    }
    if (option < 1000) { return false; }
    const char *name = key[option - 1000];
    size_t size = strlen(name) + strlen(optarg) + 2;
    if (*count == WORDS_GIVEN) {
        message_error("--%s is given twice", name);
        return false;
    }
    given[*count] = memory_create(size, 1);
    snprintf(given[(*count)++], size, "%s=%s", name, optarg);
    return true;
}

static bool read_options(struct diagnose_request *r, int argc, char **argv, char *given[WORDS_GIVEN],
                         size_t *count) {
    static const struct option options[] = {{"output", required_argument, NULL, 'o'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"csv", no_argument, NULL, 'c'},
                                            {"scores", required_argument, NULL, 's'},
                                            {"queries", required_argument, NULL, 'q'},
                                            {"keys", required_argument, NULL, 'k'},
                                            {"axes", required_argument, NULL, 'a'},
                                            {"causal", no_argument, NULL, 'C'},
                                            {"full", no_argument, NULL, 'F'},
                                            {"links", no_argument, NULL, 'L'},
                                            {"threads", required_argument, NULL, 't'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"lengths", required_argument, NULL, 1000},
                                            {"beta", required_argument, NULL, 1001},
                                            {"trained", required_argument, NULL, 1002},
                                            {"scale", required_argument, NULL, 1003},
                                            {NULL, 0, NULL, 0}};
    bool good = true;
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "ho:", options, NULL)) != -1) {
        good = take_option(r, option, given, count) && good;
    }
    r->scores.file_count = (size_t)(argc - optind);
    r->scores.file = (const char *const *)argv + optind;
    return good;
}

bool diagnose_request_read(struct diagnose_request *r, int argc, char **argv) {
    char *given[WORDS_GIVEN] = {NULL};
    size_t count = 0;
    *r = (struct diagnose_request){.threads = omp_get_num_procs(), .scores = {.trained = NAN, .scale = NAN}};
    bool good = read_options(r, argc, argv, given, &count);
    if (!r->help && good && r->scores.file_count == 0 && !r->scores.scores && !r->scores.queries) {
        message_error("diagnose needs a FILE: HDF5, .npy or .safetensors");
        good = false;
    }
    if (!good) { fputs(usage, stderr); }
    if (good && !r->help) { good = read_values(r, count, given); }
    for (size_t i = 0; i < count; i++) { free(given[i]); }
    return good;
}

void diagnose_request_free(struct diagnose_request *r) {
    free(r->beta);
    free(r->length);
}

/* ---- the options as text ---- */

static void print_numbers(FILE *out, const char *name, size_t count, const double *value) {
    fprintf(out, "%s: [", name);
    for (size_t i = 0; i < count; i++) { fprintf(out, "%s%.17g", i > 0 ? ", " : "", value[i]); }
    fputs("]\n", out);
}

/* In single quotes, as YAML has them. */
static void print_text(FILE *out, const char *text) {
    fputc('\'', out);
    for (; *text; text++) {
        if (*text == '\'') { fputc('\'', out); }
        fputc(*text == '\n' ? ' ' : *text, out);
    }
    fputc('\'', out);
}

static void print_member(FILE *out, const char *name, const char *text) {
    if (!text) { return; }
    fprintf(out, "%s: ", name);
    print_text(out, text);
    fputc('\n', out);
}

char *diagnose_request_text(const struct diagnose_request *r, const struct scores_facts *f) {
    static const char *const sight[] = {"as stored", "causal", "full"};
    char *text = NULL;
    size_t length;
    FILE *out = memory_stream_open(&text, &length);
    fputs("diagnose: [", out);
    for (size_t i = 0; i < r->scores.file_count; i++) {
        fputs(i > 0 ? ", " : "", out);
        print_text(out, r->scores.file[i]);
    }
    fputs("]\n", out);
    print_member(out, "model", f->model);
    print_member(out, "licence", f->licence);
    print_member(out, "input", f->input);
    print_member(out, "dtype", f->element);
    print_member(out, "scores", r->scores.scores);
    print_member(out, "queries", r->scores.queries);
    print_member(out, "keys", r->scores.keys);
    print_member(out, "axes", r->scores.axes);
    print_member(out, "sight", sight[r->scores.sight]);
    if (!isnan(f->scale)) { fprintf(out, "scale: %.17g\n", f->scale); }
    if (!isnan(f->trained)) { fprintf(out, "trained: %.17g\n", f->trained); }
    print_numbers(out, "n", f->length_count, f->length);
    print_numbers(out, "beta", r->betas, r->beta);
    memory_stream_close(out, &text);
    return text;
}
