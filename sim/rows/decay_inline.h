/* decay_inline: exponentials of several registers together, step by step, so that what one of them waits for
 * the others fill; for files that are compiled once per instruction set (kernel.c). */
#ifndef GAPSCALE_SIM_ROWS_DECAY_INLINE_H
#define GAPSCALE_SIM_ROWS_DECAY_INLINE_H

#include <stddef.h>

#include "models/numeric/vector_inline.h"
#include "sim/rows/lanes_inline.h"

enum { DECAYS = WIDTH == 4 ? 2 : 4 }; /* as many as there are registers for */
_Static_assert(DECAYS *WIDTH % LANES == 0, "whole lanes");

#define DECAY_EACH for (size_t u = 0; u < DECAYS; u++)

/* x = exp(x), as vector_decay_one to the bit. */
static inline __attribute__((always_inline)) void decay_together(lanes x[DECAYS]) {
    const double lowest = -708;
    lanes k[DECAYS], r[DECAYS], r2[DECAYS], a[DECAYS], b[DECAYS], q[DECAYS];
    bit_lanes scale[DECAYS];
    DECAY_EACH { k[u] = x[u] * 1.4426950408889634 + VECTOR_ROUNDER; }
    DECAY_EACH { scale[u] = ((bit_lanes)k[u] + 1023) << 52; }
    DECAY_EACH { k[u] -= VECTOR_ROUNDER; }
    DECAY_EACH { r[u] = x[u] - k[u] * VECTOR_LN2_HIGH - k[u] * VECTOR_LN2_LOW; }
    DECAY_EACH { r2[u] = r[u] * r[u]; }
    DECAY_EACH { q[u] = 1.0 / 3628800.0 + r[u] * (1.0 / 39916800.0); }
    DECAY_EACH { b[u] = 1.0 / 479001600.0 + r[u] * (1.0 / 6227020800.0); }
    DECAY_EACH { q[u] += r2[u] * b[u]; }
    DECAY_EACH { a[u] = 1.0 / 720.0 + r[u] * (1.0 / 5040.0); }
    DECAY_EACH { b[u] = 1.0 / 40320.0 + r[u] * (1.0 / 362880.0); }
    DECAY_EACH { a[u] += r2[u] * b[u]; }
    DECAY_EACH { q[u] = a[u] + r2[u] * r2[u] * q[u]; }
    DECAY_EACH { a[u] = 0.5 + r[u] * (1.0 / 6.0); }
    DECAY_EACH { b[u] = 1.0 / 24.0 + r[u] * (1.0 / 120.0); }
    DECAY_EACH { a[u] += r2[u] * b[u]; }
    DECAY_EACH { q[u] = a[u] + r2[u] * r2[u] * q[u]; }
    DECAY_EACH { q[u] = (1 + (r[u] + r2[u] * q[u])) * (lanes)scale[u]; }
    DECAY_EACH { x[u] = (lanes)(~(x[u] < lowest) & (bit_lanes)q[u]); }
}

#endif
