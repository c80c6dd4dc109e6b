/* ensemble: the collapse point of the replicate means at one n: the beta at which the mean measure
 * crosses the criterion's threshold, found on the results' own beta grid.
 *
 * Everything is in x = log(beta/Lambda^typ). The logarithm of the mean entropy is interpolated by cubic
 * Hermite with its exact slope (dH/dx = -chi; where that is too steep for a monotone cubic the point may lie
 * anywhere between the two betas, which is its grid_error), the logit of participation and top-two ratio by
 * Steffen's monotone cubic; the maximum of the mean susceptibility is that of peak.h. Rows share all betas,
 * so the means are as monotone as every row. */
#ifndef GAPSCALE_ANALYSIS_FIT_ENSEMBLE_H
#define GAPSCALE_ANALYSIS_FIT_ENSEMBLE_H

#include <stdbool.h>

#include "sim/results/results.h"

/* The word in files, and what is wrong and what to do as a sentence. */
#define ENSEMBLE_STATE_TABLE(STATE)                                                                          \
    STATE(FOUND, "found", "found")                                                                           \
    STATE(SHORT, "collapsed-at-zero",                                                                        \
          "n is so small that even beta = 0 is past the threshold; start at a larger n")                     \
    STATE(BELOW, "below-grid", "it lies below the smallest beta; start the beta grid lower")                 \
    STATE(ABOVE, "above-grid", "it lies above the largest beta; end the beta grid higher")                   \
    STATE(NO_MAXIMUM, "no-maximum",                                                                          \
          "the mean susceptibility is largest at an end of the beta grid; widen the grid")                   \
    /* Crossings need two betas, a maximum three; a factor 10 apart, or too far apart for a maximum. */      \
    STATE(NO_GRID, "no-grid", "the beta grid is too thin to look between its points; ask for more betas")    \
    STATE(TIED, "tied", "so many rows tie at the top that it is infinite")                                   \
    STATE(NO_VALUES, "no-values", "means or betas are not finite numbers; give beta relative to lambda_typ")
#define ENSEMBLE_STATE_KEY(KEY, name, advice) ENSEMBLE_##KEY,
enum ensemble_state { ENSEMBLE_STATE_TABLE(ENSEMBLE_STATE_KEY) ENSEMBLE_STATES };
extern const char *const ensemble_state_name[ENSEMBLE_STATES];
extern const char *const ensemble_state_advice[ENSEMBLE_STATES];

struct ensemble_point {
    enum ensemble_state state;
    double log_ratio;  /* log(beta_c/Lambda^typ); NaN unless found */
    double se;         /* its standard error: se(mean)/|slope| at the root (delta method); for the
                          susceptibility the jackknife and grid_error. NaN where unknown (one replicate) */
    double grid_error; /* how far log_ratio moves when the mean itself is interpolated, not its logarithm or
                          logit (susceptibility: peak.h): too much where the collapse is narrower than the
                          steps of the beta grid. Of a fit: at least what interpolation is off on the exact
                          means, where there are some */
    double carriers; /* rows that carry the mean where it crosses, or what it lacks of 1: N/(1 + N r^2) of N,
                        r its relative error. NaN for the susceptibility, medians and rows without
                        randomness */
};

/* Where there are no values. */
extern const struct ensemble_point ensemble_none;

/* `n` indexes the series' log_n. */
struct ensemble_point ensemble_collapse(const struct results_series *series, size_t n,
                                        const struct criterion *criterion);

/* The log_ratio that this grid of betas makes of the exact means: what it is off the exact collapse point is
 * interpolation alone. NaN where there are none around it, and for the entropy, which is interpolated with
 * slopes. */
double ensemble_of_exact(const struct results_series *series, size_t n, const struct criterion *criterion);

/* log_ratio[g] without the replicates of block group g, for all groups of this n (NaN where it is lost).
 * Returns that of all replicates. */
double ensemble_leave_out(const struct results_series *series, size_t n, const struct criterion *criterion,
                          double *log_ratio);

/* Standard error of log_ratio by leaving out one block group at a time. NaN for fewer than two groups
 * or when the collapse point is lost by leaving one out. */
double ensemble_jackknife(const struct results_series *series, size_t n, const struct criterion *criterion);

/* The same by resampling the block groups ENSEMBLE_RESAMPLES times with replacement (bootstrap), one fewer
 * than there are, so that the variance has no bias (Rao & Wu, J. Am. Stat. Assoc. 83 (1988) 231); always the
 * same samples. Half a 95% interval is as many of it as Student's law with groups - 1 degrees of freedom
 * says. NaN for fewer than 8 groups or when the collapse point is lost in more than one sample of a hundred.
 */
enum { ENSEMBLE_RESAMPLES = 400 };
double ensemble_bootstrap(const struct results_series *series, size_t n, const struct criterion *criterion);

#endif
