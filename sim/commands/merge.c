/* `gapscale merge`: one results file from the journals of the parts of a sweep. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/commandline.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/outfile.h"
#include "sim/base/temporary.h"
#include "sim/commands/command.h"
#include "sim/config/difference.h"
#include "sim/journal/journal.h"
#include "sim/journal/publish.h"
#include "sim/rows/isa.h"

enum { SHOWN = 20 };

struct merge {
    const char *command_line;
    bool quiet;
    size_t journal_count;
    char **directory;
    struct journal **journal;
    struct config *config;
    struct unit_plan plan;
    struct unit_list all;
    struct records *records;
    struct publish_place place;
    char apart[FILES_PATH]; /* where a journal is made */
};

/* ---- the same sweep ---- */

static bool open_journals(struct merge *m) {
    m->journal = memory_create(m->journal_count, sizeof(struct journal *));
    for (size_t i = 0; i < m->journal_count; i++) {
        const struct journal *j = m->journal[i] = journal_open(m->directory[i]);
        if (!j || !journal_is_ours(j) ||
            !difference_none(j->header.config_resolved, m->journal[0]->header.config_resolved, NULL,
                             "%s and %s are journals of different configs:", m->directory[0], j->directory)) {
            return false;
        }
    }
    m->place.config = m->config = journal_config(m->journal[0]);
    if (!m->config) { return false; }
    unit_plan_create(&m->plan, m->config, m->quiet);
    m->all = unit_shares(&m->plan, 0, 1);
    return true;
}

/* ---- records ---- */

/* All of them, first by heads. An archive is read whole both times, and told of the first. */
static int read_records(struct merge *m, bool by_heads) {
    const unsigned heads = by_heads ? RECORDS_QUIET | RECORDS_BY_HEADS : 0,
                   shown = m->quiet ? 0 : RECORDS_SHOWN, archive = by_heads ? 0 : RECORDS_QUIET;
    records_free(m->records);
    m->records = records_create(&m->plan, numerics_here());
    if (!publish_scan_archive(&m->place, m->records, archive)) { return EXIT_FAILED; }
    if (records_scan(m->records, m->journal_count, m->directory, heads | shown)) { return EXIT_DONE; }
    return m->records->conflicts == 0 ? EXIT_FAILED : EXIT_USAGE;
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
static size_t count_missing(const struct merge *m, const struct unit_list *list) {
    struct unit_list missing = records_missing(m->records, list, NULL);
    size_t units = unit_amount(&missing).units;
    free(missing.unit);
    return units;
}

/* Lists what no journal has, exact values among it. */
static void say_missing(const struct merge *m) {
    const size_t shards = m->journal[0]->header.shards;
    const struct unit_list gaps = records_missing(m->records, &m->all, NULL);
    for (size_t k = 0; k < gaps.count && k < SHOWN; k++) {
        char name[UNIT_NAME];
        message_say("missing: %s", unit_name(&gaps.unit[k], name));
    }
    if (gaps.count > SHOWN) { message_say("and %zu more", gaps.count - SHOWN); }
    message_say("%zu of %zu units are missing; compute them with:", unit_amount(&gaps).units,
                unit_amount(&m->all).units);
    free(gaps.unit);
    for (size_t i = 0; i < shards; i++) {
        struct unit_list share = unit_shares(&m->plan, i, shards);
        if (count_missing(m, &share) > 0) { say_command(m, i, shards); }
        free(share.unit);
    }
}

/* ---- the command ---- */

/* Cells come first; exact values alone are no reason to wait. */
static int make_results(struct merge *m) {
    const struct unit_list sampled = {m->plan.cell_count, m->all.unit};
    if (count_missing(m, &sampled) > 0) {
        if (m->records->by_heads) { return RECORDS_UNREAD; }
        say_missing(m);
        return EXIT_RESUMABLE;
    }
    return publish_results(m->records, &m->place, m->command_line, isa_best()->name, m->quiet, NULL);
}

/* Something that is there already, or came meanwhile, or a place that takes nothing. */
static int refuse_place(const char *path) {
    if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR) {
        message_error("%s is there already; remove it, or choose another place with -o", path);
        return EXIT_USAGE;
    }
    message_error("cannot write %s: %s; choose another place with -o", path, strerror(errno));
    return EXIT_FAILED;
}

