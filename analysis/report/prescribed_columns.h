/* prescribed_columns: what is told of the entropy along a prescription (columns.h), for a series that goes
 * along one. */
#ifndef GAPSCALE_ANALYSIS_REPORT_PRESCRIBED_COLUMNS_H
#define GAPSCALE_ANALYSIS_REPORT_PRESCRIBED_COLUMNS_H

#include "analysis/report/columns.h"

extern const struct column_table prescribed_columns;

#endif
