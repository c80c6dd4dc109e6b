/* options: the command line of the commands that read a config. */
#ifndef GAPSCALE_SIM_COMMANDS_OPTIONS_H
#define GAPSCALE_SIM_COMMANDS_OPTIONS_H

#include <getopt.h>

#include "sim/journal/journal.h"

struct options {
    const char *config, *output, *isa, *scores;
    bool force, fresh, quiet, help;
    int threads;
    int shard, shards; /* 0 of 1: all of it */
    double time_limit; /* seconds; INFINITY: none */
    size_t set_count;
    const char *set[JOURNAL_SET];
};

/* Reads the options that a command knows and its one CONFIG; `letters` are the short ones, as getopt has
 * them. False, after a message and the usage on stderr, when they make no sense. With --help nothing else is
 * looked at. */
bool options_read(int argc, char **argv, const struct option *known, const char *letters, const char *usage,
                  struct options *o);

#endif
