#include "analysis/figures/beta_curve.h"

#include <gsl/gsl_interp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/oracle/oracle.h"
#include "models/theory/positions.h"
#include "sim/base/memory.h"

/* Logarithms: what is interpolated and looked at is log H, mean log Y_2 and log mean Y_2. */
struct source {
    bool is_entropy;
    double height;         /* the largest H or -log Y_2, from which a figure shows it */
    struct oracle *oracle; /* NULL: the splines */
    double *x;
    gsl_interp *spline[BETA_CURVE_COLUMNS]; /* NULL: no such column */
    double *column[BETA_CURVE_COLUMNS];
};

/* ---- values at any beta ---- */

/* Entropies that have underflown are as good as none. */
static double log_entropy(double entropy) { return entropy >= 0 ? log(fmax(entropy, 1e-300)) : NAN; }

/* Small Y_2 have digits where errors are asked for. */
static struct oracle_point ask(const struct source *source, double ratio) {
    const struct oracle_question question = {.errors = !source->is_entropy};
    struct oracle_answer answer;
    if (!oracle_ask(source->oracle, ratio, question, &answer)) { memory_exhausted(); }
    return answer.point;
}

static void value_at(const struct source *source, double x, double value[BETA_CURVE_COLUMNS]) {
    const double ratio = pow(10, x);
    if (!source->oracle) {
        for (size_t k = 0; k < BETA_CURVE_COLUMNS; k++) {
            value[k] = source->spline[k]
                           ? gsl_interp_eval(source->spline[k], source->x, source->column[k], x, NULL)
                           : NAN;
        }
        return;
    }
    const struct oracle_point at = ask(source, ratio);
    value[0] = log_entropy(at.entropy), value[1] = NAN;
    if (source->is_entropy) { return; }
    const struct oracle_point twice = ask(source, 2 * ratio);
    double error;
    value[0] = oracle_log_participation(&at, &twice, &error);
    value[1] = at.log_mean_participation;
}

/* ---- where there is too little of a curve ---- */

/* What is seen of a value, in heights of a figure: H and its logarithm, or -log Y_2 and that of the mean. */
enum { VIEWS = 2 };
static void view_of(const struct source *source, const double value[BETA_CURVE_COLUMNS], double view[VIEWS]) {
    if (source->is_entropy) {
        const double log_height = log(source->height), decades = log(1e4) + fmax(log_height, 0);
        view[0] = exp(value[0] - log_height);
        view[1] = fmax(value[0], log_height - decades) / decades;
    } else {
        for (size_t v = 0; v < VIEWS; v++) { view[v] = -value[v] / source->height; }
    }
}

/* Betas may begin where little of log n is left. */
static double height_of(const struct source *source, const struct beta_curve *c) {
    double height = 0;
    for (size_t i = 0; i < c->count; i++) {
        height = fmax(height, source->is_entropy ? exp(c->value[i][0]) : -c->value[i][0]);
    }
    return height;
}

/* How far a point lies off the straight line between its neighbours, at most. */
static double bend_at(const struct source *source, const struct beta_curve *c, size_t i) {
    double view[3][VIEWS], bend = 0, part = (c->x[i] - c->x[i - 1]) / (c->x[i + 1] - c->x[i - 1]);
    for (size_t k = 0; k < 3; k++) { view_of(source, c->value[i + k - 1], view[k]); }
    for (size_t v = 0; v < VIEWS; v++) {
        double off = fabs(view[1][v] - (1 - part) * view[0][v] - part * view[2][v]);
        if (isfinite(off)) { bend = fmax(bend, off); }
    }
    return bend;
}

/* From the last point on, each to its place, and before that what comes between it and the next. */
static void put_between(const struct source *source, struct beta_curve *c, size_t halved, const bool *halve) {
    c->x = memory_resize(c->x, c->count + halved, sizeof *c->x);
    c->value = memory_resize(c->value, c->count + halved, sizeof *c->value);
    for (size_t i = c->count, to = c->count + halved; i-- > 0;) {
        if (halve[i]) {
            to--;
            c->x[to] = (c->x[i] + c->x[to + 1]) / 2;
            value_at(source, c->x[to], c->value[to]);
        }
        c->x[--to] = c->x[i];
        memmove(c->value[to], c->value[i], sizeof *c->value);
    }
    c->count += halved;
}

/* Halves what lies beside a point that is bent: whether there was one. */
static bool refine_once(const struct source *source, struct beta_curve *c, size_t most) {
    const double unseen = 0.003;
    bool *halve = memory_create(c->count, sizeof *halve);
    size_t halved = 0;
    for (size_t i = 1; i + 1 < c->count; i++) {
        if (bend_at(source, c, i) > unseen) { halve[i - 1] = halve[i] = true; }
    }
    for (size_t i = 0; i < c->count; i++) { halved += halve[i]; }
    bool go_on = halved > 0 && c->count + halved <= most;
    if (go_on) { put_between(source, c, halved, halve); }
    free(halve);
    return go_on;
}

static void refine_curve(struct source *source, struct beta_curve *c) {
    enum { PASSES = 5, MOST = 400 };
    source->height = height_of(source, c);
    for (int pass = 0; pass < PASSES && refine_once(source, c, MOST); pass++) {}
}

/* ---- sources ---- */

