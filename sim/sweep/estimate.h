/* estimate: what a sweep would cost, before it is begun. It is counted, not laid out: the estimate itself
 * takes seconds and little memory whatever the config asks for. */
#ifndef GAPSCALE_SIM_SWEEP_ESTIMATE_H
#define GAPSCALE_SIM_SWEEP_ESTIMATE_H

#include "sim/config/config.h"
#include "sim/rows/isa.h"

/* Of a cell under a target all is the most but `least_seconds`. */
struct estimate {
    size_t cells, units;
    double rows;
    double seconds; /* on one core, extrapolated from a few rows that are made here and now, of every cell
                       or, where there are many, of some of each series; the other cells' and exact
                       values' by the cost model; with the pilot rows that tell the scale where no formula
                       does */
    double least_seconds; /* the same where every target is met when it is looked at first */
    double longest_unit;  /* seconds on one core: what a kill may lose, once per thread */
    double memory;        /* bytes: peak with that many threads */
    double working;       /* the same of a shard, which does not collect the results */
    double disk, archive; /* bytes: results file, before it is packed; what it grows from */
    double journal;       /* the most that is written until it is published */
};
/* Where isa is NULL at once, with times by the cost model alone. */
struct estimate estimate_sweep(const struct config *config, const struct isa *isa, int threads);

#endif
