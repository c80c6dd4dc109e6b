/* growth_figures: the figure of exponents by windows with a verdict of its own. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_GROWTH_FIGURES_H
#define GAPSCALE_ANALYSIS_FIGURES_GROWTH_FIGURES_H

#include "analysis/figures/canvas.h"
#include "analysis/verdict/verdict.h"

/* Corrected exponents are those of the verdict; that of a series takes up to half a second. */
void growth_figure_windows_of(struct canvas *canvas, const struct verdict *verdict);

#endif
