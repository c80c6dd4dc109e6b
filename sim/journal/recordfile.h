/* recordfile: a file of records (record.h), one after the other: written as a whole, under a temporary name,
 * or appended to. What is written is read again. */
#ifndef GAPSCALE_SIM_JOURNAL_RECORDFILE_H
#define GAPSCALE_SIM_JOURNAL_RECORDFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/process.h"
#include "sim/journal/files.h"

struct recordfile {
    int file; /* -1: not open */
    uint64_t size;
    char path[FILES_PATH], temporary[FILES_PATH + PROCESS_TAG]; /* its place; "" where it is there already */
};

/* Those below return false after a message. One to be written as a whole: */
bool recordfile_create(struct recordfile *file, const char *path);
/* One to append to, at file->path, open where it is not; where that is "", a new NNNNNN.units of a directory.
 */
bool recordfile_append(struct recordfile *file, const char *directory);
/* Adds records. Allocates nothing. */
bool recordfile_add(struct recordfile *file, const uint8_t *record, size_t length);
/* Waits until all is on the disk. */
bool recordfile_sync(struct recordfile *file);
/* Of a whole one: puts it in its place or, where it is not to be kept, removes it. */
bool recordfile_close(struct recordfile *file, bool keep);

/* RECORDFILE_OTHER: nothing of gapscale's; RECORDFILE_OLDER: of a format before this one. */
enum recordfile_kind { RECORDFILE_NONE, RECORDFILE_RECORDS, RECORDFILE_OLDER, RECORDFILE_OTHER };
/* What is at a path, by how it begins. */
enum recordfile_kind recordfile_kind(const char *path);

#endif
