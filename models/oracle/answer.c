#include "models/oracle/answer.h"

#include <math.h>

void answer_unknown(struct oracle_answer *answer) {
    *answer = (struct oracle_answer){.point = oracle_unknown_point, .output = oracle_unknown_output};
    for (size_t k = 0; k < ORACLE_RANKS; k++) {
        answer->weight[k] = NAN;
        answer->weight_error[k] = INFINITY;
    }
}

/* A choice, in absolute terms: what panels that meet their aim may add up to. */
static const double ALLOWANCE = 2e-11;

/* What the sum of all weights, which is 1, misses beyond rounding, which cancels out of ratios. Means
 * may miss more, if their scores are those that were missed: four times as much is a choice. */
static double lost_weight(const struct field *f, double total) {
    return 4 * fmax(0, fabs(1 - total) - (1e-13 + 4e-16 * f->o->log_n));
}

static double total_weight(const struct outer *s) {
    return s->sum.value[PARTICIPATION] + s->sum.value[NO_PARTICIPATION];
}

/* Participation and top weight from where they lose no digits: themselves where small, else what is missing
 * from 1. */
static void small_or_rest(const struct outer *s, size_t direct, double *value, double *error) {
    const double small = s->sum.value[direct], rest = s->sum.value[direct + 1];
    *value = small < 0.5 ? small : 1 - rest;
    *error =
        outer_error(s, small < 0.5 ? direct : direct + 1) + lost_weight(&s->field, small + rest) + ALLOWANCE;
}

/* Of b where only sums over far scores are known: their quadrature's, times b that spreads by (2 log n)^1/2
 * or so around its mean (twice that, a choice), and noise. */
static double far_error(const struct field *f) {
    return f->far_error * (1 + 4 * sqrt(f->o->log_n)) + f->noise * fabs(f->far_b);
}

/* Rows that were left out, e^EARLIEST of them, have a log Z that may be as far off as x_low: where that is
 * not small, a tail decides the mean that no row of those looked at shows. */
static bool is_decided_by_few(const struct field *f, double log_partition) {
    return exp(FIELD_EARLIEST) * fabs(f->x_low) > 1e-6 * (1 + fabs(log_partition));
}

/* Of all rows the gap times beta is log n at most: so much for those left out. A choice: 1e-10 of itself. */
static double gap_error(const struct outer *s, double total) {
    const struct field *f = &s->field;
    return outer_error(s, GAP) + s->sum.value[GAP_MISSED] + far_error(f) * s->sum.value[FAR] +
           exp(FIELD_EARLIEST) * f->o->log_n + ALLOWANCE +
           (1e-10 + lost_weight(f, total)) * s->sum.value[GAP];
}

/* Of a mean x that is `middle`: what the weights miss lies there where their own errors tell of it, as far as
 * x_high else. */
static double lost_distance(const struct outer *s, double total, double middle) {
    const double lost = lost_weight(&s->field, total),
                 told = fmin(lost, outer_error(s, PARTICIPATION) + outer_error(s, NO_PARTICIPATION));
    return told * fabs(middle) + (lost - told) * fmax(fabs(middle), s->field.x_high - middle);
}

/* log Z, of which log p_(1) is what is left beside the largest score; then what errors of scores do to that.
 */
static void answer_partition(const struct outer *s, double total, struct oracle_point *point) {
    const struct field *f = &s->field;
    const double highest = f->beta * f->o->highest, far = far_error(f) * s->sum.value[FAR],
                 middle = f->origin + s->sum.value[POSITION] / total;
    point->log_partition = -RULES_EULER - middle;
    point->log_partition_error = outer_error(s, POSITION) + far + ALLOWANCE +
                                 lost_distance(s, total, middle) +
                                 (f->noise + 4e-16) * (fabs(f->x_low) + fabs(f->origin) + fabs(middle));
    answer_only_if(!is_decided_by_few(f, point->log_partition), &point->log_partition,
                   &point->log_partition_error);
    point->log_top_weight = -point->log_partition - highest;
    point->log_top_weight_error = point->log_partition_error + (f->noise + 1e-12) * fabs(highest);
}

/* By its own integral, unless rows whose largest score is far from all that count make it miss something:
 * from the entropy and the partition sum then, whose difference costs digits, and which misses rows that are
 * left out: ten times x_low in each is a choice, which holds for tails of 1.1 and more. */
static void answer_gap(const struct outer *s, double total, struct oracle_point *point) {
    const struct field *f = &s->field;
    const double whole = point->entropy - point->log_partition,
                 lost = point->entropy_error + outer_error(s, POSITION) +
                        lost_distance(s, total, -point->log_partition) +
                        10 * exp(FIELD_EARLIEST) * fabs(f->x_low) + 1e-10 * (1 + f->o->log_n) +
                        (f->noise + 1e-12) * fabs(f->beta * f->o->highest);
    const double own = f->ask.gap ? gap_error(s, total) : INFINITY;
    const bool direct = !(lost < own);
    point->gap_mean = direct ? s->sum.value[GAP] / total / f->beta : whole / f->beta - f->o->highest;
    point->gap_mean_error = (direct ? own : lost) / f->beta;
    if (!isfinite(point->gap_mean_error)) { point->gap_mean = NAN; }
}

