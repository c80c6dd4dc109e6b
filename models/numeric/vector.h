/* vector: elementary functions over arrays, written once in plain C and compiled once per instruction set.
 *
 * Every function is a fixed sequence of IEEE operations (no contraction, no libm), so all instruction sets
 * and compilers give the same bits. Input and output may be the same array. Relative error below 4 ulp on the
 * stated domain. Thread-safe; no state.
 *
 * This room is what no law is needed for: vector and vector_inline (its functions one by one), processor
 * (which copy runs); chebyshev and curve, leja (polynomials through points); legendre and panels (integrals),
 * gram (sums); root (roots and maxima), search (in order), logs (of sums of exponentials). */
#ifndef GAPSCALE_MODELS_NUMERIC_VECTOR_H
#define GAPSCALE_MODELS_NUMERIC_VECTOR_H

#include <stddef.h>

enum { VECTOR_TERMS = 16, VECTOR_ROW = 32, VECTOR_TAPS = 16, VECTOR_TOGETHER = 5, VECTOR_SERIES = 8 };

struct vector {
    const char *isa; /* "base", "avx2", "avx512" */
    /* y = log x, for normal x > 0. */
    void (*log)(size_t n, const double *x, double *y);
    /* y = log(1 + x), for x in (-1, 1]; keeps the relative accuracy of small x. */
    void (*log1p)(size_t n, const double *x, double *y);
    /* y = exp x, any x: 0 below -708, where doubles are about to lose digits, inf above 709.8. */
    void (*exp)(size_t n, const double *x, double *y);
    /* y = exp(x) - 1, for x <= 709; keeps the relative accuracy of small x. */
    void (*expm1)(size_t n, const double *x, double *y);
    /* exp(a x) and exp(a x) - 1, for a x <= 0; either may be x. */
    void (*exps)(size_t n, double a, const double *x, double *exp, double *expm1);
    /* sine[i], cosine[i] of the angle 2 pi x[i], for x in [0, 1]. */
    void (*sincos_turn)(size_t n, const double *x, double *sine, double *cosine);
    /* Those times sigma sqrt(-2 log u[i]): Box and Muller's pairs of normals. */
    void (*box_muller)(size_t n, double sigma, const double *u, const double *x, double *sine,
                       double *cosine);
    /* y = cos(pi x) - 1, for x in [0, 1]; keeps the relative accuracy of small x. */
    void (*cosm1)(size_t n, const double *x, double *y);
    /* y = r cos(pi x) - 1 with r^2 = -less = 1 - w; keeps that of small w and x. */
    void (*rcosm1)(size_t n, const double *w, const double *less, const double *x, double *y);
    /* y = sum_k c_k T_k(t), t = (x - centre) scale in [-1, 1]. */
    void (*chebyshev)(size_t n, const double c[VECTOR_TERMS], double centre, double scale, const double *x,
                      double *y);
    /* y[f][i] = sum_k c[k][f] T_k(t), of the first functions, as many of them. */
    void (*chebyshevs)(size_t n, const double (*c)[VECTOR_SERIES], size_t functions, double centre,
                       double scale, const double *x, double *const y[]);
    /* sum[j] = sum over i of weight[i] row[at[i] + j]. */
    void (*slide)(size_t n, const size_t *at, const double *weight, const double *row,
                  double sum[VECTOR_ROW]);
    /* sum[f][j] += sum over i of weight[i][f] row[i + j]. */
    void (*slides)(size_t n, const double (*weight)[VECTOR_TOGETHER], const double *row,
                   double sum[VECTOR_TOGETHER][VECTOR_ROW]);
    /* Adds mass[i] where `at[i]` is, in steps of the row: to the VECTOR_TAPS points around, what they count
     * for in the polynomial through them there. */
    void (*spread)(size_t n, const double *at, const double *mass, double *row);
};

extern const struct vector vector_base;
#ifdef __x86_64__
extern const struct vector vector_avx2, vector_avx512; /* call only where the processor has them */
#endif

#endif
