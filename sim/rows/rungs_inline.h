/* rungs_inline: points of wide bins, and sums over them, for files that are compiled once per instruction set
 * (kernel.c). */
#ifndef GAPSCALE_SIM_ROWS_RUNGS_INLINE_H
#define GAPSCALE_SIM_ROWS_RUNGS_INLINE_H

#include <stddef.h>
#include <string.h>

#include "sim/rows/kernel.h"
#include "sim/rows/lanes_inline.h"

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

static void rung(size_t bins, const double (*weight)[LANES], const double (*value)[LANES],
                 const double (*point)[KERNEL_AVERAGES][KERNEL_POINTS], double *const sum[KERNEL_AVERAGES]) {
    for (size_t l = 0; l < LANES; l += WIDTH) {
        lanes total[KERNEL_AVERAGES];
        for (size_t m = 0; m < KERNEL_AVERAGES; m++) { total[m] = lanes_load(sum[m] + l); }
        for (size_t i = 0; i < bins; i++) {
            const lanes w = lanes_load(weight[i] + l);
            lanes even[KERNEL_AVERAGES] = {{0}}, odd[KERNEL_AVERAGES] = {{0}};
            for (size_t j = 0; j < KERNEL_POINTS; j += 2) {
                const lanes first = lanes_load(value[j] + l), second = lanes_load(value[j + 1] + l);
                for (size_t m = 0; m < KERNEL_AVERAGES; m++) {
                    even[m] += first * point[i][m][j];
                    odd[m] += second * point[i][m][j + 1];
                }
            }
            for (size_t m = 0; m < KERNEL_AVERAGES; m++) { total[m] += w * (even[m] + odd[m]); }
        }
        for (size_t m = 0; m < KERNEL_AVERAGES; m++) { memcpy(sum[m] + l, &total[m], sizeof total[m]); }
    }
}

#endif
