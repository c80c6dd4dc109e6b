/* faint: E Y_2 of the Gaussian rows of a law at any beta where it is small, from few answers.
 *
 * Where it is so small, Z' of all scores but one is certain to first order in what it fluctuates by. With
 * scores s of variance 1, e^{beta c} = E Z', a = e^{beta (s - c)}, p = a/(1 + a), and a' another score's,
 *
 *     E Y_2 = n E (w/(w + Z'))^2 = n E p^2 [1 + (n-1) E' K(a' (1 - p)) - 3 (1 - p)^2/(n-1)] + O(E Y_2)^3,
 *     K(r) = (1 + r)^-2 - 1 + 2 r:
 *
 * (w + Z')^-2 is the integral of u e^{-u (w + Z')} over u, of which the mean over Z' goes by (n-1) (phi - 1)
 * less half of its square over n-1, phi = E e^{-u w}.
 *
 * log E Y_2 turns at b = beta/Lambda^typ = 3^-1/2, from where on the rows that carry it have a score with all
 * the weight (THEORY, Mean and typical participation); far below, log n + log E Y_2 goes as b^2. It is
 * polynomials that end there, and where Z' begins to count as certain, in v with
 *
 *     b = 3^-1/2 + w sinh v,     w = 1.2 (2 log n)^-1/2,
 *
 * through answers at Leja points, of which one more is taken until three that follow one another were
 * foretold to 1e-10. */
#ifndef GAPSCALE_MODELS_ORACLE_FAINT_H
#define GAPSCALE_MODELS_ORACLE_FAINT_H

#include "models/numeric/leja.h"
#include "models/oracle/knots.h"

struct faint_panel {
    double end;                                 /* b; that of the one before where there is none */
    double low, high;                           /* v */
    size_t count;                               /* of points; 0: not made yet */
    double weight[LEJA_MOST], value[LEJA_MOST]; /* leja.h; log E Y_2 */
    double error;                               /* of log E Y_2 */
};

/* Up to the turn and beyond with Z' certain, and the rest. */
enum { FAINT_PANELS = 3 };

struct faint {
    double log_n;
    const struct vector *vector;
    const double *x; /* leja_points */
    double width;    /* w */
    double begin;    /* the b up to which log n + log E Y_2 goes as b^2 */
    double end;      /* the b up to which E Y_2 is looked at here, about 1e-6; 0: nowhere */
    struct faint_panel panel[FAINT_PANELS];
};

/* `x` as leja_points makes them. None where log n is so large that logarithms of means are not told. */
void faint_open(struct faint *faint, double log_n, const struct vector *vector, const double *x);

/* log E Y_2 at 0 < b < end, and its error. */
double faint_at(struct faint *faint, double b, double *error);

#endif
