/* For a key uniform on the sphere, s = <q, k> has density (1 - s^2)^(kappa - 1)/B, kappa = (d - 1)/2,
 * B = B(kappa, 1/2). With w = 1 - s^2 its upper tail is V = I_w(kappa, 1/2)/2 for s >= 0:
 * - away from the centre, after Pfaff's transformation (Abramowitz & Stegun 15.3.4, 26.5.23),
 *       V = w^kappa / (2 kappa B s) F,  F = 2F1(1/2, 1; kappa + 1; -w/s^2),
 *   with Gauss's continued fraction for F, whose terms are all positive; for large d it turns into
 *   that of the Gaussian tail;
 * - near the centre, V = 1/2 - s w^kappa/B 2F1(kappa + 1/2, 1; 3/2; s^2), a short series of positive terms.
 * The lower half follows by symmetry. Where keys are concentrated about the query, see fisher.h. */
#include <gsl/gsl_sf_gamma.h>

#include "models/families/family.h"
#include "models/families/fisher.h"
#include "models/numeric/chebyshev.h"
#include "models/numeric/logs.h"
#include "models/numeric/vector_inline.h"

enum { DIMENSION, CONCENTRATION };

enum { TERMS = VECTOR_TERMS, PARTS = 2 };
static const double edge[PARTS + 1] = {0, 0.2, 0.5};

struct sphere {
    double kappa;
    double log_beta; /* log B(kappa, 1/2) */
    double log_norm; /* log(2 kappa B) */
    /* Of log V - kappa log w over t from edge to edge, Chebyshev's series. */
    double rest[PARTS][TERMS];
};

/* A position between the poles: distance s from the equator, and t = 1 - s from the nearer pole. */
struct position {
    double s, log_t;
    bool southern; /* the score is -1 - s from the upper endpoint, instead of s - 1 */
};

struct tail {
    double log_v, log_hazard;
};

static bool is_uniform(const double *p) { return p[CONCENTRATION] == 0; }

static struct fisher_law fisher_of(const double *p) {
    return (struct fisher_law){p[DIMENSION], p[CONCENTRATION]};
}

/* 2F1(1/2, 1; kappa + 1; -q), q = w/s^2, from the tail of the fraction up. N terms leave an error of
 * about exp(-2 z sqrt N), z^2 = 2 kappa/q, while the fraction is like the Gaussian's, and of
 * ((1 - s)/(1 + s))^N once N is past kappa. */
static double hypergeometric(double kappa, double s, double q) {
    int pairs = (int)(fmin(200 * q / (2 * kappa), 10 / s)) + 8;
    double fraction = 1;
    for (int k = pairs; k >= 0; k--) {
        double a = kappa + 2 * k;
        fraction = 1 + (k + 1) * (kappa + 0.5 + k) / ((a + 1) * (a + 2)) * q / fraction;
        fraction = 1 + (k + 0.5) * (kappa + k) / (a * (a + 1)) * q / fraction;
    }
    return 1 / fraction;
}

/* P(0 < S < s). */
static double central_mass(const struct sphere *sphere, double s, double log_w) {
    double term = 1, sum = 1;
    for (int m = 0; term > 1e-17 * sum; m++) {
        term *= (sphere->kappa + 0.5 + m) / (1.5 + m) * s * s;
        sum += term;
    }
    return s * exp(sphere->kappa * log_w - sphere->log_beta) * sum;
}

/* Tail at s >= 0 with log(1 - s^2). */
static struct tail tail_at(const struct sphere *sphere, double s, double log_w) {
    double kappa = sphere->kappa;
    if (s < 0.5 && 2 * kappa * s * s < 1) {
        double v = 0.5 - central_mass(sphere, s, log_w);
        return (struct tail){.log_v = log(v), .log_hazard = (kappa - 1) * log_w - sphere->log_beta - log(v)};
    }
    double log_f = log(hypergeometric(kappa, s, exp(log_w) / (s * s)));
    return (struct tail){.log_v = kappa * log_w - log(s) - sphere->log_norm + log_f,
                         .log_hazard = log(2 * kappa * s) - log_w - log_f};
}

static struct tail tail_near_pole(const struct sphere *sphere, double log_t) {
    double t = exp(log_t);
    return tail_at(sphere, 1 - t, log_t + log(2 - t));
}

static struct tail tail_near_equator(const struct sphere *sphere, double s) {
    return tail_at(sphere, s, log1p(-s * s));
}

