/* `gapscale show`: what a results file holds, or how far a journal is, in words or JSON. */
#include <inttypes.h>
#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/commandline.h"
#include "sim/base/directory.h"
#include "sim/base/json.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/commands/command.h"
#include "sim/config/lengths.h"
#include "sim/config/text.h"
#include "sim/journal/journal.h"
#include "sim/journal/lock.h"
#include "sim/results/empirical.h"
#include "sim/results/store.h"

/* What is told, and how; nothing of it: a summary. */
struct form {
    bool digest, config, json;
};

/* ---- results ---- */

static void print_parameter(const struct family_parameter *parameter, const struct schedule *s) {
    const char *word = family_parameter_word(parameter, s->coef);
    if (word) {
        printf("  %s = %s", parameter->name, word);
        return;
    }
    printf("  %s = %.6g", parameter->name, s->coef);
    if (s->log_power != 0) { printf(" (log n)^%.6g", s->log_power); }
    if (s->power != 0) { printf(" n^%.6g", s->power); }
}

static void print_series(const struct results_series *s) {
    size_t lengths = s->size[RESULTS_LOG_N], betas = s->size[RESULTS_BETA];
    char first[NUMBER_TEXT], last[NUMBER_TEXT];
    if (s->family->kind == FAMILY_MEASURED) {
        printf("\n%s: measured rows, from a diagnosis", s->name);
    } else {
        printf("\n%s: %s rows (class %s)", s->name, s->family->name, family_class_name(s->family->class));
    }
    for (size_t i = 0; i < s->family->parameter_count; i++) {
        if (family_parameter_is_told(s->family, s->parameter, i)) {
            print_parameter(&s->family->parameter[i], &s->parameter[i]);
        }
    }
    const double unit = s->log_lambda_typ[lengths - 1]; /* measured rows may have none */
    const bool has_unit = isfinite(unit);
    const double *beta = has_unit ? s->beta_ratio : s->beta;
    printf("\n  %zu lengths, n = %s .. %s\n  %zu betas, beta%s = %.4g .. %.4g at the last%s\n", lengths,
           lengths_print(s->log_n[0], first), lengths_print(s->log_n[lengths - 1], last), betas,
           has_unit ? "/Lambda^typ" : "", beta[(lengths - 1) * betas], beta[lengths * betas - 1],
           has_unit      ? ""
           : isinf(unit) ? ", where half of the rows or more tie and Lambda_n is infinite"
                         : ", where no row counts");
    printf("  %s%llu replicates, %zu of them kept one by one\n  criteria:", s->target > 0 ? "up to " : "",
           (unsigned long long)s->replicates, s->size[RESULTS_REPLICATE]);
    for (size_t i = 0; i < s->size[RESULTS_CRITERION]; i++) {
        char label[CRITERION_LABEL];
        criterion_label(&s->criterion[i], label);
        printf(" %s", label);
    }
    printf("\n");
}

static void print_results(const char *path, const struct results *r) {
    message_print("%s: %zu series, seed %llu, computed with %s kernels", path, r->series_count,
                  (unsigned long long)r->seed, r->isa);
    for (size_t i = 0; i < r->series_count; i++) { print_series(&r->series[i]); }
}

/* ---- the same in JSON (results/SCHEMA.md) ---- */

static void json_whole(const char *key, uint64_t whole) {
    json_print_key(stdout, key);
    printf("%" PRIu64, whole);
}

static void json_numbers(const char *key, size_t count, const double *value) {
    json_print_key(stdout, key);
    for (size_t i = 0; i < count; i++) {
        printf("%s", i == 0 ? "[" : ", ");
        json_print_number(stdout, value[i]);
    }
    printf("]");
}

