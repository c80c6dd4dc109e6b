#include "models/oracle/sink.h"

#include <float.h>
#include <math.h>

#include "models/numeric/panels.h"
#include "models/oracle/fixed.h"
#include "models/oracle/inner.h"
#include "models/oracle/outer.h"

static const double WIDTH = 2.6;    /* of a panel of x, as outer.c has it */
static const double BEFORE = 40;    /* there it is A u, and e^-40 of what it adds up to */
static const double BEYOND = 4;     /* there A u e^{-A u} is e^-50 */
static const double LEFT = 1e-18;   /* of the integral: panels that add so little end it */
static const double CUT = 1e-8;     /* of the integral: what it may have where phi^n is taken for 0 */
static const double LEAST = -700;   /* log A u, below which all is 0 */
static const double WIDEST = 5e3;   /* of x. A choice */
static const double FARTHEST = 2e4; /* of panels over y. A choice: 10 MB of them */

struct sink {
    struct field field;
    double log_weight; /* log A */
    double inner;      /* relative error of phi^n, the largest on the way */
};

/* phi^n, given psi. */
static double all_power(const struct field *f, double psi) {
    return inner_power(f, psi) * (1 - fmin(psi * f->share, 1));
}

static double power_at(const struct sink *s, double x) {
    return all_power(&s->field, inner_at(&s->field, x, inner_span_at(&s->field, x)).psi);
}

static double integrand_at(const struct sink *s, double x) {
    const double a = exp(fmin(x + s->log_weight, 10));
    return a * exp(-a) * power_at(s, x);
}

/* Where phi^n vanishes, to a panel's width; `high` where it does not. */
static double top_of(const struct sink *s, double low, double high) {
    if (power_at(s, high) > 0) { return high; }
    while (high - low > WIDTH) {
        const double middle = low + (high - low) / 2;
        if (power_at(s, middle) > 0) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

static void integrand(const struct panels_panel *panel, double *value, void *param) {
    for (int j = 0; j < panel->rule->order; j++) {
        value[j] = integrand_at(param, panel->middle + panel->half * panel->rule->x[j]);
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

/* From the top down, as long as panels add something: the logarithm of the integrand is concave. Returns
 * where it ends. */
static double add_down(struct panels *sum, double low, double high) {
    const double pieces = ceil((high - low) / WIDTH), each = (high - low) / pieces;
    double end = high, before = -1;
    for (double i = 1; i <= pieces && sum->value[0] - before >= LEFT * sum->value[0]; i++) {
        const double begin = i < pieces ? high - i * each : low;
        before = sum->value[0];
        panels_add(sum, begin, end);
        end = begin;
    }
    return end;
}

/* What is beyond x, the last that is known to have a phi^n: of a e^-a, which adds up to 1, as much as that.
 */
static double cut_error(const struct sink *s, double x, double value) {
    const double there = integrand_at(s, x);
    return there < CUT * value ? there : power_at(s, x);
}

/* The x by which phi^n is less than a double holds: so many scores have a >= 1, or weigh as much. Rows as
 * rare as that make the weight of a sink far below the others. */
static double end_of(const struct field *f) {
    const double many = log(750);
    const struct oracle *o = f->o;
    double end = field_knot_b(f, o->knots - 1) + many;
    for (size_t i = 0; i < o->knots; i++) {
        if (o->knot[i].y >= many) { end = fmin(end, field_knot_b(f, i) + many - o->knot[i].y); }
    }
    return fmax(f->x_high, end + 1);
}

/* What is before `low`, where phi^n is not 1 yet: the integrand's logarithm is concave. */
static double missed(const struct sink *s, double low) {
    const double step = 4, there = integrand_at(s, low);
    return integrand_at(s, low + step) > M_E * there ? step * there : exp(-BEFORE);
}

/* Between low and high, before which phi^n is 1 or, where it is not the whole range, little is to be had. */
static bool integrate(struct sink *s, double low, double high, bool whole, double *value, double *error) {
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
    const double top = top_of(s, low, high);
    if (top + s->log_weight < LEAST) {
        *value = 0;
        *error = exp(LEAST);
        return true;
    }
    const bool ended = add_down(&sum, low, top) > low;
    *value = sum.value[0] + (ended || !whole ? 0 : early_part(s, low));
    *error = DBL_MIN + sum.error[0] + (ended || whole ? 0 : missed(s, low)) +
             cut_error(s, top < high ? top - WIDTH : high, *value) +
             (s->inner + 2 * f->far_error + f->noise * fmax(fabs(low), fabs(high))) * *value;
    return true;
}

static double closed(const struct oracle *o, double beta_ratio, double score) {
    struct oracle_point point;
    fixed_point(o, beta_ratio, &point);
    return 1 / (1 + exp(point.log_partition - beta_ratio * exp(o->log_lambda) * score));
}

bool sink_mean(const struct oracle *o, double beta_ratio, double score, double *value, double *error) {
    *value = NAN;
    *error = INFINITY;
    if (o->family->kind == FAMILY_FIXED) {
        *value = closed(o, beta_ratio, score);
        *error = 1e-14 * *value;
        return true;
    }
    if (o->family->row_scale || o->product || o->tree) { return true; }
    struct sink s = {.log_weight =
                         beta_ratio * exp(o->log_lambda) * (score - o->family->quantile(o->p, -o->log_n))};
    if (!isfinite(s.log_weight) || beta_ratio > OUTER_LARGEST_BETA) { return true; }
    field_open(&s.field, o, beta_ratio, (struct oracle_question){.errors = true});
    /* Z is hardly more than n e^{beta s*}: from there on weights count that are far below e^-BEFORE. */
    const double high = fmin(end_of(&s.field), -s.log_weight + BEYOND),
                 all = fmax(s.field.x_low, fmin(-s.log_weight, -o->log_n) - BEFORE);
    const bool whole = high - all < WIDEST;
    const double low = whole ? all : fmax(s.field.x_low, -s.log_weight - BEFORE);
    bool good = true;
    if (low < high) {
        good = integrate(&s, low, high, whole, value, error);
    } else { /* it has all the weight, or next to none */
        *value = early_part(&s, s.field.x_low);
        *error = 1e-15;
    }
    field_close(&s.field);
    return good;
}
