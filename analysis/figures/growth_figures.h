/* growth_figures: the numbers of the figures of how a series' collapse points grow and how far they lie from
 * exact ones, under the names their templates ask for (windows.gp, residuals.gp), and why there may be none.
 */
#ifndef GAPSCALE_ANALYSIS_FIGURES_GROWTH_FIGURES_H
#define GAPSCALE_ANALYSIS_FIGURES_GROWTH_FIGURES_H

#include <stdbool.h>
#include <stdio.h>

#include "analysis/verdict/verdict.h"

/* Whether growth means anything: rows are of a law, and not along a prescription. */
bool growth_figure_applies(const struct results_series *series);

/* Corrected exponents are those of the verdict, which this makes: up to half a second. */
void growth_figure_windows(FILE *script, const struct fit *fit);
void growth_figure_windows_of(FILE *script, const struct fit *fit, const struct verdict *verdict);
void growth_figure_residuals(FILE *script, const struct fit *fit);

const char *growth_figure_lacks_windows(const struct fit *fit);
const char *growth_figure_lacks_residuals(const struct fit *fit);

#endif