static struct tail tail_of(const struct sphere *sphere, const struct position *position) {
    if (position->s < 0.5) { return tail_near_equator(sphere, position->s); }
    return tail_near_pole(sphere, position->log_t);
}

static struct sphere sphere_make(double kappa) {
    const double log_beta = gsl_sf_lnbeta(kappa, 0.5);
    struct sphere sphere = {.kappa = kappa, .log_beta = log_beta, .log_norm = log(2 * kappa) + log_beta};
    for (int part = 0; part < PARTS; part++) {
        double rest[TERMS];
        for (int j = 0; j < TERMS; j++) {
            const double t = chebyshev_node(TERMS, j, edge[part], edge[part + 1]), s = 1 - t;
            rest[j] = log(hypergeometric(kappa, s, t * (2 - t) / (s * s)) / s) - sphere.log_norm;
        }
        chebyshev_series(TERMS, rest, sphere.rest[part]);
    }
    return sphere;
}

/* The one of the dimension that the thread last asked for is kept: the same whatever that was. */
static const struct sphere *sphere_of(const double *p) {
    static _Thread_local struct sphere sphere;
    const double kappa = 0.5 * (p[DIMENSION] - 1);
    if (sphere.kappa != kappa) { sphere = sphere_make(kappa); }
    return &sphere;
}

/* At a depth up to the last edge. */
static double log_tail_near_pole(const struct sphere *sphere, double t) {
    const int part = t > edge[1];
    const double low = edge[part], high = edge[part + 1];
    return sphere->kappa * log(t * (2 - t)) +
           vector_chebyshev_one(sphere->rest[part], 2 * (2 * t - low - high) / (high - low));
}

/* log T of the leading law V = C_d T^kappa. */
static double leading_log_t(const struct sphere *sphere, double log_v) {
    return (log_v + sphere->log_norm) / sphere->kappa - M_LN2;
}

static bool converged(double residual, double log_v) {
    return fabs(residual) <= 1e-10 * fabs(log_v); /* the last step squares it */
}

/* Newton in log t, for t <= 1/2, from the leading law, which lies beyond the root. */
static struct position solve_near_pole(const struct sphere *sphere, double log_v) {
    double log_t = fmin(leading_log_t(sphere, log_v), -M_LN2), residual = INFINITY;
    for (int i = 0; i < 50 && !converged(residual, log_v); i++) {
        struct tail tail = tail_near_pole(sphere, log_t);
        residual = log_v - tail.log_v;
        log_t += residual / exp(log_t + tail.log_hazard);
    }
    return (struct position){.s = 1 - exp(log_t), .log_t = log_t};
}

/* Newton in s, for s <= 1/2: log V is concave there and V <= w^kappa/2, so the iterates descend. */
static struct position solve_near_equator(const struct sphere *sphere, double log_v) {
    double w = fmin(1, exp((log_v + M_LN2) / sphere->kappa));
    double s = fmin(sqrt(1 - w), 0.5), residual = INFINITY;
    for (int i = 0; i < 50 && !converged(residual, log_v); i++) {
        struct tail tail = tail_near_equator(sphere, s);
        residual = log_v - tail.log_v;
        s = fmax(0, s - residual / exp(tail.log_hazard));
    }
    return (struct position){.s = s, .log_t = log1p(-s)};
}

static struct position solve(const struct sphere *sphere, double log_v) {
    if (log_v > -M_LN2) {
        struct position mirrored = {.s = 1, .log_t = -INFINITY};
        if (log_v < 0) { mirrored = solve(sphere, fmin(log_one_minus_exp(log_v), -M_LN2)); }
        mirrored.southern = true;
        return mirrored;
    }
    double log_v_half = tail_near_equator(sphere, 0.5).log_v;
    return log_v < log_v_half ? solve_near_pole(sphere, log_v) : solve_near_equator(sphere, log_v);
}

static double log_tail(const double *p, double score) {
    if (!is_uniform(p)) { return fisher_log_tail(fisher_of(p), score); }
    const struct sphere *sphere = sphere_of(p);
    double depth = -score;
    if (depth <= 0) { return -INFINITY; }
    if (depth >= 2) { return 0; }
    if (depth <= edge[PARTS]) { return log_tail_near_pole(sphere, depth); }
    if (depth <= 1) { return tail_near_equator(sphere, 1 - depth).log_v; }
    double log_v = depth < 1.5 ? tail_near_equator(sphere, depth - 1).log_v
                               : tail_near_pole(sphere, log(2 - depth)).log_v;
    return log_one_minus_exp(log_v);
}

