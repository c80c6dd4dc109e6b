/* Compiled once per instruction set with -DISA=NAME. Sums run over LANES fixed lanes, added in a fixed
 * order: the bits do not depend on the width of the machine's vectors. */
#include "sim/rows/kernel.h"

#include <Random123/threefry.h>

#include "models/numeric/vector_inline.h"

#ifndef ISA
#define ISA base
#endif
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

enum { LANES = KERNEL_LANES, BATCH = 256 };

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

static void weights(size_t n, const double *gap, double beta, double *e) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) { e[i] = vector_exp_one(-beta * gap[i]); }
}

static void square(size_t n, double *e) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) { e[i] *= e[i]; }
}

/* The terms of LANES points; a weight of 0 takes even an infinite gap out. */
static inline void add_lanes(const double *gap, const double *count, const double *e,
                             double s[KERNEL_MOMENTS][LANES]) {
#pragma omp simd
    for (size_t l = 0; l < LANES; l++) {
        double e0 = count[l] * e[l], x = e0 == 0 ? 0 : gap[l], e1 = e0 * x, e2 = e1 * x, e3 = e2 * x;
        s[0][l] += e0;
        s[1][l] += e1;
        s[2][l] += e2;
        s[3][l] += e3;
        s[4][l] += e3 * x;
        s[5][l] += e0 * e[l];
        s[6][l] += e1 * e[l];
    }
}

static void moments(size_t n, const double *gap, const double *count, const double *e,
                    double out[KERNEL_MOMENTS]) {
    double s[KERNEL_MOMENTS][LANES] = {{0}}, rest[3][LANES] = {{0}};
    size_t whole = n / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) { add_lanes(gap + i, count + i, e + i, s); }
    for (size_t i = whole; i < n; i++) {
        rest[0][i - whole] = gap[i];
        rest[1][i - whole] = count[i];
        rest[2][i - whole] = e[i];
    }
    add_lanes(rest[0], rest[1], rest[2], s);
    for (size_t m = 0; m < KERNEL_MOMENTS; m++) { out[m] = lanes_total(s[m]); }
}

static void distances(size_t n, size_t dimension, const double *x, size_t stride, const double *point,
                      size_t point_stride, double *out) {
    for (size_t i = 0; i < n; i++) { out[i] = 0; }
    for (size_t c = 0; c < dimension; c++) {
        const double *row = x + c * stride;
        double at = point[c * point_stride];
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double apart = row[i] - at;
            out[i] += apart * apart;
        }
    }
}

enum { QUERIES = 4, KEYS = 2 * LANES }; /* products that stay in registers */

static inline void products_block(size_t dimension, const double *query, const double *key, size_t key_stride,
                                  double scale, double *out, size_t out_stride) {
    double s[QUERIES][KEYS] = {{0}};
    for (size_t c = 0; c < dimension; c++) {
        for (size_t i = 0; i < QUERIES; i++) {
            double q = query[i * dimension + c];
#pragma omp simd
            for (size_t j = 0; j < KEYS; j++) { s[i][j] += q * key[c * key_stride + j]; }
        }
    }
    for (size_t i = 0; i < QUERIES; i++) {
#pragma omp simd
        for (size_t j = 0; j < KEYS; j++) { out[i * out_stride + j] = scale * s[i][j]; }
    }
}

/* What is left at the edges, in the same order of sums. */
static void products_rest(size_t queries, size_t keys, size_t dimension, const double *query,
                          const double *key, size_t key_stride, double scale, double *out,
                          size_t out_stride) {
    for (size_t i = 0; i < queries; i++) {
        for (size_t j = 0; j < keys; j++) {
            double s = 0;
            for (size_t c = 0; c < dimension; c++) {
                s += query[i * dimension + c] * key[c * key_stride + j];
            }
            out[i * out_stride + j] = scale * s;
        }
    }
}

static void products(size_t queries, size_t keys, size_t dimension, const double *query, const double *key,
                     size_t key_stride, double scale, double *out, size_t out_stride) {
    size_t whole = queries / QUERIES * QUERIES, wide = keys / KEYS * KEYS;
    for (size_t i = 0; i < whole; i += QUERIES) {
        const double *q = query + i * dimension;
        for (size_t j = 0; j < wide; j += KEYS) {
            products_block(dimension, q, key + j, key_stride, scale, out + i * out_stride + j, out_stride);
        }
        products_rest(QUERIES, keys - wide, dimension, q, key + wide, key_stride, scale,
                      out + i * out_stride + wide, out_stride);
    }
    products_rest(queries - whole, keys, dimension, query + whole * dimension, key, key_stride, scale,
                  out + whole * out_stride, out_stride);
}

static double sum(size_t n, const double *x) {
    double s[LANES] = {0};
    size_t whole = n / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
#pragma omp simd
        for (size_t l = 0; l < LANES; l++) { s[l] += x[i + l]; }
    }
    for (size_t i = whole; i < n; i++) { s[i - whole] += x[i]; }
    return lanes_total(s);
}

static double dot(size_t n, const double *a, const double *b) {
    double s[LANES] = {0};
    size_t whole = n / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
#pragma omp simd
        for (size_t l = 0; l < LANES; l++) { s[l] += a[i + l] * b[i + l]; }
    }
    for (size_t i = whole; i < n; i++) { s[i - whole] += a[i] * b[i]; }
    return lanes_total(s);
}

static void masses(size_t n, const double *gap, const double *log_mass, double beta, double shift,
                   double centre, double out[5]) {
    double s[5][LANES] = {{0}};
    for (size_t i = 0; i < n; i += LANES) {
#pragma omp simd
        for (size_t l = 0; l < LANES; l++) {
            double e = vector_exp_one(log_mass[i + l] - beta * gap[i + l] - shift);
            double d = e == 0 ? 0 : beta * (gap[i + l] - centre), e1 = e * d, e2 = e1 * d, e3 = e2 * d;
            s[0][l] += e;
            s[1][l] += e1;
            s[2][l] += e2;
            s[3][l] += e3;
            s[4][l] += e3 * d;
        }
    }
    for (size_t m = 0; m < 5; m++) { out[m] = lanes_total(s[m]); }
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
    .weights = weights,
    .square = square,
    .moments = moments,
    .distances = distances,
    .products = products,
    .sum = sum,
    .dot = dot,
    .masses = masses,
    .range = range,
    .deposit = deposit,
};
