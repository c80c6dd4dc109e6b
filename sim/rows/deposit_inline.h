/* deposit_inline: moments of the scores in bins, for files that are compiled once per instruction set
 * (kernel.c).
 */
#ifndef GAPSCALE_SIM_ROWS_DEPOSIT_INLINE_H
#define GAPSCALE_SIM_ROWS_DEPOSIT_INLINE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "models/numeric/vector_inline.h"
#include "sim/rows/kernel.h"
#include "sim/rows/lanes_inline.h"
#include "sim/rows/powers_inline.h"

enum { DEPOSITS = 256 }; /* scores at a time */

/* Positions of scores in their bins, and where those bins' moments are. What is not below the cut goes to
 * waste, to several places of it: a sum waits for the one before at its place. */
struct deposits {
    double x[DEPOSITS];
    uint64_t place[DEPOSITS];
};

static void deposit_apart(const struct deposits *d, size_t count, double *moment) {
    for (size_t i = 0; i < count; i++) {
        double x1 = d->x[i], x2 = x1 * x1, x4 = x2 * x2, *m = moment + d->place[i];
#pragma omp simd
        for (int k = 0; k < KERNEL_NODES; k++) {
            m[k] += ((k & 1 ? x1 : 1) * (k & 2 ? x2 : 1)) * (k & 4 ? x4 : 1);
        }
    }
}

/* Adds the powers of a group at their places. */
static inline void deposit_group(const powers *x, const uint64_t *place, double *moment) {
    powers p[POWERS], m;
    powers_of(x, p);
    for (size_t j = 0; j < POWERS; j++) {
        double *at = moment + place[j];
        memcpy(&m, at, sizeof m);
        m += p[j];
        memcpy(at, &m, sizeof m);
    }
}

static void deposit_together(struct deposits *d, size_t count, double *moment) {
    powers x;
    for (size_t i = count; i % POWERS > 0; i++) { d->x[i] = (double)(d->place[i] = 0); }
    for (size_t i = 0; i < count; i += POWERS) {
        memcpy(&x, d->x + i, sizeof x);
        deposit_group(&x, d->place + i, moment);
    }
}

/* From the bits of a gap, less one, those of a double in [2, 4), which is its position in its bin and
 * this much. */
#define DEPOSIT_FRACTION (((uint64_t)1 << 52) - 1)
#define DEPOSIT_TWO ((uint64_t)1 << 62)
#define DEPOSIT_ORIGIN (3 - 0x1p-46)
_Static_assert(KERNEL_BIN_SHIFT == 47, "one step of a gap is 2^-46 of half a bin");

static inline double deposit_position(uint64_t bits) {
    return vector_from_bits((bits << (52 - KERNEL_BIN_SHIFT) & DEPOSIT_FRACTION) | DEPOSIT_TWO) -
           DEPOSIT_ORIGIN;
}

#ifdef __clang__
#define ALONE __attribute__((noinline))
#else
#define ALONE __attribute__((noinline, noclone))
#endif

/* One for any number of parts: a copy for one part alone, which gcc likes to make, is slower. */
static ALONE void deposit_batches(size_t n, const double *score, double top, double cut, double scale,
                                  int64_t first_bin, unsigned log_stripes, double *moment) {
    const uint64_t last_stripe = ((uint64_t)1 << log_stripes) - 1, first = (uint64_t)first_bin;
    struct deposits d;
    for (size_t start = 0; start < n; start += DEPOSITS) {
        size_t count = n - start < DEPOSITS ? n - start : DEPOSITS;
#pragma omp simd
        for (size_t i = 0; i < count; i++) {
            double gap = (top - score[start + i]) * scale;
            uint64_t bits;
            memcpy(&bits, &gap, sizeof bits);
            bits -= 1;
            uint64_t place = (((bits >> KERNEL_BIN_SHIFT) - first) << log_stripes) + (i & last_stripe);
            d.place[i] = KERNEL_NODES * (score[start + i] < cut ? KERNEL_WASTE + place : i % KERNEL_WASTE);
            d.x[i] = deposit_position(bits);
        }
        if (log_stripes == 0) {
            deposit_apart(&d, count, moment);
        } else {
            deposit_together(&d, count, moment);
        }
    }
}

/* ---- where a group is one register: places of the next groups while sums wait for those before ---- */

