/* `gapscale show`: what a results file holds, or how far a journal is. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "sim/base/commandline.h"
#include "sim/base/message.h"
#include "sim/commands/command.h"
#include "sim/journal/journal.h"
#include "sim/journal/lock.h"
#include "sim/results/store.h"

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
    if (s->family->kind == FAMILY_MEASURED) {
        printf("\n%s: measured rows, from a diagnosis", s->name);
    } else {
        printf("\n%s: %s rows (%s class)", s->name, s->family->name, family_class_name(s->family->class));
    }
    for (size_t i = 0; i < s->family->parameter_count; i++) {
        if (family_parameter_counts(s->family, s->parameter, i) &&
            family_parameter_shows(s->family, s->parameter, i)) {
            print_parameter(&s->family->parameter[i], &s->parameter[i]);
        }
    }
    printf("\n  %zu lengths, log n = %.6g .. %.6g; %zu betas, beta/Lambda^typ = %.4g .. %.4g at the last\n",
           lengths, s->log_n[0], s->log_n[lengths - 1], betas, s->beta_ratio[(lengths - 1) * betas],
           s->beta_ratio[lengths * betas - 1]);
    printf("  %llu replicates, %zu of them kept one by one; criteria:", (unsigned long long)s->replicates,
           s->size[RESULTS_REPLICATE]);
    for (size_t i = 0; i < s->size[RESULTS_CRITERION]; i++) {
        char label[CRITERION_LABEL];
        criterion_label(&s->criterion[i], label);
        printf(" %s", label);
    }
    printf("\n");
}

static int show_summary(const char *path) {
    struct results *r = store_read(path);
    if (!r) { return EXIT_USAGE; }
    message_print("%s: %zu series, seed %llu, computed with %s kernels\n", path, r->series_count,
                  (unsigned long long)r->seed, r->isa);
    for (size_t i = 0; i < r->series_count; i++) { print_series(&r->series[i]); }
    results_free(r);
    return EXIT_DONE;
}

/* ---- journals ---- */

/* Units that a journal is to hold, and holds. */
struct tally {
    size_t units, finished;
    double cost, done;
};

static struct tally tally_units(const struct journal *journal, const struct unit_plan *plan,
                                const struct config_series *series) {
    const struct journal_header *h = journal_header(journal);
    struct tally tally = {0};
    struct unit_range *ours;
    size_t count = unit_shares(plan, h->shard, h->shards, &ours);
    for (size_t i = 0; i < count; i++) {
        if (series && unit_get(plan, ours[i].first).cell->series != series) { continue; }
        struct unit_range *missing;
        size_t gaps = records_missing(journal_records(journal), 1, &ours[i], &missing);
        struct unit_amount all = unit_amount(plan, 1, &ours[i]), left = unit_amount(plan, gaps, missing);
        tally.units += all.units;
        tally.finished += all.units - left.units;
        tally.cost += all.cost;
        tally.done += all.cost - left.cost;
        free(missing);
    }
    free(ours);
    return tally;
}

static void print_tally(const char *name, struct tally t) {
    if (t.units == 0) { return; }
    printf("  %-24s %6zu of %6zu units, %3.0f%% of the work\n", name, t.finished, t.units,
           t.cost > 0 ? 100 * t.done / t.cost : 100);
}

/* What to do with a journal that nobody is at work on. */
static void print_command(const struct journal *journal, bool finished) {
    const struct journal_header *h = journal_header(journal);
    bool merge = finished && h->shards > 1;
    char *command = merge ? journal_header_merge_command(h) : journal_header_command(h, h->shard);
    const char *when = merge      ? "when all shards are finished"
                       : finished ? "to write the results"
                                  : "to go on";
    printf("%s:\n  %s\n", when, command);
    free(command);
}

static void print_journal(const struct journal *journal, const struct unit_plan *plan) {
    const struct journal_header *h = journal_header(journal);
    const char *directory = journal_directory(journal);
    char who[LOCK_TEXT];
    bool locked = lock_holder(directory, who);
    char numerics[NUMERICS_TEXT];
    message_print("%s: journal of %s for %s, numerics %s", directory, h->config_path, h->output,
                  numerics_print(h->numerics, numerics));
    if (h->shards > 1) { printf(", shard %zu of %zu", h->shard, h->shards); }
    printf("\n");
    for (size_t i = 0; i < plan->config->series_count; i++) {
        const struct config_series *series = &plan->config->series[i];
        print_tally(series->name, tally_units(journal, plan, series));
    }
    struct tally all = tally_units(journal, plan, NULL);
    print_tally("in all", all);
    size_t damaged = records_damaged(journal_records(journal));
    if (damaged > 0) { printf("%zu damaged records will be computed again\n", damaged); }
    if (locked) {
        message_print("at work: %s\n", who);
    } else {
        message_print("nobody is at work%s%s; ", who[0] ? "; left by " : "", who);
        print_command(journal, all.finished == all.units);
    }
}

static int show_journal(const char *directory) {
    struct journal *journal = journal_open(directory);
    if (!journal) { return EXIT_USAGE; }
    struct config *config = journal_config(journal);
    bool good = false;
    if (config) {
        struct unit_plan plan;
        unit_plan_create(&plan, config);
        journal_begin(journal, &plan);
        good = journal_scan(journal);
        if (good) { print_journal(journal, &plan); }
        unit_plan_release(&plan);
    }
    journal_close(journal);
    config_free(config);
    return good ? EXIT_DONE : EXIT_FAILED;
}

static bool is_directory(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

int command_show(int argc, char **argv) {
    bool wants_digest = false;
    const struct commandline_option known = {
        "digest",
        .meaning =
            "a hash of every number, the seed and the config, and of nothing volatile: equal for equal "
            "results, whatever the threads, the instruction set, the host or the day",
        .flag = &wants_digest};
    struct commandline line = {
        .takes = "FILE|JOURNAL",
        .about = "Tells what a results file holds, or how far the sweep of a journal (FILE.journal/) is.",
        .count = 1,
        .option = &known};
    if (!commandline_read(&line, argc, argv)) { return line.status; }
    if (line.words != 1) { return commandline_refuse(&line, "show takes one FILE"); }
    const char *path = line.word[0];
    if (!wants_digest) { return is_directory(path) ? show_journal(path) : show_summary(path); }
    char digest[65];
    if (!store_digest(path, digest)) { return EXIT_USAGE; }
    message_print("%s  %s\n", digest, path);
    return EXIT_DONE;
}
