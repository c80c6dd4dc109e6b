/* table: fits as text for people, at most 110 columns wide, folded on narrower terminals. */
#ifndef GAPSCALE_ANALYSIS_REPORT_TABLE_H
#define GAPSCALE_ANALYSIS_REPORT_TABLE_H

#include <stdio.h>

#include "analysis/study/study.h"
#include "analysis/text/words.h"

/* One table a series, then one line a series for all of them. */
void table_print(FILE *out, const struct study *study);

#endif
