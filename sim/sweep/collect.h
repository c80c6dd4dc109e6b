/* collect: finished units become results. */
#ifndef GAPSCALE_SIM_SWEEP_COLLECT_H
#define GAPSCALE_SIM_SWEEP_COLLECT_H

#include "sim/sweep/unit.h"

/* The checked record of a unit, valid until the next call; NULL after a message when there is none. */
typedef const uint8_t *collect_source(void *context, size_t unit, size_t *length);

/* The results of a plan from the records of its sampled units, asked for in the plan's order. NULL after a
 * message. Free with results_free. */
struct results *collect_results(const struct unit_plan *plan, const char *isa, collect_source *source,
                                void *context);
/* Adds the exact values, from the records of the units behind those. False after a message. */
bool collect_exact(const struct unit_plan *plan, collect_source *source, void *context,
                   struct results *results);

#endif
