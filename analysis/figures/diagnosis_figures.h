/* diagnosis_figures: what titles of measured rows tell. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_DIAGNOSIS_FIGURES_H
#define GAPSCALE_ANALYSIS_FIGURES_DIAGNOSIS_FIGURES_H

#include "analysis/text/words.h"
#include "sim/results/results.h"

/* "MODEL, trained at n = N", what there is of it and what a title can hold. Returns `out`. */
const char *diagnosis_figure_source(const struct results_series *series, char out[WORDS_LINE]);

#endif
