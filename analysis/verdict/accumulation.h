/* accumulation: the accumulation scale itself: row by row, Lambda_n and the rank and gap that attain it, and
 * the keys that matter where scores fall with their distance (models/theory/positions.h). */
#ifndef GAPSCALE_ANALYSIS_VERDICT_ACCUMULATION_H
#define GAPSCALE_ANALYSIS_VERDICT_ACCUMULATION_H

#include "analysis/fit/fit.h"

/* Lambda_n of the kept rows: its median at the largest n over Lambda^typ with a 95% interval, beside that of
 * the limit law; and exponents in log n of the means of log alpha, log t and log Lambda_n, where k = n^alpha
 * and t attain Lambda_n, over the n where every row has them. NaN where there is none. */
struct accumulation_fit {
    double median, median_low, median_high, limit;
    struct exponent xi_alpha, xi_delta, xi_lambda;
};

/* `limit`: of the median over Lambda^typ. */
void accumulation_make(struct accumulation_fit *a, const struct fit *fit, double limit);

/* At the largest n. */
struct accumulation_reach {
    bool present;     /* whether there is such a penalty; else all else is NaN */
    bool linear;      /* whether some of it is linear */
    double limit;     /* Lambda^typ as n -> inf; NaN where it goes on growing, or parameters depend on n */
    double effective; /* so many keys without penalty have the same typical maximum */
    double window;    /* the nearest keys that all but 1/100 of the scores at the top come from */
};
extern const struct accumulation_reach accumulation_nowhere; /* without a penalty */
struct accumulation_reach accumulation_reach(const struct fit *fit);

#endif
