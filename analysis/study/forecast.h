/* forecast: what `fit` will be able to say of a sweep, before it is run.
 *
 * Were rows to follow theory exactly, a series' means would cross its criterion at the exact collapse points
 * (models/oracle), with errors that follow from its replicates: rows scatter in log beta by about 1/2, and by
 * 1/(2 kappa) where the exponent kappa of an upper end is below 1 (measured: .43 to .58, and 1.09 at kappa =
 * 1/2). Such means, on the config's own n, betas and replicates, are fitted and judged like measured ones.
 *
 * Told of series that are judged by their mean entropy. The same randomness at every n makes exponents better
 * than told where n are far apart; that it leaves too few blocks for joint errors is told. */
#ifndef GAPSCALE_ANALYSIS_STUDY_FORECAST_H
#define GAPSCALE_ANALYSIS_STUDY_FORECAST_H

#include <stdio.h>

#include "sim/config/config.h"

/* A line for each such series, until a thousand n are told of; ten milliseconds an n, some thirty of trees of
 * many levels, or a tenth of a second where scores fall with distance. */
void forecast_print(FILE *out, const struct config *config, int threads);

#endif
