/* The Weibull class and the law of Lambda say how they are computed where they begin. */
#include "models/theory/limits.h"

#include <gsl/gsl_sf_expint.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_psi.h>
#include <math.h>

#include "models/numeric/legendre.h"
#include "models/theory/typical.h"

/* A function with a root: how far something lies above a threshold. */
struct target {
    double (*excess)(const struct target *target, double x);
    double parameter, threshold;
};

/* In [low, high], where the excess changes sign, to `tolerance` absolute; NaN where it does not. Inverse
 * quadratic interpolation where it is safe, else bisection (T. R. Chandrupatla, Adv. Eng. Software 28 (1997)
 * 145). */
static double root_between(const struct target *target, double low, double high, double tolerance) {
    double a = high, b = low, fa = target->excess(target, a), fb = target->excess(target, b);
    double c, fc, t = 0.5;
    if (!(fa * fb <= 0)) { return NAN; }
    for (int i = 0; i < 200 && fb != 0; i++) {
        double x = a + t * (b - a), fx = target->excess(target, x);
        if (isnan(fx)) { return NAN; }
        if ((fx > 0) == (fa > 0)) {
            c = a, fc = fa;
        } else {
            c = b, fc = fb, b = a, fb = fa;
        }
        a = x, fa = fx;
        double nearest = fabs(fa) < fabs(fb) ? a : b, limit = 0.5 * tolerance / fabs(b - c);
        if (fx == 0 || fabs(b - a) < tolerance) { return nearest; }
        double xi = (a - b) / (c - b), phi = (fa - fb) / (fc - fb);
        t = 0.5;
        if (phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi) {
            t = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb);
        }
        t = fmin(1 - limit, fmax(limit, t));
    }
    return b;
}

/* The same from a first bracket of a decreasing excess, widened by doubling where it has no root. */
static double root_near(const struct target *target, double low, double high, double tolerance) {
    double width = high - low;
    for (int i = 0; i < 20 && !(target->excess(target, low) > 0); i++, width *= 2) {
        high = low, low -= width;
    }
    for (int i = 0; i < 20 && !(target->excess(target, high) < 0); i++, width *= 2) {
        low = high, high += width;
    }
    return root_between(target, low, high, tolerance);
}

/* ---- Poisson-Dirichlet ---- */

double limits_pd_entropy(double ratio) { return ratio > 1 ? gsl_sf_psi(1) - gsl_sf_psi(1 - 1 / ratio) : NAN; }

double limits_pd_participation(double ratio, double q) {
    if (!(ratio > 1 && q * ratio > 1)) { return NAN; }
    return exp(gsl_sf_lngamma(q - 1 / ratio) - gsl_sf_lngamma(q) - gsl_sf_lngamma(1 - 1 / ratio));
}

/* Of x = log(ratio - 1). */
static double pd_excess(const struct target *target, double x) {
    return log(limits_pd_entropy(1 + exp(x)) / target->threshold);
}

double limits_pd_collapse_entropy(double threshold) {
    if (!(threshold > 0 && threshold < INFINITY)) { return NAN; }
    return 1 + exp(root_near(&(struct target){pd_excess, 0, threshold}, -1, 1, 1e-15));
}

double limits_pd_collapse_participation(double threshold) {
    return threshold > 0 && threshold < 1 ? 1 / (1 - threshold) : NAN;
}

double limits_slow_gumbel(double shape, double constant) { return fmax(1, shape * constant); }

/* ---- Weibull class ----
 *
 * With a = e^(v-y), dM the mean measure, psi(v) = int (1 - e^-a) dM and G(y) = int_0^y e^-a dM,
 *
 *     E H       = int e^-psi psi' kay dv,  kay(v) = int K(a) dM,  K(a) = E_1(a) + e^-a (gamma + log a) >= 0
 *     E Y_2     = int e^-psi [int a^2 e^-a dM] dv
 *     E p_(1)   = int e^-psi [int a e^-a e^-G dM] dv
 *     E sum p y = kappa int psi e^-psi dv
 *
 * in which every integrand is positive, so that relative accuracy survives where a value is tiny (E H by
 * parts: d kay/dv = int a e^-a (-gamma - log a) dM). Inner integrals ascend by Gauss-Legendre panels over
 * log y below y = 1 and over y - v above; outer ones go both ways from a v where psi is of order 1. */

