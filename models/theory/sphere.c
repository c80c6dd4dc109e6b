/* Ratios of Bessel functions. From beta = kappa^2 on, E_beta[T] = M(kappa, 2 kappa + 1, z)/M(kappa, 2 kappa,
 * z), z = 2 beta, with Kummer's M and its asymptotic series M(a, b, z) ~ Gamma(b)/Gamma(a) e^z z^(a-b)
 * 2F0(b-a, 1-a; 1/z) (Abramowitz & Stegun 13.5.1), whose terms fall at once. Else r_nu = I_{nu+1}/I_nu = 1/(2
 * (nu+1)/beta + r_{nu+1}) downwards, from an order so high that what was wrong there is forgotten (Gautschi
 * 1967); r' follows a recurrence of its own, and so does 1 - r once r has passed 1/2; there r itself must be
 * taken from it: errors of r change sign with every step, in resonance with those of 1 - r.
 *
 * log Z is its power series while Z < e^600, and Debye's expansion (A & S 9.7.7) above, in powers of
 * 1/sqrt(nu^2 + beta^2) < 1/300. */
#include "models/theory/sphere.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdbool.h>

#include "models/numeric/root.h"

/* r = I_{nu+1}/I_nu at x. */
struct ratio {
    double r, bias, slope; /* 1 - r and dr/dx */
};

/* ---- ratios ---- */

/* 2F0(a, b; 1/z), and the mean of the index k over its terms. */
struct series {
    double sum, mean_index;
};

static struct series asymptotic_series(double a, double b, double z) {
    double term = 1, sum = 1, weighted = 0;
    for (int k = 0; fabs(term) > 1e-18 * fabs(sum); k++) {
        term *= (a + k) * (b + k) / ((k + 1) * z);
        sum += term;
        weighted += (k + 1) * term;
    }
    return (struct series){sum, weighted / sum};
}

static struct ratio ratio_asymptotic(double kappa, double x) {
    struct series above = asymptotic_series(kappa + 1, 1 - kappa, 2 * x);
    struct series below = asymptotic_series(kappa, 1 - kappa, 2 * x);
    double bias = kappa / x * above.sum / below.sum;
    return (struct ratio){1 - bias, bias, bias / x * (1 + above.mean_index - below.mean_index)};
}

/* A lower bound, close for large orders (Amos 1974). */
static double ratio_bound(double nu, double x) { return x / (nu + 0.5 + hypot(nu + 1.5, x)); }

/* Steps are counted, not orders, whose differences are not whole. */
static struct ratio ratio_recurrence(double nu, double x) {
    const double forgotten = 1e-22;
    double memory = 1;
    long above = 0;
    for (; memory > forgotten; above++) {
        double r = ratio_bound(nu + (double)above, x);
        memory *= r * r;
    }
    const double order = nu + (double)above;
    double r = ratio_bound(order, x), bias = 1 - r;
    double slope = 1 - r * r - (2 * order + 1) * r / x;
    for (long k = above; k > 0; k--) {
        double twice = 2 * (nu + (double)k), c = twice / x;
        double inverse = c + (bias < 0.5 ? 1 - bias : r);
        bias = bias < 0.5 ? (c - bias) / inverse : 1 - 1 / inverse;
        r = 1 / inverse;
        slope = r / x * (r / x) * (twice - x * x * slope);
    }
    return (struct ratio){r, bias, slope};
}

static struct ratio ratio_at(double nu, double x) {
    const double series_least = 25; /* exp(-2 x) is what the series leaves out */
    double kappa = nu + 0.5;
    return x >= fmax(series_least, kappa * kappa) ? ratio_asymptotic(kappa, x) : ratio_recurrence(nu, x);
}

static struct ratio ratio_of(double d, double beta) { return ratio_at(0.5 * d - 1, beta); }

double sphere_overlap(double d, double beta) { return ratio_of(d, beta).r; }
double sphere_bias(double d, double beta) { return ratio_of(d, beta).bias; }
double sphere_overlap_slope(double d, double beta) { return ratio_of(d, beta).slope; }

/* ---- log Z ---- */

static bool series_is_short(double d, double beta) { return beta <= 300 || beta * beta <= 1200 * d; }

