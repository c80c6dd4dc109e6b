/* between_inline: sums over exponentials between the columns of a table, for files that are compiled once per
 * instruction set (kernel.c). */
#ifndef GAPSCALE_SIM_ROWS_BETWEEN_INLINE_H
#define GAPSCALE_SIM_ROWS_BETWEEN_INLINE_H

#include <string.h>

#include "models/numeric/vector_inline.h"
#include "sim/rows/kernel.h"
#include "sim/rows/lanes_inline.h"

/* What interpolates is S e^{r x}, r so that it is level at the column before: `low` is that exponential at
 * the first column over the one that is asked for, `up` by how much it grows from column to column. */
static void between(size_t n, double f, const double basis[KERNEL_STENCIL][KERNEL_AVERAGES][KERNEL_AVERAGES],
                    const double *const at[KERNEL_AVERAGES], double *const out[KERNEL_AVERAGES]) {
    enum { BEFORE = KERNEL_STENCIL / 2 - 1, MOST = 64 };
    const double nothing = 1e-100;
    double r[MOST], low[MOST], up[MOST];
    for (size_t start = 0; start < n; start += MOST) {
        const size_t left = n - start, some = left < MOST ? (left + LANES - 1) / LANES * LANES : MOST;
        const double *value = at[0] + start + BEFORE, *slope = at[1] + start + BEFORE;
#pragma omp simd
        for (size_t i = 0; i < some; i++) {
            int seen = value[i] > nothing;
            r[i] = seen ? -slope[i] / value[i] : 0;
            low[i] = seen ? vector_decay_one(-r[i] * (BEFORE + f)) : 0;
            up[i] = 1 / vector_decay_one(-r[i]);
        }
        for (size_t i = 0; i < some; i += WIDTH) {
            lanes g[KERNEL_AVERAGES] = {{0}}, e = lanes_load(low + i), grow = lanes_load(up + i),
                  tilt = lanes_load(r + i);
            for (size_t k = 0; k < KERNEL_STENCIL; k++, e *= grow) {
                const size_t here = start + i + k;
                lanes h0 = lanes_load(at[0] + here), h1 = lanes_load(at[1] + here),
                      h2 = lanes_load(at[2] + here);
                h2 = (h2 + tilt * (2 * h1 + tilt * h0)) * e;
                h1 = (h1 + tilt * h0) * e;
                h0 *= e;
                for (size_t m = 0; m < KERNEL_AVERAGES; m++) {
                    g[m] += basis[k][0][m] * h0 + basis[k][1][m] * h1 + basis[k][2][m] * h2;
                }
            }
            g[2] += tilt * (tilt * g[0] - 2 * g[1]);
            g[1] -= tilt * g[0];
            for (size_t m = 0; m < KERNEL_AVERAGES; m++) { memcpy(out[m] + start + i, &g[m], sizeof g[m]); }
        }
    }
}

#endif
