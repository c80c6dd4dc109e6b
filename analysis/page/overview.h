/* overview: the top of a page: how many verdicts of which kind, and a table of them, a row for each series.
 */
#ifndef GAPSCALE_ANALYSIS_PAGE_OVERVIEW_H
#define GAPSCALE_ANALYSIS_PAGE_OVERVIEW_H

#include <stdio.h>

#include "analysis/study/study.h"

/* Tables of what there is: collapse points judged, prescriptions, attention outputs, measured rows, series of
 * one exponent. */
void overview_print(FILE *out, const struct study *study);

#endif
