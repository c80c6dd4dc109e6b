/* normaliser_figures: the numbers of figures of normalisers beside softmax, for series that ask for them,
 * under the names their templates ask for (support.gp). */
#ifndef GAPSCALE_ANALYSIS_FIGURES_NORMALISER_FIGURES_H
#define GAPSCALE_ANALYSIS_FIGURES_NORMALISER_FIGURES_H

#include <stdio.h>

#include "analysis/fit/fit.h"

/* Series that ask for sparsemax. */
bool normaliser_figure_applies(const struct results_series *series);
/* Mean number of keys that have weight under sparsemax at every n, what it tends to, and the same of entmax
 * at the largest n, against beta/Lambda^typ. */
void normaliser_figure_support(FILE *script, const struct fit *fit);

#endif
