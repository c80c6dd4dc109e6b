/* faint: E Y_2 of the Gaussian rows of a law at any beta where it is small, from few answers.
 *
 * There the sum Z' of all weights w = e^{beta s} but one hardly fluctuates. With scores s of variance 1,
 * e^{beta c} = E Z', a = w/E Z', p = a/(1 + a), and a' of another score,
 *
 *     E Y_2 = n E (w/(w + Z'))^2 = n E p^2 [1 + (n-1) E' K(a' (1 - p)) - 3 (1 - p)^2/(n-1)] + O(E Y_2)^3,
 *     K(r) = (1 + r)^-2 - 1 + 2 r:
 *
 * (w + Z')^-2 is the integral of u e^{-u (w + Z')} over u, in which the mean over Z' is phi^{n-1}, phi = E
 * e^{-u w}, here to first order in n (phi - 1 + u E w) and in 1/n.
 *
 * log E Y_2 turns at b = beta/Lambda^typ = 3^-1/2, from where on the rows that carry it have a score with all
 * the weight (THEORY 5, `dotproduct`); far below, log n + log E Y_2 goes as b^2. It is polynomials that end
 * there, and where what Z' fluctuates by begins to count, in v with
 *
 *     b = 3^-1/2 + h sinh v,     h = 1.2 (2 log n)^-1/2,
 *
 * through answers at Leja points, of which one more is taken until three that follow one another were
 * foretold to 1e-10. */
#ifndef GAPSCALE_MODELS_ORACLE_FAINT_H
#define GAPSCALE_MODELS_ORACLE_FAINT_H

#include "models/numeric/leja.h"
#include "models/numeric/vector.h"

struct faint_panel {
    double end;                                 /* b; that of the one before where there is none */
    double low, high;                           /* v */
    size_t count;                               /* of points; 0: not made yet */
    double weight[LEJA_MOST], value[LEJA_MOST]; /* leja.h; log E Y_2 */
    double error;                               /* of log E Y_2 */
};

/* Up to the turn and beyond it with Z' = E Z', and the rest. */
enum { FAINT_PANELS = 3 };

struct faint {
    double log_n;
    const struct vector *vector;
    const double *x; /* leja_points */
    double width;    /* h */
    double begin;    /* the b up to which log n + log E Y_2 goes as b^2 */
    double end;      /* the b up to which E Y_2 is looked at here, about 1e-6; 0: nowhere */
    struct faint_panel panel[FAINT_PANELS];
};

/* `x` as leja_points makes them. None where log n is so large that logarithms of means are not told. */
void faint_open(struct faint *faint, double log_n, const struct vector *vector, const double *x);

/* log E Y_2 at 0 < b < end, and its error. */
double faint_at(struct faint *faint, double b, double *error);

#endif
