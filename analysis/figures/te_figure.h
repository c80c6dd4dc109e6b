/* te_figure: the numbers of the figure of the TE theorem (THEORY 1): means over rows of H/log n and of
 * p_(2)/p_(1) at beta = f Lambda_n of the row itself. For the template te.gp.
 *
 * The results hold them at factors of two, between which H/log n of long rows has a corner at f = 1. A curve
 * there is
 *
 *     H(f) = A(f) + r(f),    A(f) = mean over rows of E H at beta = f Lambda_n
 *
 * with E H from the oracle, whatever else the row has in common with its Lambda_n, and r, the measured mean
 * less A, by Steffen's monotone cubic in log f: A has the corner, r has none. Without an oracle, and for
 * heavy tails, whose rows are too unlike for A to say anything of them, A = 0. p_(2)/p_(1) has none, and goes
 * by the cubic alone. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_TE_FIGURE_H
#define GAPSCALE_ANALYSIS_FIGURES_TE_FIGURE_H

#include "sim/results/results.h"

/* H/log n at one n and any factor between the results' first and last: what the curve is drawn through. Free
 * with te_figure_curve_release. */
struct te_figure_curve {
    size_t count;
    double *x, *share, *ratio; /* log10 f; H/log n; p_(2)/p_(1) */
};
struct te_figure_curve te_figure_curve(const struct results_series *series, size_t n);
void te_figure_curve_release(struct te_figure_curve *curve);

#endif