static double quantile(const double *p, double log_v) {
    if (!is_uniform(p)) { return fisher_quantile(fisher_of(p), log_v); }
    const struct sphere *sphere = sphere_of(p);
    struct position position = solve(sphere, log_v);
    double t = exp(position.log_t);
    return position.southern ? t - 2 : -t;
}

static double log_hazard(const double *p, double log_v) {
    if (!is_uniform(p)) { return fisher_log_hazard(fisher_of(p), log_v); }
    const struct sphere *sphere = sphere_of(p);
    struct position position = solve(sphere, log_v);
    struct tail tail = tail_of(sphere, &position);
    return position.southern ? tail.log_hazard + tail.log_v - log_v : tail.log_hazard;
}

/* Difference of distances from a pole or from the equator, whichever is nearest, or the integral where
 * that would lose digits. So near the pole that higher terms are lost, the leading law alone. */
static double uniform_log_gap(const double *p, double log_v_top, double y) {
    const double apart = log(0.9);
    const struct sphere *sphere = sphere_of(p);
    struct position top = solve(sphere, log_v_top), bottom = solve(sphere, log_v_top + y);
    if (!bottom.southern && bottom.log_t < log(1e-18)) {
        return leading_log_t(sphere, log_v_top) + log_exp_minus_one(y / sphere->kappa);
    }
    bool pole = !bottom.southern && bottom.s >= 0.5, south_pole = top.southern && top.s >= 0.5;
    if (pole && top.log_t - bottom.log_t < apart) {
        return bottom.log_t + log_one_minus_exp(top.log_t - bottom.log_t);
    }
    if (south_pole && bottom.log_t - top.log_t < apart) {
        return top.log_t + log_one_minus_exp(bottom.log_t - top.log_t);
    }
    if (pole || south_pole || y < -0.4 * log_v_top) {
        return family_log_gap_integral(&family_spherical, p, log_v_top, y);
    }
    return log((top.southern ? -top.s : top.s) - (bottom.southern ? -bottom.s : bottom.s));
}

static double log_gap(const double *p, double log_v_top, double y) {
    if (is_uniform(p)) { return uniform_log_gap(p, log_v_top, y); }
    double gap = fisher_log_gap(fisher_of(p), log_v_top, y);
    return isnan(gap) ? family_log_gap_integral(&family_spherical, p, log_v_top, y) : gap;
}

/* s = r cos(pi U_2), r^2 = 1 - w, w = U_1^(2/(d-2)). */
static void draw_general(double exponent, const struct vector *vector, size_t n, double *uniforms,
                         double *scores) {
    double *w = uniforms, *less = scores;
    vector->log(n, uniforms, w);
    vector->exps(n, exponent, w, w, less);
    vector->rcosm1(n, w, less, uniforms + n, scores);
}

static unsigned uniforms_per_score(const double *p) {
    return !is_uniform(p) || p[DIMENSION] == 2 || p[DIMENSION] == 3 ? 1 : 2;
}

static void draw(const double *p, const struct vector *vector, size_t n, double *uniforms, double *scores) {
    double dimension = p[DIMENSION];
    if (!is_uniform(p)) {
        fisher_draw(fisher_of(p), vector, n, uniforms, scores);
    } else if (dimension == 2) {
        vector->cosm1(n, uniforms, scores);
    } else if (dimension == 3) {
#pragma omp simd
        for (size_t i = 0; i < n; i++) { scores[i] = -2 * uniforms[i]; } /* T = 2 U */
    } else {
        draw_general(2 / (dimension - 2), vector, n, uniforms, scores);
    }
}

/* log C^(1/kappa) of V = C T^kappa near the query. */
static double log_root(const double *p) {
    const struct sphere *sphere = sphere_of(p);
    if (!is_uniform(p)) { return fisher_log_endpoint(fisher_of(p)) / sphere->kappa; }
    return M_LN2 - sphere->log_norm / sphere->kappa;
}

static bool grows(const struct schedule *s) { return s->power > 0 || (s->power == 0 && s->log_power > 0); }

