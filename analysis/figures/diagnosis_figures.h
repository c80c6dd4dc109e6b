/* diagnosis_figures: the numbers of a figure of measured rows, under the names its template asks for
 * (prescriptions.gp), and why there may be none. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_DIAGNOSIS_FIGURES_H
#define GAPSCALE_ANALYSIS_FIGURES_DIAGNOSIS_FIGURES_H

#include <stdbool.h>
#include <stdio.h>

#include "analysis/fit/fit.h"
#include "analysis/text/words.h"

bool diagnosis_figure_applies(const struct results_series *series); /* measured rows */
const char *diagnosis_figure_lacks_lengths(const struct fit *fit);
/* "MODEL, trained at n = N", what there is of it and what a title can hold. Returns `out`. */
const char *diagnosis_figure_source(const struct results_series *series, char out[WORDS_LINE]);
void diagnosis_figure_prescriptions(FILE *script, const struct fit *fit);

#endif