enum { FINE = 12, COARSE = 10 };

#define EULER 0.57721566490153286061

struct process {
    double kappa, log_unit; /* M(y) = (y/unit)^kappa, unit = kappa ratio */
    struct legendre rule;
    bool top; /* compute the top weight too */
};

/* The inner integrals at one v. */
struct inner {
    double psi, slope, kay, square, top;
};

struct stretch { /* a panel, over log y or over s = y - v */
    double start, width;
    bool logarithmic;
};

/* K(a)/a for a = e^t. */
static double entropy_kernel(double t) {
    double a = exp(t);
    if (a >= 1) { return (gsl_sf_expint_E1(a) + exp(-a) * (EULER + t)) / a; }
    double ein = 1, term = 1;
    for (int j = 2; fabs(term) > 1e-17; j++) {
        term *= -a / j;
        ein += term / j;
    }
    return ein - (a > 0 ? -expm1(-a) / a : 1) * (EULER + t);
}

/* Adds one panel; *passed is G, in and out. */
static void add_stretch(const struct process *process, double v, const struct stretch *panel, double *passed,
                        struct inner *sum) {
    const struct legendre *rule = &process->rule;
    const double half = panel->width / 2;
    double shade[FINE], lit[FINE]; /* e^-a dM over w, a e^-a dM */
    for (int i = 0; i < rule->order; i++) {
        double x = panel->start + half * (1 + rule->x[i]);
        double y = panel->logarithmic ? exp(x) : v + x, t = panel->logarithmic ? v - y : -x;
        double log_y = panel->logarithmic ? x : log(y), a = exp(t), fade = exp(-a);
        double log_density = log(process->kappa) + process->kappa * (log_y - process->log_unit);
        if (!panel->logarithmic) { log_density -= log_y; }
        double scaled = exp(log_density + t), weight = half * rule->w[i] * scaled; /* a dM */
        sum->psi += weight * (a > 0 ? -expm1(-a) / a : 1);
        sum->slope += weight * fade;
        sum->square += weight * fade * a;
        sum->kay += weight * entropy_kernel(t);
        shade[i] = half * fade * exp(fmin(log_density, 600)); /* where that caps, e^-G is 0 */
        lit[i] = weight * fade;
    }
    for (int i = 0; i < rule->order && process->top && *passed < 60; i++) {
        double g = *passed;
        for (int j = 0; j < rule->order; j++) { g += rule->cumulative[j][i] * shade[j]; }
        sum->top += lit[i] * exp(-g);
    }
    for (int i = 0; i < rule->order; i++) { *passed += rule->w[i] * shade[i]; }
}

/* The change of M itself matters only while e^-G does not vanish. */
static double linear_width(const struct process *process, double y, double s, double passed) {
    double width = fmin(fmin(y, 4), 2 + 0.5 * sqrt(process->kappa));
    if (s < 3) { width = 1; }
    return passed < 60 ? fmin(width, fmax(2 * y / process->kappa, 1e-3)) : width;
}

static struct inner inner_at(const struct process *process, double v) {
    const double shadow = 4.5; /* e^-a < 1e-39 for y < v - shadow */
    struct inner sum = {0};
    double kappa = process->kappa, passed = 0;
    struct stretch panel = {.start = -shadow};
    if (v < 1 + shadow) {
        panel = (struct stretch){fmin(0, process->log_unit) - 40 / kappa, 0, true};
        sum.psi = exp(kappa * (panel.start - process->log_unit));
        while (panel.start < 0) {
            panel.width = fmin(-panel.start, fmin(1, 2 / kappa));
            /* nothing but the power varies where y is below rounding */
            if (panel.start < -45) { panel.width = fmin(-38 - panel.start, 1.5 / kappa); }
            add_stretch(process, v, &panel, &passed, &sum);
            panel.start += panel.width;
        }
        panel = (struct stretch){.start = 1 - v};
    } else {
        sum.psi = exp(kappa * (log(v - shadow) - process->log_unit));
    }
    for (double before = -1;
         panel.start < 5 || v + panel.start < kappa + 1 || sum.kay > before * (1 + 1e-17);) {
        before = sum.kay;
        panel.width = linear_width(process, v + panel.start, panel.start, passed);
        add_stretch(process, v, &panel, &passed, &sum);
        panel.start += panel.width;
    }
    return sum;
}

