/* attention_table: the attention output beside theory, for people. */
#ifndef GAPSCALE_ANALYSIS_REPORT_ATTENTION_TABLE_H
#define GAPSCALE_ANALYSIS_REPORT_ATTENTION_TABLE_H

#include <stdio.h>

#include "analysis/report/columns.h"
#include "analysis/study/study.h"

/* At most ATTENTION_LINES points, evenly chosen, and a sentence a regime. Nothing for a series without an
 * output. */
enum { ATTENTION_LINES = 12 };
void attention_table_print(FILE *out, const struct column_place *place);

/* A line for every regime of every series with an output, and, for keys on a sphere of constant dimension,
 * the collapse point at the largest n over n^(2/(d-1)) beside its limit. Nothing where there are none. */
void attention_table_print_summary(FILE *out, const struct study *study);
/* Whether a series' betas are there for the output alone, far from any collapse. */
bool attention_table_is_alone(const struct fit *fit, const struct attention *attention);

#endif
