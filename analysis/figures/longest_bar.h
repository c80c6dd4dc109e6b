/* longest_bar: what figures without bars tell instead: how large the standard errors of what they draw are.
 */
#ifndef GAPSCALE_ANALYSIS_FIGURES_LONGEST_BAR_H
#define GAPSCALE_ANALYSIS_FIGURES_LONGEST_BAR_H

#include <stdio.h>

#include "sim/results/results.h"

/* The curves that axis_curve picks, of a quantity that has `size` values at every n. */
struct longest_bar {
    const struct results_series *series;
    unsigned quantity; /* enum results_quantity, whose first are those of enum measure */
    size_t size;
};

/* The longest as a part of the mean, of means that are `least` or more; NaN: no error is known. */
double longest_bar_relative(struct longest_bar of, double least);
/* Of the mean over log n, or of the mean itself. */
double longest_bar_of_share(struct longest_bar of);
double longest_bar_absolute(struct longest_bar of);

/* The name that templates ask for. */
void longest_bar_print(FILE *script, double error);

#endif
