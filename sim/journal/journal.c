#include "sim/journal/journal.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/directory.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/temporary.h"
#include "sim/base/version.h"
#include "sim/config/config_read.h"
#include "sim/journal/lock.h"
#include "sim/sweep/record.h"

/* ---- places ---- */

void journal_name(const char *output, size_t shard, size_t shards, char directory[FILES_PATH]) {
    char part[64] = "";
    if (shards > 1) { snprintf(part, sizeof part, ".shard-%zu-of-%zu", shard, shards); }
    snprintf(directory, FILES_PATH, "%s%s.journal", output, part);
}

size_t journal_shards(const char *directory, const char *resolved) {
    struct journal_header header;
    enum journal_header_state state = journal_header_read(directory, &header);
    bool same = state == JOURNAL_HEADER_GOOD && strcmp(header.config_resolved, resolved) == 0;
    free(header.bytes);
    if (state == JOURNAL_HEADER_ABSENT) { return directory_is(directory); }
    return same ? header.shards : 0;
}

static bool is_a_journals(const char *name) {
    return files_number(name) > 0 || strcmp(name, "header") == 0 || strcmp(name, "config.yaml") == 0 ||
           strcmp(name, "resolved.yaml") == 0;
}

/* Of what processes that are gone left half written; of all that journals are made of, too. */
static bool clear(const char *directory, bool all) {
    DIR *listing = opendir(directory);
    if (!listing) { return errno == ENOENT; }
    bool good = true;
    for (struct dirent *entry; (entry = readdir(listing));) {
        const char *name = entry->d_name;
        if (!temporary_is_left(dirfd(listing), name, LOCK_STALE) && !(all && is_a_journals(name))) {
            continue;
        }
        if (unlinkat(dirfd(listing), name, 0) != 0 && errno != ENOENT) {
            message_error("cannot remove %s/%s: %s", directory, name, strerror(errno));
            good = false;
        }
    }
    closedir(listing);
    return good;
}

bool journal_clear(const char *directory) {
    char header[FILES_PATH];
    files_path(directory, "header", header);
    unlink(header); /* first: without it the rest is nothing */
    return clear(directory, true);
}

void journal_remove_directory(const char *directory) {
    if (rmdir(directory) != 0 && errno != ENOENT && errno != ENOTDIR) {
        message_say("%s is not needed any more, but cannot be removed: %s", directory, strerror(errno));
    }
}

bool journal_exists(const char *directory) {
    char path[FILES_PATH];
    struct files_list list = {0};
    files_path(directory, "header", path);
    files_list(&list, directory);
    free(list.file);
    return directory_is(directory) && (access(path, F_OK) == 0 || list.count > 0);
}

/* ---- opening ---- */

static struct journal *prepare(const char *directory) {
    struct journal *j = memory_create(1, sizeof *j);
    snprintf(j->directory, sizeof j->directory, "%s", directory);
    pthread_mutex_init(&j->mutex, NULL);
    j->out.file = -1;
    signal(SIGXFSZ, SIG_IGN); /* a file size limit shows as an error of write() */
    return j;
}

static const char *reason_of_absence(const char *directory) {
    char header[FILES_PATH];
    files_path(directory, "header", header);
    if (access(directory, F_OK) != 0) { return strerror(errno); }
    if (!directory_is(directory)) { return "it is no directory, as FILE.journal/ is"; }
    return access(header, R_OK) == 0 || errno == ENOENT ? "it has no header" : strerror(errno);
}

static struct journal *refuse(struct journal *j, enum journal_header_state state) {
    static const char *const words[] = {
        [JOURNAL_HEADER_ABSENT] = "%s is no journal: %s",
        [JOURNAL_HEADER_DAMAGED] =
            "the header of the journal %s is damaged; `gapscale run` with the same config makes it again",
        [JOURNAL_HEADER_OLDER] =
            "%s was left by an older gapscale, whose journals have another format: go on with that one, "
            "or compute it again: gapscale run with --fresh"};
    message_error(words[state], j->directory, reason_of_absence(j->directory));
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
    clear(directory, false);
    if (state == JOURNAL_HEADER_GOOD) { return j; }
    if (state == JOURNAL_HEADER_OLDER) { return refuse(j, state); }
    free(j->header.bytes);
    j->header = *header;
    j->header.bytes = NULL; /* whose texts they are has them */
    j->header.program = version_number;
    j->header.compiler = __VERSION__;
    j->header.numerics = numerics_here();
    j->mended = journal_exists(j->directory);
    if (j->mended) {
        message_say(
            "the header or config of the journal %s is damaged; they are made again from the config given",
            directory);
    } else if (!journal_header_write(directory, &j->header)) {
        journal_close(j);
        return NULL;
    }
    return j;
}

void journal_close(struct journal *j) {
    free(j->header.bytes);
    if (j->out.file >= 0) { close(j->out.file); }
    pthread_mutex_destroy(&j->mutex);
    records_free(j->records);
    free(j);
}

bool journal_is_built_alike(const struct journal *j) {
    return strcmp(j->header.program, version_number) == 0 && strcmp(j->header.compiler, __VERSION__) == 0;
}

bool journal_is_ours(const struct journal *j) {
    const struct journal_header *h = &j->header;
    if (!numerics_match(h->numerics, numerics_here(), j->directory, "--fresh")) { return false; }
    if (journal_is_built_alike(j)) { return true; }
    message_error("%s was made by gapscale %s (compiler %s), this is gapscale %s (compiler %s): their "
                  "numbers may differ in the last digits; go on with that one, or compute it again: gapscale "
                  "run with --fresh",
                  j->directory, h->program, h->compiler, version_number, __VERSION__);
    return false;
}