/* NULL where there is none, or where trees and keys at positions may take ten times as long as others. */
static struct oracle *fast_oracle(const struct results_series *s, size_t n, double p[FAMILY_PARAMETERS]) {
    if (s->family->kind == FAMILY_SAMPLED || s->family->kind == FAMILY_MEASURED) { return NULL; }
    family_parameters(s->family, s->parameter, s->log_n[n], p);
    if (!positions_are_absent(family_position(s->family, p))) { return NULL; }
    return oracle_create_with(s->family, p, s->log_n[n], s->log_lambda_typ[n]);
}

static bool is_known(const struct beta_curve *c, size_t column) {
    for (size_t i = 0; i < c->count; i++) {
        if (!isfinite(c->value[i][column])) { return false; }
    }
    return c->count > 2;
}

static void make_splines(struct source *source, const struct beta_curve *c) {
    source->x = memory_copy(c->x, c->count, sizeof *c->x);
    for (size_t k = 0; k < BETA_CURVE_COLUMNS; k++) {
        if (!is_known(c, k)) { continue; }
        source->column[k] = memory_create(c->count, sizeof *source->column[k]);
        for (size_t i = 0; i < c->count; i++) { source->column[k][i] = c->value[i][k]; }
        source->spline[k] = gsl_interp_alloc(gsl_interp_steffen, c->count);
        if (!source->spline[k]) { memory_exhausted(); }
        gsl_interp_init(source->spline[k], source->x, source->column[k], c->count);
    }
}

static void source_release(struct source *source) {
    oracle_free(source->oracle);
    free(source->x);
    for (size_t k = 0; k < BETA_CURVE_COLUMNS; k++) {
        gsl_interp_free(source->spline[k]);
        free(source->column[k]);
    }
}

/* ---- curves ---- */

static void own_value(const struct results_series *s, size_t at, bool is_entropy, bool is_exact,
                      double value[BETA_CURVE_COLUMNS]) {
    value[1] = NAN;
    if (is_entropy) {
        value[0] = log_entropy(is_exact ? s->exact_entropy[at] : s->mean[MEASURE_ENTROPY][at]);
    } else if (is_exact) {
        value[0] = s->exact_log_participation[at];
        value[1] = s->exact_log_mean_participation[at];
    } else {
        value[0] = s->mean[RESULTS_LOG_PARTICIPATION][at];
    }
}

static struct beta_curve own_curve(const struct results_series *s, size_t n, bool is_entropy, bool is_exact) {
    const size_t betas = s->size[RESULTS_BETA];
    struct beta_curve c = {betas, memory_create(betas, sizeof *c.x), memory_create(betas, sizeof *c.value),
                           is_exact};
    for (size_t b = 0; b < betas; b++) {
        c.x[b] = log10(s->beta_ratio[n * betas + b]);
        own_value(s, n * betas + b, is_entropy, is_exact, c.value[b]);
    }
    return c;
}

static bool is_rising(const struct beta_curve *c) {
    for (size_t i = 0; i < c->count; i++) {
        if (!isfinite(c->x[i]) || (i > 0 && c->x[i] <= c->x[i - 1])) { return false; }
    }
    return true;
}

static void leave_logarithms(struct beta_curve *c) {
    for (size_t i = 0; i < c->count; i++) { c->value[i][0] = exp(c->value[i][0]); }
}

static struct beta_curve curve_of(const struct results_series *s, size_t n, bool is_entropy) {
    double p[FAMILY_PARAMETERS] = {0};
    struct source source = {.is_entropy = is_entropy};
    struct beta_curve c = own_curve(s, n, is_entropy, true);
    if (!is_known(&c, 0)) {
        beta_curve_release(&c);
        c = own_curve(s, n, is_entropy, false);
    }
    if (is_known(&c, 0) && is_rising(&c)) {
        if (c.is_exact) { source.oracle = fast_oracle(s, n, p); }
        if (!source.oracle) { make_splines(&source, &c); }
        refine_curve(&source, &c);
    }
    if (is_entropy) { leave_logarithms(&c); }
    source_release(&source);
    return c;
}

struct beta_curve beta_curve_entropy(const struct results_series *s, size_t n) {
    return curve_of(s, n, true);
}

struct beta_curve beta_curve_participation(const struct results_series *s, size_t n) {
    return curve_of(s, n, false);
}

struct beta_curve beta_curve_entropy_over(const struct results_series *s, size_t n, double low, double high) {
    enum { PIECES = 24 };
    double p[FAMILY_PARAMETERS] = {0};
    struct source source = {.is_entropy = true, .oracle = fast_oracle(s, n, p)};
    struct beta_curve c = {.is_exact = true};
    if (!source.oracle) { return c; }
    c.count = PIECES + 1;
    c.x = memory_create(c.count, sizeof *c.x);
    c.value = memory_create(c.count, sizeof *c.value);
    for (size_t i = 0; i < c.count; i++) {
        c.x[i] = low + (high - low) * (double)i / PIECES;
        value_at(&source, c.x[i], c.value[i]);
    }
    refine_curve(&source, &c);
    leave_logarithms(&c);
    source_release(&source);
    return c;
}

void beta_curve_release(struct beta_curve *c) {
    free(c->x);
    free(c->value);
}

double beta_curve_at(const struct beta_curve *c, size_t column, double x) {
    const double rounding = 1e-12;
    if (c->count < 2 || !(x >= c->x[0] - rounding && x <= c->x[c->count - 1] + rounding)) { return NAN; }
    const size_t low = gsl_interp_bsearch(c->x, x, 0, c->count - 1), high = low + 1;
    double part = (x - c->x[low]) / (c->x[high] - c->x[low]);
    return (1 - part) * c->value[low][column] + part * c->value[high][column];
}
