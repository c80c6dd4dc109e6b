/* Compiled once per instruction set with -DISA=NAME. */
#include "models/numeric/vector.h"

#include <string.h>

#include "models/numeric/vector_inline.h"

#ifndef ISA
#define ISA base
#endif
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define TEXT_(a) #a
#define TEXT(a) TEXT_(a)

/* vector_NAME_one for each of an array. */
#define EACH(name)                                                                                           \
    static void name##_all(size_t n, const double *x, double *y) {                                           \
        _Pragma("omp simd") for (size_t i = 0; i < n; i++) { y[i] = vector_##name##_one(x[i]); }             \
    }
EACH(log)
EACH(log1p)
EACH(exp)
EACH(expm1)

static void exps_all(size_t n, double a, const double *x, double *exp, double *expm1) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double e, m;
        vector_exps_one(a * x[i], &e, &m);
        exp[i] = e;
        expm1[i] = m;
    }
}

static void sincos_turn_all(size_t n, const double *x, double *sine, double *cosine) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double s, c;
        vector_sincos_turn_one(x[i], &s, &c);
        sine[i] = s;
        cosine[i] = c;
    }
}

static void box_muller_all(size_t n, double sigma, const double *log_u, double *sine, double *cosine) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r = sigma * sqrt(-2 * log_u[i]);
        sine[i] *= r;
        cosine[i] *= r;
    }
}

static void cosm1_all(size_t n, const double *x, double *y) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) { y[i] = -vector_versine_one(x[i]); }
}

static void rcosm1_all(size_t n, const double *w, const double *less, const double *x, double *y) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r = sqrt(-less[i]);
        y[i] = -(w[i] / (1 + r) + r * vector_versine_one(x[i]));
    }
}

static void chebyshev_all(size_t n, const double c[VECTOR_TERMS], double centre, double scale,
                          const double *x, double *y) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) { y[i] = vector_chebyshev_one(c, 2 * (x[i] - centre) * scale); }
}

enum { LANES = VECTOR_ROW / 4 };

static inline void add_lanes(double weight, const double *from, double sum[LANES]) {
#pragma omp simd
    for (size_t j = 0; j < LANES; j++) { sum[j] += weight * from[j]; }
}

/* In four parts that stay in registers. */
static void slide_all(size_t n, const size_t *at, const double *weight, const double *row,
                      double sum[VECTOR_ROW]) {
    double a[LANES] = {0}, b[LANES] = {0}, c[LANES] = {0}, d[LANES] = {0};
    for (size_t i = 0; i < n; i++) {
        const double *from = row + at[i];
        add_lanes(weight[i], from, a);
        add_lanes(weight[i], from + LANES, b);
        add_lanes(weight[i], from + 2 * LANES, c);
        add_lanes(weight[i], from + 3 * LANES, d);
    }
    memcpy(sum, a, sizeof a);
    memcpy(sum + LANES, b, sizeof b);
    memcpy(sum + 2 * LANES, c, sizeof c);
    memcpy(sum + 3 * LANES, d, sizeof d);
}

const struct vector JOIN(vector_, ISA) = {
    .isa = TEXT(ISA),
    .log = log_all,
    .log1p = log1p_all,
    .exp = exp_all,
    .expm1 = expm1_all,
    .exps = exps_all,
    .sincos_turn = sincos_turn_all,
    .box_muller = box_muller_all,
    .cosm1 = cosm1_all,
    .rcosm1 = rcosm1_all,
    .chebyshev = chebyshev_all,
    .slide = slide_all,
};
