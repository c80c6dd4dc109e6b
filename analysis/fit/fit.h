/* fit: everything derived from one series: collapse points with errors, how they grow, and the same
 * for Lambda^typ at the same n. Claims no law: it compares.
 *
 * Exponents are slopes in x = log log n, or in x = log n for families whose law is a power of n. Arrays
 * are row-major in the order of the dimensions named beside them, as in the fit file
 * (results/SCHEMA.md). NaN marks what does not exist.
 *
 * This room: ensemble (the collapse point of means, where peak finds the susceptibility's), controls (the
 * same with less noise), joint (how points err together), te (the TE theorem as rates), beside (other
 * normalisers than softmax), and this file, which puts them together. */
#ifndef GAPSCALE_ANALYSIS_FIT_FIT_H
#define GAPSCALE_ANALYSIS_FIT_FIT_H

#include <stdbool.h>

#include "analysis/fit/controls.h"
#include "analysis/fit/ensemble.h"
#include "analysis/fit/te.h"
#include "analysis/statistics/exponent.h"
#include "analysis/statistics/order.h"
#include "sim/results/results.h"

struct fit {
    const struct results_series *series;
    const char *file; /* where the series came from */
    bool common;      /* the same randomness at every n */
    uint64_t seed;
    char name[CONFIG_NAME + 16]; /* unique in the study: the series' name, or that with -2, -3, ... */

    bool by_n; /* x is log n, not log log n */
    bool has_law;
    struct schedule law; /* Lambda^typ ~ law(n) */
    size_t primary;      /* the criterion judged (fit_primary) */

    size_t lengths, criteria, intervals, windows;
    struct ensemble_point *collapse; /* (log_n, criterion): of the replicate mean */
    struct ensemble_point *judged;   /* (log_n, criterion): what beta_c is in all that follows, in tables,
                                        figures and verdicts: the same, or the median of the rows' own for
                                        families judged by rows, of which few carry the mean; errors of
                                        means with their grid_error */
    double *collapse_se_block;       /* (log_n, criterion): by jackknife, of log beta_c */
    double *collapse_se_bootstrap;   /* (log_n): of the primary criterion, by resampling block groups */
    struct controls *controls;       /* (log_n): likewise, with control variates; entropy only */
    struct te *te;                   /* (log_n): both halves of the TE theorem as rates */
    double *exact;              /* (log_n): the primary criterion's collapse point over Lambda^typ, computed
                                   without sampling (exact/ in the results); NaN where that is out of reach */
    double *exact_on_grid;      /* (log_n): the same as the grid of betas makes it (ensemble_of_exact) */
    struct order *row_collapse; /* (log_n, criterion) */
    struct order *row_lambda;   /* (log_n) */

    struct exponent *local, *local_lambda;   /* (interval, criterion), (interval): between neighbouring n */
    struct exponent *window, *window_lambda; /* (window, criterion): from the window's smallest n to the
                                                largest; window_lambda at the same n */
    struct exponent *drift;                  /* (criterion): of beta_c/Lambda^typ in log log n; like those of
                                                Lambda^typ NaN without fit_has_scale */
};

/* Of results->series[index]; the results must outlive the fit. Free with fit_release. */
void fit_make(struct fit *fit, const struct results *results, size_t index, const char *file);
void fit_release(struct fit *fit);

/* Which criterion is judged: entropy=1, or the first; 0, as many as there are, where there is none. */
size_t fit_primary(const struct results_series *series);
/* That criterion; NULL where there is none. */
const struct criterion *fit_criterion(const struct fit *fit);
/* Its point at an n, as it is judged; ensemble_none where there is no criterion. */
const struct ensemble_point *fit_judged(const struct fit *fit, size_t n);
/* Whether Lambda^typ is theory's. Else it is the median of pilot rows (sim/measures/pilot.h): a unit at one n
 * of one seed, whose error of some 8% is its own at each, so that nothing is told of how it grows. */
bool fit_has_scale(const struct fit *fit);
/* The exponent of the asymptotic law in that variable; NaN where no law is known. */
double fit_asymptotic_exponent(const struct fit *fit);
/* log beta_c in absolute units, as it is judged. */
double fit_log_judged(const struct fit *fit, size_t n, size_t criterion);
/* What is judged with the error that its rows make alone. */
const struct ensemble_point *fit_noisy(const struct fit *fit, size_t n, size_t criterion);
/* The primary criterion's over Lambda^typ, computed without sampling; NaN for medians of rows. */
double fit_judged_exact(const struct fit *fit, size_t n);
/* The smallest and the largest n with a collapse point; `lengths` when there is none, or no such criterion.
 */
size_t fit_first(const struct fit *fit, size_t criterion);
size_t fit_last(const struct fit *fit, size_t criterion);
/* Whether an exponent says anything: a number, with an error below 1. */
bool fit_is_known(const struct exponent *exponent);
/* The exponent over all n with a collapse point of the primary criterion; NULL where there is none to state:
 * one n, no collapse point, or not known. */
const struct exponent *fit_raw_exponent(const struct fit *fit);
/* Whether this criterion's collapse point marks the critical scale in this family, so that its growth means
 * something: the susceptibility does so in the Gumbel class only, the top-two ratio in the Gumbel and Weibull
 * classes (THEORY 1, 2). */
bool fit_is_meaningful(const struct fit *fit, size_t criterion);

#endif
