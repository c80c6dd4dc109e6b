#include "sim/journal/saver.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/machine.h"
#include "sim/base/memory.h"
#include "sim/journal/files.h"

static const size_t BATCH_BYTES = 8 << 20;
/* Writing takes a hundredth of the time at most, and makes no more files than needed. */
static const double BATCH_LEAST = 0.2, BATCH_MOST = 5, BATCH_SHARE = 100; /* seconds; seconds; 1 */

struct saver {
    char directory[FILES_DIRECTORY];
    pthread_mutex_t mutex;   /* of `batch`, `last_write`, `interval` */
    pthread_mutex_t writing; /* of the directory, and of the rest */
    struct batch batch;
    double last_write, interval;
    unsigned last_file;
    struct place *place;
    bool failed;
};

struct saver *saver_create(const char *directory) {
    struct saver *s = memory_create(1, sizeof *s);
    snprintf(s->directory, sizeof s->directory, "%s", directory);
    pthread_mutex_init(&s->mutex, NULL);
    pthread_mutex_init(&s->writing, NULL);
    s->last_write = machine_seconds();
    return s;
}

void saver_begin(struct saver *s, unsigned last, struct place *place) {
    s->last_file = last;
    s->place = place;
}

static void batch_release(struct batch *b) {
    free(b->bytes);
    free(b->waiting);
    *b = (struct batch){.count = 0};
}

void saver_free(struct saver *s) {
    batch_release(&s->batch);
    pthread_mutex_destroy(&s->mutex);
    pthread_mutex_destroy(&s->writing);
    free(s);
}

/* ---- batches ---- */

bool saver_add(struct batch *b, size_t unit, const uint8_t *record, size_t length) {
    if (!b->bytes || b->room < b->length + length) {
        size_t room = 2 * b->room + length;
        if (!memory_grow((void **)&b->bytes, room, 1)) { return false; }
        b->room = room;
    }
    if (!memory_grow((void **)&b->waiting, b->count + 1, sizeof *b->waiting)) { return false; }
    memcpy(b->bytes + b->length, record, length);
    b->waiting[b->count++] = (struct waiting){unit, {.offset = b->length, .length = length}};
    b->length += length;
    return true;
}

/* Under `writing`. */
static bool batch_write(struct saver *s, const struct batch *b) {
    if (b->count == 0) { return !s->failed; }
    if (s->failed || !files_write_units(s->directory, &s->last_file, b->bytes, b->length)) {
        s->failed = true;
        return false;
    }
    for (size_t i = 0; i < b->count; i++) {
        struct place place = b->waiting[i].place;
        place.file = s->last_file;
        s->place[b->waiting[i].unit] = place;
    }
    return true;
}

static bool write_now(struct saver *s, const struct batch *b) {
    pthread_mutex_lock(&s->writing); /* also to wait for others */
    double start = machine_seconds();
    bool good = batch_write(s, b);
    double interval = fmin(BATCH_MOST, fmax(BATCH_LEAST, BATCH_SHARE * (machine_seconds() - start)));
    pthread_mutex_unlock(&s->writing);
    pthread_mutex_lock(&s->mutex);
    s->interval = interval;
    pthread_mutex_unlock(&s->mutex);
    return good;
}

bool saver_write(struct saver *s, struct batch *b) {
    bool good = write_now(s, b);
    batch_release(b);
    return good;
}

/* ---- what waits ---- */

/* Takes what waits, if there is a reason to write it. */
static struct batch take_waiting(struct saver *s, bool at_once) {
    struct batch taken = {.count = 0};
    pthread_mutex_lock(&s->mutex);
    if (s->batch.count > 0 &&
        (at_once || s->batch.length >= BATCH_BYTES || machine_seconds() - s->last_write >= s->interval)) {
        taken = s->batch;
        s->batch = (struct batch){.count = 0};
        s->last_write = machine_seconds();
    }
    pthread_mutex_unlock(&s->mutex);
    return taken;
}

bool saver_flush(struct saver *s) {
    struct batch batch = take_waiting(s, true);
    return saver_write(s, &batch);
}

bool saver_tend(struct saver *s) {
    struct batch batch = take_waiting(s, false);
    return batch.count == 0 || saver_write(s, &batch);
}

bool saver_accept(struct saver *s, size_t unit, const uint8_t *record, size_t length) {
    pthread_mutex_lock(&s->mutex);
    bool added = saver_add(&s->batch, unit, record, length);
    pthread_mutex_unlock(&s->mutex);
    if (added) { return saver_tend(s); }
    /* No memory to wait in. */
    struct waiting one = {unit, {.length = length}};
    struct batch alone = {.bytes = (uint8_t *)record, .length = length, .count = 1, .waiting = &one};
    return saver_flush(s) && write_now(s, &alone);
}
