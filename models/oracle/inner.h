/* inner: the expectations over a row's scores at one x of the outer integral. */
#ifndef GAPSCALE_MODELS_ORACLE_INNER_H
#define GAPSCALE_MODELS_ORACLE_INNER_H

#include <gsl/gsl_math.h>

#include "models/numeric/vector_inline.h"
#include "models/oracle/field.h"

/* psi = n E[1 - e^{-a}] = n (1 - phi), its first two derivatives by x, n E[a e^{-a}] and n E[a e^{-a} - a^2
 * e^{-a}], and n E of a e^{-a} (-gamma - log a); `spread`, the same of a e^{-a} (b - mean)^2, with the mean
 * that b has under the weight a e^{-a}. For the output, with X = b - centre: of a^2 e^{-a} T(2-T), a e^{-a}
 * X, and a^2 e^{-a} X^2. */
struct inner {
    double psi, first, second, entropy, spread, chord, along, square;
};

/* The panels whose scores are neither saturated nor in the series at x. */
struct inner_span {
    size_t begin, end;
};

/* E sum p (b - b_(1)) at x, by what is positive:
 *
 *     int dt n E[a e^{-a}; b > t] (phi^{n-1} - (E[e^{-a'}; b' > t])^{n-1})
 *
 * `missed` is more than it may be too large by, where scores of which only the sum of a is known may have no
 * other above them. */
struct inner_gap {
    double gap, missed;
};

/* As one instruction set has them; all give the same bits. */
struct inner_kernel {
    struct inner_span (*span_at)(const struct field *field, double x);
    struct inner (*at)(const struct field *field, double x, struct inner_span span);
    /* After `at`: n E[a e^{-a} (E[e^{-a'}; s' <= s])^{n-1}]; `power` is phi^{n-1}. */
    double (*top)(const struct field *field, double x, double psi, double power, struct inner_span span);
    /* The integrand of E p_(k), k = 1 .. field->ask.ranks, likewise (oracle.h). */
    void (*ranks)(const struct field *field, double x, double psi, double power, struct inner_span span,
                  double *sum);
    /* Adds the terms of INNER scores to them, lane by lane: both = psi + n E[e^{-a'}; s' > s], weight = mass
     * a e^{-a}. */
    void (*add_ranks)(const struct field *field, double psi, const double both[INNER],
                      const double weight[INNER], double (*sum)[INNER]);
    /* After `at`. */
    struct inner_gap (*gap)(const struct field *field, double x, double psi, double power,
                            struct inner_span span);
    struct inner (*error)(const struct field *field, double x, struct inner_span span);
    /* Sum of weight a^2 e^{-a}, of so many times a each, over a multiple of INNER of them. */
    double (*squares)(size_t count, const double *a, const double *weight, double times);
};
extern const struct inner_kernel inner_base;
#ifdef __x86_64__
extern const struct inner_kernel inner_avx2, inner_avx512; /* call only where the processor has them */
#endif

