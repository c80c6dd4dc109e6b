/* products_inline: queries by keys, for files that are compiled once per instruction set (kernel.c). Every
 * product is one sum over coordinates, in their order, wherever it stands. */
#ifndef GAPSCALE_SIM_ROWS_PRODUCTS_INLINE_H
#define GAPSCALE_SIM_ROWS_PRODUCTS_INLINE_H

#include <stddef.h>

#include "sim/rows/lanes_inline.h"

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

#endif
