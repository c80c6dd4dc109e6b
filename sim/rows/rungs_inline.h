/* rungs_inline: joining bins in pairs, and sums over them, for files that are compiled once per instruction
 * set (kernel.c). */
#ifndef GAPSCALE_SIM_ROWS_RUNGS_INLINE_H
#define GAPSCALE_SIM_ROWS_RUNGS_INLINE_H

#include <stddef.h>
#include <string.h>

#include "sim/rows/kernel.h"
#include "sim/rows/lanes_inline.h"

static inline lanes rungs_load(const double *from) {
    lanes x;
    memcpy(&x, from, sizeof x);
    return x;
}

static void join_bins(size_t n, const double half[2][KERNEL_NODES][KERNEL_NODES],
                      const double (*from)[KERNEL_NODES], double (*to)[KERNEL_NODES]) {
    for (size_t i = 0; i < n; i++) {
        for (size_t l = 0; l < KERNEL_NODES; l += WIDTH) {
            lanes first = {0}, second = {0};
            for (size_t j = 0; j < KERNEL_NODES; j++) {
                first += from[2 * i][j] * rungs_load(half[0][j] + l);
                second += from[2 * i + 1][j] * rungs_load(half[1][j] + l);
            }
            first += second;
            memcpy(to[i] + l, &first, sizeof first);
        }
    }
}

static inline void add_rung(const struct kernel_rung *r, size_t l, lanes total[KERNEL_AVERAGES]) {
    lanes t[KERNEL_AVERAGES] = {{0}}, s[KERNEL_AVERAGES];
    for (size_t i = 0; i < r->bins; i++) {
        lanes moment = rungs_load(r->moment[i] + l);
        for (size_t m = 0; m < KERNEL_AVERAGES; m++) { t[m] += r->factor[i][m] * moment; }
    }
    for (size_t m = 0; m < KERNEL_AVERAGES; m++) { s[m] = rungs_load(r->series[m] + l); }
    total[0] += s[0] * t[0];
    total[1] += r->size * (s[0] * t[1] + s[1] * t[0]);
    total[2] += r->size * (r->size * ((s[0] * t[2] + s[2] * t[0]) + 2 * (s[1] * t[1])));
}

static void sum_rungs(size_t count, const struct kernel_rung *rung, double out[KERNEL_AVERAGES]) {
    double sum[KERNEL_AVERAGES][KERNEL_NODES];
    for (size_t l = 0; l < KERNEL_NODES; l += WIDTH) {
        lanes total[KERNEL_AVERAGES] = {{0}};
        for (size_t i = 0; i < count; i++) { add_rung(&rung[i], l, total); }
        for (size_t m = 0; m < KERNEL_AVERAGES; m++) { memcpy(&sum[m][l], &total[m], sizeof total[m]); }
    }
    for (size_t m = 0; m < KERNEL_AVERAGES; m++) { out[m] = lanes_total(sum[m]); }
}

#endif
