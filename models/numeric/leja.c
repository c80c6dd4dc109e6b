#include "models/numeric/leja.h"

#include <math.h>

/* Among the cosines of so many equal angles. */
enum { CANDIDATES = 501 };

/* Distances are doubled: their products neither grow nor fall then. */
void leja_points(double x[LEJA_MOST]) {
    double candidate[CANDIDATES], product[CANDIDATES];
    for (size_t i = 0; i < CANDIDATES; i++) {
        candidate[i] = cos(M_PI * (double)i / (CANDIDATES - 1));
        product[i] = 1;
    }
    candidate[CANDIDATES / 2] = 0;
    for (size_t k = 0, best = 0; k < LEJA_MOST; k++) {
        x[k] = candidate[best];
        for (size_t i = 0; i < CANDIDATES; i++) { product[i] *= 2 * fabs(candidate[i] - x[k]); }
        for (size_t i = 0; i < CANDIDATES; i++) { best = product[i] > product[best] ? i : best; }
    }
}

void leja_add(const double *x, size_t count, double *weight) {
    double product = 1;
    for (size_t j = 0; j < count; j++) {
        weight[j] /= 2 * (x[j] - x[count]);
        product *= 2 * (x[count] - x[j]);
    }
    weight[count] = 1 / product;
}

/* In turns, so that no addition waits for the last. */
static double sum_of(size_t count, const double *x) {
    double even = 0, odd = 0, other_even = 0, other_odd = 0;
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        even += x[i];
        odd += x[i + 1];
        other_even += x[i + 2];
        other_odd += x[i + 3];
    }
    for (; i < count; i++) { even += x[i]; }
    return (even + other_even) + (odd + other_odd);
}

void leja_shares(const double *x, const double *weight, size_t count, double at, double *share) {
    const double none = 1e-100; /* in the place of 0 */
#pragma omp simd
    for (size_t j = 0; j < count; j++) {
        const double apart = at - x[j];
        share[j] = weight[j] / (apart == 0 ? none : apart);
    }
    const double part = 1 / sum_of(count, share);
    for (size_t j = 0; j < count; j++) { share[j] *= part; }
}

/* Lagrange's polynomials as products of distances to the points before and after: no divisions. */
void leja_add_shares(const double *x, const double *weight, size_t count, const double at[LEJA_AT_ONCE],
                     const double times[LEJA_AT_ONCE], double *share) {
    enum { HALF = LEJA_AT_ONCE / 2 };
    double apart[LEJA_MOST][LEJA_AT_ONCE], before[LEJA_MOST][LEJA_AT_ONCE], here[LEJA_AT_ONCE],
        after[LEJA_AT_ONCE], sum[HALF];
    for (size_t i = 0; i < LEJA_AT_ONCE; i++) {
        here[i] = times[i];
        after[i] = 1;
    }
    for (size_t j = 0; j < count; j++) {
#pragma omp simd
        for (size_t i = 0; i < LEJA_AT_ONCE; i++) {
            before[j][i] = here[i];
            apart[j][i] = 2 * (at[i] - x[j]);
            here[i] *= apart[j][i];
        }
    }
    for (size_t j = count; j-- > 0;) {
#pragma omp simd
        for (size_t i = 0; i < HALF; i++) {
            sum[i] = before[j][i] * after[i] + before[j][i + HALF] * after[i + HALF];
        }
#pragma omp simd
        for (size_t i = 0; i < LEJA_AT_ONCE; i++) { after[i] *= apart[j][i]; }
        share[j] += weight[j] * sum_of(HALF, sum);
    }
}
