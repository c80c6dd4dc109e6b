/* sphere_curves: what theory says of keys on a sphere (THEORY 6) along a series' betas, as lines for figures.
 * Pure numbers.
 *
 * kappa = (d-1)/2; lambda = beta/n^(1/kappa), the inverse temperature in units of the critical scale, in
 * whose terms everything has a limit as n -> inf. Series with an output only. */
#ifndef GAPSCALE_ANALYSIS_SPHERE_SPHERE_CURVES_H
#define GAPSCALE_ANALYSIS_SPHERE_SPHERE_CURVES_H

#include "sim/results/results.h"

/* log lambda of the b-th beta at the n-th n; finite where n is not. */
double sphere_curve_log_lambda(const struct results_series *series, size_t n, size_t b);

/* Exact means at one n: at the series' betas what its file holds, at others between them, so that no two are
 * further apart than the whole over `pieces` in log beta, what models/oracle/oracle.h computes. Nothing is
 * put beside a beta whose exact value is not known. */
struct sphere_curve {
    size_t count, columns;
    double *log_lambda; /* (count) */
    double *value;      /* (count, columns) */
};
/* Columns E[1 - <q,ATT>] and E|ATT_tan|^2: about a millisecond a beta between. Free with
 * sphere_curve_release, as the other. */
struct sphere_curve sphere_curve_output(const struct results_series *series, size_t n, size_t pieces);
/* Columns E p_(1), .., E p_(ranks) with ranks <= those of the series: about ten milliseconds. */
struct sphere_curve sphere_curve_weights(const struct results_series *series, size_t n, size_t pieces,
                                         size_t ranks);
void sphere_curve_release(struct sphere_curve *curve);

/* log lambda at the n-th n where many keys turn into a few, and a few into one, as attention.h tells regimes
 * apart: by n_eff = n/rho, and by the measured participation. */
struct sphere_curve_regimes {
    double many, one;
};
struct sphere_curve_regimes sphere_curve_regimes(const struct results_series *series, size_t n);

/* n -> inf: log of beta E[1 - <q,ATT>] and of beta E|ATT_tan|^2,
 *
 *     many keys  kappa and kappa (lambda/(2 C^(1/kappa)))^kappa/Gamma(kappa + 1)     (lambda -> 0)
 *     one key    lambda Gamma(1 + 1/kappa)/C^(1/kappa) and twice that               (lambda -> inf)
 *
 * where P(T <= t) ~ C t^kappa: kappa and rho/n times it, beta E T_(1) and beta E 2 T_(1). */
struct sphere_curve_limit {
    double log_bias, log_tangential;
};
struct sphere_curve_limit sphere_curve_many(const struct results_series *series, double log_lambda);
struct sphere_curve_limit sphere_curve_one(const struct results_series *series, double log_lambda);

/* E p_(1) as n -> inf (models/oracle/limits.h): a few milliseconds. */
double sphere_curve_top_weight(const struct results_series *series, double log_lambda);

#endif
