/* scorefile: the scores of the rows of a sweep, in the form that sim/scores reads: HDF5, for every series and
 * n whose rows have scores one by one (drawn or sampled) a group SERIES/nN with `scores (sequence, query,
 * key)`. A kept replicate is a sequence of its own with one query; a series is a layer, by its number in the
 * config from 0 on. float64, from the family's origin: the numbers that the sweep's rows are made of. */
#ifndef GAPSCALE_SIM_SWEEP_SCOREFILE_H
#define GAPSCALE_SIM_SWEEP_SCOREFILE_H

#include "sim/base/stop.h"
#include "sim/config/config.h"
#include "sim/results/results.h"
#include "sim/rows/isa.h"

/* Whether the config has rows to write, and a file may be made at `path` (destination.h): before any work,
 * and before it is written, since what was made meanwhile may lie there. Returns EXIT_DONE, or EXIT_USAGE
 * after a message. */
int scorefile_check(const char *path, const struct config *config);

/* Writes the rows that results of this config keep, under a temporary name, reads the file again and, where
 * it holds these very scores, renames it; memory does not grow with n or replicates. Says which series are
 * left out because their rows are counted or have no randomness. Returns EXIT_DONE; EXIT_RESUMABLE when
 * stopped, EXIT_FAILED after a message; then `path` is as it was. */
int scorefile_write(const char *path, const struct config *config, const struct results *results,
                    const struct isa *isa, const char *command_line, const struct stop *stop);

#endif
