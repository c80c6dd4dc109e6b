/* The law of Lambda says how it is computed where it begins. */
#include "models/oracle/limits.h"

#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_psi.h>
#include <gsl/gsl_sf_zeta.h>
#include <math.h>
#include <string.h>

#include "models/numeric/root.h"
#include "models/theory/positions.h"
#include "models/theory/typical.h"

/* ---- Poisson-Dirichlet ---- */

/* By digamma's series where its difference would lose digits. */
double limits_pd_entropy(double ratio) {
    const double many = 16;
    double sum = 0;
    if (!(ratio > 1)) { return NAN; }
    if (ratio < many) { return gsl_sf_psi(1) - gsl_sf_psi((ratio - 1) / ratio); }
    for (int k = 16; k > 0; k--) { sum = (sum + gsl_sf_zeta_int(k + 1)) / ratio; }
    return sum;
}

/* Of x = log(ratio - 1). */
static double pd_excess(double x, void *threshold) {
    return log(limits_pd_entropy(1 + exp(x)) / *(double *)threshold);
}

double limits_pd_collapse_entropy(double threshold) {
    if (!(threshold > 0 && threshold < INFINITY)) { return NAN; }
    return 1 + exp(root_near((gsl_function){pd_excess, &threshold}, -1, 1, 1e-15));
}

double limits_pd_collapse_participation(double threshold) {
    return threshold > 0 && threshold < 1 ? 1 / (1 - threshold) : NAN;
}

/* ---- Weibull class ----
 *
 * Scores -V^(1/kappa) are in their limit at any n but for terms of order 1/n. */

/* NULL where there is no such law. */
static struct oracle *weibull_oracle(double kappa, double log_n, double p[FAMILY_PARAMETERS]) {
    if (!(kappa > 0 && kappa < INFINITY && log_n <= 1e6)) { return NULL; }
    memset(p, 0, FAMILY_PARAMETERS * sizeof *p);
    p[0] = kappa, p[1] = 1;
    return oracle_create(family_find("powerlaw"), p, log_n);
}

static const double MANY = 1e4; /* a log n far beyond any entropy at which weights of single keys count */

struct oracle_point limits_weibull_at(double kappa, double ratio) {
    struct oracle_point point = oracle_unknown_point;
    double p[FAMILY_PARAMETERS];
    struct oracle *oracle = ratio > 0 && ratio < INFINITY ? weibull_oracle(kappa, MANY, p) : NULL;
    if (oracle) { oracle_at(oracle, ratio, &point); }
    oracle_free(oracle);
    return point;
}

/* Takes the oracle over. */
static double collapse_of(struct oracle *oracle, double threshold,
                          double (*collapse)(const struct oracle *o, double threshold, double *error)) {
    double error = INFINITY, ratio = oracle ? collapse(oracle, threshold, &error) : NAN;
    oracle_free(oracle);
    return error < 1e-3 * ratio ? ratio : NAN;
}

double limits_weibull_collapse_entropy(double kappa, double threshold) {
    double p[FAMILY_PARAMETERS];
    return collapse_of(threshold > 0 ? weibull_oracle(kappa, MANY + 4 * threshold, p) : NULL, threshold,
                       oracle_collapse_entropy);
}

double limits_weibull_collapse_participation(double kappa, double threshold) {
    double p[FAMILY_PARAMETERS];
    return collapse_of(threshold > 0 && threshold < 1 ? weibull_oracle(kappa, MANY, p) : NULL, threshold,
                       oracle_collapse_participation);
}

double limits_weibull_near_ties(double kappa, double ratio) {
    return kappa > 0.5 && ratio > 0 ? gsl_sf_gamma(2 - 1 / kappa) / ratio : NAN;
}

double limits_slow_gumbel(double shape, double constant) { return fmax(1, shape * constant); }

/* ---- the law of Lambda ----
 *
 * Given Gamma_1 = g, Lambda_n <= z Lambda^typ where the points after it stay behind a boundary, Gamma_{j+1}
 * >= g + t_j, with t_j = g ((j+1)^(1/z) - 1) or (g^(1/kappa) + log(j+1)/(kappa z))^kappa - g:
 *
 *     P(Lambda_n <= z Lambda^typ) = int_0^inf e^-g P(N(t_j) < j for all j >= 1) dg,  N a Poisson process.
 *
 * The distribution of N(t_j), restricted to the rows that have not crossed, is carried from boundary to
 * boundary until crossing any further one is negligible: P(N(t_i) >= i) <= exp(-i h(t_i/i)), h(x) = x - 1 -
 * log x (Chernoff), sums to a geometric series where t_i/i <= x < 1; and rows that have not crossed have
 * fewer points, so that for them it is no likelier (Harris). */

enum { BOUNDARIES = 4096 };

