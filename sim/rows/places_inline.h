/* places_inline: random numbers of places, for files that are compiled once per instruction set (kernel.c).
 *
 * A place is a position in the stream: its numbers come from the Threefry block there, or from the blocks
 * from there on. Blocks of many places are made together, LANES at a time. */
#ifndef GAPSCALE_SIM_ROWS_PLACES_INLINE_H
#define GAPSCALE_SIM_ROWS_PLACES_INLINE_H

#include <Random123/threefry.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "models/numeric/vector_inline.h"
#include "sim/rows/kernel.h"
#include "sim/rows/lanes_inline.h"

enum { PLACES = 128 }; /* blocks in one go, a multiple of the lanes */

/* The words of n <= PLACES blocks; the last lanes are filled up, so that no loop has a rest. */
struct place_words {
    size_t n; /* a multiple of the lanes */
    uint64_t v[4][PLACES];
};

static inline void make_words(const uint64_t key[4], uint64_t purpose, size_t n, const uint64_t *position,
                              struct place_words *word) {
    threefry4x64_key_t k = {{key[0], key[1], key[2], key[3]}};
    const size_t whole = n / LANES * LANES;
    uint64_t rest[LANES] = {0};
    word->n = (n + LANES - 1) / LANES * LANES;
    for (size_t i = whole; i < n; i++) { rest[i - whole] = position[i]; }
    for (size_t i = 0; i < word->n; i += WIDTH) { /* whole registers, which compilers then take as one */
        const uint64_t *at = i < whole ? position + i : rest + (i - whole);
#pragma omp simd
        for (size_t l = 0; l < WIDTH; l++) {
            threefry4x64_ctr_t counter = {{at[l], purpose, 0, 0}};
            threefry4x64_ctr_t made = threefry4x64(counter, k);
            word->v[0][i + l] = made.v[0];
            word->v[1][i + l] = made.v[1];
            word->v[2][i + l] = made.v[2];
            word->v[3][i + l] = made.v[3];
        }
    }
}

/* (floor(word/2^11) + 1/2) 2^-53, rounded. */
static inline double place_uniform(uint64_t word) {
#ifdef __AVX512DQ__
    double whole = (double)(int64_t)(word >> 11);
#else
    double whole = vector_from_whole(word >> 32) * 0x1p21 + vector_from_whole((word >> 11) & 0x1fffff);
#endif
    return (whole + 0.5) * 0x1p-53;
}

static void place_uniforms(const uint64_t key[4], uint64_t purpose, size_t n, const uint64_t *position,
                           double *out) {
    struct place_words word;
    for (size_t start = 0; start < n; start += PLACES) {
        size_t count = n - start < PLACES ? n - start : PLACES;
        make_words(key, purpose, count, position + start, &word);
#pragma omp simd
        for (size_t i = 0; i < count; i++) {
            double *u = out + 4 * (start + i);
            u[0] = place_uniform(word.v[0][i]);
            u[1] = place_uniform(word.v[1][i]);
            u[2] = place_uniform(word.v[2][i]);
            u[3] = place_uniform(word.v[3][i]);
        }
    }
}

static void place_normals(const uint64_t key[4], uint64_t purpose, size_t n, const uint64_t *position,
                          double *normal) {
    struct place_words word;
    for (size_t start = 0; start < n; start += PLACES) {
        size_t count = n - start < PLACES ? n - start : PLACES;
        double made[PLACES];
        make_words(key, purpose, count, position + start, &word);
#pragma omp simd
        for (size_t i = 0; i < word.n; i++) {
            double sine, cosine;
            vector_sincos_turn_one(place_uniform(word.v[1][i]), &sine, &cosine);
            made[i] = sqrt(-2 * vector_log_one(place_uniform(word.v[0][i]))) * cosine;
        }
        memcpy(normal + start, made, count * sizeof *made);
    }
}

static void halves(size_t n, const double *scores, const double *normal, double *first) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) { first[i] = kernel_half(scores[i], normal[i]); }
}

/* Eight sums of a byte each. */
static inline uint64_t ones_by_byte(uint64_t x) {
    x -= (x >> 1) & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    return (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
}

/* ones[i]: among the bits of a block that count. */
static inline void count_ones(const struct place_words *word, uint64_t (*counts)[PLACES], double *ones) {
    for (size_t i = 0; i < word->n; i += WIDTH) {
#pragma omp simd
        for (size_t l = 0; l < WIDTH; l++) {
            uint64_t x = ones_by_byte(word->v[0][i + l] & counts[0][i + l]) +
                         ones_by_byte(word->v[1][i + l] & counts[1][i + l]) +
                         ones_by_byte(word->v[2][i + l] & counts[2][i + l]) +
                         ones_by_byte(word->v[3][i + l] & counts[3][i + l]);
            x = (x & 0x00ff00ff00ff00ffu) + ((x >> 8) & 0x00ff00ff00ff00ffu);
            x += x >> 16;
            ones[i + l] = vector_from_whole((x + (x >> 32)) & 0xffff);
        }
    }
}

enum { WORD_BITS = 64, BLOCK_BITS = 4 * WORD_BITS };
_Static_assert(PLACES *BLOCK_BITS >= KERNEL_COINS, "a place's blocks fit");

/* The blocks of the first places, as many as fit, and which of their bits count; how many places. */
static inline size_t take_blocks(size_t n, const uint64_t *position, const double *coins, uint64_t *at,
                                 uint64_t (*counts)[PLACES], size_t *blocks) {
    size_t i = 0, b = 0;
    for (; i < n && (double)(PLACES - b) * BLOCK_BITS >= coins[i]; i++) {
        uint64_t left = (uint64_t)coins[i], place = position[i];
        for (; left >= BLOCK_BITS; left -= BLOCK_BITS, b++) {
            at[b] = place++;
            for (size_t q = 0; q < 4; q++) { counts[q][b] = ~(uint64_t)0; }
        }
        if (left == 0) { continue; }
        at[b] = place;
        for (size_t q = 0; q < 4; q++) {
            uint64_t bits = left < WORD_BITS ? left : WORD_BITS;
            counts[q][b] = bits < WORD_BITS ? ((uint64_t)1 << bits) - 1 : ~(uint64_t)0;
            left -= bits;
        }
        b++;
    }
    *blocks = b;
    return i;
}

static void place_coins(const uint64_t key[4], uint64_t purpose, size_t n, const uint64_t *position,
                        const double *coins, double *heads) {
    uint64_t at[PLACES], counts[4][PLACES];
    double ones[PLACES];
    struct place_words word;
    for (size_t i = 0, blocks; i < n;) {
        size_t end = i + take_blocks(n - i, position + i, coins + i, at, counts, &blocks);
        make_words(key, purpose, blocks, at, &word);
        for (size_t b = blocks; b < word.n; b++) {
            for (size_t q = 0; q < 4; q++) { counts[q][b] = 0; }
        }
        count_ones(&word, counts, ones);
        for (size_t b = 0; i < end; i++) {
            heads[i] = 0;
            for (double bits = coins[i]; bits > 0; bits -= BLOCK_BITS) { heads[i] += ones[b++]; }
        }
    }
}

#endif
