#include "sim/journal/journal.h"

#include <errno.h>
#include <glob.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/machine.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/version.h"
#include "sim/config/config_read.h"
#include "sim/sweep/record.h"

static const size_t WAITING_BYTES = 32 << 20;
/* Writing takes a hundredth of the time at most. */
static const double WAIT_LEAST = 0.2, WAIT_MOST = 5, WAIT_SHARE = 100; /* seconds; seconds; 1 */

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
    pthread_mutex_init(&j->mutex, NULL);
    pthread_mutex_init(&j->writing, NULL);
    j->out.file = -1;
    j->last_write = machine_seconds();
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

static void free_list(struct partial *list) {
    while (list) {
        struct partial *next = list->next;
        partial_free(list);
        list = next;
    }
}

void journal_close(struct journal *j) {
    journal_header_release(&j->header);
    free_list(j->waiting);
    free(j->spare);
    if (j->out.file >= 0) { close(j->out.file); }
    pthread_mutex_destroy(&j->mutex);
    pthread_mutex_destroy(&j->writing);
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
                  "numbers may differ in the last digits; go on with that one, or start again with --fresh",
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

/* ---- writing, one at a time ---- */

static bool append_list(struct journal *j, const struct partial *list) {
    if (!list || j->failed) { return !j->failed; }
    j->failed = !recordfile_append(&j->out, j->directory);
    if (j->failed) { return false; }
    const uint64_t before = j->out.size;
    for (; !j->failed && list; list = list->next) { j->failed = !records_write(j->records, &j->out, list); }
    j->failed = j->failed || !recordfile_sync(&j->out);
    if (j->failed && ftruncate(j->out.file, (off_t)before) != 0) {
        errno = 0;
    } /* a torn end is passed over */
    return !j->failed;
}

/* The ranges are all that there is; a file that cannot be packed goes on as it is. */
static bool pack_all(struct journal *j, size_t count, const struct unit_range *ranges) {
    if (!recordfile_append(&j->out, j->directory) || !records_settle(j->records) ||
        !records_pack(j->records, count, ranges, j->out.path)) {
        return false;
    }
    close(j->out.file);
    j->out.file = -1;
    j->out.size = j->packed = (uint64_t)records_bytes(j->records);
    return true;
}

/* Under `writing`. */
static bool write_list(struct journal *j, struct partial *list) {
    const struct unit_range all = {0, SIZE_MAX};
    double start = machine_seconds();
    bool good = append_list(j, list);
    double interval = fmin(WAIT_MOST, fmax(WAIT_LEAST, WAIT_SHARE * (machine_seconds() - start)));
    if (good && j->out.size > 2 * j->packed + RECORD_SLACK) { good = pack_all(j, 1, &all); }
    pthread_mutex_unlock(&j->writing);
    free_list(list);
    pthread_mutex_lock(&j->mutex);
    j->interval = interval;
    pthread_mutex_unlock(&j->mutex);
    return good;
}

/* What was scanned is in its own file now. */
static bool remove_files(const struct journal *j) {
    bool good = true;
    for (size_t i = 0; i < j->file_count; i++) {
        const char *path = j->file[i].path;
        if (strcmp(path, j->out.path) != 0 && unlink(path) != 0 && errno != ENOENT) {
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
                     j->records->damaged == 0 && j->out.size == j->packed);
}

bool journal_pack(struct journal *j, size_t count, const struct unit_range *ranges) {
    pthread_mutex_lock(&j->writing);
    bool good = is_packed(j) || (pack_all(j, count, ranges) && records_settle(j->records) && remove_files(j));
    pthread_mutex_unlock(&j->writing);
    return good;
}

void journal_known(void *journal, struct unit_range range, sweep_take *take, void *to) {
    struct journal *j = journal;
    if (j->follows) {
        if (!j->others) {
            j->others = records_create(j->records->plan, j->header.numerics);
            scan_other(j->others, j->directory);
        }
        records_give(j->others, range, take, to);
        return;
    }
    pthread_mutex_lock(&j->writing);
    if (records_settle(j->records)) { records_give(j->records, range, take, to); }
    pthread_mutex_unlock(&j->writing);
}

/* ---- what waits ---- */

/* Takes what waits, if there is a reason to write it. */
static struct partial *take_waiting(struct journal *j, bool at_once) {
    struct partial *taken = NULL;
    pthread_mutex_lock(&j->mutex);
    if (j->waiting &&
        (at_once || j->bytes >= WAITING_BYTES || machine_seconds() - j->last_write >= j->interval)) {
        taken = j->waiting;
        j->waiting = NULL;
        j->bytes = 0;
        j->last_write = machine_seconds();
    }
    pthread_mutex_unlock(&j->mutex);
    return taken;
}

bool journal_flush(struct journal *j) {
    pthread_mutex_lock(&j->writing); /* also to wait for others */
    return write_list(j, take_waiting(j, true));
}

void journal_flush_by_force(struct journal *j) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 1;
    if (pthread_mutex_timedlock(&j->writing, &until) != 0) { return; }
    struct partial *list = take_waiting(j, true);
    bool good = list && recordfile_append(&j->out, j->directory);
    for (; good && list; list = list->next) {
        size_t length = record_size(list);
        good = length <= j->room;
        if (good) { record_write(list, j->spare, length); }
        good = good && recordfile_add(&j->out, j->spare, length);
    }
    if (good) { fsync(j->out.file); }
}

bool journal_tend(struct journal *j) {
    struct partial *list = take_waiting(j, false);
    if (!list) { return true; }
    pthread_mutex_lock(&j->writing);
    return write_list(j, list);
}

/* The other half of a node, taken out of what waits; where it does not wait, the partial does, and NULL is
 * returned. Allocates nothing: a thread without memory may want the mutex. */
static struct partial *take_other_half(struct journal *j, struct partial *p) {
    pthread_mutex_lock(&j->mutex);
    struct partial **link = &j->waiting, *found;
    while (*link && !partial_are_halves(*link, p) && !partial_are_halves(p, *link)) { link = &(*link)->next; }
    found = *link;
    if (found) {
        *link = found->next;
        j->bytes -= partial_bytes(found);
    } else {
        p->next = j->waiting;
        j->waiting = p;
        j->bytes += partial_bytes(p);
    }
    pthread_mutex_unlock(&j->mutex);
    return found;
}

/* Room for the record of a partial. Outside of the mutex, whose holder allocates nothing. */
static void make_room(struct journal *j, const struct partial *p) {
    const size_t length = record_size(p);
    pthread_mutex_lock(&j->mutex);
    bool enough = length <= j->room;
    pthread_mutex_unlock(&j->mutex);
    if (enough) { return; }
    uint8_t *larger = memory_create(2 * length, 1), *unused = larger;
    pthread_mutex_lock(&j->mutex);
    if (j->room < 2 * length) {
        unused = j->spare;
        j->spare = larger;
        j->room = 2 * length;
    }
    pthread_mutex_unlock(&j->mutex);
    free(unused);
}

bool journal_accept(void *journal, size_t unit, struct partial *p) {
    struct journal *j = journal;
    (void)unit;
    make_room(j, p);
    for (struct partial *other; (other = take_other_half(j, p));) {
        p = partial_are_halves(other, p) ? partial_merge(other, p) : partial_merge(p, other);
        make_room(j, p);
    }
    return journal_tend(j);
}
