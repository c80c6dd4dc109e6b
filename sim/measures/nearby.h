/* nearby: averages of a row next to a beta where its points were summed: their log Z as the Taylor series of
 * its first derivatives, the cumulants, beside the bulk as it is. Exact at that beta; without a sum over
 * points elsewhere, for those who look for a beta. */
#ifndef GAPSCALE_SIM_MEASURES_NEARBY_H
#define GAPSCALE_SIM_MEASURES_NEARBY_H

#include "sim/rows/row.h"

/* Of the points' gaps in units of 1/beta, at one beta: what has weight is no larger than 10^3 in them. */
enum { NEARBY_CUMULANTS = 5 };
struct nearby_points {
    double log_z, cumulant[NEARBY_CUMULANTS]; /* the mean first */
};

struct nearby {
    const struct kernel *kernel;
    const struct row *row;
    double beta;                      /* for the row's own gaps */
    struct nearby_points once, twice; /* there, and at 2 beta, where the fifth cumulant is left out */
};

/* `twice`: at 2 beta as well. */
void nearby_make(struct nearby *nearby, const struct kernel *kernel, const struct row *row, double beta,
                 bool twice);

/* Under the weights: log Z, the mean of beta gap and its central moments. And how far in log beta, by
 * parabolas, to where points and bulk have the same weight or are closest to it: NaN without a bulk. */
struct nearby_averages {
    double log_z, mean, variance, third, fourth, balance;
};
struct nearby_averages nearby_once(const struct nearby *nearby, double beta);
/* The same at 2 beta, of 2 beta gap. */
struct nearby_averages nearby_twice(const struct nearby *nearby, double beta);

/* How fast cumulants of the points grow with their order m >= 2, as a factor. */
double nearby_growth(const struct nearby_points *points);

#endif
