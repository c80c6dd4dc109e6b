/* along_figures: the numbers of the figure of all series along prescriptions: mean H against n, a panel for
 * each prescription, a curve for each law. For the template all-prescriptions.gp. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_ALONG_FIGURES_H
#define GAPSCALE_ANALYSIS_FIGURES_ALONG_FIGURES_H

#include <stdio.h>

#include "analysis/study/study.h"

const char *along_figure_lacks(const struct study *study);
void along_figure_print(FILE *script, const struct study *study);

#endif
