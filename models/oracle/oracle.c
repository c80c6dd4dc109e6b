#include "models/oracle/oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/root.h"
#include "models/oracle/law.h"
#include "models/oracle/mixture.h"
#include "models/oracle/product.h"
#include "models/theory/positions.h"
#include "models/theory/typical.h"

struct oracle *oracle_create(const struct family *family, const double *p, double log_n) {
    return oracle_create_with(family, p, log_n, typical_scale(family, p, log_n).log_lambda);
}

struct oracle *oracle_create_with(const struct family *family, const double *p, double log_n,
                                  double log_lambda_typ) {
    struct oracle *o = calloc(1, sizeof *o);
    const bool alone = family->kind == FAMILY_FIXED || positions_are_absent(family_position(family, p));
    if (!o) { return NULL; }
    if (alone ? law_open(o, family, p, log_n, log_lambda_typ)
              : product_open(o, family, p, log_n, log_lambda_typ)) {
        return o;
    }
    oracle_free(o);
    return NULL;
}

void oracle_free(struct oracle *o) {
    if (!o) { return; }
    product_close(o);
    law_close(o);
    free(o);
}

void oracle_refine(struct oracle *o, double fineness) { o->fineness = fineness; }

/* ---- one beta ---- */

const struct oracle_point oracle_unknown_point = {
    .entropy = NAN,
    .entropy_error = INFINITY,
    .participation = NAN,
    .participation_error = INFINITY,
    .log_mean_participation = NAN,
    .log_mean_participation_error = INFINITY,
    .top_weight = NAN,
    .top_weight_error = INFINITY,
    .log_top_weight = NAN,
    .log_top_weight_error = INFINITY,
    .log_partition = NAN,
    .log_partition_error = INFINITY,
    .gap_mean = NAN,
    .gap_mean_error = INFINITY,
};

bool oracle_ask(const struct oracle *o, double beta, struct oracle_question ask,
                struct oracle_answer *answer) {
    if (o->product) { return product_ask(o, beta, answer); }
    return o->family->row_scale ? mixture_ask(o, beta, ask, answer) : law_ask(o, beta, ask, answer);
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

double oracle_log_participation(const struct oracle_point *at, const struct oracle_point *twice,
                                double *error) {
    *error = twice->log_top_weight_error + 2 * at->log_top_weight_error;
    return 2 * at->log_top_weight - twice->log_top_weight;
}

/* ---- means alone: slopes and roots ---- */

static bool means_at(const struct oracle *o, double beta, struct oracle_point *point) {
    struct oracle_answer answer;
    bool good = oracle_ask(o, beta, (struct oracle_question){.ranks = 0}, &answer);
    if (good) { *point = answer.point; }
    return good;
}

/* The entropy bends where keys stop sharing the weight, over a width from 1/log n to (2 log n)^{-1/2} of log
 * beta; what differences of the fourth order leave is (step/width)^4/30. */
static double widest_step(const struct oracle *o) {
    return fmin(0.01, 0.05 / sqrt(o->product ? product_log_keys(o) : o->log_n));
}

/* Minus the first and second derivative of E H by log beta: chi and its slope. NaN when out of memory. */
static double entropy_falls(const struct oracle *o, double log_beta, double step, double *bend) {
    static const double first[] = {1, -8, 0, 8, -1}, second[] = {-1, 16, -30, 16, -1};
    double slope = 0;
    *bend = 0;
    for (int i = 0; i < 5; i++) {
        struct oracle_point point;
        if (!means_at(o, exp(log_beta + (i - 2) * step), &point)) { return NAN; }
        slope -= first[i] * point.entropy / (12 * step);
        *bend -= second[i] * point.entropy / (12 * step * step);
    }
    return slope;
}

/* Steps are halved until the next makes no difference but the entropies' noise. */
double oracle_susceptibility(const struct oracle *o, double beta) {
    const double noise = 1e-10 + 1e-14 * o->log_n;
    double step = widest_step(o), bend, chi = entropy_falls(o, log(beta), step, &bend), before;
    do {
        before = chi;
        step /= 2;
        chi = entropy_falls(o, log(beta), step, &bend);
    } while (fabs(chi - before) > 1e-7 * fabs(chi) + noise / step && step > 1e-9);
    return fabs(chi - before) > noise / step ? chi : before;
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

/* ---- the susceptibility's maximum ---- */

/* Uphill from log beta = 0 by growing steps: the bracket of the maximum met first. False when there is none
 * within a factor e^LEVEL. */
static bool climb(const struct oracle *o, double *low, double *high) {
    const double level = 8, first = 0.125, difference = widest_step(o);
    double bend, step = first, middle = 0, top = entropy_falls(o, 0, difference, &bend),
                 ahead = entropy_falls(o, step, difference, &bend),
                 behind = entropy_falls(o, -step, difference, &bend);
    if (ahead <= top && behind > top) {
        step = -first;
        ahead = behind;
    }
    for (double before = -step; fabs(middle) < level; step *= 1.25) {
        if (middle != 0) { ahead = entropy_falls(o, middle + step, difference, &bend); }
        if (isnan(top + ahead)) { return false; }
        if (ahead <= top) {
            *low = fmin(before, middle + step);
            *high = fmax(before, middle + step);
            return true;
        }
        before = middle;
        middle += step;
        top = ahead;
    }
    return false;
}

/* Where chi stops rising between them; where nothing happens yet or any more its slope is noise. */
static double top_between(const struct oracle *o, double low, double high, double step) {
    struct root r = {.low = low, .high = high};
    double x = low, bend;
    entropy_falls(o, low, step, &bend);
    r.at_low = -fabs(bend);
    entropy_falls(o, high, step, &bend);
    r.at_high = fabs(bend);
    for (int i = 0; i < 60 && r.high - r.low > 1e-10; i++) {
        const double before = x;
        x = root_guess(&r);
        entropy_falls(o, x, step, &bend);
        if (bend == 0 || fabs(x - before) < 1e-10) { break; }
        root_narrow(&r, x, -bend);
    }
    return x;
}

double oracle_collapse_susceptibility(const struct oracle *o, double *curvature) {
    const double resolved = 0.2, plateau = 0.05; /* steps of the width at most; flatter is noise: choices */
    double low, high, step = widest_step(o), x = NAN;
    *curvature = NAN;
    if (o->family->row_scale || o->product) { return NAN; }
    if (!climb(o, &low, &high)) { return NAN; }
    for (int i = 0; i < 12; i++) {
        double left, right, bend;
        x = top_between(o, low, high, step);
        const double top = entropy_falls(o, x, step, &bend);
        entropy_falls(o, x - step, step, &left);
        entropy_falls(o, x + step, step, &right);
        *curvature = (right - left) / (2 * step * top);
        if (!(*curvature < 0)) { break; }
        if (step * sqrt(-*curvature) <= resolved) { return *curvature < -plateau ? exp(x) : NAN; }
        low = x - 4 * step;
        high = x + 4 * step;
        step = fmax(step / 4, resolved / 2 / sqrt(-*curvature));
    }
    *curvature = NAN;
    return NAN;
}
