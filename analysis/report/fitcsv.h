/* fitcsv: fits as one flat table, a line for each series and n, at the criterion that is judged: what the fit
 * file has along log_n, and what it says of the series as a whole. For R, pandas, Octave, spreadsheets. */
#ifndef GAPSCALE_ANALYSIS_REPORT_FITCSV_H
#define GAPSCALE_ANALYSIS_REPORT_FITCSV_H

#include <stdio.h>

#include "analysis/study/study.h"

void fitcsv_print(FILE *out, const struct study *study);

#endif
