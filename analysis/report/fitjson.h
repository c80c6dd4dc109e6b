/* fitjson: fits for programs (results/SCHEMA.md, "fit --json"). */
#ifndef GAPSCALE_ANALYSIS_REPORT_FITJSON_H
#define GAPSCALE_ANALYSIS_REPORT_FITJSON_H

#include <stdio.h>

#include "analysis/study/study.h"

/* The answer of `fit --json`, one line feed at its end. */
void fitjson_print(FILE *out, const struct study *study);

#endif
