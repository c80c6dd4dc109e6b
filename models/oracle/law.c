#include "models/oracle/law.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/processor.h"
#include "models/oracle/answer.h"
#include "models/oracle/fixed.h"
#include "models/oracle/inner.h"
#include "models/oracle/pairs.h"
#include "models/oracle/series.h"

/* The fastest kernels that there are here. */
static void choose(struct oracle *o) {
    o->vector = &vector_base;
    o->kernel = &inner_base;
    o->series = &series_base;
#ifdef __x86_64__
    if (processor_runs("avx512")) {
        o->vector = &vector_avx512;
        o->kernel = &inner_avx512;
        o->series = &series_avx512;
    } else if (processor_runs("avx2")) {
        o->vector = &vector_avx2;
        o->kernel = &inner_avx2;
        o->series = &series_avx2;
    }
#endif
}

bool law_open(struct oracle *o, const struct family *family, const double *p, double log_n,
              double log_lambda_typ) {
    *o = (struct oracle){
        .family = family, .p = p, .log_n = log_n, .log_lambda = log_lambda_typ, .fineness = 1};
    if (family->kind == FAMILY_FIXED) { return true; }
    rules_make(&o->rules);
    choose(o);
    const double far = family->row_scale ? 0 : pairs_lowest(log_n); /* faint.h looks at none */
    o->profile = profile_create_from(family, p, log_n, log_lambda_typ, fmin(PROFILE_LOWEST, far));
    if (!o->profile || !knots_make(o)) { return false; }
    o->highest = knots_highest(o);
    o->deepest = knots_deepest(o);
    return true;
}

void law_close(struct oracle *o) {
    profile_free(o->profile);
    free(o->knot);
}

/* ---- one beta ---- */

static void fixed_answer(const struct oracle *o, double beta, size_t ranks, struct oracle_answer *answer) {
    fixed_point(o, beta, &answer->point);
    answer->output = oracle_unknown_output;
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
    point->log_mean_participation_error += left;
    point->susceptibility_error += isnan(point->susceptibility) ? 0 : point->susceptibility;
    point->log_partition = point->log_top_weight = point->gap_mean = point->susceptibility = NAN;
    point->log_partition_error = point->log_top_weight_error = point->gap_mean_error = INFINITY;
    for (size_t k = 0; k < ranks; k++) { answer->weight_error[k] += 1 - answer->weight[0]; }
    output->bias_error += left * output->bias;
    output->tangential_error += left * output->tangential;
    output->radial_variance_error += left * output->radial_variance;
}

/* What is known better by `value` than so far. */
static void take_better(double value, double relative, double *known, double *error) {
    if (value > 0 && relative * value < *error) {
        *known = value;
        *error = relative * value;
    }
}

/* Where Y_2 is so small that rows which the pass over x leaves out may carry it. Var <q,ATT> is E sum p^2
 * (T - bias)^2 then: covariances of two keys and the square of the mean's distance are less than Y_2 of it,
 * of which ten times as much is a choice. */
static void look_at_pairs(const struct field *f, struct oracle_point *point, struct oracle_output *output) {
    struct pairs_answer at;
    if (!(pairs_are_asked_for(point->participation) && pairs_mean(f, output->bias, &at))) { return; }
    if (at.error < point->log_mean_participation_error) {
        point->log_mean_participation = at.log_mean;
        point->log_mean_participation_error = at.error;
    }
    const double mean = exp(at.log_mean), off = output->bias_error / sqrt(at.apart);
    take_better(mean, at.error, &point->participation, &point->participation_error);
    take_better(mean * at.chord, at.error + at.chord_error, &output->tangential, &output->tangential_error);
    take_better(mean * at.apart, at.error + at.apart_error + 10 * mean + off * (2 + off),
                &output->radial_variance, &output->radial_variance_error);
}

/* Where E p_(1) is so small that Z hardly fluctuates in the rows that carry it: E r, r = e^{-beta g}/E Z. It
 * lacks E r^2, or what Y_2 is in rows with a large r, and of itself p_(1) and Y_2; ten times as much is a
 * choice. */
static void look_at_top(const struct oracle *o, double beta, struct oracle_point *point) {
    const double small = 1e-10, shared = point->participation + point->participation_error;
    if (!(point->top_weight < small)) { return; }
    const struct knots_largest largest = knots_largest(o, beta);
    const double sum = exp(-point->log_partition), value = largest.mean * sum,
                 off = value * (largest.error + point->log_partition_error + 10 * (value + shared)) +
                       10 * fmin(largest.square * sum * sum, shared);
    if (off < point->top_weight_error) {
        point->top_weight = value;
        point->top_weight_error = off;
    }
}

static bool by_quadrature(const struct oracle *o, double beta, struct oracle_question ask, bool pairs,
                          struct oracle_answer *answer) {
    struct outer outer;
    bool good = outer_integrate(&outer, o, fmin(beta, OUTER_LARGEST_BETA), ask);
    if (good) {
        answer_point(&outer, &answer->point);
        answer_ranks(&outer, answer->weight, answer->weight_error);
        answer->output = oracle_unknown_output;
        if (ask.output) { answer_output(&outer, &answer->output); }
        if (ask.errors && pairs) {
            look_at_pairs(&outer.field, &answer->point, &answer->output);
            if (ask.top_weight) { look_at_top(o, beta, &answer->point); }
        }
        if (beta > OUTER_LARGEST_BETA) { reach_further(ask.ranks, answer); }
    }
    outer_close(&outer);
    return good;
}

/* Where the highest scores are so far below s* that log Z and they leave nothing of their difference. */
static bool tells_no_gap(const struct oracle *o, double beta) {
    const double rounding = 1e-12 + 4e-16 * fabs(o->log_lambda), enough = 3e-3;
    return rounding * beta * o->highest > enough;
}

static bool ask_law(const struct oracle *o, double beta, struct oracle_question ask, bool pairs,
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
    ask.gap |= ask.errors && tells_no_gap(o, beta);
    ask.output = output && !central;
    if (!by_quadrature(o, beta, ask, pairs, answer)) { return false; }
    if (!central) { return true; }
    answer->point.participation = limit.participation;
    answer->point.participation_error = error * limit.participation;
    answer->point.log_mean_participation = limit.log_participation;
    answer->point.log_mean_participation_error = error;
    if (output) { answer_central_output(o, absolute, &limit, error, &answer->output); }
    return true;
}

bool law_ask(const struct oracle *o, double beta, struct oracle_question ask, struct oracle_answer *answer) {
    return ask_law(o, beta, ask, true, answer);
}

bool law_ask_plainly(const struct oracle *o, double beta, struct oracle_question ask,
                     struct oracle_answer *answer) {
    return ask_law(o, beta, ask, false, answer);
}
