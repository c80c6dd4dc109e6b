#include "sim/journal/journal.h"

#include <errno.h>
#include <glob.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/machine.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/version.h"
#include "sim/config/config_read.h"
#include "sim/journal/lock.h"
#include "sim/sweep/record.h"

static const size_t WAITING_BYTES = 32 << 20;
/* Writing takes a hundredth of the time at most. */
static const double WAIT_LEAST = 0.2, WAIT_MOST = 5, WAIT_SHARE = 100; /* seconds; seconds; 1 */

/* ---- places ---- */

void journal_name(const char *output, size_t shard, size_t shards, char directory[FILES_PATH]) {
    char part[64] = "";
    if (shards > 1) { snprintf(part, sizeof part, ".shard-%zu-of-%zu", shard, shards); }
    snprintf(directory, FILES_PATH, "%s%s.journal", output, part);
}

/* Into how many shards the sweep of a journal is cut; 0 where it is of another resolved config. What is left
 * of one without its header may be all. */
static size_t count_shards(const char *directory, const char *resolved) {
    struct journal_header header;
    enum journal_header_state state = journal_header_read(directory, &header);
    bool same = state == JOURNAL_HEADER_GOOD && strcmp(header.config_resolved, resolved) == 0;
    char place[FILES_PATH]; /* of a file: no directory */
    free(header.bytes);
    files_path(directory, ".", place);
    if (state == JOURNAL_HEADER_ABSENT) { return access(place, F_OK) == 0; }
    return same ? header.shards : 0;
}

bool journal_is_of(const char *directory, const char *resolved) {
    return count_shards(directory, resolved) > 0;
}

static bool is_a_journals(int directory, const char *name) {
    return files_number(name) > 0 || strcmp(name, "header") == 0 || strcmp(name, "config.yaml") == 0 ||
           strcmp(name, "resolved.yaml") == 0 || lock_is_left(directory, name);
}

bool journal_clear(const char *directory) {
    char header[FILES_PATH];
    files_path(directory, "header", header);
    unlink(header); /* first: without it the rest is nothing */
    return files_clear(directory, is_a_journals);
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
    j->mutex = (pthread_mutex_t)PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP; /* its holder may run out of memory */
    pthread_mutex_init(&j->writing, NULL);
    j->out.file = -1;
    signal(SIGXFSZ, SIG_IGN); /* a file size limit shows as an error of write() */
    return j;
}

static const char *reason_of_absence(const char *directory) {
    struct stat there;
    if (stat(directory, &there) != 0) { return strerror(errno); }
    return S_ISDIR(there.st_mode) ? "it has no header" : "it is no directory, as FILE.journal/ is";
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
    files_clear(directory, NULL);
    if (state == JOURNAL_HEADER_GOOD) { return j; }
    if (state == JOURNAL_HEADER_OLDER) { return refuse(j, state); }
    free(j->header.bytes);
    j->header = *header;
    j->header.bytes = NULL; /* whose texts they are has them */
    j->header.program = version_number;
    j->header.compiler = __VERSION__;
    j->header.numerics = numerics_here();
    j->mended = journal_exists(directory);
    if (j->mended) {
        message_say(
            "the header or config of the journal %s is damaged; they are made again from the config given",
            directory);
    } else if (!journal_clear(directory) || !journal_header_write(directory, &j->header)) {
        journal_clear(directory);
        journal_close(j);
        return NULL;
    }
    return j;
}

void journal_close(struct journal *j) {
    free(j->header.bytes);
    partial_drop(&j->waiting);
    free(j->spare);
    if (j->out.file >= 0) { close(j->out.file); }
    pthread_mutex_destroy(&j->mutex);
    pthread_mutex_destroy(&j->writing);
    records_free(j->records);
    records_free(j->before);
    free(j);
}

