/* archive: the records of all units of a finished file, in FILE.units beside it, so that it can grow: with
 * more replicates or more n, only what is new is computed. It may be removed; then FILE cannot grow.
 *
 * A line that names the program and its numerics (numerics.h), then the records (record.h) in the order of
 * the plan, those of exact values last. */
#ifndef GAPSCALE_SIM_JOURNAL_ARCHIVE_H
#define GAPSCALE_SIM_JOURNAL_ARCHIVE_H

#include "sim/sweep/collect.h"

enum { ARCHIVE_PATH = 4096 };

/* FILE.units; false when the name is too long. */
bool archive_name(const char *file, char path[ARCHIVE_PATH]);
/* Whether there is nothing at `path`, or an archive; else a message. */
bool archive_may_replace(const char *path);
/* One being written, under a temporary name first. NULL after a message. End with archive_close. */
struct archive;
struct archive *archive_create(const char *path);
/* Adds a record; they come in order. False after a message. */
bool archive_add(struct archive *archive, const uint8_t *record, size_t length);
/* Reads it again and puts it in its place, or, where it is not to be kept, removes it. False after a message.
 */
bool archive_close(struct archive *archive, bool keep);
/* Where the records start in what was read from `path`; 0 after a message, when it is no archive of this very
 * program and its numerics. */
size_t archive_check(const char *path, const char *bytes, size_t size);

enum archive_growth { ARCHIVE_GROWS, ARCHIVE_DIFFERS, ARCHIVE_UNREADABLE };
/* Whether `config` asks for what the results in `file` hold and more replicates or n, and nothing else; else,
 * after a message that names the keys, not. */
enum archive_growth archive_compare(const char *file, const struct config *config);

#endif