enum { ENTROPY, PARTICIPATION, TOP_WEIGHT, MEAN_GAP, OBSERVABLES };

/* Adds the panel [v, v + width]; false when it no longer matters. */
static bool add_outer(const struct process *process, double v, double width, double *value) {
    const struct legendre *rule = &process->rule;
    double part[OBSERVABLES] = {0};
    for (int i = 0; i < rule->order; i++) {
        struct inner x = inner_at(process, v + width / 2 * (1 + rule->x[i]));
        double weight = width / 2 * rule->w[i] * exp(-x.psi);
        part[ENTROPY] += weight * x.slope * x.kay;
        part[PARTICIPATION] += weight * x.square;
        part[TOP_WEIGHT] += weight * x.top;
        part[MEAN_GAP] += weight * process->kappa * x.psi;
    }
    bool matters = false;
    for (int k = 0; k < OBSERVABLES; k++) {
        matters |= part[k] > 1e-17 * value[k];
        value[k] += part[k];
    }
    return matters;
}

/* The scale on which psi varies, which is never less than 1. */
static double outer_width(const struct process *process, double v) {
    if (v < 2) { return 1; }
    struct inner x = inner_at(process, v);
    return fmax(1, fmin(x.psi / x.slope, 0.5 * v));
}

static void weibull_integrals(double kappa, double ratio, int order, bool top, double value[OBSERVABLES]) {
    struct process process = {.kappa = kappa, .log_unit = log(kappa) + log(ratio), .top = top};
    legendre_make(order, &process.rule);
    /* psi is of order 1 where N_eff e^v or where M(v) is */
    double start = ratio < 1 ? kappa * process.log_unit - gsl_sf_lngamma(kappa + 1) : exp(process.log_unit);
    double deepest = 50 + 3 / kappa; /* e^-psi beats the power psi^(1/kappa) */
    for (int k = 0; k < OBSERVABLES; k++) { value[k] = 0; }
    for (double v = start; inner_at(&process, v).psi < deepest;) {
        double width = outer_width(&process, v);
        add_outer(&process, v, width, value);
        v += width;
    }
    for (double v = start;;) {
        double width = outer_width(&process, v);
        v -= width;
        if (!add_outer(&process, v, width, value) && inner_at(&process, v).psi < 1) { break; }
    }
}

static double rounding(double kappa, double ratio) {
    return 1e-14 * (1 + kappa * (1 + fabs(log(ratio))) + 1 / kappa);
}

struct limits_weibull limits_weibull_at(double kappa, double ratio) {
    double fine[OBSERVABLES], error[OBSERVABLES];
    bool valid = kappa > 0 && kappa < INFINITY && ratio > 0 && ratio < INFINITY;
    if (valid) {
        weibull_integrals(kappa, ratio, FINE, true, fine);
        weibull_integrals(kappa, ratio, COARSE, true, error);
    }
    for (int k = 0; k < OBSERVABLES; k++) {
        if (valid) { error[k] = fabs(fine[k] - error[k]) + rounding(kappa, ratio) * fine[k]; }
        if (!valid || !isfinite(fine[k]) || !isfinite(error[k])) { fine[k] = NAN, error[k] = INFINITY; }
    }
    return (struct limits_weibull){
        fine[ENTROPY],    error[ENTROPY],    fine[PARTICIPATION], error[PARTICIPATION],
        fine[TOP_WEIGHT], error[TOP_WEIGHT], fine[MEAN_GAP],      error[MEAN_GAP],
    };
}

/* Of x = log ratio. */
static double weibull_excess(const struct target *target, double x, int observable) {
    double value[OBSERVABLES];
    weibull_integrals(target->parameter, exp(x), COARSE, false, value);
    return log(value[observable] / target->threshold);
}

