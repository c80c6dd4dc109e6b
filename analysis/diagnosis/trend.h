/* trend: how Lambda_n of measured rows grows with context length, inferred between sequences.
 *
 * y is the median of log Lambda_n over the rows of one sequence at one length, x the mean of log log(row
 * length). A sequence has the slope b_s = sum_j c_j y_sj, c_j = w_j (x_j - xbar)/sum w (x - xbar)^2. Where
 * all sequences have all lengths the variance of a mean is v/G, v the sequences' own; else it is sum_j c_j^2
 * v_j/G_j. Variances may be pooled by half with those of a layer's other heads, which doubles their degrees
 * of freedom. */
#ifndef GAPSCALE_ANALYSIS_DIAGNOSIS_TREND_H
#define GAPSCALE_ANALYSIS_DIAGNOSIS_TREND_H

#include <stdbool.h>
#include <stddef.h>

/* What was measured; immutable while in use. */
struct trend_data {
    size_t sequences, lengths;
    const double *x;      /* (length) */
    const double *y;      /* (sequence, length); NaN: none */
    const double *weight; /* (length); 0: the length is left out, as those must be where no sequence has y */
};

/* A number with a 95% interval; NaN ends where it cannot be told. */
struct trend_interval {
    double value, low, high;
};
/* Of a number whose logarithm that is. */
struct trend_interval trend_exponential(struct trend_interval logarithm);

/* A mean between sequences: `variance` is that of what was measured once for each of `count` (NaN for fewer
 * than two), so that the mean has variance/count, with `freedom` degrees; with sequences that differ between
 * lengths (not `paired`) Satterthwaite's, and count is 1. */
struct trend_estimate {
    double mean, variance, freedom;
    size_t count;
    bool paired;
};

/* Of `count` values; NaN: none. */
struct trend_estimate trend_mean(size_t count, const double *value);
/* Of y at a length. */
struct trend_estimate trend_level(const struct trend_data *data, size_t length);
/* Coefficients c_j over the lengths first .. last - 1, 0 elsewhere. False where they have fewer than two x,
 * but for rounding. */
bool trend_coefficients(const struct trend_data *data, size_t first, size_t last, double *c);

/* Of the slopes. */
struct trend_estimate trend_slope(const struct trend_data *data, size_t first, size_t last);
/* The same of the intercept at x = 0: log A of Lambda = A (log n)^b. */
struct trend_estimate trend_intercept(const struct trend_data *data, size_t first, size_t last);

/* Residual mean square of sequence x length, with (G - 1)(J - 1) degrees of freedom, in the slope's variance:
 * for pooled heads of two sequences. */
struct trend_estimate trend_slope_by_residuals(const struct trend_data *data, size_t first, size_t last);

enum { TREND_POOLED = 4 }; /* heads in a layer whose variances are pooled */

extern const double trend_risk; /* .05: what intervals leave out, and where a test excludes */

/* mean +- t sqrt(variance/count) at 95%. */
struct trend_interval trend_between(struct trend_estimate estimate);

/* p of the levels lying on one line: F of their deviations from it against those of sequences from each other
 * (paired: less what a sequence has in common at all lengths), both in units of the weights. Chi square with
 * each length's own variance would refuse a line far too often: of four sequences in one case of four. NaN
 * where it cannot be told. */
double trend_lack_of_fit(const struct trend_data *data, size_t first, size_t last);

#endif
