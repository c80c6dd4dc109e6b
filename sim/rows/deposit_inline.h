/* deposit_inline: moments of the scores in bins, for files that are compiled once per instruction set
 * (kernel.c).
 */
#ifndef GAPSCALE_SIM_ROWS_DEPOSIT_INLINE_H
#define GAPSCALE_SIM_ROWS_DEPOSIT_INLINE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sim/rows/kernel.h"
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

static void deposit_together(struct deposits *d, size_t count, double *moment) {
    powers p[POWERS], m;
    for (size_t i = count; i % POWERS > 0; i++) { d->x[i] = (double)(d->place[i] = 0); }
    for (size_t i = 0; i < count; i += POWERS) {
        powers_of(d->x + i, p);
        for (size_t j = 0; j < POWERS; j++) {
            double *at = moment + d->place[i + j];
            memcpy(&m, at, sizeof m);
            m += p[j];
            memcpy(at, &m, sizeof m);
        }
    }
}

static void deposit(size_t n, const double *score, double top, double cut, double scale, int64_t first_bin,
                    unsigned log_stripes, double *moment) {
    const uint64_t position_mask = ((uint64_t)1 << KERNEL_BIN_SHIFT) - 1, one = 0x3ff0000000000000u,
                   first = (uint64_t)first_bin, last_stripe = ((uint64_t)1 << log_stripes) - 1;
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
            uint64_t position = one + (((bits & position_mask) + 1) << (52 - KERNEL_BIN_SHIFT));
            double y;
            memcpy(&y, &position, sizeof y);
            d.x[i] = 2 * y - 3;
        }
        if (log_stripes == 0) {
            deposit_apart(&d, count, moment);
        } else {
            deposit_together(&d, count, moment);
        }
    }
}

#endif
