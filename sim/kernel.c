/* Compiled once per instruction set with -DISA=NAME. Sums run over LANES fixed lanes, added in a fixed
 * order: the bits do not depend on the width of the machine's vectors. */
#include "kernel.h"

#include <Random123/threefry.h>

#include "../models/vector_inline.h"

#ifndef ISA
#define ISA base
#endif
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

enum { LANES = 8, BATCH = 256 };

/* The high and low halves convert exactly, so their sum is rounded once. */
static inline double uniform_from_word(uint64_t word) {
    double high = (double)(int64_t)(word >> 32), low = (double)(int64_t)(word & 0xffffffffu);
    double u = high * 0x1p-32 + (low + 0.5) * 0x1p-64;
    return u < 1 - 0x1p-53 ? u : 1 - 0x1p-53;
}

static void uniforms(const uint64_t key[4], uint64_t purpose, uint64_t first, size_t blocks, double *out) {
    threefry4x64_key_t k = {{key[0], key[1], key[2], key[3]}};
#pragma omp simd
    for (size_t i = 0; i < blocks; i++) {
        threefry4x64_ctr_t counter = {{first + i, purpose, 0, 0}};
        threefry4x64_ctr_t word = threefry4x64(counter, k);
        out[4 * i + 0] = uniform_from_word(word.v[0]);
        out[4 * i + 1] = uniform_from_word(word.v[1]);
        out[4 * i + 2] = uniform_from_word(word.v[2]);
        out[4 * i + 3] = uniform_from_word(word.v[3]);
    }
}

static inline double lanes_total(const double s[LANES]) {
    return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

/* e[i] = weight exp(log_count - beta gap - shift) for a batch, padded with zeros to whole lanes. */
static inline size_t batch_weights(size_t count, const double *gap, const double *log_count,
                                   const double *weight, double beta, double shift, double e[BATCH]) {
    size_t padded = (count + LANES - 1) / LANES * LANES;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        e[i] = weight[i] * vector_exp_one(log_count[i] - beta * gap[i] - shift);
    }
    for (size_t i = count; i < padded; i++) { e[i] = 0; }
    return padded;
}

static void moments(size_t n, const double *gap, const double *log_count, const double *weight, double beta,
                    double shift, double out[KERNEL_MOMENTS]) {
    double s0[LANES] = {0}, s1[LANES] = {0}, s2[LANES] = {0}, s3[LANES] = {0}, s4[LANES] = {0};
    for (size_t start = 0; start < n; start += BATCH) {
        size_t count = n - start < BATCH ? n - start : BATCH;
        double e[BATCH], g[BATCH + LANES];
        size_t padded = batch_weights(count, gap + start, log_count + start, weight + start, beta, shift, e);
        memcpy(g, gap + start, count * sizeof *g);
        memset(g + count, 0, LANES * sizeof *g);
        for (size_t i = 0; i < padded; i += LANES) {
#pragma omp simd
            for (size_t l = 0; l < LANES; l++) {
                double x = g[i + l], e0 = e[i + l], e1 = e0 * x, e2 = e1 * x, e3 = e2 * x;
                s0[l] += e0;
                s1[l] += e1;
                s2[l] += e2;
                s3[l] += e3;
                s4[l] += e3 * x;
            }
        }
    }
    out[0] = lanes_total(s0);
    out[1] = lanes_total(s1);
    out[2] = lanes_total(s2);
    out[3] = lanes_total(s3);
    out[4] = lanes_total(s4);
}

static double sum(size_t n, const double *gap, const double *log_count, const double *weight, double beta,
                  double shift) {
    double s0[LANES] = {0};
    for (size_t start = 0; start < n; start += BATCH) {
        size_t count = n - start < BATCH ? n - start : BATCH;
        double e[BATCH];
        size_t padded = batch_weights(count, gap + start, log_count + start, weight + start, beta, shift, e);
        for (size_t i = 0; i < padded; i += LANES) {
#pragma omp simd
            for (size_t l = 0; l < LANES; l++) { s0[l] += e[i + l]; }
        }
    }
    return lanes_total(s0);
}

static struct kernel_range range(size_t n, const double *x) {
    double low[LANES], high[LANES];
    for (size_t l = 0; l < LANES; l++) { low[l] = high[l] = x[0]; }
    size_t whole = n / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
#pragma omp simd
        for (size_t l = 0; l < LANES; l++) {
            low[l] = x[i + l] < low[l] ? x[i + l] : low[l];
            high[l] = x[i + l] > high[l] ? x[i + l] : high[l];
        }
    }
    struct kernel_range r = {low[0], high[0]};
    for (size_t l = 1; l < LANES; l++) {
        r.low = low[l] < r.low ? low[l] : r.low;
        r.high = high[l] > r.high ? high[l] : r.high;
    }
    for (size_t i = whole; i < n; i++) {
        r.low = x[i] < r.low ? x[i] : r.low;
        r.high = x[i] > r.high ? x[i] : r.high;
    }
    return r;
}

static void deposit(size_t n, const double *score, double top, double cut, double scale, int64_t first_bin,
                    double *moment) {
    const uint64_t position_mask = ((uint64_t)1 << KERNEL_BIN_SHIFT) - 1, one = 0x3ff0000000000000u;
    for (size_t start = 0; start < n; start += BATCH) {
        size_t count = n - start < BATCH ? n - start : BATCH;
        double x[BATCH];
        uint64_t bin[BATCH];
#pragma omp simd
        for (size_t i = 0; i < count; i++) {
            double gap = (top - score[start + i]) * scale;
            uint64_t bits;
            memcpy(&bits, &gap, sizeof bits);
            bits -= 1;
            bin[i] = bits >> KERNEL_BIN_SHIFT;
            uint64_t position = one + (((bits & position_mask) + 1) << (52 - KERNEL_BIN_SHIFT));
            double y;
            memcpy(&y, &position, sizeof y);
            x[i] = 2 * y - 3;
        }
        for (size_t i = 0; i < count; i++) {
            if (!(score[start + i] < cut)) { continue; }
            double x1 = x[i], x2 = x1 * x1, x4 = x2 * x2;
            double *m = moment + ((int64_t)bin[i] - first_bin) * KERNEL_NODES;
#pragma omp simd
            for (int k = 0; k < KERNEL_NODES; k++) {
                m[k] += ((k & 1 ? x1 : 1) * (k & 2 ? x2 : 1)) * (k & 4 ? x4 : 1);
            }
        }
    }
}

const struct kernel JOIN(kernel_, ISA) = {
    .uniforms = uniforms,
    .moments = moments,
    .sum = sum,
    .range = range,
    .deposit = deposit,
};
