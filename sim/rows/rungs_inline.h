/* rungs_inline: joining bins in pairs, and sums over them, for files that are compiled once per instruction
 * set (kernel.c). */
#ifndef GAPSCALE_SIM_ROWS_RUNGS_INLINE_H
#define GAPSCALE_SIM_ROWS_RUNGS_INLINE_H

#include <stddef.h>
#include <string.h>

#include "sim/rows/kernel.h"
#include "sim/rows/lanes_inline.h"

enum { RUNGS_TOGETHER = 4 };

static void join_bins(size_t n, const double half[2][KERNEL_NODES][KERNEL_NODES],
                      const double (*from)[KERNEL_NODES], double (*to)[KERNEL_NODES]) {
    for (size_t l = 0; l < KERNEL_NODES; l += WIDTH) {
        lanes lower[KERNEL_NODES], upper[KERNEL_NODES];
        for (size_t j = 0; j < KERNEL_NODES; j++) {
            lower[j] = lanes_load(half[0][j] + l);
            upper[j] = lanes_load(half[1][j] + l);
        }
        for (size_t i = 0; i < n; i++) {
            lanes first = {0}, second = {0};
            for (size_t j = 0; j < KERNEL_NODES; j++) {
                first += from[2 * i][j] * lower[j];
                second += from[2 * i + 1][j] * upper[j];
            }
            first += second;
            memcpy(to[i] + l, &first, sizeof first);
        }
    }
}

/* A constant number of rungs, whose sums stay in registers. */
static inline __attribute__((always_inline)) void
add_rungs(const size_t count, const struct kernel_rung *rung, const struct kernel_bins *bins, size_t l) {
    lanes t[RUNGS_TOGETHER][KERNEL_AVERAGES] = {{{0}}}, s[KERNEL_AVERAGES];
    const double size = bins->size;
    for (size_t i = 0; i < bins->count; i++) {
        const lanes moment = lanes_load(bins->moment[i] + l), first = bins->middle[i] * moment,
                    second = bins->middle[i] * first;
        for (size_t r = 0; r < count; r++) {
            t[r][0] += rung[r].weight[i] * moment;
            t[r][1] += rung[r].weight[i] * first;
            t[r][2] += rung[r].weight[i] * second;
        }
    }
    for (size_t r = 0; r < count; r++) {
        for (size_t m = 0; m < KERNEL_AVERAGES; m++) { s[m] = lanes_load(rung[r].series[m] + l); }
        const lanes add[KERNEL_AVERAGES] = {
            s[0] * t[r][0], size * (s[0] * t[r][1] + s[1] * t[r][0]),
            size * (size * ((s[0] * t[r][2] + s[2] * t[r][0]) + 2 * (s[1] * t[r][1])))};
        for (size_t m = 0; m < KERNEL_AVERAGES; m++) {
            const lanes total = lanes_load(rung[r].total[m] + l) + add[m];
            memcpy(rung[r].total[m] + l, &total, sizeof total);
        }
    }
}

static void sum_rungs(size_t count, const struct kernel_rung *rung, const struct kernel_bins *bins) {
    size_t r = 0;
    for (; r + RUNGS_TOGETHER <= count; r += RUNGS_TOGETHER) {
        for (size_t l = 0; l < KERNEL_NODES; l += WIDTH) { add_rungs(RUNGS_TOGETHER, rung + r, bins, l); }
    }
    for (; r < count; r++) {
        for (size_t l = 0; l < KERNEL_NODES; l += WIDTH) { add_rungs(1, rung + r, bins, l); }
    }
}

#endif