/* log p_(1) = beta <gap> - H, from the gap's own integral where log Z is worse or not known. */
static void answer_log_top(const struct outer *s, struct oracle_point *point) {
    const double beta = s->field.beta, error = point->entropy_error + beta * point->gap_mean_error;
    if (!(error < point->log_top_weight_error)) { return; }
    point->log_top_weight = beta * point->gap_mean - point->entropy;
    point->log_top_weight_error = error;
}

/* Logarithms of weights are within [-log n, 0]: what is as far off is not known. */
static void keep_within(double log_n, double *value, double *error) {
    *value = fmax(-log_n, fmin(*value, 0));
    answer_only_if(*error < log_n, value, error);
}

/* Of all rows it is below (log n)^2: so much for those left out. */
static void answer_susceptibility(const struct outer *s, double total, struct oracle_point *point) {
    const struct field *f = &s->field;
    const double chi = s->sum.value[SUSCEPTIBILITY] / total, apart = sqrt(fmax(0, chi)),
                 far = s->sum.value[FAR];
    point->susceptibility = chi;
    point->susceptibility_error = outer_error(s, SUSCEPTIBILITY) + ALLOWANCE +
                                  (1e-13 + lost_weight(f, total)) * (1 + chi) +
                                  far * f->far_error * (1 + chi) + far * far_error(f) * 2 * apart +
                                  exp(FIELD_EARLIEST) * f->o->log_n * f->o->log_n;
    answer_only_if(true, &point->susceptibility, &point->susceptibility_error);
}

void answer_point(const struct outer *s, struct oracle_point *point) {
    const struct field *f = &s->field;
    const double total = total_weight(s), log_n = f->o->log_n;
    small_or_rest(s, PARTICIPATION, &point->participation, &point->participation_error);
    small_or_rest(s, TOP, &point->top_weight, &point->top_weight_error);
    point->entropy = s->sum.value[ENTROPY] / total;
    point->entropy_error = outer_error(s, ENTROPY) + far_error(f) * s->sum.value[FAR] + ALLOWANCE +
                           1e-13 * log_n + lost_weight(f, total) * (1 + point->entropy);
    point->log_mean_participation = log(point->participation);
    point->log_mean_participation_error = point->participation_error / point->participation;
    answer_partition(s, total, point);
    answer_gap(s, total, point);
    answer_log_top(s, point);
    keep_within(log_n, &point->log_top_weight, &point->log_top_weight_error);
    keep_within(log_n, &point->log_mean_participation, &point->log_mean_participation_error);
    answer_susceptibility(s, total, point);
    if (!isfinite(total + point->entropy_error + point->participation_error + point->top_weight_error)) {
        *point = oracle_unknown_point;
    }
}

/* The outer rule's error is estimated; the inner rule's is only as far as it concerns the largest weight, and
 * for the others an allowance, a choice: 1e-10 of the weight (as they are, panels are a hundred times
 * better). */
void answer_ranks(const struct outer *s, double *weight, double *error) {
    for (size_t k = 0; k < s->field.ask.ranks; k++) {
        weight[k] = s->sum.value[RANKS + k];
        error[k] = s->sum.error[RANKS + k] + s->own[TOP] + 1e-10 * weight[k] + ALLOWANCE;
        answer_only_if(isfinite(s->field.far_error), &weight[k], &error[k]);
    }
}

/* ---- the output ---- */

/* Errors of sum p X and of (sum p X)^2, X = b - centre. */
struct along_error {
    double mean, square;
};

/* Of scores that only the sum of a is known of; their squares are left out. */
static struct along_error from_far(const struct outer *s) {
    const struct field *f = &s->field;
    const double share = s->sum.value[FAR], apart = f->far_b - f->centre;
    if (!(share > 0)) { return (struct along_error){0, 0}; }
    const double far = share * far_error(f);
    return (struct along_error){far, far * (2 * sqrt(s->sum.value[RADIAL]) + far) +
                                         share * exp(-FIELD_LINEAR) * apart * apart};
}

/* Quadrature; rows left out, whose keys may lie as far as `first` or `last`; the lowest keys, whose b is
 * rounding up to T = 2; far keys; rounding of b and of x - b. A spread below 1e-5 is not told from none. */
