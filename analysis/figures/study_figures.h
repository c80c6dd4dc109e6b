/* study_figures: the numbers of figures of all series together: beta_c/Lambda^typ against n, and beta_c over
 * its exact value (models/oracle/oracle.h). For the templates all.gp, all-collapse.gp, all-exact.gp. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_STUDY_FIGURES_H
#define GAPSCALE_ANALYSIS_FIGURES_STUDY_FIGURES_H

#include <stdio.h>

#include "analysis/study/study.h"

void study_figure_collapse(FILE *script, const struct study *study);
void study_figure_exact(FILE *script, const struct study *study);

/* What all series lack, in words; NULL where there is one to be drawn. */
const char *study_figure_lacks_collapse(const struct study *study);
const char *study_figure_lacks_exact(const struct study *study);

#endif