static inline double inner_sum_of(const double lane[INNER]) {
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

static inline struct inner_span inner_span_at(const struct field *f, double x) {
    return f->o->kernel->span_at(f, x);
}

/* Leaves in field->kept what the others need. */
static inline struct inner inner_at(const struct field *f, double x, struct inner_span span) {
    return f->o->kernel->at(f, x, span);
}

/* The inner rule's errors at x, estimates, after inner_at: in psi, for `entropy` in any of the next three and
 * in chord, in spread, in along and in square. */
static inline struct inner inner_error(const struct field *f, double x, struct inner_span span) {
    return f->o->kernel->error(f, x, span);
}

/* Of (sum p X)^2, X = b - centre: n E[a^2 e^{-a} X^2] phi^{n-1} + n (n-1) (E[a e^{-a} X])^2 phi^{n-2}. */
static inline double inner_radial(const struct field *f, const struct inner *in, double power) {
    double phi = 1 - fmin(in->psi * f->share, 1 - 0x1p-53);
    return power * (in->square + f->weighed * in->along * in->along / phi);
}

/* The sum of a over far scores. */
static inline double inner_far(const struct field *f, double x) { return vector_exp_one(x + f->far_mass); }

/* `spread` with that of far scores, whose sum of a is `far`, and mean of b - x and variance these; `near` has
 * the sum of a e^{-a} (b - x)^2 there instead. */
static inline double inner_spread(const struct inner *near, double far, double apart, double variance) {
    const double mean = near->first > 0 ? RULES_EULER + near->entropy / near->first : 0,
                 own = near->first > 0 ? fmax(0, near->spread - near->first * mean * mean) : 0,
                 away = apart - mean;
    return far > 0 ? own + far * (variance + away * away * near->first / (near->first + far)) : own;
}

/* Adds far scores to what nearer ones make at x, but for the chord and square of the output, and psi: returns
 * what that lacks. */
static inline double inner_add_far(const struct field *f, double x, struct inner *sum) {
    const double far = inner_far(f, x);
    sum->spread = inner_spread(sum, far, f->far_b - x, f->far_spread);
    sum->first += far;
    sum->second += far;
    sum->entropy += far * (f->far_b - RULES_EULER - x);
    sum->along += far * (f->far_b - f->centre);
    return far;
}

/* Of the susceptibility, sum p b^2 - (sum p b)^2. */
static inline double inner_susceptibility(const struct field *f, const struct inner *in, double power) {
    double phi = 1 - fmin(in->psi * f->share, 1 - 0x1p-53);
    return power * f->weighed * in->first * in->spread / phi;
}

/* phi^{n-1}, given psi = n (1 - phi). */
static inline double inner_power_of_few(const struct field *f, double psi) {
    double share = psi * f->share;
    return vector_decay_one(f->others * vector_log1p_one(share < 1 ? -share : -1 + 0x1p-53));
}

/* The same by multiplications, as gsl_pow_uint has them, for INNER of them. */
static inline void inner_multiply(const struct field *f, const double psi[INNER], double power[INNER]) {
    double square[INNER];
#pragma omp simd
    for (size_t j = 0; j < INNER; j++) {
        const double share = psi[j] * f->share;
        square[j] = share < 1 ? 1 - share : 0;
        power[j] = 1;
    }
    for (unsigned left = f->whole; left > 0; left /= 2) {
        const bool odd = left % 2 > 0;
#pragma omp simd
        for (size_t j = 0; j < INNER; j++) {
            power[j] *= odd ? square[j] : 1;
            square[j] *= square[j];
        }
    }
}

/* The same by so many terms of the logarithm's series, 5 or 7, where that does (field.c); a psi/n beyond 0.02
 * or 0.1 is e^-51 or less, whatever is made of it. */
static inline double inner_power_by_terms(const struct field *f, double psi, int terms) {
    const double most = terms == 5 ? 0.02 : 0.1;
    double share = psi * f->share, u = share < most ? share : most, sum = 1.0 / terms;
    for (int k = terms - 1; k > 0; k--) { sum = sum * u + 1.0 / k; }
    return vector_decay_one(-f->weighed * psi * sum);
}

static inline double inner_power(const struct field *f, double psi) {
    return f->whole > 0    ? gsl_pow_uint(1 - fmin(psi * f->share, 1), f->whole)
           : f->terms == 5 ? inner_power_by_terms(f, psi, 5)
           : f->terms == 7 ? inner_power_by_terms(f, psi, 7)
                           : inner_power_of_few(f, psi);
}

/* The same for INNER of them. */
static inline void inner_raise(const struct field *f, const double psi[INNER], double power[INNER]) {
    if (f->whole > 0) {
        inner_multiply(f, psi, power);
    } else if (f->terms == 5) {
#pragma omp simd
        for (size_t j = 0; j < INNER; j++) { power[j] = inner_power_by_terms(f, psi[j], 5); }
    } else if (f->terms == 7) {
#pragma omp simd
        for (size_t j = 0; j < INNER; j++) { power[j] = inner_power_by_terms(f, psi[j], 7); }
    } else {
#pragma omp simd
        for (size_t j = 0; j < INNER; j++) { power[j] = inner_power_of_few(f, psi[j]); }
    }
}

#endif
