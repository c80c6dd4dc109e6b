/* overview: the top of a page: how many verdicts of which kind, a table of them, a row for each series, and
 * what was run. */
#ifndef GAPSCALE_ANALYSIS_PAGE_OVERVIEW_H
#define GAPSCALE_ANALYSIS_PAGE_OVERVIEW_H

#include <stdio.h>

#include "analysis/study/study.h"

/* Tables of what there is: collapse points judged, prescriptions, attention outputs, measured rows, series of
 * one exponent; files. */
void overview_print(FILE *out, const struct study *study);

#endif