struct boundary {
    double kappa, z; /* kappa inf: Gumbel class */
};

static double boundary_at(const struct boundary *boundary, double g, double j) {
    double kappa = boundary->kappa, step = log1p(j) / boundary->z;
    if (kappa == INFINITY) { return g * expm1(step); }
    double root = pow(g, 1 / kappa);
    if (step < kappa * root) { return g * expm1(kappa * log1p(step / (kappa * root))); }
    return pow(root + step / kappa, kappa) - g;
}

/* The j where (t_j + g)/(j + 1) is largest: it falls from there on. */
static double steepest(const struct boundary *boundary, double g) {
    double log_j = boundary->kappa * (1 - boundary->z * pow(g, 1 / boundary->kappa));
    return expm1(fmin(600, fmax(0, log_j)));
}

static double chernoff(double x) { return x - 1 - log(x); }

/* An upper bound of P(N(t_i) >= i for some i >= j) where t_i/i <= x for all of them. */
static double crossing_bound(double x, double j) {
    if (!(x < 1)) { return 1; }
    return fmin(1, exp(-j * chernoff(x)) / -expm1(-chernoff(x)));
}

/* The counts [low, high) that are not negligible. */
struct band {
    double count[BOUNDARIES];
    size_t low, high;
};

/* `dt` later; what reaches `limit` is dropped, and what is below `least`. */
static void let_points_come(struct band *band, size_t limit, double dt, double least) {
    double before[BOUNDARIES], p = exp(-dt);
    size_t low = band->low, high = band->high;
    memcpy(before, band->count + low, (high - low) * sizeof *before);
    memset(band->count + low, 0, (high - low) * sizeof *before);
    for (size_t k = 0; low + k < limit && (k <= dt || p > least); k++) {
        size_t end = high + k < limit ? high + k : limit;
        if (end > band->high) { band->count[band->high++] = 0; }
#pragma omp simd
        for (size_t i = low + k; i < end; i++) { band->count[i] += p * before[i - k - low]; }
        p *= dt / (double)(k + 1);
    }
    while (band->high > low + 1 && band->count[band->high - 1] < least) { band->high--; }
    while (band->low < band->high - 1 && band->count[band->low] < least) { band->low++; }
}

/* P(N(t_j) < j for all j >= 1), whose errors of `least` do not matter; *doubt receives a bound of what may
 * still cross after the last boundary. */
static double never_crossed(const struct boundary *boundary, double g, double least, double *doubt) {
    struct band band = {.count = {1}, .high = 1};
    double before = 0, survival = 1, peak = steepest(boundary, g), at_peak = boundary_at(boundary, g, peak);
    *doubt = 0;
    if (at_peak > peak && peak * chernoff(at_peak / peak) > -log(least)) { return 0; }
    for (size_t j = 1; j < BOUNDARIES && survival > least; j++) {
        double t = boundary_at(boundary, g, (double)j), n = (double)j;
        double envelope = n < peak ? (at_peak + g) / (peak + 1) : (t + g) / (n + 1);
        *doubt = survival * crossing_bound(envelope * (n + 1) / n, n);
        if (*doubt < 10 * least) { break; }
        let_points_come(&band, j, t - before, least / 100);
        before = t, survival = 0;
        for (size_t i = band.low; i < band.high; i++) { survival += band.count[i]; }
    }
    *doubt = fmin(*doubt, survival);
    return survival;
}

/* Trapezoid in x, g = exp(x - e^-x): the integrand falls off doubly exponentially at both ends, where no
 * other rule of as many points does better, and halving the step uses every value again. (Panels of panels.h
 * with the same aim took up to 2.6 times as long.) *doubt grows by that of the values. */
static double sum_from(const struct boundary *boundary, double start, double step, double *doubt) {
    double sum = 0;
    for (double x = start; x < 3.8; x += step) {
        double g = exp(x - exp(-x)), density = g * (1 + exp(-x)) * exp(-g), more;
        sum += step * density * never_crossed(boundary, g, 1e-13 / density, &more);
        *doubt += step * density * more;
    }
    return sum;
}

/* Halves the step until that changes less than the root of the error sought, which a smooth integrand's next
 * change would be; in the Gumbel class survival has a kink near g = 1 as z -> 1. */
static double cdf_of(double kappa, double z) {
    const struct boundary boundary = {kappa, z};
    double doubt = 0, step = 0.2, start = -3.75, sum = sum_from(&boundary, start, step, &doubt);
    double change = 1;
    for (; change > 1e-6 && step > 0.0125; step /= 2) {
        double between = sum_from(&boundary, start + step / 2, step, &doubt);
        doubt /= 2, change = 0.5 * fabs(sum - between), sum = 0.5 * (sum + between);
    }
    return doubt + change < 2e-3 ? fmin(1, sum) : NAN;
}

