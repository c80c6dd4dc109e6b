/* limits: the laws that a row's observables converge to as n -> inf, without free parameters (THEORY 5).
 *
 * Units: beta and Lambda in units of Lambda^typ (typical.h), entropies in nats. Gamma_1 < Gamma_2 < ... are
 * the points of a unit-rate Poisson process, gamma is Euler's constant. Pure functions, any thread; GSL's
 * error handler must be off. Arguments outside the stated range give NaN, and so does memory that is out.
 *
 * Gumbel class: Lambda^typ (s_(1) - s_(k)) -> log(Gamma_k/Gamma_1).
 * Weibull class, endpoint exponent kappa: (s_max - s_(k)) Lambda^typ -> kappa Gamma_k^(1/kappa). With
 * P(s_max - S <= t) ~ C t^kappa, Lambda^typ ~ kappa (C n)^(1/kappa). kappa -> inf is the Gumbel class. */
#ifndef GAPSCALE_MODELS_ORACLE_LIMITS_H
#define GAPSCALE_MODELS_ORACLE_LIMITS_H

#include "models/oracle/oracle.h"

/* ---- Gumbel class at beta = ratio Lambda^typ: weights are Poisson-Dirichlet(1/ratio, 0), ratio > 1 ---- */

/* E H = digamma(1) - digamma(1 - 1/ratio), to rounding; E Y_2 = 1 - 1/ratio. */
double limits_pd_entropy(double ratio);

/* The ratio with E H = threshold from 1e-220 to 1e13 (relative error 3e-14), and with E Y_2 = threshold in
 * (0, 1). */
double limits_pd_collapse_entropy(double threshold);
double limits_pd_collapse_participation(double threshold);

/* Where the sup of Lambda^typ is over the whole row and n f(s*) = shape Lambda^typ with shape < 1 (stretched
 * with power p < 1: shape = p), constants and quantiles of the Gumbel class become max(1, shape x). */
double limits_slow_gumbel(double shape, double constant);

/* ---- Weibull class at beta = ratio Lambda^typ: weights e^-y over a Poisson process ---- */

/* The process has mean measure M(y) = m y^kappa with m = (kappa ratio)^-kappa = C lambda^-kappa for beta =
 * lambda n^(1/kappa). kappa > 0, ratio > 0; a few milliseconds. Relative to quadratures of that process off
 * by less than 1e-10 where the value is above 1e-3 (kappa from 0.05 to 500), and with the errors that the
 * oracle states; the gap is that of the largest key. */
struct oracle_point limits_weibull_at(double kappa, double ratio);

/* The ratio with E H = threshold in (0, 2e5), and with E Y_2 = threshold in (0, 1). Relative error 1e-10
 * where thresholds are above 1e-3 and the ratio below 1000; NaN where it may be more than 1e-3. About 50 ms.
 */
double limits_weibull_collapse_entropy(double kappa, double threshold);
double limits_weibull_collapse_participation(double kappa, double threshold);

/* a with E[1 - Y_2] ~ a, E[1 - p_(1)] ~ a log 2 and E H ~ a pi^2/6 as ratio -> inf, for kappa > 1/2: rows
 * with a near-tie at the top. a = Gamma(2 - 1/kappa)/ratio. */
double limits_weibull_near_ties(double kappa, double ratio);

/* ---- Lambda_n/Lambda^typ ----
 *
 * Crossings are followed up to k = 4096 and bounded beyond. Quantiles, of probabilities in (0, 1), have the
 * errors of the cdf (NaN where it is) and take 2 to 30 ms at the median, up to a second near z = 1; that of
 * the Gumbel class is at hand. */

/* Gumbel class: L = sup_{k>=2} log k/log(Gamma_k/Gamma_1), L >= 1, P(L = 1) = 1/e. Absolute error below 2e-10
 * for z >= 1.1, 1e-7 at 1.03, 5e-5 anywhere. */
double limits_gumbel_lambda_cdf(double z);
double limits_gumbel_lambda_quantile(double probability);

/* Weibull class: sup_{k>=2} log k/(kappa (Gamma_k^(1/kappa) - Gamma_1^(1/kappa))). Absolute error below 1e-9
 * for kappa <= 10 and cdf >= 0.05; NaN where more than 2e-3 is in doubt (kappa > 15 and z < 0.7, say). */
double limits_weibull_lambda_cdf(double kappa, double z);
double limits_weibull_lambda_quantile(double kappa, double probability);

/* ---- which law a family has ---- */

enum limits_law {
    LIMITS_NONE, /* nor of families whose rows differ in scale, or scores with distance */
    LIMITS_GUMBEL,
    LIMITS_SLOW_GUMBEL, /* the sup of Lambda^typ is over the whole row: stretched with power < 1 */
    LIMITS_WEIBULL,
    LIMITS_FRECHET,
};

/* NaN: there is no such constant. */
struct limits {
    enum limits_law law;
    double exponent;               /* kappa (Weibull), tail index (Frechet), shape (slow Gumbel) */
    double collapse_entropy;       /* beta/Lambda^typ with E H = 1 */
    double collapse_participation; /* beta/Lambda^typ with E Y_2 = 1/2 */
    double lambda[3];              /* quantiles 0.05, 0.5, 0.95 of Lambda_n/Lambda^typ */
};

/* log_n in (0, 1e6]. Exponents are local, from the slope of the log hazard at V = 1/n: the gaps of a row near
 * its typical maximum are those of that exponent. The law and its exponent alone, at once; the rest is NaN.
 */
struct limits limits_law_of(const struct family *family, const double *p, double log_n);
/* With all of it. Up to a second; Gumbel class 50 ms, Frechet nothing. */
struct limits limits_of(const struct family *family, const double *p, double log_n);

/* Of a law and its exponent: beta/Lambda^typ where E H or E Y_2 is `threshold`, and quantiles of
 * Lambda_n/Lambda^typ, which cost most (Frechet: -> Gamma_1^(1/index), since the other scores are 0 beside
 * the largest). NaN: there is none. */
double limits_collapse_entropy(const struct limits *law, double threshold);
double limits_collapse_participation(const struct limits *law, double threshold);
double limits_lambda_quantile(const struct limits *law, double probability);

#endif
