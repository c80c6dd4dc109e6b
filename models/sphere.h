/* sphere: attention among keys uniform on the unit sphere in d dimensions, where the number of keys is large
 * (Bruno, Chen, Lin, Polyanskiy & Rigollet, arXiv:2605.08505; THEORY 7).
 *
 * T = 1 - <q,k> has T/2 ~ Beta(kappa, kappa), kappa = (d-1)/2; Z(beta) = E e^{beta (1-T)} = Gamma(d/2)
 * (2/beta)^nu I_nu(beta), nu = d/2 - 1; A = I_{d/2}/I_{d/2-1} is the mean of 1 - T under weights e^{-beta T}.
 * Any real d >= 2, beta in (0, 1e300]. Pure functions; relative accuracy 1e-12 unless said. Invalid arguments
 * give NaN. */
#ifndef GAPSCALE_MODELS_SPHERE_H
#define GAPSCALE_MODELS_SPHERE_H

double sphere_overlap(double d, double beta);       /* A */
double sphere_bias(double d, double beta);          /* 1 - A */
double sphere_log_partition(double d, double beta); /* log Z - beta; absolute accuracy 1e-12 */
double sphere_log_rho(double d, double beta);       /* log(Z(2 beta)/Z(beta)^2): n/rho keys take part */

/* To order 1/n: means of 1 - <q,ATT> and H, variances of <q,ATT> and of one component across, E Y_2 = rho/n.
 * n may overflow. */
struct sphere_subcritical {
    double bias, radial_variance, tangential_variance, entropy, participation;
};
void sphere_subcritical(double d, double beta, double log_n, struct sphere_subcritical *out);

/* beta with n/rho(beta) = n_eff; NaN unless 0 < n_eff < n. */
double sphere_beta_of_n_eff(double d, double log_n, double n_eff);

/* G_l = 1 + (l(l+d-2)/beta) I_{nu+l}(beta)/I_{nu+1}(beta), l >= 1: what one step x -> ATT/|ATT| of every
 * token multiplies the l-th spherical harmonic of a nearly uniform density by. */
double sphere_mode_growth(double d, double beta, unsigned l);
/* The same for n random tokens, to order 1/N_eff, N_eff = n Z(beta) e^{-beta}, at large beta: G - 1 shrinks
 * by (1 - 2^{-kappa
 * - 2})/N_eff. */
double sphere_mode_growth_finite(double d, double beta, unsigned l, double log_n);

/* ATT at a query q among many von Mises-Fisher keys, of density ~ e^{c <mu,k>}: A(R) (beta q + c mu)/R, R =
 * |beta q + c mu|, for <q,mu> = cosine: its coefficients of q and mu. And the log of the keys' mean weight E
 * e^{beta <q,k>} - beta. */
struct sphere_attention {
    double along_query, along_mean, log_weight;
};
struct sphere_attention sphere_von_mises_fisher(double d, double beta, double concentration, double cosine);

#endif
