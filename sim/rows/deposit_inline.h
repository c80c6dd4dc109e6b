/* deposit_inline: moments of the scores in bins, for files that are compiled once per instruction set
 * (kernel.c).
 */
#ifndef GAPSCALE_SIM_ROWS_DEPOSIT_INLINE_H
#define GAPSCALE_SIM_ROWS_DEPOSIT_INLINE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sim/rows/eight_inline.h"
#include "sim/rows/kernel.h"
#include "sim/rows/lanes_inline.h"

enum { DEPOSIT_FOUR = 4, DEPOSIT_SOME = 16 }; /* scores at a time */
typedef double four __attribute__((vector_size(DEPOSIT_FOUR * sizeof(double))));
typedef uint64_t word_lanes __attribute__((vector_size(WIDTH * sizeof(uint64_t))));

/* What places follow from. What is not below the cut goes to waste, as if it were in the bin before the first
 * one. */
struct deposit_bins {
    double top, cut, scale;
    uint64_t before;    /* what bits of gaps have more than their place, and one */
    unsigned log_size;  /* of all parts of a bin */
    size_t part[EIGHT]; /* where those of scores in turn are, from the bin before the first one on */
};

static inline struct deposit_bins deposit_bins(double top, double cut, double scale, int64_t first_bin,
                                               unsigned log_stripes) {
    enum { LOG_NODES = 3 };
    _Static_assert(KERNEL_NODES == 1 << LOG_NODES && (int)KERNEL_WASTE == (int)EIGHT, "");
    const size_t stripes = (size_t)1 << log_stripes;
    struct deposit_bins b = {.top = top,
                             .cut = cut,
                             .scale = scale,
                             .before = ((uint64_t)(first_bin - 1) << KERNEL_BIN_SHIFT) + 1,
                             .log_size = log_stripes + LOG_NODES};
    for (size_t i = 0; i < EIGHT; i++) { b.part[i] = KERNEL_NODES * (KERNEL_WASTE - stripes + i % stripes); }
    return b;
}

/* Of scores: their positions in their bins, the fourth powers of those, and where the bins' moments are. */
struct deposits {
    _Alignas(64) double x[DEPOSIT_SOME], fourth[DEPOSIT_SOME];
    uint64_t place[DEPOSIT_SOME];
};

/* From the bits of a gap, less one, those of a double in [2, 4), which is its position in its bin and
 * this much. */
#define DEPOSIT_FRACTION (((uint64_t)1 << 52) - 1)
#define DEPOSIT_TWO ((uint64_t)1 << 62)
#define DEPOSIT_ORIGIN (3 - 0x1p-46)
_Static_assert(KERNEL_BIN_SHIFT == 47, "one step of a gap is 2^-46 of half a bin");

static inline void deposit_place(const struct deposit_bins *b, const double *score, struct deposits *d) {
    for (size_t i = 0; i < DEPOSIT_SOME; i += WIDTH) {
        word_lanes part;
        const lanes s = lanes_load(score + i);
        memcpy(&part, b->part + i % EIGHT, sizeof part);
        const word_lanes below = (word_lanes)(s < b->cut),
                         bits = (word_lanes)((b->top - s) * b->scale) - b->before,
                         place = ((bits >> KERNEL_BIN_SHIFT << b->log_size) & below) + part,
                         shifted = (bits << (52 - KERNEL_BIN_SHIFT) & DEPOSIT_FRACTION) | DEPOSIT_TWO;
        const lanes x = (lanes)shifted - DEPOSIT_ORIGIN, square = x * x, fourth = square * square;
        memcpy(d->place + i, &place, sizeof place);
        memcpy(d->x + i, &x, sizeof x);
        memcpy(d->fourth + i, &fourth, sizeof fourth);
    }
}

/* Adds the powers of a score. */
static inline void deposit_one(double x, double fourth, double *moment) {
    const double square = x * x;
#pragma omp simd
    for (int k = 0; k < KERNEL_NODES; k++) {
        moment[k] += ((k & 1 ? x : 1) * (k & 2 ? square : 1)) * (k & 4 ? fourth : 1);
    }
}

static inline void deposit_add(four power, double *moment) {
    four m;
    memcpy(&m, moment, sizeof m);
    m += power;
    memcpy(moment, &m, sizeof m);
}

/* The same of four, at their places. */
static inline void deposit_four(const double *score, const double *fourth, const uint64_t *place,
                                double *moment) {
    _Static_assert(KERNEL_NODES == 2 * DEPOSIT_FOUR, "");
    four x;
    memcpy(&x, score, sizeof x);
    const four one = {1, 1, 1, 1}, square = x * x, cube = x * square;
    const four a = SHUFFLE(one, x, 0, 4, 2, 6), b = SHUFFLE(one, x, 1, 5, 3, 7),
               c = SHUFFLE(square, cube, 0, 4, 2, 6), d = SHUFFLE(square, cube, 1, 5, 3, 7);
    const four power[DEPOSIT_FOUR] = {SHUFFLE(a, c, 0, 1, 4, 5), SHUFFLE(b, d, 0, 1, 4, 5),
                                      SHUFFLE(a, c, 2, 3, 6, 7), SHUFFLE(b, d, 2, 3, 6, 7)};
    for (size_t j = 0; j < DEPOSIT_FOUR; j++) {
        deposit_add(power[j], moment + place[j]);
        deposit_add(fourth[j] * power[j], moment + place[j] + DEPOSIT_FOUR);
    }
}

static inline void deposit_some(const struct deposits *d, double *moment) {
    for (size_t i = 0; i < DEPOSIT_SOME; i += DEPOSIT_FOUR) {
        if ((int)WIDTH >= (int)DEPOSIT_FOUR) {
            deposit_four(d->x + i, d->fourth + i, d->place + i, moment);
            continue;
        }
        for (size_t k = i; k < i + DEPOSIT_FOUR; k++) {
            deposit_one(d->x[k], d->fourth[k], moment + d->place[k]);
        }
    }
}

/* Finds the places of the next scores while sums wait for those before. */
static void deposit(size_t n, const double *score, double top, double cut, double scale, int64_t first_bin,
                    unsigned log_stripes, double *moment) {
    const struct deposit_bins bins = deposit_bins(top, cut, scale, first_bin, log_stripes);
    const size_t whole = n / DEPOSIT_SOME * DEPOSIT_SOME;
    struct deposits deposits[2];
    double last[DEPOSIT_SOME];
    for (size_t i = 0; i < DEPOSIT_SOME; i++) { last[i] = whole + i < n ? score[whole + i] : INFINITY; }
    deposit_place(&bins, whole > 0 ? score : last, &deposits[0]);
    for (size_t i = 0, now = 0; i < n; i += DEPOSIT_SOME, now ^= 1) {
        const size_t next = i + DEPOSIT_SOME;
        deposit_place(&bins, next < whole ? score + next : last, &deposits[now ^ 1]);
        deposit_some(&deposits[now], moment);
    }
}

static void gather(size_t bins, unsigned log_stripes, double *moment) {
    const size_t stripes = (size_t)1 << log_stripes;
    for (size_t b = 0; b < bins; b++) {
        eight sum = {0}, m;
        for (size_t s = 0; s < stripes; s++) {
            memcpy(&m, moment + (b * stripes + s) * KERNEL_NODES, sizeof m);
            sum += m;
        }
        memcpy(moment + b * KERNEL_NODES, &sum, sizeof sum);
    }
}

#endif
