/* faint: E Y_2 of the Gaussian rows of a law at any beta where it is small, from few answers of pairs.h.
 *
 * log E Y_2 turns at b = beta/Lambda^typ = 3^-1/2, from where on the rows that carry it have a score with all
 * the weight (THEORY, Mean and typical participation); far below, log n + log E Y_2 goes as b^2. Around the
 * turn it is two polynomials that end there, in v with
 *
 *     b = 3^-1/2 + w sinh v,     w = 1.2 (2 log n)^-1/2,
 *
 * through answers at Leja points, of which one more is taken until three that follow one another were
 * foretold to 1e-9, or to 1e-11 log n where that is more. */
#ifndef GAPSCALE_MODELS_ORACLE_FAINT_H
#define GAPSCALE_MODELS_ORACLE_FAINT_H

#include "models/numeric/leja.h"
#include "models/oracle/knots.h"

struct faint_panel {
    double low, high; /* v */
    size_t count;     /* of points; 0: not made yet */
    double fineness;
    double weight[LEJA_MOST], value[LEJA_MOST]; /* leja.h; log E Y_2 */
    double error;                               /* of log E Y_2, the law's own included; inf: not known */
};

struct faint {
    const struct oracle *law; /* as law_ask takes it */
    const double *x;          /* leja_points */
    double width;             /* w */
    double begin;             /* the b up to which log n + log E Y_2 goes as b^2 */
    double end;               /* the b up to which E Y_2 is looked at here, about 1e-6; 0: nowhere */
    struct faint_panel panel[2];
};

/* `x` as leja_points makes them. None where log n is so large that pairs.h does not tell. */
void faint_open(struct faint *faint, const struct oracle *law, const double *x);

/* log E Y_2 at 0 < b < end, and its error. False when out of memory. */
bool faint_at(struct faint *faint, double b, double *value, double *error);

#endif
