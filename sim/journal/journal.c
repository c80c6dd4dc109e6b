#include "sim/journal/journal.h"

#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/version.h"
#include "sim/config/config_read.h"
#include "sim/journal/recordfile.h"

/* ---- places ---- */

bool journal_name(const char *output, size_t shard, size_t shards, char directory[JOURNAL_PATH]) {
    char part[64] = "";
    if (shards > 1) { snprintf(part, sizeof part, ".shard-%zu-of-%zu", shard, shards); }
    return snprintf(directory, JOURNAL_PATH, "%s%s.journal", output, part) < JOURNAL_PATH - 32;
}

bool journal_is_of(const char *directory, const char *resolved) {
    struct journal_header header;
    enum journal_header_state state = journal_header_read(directory, &header);
    bool same = state == JOURNAL_HEADER_GOOD && strcmp(header.config_resolved, resolved) == 0;
    journal_header_release(&header);
    return same || state == JOURNAL_HEADER_ABSENT;
}

void journal_remove_directory(const char *directory) {
    if (rmdir(directory) != 0 && errno != ENOENT && errno != ENOTDIR) {
        message_say("%s is not needed any more, but cannot be removed: %s", directory, strerror(errno));
    }
}

bool journal_exists(const char *directory) {
    char path[FILES_PATH];
    size_t count;
    files_path(directory, "header", path);
    free(files_units(directory, &count));
    return access(path, F_OK) == 0 || count > 0;
}

/* ---- opening ---- */

static struct journal *prepare(const char *directory) {
    struct journal *j = memory_create(1, sizeof *j);
    snprintf(j->directory, sizeof j->directory, "%s", directory);
    signal(SIGXFSZ, SIG_IGN); /* a file size limit shows as an error of write() */
    return j;
}

static struct journal *refuse(struct journal *j, enum journal_header_state state) {
    switch (state) {
    case JOURNAL_HEADER_ABSENT: message_error("%s is no journal: it has no header", j->directory); break;
    case JOURNAL_HEADER_OLDER:
        message_error(
            "%s was left by an older gapscale, whose journals have another format: go on with that one, "
            "or start again with --fresh",
            j->directory);
        break;
    default:
        message_error("the header of the journal %s is damaged; `gapscale run` with the same config makes it "
                      "again",
                      j->directory);
    }
    journal_close(j);
    return NULL;
}

struct journal *journal_open(const char *directory) {
    struct journal *j = prepare(directory);
    enum journal_header_state state = journal_header_read(directory, &j->header);
    return state == JOURNAL_HEADER_GOOD ? j : refuse(j, state);
}

struct journal *journal_make(const char *directory, const struct journal_header *header) {
    struct journal *j = prepare(directory);
    enum journal_header_state state = journal_header_read(directory, &j->header);
    files_clear_temporary(directory);
    if (state == JOURNAL_HEADER_GOOD) { return j; }
    if (state == JOURNAL_HEADER_OLDER) { return refuse(j, state); }
    journal_header_release(&j->header);
    j->header = journal_header_copy(header);
    j->mended = journal_exists(directory);
    if (j->mended) {
        message_say(
            "the header or config of the journal %s is damaged; they are made again from the config given",
            directory);
    } else if (!files_clear(directory) || !journal_header_write(directory, &j->header)) {
        files_clear(directory);
        journal_close(j);
        return NULL;
    }
    return j;
}

void journal_close(struct journal *j) {
    journal_header_release(&j->header);
    saver_free(j->saver);
    records_free(j->records);
    records_free(j->others);
    free(j->file);
    free(j);
}

bool journal_is_ours(const struct journal *j) {
    const struct journal_header *h = &j->header;
    if (!numerics_match(h->numerics, numerics_here(), j->directory, "--fresh")) { return false; }
    if (strcmp(h->program, version_number) == 0 && strcmp(h->compiler, __VERSION__) == 0) { return true; }
    message_error("%s was made by gapscale %s (compiler %s), this is gapscale %s (compiler %s): their "
                  "numbers may differ "
                  "in the last digits; go on with that one, or start again with --fresh",
                  j->directory, h->program, h->compiler, version_number, __VERSION__);
    return false;
}

struct config *journal_config(const struct journal *j) {
    char path[FILES_PATH];
    files_path(j->directory, "config.yaml", path);
    struct config *config = config_read(path, j->header.set_count, (const char *const *)j->header.set);
    if (config && strcmp(config->resolved, j->header.config_resolved) == 0) { return config; }
    message_error("%s was made by gapscale %s, which understood its config in another way; use that one",
                  j->directory, j->header.program);
    config_free(config);
    return NULL;
}

