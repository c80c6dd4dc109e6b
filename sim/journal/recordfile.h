/* recordfile: a file of records (record.h), one after the other, that is written as a whole: under a
 * temporary name, fsynced, read again, renamed. */
#ifndef GAPSCALE_SIM_JOURNAL_RECORDFILE_H
#define GAPSCALE_SIM_JOURNAL_RECORDFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One being written. NULL after a message. End with recordfile_close. */
struct recordfile;
struct recordfile *recordfile_create(const char *path);
/* Adds records. False after a message. */
bool recordfile_add(struct recordfile *file, const uint8_t *record, size_t length);
/* Puts it in its place or, where it is not to be kept, removes it. False after a message. */
bool recordfile_close(struct recordfile *file, bool keep);

/* RECORDFILE_OTHER: nothing of gapscale's; RECORDFILE_OLDER: of a format before this one. */
enum recordfile_kind { RECORDFILE_NONE, RECORDFILE_RECORDS, RECORDFILE_OLDER, RECORDFILE_OTHER };
/* What is at a path, by how it begins. */
enum recordfile_kind recordfile_kind(const char *path);

#endif
