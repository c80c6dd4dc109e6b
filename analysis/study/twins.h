/* twins: series of one law made in different ways (drawn or counted rows, other seeds, other names), at the n
 * they share a collapse point at. */
#ifndef GAPSCALE_ANALYSIS_STUDY_TWINS_H
#define GAPSCALE_ANALYSIS_STUDY_TWINS_H

#include <stdio.h>

#include "analysis/study/study.h"

/* For every pair of such series: how the rows of each were made, whether they are independent, and both
 * collapse points at every common n. Independent ones have chi square of their differences, in whose errors
 * is what interpolation may move them apart by where their betas differ. Those that take the same streams of
 * random numbers (sim/rows/stream.h: the same seed and name) share what is random in them, and differences
 * over n that share their randomness go together: neither has a chi square. Of series of two laws that take
 * the same streams, that they do. Nothing where there is no pair. */
void twins_print(FILE *out, const struct study *study);

#endif
