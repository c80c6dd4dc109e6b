/* options: the command line of the commands that read a config. */
#ifndef GAPSCALE_SIM_COMMANDS_OPTIONS_H
#define GAPSCALE_SIM_COMMANDS_OPTIONS_H

#include "sim/base/commandline.h"
#include "sim/journal/journal.h"

struct options {
    const char *config, *output, *isa, *scores;
    bool force, fresh, quiet;
    int threads;
    int shard, shards; /* 0 of 1: all of it */
    double time_limit; /* seconds; INFINITY: none */
    size_t set_count;
    const char *set[JOURNAL_SET];
    int status; /* where the command does not go on (commandline.h) */
};

/* Reads the options of `run`, or those that `check` has, and the one CONFIG; about and notes are those of the
 * help. False where the command does not go on, but ends with the status. */
bool options_read(int argc, char **argv, bool is_check, const char *about, const char *notes,
                  struct options *o);

#endif
