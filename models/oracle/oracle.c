#include "models/oracle/oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/root.h"
#include "models/oracle/answer.h"
#include "models/oracle/fixed.h"
#include "models/theory/typical.h"

struct oracle *oracle_create(const struct family *family, const double *p, double log_n) {
    struct oracle *o = calloc(1, sizeof *o);
    if (!o) { return NULL; }
    o->family = family;
    o->p = p;
    o->log_n = log_n;
    o->fineness = 1;
    o->log_lambda = typical_scale(family, p, log_n).log_lambda;
    if (family->kind == FAMILY_FIXED) { return o; }
    rules_make(&o->rules);
    o->profile = profile_create(family, p, log_n, o->log_lambda);
    if (o->profile && knots_make(o)) {
        o->highest = knots_highest(o);
        return o;
    }
    oracle_free(o);
    return NULL;
}

void oracle_free(struct oracle *o) {
    if (!o) { return; }
    profile_free(o->profile);
    free(o->knot);
    free(o);
}

void oracle_refine(struct oracle *o, double fineness) { o->fineness = fineness; }

/* ---- one beta ---- */

static const struct oracle_output unknown_output = {NAN, INFINITY, NAN, INFINITY, NAN, INFINITY};

static void fixed_answer(const struct oracle *o, double beta, size_t ranks, struct oracle_answer *answer) {
    fixed_point(o, beta, &answer->point);
    answer->output = unknown_output;
    memset(answer->weight, 0, sizeof answer->weight);
    memset(answer->weight_error, 0, sizeof answer->weight_error);
    fixed_ranks(o, beta, ranks, answer->weight);
}

/* Asked for beta > OUTER_LARGEST_BETA, answered there: what still happens to the weights is less than what
 * the largest leaves to others. */
static void reach_further(size_t ranks, struct oracle_answer *answer) {
    struct oracle_point *point = &answer->point;
    struct oracle_output *output = &answer->output;
    const double left = 1 - point->participation;
    point->entropy_error += point->entropy;
    point->participation_error += left;
    point->top_weight_error += 1 - point->top_weight;
    point->log_partition = point->gap_mean = NAN;
    point->gap_mean_error = INFINITY;
    for (size_t k = 0; k < ranks; k++) { answer->weight_error[k] += 1 - answer->weight[0]; }
    output->bias_error += left * output->bias;
    output->tangential_error += left * output->tangential;
    output->radial_variance_error += left * output->radial_variance;
}

static bool by_quadrature(const struct oracle *o, double beta, struct oracle_question ask,
                          struct oracle_answer *answer) {
    struct outer outer;
    bool good = outer_integrate(&outer, o, fmin(beta, OUTER_LARGEST_BETA), ask);
    if (good) {
        answer_point(&outer, &answer->point);
        answer_ranks(&outer, answer->weight, answer->weight_error);
        answer->output = unknown_output;
        if (ask.output) { answer_output(&outer, &answer->output); }
        if (beta > OUTER_LARGEST_BETA) { reach_further(ask.ranks, answer); }
    }
    outer_close(&outer);
    return good;
}

bool oracle_ask(const struct oracle *o, double beta, struct oracle_question ask,
                struct oracle_answer *answer) {
    struct sphere_subcritical limit;
    double error;
    if (o->family->kind == FAMILY_FIXED) {
        fixed_answer(o, beta, ask.ranks, answer);
        return true;
    }
    const double absolute = beta * exp(o->log_lambda);
    const bool output = ask.output && o->family->dimension,
               central = (output || ask.errors) && beta <= OUTER_LARGEST_BETA &&
                         answer_is_central(o, absolute, &limit, &error);
    ask.top_weight |= ask.ranks > 0;
    ask.output = output && !central;
    if (!by_quadrature(o, beta, ask, answer)) { return false; }
    if (!central) { return true; }
    answer->point.participation = limit.participation;
    answer->point.participation_error = error * limit.participation;
    if (output) { answer_central_output(o, absolute, &limit, error, &answer->output); }
    return true;
}

bool oracle_at(const struct oracle *o, double beta, struct oracle_point *point) {
    struct oracle_answer answer;
    bool good = oracle_ask(o, beta, (struct oracle_question){.top_weight = true, .gap = true, .errors = true},
                           &answer);
    if (good) { *point = answer.point; }
    return good;
}

