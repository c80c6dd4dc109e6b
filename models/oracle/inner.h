/* inner: the expectations over a row's scores at one x of the outer integral. */
#ifndef GAPSCALE_MODELS_ORACLE_INNER_H
#define GAPSCALE_MODELS_ORACLE_INNER_H

#include "models/numeric/vector_inline.h"
#include "models/oracle/field.h"

/* n E of 1 - e^{-a}, its first two derivatives by x, and a e^{-a} (-gamma - log a). For the output, with X =
 * b - centre: of a^2 e^{-a} T(2-T), a e^{-a} X, and a^2 e^{-a} X^2. */
struct inner {
    double psi, first, second, entropy, chord, along, square;
};

/* The panels whose scores are neither saturated nor in the series at x. */
struct inner_span {
    size_t begin, end;
};
struct inner_span inner_span_at(const struct field *field, double x);

/* Leaves in field->kept what the next two need. */
struct inner inner_at(const struct field *field, double x, struct inner_span span);

/* n E[a e^{-a} (E[e^{-a'}; s' <= s])^{n-1}], after inner_at; `power` is phi^{n-1}. */
double inner_top(const struct field *field, double x, double psi, double power, struct inner_span span);

/* The integrand of E p_(k), k = 1 .. field->ask.ranks, likewise (oracle.h). */
void inner_ranks(const struct field *field, double x, double psi, double power, struct inner_span span,
                 double *sum);

/* Adds the terms of INNER scores to them: both = psi + n E[e^{-a'}; s' > s], weight = mass a e^{-a}. */
void inner_add_ranks(const struct field *field, double psi, const double both[INNER],
                     const double weight[INNER], double *sum);

/* The integrand of E sum p (b - b_(1)), likewise, by what is positive:
 *
 *     int dt n E[a e^{-a}; b > t] (phi^{n-1} - (E[e^{-a'}; b' > t])^{n-1})
 *
 * `missed` is more than it may be too large by, where scores of which only the sum of a is known may have no
 * other above them. */
struct inner_gap {
    double gap, missed;
};
struct inner_gap inner_gap(const struct field *field, double x, double psi, double power,
                           struct inner_span span);

/* The inner rule's errors at x, estimates: in psi, for `entropy` in any of the next three and in chord, in
 * along and in square. */
struct inner inner_error(const struct field *field, double x, struct inner_span span);

/* Of (sum p X)^2, X = b - centre: n E[a^2 e^{-a} X^2] phi^{n-1} + n (n-1) (E[a e^{-a} X])^2 phi^{n-2}. */
static inline double inner_radial(const struct field *f, const struct inner *in, double power) {
    double phi = 1 - fmin(in->psi * f->share, 1 - 0x1p-53);
    return power * (in->square + f->weighed * in->along * in->along / phi);
}

/* phi^{n-1}, given psi = n (1 - phi). */
static inline double inner_power_of_few(const struct field *f, double psi) {
    double share = psi * f->share;
    return vector_exp_one(f->others * vector_log1p_one(share < 1 ? -share : -1 + 0x1p-53));
}

/* The same from n = e^8 on, by the series of the logarithm: what five terms leave, psi^6/(6 n^5), is below
 * 1e-16 e^psi; psi/n > 0.02 is e^-59 or less either way. */
static inline double inner_power_of_many(const struct field *f, double psi) {
    double share = psi * f->share, u = share < 0.02 ? share : 0.02, sum = 1.0 / 5;
    for (int k = 4; k > 0; k--) { sum = sum * u + 1.0 / k; }
    return vector_exp_one(-f->weighed * psi * sum);
}

static inline double inner_power(const struct field *f, double psi) {
    return f->many ? inner_power_of_many(f, psi) : inner_power_of_few(f, psi);
}

/* The same for INNER of them. */
static inline void inner_raise(const struct field *f, const double psi[INNER], double power[INNER]) {
    if (f->many) {
#pragma omp simd
        for (size_t j = 0; j < INNER; j++) { power[j] = inner_power_of_many(f, psi[j]); }
    } else {
#pragma omp simd
        for (size_t j = 0; j < INNER; j++) { power[j] = inner_power_of_few(f, psi[j]); }
    }
}

#endif
