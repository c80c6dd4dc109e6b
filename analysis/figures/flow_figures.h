/* flow_figures: figures of what `gapscale flow` measured, each as SVG, PNG and PDF of 16 x 11 cm beside a
 * file:
 *
 *     STEM-modes.EXT     growth of each mode after every step, measured and predicted
 *     STEM-density.EXT   density on the circle before and after each step, with a band of one standard error
 *                        and, dashed, 1 + eps G_l^s cos(l theta): first order in eps; steps whose
 *                        eps G_l^s is above 1/2 have none, and the key says so
 *     STEM-drift.EXT     the drift of a query against its angle, where there are keys for it
 *
 * of the first six steps, where STEM is the file's name without what follows its last dot. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_FLOW_FIGURES_H
#define GAPSCALE_ANALYSIS_FIGURES_FLOW_FIGURES_H

#include "analysis/flow/flow_answer.h"

/* Draws what there is. False after a message. */
bool flow_figures_draw(const struct flow_request *request, const struct flow_answer *answer,
                       const char *file);

#endif