static void json_parameter(const struct family_parameter *parameter, const struct schedule *value) {
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

static void json_parameters(const struct results_series *s) {
    json_print_key(stdout, "parameters");
    printf("{");
    for (size_t i = 0, shown = 0; i < s->family->parameter_count; i++) {
        if (family_parameter_is_told(s->family, s->parameter, i)) {
            printf("%s", shown++ > 0 ? ", " : "");
            json_parameter(&s->family->parameter[i], &s->parameter[i]);
        }
    }
    printf("}");
}

static void json_criteria(const struct results_series *s) {
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

static void json_replicates_at(const struct results_series *s) {
    json_print_key(stdout, "replicates_at_n");
    for (size_t n = 0; n < s->size[RESULTS_LOG_N]; n++) {
        printf("%s%.0f", n == 0 ? "[" : ", ", results_replicates(s, n));
    }
    printf("]");
}

static void json_series(const struct results_series *s) {
    printf("{\"name\": ");
    json_print_string(stdout, s->name);
    json_print_text(stdout, "family", s->family->name);
    json_print_text(stdout, "class", family_class_name(s->family->class));
    json_parameters(s);
    json_whole("replicates", s->replicates);
    json_replicates_at(s);
    json_whole("kept", s->size[RESULTS_REPLICATE]);
    json_numbers("log_n", s->size[RESULTS_LOG_N], s->log_n);
    json_numbers("log_lambda_typ", s->size[RESULTS_LOG_N], s->log_lambda_typ);
    json_whole("betas", s->size[RESULTS_BETA]);
    json_criteria(s);
    printf("}");
}

/* What a file says of where it comes from; the rest is told apart. */
static void json_provenance(void *context, const char *name, const char *text) {
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

static void json_results(const char *path, const struct results *r) {
    bool first = true;
    printf("{\"schema\": 1, \"kind\": \"%s\"", empirical_is(r->config_resolved) ? "diagnosis" : "results");
    json_print_text(stdout, "file", path);
    json_print_text(stdout, "digest", r->digest);
    json_whole("seed", r->seed);
    json_print_text(stdout, "isa", r->isa);
    json_print_text(stdout, "config", r->config_resolved);
    json_print_key(stdout, "series");
    for (size_t i = 0; i < r->series_count; i++) {
        printf("%s", i == 0 ? "[" : ", ");
        json_series(&r->series[i]);
    }
    printf("]");
    json_print_key(stdout, "provenance");
    printf("{");
    store_tell_attributes(r, json_provenance, &first);
    printf("}}\n");
}

/* A config that asks for the same again, if it can be read as one. */
static void print_config(const char *text) {
    char *lines = memory_copy_text(text), *rest = lines, *line;
    while ((line = strsep(&rest, "\n"))) {
        message_plain(line);
        if (*line || rest) { puts(line); }
    }
    free(lines);
    if (empirical_is(text)) {
        message_say("these are the options of a diagnosis: `gapscale diagnose` makes it again, not run");
    } else if (strlen(text) > TEXT_LIMIT) {
        message_say("with every n and beta written out this is longer than the %d KiB that run takes; the "
                    "config as it was read is the file's attribute `config`",
                    TEXT_LIMIT / 1024);
    }
}

static int show_results(const char *path, const struct form *form) {
    struct results *r = store_read(path);
    if (!r) { return EXIT_USAGE; }
    if (form->digest) {
        message_print("%s  %s", r->digest, path);
    } else if (form->config) {
        print_config(r->config_resolved);
    } else if (form->json) {
        json_results(path, r);
    } else {
        print_results(path, r);
    }
    results_free(r);
    return EXIT_DONE;
}

/* ---- journals ---- */

/* Units that a journal is to hold, and holds. */
struct tally {
    size_t units, finished;
    double cost, done;
};

static void add_tally(struct tally *t, struct unit_amount asked, struct unit_amount left) {
    t->units += asked.units;
    t->finished += asked.units - left.units;
    t->cost += asked.cost;
    t->done += asked.cost - left.cost;
}

/* Of every series, and of all behind them. Free with free(). */
static struct tally *tally_units(const struct journal *journal, const struct unit_plan *plan) {
    const struct journal_header *h = &journal->header;
    const size_t all = plan->config->series_count;
    struct tally *tally = memory_create(all + 1, sizeof *tally);
    struct unit_list ours = unit_shares(plan, h->shard, h->shards);
    for (size_t i = 0; i < ours.count; i++) {
        const struct unit_list one = {1, &ours.unit[i]};
        const size_t series = ours.unit[i].cell->series_index;
        struct unit_amount asked = unit_amount(&one), left;
        free(records_missing(journal->records, &one, &left).unit);
        add_tally(&tally[series], asked, left);
        add_tally(&tally[all], asked, left);
    }
    free(ours.unit);
    return tally;
}

static void print_tally(const char *name, const struct tally *t) {
    if (t->units == 0) { return; }
    printf("  %-24s %6zu of %6zu units, %3.0f%% of the work\n", name, t->finished, t->units,
           t->cost > 0 ? 100 * t->done / t->cost : 100);
}

/* Whether `run` goes on from a journal of this name: one that `merge` made has any. */
static bool has_name_for_run(const struct journal *journal) {
    char name[FILES_PATH], own[FILES_PATH];
    journal_name(journal->header.output, journal->header.shard, journal->header.shards, name);
    snprintf(own, sizeof own, "%s", journal->directory);
    return strcmp(basename(own), basename(name)) == 0;
}

/* What to do with a journal that nobody is at work on; who left it, or "". */
static void print_command(const struct journal *journal, bool finished, const char *who) {
    const struct journal_header *h = &journal->header;
    const bool is_shard = h->shards > 1, is_apart = !is_shard && !has_name_for_run(journal),
               merge = is_apart || (is_shard && finished);
    char *command = merge ? journal_header_merge_command(h, is_apart ? journal->directory : NULL)
                          : journal_header_command(h, h->shard);
    const char *when = is_shard && finished ? "when all shards are finished"
                       : finished           ? "to write the results"
                       : is_apart           ? "to learn what is missing"
                                            : "to go on";
    message_print("nobody is at work%s%s; %s:", who[0] ? "; left by " : "", who, when);
    printf("  %s\n", command);
    free(command);
}

static void print_journal(const struct journal *journal, const struct config *config,
                          const struct tally *tally, bool locked, const char *who) {
    const struct journal_header *h = &journal->header;
    const struct tally *all = &tally[config->series_count];
    char numerics[NUMERICS_TEXT], shard[64] = "";
    if (h->shards > 1) { snprintf(shard, sizeof shard, ", shard %zu of %zu", h->shard, h->shards); }
    message_print("%s: journal of %s for %s, numerics %s%s", journal->directory, h->config_path, h->output,
                  numerics_print(h->numerics, numerics), shard);
    for (size_t i = 0; i < config->series_count; i++) { print_tally(config->series[i].name, &tally[i]); }
    print_tally("in all", all);
    size_t damaged = journal->records->damaged;
    if (damaged > 0) { printf("%zu damaged records will be computed again\n", damaged); }
    if (locked) {
        message_print("at work: %s", who);
    } else {
        print_command(journal, all->finished == all->units, who);
    }
}

static void json_tally(const struct tally *t) {
    json_whole("units", t->units);
    json_whole("finished", t->finished);
    json_print_member(stdout, "done", t->cost > 0 ? t->done / t->cost : 1);
}

/* `tally` by series, that of all behind them; `holder`: who is at work on it, or NULL. */
static void json_journal(const struct journal *journal, const struct config *config, const char *holder,
                         const struct tally *tally) {
    const struct journal_header *h = &journal->header;
    printf("{\"schema\": 1, \"kind\": \"journal\"");
    json_print_text(stdout, "directory", journal->directory);
    json_print_text(stdout, "config_path", h->config_path);
    json_print_text(stdout, "output", h->output);
    json_whole("shard", h->shard);
    json_whole("shards", h->shards);
    json_print_text(stdout, "at_work", holder);
    json_print_text(stdout, "config", config->resolved);
    json_print_key(stdout, "series");
    for (size_t i = 0; i < config->series_count; i++) {
        printf("%s{\"name\": \"%s\"", i == 0 ? "[" : ", ", config->series[i].name);
        json_tally(&tally[i]);
        printf("}");
    }
    printf("]");
    json_tally(&tally[config->series_count]);
    printf("}\n");
}

static void print_journal_as(const struct form *form, const struct journal *journal,
                             const struct unit_plan *plan) {
    const struct config *config = plan->config;
    if (form->config) {
        print_config(config->resolved);
        return;
    }
    char who[LOCK_TEXT];
    bool locked = lock_holder(journal->directory, who);
    struct tally *tally = tally_units(journal, plan);
    if (form->json) {
        json_journal(journal, config, locked ? who : NULL, tally);
    } else {
        print_journal(journal, config, tally, locked, who);
    }
    free(tally);
}

static int show_journal(const char *directory, const struct form *form) {
    struct journal *journal = journal_open(directory);
    if (!journal) { return EXIT_USAGE; }
    struct config *config = journal_config(journal);
    bool good = false;
    if (config) {
        struct unit_plan plan;
        unit_plan_create(&plan, config, false);
        journal_begin(journal, &plan);
        good = journal_scan(journal, 0);
        if (good) { print_journal_as(form, journal, &plan); }
        unit_plan_release(&plan);
    }
    journal_close(journal);
    config_free(config);
    return good ? EXIT_DONE : EXIT_FAILED;
}

int command_show(int argc, char **argv) {
    struct form form = {0};
    const struct commandline_option known[] = {
        {"digest",
         .meaning = "a hash of every number, the seed and the config: equal for equal results, whatever the "
                    "threads, the instruction set, the host or the day",
         .flag = &form.digest},
        {"config", .meaning = "the config with every key written out; `run` makes the same results from it",
         .flag = &form.config},
        {"json", .meaning = "print JSON instead of the summary", .flag = &form.json}};
    struct commandline line = {
        .takes = "FILE|JOURNAL",
        .about = "Tells what a results file holds, or how far the sweep of a journal (FILE.journal/) is.",
        .count = sizeof known / sizeof *known,
        .option = known};
    if (!commandline_read(&line, argc, argv)) { return line.status; }
    if (line.words != 1) { return commandline_refuse(&line, "show takes one FILE"); }
    if (form.digest + form.config + form.json > 1) {
        return commandline_refuse(&line,
                                  "--digest, --config and --json exclude one another; give one of them");
    }
    const char *path = line.word[0];
    if (!directory_is(path)) { return show_results(path, &form); }
    if (!form.digest) { return show_journal(path, &form); }
    message_error("%s is a directory; --digest is of a results file, which a sweep that is finished has",
                  path);
    return EXIT_USAGE;
}
