/* normaliser_table: other normalisers than softmax beside theory, for people. */
#ifndef GAPSCALE_ANALYSIS_REPORT_NORMALISER_TABLE_H
#define GAPSCALE_ANALYSIS_REPORT_NORMALISER_TABLE_H

#include <stdio.h>

#include "sim/results/results.h"

/* At the largest n, at the betas nearest to 1/4, 1 and 4 Lambda^typ. Nothing for a series that asks for none.
 */
void normaliser_table_print(FILE *out, const struct results_series *series);

#endif