/* log Z from Z = sum_k (beta^2/4)^k/(k! (d/2)_k). */
static double log_z_series(double d, double beta) {
    double quarter = 0.25 * beta * beta, term = 1, sum = 0;
    for (double k = 0; term > 1e-18 * (1 + sum); k++) {
        term *= quarter / ((k + 1) * (0.5 * d + k));
        sum += term;
    }
    return log1p(sum);
}

/* log(1 + sum_k u_k(p)/nu^k), as powers of 1/radius = p/nu. */
static double log_debye_sum(double p2, double radius) {
    double u1 = (3 - 5 * p2) / 24;
    double u2 = (81 + p2 * (-462 + p2 * 385)) / 1152;
    double u3 = (30375 + p2 * (-369603 + p2 * (765765 - p2 * 425425))) / 414720;
    double u4 =
        (4465125 + p2 * (-94121676 + p2 * (349922430 + p2 * (-446185740 + p2 * 185910725)))) / 39813120;
    double u5 =
        (1519035525 +
         p2 * (-49286948607 +
               p2 * (284499769554 + p2 * (-614135872350 + p2 * (566098157625 - p2 * 188699385875))))) /
        6688604160;
    double y = 1 / radius;
    return log1p(y * (u1 + y * (u2 + y * (u3 + y * (u4 + y * u5)))));
}

/* log Gamma(nu + 1) - nu log nu + nu. */
static double log_factorial_rest(double nu) {
    if (nu < 10) { return gsl_sf_lngamma(nu + 1) - (nu > 0 ? nu * log(nu) : 0) + nu; }
    return 0.5 * log(2 * M_PI * nu) + log(gsl_sf_gammastar(nu));
}

static double log_partition_debye(double d, double beta) {
    double nu = 0.5 * d - 1, radius = hypot(nu, beta), p = nu / radius;
    double rest = log_factorial_rest(nu) - nu + nu * (nu / (radius + beta));
    double turn = nu > 0 ? nu * (log(2 * p) - log1p(p)) : 0;
    return rest + turn - 0.5 * log(2 * M_PI * radius) + log_debye_sum(p * p, radius);
}

double sphere_log_partition(double d, double beta) {
    return series_is_short(d, beta) ? log_z_series(d, beta) - beta : log_partition_debye(d, beta);
}

/* Concentration c is as if beta began at c: Z(beta + c)/Z(c) in the place of Z(beta). */
double sphere_log_rho(double d, double c, double beta) {
    double once = beta + c, twice = 2 * beta + c;
    if (series_is_short(d, twice)) {
        return log_z_series(d, twice) - 2 * log_z_series(d, once) + log_z_series(d, c);
    }
    double at_zero = c > 0 ? sphere_log_partition(d, c) : 0;
    return sphere_log_partition(d, twice) - 2 * sphere_log_partition(d, once) + at_zero;
}

/* ---- n keys ---- */

/* (rho - 1)/n. */
static double rho_excess(double log_rho, double log_n) {
    if (log_rho < 1) { return expm1(log_rho) * exp(-log_n); }
    return exp(log_rho - log_n) - exp(-log_n);
}

void sphere_subcritical(double d, double c, double beta, double log_n, struct sphere_subcritical *out) {
    struct ratio one = ratio_of(d, beta + c), two = ratio_of(d, 2 * beta + c);
    double log_rho = sphere_log_rho(d, c, beta), share = exp(log_rho - log_n),
           difference = one.bias - two.bias, log_z = sphere_log_partition(d, beta + c);
    if (c > 0) { log_z -= sphere_log_partition(d, c); }
    out->bias = one.bias + share * difference;
    out->radial_variance = share * (two.slope + difference * difference);
    out->tangential_variance = share * two.r / (2 * beta + c);
    out->entropy =
        log_n + beta * one.bias + log_z - 0.5 * rho_excess(log_rho, log_n) + beta * share * difference;
    out->participation = share;
    out->log_participation = log_rho - log_n;
}

/* log log rho; log rho may be rounding alone. */
static double log_log_rho(double d, double c, double beta) {
    return log(fmax(sphere_log_rho(d, c, beta), 1e-300));
}