double limits_gumbel_lambda_cdf(double z) {
    if (!(z > 1)) { return isnan(z) ? NAN : z < 1 ? 0 : exp(-1); }
    return cdf_of(INFINITY, z);
}

double limits_weibull_lambda_cdf(double kappa, double z) {
    if (!(kappa > 0 && kappa < INFINITY) || isnan(z)) { return NAN; }
    return z > 0 ? cdf_of(kappa, z) : 0;
}

struct quantile {
    double kappa, probability;
};

/* Of x = log z. */
static double cdf_excess(double x, void *param) {
    const struct quantile *q = param;
    return q->probability -
           (q->kappa == INFINITY ? limits_gumbel_lambda_cdf(exp(x)) : cdf_of(q->kappa, exp(x)));
}

static double quantile_of(double kappa, double probability) {
    struct quantile q = {kappa, probability};
    return exp(root_near((gsl_function){cdf_excess, &q}, 0, 1, 1e-10));
}

/* Every verdict asks for the median, whose root takes 14 ms. */
double limits_gumbel_lambda_quantile(double probability) {
    const double median = 1.2746422082002018;
    if (!(probability > 0 && probability < 1)) { return NAN; }
    if (probability == 0.5) { return median; }
    return probability <= exp(-1) ? 1 : quantile_of(INFINITY, probability);
}

double limits_weibull_lambda_quantile(double kappa, double probability) {
    if (!(kappa > 0 && kappa < INFINITY && probability > 0 && probability < 1)) { return NAN; }
    return quantile_of(kappa, probability);
}

/* ---- which law a family has ---- */

/* d log hazard / d log V at V = 1/n: -1/kappa towards an endpoint, 1/(tail index) for heavy tails. */
static double hazard_slope(const struct family *family, const double *p, double log_n) {
    double half = fmin(0.5, 0.5 * log_n);
    return (family->log_hazard(p, half - log_n) - family->log_hazard(p, -half - log_n)) / (2 * half);
}

struct limits limits_law_of(const struct family *family, const double *p, double log_n) {
    struct limits x = {LIMITS_NONE, NAN, NAN, NAN, {NAN, NAN, NAN}};
    if (family->row_scale || !positions_are_absent(family_position(family, p))) { return x; }
    if (family->class == FAMILY_WEIBULL) {
        x.law = LIMITS_WEIBULL, x.exponent = -1 / hazard_slope(family, p, log_n);
    } else if (family->class == FAMILY_FRECHET) {
        x.law = LIMITS_FRECHET, x.exponent = 1 / hazard_slope(family, p, log_n);
    } else if (family->class == FAMILY_GUMBEL) {
        struct typical typical = typical_scale(family, p, log_n);
        double shape = typical.log_rank == 0 ? 1 : exp(family->log_hazard(p, -log_n) - typical.log_lambda);
        x.law = LIMITS_GUMBEL;
        if (shape != 1) { x.law = LIMITS_SLOW_GUMBEL, x.exponent = shape; }
    }
    return x;
}

/* Of the law, by what the Gumbel and the Weibull class have. */
static double constant_of(const struct limits *law, double x, double (*gumbel)(double x),
                          double (*weibull)(double kappa, double x)) {
    switch (law->law) {
    case LIMITS_GUMBEL: return gumbel(x);
    case LIMITS_SLOW_GUMBEL: return limits_slow_gumbel(law->exponent, gumbel(x));
    case LIMITS_WEIBULL: return weibull(law->exponent, x);
    case LIMITS_FRECHET:
    case LIMITS_NONE: break;
    }
    return NAN;
}

double limits_collapse_entropy(const struct limits *law, double threshold) {
    return constant_of(law, threshold, limits_pd_collapse_entropy, limits_weibull_collapse_entropy);
}

double limits_collapse_participation(const struct limits *law, double threshold) {
    return constant_of(law, threshold, limits_pd_collapse_participation,
                       limits_weibull_collapse_participation);
}

double limits_lambda_quantile(const struct limits *law, double probability) {
    if (law->law == LIMITS_FRECHET) { return pow(-log1p(-probability), 1 / law->exponent); }
    return constant_of(law, probability, limits_gumbel_lambda_quantile, limits_weibull_lambda_quantile);
}

struct limits limits_of(const struct family *family, const double *p, double log_n) {
    const double probability[] = {0.05, 0.5, 0.95};
    struct limits x = limits_law_of(family, p, log_n);
    x.collapse_entropy = limits_collapse_entropy(&x, 1);
    x.collapse_participation = limits_collapse_participation(&x, 0.5);
    for (int k = 0; k < 3; k++) { x.lambda[k] = limits_lambda_quantile(&x, probability[k]); }
    return x;
}
