/* diagnosis_json: a diagnosis for programs; names in results/SCHEMA.md. */
#ifndef GAPSCALE_ANALYSIS_REPORT_DIAGNOSIS_JSON_H
#define GAPSCALE_ANALYSIS_REPORT_DIAGNOSIS_JSON_H

#include <stdio.h>

#include "analysis/diagnosis/diagnosis.h"

void diagnosis_json_print(FILE *out, const struct diagnosis *diagnosis);

#endif
