#include "sim/journal/saver.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/machine.h"
#include "sim/base/memory.h"
#include "sim/sweep/record.h"

static const size_t WAITING_BYTES = 32 << 20;
/* Writing takes a hundredth of the time at most. */
static const double WAIT_LEAST = 0.2, WAIT_MOST = 5, WAIT_SHARE = 100; /* seconds; seconds; 1 */

struct saver {
    char directory[FILES_DIRECTORY];
    struct records *records;
    pthread_mutex_t mutex;   /* of the next lines */
    struct partial *waiting; /* a list */
    size_t bytes;            /* of it */
    size_t room;             /* of `spare`, for any record that waits, where memory is out */
    uint8_t *spare;
    double last_write, interval;
    pthread_mutex_t writing; /* of the file and the next lines */
    struct recordfile out;
    uint64_t packed; /* its size when it was written last as a whole */
    bool failed;
};

struct saver *saver_create(const char *directory, struct records *records) {
    struct saver *s = memory_create(1, sizeof *s);
    *s = (struct saver){.records = records, .out.file = -1, .last_write = machine_seconds()};
    snprintf(s->directory, sizeof s->directory, "%s", directory);
    pthread_mutex_init(&s->mutex, NULL);
    pthread_mutex_init(&s->writing, NULL);
    return s;
}

bool saver_is_packed(const struct saver *s) { return s->out.size == s->packed; }
const char *saver_path(const struct saver *s) { return s->out.path; }

static void free_list(struct partial *list) {
    while (list) {
        struct partial *next = list->next;
        partial_free(list);
        list = next;
    }
}

void saver_free(struct saver *s) {
    if (!s) { return; }
    free_list(s->waiting);
    free(s->spare);
    if (s->out.file >= 0) { close(s->out.file); }
    pthread_mutex_destroy(&s->mutex);
    pthread_mutex_destroy(&s->writing);
    free(s);
}

/* ---- writing, one at a time ---- */

static bool append_list(struct saver *s, const struct partial *list) {
    if (!list || s->failed) { return !s->failed; }
    s->failed = !recordfile_append(&s->out, s->directory);
    if (s->failed) { return false; }
    const uint64_t before = s->out.size;
    for (; !s->failed && list; list = list->next) { s->failed = !records_write(s->records, &s->out, list); }
    s->failed = s->failed || !recordfile_sync(&s->out);
    if (s->failed && ftruncate(s->out.file, (off_t)before) != 0) {
        errno = 0;
    } /* a torn end is passed over */
    return !s->failed;
}

/* The ranges are all that there is; a file that cannot be packed goes on as it is. */
static bool pack(struct saver *s, size_t count, const struct unit_range *ranges) {
    if (!recordfile_append(&s->out, s->directory) || !records_settle(s->records) ||
        !records_pack(s->records, count, ranges, s->out.path)) {
        return false;
    }
    close(s->out.file);
    s->out.file = -1;
    s->out.size = s->packed = (uint64_t)records_bytes(s->records);
    return true;
}

/* Under `writing`. */
static bool write_list(struct saver *s, struct partial *list) {
    const struct unit_range all = {0, SIZE_MAX};
    double start = machine_seconds();
    bool good = append_list(s, list);
    double interval = fmin(WAIT_MOST, fmax(WAIT_LEAST, WAIT_SHARE * (machine_seconds() - start)));
    if (good && s->out.size > 2 * s->packed + RECORD_SLACK) { good = pack(s, 1, &all); }
    pthread_mutex_unlock(&s->writing);
    free_list(list);
    pthread_mutex_lock(&s->mutex);
    s->interval = interval;
    pthread_mutex_unlock(&s->mutex);
    return good;
}

bool saver_pack(struct saver *s, size_t count, const struct unit_range *ranges) {
    pthread_mutex_lock(&s->writing);
    bool good = pack(s, count, ranges) && records_settle(s->records);
    pthread_mutex_unlock(&s->writing);
    return good;
}

bool saver_give(struct saver *s, struct unit_range range, sweep_take *take, void *to) {
    pthread_mutex_lock(&s->writing);
    bool good = records_settle(s->records) && records_give(s->records, range, take, to);
    pthread_mutex_unlock(&s->writing);
    return good;
}

/* ---- what waits ---- */

/* Takes what waits, if there is a reason to write it. */
static struct partial *take_waiting(struct saver *s, bool at_once) {
    struct partial *taken = NULL;
    pthread_mutex_lock(&s->mutex);
    if (s->waiting &&
        (at_once || s->bytes >= WAITING_BYTES || machine_seconds() - s->last_write >= s->interval)) {
        taken = s->waiting;
        s->waiting = NULL;
        s->bytes = 0;
        s->last_write = machine_seconds();
    }
    pthread_mutex_unlock(&s->mutex);
    return taken;
}

bool saver_flush(struct saver *s) {
    pthread_mutex_lock(&s->writing); /* also to wait for others */
    return write_list(s, take_waiting(s, true));
}

void saver_flush_by_force(struct saver *s) {
    struct timespec until;
    if (!s) { return; }
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 1;
    if (pthread_mutex_timedlock(&s->writing, &until) != 0) { return; }
    struct partial *list = take_waiting(s, true);
    bool good = list && recordfile_append(&s->out, s->directory);
    for (; good && list; list = list->next) {
        size_t length = record_size(list);
        good = length <= s->room;
        if (good) { record_write(list, s->spare, length); }
        good = good && recordfile_add(&s->out, s->spare, length);
    }
    if (good) { fsync(s->out.file); }
}

bool saver_tend(struct saver *s) {
    struct partial *list = s ? take_waiting(s, false) : NULL;
    if (!list) { return true; }
    pthread_mutex_lock(&s->writing);
    return write_list(s, list);
}

/* The other half of a node, taken out of what waits; where it does not wait, the partial does, and NULL is
 * returned. Allocates nothing: a thread without memory may want the mutex. */
static struct partial *take_other_half(struct saver *s, struct partial *p) {
    pthread_mutex_lock(&s->mutex);
    struct partial **link = &s->waiting, *found;
    while (*link && !partial_are_halves(*link, p) && !partial_are_halves(p, *link)) { link = &(*link)->next; }
    found = *link;
    if (found) {
        *link = found->next;
        s->bytes -= partial_bytes(found);
    } else {
        p->next = s->waiting;
        s->waiting = p;
        s->bytes += partial_bytes(p);
    }
    pthread_mutex_unlock(&s->mutex);
    return found;
}

/* Room for the record of a partial. Outside of the mutex, whose holder allocates nothing. */
static void make_room(struct saver *s, const struct partial *p) {
    const size_t length = record_size(p);
    pthread_mutex_lock(&s->mutex);
    bool enough = length <= s->room;
    pthread_mutex_unlock(&s->mutex);
    if (enough) { return; }
    uint8_t *larger = memory_create(2 * length, 1), *unused = larger;
    pthread_mutex_lock(&s->mutex);
    if (s->room < 2 * length) {
        unused = s->spare;
        s->spare = larger;
        s->room = 2 * length;
    }
    pthread_mutex_unlock(&s->mutex);
    free(unused);
}

bool saver_accept(struct saver *s, struct partial *p) {
    make_room(s, p);
    for (struct partial *other; (other = take_other_half(s, p));) {
        p = partial_are_halves(other, p) ? partial_merge(other, p) : partial_merge(p, other);
        make_room(s, p);
    }
    return saver_tend(s);
}
