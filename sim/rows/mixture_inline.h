/* mixture_inline: averages over points and a bulk together, for files that are compiled once per instruction
 * set (kernel.c). */
#ifndef GAPSCALE_SIM_ROWS_MIXTURE_INLINE_H
#define GAPSCALE_SIM_ROWS_MIXTURE_INLINE_H

#include "models/numeric/vector_inline.h"
#include "sim/rows/kernel.h"

struct moments {
    double mean, variance;
};

/* From sums over all points but the first, at gap 0, whose weight is 1; over 1 / their number. */
static inline struct moments moments_of_points(const struct kernel_mixture *x, size_t i, double over) {
    double m1 = x->sum[1][i] * over, variance = x->sum[2][i] * over - m1 * m1;
    return (struct moments){m1, variance > 0 ? variance : 0};
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

static void mix_both(struct kernel_mixture *x) {
#pragma omp simd
    for (size_t i = 0; i < x->count; i++) {
        double over = 1 / (1 + x->sum[0][i]), log_points = vector_log1p_one(x->sum[0][i]),
               excess = x->log_z[i] - log_points;
        struct moments points = moments_of_points(x, i, over);
        /* the smaller of the two over the larger one */
        double small = vector_decay_one(excess < 0 ? excess : -excess), large_share = 1 / (1 + small),
               small_share = small * large_share, larger = excess < 0 ? log_points : x->log_z[i];
        int seen = excess > KERNEL_NEGLIGIBLE;
        double share = excess < 0 ? small_share : large_share, rest = excess < 0 ? large_share : small_share;
        double between = x->mean[i] - points.mean, log_z = larger + vector_log1p_one(small),
               variance = variance_shifted(points.variance, rest, -share * between) +
                          variance_shifted(x->variance[i], share, rest * between);
        x->log_z[i] = seen ? log_z : log_points;
        x->mean[i] = seen ? points.mean + share * between : points.mean;
        x->variance[i] = seen ? variance : points.variance;
        x->top_weight[i] = seen ? vector_decay_one(-log_z) : over;
        x->share[i] = seen ? share : 0;
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
