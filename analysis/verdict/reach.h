/* reach: the keys that matter where scores fall with their distance (models/theory/positions.h), at the
 * largest n of a series. */
#ifndef GAPSCALE_ANALYSIS_VERDICT_REACH_H
#define GAPSCALE_ANALYSIS_VERDICT_REACH_H

#include "analysis/fit/fit.h"

struct reach {
    bool present;     /* whether there is such a penalty; else all else is NaN */
    bool linear;      /* whether some of it is linear */
    double limit;     /* Lambda^typ as n -> inf; NaN where it goes on growing, or parameters depend on n */
    double effective; /* so many keys without penalty have the same typical maximum */
    double window;    /* the nearest keys that all but 1/100 of the scores at the top come from */
};

struct reach reach_of(const struct fit *fit);

#endif
