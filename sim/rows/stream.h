/* stream: the randomness of one row, a counter-based generator (Threefry4x64-20, Random123).
 *
 * key     = (seed, hash of the series' name, n, replicate)
 * counter = (position, purpose, 0, 0)
 *
 * A stream belongs to a row and never to a thread, so any part of any row can be drawn again by
 * anybody. Different rows have different keys; within a row, positions and purposes do not overlap. */
#ifndef GAPSCALE_SIM_ROWS_STREAM_H
#define GAPSCALE_SIM_ROWS_STREAM_H

#include <stdbool.h>
#include <stdint.h>

struct stream {
    uint64_t key[4];
};

enum stream_purpose {
    STREAM_SCORES,
    STREAM_SPLITS,
    STREAM_NOISE,
    STREAM_REST,
    STREAM_DIRECTIONS,
    STREAM_BULK,
    STREAM_SCALE
};

/* 64-bit FNV-1a of a name. */
uint64_t stream_hash(const char *name);

/* The stream of one row. n below 2^53 enters as that integer, larger n as the bits of log n; with
 * `common` (common randomness across n) it is left out. */
struct stream stream_make(uint64_t seed, const char *series, double log_n, bool common, uint64_t replicate);

#endif
