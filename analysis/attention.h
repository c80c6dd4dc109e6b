/* attention: the attention output of keys on a sphere beside theory (THEORY 7), at every (n, beta) of a
 * series.
 *
 * Regimes are told apart by n_eff = n/rho(beta), the effective number of keys: subcritical from
 * ATTENTION_MANY on, supercritical below ATTENTION_FEW, critical between. Whatever the regime, the means of 1
 * - <q,ATT>, |ATT_tan|^2 and the ordered weights are judged against exact values at that n, with nothing
 * fitted; the limit laws stand beside them:
 *
 *     subcritical    n Var of the radial and of each tangential part over rho (A'(2 beta) + D^2) and
 *                    rho A(2 beta)/(2 beta); Kolmogorov-Smirnov of both parts, standardised with these,
 * against the normal law critical       mean p_(1) over that of the Weibull limit at the same
 * beta/n^(2/(d-1)) supercritical  beta E[1 - p_(1)] and -E log(1 - p_(1))/beta over their limits (d >= 3)
 *
 * Values at different betas come from the same rows: chi squares use the correlation over the kept
 * replicates. */
#ifndef GAPSCALE_ANALYSIS_ATTENTION_H
#define GAPSCALE_ANALYSIS_ATTENTION_H

#include "verdict.h"
#include "words.h"

#define ATTENTION_MANY 10.0
#define ATTENTION_FEW 0.1
/* Not judged, because a few rare rows make them: mean weights below the first; p_(1) and the identity where
 * the mean of 1 - p_(1) is below the second; either below what ATTENTION_ROWS rows make. */
#define ATTENTION_RARE_WEIGHT 0.01
#define ATTENTION_RARE_DEFICIT 0.05
#define ATTENTION_ROWS 50.0

enum attention_regime {
    ATTENTION_SUBCRITICAL,
    ATTENTION_CRITICAL,
    ATTENTION_SUPERCRITICAL,
    ATTENTION_REGIMES
};
extern const char *const attention_regime_name[ATTENTION_REGIMES];

/* One (n, beta). Sigmas: (mean - exact value)/(standard error and the exact value's own error). NaN: does not
 * exist. */
struct attention_point {
    size_t n, beta_index;
    enum attention_regime regime;
    double n_eff, critical;                              /* n/rho(beta); beta/n^(2/(d-1)) */
    double bias_sigma, tangential_sigma, identity_sigma; /* identity: NaN where rare rows make it */
    double weight_sigma;                                 /* the one furthest from 0, over ranks */
    /* n_eff >= 1: over the central limit's value, and its standard error; p-values. */
    double radial_ratio, radial_ratio_se, tangential_ratio, tangential_ratio_se, radial_p, tangential_p;
    double top_weight_ratio, top_weight_ratio_se;   /* critical: mean p_(1) over its limit */
    double deficit_ratio, deficit_ratio_se;         /* supercritical: E[1 - p_(1)] over a log 2 */
    double log_deficit_ratio, log_deficit_ratio_se; /* -E log(1 - p_(1))/(beta E[x_2 - x_1]) */
};

/* All points of one regime. */
struct attention_part {
    size_t points, left_out; /* left out of chi squares: no exact values that are as good as the rows */
    double bias_chi_square, bias_freedom, bias_p; /* against exact values */
    double tangential_chi_square, tangential_freedom, tangential_p;
    double weight_sigma, weight_p;     /* the largest of all, with the p-value of a largest of so many */
    double identity_sigma, identity_p; /* likewise */
    enum verdict_kind kind;
    char sentence[WORDS_LINE];
};

struct attention {
    double dimension;
    size_t count;
    struct attention_point *point; /* [lengths][betas] */
    struct attention_part part[ATTENTION_REGIMES];
    char central_limit[WORDS_LINE]; /* from which n_eff on the output is Gaussian; "" where n_eff < 1 */
    double covariance_sigma; /* of V ATT against V (st I + (sr - st) q q^T) V^T, sr and st as measured */
    double matrix_sigma;     /* largest |mean of V ATT - V mean ATT| in standard errors */
};

/* An empty one for a series without an output. False when out of memory. */
bool attention_make(struct attention *attention, const struct results_series *series);
void attention_release(struct attention *attention);

#endif
