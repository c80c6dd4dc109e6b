/* harvest: all that a unit leaves, in memory of its own, filled by whoever computes it.
 *
 * A unit that is sampled reduces its replicates to a summary and to the means of its blocks, and keeps its
 * share of the cell's first replicates one by one. The others hold a cell's exact values. */
#ifndef GAPSCALE_SIM_SWEEP_HARVEST_H
#define GAPSCALE_SIM_SWEEP_HARVEST_H

#include "sim/sweep/summary.h"
#include "sim/sweep/unit.h"

struct harvest {
    struct summary sum; /* of a sampled unit */
    double *block_mean; /* of a sampled unit: [block][MEASURE_COUNT][betas] */
    /* The series at the unit's n with the unit's kept replicates: the plan's coordinates, the harvest's
     * arrays of harvest_fields, which lie one after the other; all else NULL. */
    struct results_series here;
    size_t number_count;
    double *number;
};

/* Of nothing yet, `number` NaN. */
void harvest_create(struct harvest *harvest, const struct unit *unit);
void harvest_release(struct harvest *harvest);

/* Where the unit's replicates belong: what is kept of them one by one goes into the harvest. */
struct replicate_place harvest_place(struct harvest *harvest, const struct config *config,
                                     const struct unit *unit, const struct sampler_law *law);

/* The arrays that a unit adds to as they are, those of kept replicates or of exact values, as `series` has
 * them and in the order of results_fields; returns how many. */
size_t harvest_fields(const struct unit *unit, struct results_series *series,
                      struct results_field field[RESULTS_FIELDS]);
/* The numbers in them that a unit has. */
size_t harvest_numbers(const struct unit *unit);

#endif