struct config *journal_config(const struct journal *j) {
    struct config *config = config_read_resolved(j->header.config_resolved);
    if (config && strcmp(config->resolved, j->header.config_resolved) == 0) {
        free(config->text);
        config->text = memory_copy_text(j->header.config_text);
        return config;
    }
    message_error("%s was made by gapscale %s, which understood its config in another way; use that one",
                  j->directory, j->header.program);
    config_free(config);
    return NULL;
}

/* ---- reading ---- */

void journal_begin(struct journal *j, const struct unit_plan *plan) {
    j->records = records_create(plan, j->header.numerics);
}

bool journal_scan(struct journal *j, unsigned how) {
    records_forget(j->records);
    if (!records_scan(j->records, 1, &(char *){j->directory}, how)) { return false; }
    if (j->records->strange == 0) { return !j->mended || journal_header_write(j->directory, &j->header); }
    message_error("%s holds records of another config; move that file away, choose another -o FILE, or "
                  "discard all that is in %s with --fresh",
                  j->records->files.file[j->records->strange_file].path, j->directory);
    return false;
}

/* The journals of this output, as a pattern that takes its own characters as they are. */
static char *journal_pattern(const char *output) {
    char *name = memory_create(2 * strlen(output) + 1, 1), *to = name, *pattern;
    for (const char *c = output; *c; c++) {
        if (strchr("*?[]{}\\", *c)) { *to++ = '\\'; }
        *to++ = *c;
    }
    pattern = memory_format("%s{,.shard-*-of-*}.journal", name);
    free(name);
    return pattern;
}

bool journal_scan_others(struct journal *j, const char *output, const char *resolved) {
    glob_t found = {.gl_pathc = 0};
    char *pattern = journal_pattern(output);
    size_t count = 0;
    glob(pattern, GLOB_BRACE, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *directory = found.gl_pathv[i];
        size_t shards = journal_shards(directory, resolved);
        bool beside = shards > 1 && shards == j->header.shards; /* which has nothing of this one's share */
        if (strcmp(directory, j->directory) == 0 || shards == 0 || beside) { continue; }
        found.gl_pathv[i] = found.gl_pathv[count];
        found.gl_pathv[count++] = directory;
    }
    bool good = records_scan(j->records, count, found.gl_pathv, RECORDS_QUIET);
    globfree(&found);
    free(pattern);
    return good;
}

/* ---- one file of many ---- */

/* Whether all that is known is in one file of the journal's own, nothing else in it, and none of it new. */
static bool is_packed(const struct journal *j) {
    const struct records *r = j->records;
    struct stat status;
    const struct files_name *file = r->files.file;
    return r->files.count == 0 ||
           (r->files.count == 1 && files_are_of(j->directory, file->path) && j->out.size == 0 &&
            stat(file->path, &status) == 0 && (double)status.st_size == records_bytes(r));
}

/* What is kept from now on goes to another file than `last`. */
static void end_file(struct journal *j, struct files_out *last) {
    *last = j->out;
    if (last->file >= 0) { close(last->file); }
    j->out = (struct files_out){.file = -1};
}

/* In the place of the last file. */
static bool pack(struct journal *j, struct records *r, const struct unit_list *list,
                 const char last[FILES_PATH]) {
    if (records_pack(r, list, last, j->directory) != EXIT_DONE) { return false; }
    pthread_mutex_lock(&j->mutex);
    memcpy(j->whole, last, sizeof j->whole);
    j->whole_bytes = records_bytes(r);
    pthread_mutex_unlock(&j->mutex);
    return true;
}

bool journal_pack(struct journal *j, const struct unit_list *list) {
    struct files_out last;
    if (is_packed(j)) { return true; }
    if (!files_append(&j->out, j->directory)) { return false; }
    end_file(j, &last);
    return pack(j, j->records, list, last.path);
}

bool journal_pack_own(struct journal *j) {
    struct files_out last;
    pthread_mutex_lock(&j->mutex);
    const bool begins = !j->packing && j->out.file >= 0;
    if (begins) { end_file(j, &last); }
    j->packing |= begins;
    pthread_mutex_unlock(&j->mutex);
    if (!begins) { return true; }
    struct records *own = records_create(j->records->plan, j->header.numerics);
    const bool good =
        records_scan(own, j->whole[0] ? 2 : 1, (char *[]){last.path, j->whole}, RECORDS_BY_HEADS) &&
        pack(j, own, NULL, last.path);
    records_free(own);
    pthread_mutex_lock(&j->mutex);
    j->packing = false;
    pthread_mutex_unlock(&j->mutex);
    return good;
}

/* ---- keeping ---- */

static bool append(struct journal *j, const uint8_t *record, size_t length) {
    j->failed = j->failed || !files_append(&j->out, j->directory) || !files_add(&j->out, record, length);
    if (!j->failed) { return true; }
    const int cut = ftruncate(j->out.file, (off_t)j->out.size); /* what stays is passed over as torn */
    (void)cut;
    return false;
}

bool journal_keep(void *journal, const struct partial *p) {
    struct journal *j = journal;
    size_t length = 0;
    uint8_t *record = record_append(p, NULL, &length);
    pthread_mutex_lock(&j->mutex);
    const bool good = append(j, record, length), grown = (double)j->out.size > j->whole_bytes + RECORD_SLACK;
    pthread_mutex_unlock(&j->mutex);
    free(record);
    return good && (!grown || journal_pack_own(j));
}

/* Others write meanwhile. */
bool journal_sync(struct journal *j) {
    struct files_out here;
    pthread_mutex_lock(&j->mutex);
    here = j->out;
    here.file = here.file >= 0 ? dup(here.file) : -1;
    pthread_mutex_unlock(&j->mutex);
    const bool good = here.file < 0 || files_sync(&here);
    if (here.file >= 0) { close(here.file); }
    return good;
}