/* Apart; it takes its place when it is whole. */
static int make_journal(struct merge *m) {
    const size_t units = unit_amount(&m->all).units;
    struct journal_header header = m->journal[0]->header;
    char path[FILES_PATH];
    header.shard = 0;
    header.shards = 1;
    if (!journal_header_write(m->apart, &header)) { return EXIT_FAILED; }
    files_path(m->apart, "000001.units", path);
    const int status = records_pack(m->records, &m->all, path, NULL);
    if (status != EXIT_DONE) { return status; }
    const size_t held = units - count_missing(m, &m->all);
    if (rename(m->apart, m->place.path) != 0) { return refuse_place(m->place.path); }
    message_say("%zu of %zu units are in %s", held, units, m->place.path);
    return EXIT_DONE;
}

/* Every record is read once, but where something is missing, damaged or there twice: what is wrong is told
 * then. */
static int merge_records(struct merge *m, int (*make)(struct merge *m)) {
    int status = read_records(m, true);
    if (status == EXIT_DONE) { status = m->records->damaged == 0 ? make(m) : RECORDS_UNREAD; }
    if (status != RECORDS_UNREAD) { return status; }
    status = read_records(m, false);
    return status == EXIT_DONE ? make(m) : status;
}

static int merge_to_journal(struct merge *m) {
    const char *path = m->place.path;
    if (!outfile_prepare(path, false)) { return EXIT_FAILED; }
    if (rmdir(path) != 0 && errno != ENOENT) { return refuse_place(path); } /* an empty one may be there */
    temporary_clear(path);
    temporary_name(path, sizeof m->apart, m->apart);
    if (!outfile_directory(m->apart, false, "; choose another place with -o")) { return EXIT_FAILED; }
    const int status = merge_records(m, make_journal);
    if (status != EXIT_DONE && journal_clear(m->apart)) { rmdir(m->apart); }
    return status;
}

static int merge_run(struct merge *m) {
    if (!open_journals(m)) { return EXIT_USAGE; }
    if (fnmatch("*.journal", m->place.path, 0) == 0) { return merge_to_journal(m); }
    int status = publish_check(&m->place);
    if (status != EXIT_DONE || m->place.finished) { return status; }
    return outfile_prepare(m->place.path, false) ? merge_records(m, make_results) : EXIT_FAILED;
}

static void merge_free(struct merge *m) {
    records_free(m->records);
    unit_plan_release(&m->plan);
    for (size_t i = 0; m->journal && i < m->journal_count; i++) {
        if (m->journal[i]) { journal_close(m->journal[i]); }
    }
    free(m->all.unit);
    free(m->journal);
    config_free(m->config);
}

int command_merge(int argc, char **argv) {
    struct merge m = {.journal_count = 0};
    const struct commandline_option known[] = {
        {"output", 'o', "FILE",
         "where the results go; a finished FILE of the same config is left alone. NAME.journal: all that the "
         "journals hold, whole or not, as one journal",
         .text = &m.place.path},
        {"force", .meaning = "replace a FILE of another config, or one that is finished",
         .flag = &m.place.force},
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
    if (!m.place.path || line.words == 0) {
        return commandline_refuse(&line, m.place.path ? "no journals given" : "no -o FILE given");
    }
    char *command_line = outfile_command_line(argc, argv);
    m.command_line = command_line;
    m.journal_count = line.words;
    m.directory = line.word;
    int status = merge_run(&m);
    merge_free(&m);
    free(command_line);
    return status;
}
