/* figures: gnuplot scripts that draw a study. Each figure comes as SVG, PNG and PDF of 16 x 11 cm, named
 * SERIES-FIGURE.EXT in the directory where the script runs. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_FIGURES_H
#define GAPSCALE_ANALYSIS_FIGURES_FIGURES_H

#include <stdio.h>

#include "analysis/study/study.h"

enum figure {
    FIGURE_ENTROPY,
    FIGURE_COLLAPSE,
    FIGURE_GAP_COUNT,
    FIGURE_PHASE,
    FIGURE_TE,
    FIGURE_OUTPUT,
    FIGURE_WEIGHTS,
    FIGURES
};
extern const char *const figure_name[FIGURES]; /* "entropy", .., "gap-count", .., "weights" */

enum { FIGURE_FORMATS = 3 };
extern const char *const figure_extension[FIGURE_FORMATS]; /* "svg", "png", "pdf" */

/* Whether there is such a figure of this series at all. */
bool figure_applies(const struct fit *fit, enum figure figure);
/* What a figure that applies needs and this series lacks; NULL when it can be drawn. */
const char *figure_obstacle(const struct fit *fit, enum figure figure);
/* Appends the figure to a script. */
void figure_print(FILE *script, const struct fit *fit, enum figure figure);

/* Figures of all series together, named all-FIGURE: beta_c/Lambda^typ against n, and beta_c over its exact
 * value (models/oracle/oracle.h). */
enum figure_study { STUDY_COLLAPSE, STUDY_EXACT, STUDY_FIGURES };
extern const char *const figure_study_name[STUDY_FIGURES]; /* "collapse", "exact" */

const char *figure_study_obstacle(const struct study *study, enum figure_study figure);
void figure_study_print(FILE *script, const struct study *study, enum figure_study figure);

#endif
