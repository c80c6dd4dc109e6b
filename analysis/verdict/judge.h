/* judge: what a verdict's numbers come from: the exponent, the scale and the exact test (verdict.h) of the
 * points of one series. */
#ifndef GAPSCALE_ANALYSIS_VERDICT_JUDGE_H
#define GAPSCALE_ANALYSIS_VERDICT_JUDGE_H

#include "analysis/verdict/points.h"
#include "analysis/verdict/verdict.h"
#include "models/theory/limits.h"

#define JUDGE_IMPOSSIBLE 1e-5 /* the p-value of simulation against exact values that refutes */

struct judge {
    const struct fit *fit;
    struct points points;
    double *scratch, *values, *expected; /* expected: log beta_c as it is exactly */
    size_t first;                        /* of the window */
    bool asymptotic;                     /* the window starts where corrections can be trusted */
    struct limits limits;                /* at the largest n */
};

extern const struct verdict_estimate judge_unknown;

/* F3, whose last term F1 leaves out; the exponent is the second coefficient. */
enum { JUDGE_TERMS = 4 };
extern const enum law_term judge_law_of_log[JUDGE_TERMS], judge_law_of_power[JUDGE_TERMS];

/* The first point from `least` on if that leaves points enough, else `otherwise`. */
size_t judge_window(const struct points *points, double least, size_t otherwise);

/* Adds what the correction terms leave out to the covariance of data. */
void judge_add_truncation(const struct judge *judge, const struct law_data *data, double *covariance);

/* The exponent from the judge's first point on; fills the verdict's windows. */
struct verdict_estimate judge_exponent(const struct judge *judge, struct verdict *verdict);
/* log beta_c against log Lambda^typ, and beta_c/Lambda^typ as n -> inf. */
struct verdict_estimate judge_slope(const struct judge *judge);
struct verdict_estimate judge_amplitude(const struct judge *judge);
/* Fills the exact_ part of the verdict, where there are exact values at all points. */
void judge_exact(const struct judge *judge, struct verdict *verdict);

#endif
