/* estimate: what a sweep would cost, before it is begun. */
#ifndef GAPSCALE_SIM_SWEEP_ESTIMATE_H
#define GAPSCALE_SIM_SWEEP_ESTIMATE_H

#include "sim/config/config.h"
#include "sim/rows/isa.h"

struct estimate {
    size_t cells, units;
    double rows;
    double seconds;       /* on one core, extrapolated from a few rows of every cell drawn here and now;
                             of exact values by the cost model */
    double longest_unit;  /* seconds on one core: what a kill may lose, once per thread */
    double memory;        /* bytes: peak with that many threads */
    double disk, journal; /* bytes: results file, and journal until it is published */
};
struct estimate estimate_sweep(const struct config *config, const struct isa *isa, int threads);

#endif
