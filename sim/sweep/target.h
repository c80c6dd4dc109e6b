/* target: a cell whose replicates grow until its collapse points are as precise as asked.
 *
 * They double from 256 on, up to those of the config, and at every such count alone it is asked whether that
 * is enough: of the partial of all replicates so far, so that it does not depend on who computed what. A
 * sweep goes from count to count: no replicate is begun before it is known to be wanted. What there is of a
 * cell therefore tells what was found at the counts before, and a smaller target goes on from there.
 *
 * Enough: the standard error of log beta_c is at most the target for every criterion that the betas hold a
 * collapse point of. It is se(mean)/|slope| where the mean crosses its threshold (delta method; the slope is
 * the susceptibility for the entropy, else that of the chord of logits), for the susceptibility that of the
 * vertex of the parabola through its largest three logarithms, by leaving out one group of blocks at a time
 * (at least 8 of them). What interpolation between betas is off by is no matter of replicates. */
#ifndef GAPSCALE_SIM_SWEEP_TARGET_H
#define GAPSCALE_SIM_SWEEP_TARGET_H

#include "sim/sweep/partial.h"

/* The largest of these errors; 0 where there is no collapse point, inf where an error is not known yet. */
double target_error(const struct partial *whole);

/* Replicates that a series takes at an n where log beta_c scatters by that from row to row. */
double target_foreseen(const struct config_series *series, double scatter);

/* What is wanted of a cell of which this is held, from any run: all up to the next count; no blocks where
 * the target is met. */
struct unit target_wanted(const struct unit_cell *cell, const struct partial_stack *held);

#endif
