#include "analysis/sphere/sphere_curves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/sphere/attention.h"
#include "models/oracle/limits.h"
#include "models/oracle/oracle.h"
#include "models/theory/sphere.h"
#include "sim/base/memory.h"

static double exponent(const struct results_series *s) {
    return (family_dimension(s->family, s->parameter, s->log_n[0]) - 1) / 2;
}

static double log_root(const struct results_series *s) {
    return log(attention_point_endpoint_root(s, exponent(s)));
}

static double log_lambda_of(const struct results_series *s, size_t n, double log_ratio) {
    return log_ratio + s->log_lambda_typ[n] - s->log_n[n] / exponent(s);
}

double sphere_curve_log_lambda(const struct results_series *s, size_t n, size_t b) {
    return log_lambda_of(s, n, log(s->beta_ratio[n * s->size[RESULTS_BETA] + b]));
}

/* ---- exact means ---- */

/* A place of a curve: the series' b-th beta, or one between that and the next. */
struct place {
    size_t b;
    double log_ratio;
    bool own;
};

/* What the curve is of. */
struct quantity {
    size_t columns;
    bool is_output;
};

static void own_values(const struct results_series *s, size_t at, struct quantity q, double *value) {
    if (q.is_output) {
        value[0] = s->exact_output_bias[at];
        value[1] = s->exact_output_tangential[at];
    } else {
        memcpy(value, s->exact_ordered_weight + at * s->size[RESULTS_RANK], q.columns * sizeof *value);
    }
}

static void values_between(const struct oracle *oracle, double ratio, struct quantity q, double *value) {
    double error[ORACLE_RANKS];
    struct oracle_output output;
    if (q.is_output) {
        if (!oracle_output_at(oracle, ratio, &output)) { memory_exhausted(); }
        value[0] = output.bias;
        value[1] = output.tangential;
    } else if (!oracle_ordered_weights(oracle, ratio, q.columns, value, error)) {
        memory_exhausted();
    }
}

static bool is_known(const struct results_series *s, size_t at) {
    return isfinite(s->exact_output_bias[at]) &&
           isfinite(s->exact_ordered_weight[at * s->size[RESULTS_RANK]]);
}

/* Into how many pieces the way from one beta to the next is cut. */
static size_t pieces_between(const struct results_series *s, size_t at, double step) {
    double way = fabs(log(s->beta_ratio[at + 1] / s->beta_ratio[at]));
    return is_known(s, at) && is_known(s, at + 1) && isfinite(way) && way > step ? (size_t)ceil(way / step)
                                                                                 : 1;
}

static double way_of_all(const struct results_series *s, size_t n) {
    double low = INFINITY, high = -INFINITY;
    for (size_t at = n * s->size[RESULTS_BETA]; at < (n + 1) * s->size[RESULTS_BETA]; at++) {
        if (!is_known(s, at)) { continue; }
        low = fmin(low, log(s->beta_ratio[at]));
        high = fmax(high, log(s->beta_ratio[at]));
    }
    return high - low;
}

/* All places in order; how many. `place` NULL: only counts them. */
static size_t list_places(const struct results_series *s, size_t n, size_t pieces, struct place *place) {
    size_t betas = s->size[RESULTS_BETA], count = 0;
    double step = way_of_all(s, n) / (double)pieces * (1 + 1e-9);
    for (size_t b = 0; b < betas; b++) {
        size_t at = n * betas + b, parts = b + 1 < betas ? pieces_between(s, at, step) : 1;
        double first = log(s->beta_ratio[at]), next = parts > 1 ? log(s->beta_ratio[at + 1]) : first;
        for (size_t i = 0; i < parts; i++, count++) {
            double part = (double)i / (double)parts;
            if (place) { place[count] = (struct place){b, first + part * (next - first), i == 0}; }
        }
    }
    return count;
}

