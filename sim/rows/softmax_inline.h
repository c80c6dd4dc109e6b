/* softmax_inline: weights of scores as floats, for files that are compiled once per instruction set
 * (kernel.c). */
#ifndef GAPSCALE_SIM_ROWS_SOFTMAX_INLINE_H
#define GAPSCALE_SIM_ROWS_SOFTMAX_INLINE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { SOFTMAX_BLOCK = 256, SOFTMAX_LANES = 16 };

/* 2^-y for 0 <= y <= 125. With y = k - r, k whole, it is 2^-k (1 + r q(r)), where q meets (2^r - 1)/r at the
 * six Chebyshev points of |r| <= 1/2. */
static inline float softmax_power(float y) {
    const float rounder = 0x1.8p23f + 127, k = rounder - y, r = (rounder - k) - y, square = r * r;
    uint32_t bits;
    float scale;
    memcpy(&bits, &k, sizeof bits);
    bits <<= 23;
    memcpy(&scale, &bits, sizeof scale);
    const float a = 0.693147182f + r * 0.240226507f, b = 0.0555035696f + r * 0.009618083f,
                c = 0.00133908633f + r * 0.00015453163f;
    return (1 + r * ((a + square * b) + (square * square) * c)) * scale;
}

/* A block; adds to the sums of lanes, four weights at a time. */
static inline void softmax_block(float y[SOFTMAX_BLOCK], double sum[SOFTMAX_LANES]) {
    enum { FOUR = 4 * SOFTMAX_LANES };
    for (size_t i = 0; i < SOFTMAX_BLOCK; i += FOUR) {
        float together[SOFTMAX_LANES] = {0};
        for (size_t k = i; k < i + FOUR; k += SOFTMAX_LANES) {
#pragma omp simd
            for (size_t l = 0; l < SOFTMAX_LANES; l++) {
                y[k + l] = softmax_power(y[k + l]);
                together[l] += y[k + l];
            }
        }
#pragma omp simd
        for (size_t l = 0; l < SOFTMAX_LANES; l++) { sum[l] += together[l]; }
    }
}

#endif
