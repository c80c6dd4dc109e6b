#include "sim/commands/options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/message.h"
#include "sim/sweep/ranks.h"
#include "sim/sweep/stop.h"

enum { MAX_SHARDS = 1000000 };

/* "I/N" with 0 <= I < N. */
static bool take_shard(const struct commandline_option *option, const char *text, void *options) {
    struct options *o = options;
    int end = 0;
    (void)option;
    if (strspn(text, "0123456789/") == strlen(text) &&
        sscanf(text, "%7d/%7d%n", &o->shard, &o->shards, &end) == 2 && !text[end] && o->shards >= 1 &&
        o->shards <= MAX_SHARDS && o->shard < o->shards) {
        return true;
    }
    message_error("--shard takes I/N with I from 0 to N-1, e.g. 0/4, not '%s'", text);
    return false;
}

static bool take_limit(const struct commandline_option *option, const char *value, void *o) {
    (void)option;
    if (stop_parse(value, &((struct options *)o)->time_limit)) { return true; }
    message_error("--time-limit takes 30s, 10m, 2h, H:MM:SS or D-HH:MM:SS, not '%s'", value);
    return false;
}

static bool take_set(const struct commandline_option *option, const char *value, void *options) {
    struct options *o = options;
    (void)option;
    if (o->set_count == JOURNAL_SET) { message_error("at most %d --set options", JOURNAL_SET); }
    if (o->set_count < JOURNAL_SET) { o->set[o->set_count++] = value; }
    return o->set_count < JOURNAL_SET;
}

bool options_read(int argc, char **argv, bool is_check, const char *usage, struct options *o, int *status) {
    const struct commandline_option known[] = {
        {"threads", .threads = &o->threads},  {"set", .take = take_set},
        {"output", 'o', .text = &o->output}, /* from here on of `run` alone */
        {"force", .flag = &o->force},         {"fresh", .flag = &o->fresh},
        {"shard", .take = take_shard},        {"time-limit", .take = take_limit},
        {"write-scores", .text = &o->scores}, {"isa", .text = &o->isa},
        {"quiet", .flag = &o->quiet},
    };
    struct commandline line = {is_check ? 2 : sizeof known / sizeof *known, known, o, .usage = usage};
    *o = (struct options){.threads = ranks_threads(), .shards = 1, .time_limit = INFINITY};
    bool goes_on = commandline_read(&line, argc, argv);
    *status = line.status;
    if (goes_on && line.words != 1) {
        *status = commandline_refuse(
            &line, line.words == 0 ? "no CONFIG given" : "one CONFIG at a time, found a second: '%s'",
            argv[argc - 1]);
    }
    o->config = goes_on ? line.word[0] : NULL;
    return goes_on && line.words == 1;
}
