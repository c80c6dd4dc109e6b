/* octaves_inline: sums over points at a beta and at its doubles, for files that are compiled once per
 * instruction set (kernel.c). */
#ifndef GAPSCALE_SIM_ROWS_OCTAVES_INLINE_H
#define GAPSCALE_SIM_ROWS_OCTAVES_INLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "models/numeric/vector_inline.h"
#include "sim/rows/kernel.h"
#include "sim/rows/lanes_inline.h"

static void weights(size_t n, const double *gap, double beta, double *e) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) { e[i] = vector_decay_one(-beta * gap[i]); }
}

static void square_rows(size_t rows, size_t each, size_t octave, const double *factor, size_t step,
                        double *x) {
    const size_t apart = octave * each;
    for (size_t start = apart; start < rows * each; start += apart) {
        const size_t end = rows * each - start < apart ? rows * each - start : apart;
#pragma omp simd
        for (size_t i = 0; i < end; i++) { x[start + i] = x[start + i - apart] * x[start + i - apart]; }
    }
    for (size_t r = 0; r < rows; r++) {
#pragma omp simd
        for (size_t k = 0; k < each; k++) { x[r * each + k] *= factor[r * step]; }
    }
}

/* Points of a few lanes: gap, count and weight. A weight of 0 takes even an infinite gap out. */
struct octave_points {
    lanes x, c, w;
};

static inline void take_octave_points(const double *gap, const double *count, const double *e,
                                      struct octave_points *p) {
    memcpy(&p->x, gap, sizeof p->x);
    memcpy(&p->c, count, sizeof p->c);
    memcpy(&p->w, e, sizeof p->w);
}

/* The last of n > 0 points, where they are no whole LANES; those that lack have weight 0. */
struct octave_rest {
    double gap[LANES], count[LANES], e[LANES];
};

static struct octave_rest take_octave_rest(size_t n, const double *gap, const double *count,
                                           const double *e) {
    struct octave_rest r;
    for (size_t l = 0; l < LANES; l++) {
        size_t i = n / LANES * LANES + l, at = i < n ? i : 0;
        r.gap[l] = gap[at];
        r.count[l] = count[at];
        r.e[l] = i < n ? e[at] : 0;
    }
    return r;
}

/* The same weights at twice beta: CHUNK points, squared in place, TOGETHER octaves at a time. */
enum { CHUNK = 512, AVERAGES = KERNEL_AVERAGES, TOGETHER = 3 };

/* A constant number of octaves, and a constant answer to whether there are counts, so that the sums stay in
 * registers. */
static inline __attribute__((always_inline)) void add_some(size_t end, const double *gap, const double *count,
                                                           double *e, const size_t octaves, bool counted,
                                                           double (*sum)[AVERAGES][LANES]) {
    for (size_t l = 0; l < LANES; l += WIDTH) {
        lanes s[TOGETHER][AVERAGES];
        struct octave_points p;
        for (size_t o = 0; o < octaves; o++) {
            for (size_t m = 0; m < AVERAGES; m++) { memcpy(&s[o][m], &sum[o][m][l], sizeof s[o][m]); }
        }
        for (size_t i = l; i < end; i += LANES) {
            take_octave_points(gap + i, counted ? count + i : gap + i, e + i, &p);
            p.x = (lanes)((p.w != 0) & (bit_lanes)p.x);
            for (size_t o = 0; o < octaves; o++) {
                lanes e0 = counted ? p.c * p.w : p.w, e1 = e0 * p.x;
                s[o][0] += e0;
                s[o][1] += e1;
                s[o][2] += e1 * p.x;
                p.w *= p.w;
            }
            memcpy(e + i, &p.w, sizeof p.w);
        }
        for (size_t o = 0; o < octaves; o++) {
            for (size_t m = 0; m < AVERAGES; m++) { memcpy(&sum[o][m][l], &s[o][m], sizeof s[o][m]); }
        }
    }
}

static void add_averages(size_t end, const double *gap, const double *count, double *e, size_t octaves,
                         double (*sum)[AVERAGES][LANES]) {
    if (octaves == TOGETHER && count) {
        add_some(end, gap, count, e, TOGETHER, true, sum);
    } else if (octaves == TOGETHER) {
        add_some(end, gap, count, e, TOGETHER, false, sum);
    } else {
        for (size_t o = 0; o < octaves; o++) {
            if (count) {
                add_some(end, gap, count, e, 1, true, sum + o);
            } else {
                add_some(end, gap, count, e, 1, false, sum + o);
            }
        }
    }
}

