/* universality_columns: what is told of a class of series (columns.h; analysis/study/universality.h). */
#ifndef GAPSCALE_ANALYSIS_REPORT_UNIVERSALITY_COLUMNS_H
#define GAPSCALE_ANALYSIS_REPORT_UNIVERSALITY_COLUMNS_H

#include "analysis/report/columns.h"

extern const struct column_table universality_columns;

#endif
