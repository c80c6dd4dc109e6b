/* attention_columns: what is told of an attention output beside theory (columns.h), for a series that has
 * one. */
#ifndef GAPSCALE_ANALYSIS_REPORT_ATTENTION_COLUMNS_H
#define GAPSCALE_ANALYSIS_REPORT_ATTENTION_COLUMNS_H

#include "analysis/report/columns.h"

extern const struct column_table attention_columns;

#endif
