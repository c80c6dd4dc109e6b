/* nearby: averages of a row next to a beta where its points were summed: their log Z as the Taylor series of
 * its first four derivatives, the cumulants, beside the bulk as it is. Without a sum over points, for those
 * who look for a beta. */
#ifndef GAPSCALE_SIM_MEASURES_NEARBY_H
#define GAPSCALE_SIM_MEASURES_NEARBY_H

#include <stdbool.h>

#include "sim/measures/averages.h"

struct nearby {
    const struct kernel *kernel;
    const struct row *row;
    double beta;                /* for the row's own gaps */
    struct bulk_sums points[2]; /* there, and at 2 beta where that is asked for */
};

void nearby_make(struct nearby *nearby, const struct kernel *kernel, const struct row *row, double beta,
                 bool twice);
/* As averages_at, and as averages_twice. */
struct averages nearby_at(const struct nearby *nearby, double beta);
struct averages nearby_twice(const struct nearby *nearby, double beta, double *participation,
                             double *mean_twice);

#endif
