/* Compiled once per instruction set with -DISA=NAME. */
#include "models/numeric/vector.h"

#include <string.h>

#include "models/numeric/vector_inline.h"

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

static void box_muller_all(size_t n, double sigma, const double *u, const double *x, double *sine,
                           double *cosine) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r = sigma * sqrt(-2 * vector_log_one(u[i])), s, c;
        vector_sincos_turn_one(x[i], &s, &c);
        sine[i] = s * r;
        cosine[i] = c * r;
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

enum { LANES = VECTOR_ROW / 4, TERMS = VECTOR_TERMS };

static inline void add_lanes(double weight, const double *from, double sum[LANES]) {
#pragma omp simd
    for (size_t j = 0; j < LANES; j++) { sum[j] += weight * from[j]; }
}

/* T_2k = 2 T_k^2 - 1, T_{2k+1} = 2 T_k T_{k+1} - t. */
static inline void chebyshev_orders(double centre, double scale, const double x[LANES],
                                    double order[TERMS][LANES]) {
#pragma omp simd
    for (size_t j = 0; j < LANES; j++) {
        order[0][j] = 1;
        order[1][j] = (x[j] - centre) * scale;
    }
    for (size_t k = 1; k < TERMS / 2; k++) {
#pragma omp simd
        for (size_t j = 0; j < LANES; j++) {
            const double twice = 2 * order[k][j];
            order[2 * k][j] = twice * order[k][j] - 1;
            order[2 * k + 1][j] = twice * order[k + 1][j] - order[1][j];
        }
    }
}

/* LANES points, of so many functions from some point on. */
static inline void chebyshevs_of(const double (*c)[VECTOR_SERIES], size_t functions, double centre,
                                 double scale, const double x[LANES], double *const y[], size_t from) {
    double order[TERMS][LANES];
    chebyshev_orders(centre, scale, x, order);
    for (size_t f = 0; f < functions; f++) {
        double even[LANES] = {0}, odd[LANES] = {0};
        for (size_t k = 0; k < TERMS; k += 2) {
            add_lanes(c[k][f], order[k], even);
            add_lanes(c[k + 1][f], order[k + 1], odd);
        }
        add_lanes(1, odd, even);
        memcpy(y[f] + from, even, sizeof even);
    }
}

static void chebyshevs_all(size_t n, const double (*c)[VECTOR_SERIES], size_t functions, double centre,
                           double scale, const double *x, double *const y[]) {
    const size_t whole = n - n % LANES;
    for (size_t i = 0; i < whole; i += LANES) { chebyshevs_of(c, functions, centre, scale, x + i, y, i); }
    if (whole < n) {
        double rest[LANES], value[VECTOR_SERIES][LANES], *to[VECTOR_SERIES];
        for (size_t j = 0; j < LANES; j++) { rest[j] = x[whole + j < n ? whole + j : whole]; }
        for (size_t f = 0; f < functions; f++) { to[f] = value[f]; }
        chebyshevs_of(c, functions, centre, scale, rest, to, 0);
        for (size_t f = 0; f < functions; f++) { memcpy(y[f] + whole, value[f], (n - whole) * sizeof **y); }
    }
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

/* Part by part, each of which stays in registers. */
static void slides_all(size_t n, const double (*weight)[VECTOR_TOGETHER], const double *row,
                       double sum[VECTOR_TOGETHER][VECTOR_ROW]) {
    for (size_t part = 0; part < VECTOR_ROW; part += LANES) {
        double a[LANES], b[LANES], c[LANES], d[LANES], e[LANES];
        memcpy(a, sum[0] + part, sizeof a);
        memcpy(b, sum[1] + part, sizeof b);
        memcpy(c, sum[2] + part, sizeof c);
        memcpy(d, sum[3] + part, sizeof d);
        memcpy(e, sum[4] + part, sizeof e);
        for (size_t i = 0; i < n; i++) {
            const double *from = row + part + i;
            add_lanes(weight[i][0], from, a);
            add_lanes(weight[i][1], from, b);
            add_lanes(weight[i][2], from, c);
            add_lanes(weight[i][3], from, d);
            add_lanes(weight[i][4], from, e);
        }
        memcpy(sum[0] + part, a, sizeof a);
        memcpy(sum[1] + part, b, sizeof b);
        memcpy(sum[2] + part, c, sizeof c);
        memcpy(sum[3] + part, d, sizeof d);
        memcpy(sum[4] + part, e, sizeof e);
    }
}

/* Lagrange's polynomials, HALF of the points behind; a point itself is 1e-13 of a step away from itself. */
enum { HALF = VECTOR_TAPS / 2 };
static void spread_all(size_t n, const double *at, const double *mass, double *row) {
    static const double binomial[VECTOR_TAPS] = {-1,    15,   -105,  455,  -1365, 3003, -5005, 6435,
                                                 -6435, 5005, -3003, 1365, -455,  105,  -15,   1};
    const double factorial = 1307674368000, close = 1e-13; /* of TAPS - 1 */
    for (size_t i = 0; i < n; i++) {
        const size_t whole = (size_t)at[i];
        const double part = at[i] - (double)whole, u = part > close ? part : close;
        double *to = row + whole + 1 - HALF, apart[VECTOR_TAPS], product[HALF];
#pragma omp simd
        for (int j = 0; j < VECTOR_TAPS; j++) { apart[j] = u - (double)(j + 1 - HALF); }
#pragma omp simd
        for (int j = 0; j < HALF; j++) { product[j] = apart[j] * apart[j + HALF]; }
        const double all = (product[0] * product[4]) * (product[1] * product[5]) *
                           ((product[2] * product[6]) * (product[3] * product[7])) * (mass[i] / factorial);
#pragma omp simd
        for (int j = 0; j < VECTOR_TAPS; j++) { to[j] += all * binomial[j] / apart[j]; }
    }
}

const struct vector VECTOR_OF_ISA(vector_) = {
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
    .chebyshevs = chebyshevs_all,
    .slide = slide_all,
    .slides = slides_all,
    .spread = spread_all,
};
