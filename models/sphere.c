/* In the logit y of T/2 the weights e^{-beta T} times the law of T are e^{-2 beta sigma} (sigma
 * (1-sigma))^kappa dy, sigma = 1/(1+e^{-y}): analytic in |Im y| < pi and falling off like e^{-kappa |y|}, so
 * that the trapezoidal rule converges like e^{-pi^2/h}. Sums have positive terms only: small means keep their
 * relative accuracy. */
#include "sphere.h"

#include <math.h>
#include <stdbool.h>

#include "root.h"

static const double LARGEST = 708; /* log of a beta */
static const double DEEPEST = 42;  /* e^-42 of the peak is nothing */

/* Under weights e^{-beta T}: log of their integral (not normalised), means of T and T(2-T), variance of T. */
struct moments {
    double log_sum, depth, chord, variance;
};

struct sums {
    double one, depth, square, chord; /* of w, w T, w (T - T_0)^2, w T(2-T) */
};

struct weight {
    double kappa, beta, peak, depth; /* log of the largest weight, T there */
};

static double log_weight(double kappa, double beta, double y) {
    double e = exp(-fabs(y)), sigma = y > 0 ? 1 / (1 + e) : e / (1 + e);
    return -kappa * (fabs(y) + 2 * log1p(e)) - 2 * beta * sigma;
}

/* False where nothing is left. */
static bool add(const struct weight *w, double y, struct sums *s) {
    double e = exp(-fabs(y)), small = e / (1 + e), depth = y > 0 ? 2 / (1 + e) : 2 * small,
           exponent = log_weight(w->kappa, w->beta, y) - w->peak;
    if (exponent < -DEEPEST) { return false; }
    double weight = exp(exponent), from = depth - w->depth;
    s->one += weight;
    s->depth += weight * depth;
    s->square += weight * from * from;
    s->chord += weight * 4 * small / (1 + e);
    return true;
}

static struct moments moments_of(double d, double beta) {
    double kappa = (d - 1) / 2, sigma = kappa / (kappa + beta + hypot(kappa, beta)),
           middle = log(sigma / (1 - sigma)),
           curvature = 2 * sigma * (1 - sigma) * (kappa + beta * (1 - 2 * sigma)),
           step = fmin(0.25, 0.45 / sqrt(curvature));
    struct weight w = {kappa, beta, log_weight(kappa, beta, middle), 2 * sigma};
    struct sums s = {0};
    if (!(d >= 2 && beta >= 0 && isfinite(beta))) { return (struct moments){NAN, NAN, NAN, NAN}; }
    add(&w, middle, &s);
    for (int k = 1; add(&w, middle + k * step, &s); k++) {}
    for (int k = 1; add(&w, middle - k * step, &s); k++) {}
    double depth = s.depth / s.one, off = depth - w.depth;
    return (struct moments){.log_sum = w.peak + log(s.one * step),
                            .depth = depth,
                            .chord = s.chord / s.one,
                            .variance = s.square / s.one - off * off};
}

static double normalised(double d, const struct moments *m) { return m->log_sum - moments_of(d, 0).log_sum; }

double sphere_bias(double d, double beta) { return moments_of(d, beta).depth; }

/* A = beta E[T(2-T)]/(d-1), by parts. */
double sphere_overlap(double d, double beta) {
    struct moments m = moments_of(d, beta);
    return m.depth < 0.5 ? 1 - m.depth : beta * m.chord / (d - 1);
}

double sphere_log_partition(double d, double beta) {
    struct moments m = moments_of(d, beta);
    return normalised(d, &m);
}

double sphere_log_rho(double d, double beta) {
    return sphere_log_partition(d, 2 * beta) - 2 * sphere_log_partition(d, beta);
}

void sphere_subcritical(double d, double beta, double log_n, struct sphere_subcritical *out) {
    struct moments once = moments_of(d, beta), twice = moments_of(d, 2 * beta);
    double log_z = normalised(d, &once), log_rho = normalised(d, &twice) - 2 * log_z,
           share = exp(log_rho - log_n), shift = once.depth - twice.depth;
    out->bias = once.depth + share * shift;
    out->radial_variance = share * (twice.variance + shift * shift);
    out->tangential_variance = share * twice.chord / (d - 1);
    out->entropy = log_n + beta * once.depth + log_z - (share - exp(-log_n)) / 2 + beta * share * shift;
    out->participation = share;
}

static double excess(double d, double log_beta, double log_rho) {
    return sphere_log_rho(d, exp(log_beta)) - log_rho;
}

/* rho grows from 1 to infinity. */
double sphere_beta_of_n_eff(double d, double log_n, double n_eff) {
    double log_rho = log_n - log(n_eff);
    if (!(n_eff > 0 && log_rho > 0 && d >= 2)) { return NAN; }
    struct root r = {.low = -1, .high = 1};
    while ((r.at_low = excess(d, r.low, log_rho)) > 0 && r.low > -700) { r.low *= 2; }
    while ((r.at_high = excess(d, r.high, log_rho)) < 0) {
        if (r.high >= LARGEST) { return NAN; }
        r.high = fmin(2 * r.high, LARGEST);
    }
    double x = r.low, miss = r.at_low;
    for (int k = 0; k < 100 && fabs(miss) > 1e-13 * log_rho && r.high - r.low > 1e-15 * fabs(r.low); k++) {
        x = root_guess(&r);
        miss = excess(d, x, log_rho);
        root_narrow(&r, x, miss);
    }
    return exp(x);
}

double sphere_mode_growth(double d, double beta, unsigned l) {
    double ratio = 1, degree = l;
    for (unsigned k = 1; k < l; k++) { ratio *= sphere_overlap(d + 2 * k, beta); }
    return 1 + degree * (degree + d - 2) / beta * ratio;
}

double sphere_mode_growth_finite(double d, double beta, unsigned l, double log_n) {
    double shrink = fmin(1, (1 - exp2(-(d - 1) / 2 - 2)) * exp(-log_n - sphere_log_partition(d, beta)));
    return 1 + (sphere_mode_growth(d, beta, l) - 1) * (1 - shrink);
}

struct sphere_attention sphere_von_mises_fisher(double d, double beta, double concentration, double cosine) {
    double r = sqrt(beta * beta + concentration * concentration + 2 * beta * concentration * cosine),
           share = r > 0 ? sphere_overlap(d, r) / r : 1 / d;
    return (struct sphere_attention){
        .along_query = share * beta,
        .along_mean = share * concentration,
        .log_weight =
            sphere_log_partition(d, r) + r - beta - sphere_log_partition(d, concentration) - concentration,
    };
}