/* ---- reading ---- */

void journal_begin(struct journal *j, const struct unit_plan *plan) {
    j->records = records_create(plan, j->header.numerics);
    j->saver = saver_create(j->directory, j->records);
}

bool journal_scan(struct journal *j) {
    free(j->file);
    j->file = files_units(j->directory, &j->file_count);
    if (!records_scan_files(j->records, j->file_count, j->file, (struct records_scan){.quiet = false}) ||
        !records_settle(j->records)) {
        return false;
    }
    if (!j->mended) { return true; }
    if (j->records->strange == 0 || records_bytes(j->records) > 0) {
        return journal_header_write(j->directory, &j->header);
    }
    message_error(
        "the header of %s is damaged, and its records are of another config; choose another -o FILE, "
        "or discard it with --fresh",
        j->directory);
    return false;
}

/* Again where files came and went meanwhile. */
static bool scan_other(struct records *records, const char *directory) {
    const struct records_scan how = {.quiet = true};
    size_t count, after;
    struct files_name *before = files_units(directory, &count), *now;
    bool good = records_scan_files(records, count, before, how);
    now = files_units(directory, &after);
    if (good && (count != after || memcmp(before, now, count * sizeof *now) != 0)) {
        good = records_scan_files(records, after, now, how);
    }
    free(before);
    free(now);
    return good && records_settle(records);
}

/* The shards of this output, as a pattern that takes its own characters as they are. */
static char *shard_pattern(const char *output) {
    char *name = memory_create(2 * strlen(output) + 1, 1), *to = name, *pattern;
    for (const char *c = output; *c; c++) {
        if (strchr("*?[]\\", *c)) { *to++ = '\\'; }
        *to++ = *c;
    }
    pattern = memory_format("%s.shard-*-of-*.journal", name);
    free(name);
    return pattern;
}

bool journal_scan_others(struct journal *j, const char *output, const char *resolved) {
    glob_t found = {.gl_pathc = 0};
    char *pattern = shard_pattern(output), whole[JOURNAL_PATH];
    bool good = journal_name(output, 0, 1, whole);
    glob(pattern, 0, NULL, &found);
    for (size_t i = 0; good && i <= found.gl_pathc; i++) {
        const char *directory = i < found.gl_pathc ? found.gl_pathv[i] : whole;
        if (strcmp(directory, j->directory) != 0 && journal_is_of(directory, resolved)) {
            good = scan_other(j->records, directory);
        }
    }
    globfree(&found);
    free(pattern);
    return good;
}

bool journal_scan_archive(struct journal *j, const char *path) {
    if (recordfile_kind(path) == RECORDFILE_OLDER) {
        message_error("%s was left by an older gapscale, whose archives have another format", path);
    } else if (records_scan(j->records, &(struct records_scan){.path = path, .again = "--force"}) &&
               records_settle(j->records)) {
        return true;
    }
    message_say("without it nothing of the finished file can be used; --force computes all of it again");
    return false;
}

/* ---- writing ---- */

/* What was scanned is in the saver's file now. */
static bool remove_files(const struct journal *j) {
    bool good = true;
    for (size_t i = 0; i < j->file_count; i++) {
        const char *path = j->file[i].path;
        if (strcmp(path, saver_path(j->saver)) != 0 && unlink(path) != 0 && errno != ENOENT) {
            message_error("cannot remove %s: %s", path, strerror(errno));
            good = false;
        }
    }
    return good;
}

/* Whether all that is known is in one file of the journal's own, each record once. */
static bool is_packed(const struct journal *j) {
    const size_t length = strlen(j->directory), files = j->records->file_count;
    const char *path = files > 0 ? j->records->file[0] : NULL;
    return !path || (files == 1 && strncmp(path, j->directory, length) == 0 && path[length] == '/' &&
                     j->records->damaged == 0 && saver_is_packed(j->saver));
}

bool journal_pack(struct journal *j, size_t count, const struct unit_range *ranges) {
    return is_packed(j) || (saver_pack(j->saver, count, ranges) && remove_files(j));
}

bool journal_accept(void *journal, size_t unit, struct partial *partial) {
    (void)unit;
    return saver_accept(((struct journal *)journal)->saver, partial);
}

void journal_known(void *journal, struct unit_range range, sweep_take *take, void *to) {
    struct journal *j = journal;
    if (j->follows) {
        if (!j->others) {
            j->others = records_create(j->records->plan, j->header.numerics);
            scan_other(j->others, j->directory);
        }
        records_give(j->others, range, take, to);
    } else {
        saver_give(j->saver, range, take, to);
    }
}
