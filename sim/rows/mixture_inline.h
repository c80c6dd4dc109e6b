/* mixture_inline: averages over points and a bulk together, for files that are compiled once per instruction
 * set (kernel.c). */
#ifndef GAPSCALE_SIM_ROWS_MIXTURE_INLINE_H
#define GAPSCALE_SIM_ROWS_MIXTURE_INLINE_H

#include "models/numeric/vector_inline.h"
#include "sim/rows/kernel.h"

struct moments {
    double mean, variance;
};

/* From sums over all points but the first, at gap 0, whose weight is 1; over 1 / their number. The variance
 * is NaN where squares are no doubles. */
static inline struct moments moments_of_points(const struct kernel_mixture *x, size_t i, double over) {
    double m1 = x->sum[1][i] * over, variance = x->sum[2][i] * over - m1 * m1;
    return (struct moments){m1, variance < 0 ? 0 : variance};
}

/* The variance of a part with that share, seen from d off its mean. */
static inline double variance_shifted(double variance, double share, double d) {
    return share * (variance + d * d);
}

static void mix_points(struct kernel_mixture *x) {
#pragma omp simd
    for (size_t i = 0; i < x->count; i++) {
        double over = 1 / (1 + x->sum[0][i]);
        struct moments points = moments_of_points(x, i, over);
        x->log_z[i] = vector_log1p_one(x->sum[0][i]);
        x->mean[i] = points.mean;
        x->variance[i] = points.variance;
        x->top_weight[i] = over;
        x->share[i] = 0;
    }
}

/* In short loops: what waits for one logarithm or exponential after the other would wait long. */
static void mix_both(struct kernel_mixture *x) {
    double log_points[KERNEL_MIXED], small[KERNEL_MIXED], log_whole[KERNEL_MIXED];
#pragma omp simd
    for (size_t i = 0; i < x->count; i++) { log_points[i] = vector_log1p_one(x->sum[0][i]); }
#pragma omp simd
    for (size_t i = 0; i < x->count; i++) { /* the smaller of the two over the larger one */
        double excess = x->log_z[i] - log_points[i];
        small[i] = vector_decay_one(excess < 0 ? excess : -excess);
    }
#pragma omp simd
    for (size_t i = 0; i < x->count; i++) {
        double larger = x->log_z[i] < log_points[i] ? log_points[i] : x->log_z[i];
        log_whole[i] = larger + vector_log1p_one(small[i]);
    }
#pragma omp simd
    for (size_t i = 0; i < x->count; i++) {
        double over = 1 / (1 + x->sum[0][i]), excess = x->log_z[i] - log_points[i];
        struct moments points = moments_of_points(x, i, over);
        double large_share = 1 / (1 + small[i]), small_share = small[i] * large_share;
        int seen = excess > KERNEL_UNSEEN, large = excess > KERNEL_NEGLIGIBLE;
        double share = excess < 0 ? small_share : large_share, rest = excess < 0 ? large_share : small_share;
        double between = x->mean[i] - points.mean,
               variance = variance_shifted(points.variance, rest, -share * between) +
                          variance_shifted(x->variance[i], share, rest * between);
        x->mean[i] = seen ? points.mean + share * between : points.mean;
        x->variance[i] = seen ? variance : points.variance;
        x->top_weight[i] = large ? vector_decay_one(-log_whole[i]) : over;
        x->log_z[i] = seen ? log_whole[i] : log_points[i];
        x->share[i] = large ? share : 0;
    }
}

static void mix(struct kernel_mixture *x) {
    if (x->has_bulk) {
        mix_both(x);
    } else {
        mix_points(x);
    }
}

#endif
