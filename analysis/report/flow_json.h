/* flow_json: the answer of `gapscale flow` for programs; names in results/SCHEMA.md. */
#ifndef GAPSCALE_ANALYSIS_REPORT_FLOW_JSON_H
#define GAPSCALE_ANALYSIS_REPORT_FLOW_JSON_H

#include <stdio.h>

#include "analysis/flow/flow_answer.h"

void flow_json_print(FILE *out, const struct flow_request *request, const struct flow_answer *answer);

#endif
