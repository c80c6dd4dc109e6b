/* publish: from finished units to a results file FILE, and FILE.units beside it: its archive, a file of the
 * records (files.h) of all nodes, cell by cell in the order of the plan, sampled ones first. With it
 * FILE can grow: with more replicates, n or series, only what is new is computed. It may be removed. */
#ifndef GAPSCALE_SIM_JOURNAL_PUBLISH_H
#define GAPSCALE_SIM_JOURNAL_PUBLISH_H

#include "sim/journal/records.h"
#include "sim/sweep/stop.h"

/* What is at the place of a results file. */
struct publish_place {
    bool finished; /* the work is done already */
    bool grows;    /* results of the same config but for less replicates, n or series; `archive` holds their
                      units */
    char archive[FILES_PATH];
};
/* Whether results may go to a path (destination.h) which is not that of an input, which may be NULL. Returns
 * EXIT_DONE to go on, having removed what killed processes left of `path` and its archive under temporary
 * names (temporary.h), not what others are writing there; anything else, after a message, to stop with. */
int publish_check(const char *path, const char *input, const struct config *config, bool force,
                  struct publish_place *place);
/* Of records of all sampled units of their plan: computes the exact values that there is no record of, packs
 * all (records_pack) into the results and the archive beside them, and puts both files in their place; memory
 * is that of the results and of some partials for each thread. `stop` may be NULL. Status as of records_pack;
 * `output` is as it was unless that is EXIT_DONE. */
int publish_results(struct records *records, const char *output, const char *command_line, const char *isa,
                    bool quiet, struct stop *stop);

#endif
