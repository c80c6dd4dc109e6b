/* rungs_inline: points of wide bins, and sums over them, for files that are compiled once per instruction set
 * (kernel.c). */
#ifndef GAPSCALE_SIM_ROWS_RUNGS_INLINE_H
#define GAPSCALE_SIM_ROWS_RUNGS_INLINE_H

#include <stddef.h>
#include <string.h>

#include "sim/rows/kernel.h"
#include "sim/rows/lanes_inline.h"

enum { RUNGS_TOGETHER = 4 };

static void points(size_t n, const double (*matrix)[KERNEL_POINTS], const double *x,
                   double out[KERNEL_POINTS]) {
    for (size_t l = 0; l < KERNEL_POINTS; l += 2 * WIDTH) {
        lanes even[2] = {{0}}, odd[2] = {{0}};
        for (size_t k = 0; k < n; k += 2) {
            for (size_t j = 0; j < 2; j++) {
                even[j] += x[k] * lanes_load(matrix[k] + l + j * WIDTH);
                odd[j] += x[k + 1] * lanes_load(matrix[k + 1] + l + j * WIDTH);
            }
        }
        for (size_t j = 0; j < 2; j++) {
            even[j] += odd[j];
            memcpy(out + l + j * WIDTH, &even[j], sizeof even[j]);
        }
    }
}

/* A constant number of rungs, whose sums stay in registers. */
static inline __attribute__((always_inline)) void
add_rungs(const size_t count, const struct kernel_rung *rung, const struct kernel_bins *bins, size_t l) {
    lanes t[RUNGS_TOGETHER][KERNEL_AVERAGES] = {{{0}}};
    for (size_t i = 0; i < bins->count; i++) {
        for (size_t m = 0; m < KERNEL_AVERAGES; m++) {
            const lanes point = lanes_load(bins->point[i][m] + l);
            for (size_t r = 0; r < count; r++) { t[r][m] += rung[r].weight[i] * point; }
        }
    }
    for (size_t r = 0; r < count; r++) {
        const lanes value = lanes_load(rung[r].value + l);
        for (size_t m = 0; m < KERNEL_AVERAGES; m++) {
            double *at = rung[r].total[m] + l % LANES;
            const lanes total = lanes_load(at) + value * t[r][m];
            memcpy(at, &total, sizeof total);
        }
    }
}

static void sum_rungs(size_t count, const struct kernel_rung *rung, const struct kernel_bins *bins) {
    size_t r = 0;
    for (; r + RUNGS_TOGETHER <= count; r += RUNGS_TOGETHER) {
        for (size_t l = 0; l < KERNEL_POINTS; l += WIDTH) { add_rungs(RUNGS_TOGETHER, rung + r, bins, l); }
    }
    for (; r < count; r++) {
        for (size_t l = 0; l < KERNEL_POINTS; l += WIDTH) { add_rungs(1, rung + r, bins, l); }
    }
}

#endif
