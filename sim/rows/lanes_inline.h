/* lanes_inline: sums over LANES fixed lanes, added in a fixed order, for files that are compiled once per
 * instruction set (kernel.c): the bits do not depend on the width of the machine's vectors. */
#ifndef GAPSCALE_SIM_ROWS_LANES_INLINE_H
#define GAPSCALE_SIM_ROWS_LANES_INLINE_H

#include <stdint.h>
#include <string.h>

#include "sim/rows/eight_inline.h"
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

static inline lanes lanes_load(const double *from) {
    lanes x;
    memcpy(&x, from, sizeof x);
    return x;
}

static inline double lanes_total(const double s[LANES]) {
    return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

/* The same of many. */
static void totals(size_t n, const double (*x)[LANES], double *sum) {
    eight p[EIGHT];
    size_t i = 0;
    for (; i + EIGHT <= n; i += EIGHT) {
        memcpy(p, x + i, sizeof p);
        eight_transpose(p);
        p[0] = ((p[0] + p[1]) + (p[2] + p[3])) + ((p[4] + p[5]) + (p[6] + p[7]));
        memcpy(sum + i, &p[0], sizeof p[0]);
    }
    for (; i < n; i++) { sum[i] = lanes_total(x[i]); }
}

#endif
