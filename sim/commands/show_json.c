#include "sim/commands/show_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/json.h"
#include "sim/results/store.h"

static void print_text(const char *key, const char *text) {
    json_print_key(stdout, key);
    if (text) {
        json_print_string(stdout, text);
    } else {
        printf("null");
    }
}

static void print_whole(const char *key, uint64_t whole) {
    json_print_key(stdout, key);
    printf("%" PRIu64, whole);
}

static void print_numbers(const char *key, size_t count, const double *value) {
    json_print_key(stdout, key);
    for (size_t i = 0; i < count; i++) {
        printf("%s", i == 0 ? "[" : ", ");
        json_print_number(stdout, value[i]);
    }
    printf("]");
}

/* ---- results ---- */

static void print_parameter(const struct family_parameter *parameter, const struct schedule *value) {
    const char *word = schedule_is_constant(value) ? family_parameter_word(parameter, value->coef) : NULL;
    json_print_string(stdout, parameter->name);
    printf(": ");
    if (word) {
        json_print_string(stdout, word);
        return;
    }
    printf("{\"coef\": ");
    json_print_number(stdout, value->coef);
    json_print_member(stdout, "log_power", value->log_power);
    json_print_member(stdout, "power", value->power);
    printf("}");
}

static void print_parameters(const struct results_series *s) {
    json_print_key(stdout, "parameters");
    printf("{");
    for (size_t i = 0, shown = 0; i < s->family->parameter_count; i++) {
        if (family_parameter_counts(s->family, s->parameter, i) &&
            family_parameter_shows(s->family, s->parameter, i)) {
            printf("%s", shown++ > 0 ? ", " : "");
            print_parameter(&s->family->parameter[i], &s->parameter[i]);
        }
    }
    printf("}");
}

static void print_criteria(const struct results_series *s) {
    char label[CRITERION_LABEL];
    json_print_key(stdout, "criteria");
    printf("[");
    for (size_t i = 0; i < s->size[RESULTS_CRITERION]; i++) {
        criterion_label(&s->criterion[i], label);
        printf("%s", i > 0 ? ", " : "");
        json_print_string(stdout, label);
    }
    printf("]");
}

static void print_replicates_at(const struct results_series *s) {
    json_print_key(stdout, "replicates_at_n");
    for (size_t n = 0; n < s->size[RESULTS_LOG_N]; n++) {
        printf("%s%.0f", n == 0 ? "[" : ", ", results_replicates(s, n));
    }
    printf("]");
}

static void print_series(const struct results_series *s) {
    printf("{\"name\": ");
    json_print_string(stdout, s->name);
    print_text("family", s->family->name);
    print_text("class", family_class_name(s->family->class));
    print_parameters(s);
    print_whole("replicates", s->replicates);
    print_replicates_at(s);
    print_whole("kept", s->size[RESULTS_REPLICATE]);
    print_numbers("log_n", s->size[RESULTS_LOG_N], s->log_n);
    print_numbers("log_lambda_typ", s->size[RESULTS_LOG_N], s->log_lambda_typ);
    print_whole("betas", s->size[RESULTS_BETA]);
    print_criteria(s);
    printf("}");
}

/* What a file says of where it comes from; the rest is told apart. */
static void print_provenance(void *context, const char *name, const char *text) {
    static const char *const apart[] = {"seed", "digest", "config", "config_resolved", "isa", "kind"};
    bool *first = context;
    for (size_t i = 0; i < sizeof apart / sizeof *apart; i++) {
        if (strcmp(name, apart[i]) == 0) { return; }
    }
    printf("%s", *first ? "" : ", ");
    json_print_string(stdout, name);
    printf(": ");
    json_print_string(stdout, text);
    *first = false;
}

bool show_json_results(const char *path, const struct results *r) {
    char digest[65];
    bool first = true;
    if (!store_digest(path, digest)) { return false; }
    printf("{\"schema\": 1, \"kind\": \"%s\"", store_kind(path) == STORE_DIAGNOSIS ? "diagnosis" : "results");
    print_text("file", path);
    print_text("digest", digest);
    print_whole("seed", r->seed);
    print_text("isa", r->isa);
    print_text("config", r->config_resolved);
    json_print_key(stdout, "series");
    for (size_t i = 0; i < r->series_count; i++) {
        printf("%s", i == 0 ? "[" : ", ");
        print_series(&r->series[i]);
    }
    printf("]");
    json_print_key(stdout, "provenance");
    printf("{");
    bool good = store_tell_attributes(path, print_provenance, &first);
    printf("}}\n");
    return good;
}

/* ---- journals ---- */

static void print_tally(const struct show_tally *t) {
    print_whole("units", t->units);
    print_whole("finished", t->finished);
    json_print_member(stdout, "done", t->cost > 0 ? t->done / t->cost : 1);
}

void show_json_journal(const struct journal *journal, const struct config *config, const char *holder,
                       const struct show_tally *tally) {
    const struct journal_header *h = &journal->header;
    printf("{\"schema\": 1, \"kind\": \"journal\"");
    print_text("directory", journal->directory);
    print_text("config_path", h->config_path);
    print_text("output", h->output);
    print_whole("shard", h->shard);
    print_whole("shards", h->shards);
    print_text("at_work", holder);
    print_text("config", config->resolved);
    json_print_key(stdout, "series");
    for (size_t i = 0; i < config->series_count; i++) {
        printf("%s{\"name\": \"%s\"", i == 0 ? "[" : ", ", config->series[i].name);
        print_tally(&tally[i]);
        printf("}");
    }
    printf("]");
    print_tally(&tally[config->series_count]);
    printf("}\n");
}
