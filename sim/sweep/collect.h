/* collect: finished units become results. */
#ifndef GAPSCALE_SIM_SWEEP_COLLECT_H
#define GAPSCALE_SIM_SWEEP_COLLECT_H

#include "sim/sweep/unit.h"

/* The checked record of a unit, valid until the next call; NULL after a message when there is none. */
typedef const uint8_t *collect_source(void *context, size_t unit, size_t *length);

/* Fills the plan's results from the records of all its units, but for exact values. Returns EXIT_DONE, or
 * EXIT_FAILED after a message. */
int collect_results(const struct unit_plan *plan, collect_source *source, void *context);

/* Says that the record of a unit is not of the shape that this program asks for. */
void collect_refuse(const struct unit *unit);

#endif
