/* journal_header: what a journal says of itself: texts, each ended by NUL, then SHA-256 of all before. In
 * this order: "gapscale journal 4", numerics, shard "I/N", program, compiler, path of the config, output, the
 * config as it was read and as it was resolved, and each argument of --set. */
#ifndef GAPSCALE_SIM_JOURNAL_JOURNAL_HEADER_H
#define GAPSCALE_SIM_JOURNAL_JOURNAL_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/numerics.h"

enum { JOURNAL_SET = 256, JOURNAL_SHARDS = 1000000 /* at most */, JOURNAL_TEXTS = 6 };

struct journal_header {
    union {
        struct {
            const char *program, *compiler;
            const char *config_path, *output; /* as given to `run` */
            const char *config_text, *config_resolved;
        };
        const char *text[JOURNAL_TEXTS]; /* the same */
    };
    struct numerics numerics;
    size_t shard, shards; /* 0 of 1: no shard */
    size_t set_count;
    const char *set[JOURNAL_SET]; /* arguments of --set */
    char *bytes;                  /* the file, where texts are of one */
};

/* Writes it. False after a message. */
bool journal_header_write(const char *directory, const struct journal_header *header);
enum journal_header_state {
    JOURNAL_HEADER_GOOD,
    JOURNAL_HEADER_ABSENT,
    JOURNAL_HEADER_DAMAGED,
    JOURNAL_HEADER_OLDER /* of an earlier format */
};
/* Reads it. Free `bytes` with free(), whatever was read. */
enum journal_header_state journal_header_read(const char *directory, struct journal_header *header);
/* "gapscale run ...", which goes on with that shard. Free with free(). */
char *journal_header_command(const struct journal_header *header, size_t shard);
/* "gapscale merge ...", which makes the results of the journal at `directory`, or where that is NULL of all
 * shards. Free with free(). */
char *journal_header_merge_command(const struct journal_header *header, const char *directory);

#endif
