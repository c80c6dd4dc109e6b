/* archive: the records (recordfile.h) of all nodes of a finished file, in FILE.units beside it, so that it
 * can grow: with more replicates, n or series, only what is new is computed. It may be removed; then FILE
 * cannot grow. Cell by cell, in the order of the plan, sampled ones first. */
#ifndef GAPSCALE_SIM_JOURNAL_ARCHIVE_H
#define GAPSCALE_SIM_JOURNAL_ARCHIVE_H

#include "sim/config/config.h"

enum { ARCHIVE_PATH = 4096 };

/* FILE.units; false when the name is too long. */
bool archive_name(const char *file, char path[ARCHIVE_PATH]);
/* Whether there is nothing at `path`, or an archive; else a message. */
bool archive_may_replace(const char *path);

enum archive_growth { ARCHIVE_GROWS, ARCHIVE_DIFFERS, ARCHIVE_UNREADABLE };
/* Whether `config` asks for what the results in `file` hold and more replicates, n or series, and nothing
 * else; else, after a message that names the keys and how n are kept, not. */
enum archive_growth archive_compare(const char *file, const struct config *config);

#endif
