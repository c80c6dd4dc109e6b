/* twins: series of one law made in different ways (drawn or counted rows, other seeds), at the n they
 * share a collapse point at. */
#ifndef GAPSCALE_ANALYSIS_STUDY_TWINS_H
#define GAPSCALE_ANALYSIS_STUDY_TWINS_H

#include <stdio.h>

#include "analysis/study/study.h"

/* For every pair of such series: both collapse points at every common n, and chi square of their differences.
 * Nothing where there is no pair. */
void twins_print(FILE *out, const struct study *study);

#endif
