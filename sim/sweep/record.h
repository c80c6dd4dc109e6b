/* record: a finished unit as bytes, the same on every machine.
 *
 * Little-endian. Head: magic "GSUNIT\2\n", cell key [32], numerics (number and fingerprint, each
 * uint32; numerics.h), first replicate, replicates, length of the body (each uint64). Body: means and squared
 * deviations of every value; of every value with a histogram the number of bins that are not empty (uint32),
 * then bin and count of each (uint16); block by block the means of the measures; the kept replicates' part of
 * every array with that axis, in the order of results_fields. The body of exact values: the cell's parts of
 * the arrays named exact/, in that order. Tail: SHA-256 of all before. */
#ifndef GAPSCALE_SIM_SWEEP_RECORD_H
#define GAPSCALE_SIM_SWEEP_RECORD_H

#include "sim/base/numerics.h"
#include "sim/sweep/harvest.h"

enum { RECORD_HEAD = 8 + UNIT_KEY + 8 + 3 * 8, RECORD_TAIL = 32 };

/* The record of a unit. Free with free(). */
uint8_t *record_make(const struct unit *unit, const struct harvest *harvest, size_t *length);

struct record_head {
    uint8_t key[UNIT_KEY];
    struct numerics numerics;
    uint64_t first_replicate, replicates;
    size_t length; /* of the whole record */
};
/* Reads what stands at the start of `size` bytes. NULL, or what is wrong with it; `head->length` is then that
 * of the record where it can be trusted to find the next one, else 0. */
const char *record_check(const uint8_t *bytes, size_t size, struct record_head *head);
/* Whether a checked record is that of this unit, by key and range. */
bool record_is_of(const struct record_head *head, const struct unit *unit);

/* Adds a checked record of this unit to its cell's summary (of exact values: NULL), and puts the rest into
 * its series, made for all n. The units of a cell come in order. False when the body is not of the shape that
 * the plan asks for. */
bool record_add(const uint8_t *bytes, size_t length, const struct unit *unit, struct summary *cell,
                struct results_series *series);

#endif
