/* sphere: closed forms for attention over keys on the unit sphere S^{d-1}, query a unit vector, value matrix
 * the identity (THEORY 6; arXiv:2605.08505). Pure; any thread.
 *
 * s = <q, k>, T = 1 - s, kappa = (d-1)/2, nu = d/2 - 1. For uniform keys
 *     Z(beta) = E exp(beta s) = Gamma(d/2) (2/beta)^nu I_nu(beta),  A = (log Z)' = I_{nu+1}/I_nu = E_beta[s].
 * Everywhere d >= 2 real, 0 < beta <= 1e300, to 1e-12 relative for d <= 1e4 unless said otherwise. */
#ifndef GAPSCALE_MODELS_THEORY_SPHERE_H
#define GAPSCALE_MODELS_THEORY_SPHERE_H

#include <stddef.h>

/* A(beta): the part of the attention output along the query, n -> inf. In (0, 1]. */
double sphere_overlap(double d, double beta);
/* 1 - A(beta), without cancellation. */
double sphere_bias(double d, double beta);
/* A'(beta) = 1 - A^2 - (d-1) A/beta, without cancellation: the variance of s under the weights. */
double sphere_overlap_slope(double d, double beta);
/* log Z(beta) - beta <= 0, relative to the largest score. */
double sphere_log_partition(double d, double beta);
/* From here on, where an argument is c, keys are of von Mises-Fisher's law around the query, of density
 * e^{c s}/Z(c) over that of uniform keys, 0 <= c <= 1e6: beta begins at c, so to speak, since E exp(beta s) =
 * Z(beta + c)/Z(c). c = 0: uniform keys. Logarithms of Z's ratios are then good to 1e-14 d absolutely, or
 * relatively where that is less. */

/* log rho, rho = Z(2 beta + c) Z(c)/Z(beta + c)^2 >= 1; n/rho keys share the weight. beta <= 5e299. */
double sphere_log_rho(double d, double c, double beta);

/* n keys below the critical scale: means to O(1/n), variances to leading order. Good while n/rho is large. A
 * is short for A(beta + c), log Z for log Z(beta + c) - log Z(c), and 2 beta for 2 beta + c below. */
struct sphere_subcritical {
    double bias;                /* E[1 - <q, ATT>] = 1 - A + (rho/n) D, D = A(2 beta) - A(beta) */
    double radial_variance;     /* of <q, ATT>: (rho/n) (A'(2 beta) + D^2) */
    double tangential_variance; /* per direction: (rho/n) A(2 beta)/(2 beta) */
    double entropy;             /* nats: log n - (beta A - log Z) - (rho - 1)/(2n) + beta (rho/n) D */
    double participation;       /* E Y_2 to leading order: rho/n */
    double log_participation;   /* its logarithm, also where that underflows */
};
void sphere_subcritical(double d, double c, double beta, double log_n, struct sphere_subcritical *out);

/* The beta with n/rho(beta) = n_eff. NaN unless 0 < n_eff < n; inf where it would pass 1e299. */
double sphere_beta_of_n_eff(double d, double c, double log_n, double n_eff);

/* Tokens are keys and queries at once, x -> ATT/|ATT|: the factor by which the l-th spherical harmonic of
 * their density grows in one step, to first order in its amplitude, n -> inf (the heat equation backwards):
 *     G_l = 1 + (l (l + d - 2)/beta) I_{nu+l}(beta)/I_{nu+1}(beta).   Time O(l).
 * Here for the step x -> (x + tau ATT)/|x + tau ATT|, 0 < tau <= inf (inf: ATT/|ATT|), averaged over n
 * independent tokens, self key included, to O(1/n). Exact in l and beta at that order: with N_eff =
 * n Z(beta) exp(-beta) the self key dilutes the drift by 1/N_eff, the fluctuating normalisation and the
 * scatter of the tokens are of relative order rho/n. For beta >> l^2 and tau = inf, G_l - 1 shrinks by
 * (1 - 2^{-kappa-1})/N_eff. log_n = inf leaves
 *     1 + (G_l - 1) tau A/(1 + tau A).
 * Good while its correction is small; beta >= 1e-6 at finite n. */
double sphere_mode_growth_finite(double d, double beta, double log_n, double tau, unsigned l);

/* The zonal harmonic of degree l at s = <x, axis>, 1 at s = 1: cos(l theta) on the circle, Legendre's
 * polynomial for d = 3, else Gegenbauer's. |s| <= 1; absolute error about l 2^-53. */
double sphere_harmonic(double d, unsigned l, double s);
/* How many independent harmonics of degree l there are; the mean square of sphere_harmonic is its inverse. */
double sphere_harmonic_count(double d, unsigned l);

/* Keys of a mixture of von Mises-Fisher laws on S^{d-1}: density proportional to sum_k share_k exp(c_k
 * <mean_k, x>)/Z(c_k), c_k the concentration. Shares > 0, to any sum in the range of a double; 0 <= c_k <=
 * 1e6; means and queries are unit vectors to rounding. beta from 0 to 1e300 (4e299 for what is called finite,
 * and for rho). */
struct sphere_component {
    double share, concentration;
    const double *mean;
};
struct sphere_mixture {
    size_t dimension, count;
    const struct sphere_component *component;
};

/* n -> inf: ATT(q) = along_query q + sum_k along[k] mean_k. With R_k = |beta q + c_k mean_k| and M_k =
 * share_k Z(R_k)/Z(c_k), the mass of component k under the weights, ATT = sum_k M_k A(R_k) (beta q + c_k
 * mean_k)/R_k / sum_k M_k. Returns along_query. What is across q keeps its digits however large beta is. beta
 * = 0: the mean of the keys. */
double sphere_mixture_output(const struct sphere_mixture *keys, double beta, const double *query,
                             double *along);
/* The same as the mean over n independent keys, to O(1/n): ATT - (rho/n) (ATT(2 beta) - ATT). Good while
 * rho/n is small; where rho/n is beyond a double, NaN or infinite. */
double sphere_mixture_output_finite(const struct sphere_mixture *keys, double beta, const double *query,
                                    double log_n, double *along);
/* log rho, rho = E e^{2 beta s}/(E e^{beta s})^2 over those keys. */
double sphere_mixture_log_rho(const struct sphere_mixture *keys, double beta, const double *query);
/* The gradient of log density at q on the sphere is what is across q of sum_k along[k] mean_k: beta times the
 * output's part across q, as beta -> inf. */
void sphere_mixture_gradient(const struct sphere_mixture *keys, const double *query, double *along);

#endif
