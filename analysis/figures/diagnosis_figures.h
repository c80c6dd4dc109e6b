/* diagnosis_figures: the numbers of a figure of measured rows, under the names its template asks for
 * (prescriptions.gp), and why there may be none. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_DIAGNOSIS_FIGURES_H
#define GAPSCALE_ANALYSIS_FIGURES_DIAGNOSIS_FIGURES_H

#include <stdbool.h>
#include <stdio.h>

#include "analysis/fit/fit.h"

bool diagnosis_figure_applies(const struct results_series *series); /* measured rows */
const char *diagnosis_figure_lacks_lengths(const struct fit *fit);
void diagnosis_figure_prescriptions(FILE *script, const struct fit *fit);

#endif