bool journal_is_ours(const struct journal *j) {
    const struct journal_header *h = &j->header;
    if (!numerics_match(h->numerics, numerics_here(), j->directory, "--fresh")) { return false; }
    if (strcmp(h->program, version_number) == 0 && strcmp(h->compiler, __VERSION__) == 0) { return true; }
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

bool journal_scan(struct journal *j) {
    if (!records_scan(j->records, 1, &(char *){j->directory}, 0)) { return false; }
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
        size_t shards = count_shards(directory, resolved);
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

bool journal_scan_archive(struct journal *j, char *path) {
    if (files_kind(path) == FILES_OLDER) {
        message_error("%s was left by an older gapscale, whose archives have another format", path);
    } else if (records_scan(j->records, 1, &path, 0)) {
        return true;
    }
    message_say("without it nothing of the finished file can be used; --force computes all of it again");
    return false;
}

/* ---- writing, one at a time ---- */

static bool append(struct journal *j, const struct partial_stack *list) {
    if (list->count == 0 || j->failed) { return !j->failed; }
    const uint64_t before = j->out.size;
    bool good = files_append(&j->out, j->directory);
    for (size_t i = 0; good && i < list->count; i++) {
        size_t length;
        uint8_t *record = record_make(1, &list->held[i], &length);
        good = records_write(j->records, &j->out, record, length);
        free(record);
    }
    j->failed = !good || !files_sync(&j->out);
    if (j->failed && ftruncate(j->out.file, (off_t)before) != 0) { return false; } /* passed over as torn */
    return !j->failed;
}

/* A file that cannot be packed goes on as it is. */
static bool pack_all(struct journal *j, const struct unit_list *list) {
    struct records_pack pack = {.list = list, .path = j->out.path, .directory = j->directory};
    if (!files_append(&j->out, j->directory) || !records_settle(j->records) ||
        records_pack(j->records, &pack) != EXIT_DONE) {
        return false;
    }
    close(j->out.file);
    j->out.file = -1;
    j->out.size = j->packed = (uint64_t)records_bytes(j->records);
    return true;
}

/* Whether all that is known is in one file of the journal's own, each record once. */
static bool is_packed(const struct journal *j) {
    const struct records *r = j->records;
    return r->file_count == 0 || (r->file_count == 1 && files_are_of(j->directory, r->file[0]) &&
                                  r->damaged == 0 && j->out.size == j->packed);
}

bool journal_pack(struct journal *j, const struct unit_list *list) {
    pthread_mutex_lock(&j->writing);
    bool good = is_packed(j) || pack_all(j, list);
    pthread_mutex_unlock(&j->writing);
    return good;
}

void journal_known(void *journal, struct unit_range range, struct partial_stack *stack) {
    struct journal *j = journal;
    if (!j->before) {
        j->before = records_create(j->records->plan, j->header.numerics);
        records_scan(j->before, 1, &(char *){j->directory}, RECORDS_QUIET);
    }
    records_read(j->before, range, stack);
}

/* ---- what waits ---- */

/* Waits for others that write, where what waits is too much. What it takes waits until it can be written: who
 * saves all, or ends the program, finds it. */
static bool begin_writing(struct journal *j, bool at_once) {
    pthread_mutex_lock(&j->mutex);
    const bool full = j->bytes >= WAITING_BYTES,
               due = j->waiting.count > 0 && machine_seconds() >= j->next_write;
    pthread_mutex_unlock(&j->mutex);
    if (at_once || full) { return pthread_mutex_lock(&j->writing) == 0; }
    return due && pthread_mutex_trylock(&j->writing) == 0;
}

static struct partial_stack take_waiting(struct journal *j) {
    pthread_mutex_lock(&j->mutex);
    struct partial_stack taken = j->waiting;
    j->waiting = (struct partial_stack){.count = 0};
    j->bytes = 0;
    pthread_mutex_unlock(&j->mutex);
    return taken;
}

/* At once also waits for others that write. */
static bool save(struct journal *j, bool at_once) {
    if (!begin_writing(j, at_once)) { return true; }
    struct partial_stack list = take_waiting(j);
    const double start = machine_seconds();
    bool good = append(j, &list);
    const double wait = fmin(WAIT_MOST, fmax(WAIT_LEAST, WAIT_SHARE * (machine_seconds() - start)));
    if (good && j->out.size > 2 * j->packed + RECORD_SLACK) { good = pack_all(j, NULL); }
    pthread_mutex_unlock(&j->writing);
    partial_drop(&list);
    pthread_mutex_lock(&j->mutex);
    j->next_write = start + wait;
    pthread_mutex_unlock(&j->mutex);
    return good;
}

bool journal_flush(struct journal *j) { return save(j, true); }
bool journal_tend(struct journal *j) { return save(j, false); }

static bool lock_shortly(pthread_mutex_t *mutex) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 1;
    return pthread_mutex_timedlock(mutex, &until) == 0;
}

void journal_flush_by_force(struct journal *j) {
    if (!lock_shortly(&j->writing) || !lock_shortly(&j->mutex)) { return; }
    bool good = j->waiting.count > 0 && files_append(&j->out, j->directory);
    for (size_t i = 0; good && i < j->waiting.count; i++) {
        const struct partial *p = j->waiting.held[i];
        if (record_size(p) <= j->room) { good = files_add(&j->out, j->spare, record_write(p, j->spare)); }
    }
    if (good) { fsync(j->out.file); }
}

bool journal_accept(void *journal, struct partial *p) {
    struct journal *j = journal;
    pthread_mutex_lock(&j->mutex);
    j->bytes += partial_bytes(p);
    const struct partial *held = partial_push(&j->waiting, p);
    size_t length = held ? record_size(held) : 0;
    if (length > j->room) {
        j->spare = memory_resize(j->spare, 2 * length, 1);
        j->room = 2 * length;
    }
    pthread_mutex_unlock(&j->mutex);
    return journal_tend(j);
}
