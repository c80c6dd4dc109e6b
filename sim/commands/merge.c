/* `gapscale merge`: one results file from the journals of the parts of a sweep. */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/commandline.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/outfile.h"
#include "sim/commands/command.h"
#include "sim/config/difference.h"
#include "sim/journal/journal.h"
#include "sim/journal/publish.h"
#include "sim/results/destination.h"
#include "sim/rows/isa.h"

enum { SHOWN = 20 };

struct merge {
    const char *output, *command_line;
    bool force, quiet;
    size_t journal_count;
    struct journal **journal;
    struct config *config;
    struct unit_plan plan;
    struct publish_place place; /* of the output */
};

/* The first journal that has a unit; journal_count when there is none. */
static size_t find_holder(const struct merge *m, size_t unit) {
    size_t i = 0;
    while (i < m->journal_count && !journal_has(m->journal[i], unit)) { i++; }
    return i;
}

static const uint8_t *merged_record(void *context, size_t unit, size_t *length) {
    const struct merge *m = context;
    return journal_record(m->journal[find_holder(m, unit)], unit, length);
}

static bool merged_has(const void *context, size_t unit) {
    const struct merge *m = context;
    return find_holder(m, unit) < m->journal_count;
}

/* ---- the same sweep ---- */

static bool check_same_sweep(const struct journal *first, const struct journal *other) {
    const struct journal_header *a = journal_header(first), *b = journal_header(other);
    struct difference *list;
    size_t count = difference_list(b->config_resolved, a->config_resolved, &list);
    if (count > 0) {
        message_error("%s and %s are journals of different configs:", journal_directory(first),
                      journal_directory(other));
        difference_report(count, list);
    }
    free(list);
    return count == 0;
}

static bool open_journals(struct merge *m, char **directory) {
    m->journal = memory_create(m->journal_count, sizeof(struct journal *));
    for (size_t i = 0; i < m->journal_count; i++) {
        m->journal[i] = journal_open(directory[i]);
        if (!m->journal[i] || !journal_is_ours(m->journal[i]) ||
            (i > 0 && !check_same_sweep(m->journal[0], m->journal[i]))) {
            return false;
        }
    }
    m->config = journal_config(m->journal[0]);
    return m->config != NULL;
}

/* ---- overlaps ---- */

/* Whether two journals have the same record of a unit. */
static bool agree(struct journal *a, struct journal *b, size_t unit) {
    size_t length, other_length;
    const uint8_t *record = journal_record(a, unit, &length), *other = journal_record(b, unit, &other_length);
    return record && other && length == other_length && memcmp(record, other, length) == 0;
}

static bool check_overlaps(const struct merge *m) {
    size_t conflicts = 0;
    for (size_t i = 0; i < unit_plan_size(&m->plan); i++) {
        size_t holder = find_holder(m, i);
        for (size_t k = holder + 1; k < m->journal_count; k++) {
            if (!journal_has(m->journal[k], i) || m->journal[k] == m->journal[holder] ||
                agree(m->journal[holder], m->journal[k], i)) {
                continue;
            }
            struct unit unit = unit_get(&m->plan, i);
            char name[UNIT_NAME];
            if (conflicts++ < SHOWN) {
                message_error("%s and %s disagree on %s", journal_directory(m->journal[holder]),
                              journal_directory(m->journal[k]), unit_name(&unit, name));
            }
        }
    }
    if (conflicts > 0) {
        message_error(
            "%zu units in conflict: one of the journals is of another machine or was tampered with; "
            "leave it out, or compute it again",
            conflicts);
    }
    return conflicts == 0;
}

/* ---- what is missing ---- */

static void say_commands(const struct merge *m, const bool *wanted, size_t shards) {
    for (size_t shard = 0; shard < shards; shard++) {
        const struct journal *journal = m->journal[0];
        for (size_t k = 0; k < m->journal_count; k++) { /* its own command, where it is given */
            const struct journal_header *h = journal_header(m->journal[k]);
            if (h->shards == shards && h->shard == shard) { journal = m->journal[k]; }
        }
        char *command = wanted[shard] ? journal_command(journal, shard) : NULL;
        if (command) { message_say("  %s", command); }
        free(command);
    }
}

