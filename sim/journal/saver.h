/* saver: records on their way to the files of a journal, from any thread.
 *
 * Finished units wait a moment for others (0.2 s; where writing is slow, a hundred times what it takes, 5 s
 * at most), so that quick units do not make a file each. */
#ifndef GAPSCALE_SIM_JOURNAL_SAVER_H
#define GAPSCALE_SIM_JOURNAL_SAVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the record of a unit stands. */
struct place {
    unsigned file; /* its number; 0: nowhere */
    size_t offset, length;
};

struct saver;

/* Writes to `directory`, which has units up to number 0. Free with saver_free; what still waits is lost. */
struct saver *saver_create(const char *directory);
void saver_free(struct saver *saver);
/* Files from `last` + 1 on are free; places of what is written go to place[unit]. */
void saver_begin(struct saver *saver, unsigned last, struct place *place);

/* Takes a record, which the caller may free. False after a message. */
bool saver_accept(struct saver *saver, size_t unit, const uint8_t *record, size_t length);
/* Saves what waits, or what has waited its time. False after a message. */
bool saver_flush(struct saver *saver);
bool saver_tend(struct saver *saver);

/* Records for one file of their own. */
struct batch {
    uint8_t *bytes;
    size_t length, room, count;
    struct waiting {
        size_t unit;
        struct place place;
    } * waiting;
};
/* False when out of memory, with the batch as it was. */
bool saver_add(struct batch *batch, size_t unit, const uint8_t *record, size_t length);
/* Writes and empties it. False after a message. */
bool saver_write(struct saver *saver, struct batch *batch);

#endif
