/* sample: drawn rows of many laws, the very scores behind them, and measures of those by brute force. */
#ifndef GAPSCALE_TESTS_SIM_MEASURES_SAMPLE_H
#define GAPSCALE_TESTS_SIM_MEASURES_SAMPLE_H

#include "tests/sim/rows/laws.h"

#include <stdlib.h>
#include <string.h>

#include "sim/measures/measure.h"

static inline int descending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The very scores of a row as gaps in increasing order, times `scale`. Free it. */
static inline double *family_gaps(const struct family *family, const double *p, size_t n, double scale,
                                  struct stream stream) {
    const struct isa *isa = isa_best();
    size_t chunks = (n + FAMILY_CHUNK - 1) / FAMILY_CHUNK,
           words = FAMILY_CHUNK * family_uniforms_per_score(family, p);
    double *score = malloc(chunks * FAMILY_CHUNK * sizeof *score), *u = malloc(words * sizeof *u);
    for (size_t c = 0; c < chunks; c++) {
        isa->kernel->uniforms(stream.key, STREAM_SCORES, c * words / 4, words / 4, u);
        family->draw(p, isa->vector, FAMILY_CHUNK, u, score + c * FAMILY_CHUNK);
    }
    free(u);
    qsort(score, n, sizeof *score, descending);
    double top = score[0];
    for (size_t i = 0; i < n; i++) { score[i] = (top - score[i]) * scale; }
    return score;
}

/* In units of 1/Lambda^typ. */
static inline double *row_gaps(const struct law *law, size_t n, struct stream stream) {
    const struct family *family = family_find(law->family);
    double scale = exp(typical_scale(family, law->p, log((double)n)).log_lambda);
    return family_gaps(family, law->p, n, scale, stream);
}

/* All measures from every gap, in long double. */
struct exact {
    long double entropy, participation, log_z, mean, chi;
};

static inline struct exact brute_force(size_t n, const double *gap, long double beta) {
    long double z = 0, m = 0, q = 0, two = 0;
    for (size_t i = 1; i < n; i++) {
        long double g = gap[i], e = expl(-beta * g);
        z += e;
        m += e * g;
        q += e * e;
    }
    struct exact x = {
        .log_z = log1pl(z), .mean = m / (1 + z), .participation = (1 + q) / ((1 + z) * (1 + z))};
    for (size_t i = 0; i < n; i++) {
        long double d = gap[i] - x.mean;
        two += expl(-beta * gap[i]) * d * d;
    }
    x.chi = beta * beta * two / (1 + z);
    x.entropy = x.log_z + beta * x.mean;
    return x;
}

static inline struct accumulation brute_accumulation(size_t n, const double *gap) {
    struct accumulation best = {0, 0, 0};
    for (size_t k = 2; k <= n; k++) {
        double value = log((double)k) / gap[k - 1];
        if (value > best.lambda) { best = (struct accumulation){value, log((double)k), gap[k - 1]}; }
    }
    return best;
}

/* N_n(t) of a row at 73 gaps, against all gaps in order. */
static inline void check_counts(const struct row *row, size_t n, const double *gap) {
    double t[73], count[73];
    size_t k = 0;
    for (size_t i = 0; i < 73; i++) { t[i] = ldexp(1 + 0.25 * (double)(i % 4), -8 + (int)(i / 4)); }
    measure_log_gap_count(isa_best()->kernel, row, 73, t, count);
    for (size_t i = 0; i < 73; i++) {
        while (k < n && gap[k] <= t[i]) { k++; }
        check_close(count[i], log((double)k), 1e-12);
    }
}

#endif
