/* journal: a directory that holds what is finished of a sweep.
 *
 *   header          which program, numerics, config and shard (journal_header.h)
 *   NNNNNN.units    records (record.h), one after the other: a file for each writer, that is process, which
 *                   it alone appends to
 *   lock            of the process that leads (lock.h)
 *
 * A finished unit is appended at once, so that a kill loses nothing of it. When a writer's file has grown to
 * what the writer has packed before, and some more, both are packed: written anew as one, with nodes
 * (partial.h) in the place of their halves, while what is finished goes to another.
 *
 * Files are read by scanning (records.h): what is damaged or torn off is computed again. Whoever goes on
 * makes one file of all that is there. Any instruction set goes on with a journal; other numerics are refused
 * (numerics.h). */
#ifndef GAPSCALE_SIM_JOURNAL_JOURNAL_H
#define GAPSCALE_SIM_JOURNAL_JOURNAL_H

#include <pthread.h>

#include "sim/journal/journal_header.h"
#include "sim/journal/records.h"

struct journal {
    char directory[FILES_PATH];
    struct journal_header header;
    struct records *records; /* what is known */
    /* Of this room: */
    bool mended;           /* the header is a new one */
    pthread_mutex_t mutex; /* of the next lines */
    struct files_out out;
    bool failed;
    bool packing;           /* what this process has written, which one thread does: */
    char whole[FILES_PATH]; /* that, as it was packed last; "": nothing yet */
    double whole_bytes;
};

/* The journal of a results file, or of a shard of it. */
void journal_name(const char *output, size_t shard, size_t shards, char directory[FILES_PATH]);
/* Into how many shards the sweep of a journal is cut; 0 where it is of another resolved config. What is left
 * of one without its header may be all. */
size_t journal_shards(const char *directory, const char *resolved);

/* Whether a directory is a journal: it has a header, or records. */
bool journal_exists(const char *directory);
/* Reads the header of a journal. NULL after a message. Close with journal_close. */
struct journal *journal_open(const char *directory);
/* Opens one to go on with, clearing what was half written, or makes one in a directory that is there and
 * holds none, with this header of this program, whose texts stay in use. Where its header or config is
 * damaged, which is told, `header` takes their place: its records say themselves what they are. The same. */
struct journal *journal_make(const char *directory, const struct journal_header *header);
void journal_close(struct journal *journal);
/* Whether this very program, as it was compiled, made the journal; the same with the numerics that it has
 * here, with a message when not. */
bool journal_is_built_alike(const struct journal *journal);
bool journal_is_ours(const struct journal *journal);
/* The config whose sweep it holds, read again. NULL after a message. Free with config_free. */
struct config *journal_config(const struct journal *journal);

/* From now on, once, it is about this plan. Before all below. */
void journal_begin(struct journal *journal, const struct unit_plan *plan);
/* What is in its files, read anew; `how` as of records_scan. Records of another config are refused: packing
 * would remove them. A header that was damaged is written again. False after a message. */
bool journal_scan(struct journal *journal, unsigned how);
/* Adds what is in the other journals of this output and config, of all of it or of shards of another cut,
 * or of those without a header. The same. */
bool journal_scan_others(struct journal *journal, const char *output, const char *resolved);
/* After scanning: makes one file of the journal's of what is known of these ranges (NULL: of all), where that
 * is not so already, and removes its others. False after a message. */
bool journal_pack(struct journal *journal, const struct unit_list *list);
/* One file of those that this process has appended to, while what is finished goes to a new one. The same.
 * From any thread. */
bool journal_pack_own(struct journal *journal);

/* sweep_work.keep of a journal. */
bool journal_keep(void *journal, const struct partial *partial);
/* Waits until what was kept is on the disk, where a machine that fails leaves it. False after a message.
 * From any thread. */
bool journal_sync(struct journal *journal);

/* Removes what journals are made of but for locks. False after a message. */
bool journal_clear(const char *directory);
/* Removes the directory, if nothing is in it; leaves a link to one as it is, for the next run. */
void journal_remove_directory(const char *directory);

#endif
