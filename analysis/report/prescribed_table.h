/* prescribed_table: the entropy along prescriptions, for people. */
#ifndef GAPSCALE_ANALYSIS_REPORT_PRESCRIBED_TABLE_H
#define GAPSCALE_ANALYSIS_REPORT_PRESCRIBED_TABLE_H

#include <stdio.h>

#include "analysis/report/columns.h"
#include "analysis/study/study.h"

/* The points of one series that goes along a prescription, and its verdict. */
void prescribed_table_print(FILE *out, const struct column_place *place);

/* What becomes of the entropy, law by prescription: a line for every family with its parameters, trained
 * length and coefficient, a column for every prescription. Nothing where no series goes along one. */
void prescribed_table_print_summary(FILE *out, const struct study *study);

#endif
