/* fitlatex: the summary of a study as a LaTeX table, to be \input: one tabular, without a package. */
#ifndef GAPSCALE_ANALYSIS_REPORT_FITLATEX_H
#define GAPSCALE_ANALYSIS_REPORT_FITLATEX_H

#include <stdbool.h>
#include <stdio.h>

#include "analysis/study/study.h"

/* Errors are half 95% intervals behind +-, or, in parentheses, standard errors of the last digits: half the
 * interval over 1.96. A comment above says which. */
void fitlatex_print(FILE *out, const struct study *study, bool parentheses);

#endif
