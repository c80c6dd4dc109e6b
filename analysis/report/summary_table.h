/* summary_table: a line for each series of a study that has collapse points to judge. */
#ifndef GAPSCALE_ANALYSIS_REPORT_SUMMARY_TABLE_H
#define GAPSCALE_ANALYSIS_REPORT_SUMMARY_TABLE_H

#include <stdio.h>

#include "analysis/report/columns.h"

/* Whether a series has a line. */
bool summary_table_has(const struct column_place *place);

/* Nothing where there is none. */
void summary_table_print(FILE *out, const struct study *study);
/* What the columns of all tables of collapse points mean. */
void summary_table_print_legend(FILE *out, const struct study *study);

#endif
