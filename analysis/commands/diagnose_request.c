#include "analysis/commands/diagnose_request.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/commandline.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/utf8.h"
#include "sim/config/arguments.h"
#include "sim/config/betas.h"
#include "sim/config/lengths.h"

enum { MOST_VALUES = 1024, WORDS_GIVEN = 4 };
static const char *const key[WORDS_GIVEN] = {"lengths", "beta", "trained", "scale"};

/* ---- values ---- */

static void read_lengths(const struct yaml_node *defaults, const struct yaml_node *node,
                         struct diagnose_request *r) {
    struct config_series series = {0};
    lengths_read(defaults, node, key[0], &series);
    r->length = memory_create(series.n_count, sizeof *r->length);
    for (size_t i = 0; i < series.n_count; i++) { r->length[i] = rint(exp(series.log_n[i])); }
    r->scores.length_count = series.n_count;
    r->scores.length = r->length;
    free(series.log_n);
}

/* Increasing, each once, 1 among them. */
static void take_betas(struct diagnose_request *r, size_t count, const double *value) {
    r->beta = memory_create(count + 1, sizeof *r->beta);
    memcpy(r->beta, value, count * sizeof *value);
    r->beta[count] = 1;
    gsl_sort(r->beta, 1, count + 1);
    for (size_t i = 0; i <= count; i++) {
        if (i == 0 || r->beta[i] > r->beta[r->betas - 1]) { r->beta[r->betas++] = r->beta[i]; }
    }
}

static void read_betas(const struct yaml_node *defaults, const struct yaml_node *node,
                       struct diagnose_request *r) {
    struct config_beta beta = {0};
    struct betas_prescriptions none;
    if (!reader_list_fits(node, "beta", MOST_VALUES)) { return; }
    betas_read(defaults, node, &beta, &none);
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
        if (strcmp(name, "lengths") == 0) { read_lengths(a.reader.defaults, value, r); }
        if (strcmp(name, "beta") == 0) { read_betas(a.reader.defaults, value, r); }
        if (strcmp(name, "trained") == 0) { value_real(value, name, &positive, &r->scores.trained); }
        if (strcmp(name, "scale") == 0) { value_real(value, name, &any, &r->scores.scale); }
    }
    if (r->betas == 0) { default_betas(r); }
    return arguments_end(&a);
}

/* ---- words ---- */

/* Values that are read later, as KEY=VALUE. */
struct given {
    size_t count;
    char *word[WORDS_GIVEN];
};

static bool take_value(const struct commandline_option *option, const char *value, void *context) {
    struct given *given = context;
    if (given->count == WORDS_GIVEN) {
        message_error("--%s is given twice", option->name);
        return false;
    }
    given->word[given->count++] = memory_format("%s=%s", option->name, value);
    return true;
}

static bool read_words(struct diagnose_request *r, int argc, char **argv, struct given *given) {
    bool json = false, csv = false, causal = false, full = false;
    const struct commandline_option known[] = {
        {"output", 'o', "FILE",
         "where the numbers go (default: the first FILE with .diagnosis.h5 in place of its ending)",
         .text = &r->output},
        {"json", .meaning = "print JSON instead of the table", .flag = &json},
        {"csv", .meaning = "print CSV instead of the table", .flag = &csv},
        {"scores", 0, "NAME", "the array of scores (default: scores), or a .npy file",
         .text = &r->scores.scores},
        {"queries", 0, "NAME", "the array of queries (default: queries), or a .npy file",
         .text = &r->scores.queries},
        {"keys", 0, "NAME", "the array of keys (default: keys), or a .npy file", .text = &r->scores.keys},
        {"axes", 0, "LIST", "which axis is which: sequence,layer,head,query,key, or ..,position,dim",
         .text = &r->scores.axes},
        {key[3], 0, "X", "scores = X queries.keys (default: attribute score_scale, else 1/sqrt(dim))",
         .take = take_value},
        {"causal", .meaning = "a query sees the keys up to its position (default: attribute causal)",
         .flag = &causal},
        {"full", .meaning = "a query sees all keys", .flag = &full},
        {key[2], 0, "N", "context length of the training (default: attribute trained_context)",
         .take = take_value},
        {key[0], 0, "LIST", "context lengths: 512,1024 or {from: 32, to: 4096, points: 8}",
         .take = take_value},
        {key[1], 0, "LIST", "inverse temperatures (default: 65 from 1/16 to 16)", .take = take_value},
        {"links", .meaning = "follow links to other files", .flag = &r->scores.links},
        {"threads", 0, "K", "default: all processors", .threads = &r->threads}};
    struct commandline line = {
        .takes = "FILE[:GROUP]...",
        .about =
            "Reads attention scores as a model computed them (HDF5, .npy, .safetensors; scores, or queries "
            "and keys) and tells, head by head, at which inverse temperature their softmax collapses, "
            "where the model as trained (beta = 1) stands, what kind of rows they are and how beta should "
            "grow with context length.",
        .count = sizeof known / sizeof *known,
        .option = known,
        .context = given};
    bool goes_on = commandline_read(&line, argc, argv);
    r->status = line.status;
    r->form = csv ? DIAGNOSE_CSV : json ? DIAGNOSE_JSON : DIAGNOSE_TABLE;
    if (causal || full) { r->scores.sight = full ? SCORES_FULL : SCORES_CAUSAL; }
    r->scores.file_count = line.words;
    r->scores.file = (const char *const *)line.word;
    const bool none = line.words == 0 && !r->scores.scores && !r->scores.queries;
    const char *wrong = causal && full ? "--causal and --full contradict each other; give one of them"
                        : json && csv  ? "--json and --csv exclude one another; give one of them"
                        : none         ? "diagnose needs a FILE: HDF5, .npy or .safetensors"
                                       : NULL;
    if (goes_on && wrong) { r->status = commandline_refuse(&line, "%s", wrong); }
    return goes_on && !wrong;
}

bool diagnose_request_read(struct diagnose_request *r, int argc, char **argv) {
    struct given given = {0};
    *r = (struct diagnose_request){.threads = omp_get_num_procs(), .scores = {.trained = NAN, .scale = NAN}};
    bool good = read_words(r, argc, argv, &given);
    if (good && !read_values(r, given.count, given.word)) {
        r->status = EXIT_USAGE;
        good = false;
    }
    for (size_t i = 0; i < given.count; i++) { free(given.word[i]); }
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

/* In single quotes, as YAML has them; blanks for what it does not allow: control characters, bytes that are
 * no UTF-8. */
static void print_text(FILE *out, const char *text) {
    fputc('\'', out);
    for (size_t length; *text; text += length) {
        size_t known = utf8_length((const unsigned char *)text);
        bool control = (unsigned char)*text < ' ' || *text == 0x7f;
        length = known > 0 ? known : 1;
        if (*text == '\'') { fputc('\'', out); }
        if (known == 0 || control) {
            fputc(' ', out);
        } else {
            fwrite(text, 1, length, out);
        }
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
