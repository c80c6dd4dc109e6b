/* journal: a directory that holds what is finished of a sweep.
 *
 *   header          which program, numerics, config and shard (header.h)
 *   config.yaml     the config as it was read; resolved.yaml: as it was resolved
 *   NNNNNN.units    records of finished units (record.h), one after the other
 *   lock            of the process that writes (lock.h)
 *
 * Every file is written under a temporary name, fsynced and renamed, and never touched again (files.h); the
 * number of a file of units is never that of one that is there. Finished units wait a moment for others
 * (saver.h). Any instruction set goes on with a journal; other numerics are refused (numerics.h). */
#ifndef GAPSCALE_SIM_JOURNAL_JOURNAL_H
#define GAPSCALE_SIM_JOURNAL_JOURNAL_H

#include "sim/journal/journal_header.h"
#include "sim/sweep/record.h"

enum { JOURNAL_PATH = 4096 };

struct journal;

/* Whether a directory is a journal. */
bool journal_exists(const char *directory);
/* Reads the header of a journal. NULL after a message. Close with journal_close. */
struct journal *journal_open(const char *directory);
/* Makes a journal in a directory that is there and holds none; program, compiler and numerics are filled in.
 * NULL after a message. */
struct journal *journal_create(const char *directory, const struct journal_header *header);
void journal_close(struct journal *journal);

const char *journal_directory(const struct journal *journal);
const struct journal_header *journal_header(const struct journal *journal);
/* Whether this very program, as it was compiled, made the journal, with the numerics that it has here; a
 * message when not. */
bool journal_is_ours(const struct journal *journal);
/* The config whose sweep it holds, read again. NULL after a message. Free with config_free. */
struct config *journal_config(const struct journal *journal);
/* "gapscale run ...", which goes on with this journal, or, with another number, with that shard of it. */
char *journal_command(const struct journal *journal, size_t shard);
/* "gapscale merge ...", which makes the results of all its shards. */
char *journal_merge_command(const struct journal *journal);

/* Looks at every record: what is finished of the plan. Damaged ones are told; when `repair` is set their
 * files are removed and what is good in them is saved again. False after a message, when that fails or a
 * record has other numerics than the header. */
bool journal_scan(struct journal *journal, const struct unit_plan *plan, bool repair);
/* Before journal_scan: units that are not in the journal are taken from an archive (archive.h). False after a
 * message. */
bool journal_import(struct journal *journal, const struct unit_plan *plan, const char *archive);
bool journal_has(const struct journal *journal, size_t unit);
/* Records found that are damaged; intact records that belong to no unit of the plan. */
size_t journal_damaged(const struct journal *journal);
size_t journal_strange(const struct journal *journal);

/* sweep_accept and collect_source of a journal that was scanned. */
bool journal_accept(void *journal, size_t unit, uint8_t *record, size_t length);
const uint8_t *journal_record(void *journal, size_t unit, size_t *length);
/* Saves what waits. False after a message. From any thread. */
bool journal_flush(struct journal *journal);
/* Saves what has waited its time, for a caller that looks now and then: the next record may be long in
 * coming. */
bool journal_tend(struct journal *journal);

/* Removes what a journal is made of, but for the lock; with the directory, if nothing else is in it, by
 * journal_remove_directory. False after a message. */
bool journal_clear(const char *directory);
void journal_remove_directory(const char *directory);

#endif
