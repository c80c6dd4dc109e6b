#include "sim/commands/options.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/message.h"
#include "sim/sweep/ranks.h"
#include "sim/sweep/stop.h"

enum { MAX_THREADS = 4096, MAX_SHARDS = 1000000 };

/* A whole number from 1 to `most`, or 0. */
static int parse_count(const char *text, int most) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    return errno || end == text || *end || value < 1 || value > most ? 0 : (int)value;
}

/* "I/N" with 0 <= I < N. */
static bool parse_shard(const char *text, struct options *o) {
    int end = 0;
    if (strspn(text, "0123456789/") == strlen(text) &&
        sscanf(text, "%7d/%7d%n", &o->shard, &o->shards, &end) == 2 && !text[end] && o->shards >= 1 &&
        o->shards <= MAX_SHARDS && o->shard < o->shards) {
        return true;
    }
    message_error("--shard takes I/N with I from 0 to N-1, e.g. 0/4, not '%s'", text);
    return false;
}

static bool take_option(struct options *o, int option) {
    switch (option) {
    case 'F': o->fresh = true; return true;
    case 'S': return parse_shard(optarg, o);
    case 'T':
        if (stop_parse(optarg, &o->time_limit)) { return true; }
        message_error("--time-limit takes 30s, 10m, 2h, H:MM:SS or D-HH:MM:SS, not '%s'", optarg);
        return false;
    case 'o': o->output = optarg; return true;
    case 'f': o->force = true; return true;
    case 'q': o->quiet = true; return true;
    case 'h': o->help = true; return true;
    case 'i': o->isa = optarg; return true;
    case 'w': o->scores = optarg; return true;
    case 't':
        o->threads = parse_count(optarg, MAX_THREADS);
        if (o->threads == 0) {
            message_error("--threads takes a whole number from 1 to %d, not '%s'", MAX_THREADS, optarg);
        }
        return o->threads > 0;
    case 's':
        if (o->set_count == JOURNAL_SET) { message_error("at most %d --set options", JOURNAL_SET); }
        if (o->set_count < JOURNAL_SET) { o->set[o->set_count++] = optarg; }
        return o->set_count < JOURNAL_SET;
    default: return false;
    }
}

bool options_read(int argc, char **argv, const struct option *known, const char *letters, const char *usage,
                  struct options *o) {
    *o = (struct options){.threads = ranks_threads(), .shards = 1, .time_limit = INFINITY};
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, letters, known, NULL)) != -1) {
        if (!take_option(o, option)) {
            fprintf(stderr, "%s", usage);
            return false;
        }
    }
    if (o->help) { return true; }
    if (optind + 1 != argc) {
        message_error(optind == argc ? "no CONFIG given" : "one CONFIG at a time, found a second: '%s'",
                      argv[argc - 1]);
        fprintf(stderr, "%s", usage);
        return false;
    }
    o->config = argv[optind];
    return true;
}