static struct along_error along_error(const struct outer *s, double total) {
    const struct field *f = &s->field;
    const struct oracle *o = f->o;
    const double radial = s->sum.value[RADIAL], shared = s->sum.value[PARTICIPATION],
                 centre = fabs(f->centre),
                 spread = shared > 1e-11 ? sqrt(radial / shared) : 1 + centre, /* of the keys that matter */
        x = fabs(f->origin + s->sum.value[POSITION] / total), rare = 2 * exp(FIELD_EARLIEST),
                 first = field_knot_b(f, 0) - f->centre, lowest = field_knot_b(f, o->knots - 1) - f->centre,
                 last = fmax(0, fmin(f->x_high - f->centre, lowest)),
                 missed = -expm1(o->knot[o->knots - 2].y - o->log_n) * exp(-fmax(0, lowest)),
                 rounding = f->noise * (centre + spread) + 4e-16 * x,
                 lost = lost_weight(f, total) + rounding / fmax(1, spread) + 1e-15 * o->log_n + ALLOWANCE;
    const struct along_error far = from_far(s);
    return (struct along_error){
        .mean = outer_error(s, ALONG) + rounding + lost * spread + far.mean + rare * fabs(first) +
                missed * fabs(lowest),
        .square = outer_error(s, RADIAL) + 2 * (lost + rounding / spread) * radial + far.square +
                  rare * (first * first + last * last) + 2 * missed * shared * lowest * lowest,
    };
}

/* Likewise of what is above 0. */
static void or_nothing(bool is_known, double *value, double *error) {
    answer_only_if(is_known && *value > 0, value, error);
}

void answer_output(const struct outer *s, struct oracle_output *output) {
    const struct field *f = &s->field;
    struct oracle_point point;
    answer_point(s, &point);
    const double total = total_weight(s), mean = s->sum.value[ALONG] / total,
                 relative = point.participation_error / point.participation, area = f->length * f->length;
    const struct along_error error = along_error(s, total);
    output->bias = f->typical_depth + (f->centre + mean) * f->length;
    output->bias_error = error.mean * f->length + 1e-15 * output->bias;
    output->tangential = s->sum.value[TANGENTIAL];
    output->tangential_error = fmin(outer_error(s, TANGENTIAL), relative * output->tangential) +
                               (1e-13 + 1e-15 * f->o->log_n) * output->tangential;
    output->radial_variance = area * (s->sum.value[RADIAL] / total - mean * mean);
    output->radial_variance_error = area * (error.square + error.mean * (2 * fabs(mean) + error.mean));
    const bool has_shares = point.participation_error < point.participation;
    or_nothing(output->bias_error <= output->bias, &output->bias, &output->bias_error);
    or_nothing(has_shares, &output->tangential, &output->tangential_error);
    or_nothing(has_shares && output->radial_variance_error < output->radial_variance,
               &output->radial_variance, &output->radial_variance_error);
}

/* The keys that make Y_2 and what is across, those of 2 beta, must be there; where they are not the limit's
 * moments are those of rows that never come. The relative errors are of the order of what is left out, times
 * choices that hold against quadrature where both can be had: 1/n_eff of the 1/n terms, times 100; keys at 2
 * beta are 1/log_keys^1/2 off their mean; where scores hardly differ, their variance and its product with
 * 1/n, times 4, and of keys around the query, whose scores are skew, their spread over n too. Rounding is in
 * the last term. */
bool answer_is_central(const struct oracle *o, double beta, struct sphere_subcritical *limit, double *error) {
    const double many = log(1e8), crowd = 20, slight = 1e-8, rounding = 1e-11;
    if (!o->family->dimension) { return false; }
    double d = o->family->dimension(o->p), c = o->family->concentration(o->p),
           log_n_eff = o->log_n - sphere_log_rho(d, c, beta),
           log_keys = o->log_n + o->family->log_tail(o->p, -sphere_bias(d, 2 * beta + c));
    const double differ = beta * (beta / d), /* the variance of scores, at most */
        skew = c > 0 ? 4 * sqrt(differ) * exp(-o->log_n) : 0;
    if (differ < slight) {
        *error = 4 * differ * (exp(-o->log_n) + differ) + skew + rounding;
    } else if (log_n_eff > many && log_keys > crowd) {
        *error = 100 * exp(-log_n_eff) + exp(-log_keys / 2) + rounding;
    } else {
        return false;
    }
    sphere_subcritical(d, c, beta, o->log_n, limit);
    return true;
}

void answer_central_output(const struct oracle *o, double beta, const struct sphere_subcritical *limit,
                           double error, struct oracle_output *output) {
    const double d = o->family->dimension(o->p), c = o->family->concentration(o->p);
    output->bias = limit->bias;
    output->bias_error = error * fabs(limit->bias - sphere_bias(d, beta + c)) + 1e-12 * limit->bias;
    output->tangential = (d - 1) * limit->tangential_variance;
    output->tangential_error = error * output->tangential;
    output->radial_variance = limit->radial_variance;
    output->radial_variance_error = error * output->radial_variance;
    or_nothing(true, &output->tangential, &output->tangential_error);
    or_nothing(true, &output->radial_variance, &output->radial_variance_error);
}
