/* sweep: runs every cell (series, n) of a config over its replicates. */
#ifndef GAPSCALE_SIM_SWEEP_H
#define GAPSCALE_SIM_SWEEP_H

#include "config.h"
#include "isa.h"
#include "results.h"

/* Fills `results` (made by results_create for this config). The same config gives the same bits for
 * any number of threads and any isa. Returns EXIT_DONE, or EXIT_FAILED after a message when out of
 * memory. */
int sweep_run(const struct config *config, const struct isa *isa, int threads, bool quiet,
              struct results *results);

struct sweep_cost {
    size_t cells;
    double rows;
    double seconds;      /* on one core, extrapolated from a few rows of every series drawn here and now */
    double memory, disk; /* bytes: peak with that many threads; size of the results file */
};
struct sweep_cost sweep_estimate(const struct config *config, const struct isa *isa, int threads);

#endif
