/* diagnosis_table: a diagnosis for people, at most 110 columns wide, folded on narrower terminals. */
#ifndef GAPSCALE_ANALYSIS_REPORT_DIAGNOSIS_TABLE_H
#define GAPSCALE_ANALYSIS_REPORT_DIAGNOSIS_TABLE_H

#include <stdio.h>

#include "analysis/diagnosis/diagnosis.h"

void diagnosis_table_print(FILE *out, const struct diagnosis *diagnosis, size_t short_rows);
/* A line for each group and length, comma separated, with a head line. */
void diagnosis_table_print_csv(FILE *out, const struct diagnosis *diagnosis);

#endif
