/* flow_figures: growth of modes, and the density on the circle before and after steps of attention. */
#ifndef GAPSCALE_ANALYSIS_FLOW_FIGURES_H
#define GAPSCALE_ANALYSIS_FLOW_FIGURES_H

#include "../sim/tokens.h"

/* Draws NAME-modes, and NAME-density where there is a histogram, as SVG, PNG and PDF. predicted: [modes],
 * G_l. Returns 0, or 1 after a message. */
int flow_figures_draw(const char *name, const struct tokens_request *request, const double *predicted,
                      const struct tokens_growth *growth, const double *histogram);

#endif
