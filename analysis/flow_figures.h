/* flow_figures: figures of what `gapscale flow` measured, each as SVG, PNG and PDF of 16 x 11 cm beside a
 * file:
 *
 *     STEM-modes.EXT     growth of each mode after every step, measured and predicted
 *     STEM-density.EXT   density on the circle before and after each step
 *
 * where STEM is the file's name without what follows its last dot. */
#ifndef GAPSCALE_ANALYSIS_FLOW_FIGURES_H
#define GAPSCALE_ANALYSIS_FLOW_FIGURES_H

#include "../sim/flow.h"

struct flow_figures {
    const struct flow_design *design;
    const struct flow_estimate *estimate; /* of flow_estimate */
    size_t bins;
    const double *density; /* of flow_follow; NULL: no figure of it */
};

/* Draws what there is. 0, or 1 after a message. */
int flow_figures_draw(const struct flow_figures *figures, const char *file);

#endif