static void fill_points(struct sphere_curve *curve, const struct results_series *s, size_t n,
                        struct quantity q, const struct place *place) {
    double p[FAMILY_PARAMETERS] = {0};
    family_parameters(s->family, s->parameter, s->log_n[n], p);
    struct oracle *oracle = oracle_create_with(s->family, p, s->log_n[n], s->log_lambda_typ[n]);
    if (!oracle) { memory_exhausted(); }
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t i = 0; i < curve->count; i++) {
        double *value = curve->value + i * curve->columns;
        curve->log_lambda[i] = log_lambda_of(s, n, place[i].log_ratio);
        if (place[i].own) {
            own_values(s, n * s->size[RESULTS_BETA] + place[i].b, q, value);
        } else {
            values_between(oracle, exp(place[i].log_ratio), q, value);
        }
    }
    oracle_free(oracle);
}

static struct sphere_curve curve_of(const struct results_series *s, size_t n, size_t pieces,
                                    struct quantity q) {
    struct sphere_curve curve = {.count = list_places(s, n, pieces, NULL), .columns = q.columns};
    struct place *place = memory_create(curve.count, sizeof *place);
    curve.log_lambda = memory_create(curve.count, sizeof *curve.log_lambda);
    curve.value = memory_create(curve.count * curve.columns, sizeof *curve.value);
    list_places(s, n, pieces, place);
    fill_points(&curve, s, n, q, place);
    free(place);
    return curve;
}

struct sphere_curve sphere_curve_output(const struct results_series *s, size_t n, size_t pieces) {
    return curve_of(s, n, pieces, (struct quantity){2, true});
}

struct sphere_curve sphere_curve_weights(const struct results_series *s, size_t n, size_t pieces,
                                         size_t ranks) {
    return curve_of(s, n, pieces, (struct quantity){ranks, false});
}

void sphere_curve_release(struct sphere_curve *curve) {
    free(curve->log_lambda);
    free(curve->value);
}

/* ---- regimes ---- */

/* The largest log lambda with more than two keys as measured by 1/Y_2, half way to the next; -inf where there
 * is none, inf where that is the largest of all. */
static double last_of_few(const struct results_series *s, size_t n) {
    double few = -INFINITY, next = INFINITY;
    const double *participation = s->mean[MEASURE_PARTICIPATION] + n * s->size[RESULTS_BETA];
    for (size_t b = 0; b < s->size[RESULTS_BETA]; b++) {
        if (participation[b] < 0.5) { few = fmax(few, sphere_curve_log_lambda(s, n, b)); }
    }
    for (size_t b = 0; b < s->size[RESULTS_BETA]; b++) {
        double here = sphere_curve_log_lambda(s, n, b);
        if (here > few) { next = fmin(next, here); }
    }
    return isfinite(few) ? (few + next) / 2 : few;
}

static double log_lambda_of_keys(const struct results_series *s, size_t n, double keys) {
    double d = family_dimension(s->family, s->parameter, s->log_n[n]),
           c = family_concentration(s->family, s->parameter, s->log_n[n]),
           beta = sphere_beta_of_n_eff(d, c, s->log_n[n], keys), kappa = exponent(s);
    if (isfinite(beta)) { return log(beta) - s->log_n[n] / kappa; }
    return log_root(s) + M_LN2 + (lgamma(kappa + 1) - log(keys)) / kappa; /* n -> inf */
}

struct sphere_curve_regimes sphere_curve_regimes(const struct results_series *s, size_t n) {
    double one = log_lambda_of_keys(s, n, ATTENTION_FEW);
    return (struct sphere_curve_regimes){log_lambda_of_keys(s, n, ATTENTION_MANY),
                                         fmax(one, last_of_few(s, n))};
}

/* ---- n -> inf ---- */

struct sphere_curve_limit sphere_curve_many(const struct results_series *s, double log_lambda) {
    double kappa = exponent(s), log_keys = kappa * (log_lambda - log_root(s) - M_LN2) - lgamma(kappa + 1);
    return (struct sphere_curve_limit){log(kappa), log(kappa) + log_keys};
}

struct sphere_curve_limit sphere_curve_one(const struct results_series *s, double log_lambda) {
    double log_bias = log_lambda + lgamma(1 + 1 / exponent(s)) - log_root(s);
    return (struct sphere_curve_limit){log_bias, log_bias + M_LN2};
}

double sphere_curve_top_weight(const struct results_series *s, double log_lambda) {
    double kappa = exponent(s);
    return limits_weibull_at(kappa, exp(log_lambda - log_root(s)) / kappa).top_weight;
}