/* Of the units before `end`, how many no journal has. */
static size_t count_missing(const struct merge *m, size_t end) {
    size_t missing = 0;
    for (size_t i = 0; i < end; i++) { missing += find_holder(m, i) == m->journal_count; }
    return missing;
}

/* Lists units that no journal has, exact values among them. */
static void say_missing(const struct merge *m) {
    size_t units = unit_plan_size(&m->plan), said = 0, shards = journal_header(m->journal[0])->shards;
    size_t missing = count_missing(m, units);
    bool *wanted = memory_create(shards, sizeof *wanted);
    for (size_t i = 0; i < units; i++) {
        if (find_holder(m, i) < m->journal_count) { continue; }
        struct unit unit = unit_get(&m->plan, i);
        char name[UNIT_NAME];
        if (said++ < SHOWN) { message_say("missing: %s", unit_name(&unit, name)); }
        wanted[unit_shard(i, shards)] = true;
    }
    if (missing > SHOWN) { message_say("and %zu more", missing - SHOWN); }
    message_say("%zu of %zu units are missing; compute them with:", missing, units);
    say_commands(m, wanted, shards);
    free(wanted);
}

/* ---- the command ---- */

static int merge_journals(struct merge *m) {
    if (m->place.grows && !journal_import(m->journal[0], &m->plan, m->place.archive)) { return EXIT_FAILED; }
    for (size_t i = 0; i < m->journal_count; i++) {
        if (!journal_scan(m->journal[i], &m->plan, false)) { return EXIT_FAILED; }
    }
    if (!check_overlaps(m)) { return EXIT_USAGE; }
    if (count_missing(m, m->plan.unit_count) > 0) { /* exact values alone are no reason to wait */
        say_missing(m);
        return EXIT_RESUMABLE;
    }
    return publish_results(&(struct publish){.plan = &m->plan,
                                             .source = merged_record,
                                             .has = merged_has,
                                             .context = m,
                                             .output = m->output,
                                             .command_line = m->command_line,
                                             .isa = isa_best()->name,
                                             .threads = omp_get_num_procs(),
                                             .quiet = m->quiet});
}

static int merge_run(struct merge *m, char **directory) {
    if (!open_journals(m, directory)) { return EXIT_USAGE; }
    int status = destination_check(m->output, m->force ? DESTINATION_RESULTS : DESTINATION_ANY, 0, NULL);
    if (status == EXIT_DONE) { status = publish_check(m->output, m->config, m->force, &m->place); }
    if (status == EXIT_DONE) { publish_clear(m->output); }
    if (status != EXIT_DONE || m->place.finished) { return status; }
    if (!outfile_prepare(m->output, false)) { return EXIT_FAILED; }
    unit_plan_create(&m->plan, m->config);
    status = merge_journals(m);
    unit_plan_release(&m->plan);
    return status;
}

static void merge_free(struct merge *m) {
    for (size_t i = 0; m->journal && i < m->journal_count; i++) {
        if (m->journal[i]) { journal_close(m->journal[i]); }
    }
    free(m->journal);
    config_free(m->config);
}

int command_merge(int argc, char **argv) {
    struct merge m = {.output = NULL};
    const struct commandline_option known[] = {
        {"output", 'o', "FILE", "where the results go; a finished FILE of the same config is left alone",
         .text = &m.output},
        {"force", .meaning = "replace a FILE of another config, or one that is finished", .flag = &m.force},
        {"quiet", .meaning = "no progress on stderr", .flag = &m.quiet}};
    struct commandline line = {
        .takes = "JOURNALS... -o FILE",
        .about =
            "Makes FILE of the journals of one sweep: any number of shards, in any order; they may "
            "overlap where they agree. What is missing is listed with the commands that compute it (exit "
            "status 75, no FILE).",
        .count = sizeof known / sizeof *known,
        .option = known};
    if (!commandline_read(&line, argc, argv)) { return line.status; }
    if (!m.output || line.words == 0) {
        return commandline_refuse(&line, m.output ? "no journals given" : "no -o FILE given");
    }
    char *command_line = outfile_command_line(argc, argv);
    m.command_line = command_line;
    m.journal_count = line.words;
    int status = merge_run(&m, line.word);
    merge_free(&m);
    free(command_line);
    return status;
}
