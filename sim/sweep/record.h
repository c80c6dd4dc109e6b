/* record: a partial as bytes.
 *
 * Numbers are as the machine has them, little-endian on all that are common; of another order a record is no
 * sound one. Head: struct record_head. Body: means of every value and roots of its squared deviations; of
 * every value with a histogram the number of bins that are not empty (uint32), then of each its number
 * (uint16) and count (seven bits a byte, the lowest first); the means of groups of blocks; the kept
 * replicates' part of every array with that axis, in the order of results_next. The body of exact values: the
 * cell's parts of the arrays named exact/, in that order. Tail: SHA-256 of all before. */
#ifndef GAPSCALE_SIM_SWEEP_RECORD_H
#define GAPSCALE_SIM_SWEEP_RECORD_H

#include "sim/base/numerics.h"
#include "sim/sweep/partial.h"

/* A file of records is written anew when it has grown by so many bytes beyond twice what is in it. */
enum { RECORD_SLACK = 64 << 20 };

enum { RECORD_MAGIC = 8, RECORD_TAIL = 32 };

/* SHA-256. */
void record_hash(const void *bytes, size_t size, uint8_t digest[RECORD_TAIL]);
/* So many bytes, which may be none at NULL, and the record of a partial behind them: where they are now. Free
 * with free(). */
uint8_t *record_append(const struct partial *partial, uint8_t *bytes, size_t *length);

struct record_head {
    uint8_t magic[RECORD_MAGIC], key[UNIT_KEY]; /* the latter of the cell */
    struct numerics numerics;
    uint64_t first_replicate, replicates; /* 0: exact values */
    uint64_t group_blocks;
    uint64_t length; /* of the body in a file; of the whole record when it was read */
};
enum { RECORD_HEAD = sizeof(struct record_head) };
/* The bytes that every record begins with: "GSUNIT", the version of what follows, a newline. */
extern const uint8_t record_magic[RECORD_MAGIC];
/* Reads the head of what stands at the start of `size` bytes, of which no more than RECORD_HEAD are looked
 * at. NULL, or what is wrong with it; then `head` says what it says of itself. */
const char *record_begin(const uint8_t *bytes, uint64_t size, struct record_head *head);
/* The same of all bytes of a record. */
const char *record_check(const uint8_t *bytes, size_t size, struct record_head *head);

/* The partial of a checked record of this range; NULL when the body is not of the shape that the plan asks
 * for. */
struct partial *record_read(const uint8_t *bytes, size_t length, const struct unit *of);

#endif
