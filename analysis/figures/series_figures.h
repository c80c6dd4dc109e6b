/* series_figures: the numbers of a series' figures, under the names their templates ask for (entropy.gp,
 * participation.gp, collapse.gp, gap-count.gp, phase.gp), and why there may be none. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_SERIES_FIGURES_H
#define GAPSCALE_ANALYSIS_FIGURES_SERIES_FIGURES_H

#include <stdio.h>

#include "analysis/fit/fit.h"

void series_figure_entropy(FILE *script, const struct fit *fit);
void series_figure_participation(FILE *script, const struct fit *fit);
void series_figure_collapse(FILE *script, const struct fit *fit);
void series_figure_gap_count(FILE *script, const struct fit *fit);
void series_figure_phase(FILE *script, const struct fit *fit);

/* What a series lacks, in words; NULL where it lacks nothing. */
const char *series_figure_lacks_betas(const struct fit *fit);
const char *series_figure_lacks_participation(const struct fit *fit);
const char *series_figure_lacks_criteria(const struct fit *fit);
const char *series_figure_lacks_gap_counts(const struct fit *fit);
const char *series_figure_lacks_a_plane(const struct fit *fit);

#endif