static double weibull_entropy_excess(const struct target *target, double x) {
    return weibull_excess(target, x, ENTROPY);
}

static double weibull_concentration_excess(const struct target *target, double x) {
    return -weibull_excess(target, x, PARTICIPATION);
}

double limits_weibull_collapse_entropy(double kappa, double threshold) {
    if (!(kappa > 0 && kappa < INFINITY && threshold > 0 && threshold < INFINITY)) { return NAN; }
    return exp(root_near(&(struct target){weibull_entropy_excess, kappa, threshold}, 0.4, 1, 1e-11));
}

double limits_weibull_collapse_participation(double kappa, double threshold) {
    if (!(kappa > 0 && kappa < INFINITY && threshold > 0 && threshold < 1)) { return NAN; }
    return exp(root_near(&(struct target){weibull_concentration_excess, kappa, threshold}, 0.2, 0.8, 1e-11));
}

double limits_weibull_near_ties(double kappa, double ratio) {
    return kappa > 0.5 && ratio > 0 ? gsl_sf_gamma(2 - 1 / kappa) / ratio : NAN;
}

/* ---- the law of Lambda ----
 *
 * Given Gamma_1 = g, Lambda_n <= z Lambda^typ where the points after it stay behind a boundary, Gamma_{j+1}
 * >= g + t_j, with t_j = g ((j+1)^(1/z) - 1) or (g^(1/kappa) + log(j+1)/(kappa z))^kappa - g:
 *
 *     P(Lambda_n <= z Lambda^typ) = int_0^inf e^-g P(N(t_j) < j for all j >= 1) dg,  N a Poisson process.
 *
 * The distribution of N(t_j), restricted to the rows that have not crossed, is carried from boundary to
 * boundary until crossing any further one is negligible: P(N(t_i) >= i) <= exp(-i h(t_i/i)), h(x) = x - 1 -
 * log x (Chernoff), sums to a geometric series where t_i/i <= x < 1. */

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

/* `dt` later; what reaches `limit` is dropped. */
static void let_points_come(struct band *band, size_t limit, double dt) {
    double before[BOUNDARIES], p = exp(-dt);
    size_t low = band->low, high = band->high;
    for (size_t i = low; i < high; i++) { before[i] = band->count[i]; }
    for (size_t i = low; i < limit; i++) { band->count[i] = 0; }
    for (size_t k = 0; low + k < limit && (k <= dt || p > 1e-17); k++) {
        size_t end = band->high = high + k < limit ? high + k : limit;
#pragma omp simd
        for (size_t i = low + k; i < end; i++) { band->count[i] += p * before[i - k]; }
        p *= dt / (double)(k + 1);
    }
    while (band->high > low + 1 && band->count[band->high - 1] < 1e-17) { band->high--; }
    while (band->low < band->high - 1 && band->count[band->low] < 1e-17) { band->low++; }
}

/* P(N(t_j) < j for all j >= 1); *doubt receives a bound of what may still cross after the last boundary. */
static double never_crossed(const struct boundary *boundary, double g, double *doubt) {
    struct band band = {.count = {1}, .high = 1};
    double before = 0, survival = 1, peak = steepest(boundary, g), at_peak = boundary_at(boundary, g, peak);
    *doubt = 0;
    if (at_peak > peak && peak * chernoff(at_peak / peak) > 32) { return 0; }
    for (size_t j = 1; j < BOUNDARIES && survival > 1e-14; j++) {
        double t = boundary_at(boundary, g, (double)j), n = (double)j;
        double envelope = n < peak ? (at_peak + g) / (peak + 1) : (t + g) / (n + 1);
        *doubt = crossing_bound(envelope * (n + 1) / n, n);
        if (*doubt < 1e-13) { break; }
        let_points_come(&band, j, t - before);
        before = t, survival = 0;
        for (size_t i = band.low; i < band.high; i++) { survival += band.count[i]; }
    }
    *doubt = fmin(*doubt, survival);
    return survival;
}

/* Trapezoid in x, g = exp(x - e^-x): the integrand falls off doubly exponentially at both ends. *doubt grows
 * by that of the values. */
