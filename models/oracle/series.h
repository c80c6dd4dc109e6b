/* series: the expectations over a row's scores on a long panel of the outer integral; sums of powers of a.
 *
 * Where n V = M(b) hardly changes while b does by 1, n E f(a), a = e^{x - b}, is a series in the derivatives
 * of M with the moments of a Gumbel variable G: psi = E M(x + G). The derivatives come from values at the
 * panel's nodes, one from the next. Nodes are those of y = log M, by which b and all else is smoother. */
#ifndef GAPSCALE_MODELS_ORACLE_SERIES_H
#define GAPSCALE_MODELS_ORACLE_SERIES_H

#include "models/oracle/inner.h"

/* [k][j]: the k-th derivative at node j: of M; with k >= 1, of int T(2-T) dM and of int X^2 dM (inner.h). */
struct series {
    double m[MOMENTS + 1][OUTER], chord[MOMENTS + 1][OUTER], square[MOMENTS + 1][OUTER];
    double x[OUTER], slope[OUTER], half; /* x, dx/dy; half the panel's length in x */
    double rough; /* by what part of themselves slopes of slopes may be off; 0 where no output is asked for */
};

/* As one instruction set has them; all give the same bits. */
struct series_kernel {
    void (*add_up)(struct field *field); /* powers of a over each panel and all later ones */
    void (*make)(const struct field *field, double low_y, double high_y, struct series *series);
    /* What inner_at says, at every node. */
    void (*inner)(const struct field *field, const struct series *series, struct inner in[OUTER]);
    /* n E[a e^{-a}] phi^{n-1} less the integrand of E p_(1). */
    double (*no_top)(const struct field *field, const struct series *series, size_t j, double psi);
    /* The integrand of E sum p (b - b_(1)). */
    struct inner_gap (*gap)(const struct field *field, const struct series *series, size_t j, double psi);
    /* The integrand of E p_(k), k = 1 .. field->ask.ranks. */
    void (*ranks)(const struct field *field, const struct series *series, size_t j, double psi, double *sum);
};
extern const struct series_kernel series_base;
#ifdef __x86_64__
extern const struct series_kernel series_avx2, series_avx512; /* call only where the processor has them */
#endif

#endif
