/* beta_curve: means at one n as curves in beta, whose pieces are so short that none is seen: at the series'
 * betas what the file holds, exact where theory knows it, and between them, where a straight line would be
 * seen to cut a corner, what the oracle says there. Where there is no oracle, or it takes long, Steffen's
 * monotone cubic through the file's. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_BETA_CURVE_H
#define GAPSCALE_ANALYSIS_FIGURES_BETA_CURVE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/results/results.h"

enum { BETA_CURVE_COLUMNS = 2 };

/* Free with beta_curve_release. */
struct beta_curve {
    size_t count;
    double *x; /* log10 of beta/Lambda^typ, rising */
    double (*value)[BETA_CURVE_COLUMNS];
    bool is_exact; /* else measured */
};

/* The mean of H in the first column; nothing in the second. */
struct beta_curve beta_curve_entropy(const struct results_series *series, size_t n);
/* The mean of log Y_2, and log of the mean of Y_2, which is NaN where the curve is measured. */
struct beta_curve beta_curve_participation(const struct results_series *series, size_t n);
/* The exact mean of H from one log10 of beta/Lambda^typ to another; none where there is no oracle that is
 * fast. */
struct beta_curve beta_curve_entropy_over(const struct results_series *series, size_t n, double low,
                                          double high);
void beta_curve_release(struct beta_curve *curve);

/* Linear between its points; NaN outside. */
double beta_curve_at(const struct beta_curve *curve, size_t column, double x);

#endif
