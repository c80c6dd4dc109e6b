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

static const double SOFTMAX_FARTHEST = 708;
#define SOFTMAX_EACH for (size_t u = 0; u < SOFTMAX_TOGETHER; u++)

/* e = exp(-gap), to (1 + gap) 3e-16. With gap/ln 2 = k - r, k whole, it is 2^-k (1 + r q(r)), where q meets
 * (2^r - 1)/r at the ten Chebyshev points of |r| <= 1/2. */
static inline __attribute__((always_inline)) void softmax_weights(const lanes gap[SOFTMAX_TOGETHER],
                                                                  lanes e[SOFTMAX_TOGETHER]) {
    const double per_ln2 = 1.4426950408889634, rounder = VECTOR_ROUNDER + 1023;
    lanes k[SOFTMAX_TOGETHER], r[SOFTMAX_TOGETHER], r2[SOFTMAX_TOGETHER], r4[SOFTMAX_TOGETHER],
        a[SOFTMAX_TOGETHER], b[SOFTMAX_TOGETHER], q[SOFTMAX_TOGETHER];
    bit_lanes scale[SOFTMAX_TOGETHER];
    SOFTMAX_EACH { r[u] = gap[u] * per_ln2; }
    SOFTMAX_EACH { k[u] = rounder - r[u]; }
    SOFTMAX_EACH { scale[u] = (bit_lanes)k[u] << 52; }
    SOFTMAX_EACH { r[u] = (rounder - k[u]) - r[u]; }
    SOFTMAX_EACH { r2[u] = r[u] * r[u]; }
    SOFTMAX_EACH { r4[u] = r2[u] * r2[u]; }
    SOFTMAX_EACH { q[u] = 1.0205905413765595e-07 + r[u] * 7.070977866508138e-09; }
    SOFTMAX_EACH { a[u] = 0.0013333558200794592 + r[u] * 0.00015403530424776529; }
    SOFTMAX_EACH { b[u] = 1.5252672924850737e-05 + r[u] * 1.3215451633221434e-06; }
    SOFTMAX_EACH { q[u] = a[u] + r2[u] * b[u] + r4[u] * q[u]; }
    SOFTMAX_EACH { a[u] = 0.6931471805599462 + r[u] * 0.24022650695910075; }
    SOFTMAX_EACH { b[u] = 0.05550410866465167 + r[u] * 0.009618129107618665; }
    SOFTMAX_EACH { q[u] = a[u] + r2[u] * b[u] + r4[u] * q[u]; }
    SOFTMAX_EACH { e[u] = (1 + r[u] * q[u]) * (lanes)scale[u]; }
}

/* Adds to sums of e, of e but for those of gap 0, of e gap and of e^2. `far`: weights below e^-708 are 0, and
 * left out; otherwise there are none. `apart`: the last one leaves out gap 0, too; otherwise the second is
 * not summed. */
static inline __attribute__((always_inline)) void softmax_piece(const double *score, double top,
                                                                double *weight, const bool far,
                                                                const bool apart,
                                                                lanes s[SOFTMAX_PARTS][SOFTMAX_SUMS]) {
    lanes gap[SOFTMAX_TOGETHER], e[SOFTMAX_TOGETHER];
    SOFTMAX_EACH {
        memcpy(&gap[u], score + u * WIDTH, sizeof gap[u]);
        gap[u] = top - gap[u];
    }
    softmax_weights(gap, e);
    SOFTMAX_EACH {
        lanes *sum = s[u % SOFTMAX_PARTS];
        const bit_lanes near = gap[u] <= SOFTMAX_FARTHEST, rest = gap[u] != 0;
        if (far) {
            gap[u] = (lanes)(near & (bit_lanes)gap[u]);
            e[u] = (lanes)(near & (bit_lanes)e[u]);
        }
        memcpy(weight + u * WIDTH, &e[u], sizeof e[u]);
        sum[0] += e[u];
        if (apart) {
            e[u] = (lanes)(rest & (bit_lanes)e[u]);
            sum[1] += e[u];
        }
        sum[2] += e[u] * gap[u];
        sum[3] += e[u] * e[u];
    }
}

static inline __attribute__((always_inline)) void softmax_sums(size_t n, const double *score, double top,
                                                               double *weight, const bool plain,
                                                               double total[SOFTMAX_SUMS]) {
    lanes s[SOFTMAX_PARTS][SOFTMAX_SUMS] = {{{0}}};
    double last[SOFTMAX_PIECE], unused[SOFTMAX_PIECE], sum[SOFTMAX_SUMS][LANES];
    const size_t whole = n / SOFTMAX_PIECE * SOFTMAX_PIECE;
    for (size_t i = 0; i < whole; i += SOFTMAX_PIECE) {
        softmax_piece(score + i, top, weight + i, !plain, !plain, s);
    }
    for (size_t k = 0; k < SOFTMAX_PIECE; k++) { last[k] = whole + k < n ? score[whole + k] : -INFINITY; }
    softmax_piece(last, top, unused, true, !plain, s);
    memcpy(weight + whole, unused, (n - whole) * sizeof *weight);
    for (size_t p = 0; p < SOFTMAX_PARTS; p++) {
        for (size_t m = 0; m < SOFTMAX_SUMS; m++) { memcpy(&sum[m][p * WIDTH], &s[p][m], sizeof s[p][m]); }
    }
    for (size_t m = 0; m < SOFTMAX_SUMS; m++) { total[m] = lanes_total(sum[m]); }
}

/* Where one score is the top, and others so near to it that its weight can be taken off their sums, what is
 * masked otherwise need not be. */
static struct kernel_softmax softmax(size_t n, const double *score, struct kernel_range range, double second,
                                     double *weight) {
    const double near = 4, next = range.high - second;
    double sum[SOFTMAX_SUMS];
    if (next > 0 && next < near && range.high - range.low <= SOFTMAX_FARTHEST) {
        softmax_sums(n, score, range.high, weight, true, sum);
        return (struct kernel_softmax){1, sum[0] - 1, sum[2], sum[3] - 1};
    }
    softmax_sums(n, score, range.high, weight, false, sum);
    return (struct kernel_softmax){nearbyint(sum[0] - sum[1]), sum[1], sum[2], sum[3]};
}

#endif
