/* lanes_inline: sums over LANES fixed lanes, added in a fixed order, for files that are compiled once per
 * instruction set (kernel.c): the bits do not depend on the width of the machine's vectors. */
#ifndef GAPSCALE_SIM_ROWS_LANES_INLINE_H
#define GAPSCALE_SIM_ROWS_LANES_INLINE_H

#include <stdint.h>

#include "sim/rows/kernel.h"

enum { LANES = KERNEL_LANES };

/* Some of the lanes, in one register: sums over many points take one such part after the other. */
#if defined(__AVX512F__)
enum { WIDTH = 8 };
#elif defined(__AVX__)
enum { WIDTH = 4 };
#else
enum { WIDTH = 2 };
#endif
typedef double lanes __attribute__((vector_size(WIDTH * sizeof(double))));
typedef int64_t bit_lanes __attribute__((vector_size(WIDTH * sizeof(double))));

static inline double lanes_total(const double s[LANES]) {
    return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

#endif
