/* flow_table: the answer of `gapscale flow` for people, and as CSV. */
#ifndef GAPSCALE_ANALYSIS_REPORT_FLOW_TABLE_H
#define GAPSCALE_ANALYSIS_REPORT_FLOW_TABLE_H

#include <stdio.h>

#include "analysis/flow/flow_answer.h"

void flow_table_print(FILE *out, const struct flow_request *request, const struct flow_answer *answer);
/* A line for every mode and step, after comments. */
void flow_table_print_csv(FILE *out, const struct flow_request *request, const struct flow_answer *answer);

#endif