/* Weights, some of which may be close to 1. */
static void weights_nearby(size_t n, const double *gap, double beta, double *e) {
    enum { BLOCK = 64 };
    for (size_t start = 0; start < n; start += BLOCK) {
        const size_t some = n - start < BLOCK ? n - start : BLOCK;
        const double *g = gap + start;
        int far = 0;
#pragma omp simd reduction(| : far)
        for (size_t i = 0; i < some; i++) { far |= beta * g[i] > VECTOR_SHORT; }
        if (far) {
            weights(some, g, beta, e + start);
            continue;
        }
#pragma omp simd
        for (size_t i = 0; i < some; i++) { e[start + i] = vector_decay_short(-beta * g[i]); }
    }
}

/* Points first .. end - 1, at most CHUNK. */
static void add_chunk(size_t octave_count, const size_t *n, size_t first, size_t end, const double *gap,
                      const double *count, double beta, double (*sum)[AVERAGES][LANES]) {
    const size_t points = end - first, whole = points / LANES * LANES;
    double e[CHUNK];
    weights_nearby(points, gap + first, beta, e);
    struct octave_rest rest = take_octave_rest(points, gap + first, count ? count + first : gap + first, e);
    for (size_t o = 0, together; o < octave_count && n[o] > first; o += together) {
        together = octave_count - o < TOGETHER ? octave_count - o : TOGETHER;
        size_t reach = n[o] - first < whole ? (n[o] - first + LANES - 1) / LANES * LANES : whole;
        add_averages(reach, gap + first, count ? count + first : NULL, e, together, sum + o);
        if (n[o] - first > whole) {
            add_averages(LANES, rest.gap, count ? rest.count : NULL, rest.e, together, sum + o);
        }
    }
}

static void octaves(size_t octave_count, const size_t *n, const double *gap, const double *count, double beta,
                    double (*out)[AVERAGES]) {
    double sum[KERNEL_OCTAVES][AVERAGES][LANES];
    memset(sum, 0, octave_count * sizeof *sum);
    for (size_t first = 0; first < n[0]; first += CHUNK) {
        add_chunk(octave_count, n, first, n[0] - first < CHUNK ? n[0] : first + CHUNK, gap, count, beta, sum);
    }
    totals(octave_count * AVERAGES, (const double(*)[LANES])sum, out[0]);
}

/* ---- betas side by side, each a lane: nothing is added across lanes ---- */

enum { BESIDE = 64 }; /* points at a time */

/* A constant number of octaves, so that the sums stay in registers. */
static inline __attribute__((always_inline)) void beside_some(size_t n, const double *gap, double (*e)[LANES],
                                                              const size_t octaves,
                                                              double (*sum)[AVERAGES][LANES]) {
    for (size_t l = 0; l < LANES; l += WIDTH) {
        lanes s[TOGETHER][AVERAGES];
        for (size_t o = 0; o < octaves; o++) {
            for (size_t m = 0; m < AVERAGES; m++) { memcpy(&s[o][m], &sum[o][m][l], sizeof s[o][m]); }
        }
        for (size_t i = 0; i < n; i++) {
            lanes w, x;
            memcpy(&w, &e[i][l], sizeof w);
            x = (lanes)((w != 0) & (bit_lanes)((lanes){0} + gap[i]));
            for (size_t o = 0; o < octaves; o++) {
                lanes e1 = w * x;
                s[o][0] += w;
                s[o][1] += e1;
                s[o][2] += e1 * x;
                w *= w;
            }
            memcpy(&e[i][l], &w, sizeof w);
        }
        for (size_t o = 0; o < octaves; o++) {
            for (size_t m = 0; m < AVERAGES; m++) { memcpy(&sum[o][m][l], &s[o][m], sizeof s[o][m]); }
        }
    }
}

static void octaves_beside(size_t octave_count, const size_t *n, const double *gap, const double beta[LANES],
                           double (*out)[AVERAGES][LANES]) {
    double e[BESIDE][LANES], most = 0;
    memset(out, 0, octave_count * sizeof *out);
    for (size_t l = 0; l < LANES; l++) { most = beta[l] > most ? beta[l] : most; }
    for (size_t first = 0; first < n[0]; first += BESIDE) {
        const size_t points = n[0] - first < BESIDE ? n[0] - first : BESIDE;
        for (size_t i = 0; i < points; i++) {
            const double x = gap[first + i];
            if (most * x > 2 * VECTOR_SHORT) {
#pragma omp simd
                for (size_t l = 0; l < LANES; l++) { e[i][l] = vector_decay_one(-beta[l] * x); }
            } else {
#pragma omp simd
                for (size_t l = 0; l < LANES; l++) {
                    const double root = vector_decay_short(-0.5 * (beta[l] * x));
                    e[i][l] = root * root;
                }
            }
        }
        for (size_t o = 0, together; o < octave_count && n[o] > first; o += together) {
            size_t reach = n[o] - first < points ? n[o] - first : points;
            together = octave_count - o < TOGETHER ? 1 : TOGETHER;
            if (together == TOGETHER) {
                beside_some(reach, gap + first, e, TOGETHER, out + o);
            } else {
                beside_some(reach, gap + first, e, 1, out + o);
            }
        }
    }
}

#endif
