/* publish: from finished units to a results file FILE, and FILE.units beside it: its archive, a file of the
 * records (files.h) of all nodes, cell by cell in the order of the plan, sampled ones first. With it
 * FILE can grow: with more replicates, n or series, only what is new is computed. It may be removed, or be
 * behind FILE, which costs work; it is never ahead of it. */
#ifndef GAPSCALE_SIM_JOURNAL_PUBLISH_H
#define GAPSCALE_SIM_JOURNAL_PUBLISH_H

#include <sys/stat.h>

#include "sim/base/stop.h"
#include "sim/journal/records.h"

/* Where results go, and what is there. */
struct publish_place {
    const char *path, *input; /* the latter is never replaced; may be NULL */
    const struct config *config;
    bool force; /* other results are replaced */
    /* Of publish_check: */
    bool finished; /* the work is done already */
    bool grows;    /* results of the same config but for less replicates, n or series; `archive` holds their
                      units */
    char archive[FILES_PATH];
    struct stat file; /* that was there; no link: none */
};
/* Whether they may (destination.h). Returns EXIT_DONE to go on, having removed what killed processes left of
 * the path and its archive under temporary names (temporary.h), not what others are writing there; else
 * EXIT_USAGE, after a message. Again: a file that is still the one that was looked into is not read. */
int publish_check(struct publish_place *place);
/* Adds the units of results that grow to records; nothing of others. `how` as of records_scan. False after a
 * message. */
bool publish_scan_archive(struct publish_place *place, struct records *records, unsigned how);
/* Of records of all sampled units of their plan: computes the exact values that there is no record of, copies
 * all (records_copy) into the results and the archive beside them, and puts both files in their place; memory
 * is that of the results and of some partials for each thread. `stop` may be NULL.
 * Status as of records_copy, and EXIT_USAGE where others have put something there that may not be replaced
 * since publish_check (it is asked once more before the first of both files is in its place); unless it is
 * EXIT_DONE both are as they were, but for an archive of new results that cannot be written, or results of
 * which the archive cannot be put in the place of another; with `force` that other one may be gone. */
int publish_results(struct records *records, const struct publish_place *place, const char *command_line,
                    const char *isa, bool quiet, const struct stop *stop);

#endif