double sphere_beta_of_n_eff(double d, double c, double log_n, double n_eff) {
    const double log_low = -690, log_high = 688; /* 1e-299.7, 1e298.8 */
    double target = log_n - log(n_eff);
    if (!(n_eff > 0 && target > 0)) { return NAN; }
    double log_target = log(target);
    /* rho <= exp(beta^2/d), so the root is above sqrt(d target). */
    double low = fmax(log_low, 0.5 * (log(d) + log_target)), high = low, at_high = -1;
    double at_low = fmin(0, log_log_rho(d, c, exp(low)) - log_target);
    while (high < log_high && !(at_high >= 0)) {
        high = fmin(log_high, high + 1 + 0.5 * fabs(high - low));
        at_high = log_log_rho(d, c, exp(high)) - log_target;
    }
    if (!(at_high >= 0)) { return INFINITY; }
    struct root root = {.low = low, .high = high, .at_low = at_low, .at_high = at_high};
    double x = low;
    for (int i = 0; i < 200 && at_low < 0; i++) {
        double next = root_guess(&root), value = log_log_rho(d, c, exp(next)) - log_target;
        bool settled = fabs(next - x) <= 1e-15 * fmax(1, fabs(next)) || value == 0;
        x = next;
        if (settled) { break; }
        root_narrow(&root, next, value);
    }
    return exp(x);
}

/* ---- growth of modes ---- */

/* The l-th mode at x: `through` = I_{nu+l}/I_nu is what Z's average of the mode is over Z; `slope` is the
 * derivative of Z * through, over Z. */
struct mode {
    double through, slope;
};

static struct mode mode_at(double d, double x, unsigned l) {
    double nu = 0.5 * d - 1, r = ratio_at(nu + l, x).r, top = r, through = 1;
    for (double k = l; k > 0; k--) {
        r = 1 / (2 * (nu + k) / x + r);
        through *= r;
    }
    return (struct mode){through, through * (top + l / x)};
}

/* The step is x + u, u = q N_t/(p S + q N_r), with p + q = 1 and sums over keys of the weights w = exp(beta
 * s): S of w, N_r of w s, N_t of w times the key's tangential part. Keys have the density 1 + eps Y, Y the
 * mode, L = l (l + d - 2) its eigenvalue. All that follows is divided by Z or Z(2 beta):
 *
 *     E N_t = (eps/beta) through grad Y,    E u to 1/n by the expansion of a ratio of sums,
 *     E Y((x + u)/|x + u|) = Y + (1 - (L + 2) C/2) grad Y . E u + Hess Y : E[u u]/2,
 *
 * C the variance of u in each direction. E[u u] at order eps has three parts: the density of the queries,
 * that of the keys in the denominator, and that of the keys in the numerator, int Hess Y : E[w^2 k k Y], with
 * |Hess Y|^2 -> L^2 - (d-2) L (Bochner). */
double sphere_mode_growth_finite(double d, double beta, double log_n, double tau, unsigned l) {
    if (l == 0) { return 1; }
    double q = isfinite(tau) ? tau / (1 + tau) : 1, p = isfinite(tau) ? 1 / (1 + tau) : 0;
    double eigenvalue = l * (l + d - 2), overlap = ratio_of(d, beta).r, denominator = p + q * overlap;
    struct mode one = mode_at(d, beta, l);
    double drift = q * one.through / (beta * denominator);
    if (!(log_n < INFINITY)) { return 1 + eigenvalue * drift; }

    double beta2 = 2 * beta, share = exp(sphere_log_rho(d, 0, beta) - log_n);
    struct ratio two = ratio_of(d, beta2);
    struct mode mode2 = mode_at(d, beta2, l);
    double self = exp(-log_n - sphere_log_partition(d, beta)) / denominator;
    double along = p * mode2.through + q * (mode2.slope - mode2.through / beta2);
    double covariance = along / (2 * one.through * denominator);
    double variance = p * p + 2 * p * q * two.r + q * q * (two.slope + two.r * two.r);
    double ratio_bias = share * (variance / (denominator * denominator) - covariance);

    double squared = share * q * q / (denominator * denominator * beta2);
    double queries = -0.5 * two.r, below = two.r * (p * one.through + q * one.slope) / denominator;
    double above = 0.5 * (mode2.through * (eigenvalue - d + 2) / beta2 - mode2.slope);
    double spread = 0.5 * (eigenvalue + 2) * squared * two.r;
    return 1 + eigenvalue * (drift * (1 - self + ratio_bias - spread) + squared * (queries + below + above));
}

double sphere_harmonic(double d, unsigned l, double s) {
    double before = 1, value = l > 0 ? s : 1;
    for (unsigned k = 1; k < l; k++) {
        double next = ((2 * k + d - 2) * s * value - k * before) / (k + d - 2);
        before = value;
        value = next;
    }
    return value;
}

