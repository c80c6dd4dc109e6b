/* `gapscale merge`: one results file from the journals of the parts of a sweep. */
#include <errno.h>
#include <fnmatch.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/base/commandline.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/outfile.h"
#include "sim/base/progress.h"
#include "sim/commands/command.h"
#include "sim/config/difference.h"
#include "sim/journal/journal.h"
#include "sim/journal/lock.h"
#include "sim/journal/publish.h"
#include "sim/results/destination.h"
#include "sim/rows/isa.h"

enum { SHOWN = 20 };

struct merge {
    const char *output, *command_line;
    bool force, quiet;
    size_t journal_count, file_count;
    struct journal **journal;
    struct files_name *file; /* of their records */
    struct config *config;
    struct unit_plan plan;
    struct records *records;
    struct publish_place place; /* of the output */
};

/* ---- the same sweep ---- */

static bool check_same_sweep(const struct journal *first, const struct journal *other) {
    struct difference *list;
    size_t count = difference_list(other->header.config_resolved, first->header.config_resolved, &list);
    if (count > 0) {
        message_error("%s and %s are journals of different configs:", first->directory, other->directory);
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

/* ---- records ---- */

/* Adds those of a journal; returns their bytes. */
static double list_files(struct merge *m, const char *directory) {
    size_t count;
    struct files_name *file = files_units(directory, &count);
    struct stat status;
    double bytes = 0;
    m->file = memory_resize(m->file, m->file_count + count, sizeof *m->file);
    for (size_t i = 0; i < count; i++) {
        m->file[m->file_count++] = file[i];
        bytes += stat(file[i].path, &status) == 0 ? (double)status.st_size : 0;
    }
    free(file);
    return bytes;
}

/* All of them; PUBLISH_UNREAD, without a message, where their heads are in conflict. */
static int read_records(struct merge *m, bool by_heads) {
    const struct records_scan archive = {.path = m->place.archive, .again = "--force"};
    double bytes = 0;
    if (!m->records) { unit_plan_create(&m->plan, m->config); }
    records_free(m->records);
    m->file_count = 0;
    m->records = records_create(&m->plan, numerics_here());
    if (m->place.grows && !records_scan(m->records, &archive)) { return EXIT_FAILED; }
    for (size_t i = 0; i < m->journal_count; i++) { bytes += list_files(m, m->journal[i]->directory); }
    struct progress progress = progress_start(bytes, 0, m->quiet);
    bool good = records_scan_files(
        m->records, m->file_count, m->file,
        (struct records_scan){.progress = &progress, .quiet = by_heads, .by_heads = by_heads});
    progress_end(&progress);
    if (!good) { return EXIT_FAILED; }
    if (records_settle(m->records)) { return EXIT_DONE; }
    return by_heads ? PUBLISH_UNREAD : EXIT_USAGE;
}

/* ---- what is missing ---- */

/* Its own, where it is given. */
static void say_command(const struct merge *m, size_t shard, size_t shards) {
    const struct journal_header *own = &m->journal[0]->header;
    for (size_t k = 0; k < m->journal_count; k++) {
        const struct journal_header *h = &m->journal[k]->header;
        if (h->shards == shards && h->shard == shard) { own = h; }
    }
    char *command = journal_header_command(own, shard);
    message_say("  %s", command);
    free(command);
}

/* Units that no journal has. */
static size_t count_missing(const struct merge *m, size_t count, const struct unit_range *ranges) {
    struct unit_range *missing;
    size_t gaps = records_missing(m->records, count, ranges, false, &missing),
           units = unit_amount(&m->plan, gaps, missing).units;
    free(missing);
    return units;
}

/* Lists units that no journal has, exact values among them. */
static void say_missing(const struct merge *m) {
    size_t units = unit_plan_size(&m->plan), missing = 0, shards = m->journal[0]->header.shards;
    const struct unit_range all = {0, units};
    struct unit_range *gap;
    size_t gaps = records_missing(m->records, 1, &all, false, &gap);
    for (size_t k = 0; k < gaps; k++) {
        for (size_t i = gap[k].first; i < gap[k].end; i++) {
            struct unit unit = unit_get(&m->plan, i);
            char name[UNIT_NAME];
            if (missing++ < SHOWN) { message_say("missing: %s", unit_name(&unit, name)); }
        }
    }
    free(gap);
    if (missing > SHOWN) { message_say("and %zu more", missing - SHOWN); }
    message_say("%zu of %zu units are missing; compute them with:", missing, units);
    for (size_t i = 0; i < shards; i++) {
        struct unit_range *share;
        size_t count = unit_shares(&m->plan, i, shards, &share);
        if (count_missing(m, count, share) > 0) { say_command(m, i, shards); }
        free(share);
    }
}

/* ---- the command ---- */

/* Exact values alone are no reason to wait. */
static bool is_whole(const struct merge *m) {
    return count_missing(m, 1, &(struct unit_range){0, m->plan.unit_count}) == 0;
}

static int publish(const struct merge *m) {
    return publish_results(&(struct publish){.plan = &m->plan,
                                             .records = m->records,
                                             .output = m->output,
                                             .command_line = m->command_line,
                                             .isa = isa_best()->name,
                                             .threads = omp_get_num_procs(),
                                             .quiet = m->quiet});
}

/* Every record is read once, but where something is missing, damaged or in conflict, which is told then. */
static int merge_journals(struct merge *m) {
    int status = read_records(m, true);
    if (status == EXIT_DONE) {
        status = m->records->damaged == 0 && is_whole(m) ? publish(m) : PUBLISH_UNREAD;
    }
    if (status != PUBLISH_UNREAD) { return status; }
    status = read_records(m, false);
    if (status != EXIT_DONE) { return status; }
    if (is_whole(m)) { return publish(m); }
    say_missing(m);
    return EXIT_RESUMABLE;
}

/* ---- into one journal ---- */

static int pack_into(struct merge *m, const char *directory) {
    struct journal_header header = m->journal[0]->header;
    char path[FILES_PATH];
    header.shard = 0;
    header.shards = 1;
    int status = read_records(m, false);
    if (status != EXIT_DONE) { return status; }
    struct journal *journal = journal_make(directory, &header);
    if (!journal) { return EXIT_FAILED; }
    journal_close(journal);
    const struct unit_range all = {0, unit_plan_size(&m->plan)};
    files_path(directory, "000001.units", path);
    if (!records_pack(m->records, 1, &all, path)) { return EXIT_FAILED; }
    message_say("%zu of %zu units are in %s", all.end - count_missing(m, 1, &all), all.end, directory);
    return EXIT_DONE;
}

static int merge_to_journal(struct merge *m) {
    struct lock lock;
    if (mkdir(m->output, 0777) != 0) {
        message_error("cannot make the directory %s: %s", m->output, strerror(errno));
        return EXIT_USAGE;
    }
    if (!lock_take(&lock, m->output)) { return EXIT_FAILED; }
    int status = pack_into(m, m->output);
    lock_release(&lock);
    if (status != EXIT_DONE) {
        files_clear(m->output);
        journal_remove_directory(m->output);
    }
    return status;
}

static int merge_run(struct merge *m, char **directory) {
    if (!open_journals(m, directory)) { return EXIT_USAGE; }
    if (fnmatch("*.journal", m->output, 0) == 0) { return merge_to_journal(m); }
    int status = destination_check(m->output, m->force ? DESTINATION_RESULTS : DESTINATION_ANY, 0, NULL);
    if (status == EXIT_DONE) { status = publish_check(m->output, m->config, m->force, &m->place); }
    if (status == EXIT_DONE) { publish_clear(m->output); }
    if (status != EXIT_DONE || m->place.finished) { return status; }
    if (!outfile_prepare(m->output, false)) { return EXIT_FAILED; }
    return merge_journals(m);
}

static void merge_free(struct merge *m) {
    records_free(m->records);
    unit_plan_release(&m->plan);
    for (size_t i = 0; m->journal && i < m->journal_count; i++) {
        if (m->journal[i]) { journal_close(m->journal[i]); }
    }
    free(m->file);
    free(m->journal);
    config_free(m->config);
}

int command_merge(int argc, char **argv) {
    struct merge m = {.output = NULL};
    const struct commandline_option known[] = {
        {"output", 'o', "FILE",
         "where the results go; a finished FILE of the same config is left alone. NAME.journal: all that the "
         "journals hold, whole or not, as one journal",
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