enum { DEPOSIT_GROUPS = 2, DEPOSIT_SOME = DEPOSIT_GROUPS * POWERS };
typedef uint64_t deposit_words __attribute__((vector_size(POWERS * sizeof(uint64_t))));

/* What places follow from; those of the scores of a group within a bin, and in the waste. */
struct deposit_bins {
    double top, cut, scale;
    unsigned log_size;          /* of all parts of a bin */
    deposit_words start, waste; /* of the parts where bin 0 would be */
};

static inline struct deposit_bins deposit_bins(double top, double cut, double scale, int64_t first_bin,
                                               unsigned log_stripes) {
    enum { LOG_NODES = 3 };
    _Static_assert(KERNEL_NODES == 1 << LOG_NODES && (int)KERNEL_WASTE == (int)POWERS, "");
    struct deposit_bins b = {.top = top, .cut = cut, .scale = scale, .log_size = log_stripes + LOG_NODES};
    for (size_t i = 0; i < POWERS; i++) {
        b.waste[i] = KERNEL_NODES * i;
        b.start[i] = KERNEL_NODES * (KERNEL_WASTE + i % ((size_t)1 << log_stripes)) -
                     ((uint64_t)first_bin << b.log_size);
    }
    return b;
}

static inline void deposit_place(const struct deposit_bins *b, const double *score, uint64_t *at, powers *x) {
    powers s;
    memcpy(&s, score, sizeof s);
    deposit_words below = (deposit_words)(s < b->cut), bits = (deposit_words)((b->top - s) * b->scale) - 1,
                  place = (bits >> KERNEL_BIN_SHIFT << b->log_size) + b->start;
    place = (place & below) | (b->waste & ~below);
    memcpy(at, &place, sizeof place);
    *x = (powers)((bits << (52 - KERNEL_BIN_SHIFT) & DEPOSIT_FRACTION) | DEPOSIT_TWO) - DEPOSIT_ORIGIN;
}

static void deposit_groups(const struct deposit_bins *b, size_t n, const double *score, double *moment) {
    const size_t whole = n / DEPOSIT_SOME * DEPOSIT_SOME;
    uint64_t place[2][DEPOSIT_SOME];
    double last[DEPOSIT_SOME];
    powers x[DEPOSIT_GROUPS], next[DEPOSIT_GROUPS];
    for (size_t i = 0; i < DEPOSIT_SOME; i++) { last[i] = whole + i < n ? score[whole + i] : INFINITY; }
    const double *from = whole > 0 ? score : last;
    for (size_t g = 0; g < DEPOSIT_GROUPS; g++) {
        deposit_place(b, from + g * POWERS, place[0] + g * POWERS, &x[g]);
    }
    for (size_t i = 0, now = 0; i < n; i += DEPOSIT_SOME, now ^= 1) {
        from = i + DEPOSIT_SOME < whole ? score + i + DEPOSIT_SOME : last;
        for (size_t g = 0; g < DEPOSIT_GROUPS; g++) {
            deposit_place(b, from + g * POWERS, place[now ^ 1] + g * POWERS, &next[g]);
        }
        for (size_t g = 0; g < DEPOSIT_GROUPS; g++) {
            deposit_group(&x[g], place[now] + g * POWERS, moment);
            x[g] = next[g];
        }
    }
}

static void deposit(size_t n, const double *score, double top, double cut, double scale, int64_t first_bin,
                    unsigned log_stripes, double *moment) {
    if ((int)WIDTH < (int)POWERS || log_stripes == 0) {
        deposit_batches(n, score, top, cut, scale, first_bin, log_stripes, moment);
        return;
    }
    const struct deposit_bins bins = deposit_bins(top, cut, scale, first_bin, log_stripes);
    deposit_groups(&bins, n, score, moment);
}

static void gather(size_t bins, unsigned log_stripes, double *moment) {
    const size_t stripes = (size_t)1 << log_stripes;
    for (size_t b = 0; b < bins; b++) {
        powers sum = {0}, m;
        for (size_t s = 0; s < stripes; s++) {
            memcpy(&m, moment + (b * stripes + s) * KERNEL_NODES, sizeof m);
            sum += m;
        }
        memcpy(moment + b * KERNEL_NODES, &sum, sizeof sum);
    }
}

#endif