double sphere_harmonic_count(double d, unsigned l) {
    double count = l > 0 ? (2 * l + d - 2) / l : 1;
    for (unsigned k = 1; k < l; k++) { count *= (d - 2 + k) / k; }
    return count;
}

/* ---- mixtures of von Mises-Fisher's laws ---- */

/* One component seen from a query. */
struct pull {
    double log_mass; /* log M - beta */
    double radius;   /* R */
};

/* |q -+ mean|^2/2 = 1 -+ cos. */
static double half_square(const struct sphere_mixture *keys, size_t k, const double *query, double sign) {
    double sum = 0;
    for (size_t i = 0; i < keys->dimension; i++) {
        double x = query[i] + sign * keys->component[k].mean[i];
        sum += 0.5 * x * x;
    }
    return sum;
}

/* R - beta - c = -2 beta c (1 - cos)/(R + beta + c): nothing cancels. */
static struct pull pull_of(const struct sphere_mixture *keys, size_t k, double beta, const double *query) {
    const struct sphere_component *law = &keys->component[k];
    double d = (double)keys->dimension, c = law->concentration;
    double near = half_square(keys, k, query, -1), far = half_square(keys, k, query, 1);
    double radius = hypot(beta - c, M_SQRT2 * sqrt(beta) * sqrt(c) * sqrt(far)), sum = radius + beta + c;
    double lost = sum > 0 ? 2 * c * near * (beta / sum) : 0;
    double log_z = sphere_log_partition(d, radius) - sphere_log_partition(d, c);
    return (struct pull){log(law->share) + log_z - lost, radius};
}

/* log sum_k M_k - beta. */
static double log_total(const struct sphere_mixture *keys, double beta, const double *query) {
    double largest = -INFINITY, sum = 0;
    for (size_t k = 0; k < keys->count; k++) {
        largest = fmax(largest, pull_of(keys, k, beta, query).log_mass);
    }
    for (size_t k = 0; k < keys->count; k++) { sum += exp(pull_of(keys, k, beta, query).log_mass - largest); }
    return largest + log(sum);
}

/* M_k A(R_k)/R_k over the sum of all M. */
static double strength(const struct sphere_mixture *keys, size_t k, double beta, const double *query,
                       double total) {
    struct pull pull = pull_of(keys, k, beta, query);
    double d = (double)keys->dimension;
    double factor = pull.radius > 0 ? sphere_overlap(d, pull.radius) / pull.radius : 1 / d;
    return exp(pull.log_mass - total) * factor;
}

double sphere_mixture_log_rho(const struct sphere_mixture *keys, double beta, const double *query) {
    double shares = 0;
    for (size_t k = 0; k < keys->count; k++) { shares += keys->component[k].share; }
    return log_total(keys, 2 * beta, query) - 2 * log_total(keys, beta, query) + log(shares);
}

double sphere_mixture_output_finite(const struct sphere_mixture *keys, double beta, const double *query,
                                    double log_n, double *along) {
    double share = exp(sphere_mixture_log_rho(keys, beta, query) - log_n);
    double once = log_total(keys, beta, query), twice = log_total(keys, 2 * beta, query), along_query = 0;
    for (size_t k = 0; k < keys->count; k++) {
        double s = strength(keys, k, beta, query, once), s2 = strength(keys, k, 2 * beta, query, twice);
        along_query += s * beta - share * (s2 * 2 * beta - s * beta);
        along[k] = (s - share * (s2 - s)) * keys->component[k].concentration;
    }
    return along_query;
}

double sphere_mixture_output(const struct sphere_mixture *keys, double beta, const double *query,
                             double *along) {
    return sphere_mixture_output_finite(keys, beta, query, INFINITY, along);
}

void sphere_mixture_gradient(const struct sphere_mixture *keys, const double *query, double *along) {
    double total = 0, largest = -INFINITY;
    for (size_t k = 0; k < keys->count; k++) {
        const struct sphere_component *law = &keys->component[k];
        along[k] = log(law->share) - law->concentration * half_square(keys, k, query, -1) -
                   sphere_log_partition((double)keys->dimension, law->concentration);
        largest = fmax(largest, along[k]);
    }
    for (size_t k = 0; k < keys->count; k++) { total += along[k] = exp(along[k] - largest); }
    for (size_t k = 0; k < keys->count; k++) { along[k] *= keys->component[k].concentration / total; }
}
