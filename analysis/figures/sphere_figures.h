/* sphere_figures: the numbers of figures of keys on a sphere, for series with an output, under the names
 * their templates ask for (sphere.gp, output.gp, weights.gp). */
#ifndef GAPSCALE_ANALYSIS_FIGURES_SPHERE_FIGURES_H
#define GAPSCALE_ANALYSIS_FIGURES_SPHERE_FIGURES_H

#include <stdio.h>

#include "analysis/fit/fit.h"

/* beta times the displacement of the output along the query, and times its square across, against
 * beta/n^(2/(d-1)): means with standard errors, exact values, and the limits of many keys and of one. */
void sphere_figure_output(FILE *script, const struct fit *fit);

/* Mean ordered weights at the largest n with standard errors, exact values, and the limit of p_(1) where a
 * few keys share the weight. The axis of weights is logarithmic where many keys do everywhere, or one has
 * all. */
void sphere_figure_weights(FILE *script, const struct fit *fit);

#endif