bool oracle_output_at(const struct oracle *o, double beta, struct oracle_output *output) {
    struct oracle_answer answer;
    bool good = oracle_ask(o, beta, (struct oracle_question){.errors = true, .output = true}, &answer);
    if (good) { *output = answer.output; }
    return good;
}

bool oracle_ordered_weights(const struct oracle *o, double beta, size_t count, double *weight,
                            double *error) {
    struct oracle_answer answer;
    bool good = oracle_ask(o, beta, (struct oracle_question){.errors = true, .ranks = count}, &answer);
    if (good) {
        memcpy(weight, answer.weight, count * sizeof *weight);
        memcpy(error, answer.weight_error, count * sizeof *error);
    }
    return good;
}

/* ---- means alone: slopes and roots ---- */

static bool means_at(const struct oracle *o, double beta, struct oracle_point *point) {
    struct oracle_answer answer;
    bool good = oracle_ask(o, beta, (struct oracle_question){.ranks = 0}, &answer);
    if (good) { *point = answer.point; }
    return good;
}

double oracle_susceptibility(const struct oracle *o, double beta) {
    const double step = 0.01, offset[] = {-2, -1, 1, 2},
                 weight[] = {1.0 / 12, -8.0 / 12, 8.0 / 12, -1.0 / 12};
    double slope = 0;
    for (size_t i = 0; i < 4; i++) {
        struct oracle_point point;
        if (!means_at(o, beta * exp(offset[i] * step), &point)) { return NAN; }
        slope += weight[i] * point.entropy / step;
    }
    return -slope;
}

/* ---- collapse points ---- */

/* Goes from negative to positive where the mean collapses. */
static double crossing(const struct oracle *o, bool entropy, double threshold, double log_beta) {
    struct oracle_point point;
    if (!means_at(o, exp(log_beta), &point)) { return NAN; }
    return entropy ? threshold - point.entropy : point.participation - threshold;
}

/* In log beta; brackets grow by doubled steps. */
static double crossing_root(const struct oracle *o, bool entropy, double threshold) {
    struct root r = {.low = 0.5, .high = 1};
    r.at_low = crossing(o, entropy, threshold, r.low);
    r.at_high = crossing(o, entropy, threshold, r.high);
    for (double step = 1; r.at_high < 0 && r.high < 100; step *= 2) {
        r.low = r.high;
        r.at_low = r.at_high;
        r.at_high = crossing(o, entropy, threshold, r.high += step);
    }
    for (double step = 0.5; r.at_low > 0 && r.low > -100; step *= 2) {
        r.high = r.low;
        r.at_high = r.at_low;
        r.at_low = crossing(o, entropy, threshold, r.low -= step);
    }
    if (!(r.at_low <= 0 && r.at_high >= 0)) { return NAN; }
    double x = r.low;
    for (int i = 0; i < 60 && r.high - r.low > 1e-11; i++) {
        double before = x;
        x = root_guess(&r);
        double f = crossing(o, entropy, threshold, x);
        if (isnan(f)) { return NAN; }
        if (f == 0 || fabs(x - before) < 1e-11) { break; }
        root_narrow(&r, x, f);
    }
    return x;
}

static double collapse(const struct oracle *o, bool entropy, double threshold, double *error) {
    *error = 0;
    double uniform = entropy ? threshold - o->log_n : exp(-o->log_n) - threshold;
    if (uniform >= 0) { return 0; }
    *error = NAN;
    const double x = crossing_root(o, entropy, threshold), step = 1e-3,
                 slope =
                     (crossing(o, entropy, threshold, x + step) - crossing(o, entropy, threshold, x - step)) /
                     (2 * step);
    struct oracle_point point;
    if (isnan(x) || !oracle_at(o, exp(x), &point)) { return NAN; }
    *error = exp(x) * ((entropy ? point.entropy_error : point.participation_error) / slope + 1e-11);
    return exp(x);
}

double oracle_collapse_entropy(const struct oracle *o, double threshold, double *error) {
    return collapse(o, true, threshold, error);
}

double oracle_collapse_participation(const struct oracle *o, double threshold, double *error) {
    return collapse(o, false, threshold, error);
}
