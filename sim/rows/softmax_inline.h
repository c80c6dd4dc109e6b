/* softmax_inline: weights of scores and their sums in one pass, for files that are compiled once per
 * instruction set (kernel.c). */
#ifndef GAPSCALE_SIM_ROWS_SOFTMAX_INLINE_H
#define GAPSCALE_SIM_ROWS_SOFTMAX_INLINE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "sim/rows/decay_inline.h"
#include "sim/rows/kernel.h"
#include "sim/rows/lanes_inline.h"

enum { SOFTMAX_SUMS = 4, SOFTMAX_PIECE = DECAYS * WIDTH, SOFTMAX_PARTS = LANES / WIDTH };

/* An infinite gap has weight 0 and is left out. */
static inline void softmax_add(lanes gap, lanes e, lanes s[SOFTMAX_SUMS]) {
    bit_lanes other = gap != 0;
    lanes rest = (lanes)(other & (bit_lanes)e), x = (lanes)((e != 0) & (bit_lanes)gap);
    s[0] += (lanes)(~other & (bit_lanes)e);
    s[1] += rest;
    s[2] += rest * x;
    s[3] += rest * rest;
}

static inline void softmax_piece(const double *score, double top, double *weight,
                                 lanes s[SOFTMAX_PARTS][SOFTMAX_SUMS]) {
    lanes gap[DECAYS], e[DECAYS];
    DECAY_EACH {
        memcpy(&gap[u], score + u * WIDTH, sizeof gap[u]);
        gap[u] = top - gap[u];
        e[u] = -gap[u];
    }
    decay_together(e);
    DECAY_EACH { memcpy(weight + u * WIDTH, &e[u], sizeof e[u]); }
    DECAY_EACH { softmax_add(gap[u], e[u], s[u % SOFTMAX_PARTS]); }
}

static struct kernel_softmax softmax(size_t n, const double *score, double top, double *weight) {
    lanes s[SOFTMAX_PARTS][SOFTMAX_SUMS] = {{{0}}};
    double last[SOFTMAX_PIECE], unused[SOFTMAX_PIECE], sum[SOFTMAX_SUMS][LANES];
    for (size_t i = 0; i < n; i += SOFTMAX_PIECE) {
        const size_t left = n - i;
        const bool is_whole = left >= SOFTMAX_PIECE;
        for (size_t k = 0; k < SOFTMAX_PIECE && !is_whole; k++) {
            last[k] = k < left ? score[i + k] : -INFINITY;
        }
        softmax_piece(is_whole ? score + i : last, top, is_whole ? weight + i : unused, s);
        if (!is_whole) { memcpy(weight + i, unused, left * sizeof *weight); }
    }
    for (size_t p = 0; p < SOFTMAX_PARTS; p++) {
        for (size_t m = 0; m < SOFTMAX_SUMS; m++) { memcpy(&sum[m][p * WIDTH], &s[p][m], sizeof s[p][m]); }
    }
    return (struct kernel_softmax){lanes_total(sum[0]), lanes_total(sum[1]), lanes_total(sum[2]),
                                   lanes_total(sum[3])};
}

#endif
