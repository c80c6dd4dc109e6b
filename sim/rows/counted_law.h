/* counted_law: the inside of a counted law, for the files of counted rows and their tests. */
#ifndef GAPSCALE_SIM_ROWS_COUNTED_LAW_H
#define GAPSCALE_SIM_ROWS_COUNTED_LAW_H

#include <math.h>

#include "models/numeric/vector_inline.h"
#include "sim/rows/counted.h"
#include "sim/rows/counted_bin.h"

enum { COUNTED_MIRRORED = 30 }; /* octaves of 1 - V, at most */

struct counted_law {
    struct profile *profile;
    struct bulk *bulk;                /* NULL for n < 2^53 */
    double log_n, n;                  /* n is inf where it overflows */
    double log_top;                   /* log(n V*) */
    double typical_score, log_lambda; /* Q(1/n) and log Lambda^typ */
    unsigned depth, upper, mirrored;  /* bins an octave: 2^depth; octaves of V and of 1 - V */
    double last_gap;                  /* where the rest beyond the mirrored octaves lies, as one point */
    struct counted_bin *bin;          /* [upper + mirrored][2^depth], in order of gap */
    struct counted_table *table;      /* NULL: none */
};

/* ---- places ----
 *
 * address = octave << 57 | index << 4: index 1 is the octave, 2 i and 2 i + 1 the halves of i, in increasing
 * V; the low bits number the blocks of random words. Octaves 1 .. upper, then upper + 1 .. for the mirror. */

static inline uint64_t counted_address_make(uint64_t octave, uint64_t index) {
    return octave << 57 | index << 4;
}
static inline uint64_t counted_address_octave(uint64_t address) { return address >> 57; }
static inline uint64_t counted_address_index(uint64_t address) { return (address << 7) >> 11; }

/* The range of u in [0, 1] that an index covers of its octave. */
static inline void counted_index_range(uint64_t index, double *low, double *width) {
    uint64_t level = 63 - (uint64_t)__builtin_clzll(index);
    *width = vector_from_bits((1023 - level) << 52); /* 2^-level */
    *low = (double)(int64_t)(index - ((uint64_t)1 << level)) * *width;
}

/* The bin that a place is; NULL for another one. */
static inline const struct counted_bin *counted_bin_at(const struct counted_law *law, uint64_t address) {
    const uint64_t bins = (uint64_t)1 << law->depth, index = counted_address_index(address);
    if (index < bins || index >= 2 * bins) { return NULL; }
    return &law->bin[((counted_address_octave(address) - 1) << law->depth) + index - bins];
}

/* y = log(n V) at position u of an octave, in increasing V. */
static inline double counted_place(const struct counted_law *law, uint64_t octave, double u) {
    if (octave <= law->upper) { return law->log_top + ((double)octave - 1) * M_LN2 + vector_log1p_one(u); }
    double left = ldexp(2 - u, -(int)(octave - law->upper) - 1); /* 1 - V */
    return law->log_n + vector_log1p_one(-left);
}

#endif
