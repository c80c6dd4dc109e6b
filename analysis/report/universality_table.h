/* universality_table: series of one exponent, judged together (analysis/study/universality.h), for people. */
#ifndef GAPSCALE_ANALYSIS_REPORT_UNIVERSALITY_TABLE_H
#define GAPSCALE_ANALYSIS_REPORT_UNIVERSALITY_TABLE_H

#include <stdio.h>

#include "analysis/study/study.h"

/* Nothing where there is no class. */
void universality_table_print(FILE *out, const struct study *study);

#endif
