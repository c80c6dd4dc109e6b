/* softmax_inline: weights of scores and their sums in one pass, for files that are compiled once per
 * instruction set (kernel.c). */
#ifndef GAPSCALE_SIM_ROWS_SOFTMAX_INLINE_H
#define GAPSCALE_SIM_ROWS_SOFTMAX_INLINE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "models/numeric/vector_inline.h"
#include "sim/rows/kernel.h"
#include "sim/rows/lanes_inline.h"

enum {
    SOFTMAX_TOGETHER = WIDTH == 4 ? 2 : 4, /* registers: what one of them waits for the others fill */
    SOFTMAX_PIECE = SOFTMAX_TOGETHER * WIDTH,
    SOFTMAX_PARTS = LANES / WIDTH,
    SOFTMAX_SUMS = 4,
};
_Static_assert((int)SOFTMAX_PIECE % (int)LANES == 0, "whole lanes");

#define SOFTMAX_EACH for (size_t u = 0; u < SOFTMAX_TOGETHER; u++)

/* e = exp(-gap), to (1 + gap/4) 1e-15. With -gap = k ln 2 + r it is 2^k (1 + r q(r)), where q meets
 * (exp(r) - 1)/r at the ten Chebyshev points of |r| <= ln(2)/2. */
static inline __attribute__((always_inline)) void softmax_weights(const lanes gap[SOFTMAX_TOGETHER],
                                                                  lanes e[SOFTMAX_TOGETHER]) {
    const double ln2 = 6.93147180559945309417e-01, rounder = VECTOR_ROUNDER + 1023;
    lanes k[SOFTMAX_TOGETHER], r[SOFTMAX_TOGETHER], r2[SOFTMAX_TOGETHER], r4[SOFTMAX_TOGETHER],
        a[SOFTMAX_TOGETHER], b[SOFTMAX_TOGETHER], q[SOFTMAX_TOGETHER];
    bit_lanes scale[SOFTMAX_TOGETHER];
    SOFTMAX_EACH { k[u] = gap[u] * -1.4426950408889634 + rounder; }
    SOFTMAX_EACH { scale[u] = (bit_lanes)k[u] << 52; }
    SOFTMAX_EACH { r[u] = (rounder - k[u]) * ln2 - gap[u]; }
    SOFTMAX_EACH { r2[u] = r[u] * r[u]; }
    SOFTMAX_EACH { r4[u] = r2[u] * r2[u]; }
    SOFTMAX_EACH { q[u] = 2.763264069051338e-06 + r[u] * 2.7620075892548164e-07; }
    SOFTMAX_EACH { a[u] = 0.008333333367311624 + r[u] * 0.0013888888917196736; }
    SOFTMAX_EACH { b[u] = 0.00019841190647512536 + r[u] * 2.480152132234228e-05; }
    SOFTMAX_EACH { q[u] = a[u] + r2[u] * b[u] + r4[u] * q[u]; }
    SOFTMAX_EACH { a[u] = 1.0000000000000013 + r[u] * 0.5000000000000001; }
    SOFTMAX_EACH { b[u] = 0.16666666666615648 + r[u] * 0.041666666666624164; }
    SOFTMAX_EACH { q[u] = a[u] + r2[u] * b[u] + r4[u] * q[u]; }
    SOFTMAX_EACH { e[u] = (1 + r[u] * q[u]) * (lanes)scale[u]; }
}

/* Weights below e^-708 are 0, and left out. */
static inline void softmax_piece(const double *score, double top, double *weight,
                                 lanes s[SOFTMAX_PARTS][SOFTMAX_SUMS]) {
    const double farthest = 708;
    lanes gap[SOFTMAX_TOGETHER], e[SOFTMAX_TOGETHER];
    SOFTMAX_EACH {
        memcpy(&gap[u], score + u * WIDTH, sizeof gap[u]);
        gap[u] = top - gap[u];
    }
    softmax_weights(gap, e);
    SOFTMAX_EACH {
        const bit_lanes near = gap[u] <= farthest, rest = gap[u] != 0;
        lanes *sum = s[u % SOFTMAX_PARTS];
        gap[u] = (lanes)(near & (bit_lanes)gap[u]);
        e[u] = (lanes)(near & (bit_lanes)e[u]);
        memcpy(weight + u * WIDTH, &e[u], sizeof e[u]);
        sum[0] += e[u];
        e[u] = (lanes)(rest & (bit_lanes)e[u]);
        sum[1] += e[u];
        sum[2] += e[u] * gap[u];
        sum[3] += e[u] * e[u];
    }
}

static struct kernel_softmax softmax(size_t n, const double *score, double top, double *weight) {
    lanes s[SOFTMAX_PARTS][SOFTMAX_SUMS] = {{{0}}};
    double last[SOFTMAX_PIECE], unused[SOFTMAX_PIECE], sum[SOFTMAX_SUMS][LANES];
    for (size_t i = 0; i < n; i += SOFTMAX_PIECE) {
        const size_t left = n - i;
        const bool is_whole = left >= SOFTMAX_PIECE;
        for (size_t k = 0; k < SOFTMAX_PIECE && !is_whole; k++) {
            last[k] = k < left ? score[i + k] : -INFINITY;
        }
        softmax_piece(is_whole ? score + i : last, top, is_whole ? weight + i : unused, s);
        if (!is_whole) { memcpy(weight + i, unused, left * sizeof *weight); }
    }
    for (size_t p = 0; p < SOFTMAX_PARTS; p++) {
        for (size_t m = 0; m < SOFTMAX_SUMS; m++) { memcpy(&sum[m][p * WIDTH], &s[p][m], sizeof s[p][m]); }
    }
    double all = lanes_total(sum[0]), rest = lanes_total(sum[1]);
    return (struct kernel_softmax){nearbyint(all - rest), rest, lanes_total(sum[2]), lanes_total(sum[3])};
}

#endif
