/* universality_figure: the numbers of the figure of series of one exponent (analysis/study/universality.h):
 * mean entropy against beta/Lambda^typ at every series' largest n, beside the limit law of each exponent, and
 * against beta/n^(1/kappa), where amplitudes hold them apart. For the template universality.gp. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_UNIVERSALITY_FIGURE_H
#define GAPSCALE_ANALYSIS_FIGURES_UNIVERSALITY_FIGURE_H

#include <stdio.h>

#include "analysis/study/study.h"

const char *universality_figure_lacks(const struct study *study);
void universality_figure_print(FILE *script, const struct study *study);

#endif
