/* saver: partials on their way to a file that one writer appends to, from any thread.
 *
 * A finished unit waits a moment for others (0.2 s; where writing is slow, a hundred times what it takes, 5 s
 * at most); halves of a node (partial.h) that wait together become that node. When the file has grown to
 * twice what is in it, it is written anew with nodes in the place of their halves. */
#ifndef GAPSCALE_SIM_JOURNAL_SAVER_H
#define GAPSCALE_SIM_JOURNAL_SAVER_H

#include "sim/journal/records.h"

struct saver;

/* Writes to NNNNNN.units of `directory`, a number that no other writer has, when there is something to write,
 * and adds it to what is known. Free with saver_free; what still waits is lost. */
struct saver *saver_create(const char *directory, struct records *records);
void saver_free(struct saver *saver);

/* Takes a partial. False after a message. */
bool saver_accept(struct saver *saver, struct partial *partial);
/* Saves what waits, or what has waited its time, for a caller that looks now and then: the next partial may
 * be long in coming, and the saver NULL. False after a message. */
bool saver_flush(struct saver *saver);
bool saver_tend(struct saver *saver);
/* Saves what waits at the end of the process, where this thread may be writing already and memory may be out:
 * from memory that it has. NULL: nothing. */
void saver_flush_by_force(struct saver *saver);
/* Gives what is known of a range (records.h), those that were saved among it. False after a message. */
bool saver_give(struct saver *saver, struct unit_range range, sweep_take *take, void *to);
/* Makes one file, this writer's, of all that is known of these ranges, and settles it. The same. */
bool saver_pack(struct saver *saver, size_t count, const struct unit_range *ranges);
/* Whether its file, if it has one, is as saver_pack left it; its name, "" where it has none. */
bool saver_is_packed(const struct saver *saver);
const char *saver_path(const struct saver *saver);

#endif