/* Fixed d: kappa C^(1/kappa) n^(1/kappa), C that of the concentration, of its limit 0, or, where it grows,
 * c^kappa/Gamma(kappa + 1): c T is a Gamma variable then. */
static void law_of_fixed(double d, const struct schedule *c, struct schedule *lambda) {
    const double p[] = {d, schedule_is_constant(c) ? c->coef : 0}, kappa = 0.5 * (d - 1);
    *lambda = (struct schedule){kappa * exp(log_root(p)), 0, 1 / kappa};
    if (!schedule_is_constant(c) && grows(c)) {
        *lambda = (struct schedule){kappa * c->coef * exp(-gsl_sf_lngamma(kappa + 1) / kappa), c->log_power,
                                    1 / kappa + c->power};
    }
}

/* Uniform keys, d = c log n: the tail at 1/n has w -> exp(-2/c). d growing faster: a Gaussian of variance
 * 1/d. */
static bool law(const struct schedule *parameter, struct schedule *lambda) {
    const struct schedule *d = &parameter[DIMENSION], *c = &parameter[CONCENTRATION];
    if (schedule_is_constant(d)) {
        law_of_fixed(d->coef, c, lambda);
        return true;
    }
    if (c->coef > 0) { return false; }
    if (d->power == 0 && d->log_power == 1) {
        *lambda = (struct schedule){d->coef * exp(2 / d->coef) * sqrt(-expm1(-2 / d->coef)), 1, 0};
        return true;
    }
    if (d->power > 0 || (d->power == 0 && d->log_power > 1)) {
        *lambda = (struct schedule){sqrt(2 * d->coef), 0.5 * (1 + d->log_power), 0.5 * d->power};
        return true;
    }
    return false;
}

static double dimension(const double *p) { return p[DIMENSION]; }
static double concentration(const double *p) { return p[CONCENTRATION]; }

/* Scores are <q,k>. */
static double origin(const double *p) {
    (void)p;
    return 1;
}

const struct family family_spherical = {
    .name = "spherical",
    .title = "keys on a sphere, uniform or around the query, scored by their overlap with it",
    .doc = "A unit query q and keys k uniform on the unit sphere in `dimension` dimensions, any real >= 2: T "
           "= 1 - <q,k> has T/2 ~ Beta(kappa, kappa), kappa = (dimension - 1)/2. Scores are -T, measured "
           "from the upper endpoint. With a `concentration` c keys follow von Mises and Fisher's law around "
           "the query, of density proportional to exp(c <q,k>).\n\n"
           "Near it V = C T^kappa, C = 2^(kappa-1) Gamma(d/2)/(sqrt(pi) Gamma((d+1)/2)), so that at fixed "
           "dimension Lambda^typ ~ kappa C^(1/kappa) n^(2/(d-1)): a power of n. That power is reached only "
           "for log n >> d: it overestimates by 1.07 at d = 9, n = 2^12 and by 2.36 at d = 129, n = 2^20. "
           "With dimension = c log n Lambda^typ grows as log n, with dimension = c (log n)^x, x > 1, as (log "
           "n)^((1+x)/2): a Gaussian of variance 1/d. A constant concentration leaves the exponent, and "
           "multiplies C by the density at the query over that of uniform keys, e^c/Z(c) with Z(c) = "
           "Gamma(d/2) (2/c)^(d/2-1) I_{d/2-1}(c).\n\n"
           "Sources: Bruno, Chen, Lin, Polyanskiy & Rigollet, arXiv:2605.08505; Karakida & Hayase, "
           "arXiv:2605.12697.",
    FAMILY_OF_SCORES,
    .class = FAMILY_WEIBULL,
    .parameter_count = 2 + FAMILY_POSITION_COUNT,
    .parameter = {{"dimension", "dimension d of the space around the unit sphere", NAN, 2, 1e9, false, NULL,
                   0},
                  {"concentration", "concentration of keys around the query (von Mises-Fisher); 0: uniform",
                   0, 0, 1e6, false, NULL, 0},
                  FAMILY_POSITION},
    .later_count = 1,
    .law_text = "kappa C^(1/kappa) n^(2/(d-1)) for constant parameters; of uniform keys c e^(2/c) sqrt(1 - "
                "e^(-2/c)) log n for d = c log n, sqrt(2 d log n) for faster d",
    .dimension = dimension,
    .origin = origin,
    .concentration = concentration,
    .uniforms_per_score = uniforms_per_score,
};
