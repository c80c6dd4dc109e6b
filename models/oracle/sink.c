#include "models/oracle/sink.h"

#include <math.h>

#include "models/numeric/panels.h"
#include "models/oracle/fixed.h"
#include "models/oracle/inner.h"
#include "models/oracle/outer.h"

static const double WIDTH = 2.6;             /* of a panel of x, as outer.c has it */
static const double BEFORE = 40, BEYOND = 4; /* A u e^{-A u} is e^-40 of what it adds up to, or less */
static const double NEGLIGIBLE = 1e-12;      /* but where phi^n falls long before that is more */
static const double FARTHEST = 2e4;          /* of panels over y. A choice: 10 MB of them */

struct sink {
    struct field field;
    double log_weight; /* log A */
    double inner;      /* relative error of phi^n, the largest on the way */
};

/* phi^n, given psi. */
static double all_power(const struct field *f, double psi) {
    return inner_power(f, psi) * (1 - fmin(psi * f->share, 1));
}

static void integrand(const struct panels_panel *panel, double *value, void *param) {
    const struct sink *s = param;
    for (int j = 0; j < panel->rule->order; j++) {
        const double x = panel->middle + panel->half * panel->rule->x[j],
                     a = exp(fmin(x + s->log_weight, 10));
        value[j] =
            a * exp(-a) * all_power(&s->field, inner_at(&s->field, x, inner_span_at(&s->field, x)).psi);
    }
}

static void keep(const struct panels_panel *panel, const double *sum, void *param) {
    struct sink *s = param;
    (void)sum;
    const struct inner_span span = inner_span_at(&s->field, panel->middle);
    inner_at(&s->field, panel->middle, span);
    s->inner = fmax(s->inner, inner_error(&s->field, panel->middle, span).psi);
}

/* The part of the integral at x < `low`, where phi^n is 1. */
static double early_part(const struct sink *s, double low) {
    return -expm1(-exp(fmin(low + s->log_weight, 10)));
}

/* Between low and high alone phi^n is neither 0 nor 1. */
static bool integrate(struct sink *s, double low, double high, double *value, double *error) {
    struct field *f = &s->field;
    const double first = field_y(f, low - FIELD_SATURATED), last = field_y(f, high + FIELD_LINEAR);
    *value = NAN;
    *error = INFINITY;
    f->x_high = high; /* no x beyond is looked at */
    if (!(fmin(last, f->o->log_n) - first < FARTHEST)) { return true; }
    if (!field_cover(f, low - FIELD_SATURATED, high + FIELD_LINEAR) || !field_finish(f)) { return false; }
    struct panels sum = {
        .rule = &f->o->rules.outer, .count = 1, .function = integrand, .keep = keep, .param = s, .depth = 6};
    panels_aim(&sum, 0, 1, (struct panels_aim){.absolute = 1e-300, .relative = 1e-11, .power = 2.5});
    const double pieces = ceil((high - low) / WIDTH);
    for (double i = 0; i < pieces; i++) {
        panels_add(&sum, low + i * (high - low) / pieces,
                   i + 1 < pieces ? low + (i + 1) * (high - low) / pieces : high);
    }
    *value = early_part(s, low) + sum.value[0];
    *error = sum.error[0] + (s->inner + 2 * f->far_error + f->noise * fmax(fabs(low), fabs(high))) * *value;
    return true;
}

static double closed(const struct oracle *o, double beta_ratio, double score) {
    struct oracle_point point;
    fixed_point(o, beta_ratio, &point);
    return 1 / (1 + exp(point.log_partition - beta_ratio * exp(o->log_lambda) * score));
}

/* From this x on; what is left out before it, were phi^n 1 there. */
static bool integrate_from(const struct oracle *o, double beta_ratio, double log_weight, double from,
                           double *value, double *error, double *skipped) {
    struct sink s = {.log_weight = log_weight};
    field_open(&s.field, o, beta_ratio, (struct oracle_question){.errors = true});
    const double low = fmax(s.field.x_low, from), high = fmin(s.field.x_high, BEYOND - log_weight);
    bool good = true;
    if (low < high) {
        good = integrate(&s, low, high, value, error);
    } else { /* it has all the weight, or none */
        *value = early_part(&s, low);
        *error = 1e-15;
    }
    *skipped = low > s.field.x_low ? early_part(&s, low) : 0;
    field_close(&s.field);
    return good;
}

bool sink_mean(const struct oracle *o, double beta_ratio, double score, double *value, double *error) {
    *value = NAN;
    *error = INFINITY;
    if (o->family->kind == FAMILY_FIXED) {
        *value = closed(o, beta_ratio, score);
        *error = 1e-14 * *value;
        return true;
    }
    const double log_weight =
        beta_ratio * exp(o->log_lambda) * (score - o->family->quantile(o->p, -o->log_n));
    if (o->family->row_scale || o->product) { return true; }
    if (!isfinite(log_weight) || beta_ratio > OUTER_LARGEST_BETA) { return true; }
    double skipped;
    const bool good = integrate_from(o, beta_ratio, log_weight, -log_weight - BEFORE, value, error, &skipped);
    if (!good || !(skipped >= NEGLIGIBLE * *value)) { return good; }
    return integrate_from(o, beta_ratio, log_weight, -INFINITY, value, error, &skipped);
}