static double sum_from(const struct boundary *boundary, double start, double step, double *doubt) {
    double sum = 0;
    for (double x = start; x < 3.8; x += step) {
        double g = exp(x - exp(-x)), weight = step * g * (1 + exp(-x)) * exp(-g), more;
        sum += weight * never_crossed(boundary, g, &more);
        *doubt += weight * more;
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

/* Of x = log z. */
static double cdf_excess(const struct target *target, double x) {
    return target->threshold - cdf_of(target->parameter, exp(x));
}

static double gumbel_cdf_excess(const struct target *target, double x) {
    return target->threshold - limits_gumbel_lambda_cdf(exp(x));
}

double limits_gumbel_lambda_quantile(double probability) {
    if (!(probability > 0 && probability < 1)) { return NAN; }
    if (probability <= exp(-1)) { return 1; }
    return exp(root_near(&(struct target){gumbel_cdf_excess, INFINITY, probability}, 0, 1, 1e-10));
}

double limits_weibull_lambda_quantile(double kappa, double probability) {
    if (!(kappa > 0 && kappa < INFINITY && probability > 0 && probability < 1)) { return NAN; }
    return exp(root_near(&(struct target){cdf_excess, kappa, probability}, 0, 1, 1e-10));
}

/* ---- which law a family has ---- */

/* d log hazard / d log V at V = 1/n: -1/kappa towards an endpoint, 1/(tail index) for heavy tails. */
static double hazard_slope(const struct family *family, const double *p, double log_n) {
    double half = fmin(0.5, 0.5 * log_n);
    return (family->log_hazard(p, half - log_n) - family->log_hazard(p, -half - log_n)) / (2 * half);
}

static const double quantiles[] = {0.05, 0.5, 0.95};

static struct limits gumbel_limits(double shape) {
    struct limits x = {
        LIMITS_GUMBEL, NAN, limits_pd_collapse_entropy(1), limits_pd_collapse_participation(0.5), {0}};
    for (int k = 0; k < 3; k++) { x.lambda[k] = limits_gumbel_lambda_quantile(quantiles[k]); }
    if (shape == 1) { return x; }
    x.law = LIMITS_SLOW_GUMBEL, x.exponent = shape;
    x.collapse_entropy = limits_slow_gumbel(shape, x.collapse_entropy);
    x.collapse_participation = limits_slow_gumbel(shape, x.collapse_participation);
    for (int k = 0; k < 3; k++) { x.lambda[k] = limits_slow_gumbel(shape, x.lambda[k]); }
    return x;
}

static struct limits weibull_limits(double kappa) {
    struct limits x = {LIMITS_WEIBULL,
                       kappa,
                       limits_weibull_collapse_entropy(kappa, 1),
                       limits_weibull_collapse_participation(kappa, 0.5),
                       {0}};
    for (int k = 0; k < 3; k++) { x.lambda[k] = limits_weibull_lambda_quantile(kappa, quantiles[k]); }
    return x;
}

/* Lambda_n/Lambda^typ -> Gamma_1^(1/index): all but the largest score are 0 beside it. */
static struct limits frechet_limits(double index) {
    struct limits x = {LIMITS_FRECHET, index, NAN, NAN, {0}};
    for (int k = 0; k < 3; k++) { x.lambda[k] = pow(-log1p(-quantiles[k]), 1 / index); }
    return x;
}

struct limits limits_of(const struct family *family, const double *p, double log_n) {
    if (family->class == FAMILY_WEIBULL) { return weibull_limits(-1 / hazard_slope(family, p, log_n)); }
    if (family->class == FAMILY_FRECHET) { return frechet_limits(1 / hazard_slope(family, p, log_n)); }
    if (family->class == FAMILY_GUMBEL) {
        struct typical typical = typical_scale(family, p, log_n);
        bool top = typical.log_rank == 0;
        return gumbel_limits(top ? 1 : exp(family->log_hazard(p, -log_n) - typical.log_lambda));
    }
    return (struct limits){LIMITS_NONE, NAN, NAN, NAN, {NAN, NAN, NAN}};
}
