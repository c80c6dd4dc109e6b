#include "models/oracle/pairs.h"

#include <float.h>
#include <gsl/gsl_math.h>
#include <math.h>

#include "models/numeric/panels.h"
#include "models/oracle/inner.h"

enum { PANELS = 32, NODES = PANELS * OUTER }; /* of x */
static const double WIDTH = 2.6;              /* of one, as outer.c has it */
static const double CERTAIN = 1e-13;          /* psi below which phi^{n-1} is 1 */
static const double OVER = 5.5;               /* a > e^5.5: e^-a is nothing */
static const double UNDER = 25;     /* beyond x_high: e^-a is 1 to 1e-13 wherever phi^{n-1} is not 0 */
static const double EARLY = 20;     /* x so much below b: a^2 < e^-40 */
static const double NEGLECTED = 28; /* e^-28 of the largest */
static const double SMALL = 1e-8;   /* means from here on down are looked for, to e^LEAST */
static const double LEAST = -4000;
static const double STEP = 4; /* of a panel over scores, in y and in b */

/* phi^{n-1} on nodes of x between x_low, below which it is 1, and x_high, beyond which it is 0. */
struct pairs {
    const struct field *f;
    double x_low, x_high, x_first; /* below x_first e^{2x} phi^{n-1} is 1e-16 of what it adds up to */
    size_t nodes;
    double x[NODES], a[NODES], weight[NODES]; /* of the nodes, e^{x - x_high}; times phi^{n-1} */
    double log_all;                           /* of int e^{2 (x - x_high)} phi^{n-1} dx */
    double error;                             /* relative, of R */
    double most;                              /* the logarithm of e^y R at its largest */
    size_t kinds;                             /* of integrands */
    double chord;                             /* T(2-T) at V = 1/n; 0 with no output */
    double depth;                             /* that T is seen from */
};

/* ---- R ---- */

/* int_0^a t e^{-t} dt. */
static double up_to(double a) {
    return a < 0.01 ? a * a * (1.0 / 2 - a * (1.0 / 3 - a * (1.0 / 8 - a * (1.0 / 30 - a / 144))))
                    : -expm1(-a) - a * exp(-a);
}

/* A panel's nodes; returns its part of int e^{2 (x - x_high)} phi^{n-1} dx, whose error it adds to *error. */
static double add_nodes(struct pairs *p, double low, double high, double *error) {
    const struct field *f = p->f;
    const struct legendre *r = &f->o->rules.outer;
    const double half = (high - low) / 2;
    double sum = 0, last[PANELS_ENDS] = {0};
    for (size_t j = 0; j < OUTER; j++) {
        const double x = low + half * (1 + r->x[j]);
        const double power = inner_power(f, inner_at(f, x, inner_span_at(f, x)).psi), a = exp(x - p->x_high),
                     term = half * r->w[j] * power * a * a;
        p->x[p->nodes] = x;
        p->a[p->nodes] = a;
        p->weight[p->nodes++] = half * r->w[j] * power;
        sum += term;
        for (size_t k = 0; k < PANELS_ENDS; k++) { last[k] += term * r->value[OUTER - PANELS_ENDS + k][j]; }
    }
    const double middle = low + half;
    const struct inner_span span = inner_span_at(f, middle);
    inner_at(f, middle, span);
    *error += panels_error(sum, last, PANELS_ENDS, 2.5) + sum * inner_error(f, middle, span).psi;
    return sum;
}

/* Where int e^{2 (x - x_high)} phi^{n-1} dx, from below, reaches this. */
static double first_of(const struct pairs *p, double least) {
    size_t j = p->nodes; /* within a panel the order does not matter */
    double sum = exp(2 * (p->x_low - p->x_high)) / 2;
    while (j > 1 && sum < least) {
        j--;
        sum += p->weight[j] * p->a[j] * p->a[j];
    }
    return sum < least ? p->x_high : j < p->nodes ? p->x[j] : p->x_low;
}

/* Downwards until nothing is left to happen. What phi^{n-1} is off 1 there is an error. */
static bool make_nodes(struct pairs *p) {
    const struct field *f = p->f;
    double sum = 0, error = 0, psi = INFINITY;
    p->x_low = p->x_high = f->x_high;
    while (psi > CERTAIN && p->nodes < NODES && p->x_low > f->x_low) {
        const double high = p->x_low;
        p->x_low = fmax(high - WIDTH / f->fineness, f->x_low);
        sum += add_nodes(p, p->x_low, high, &error);
        psi = inner_at(f, p->x_low, inner_span_at(f, p->x_low)).psi;
    }
    sum += exp(2 * (p->x_low - p->x_high)) / 2;
    p->log_all = log(sum);
    p->x_first = first_of(p, 1e-16 * sum);
    p->error = error / sum + psi + 2 * f->far_error;
    return isfinite(p->log_all + p->error);
}

/* The first node of the panel around x. */
static size_t node_at(const struct pairs *p, double x) {
    const double panel = floor((p->x_high - x) * p->f->fineness / WIDTH);
    return (size_t)fmin(fmax(0, panel) * OUTER, (double)p->nodes);
}

/* log R(b). */
static double log_share(const struct pairs *p, double b) {
    if (b < p->x_low - OVER) { return 0; }
    if (b > p->x_high + UNDER) { return p->log_all + 2 * (p->x_high - b); }
    const size_t begin = node_at(p, b + OVER), last = node_at(p, fmin(p->x_first, b - EARLY)),
                 end = last < p->nodes ? last + OUTER : p->nodes;
    const size_t count = end > begin ? end - begin : 0;
    return log(up_to(exp(p->x_low - b)) +
               p->f->o->kernel->squares(count, p->a + begin, p->weight + begin, exp(p->x_high - b)));
}

/* ---- all scores ---- */

/* beta g(y), y as low as wanted. */
static double gap_at(const struct field *f, double y) {
    const struct oracle *o = f->o;
    if (y >= profile_lowest(o->profile)) { return field_gap(f, y); }
    return -f->beta * exp(o->family->log_gap(o->p, y - o->log_n, -y) + o->log_lambda);
}

enum { ALL, CHORD, APART, KINDS };

/* Of 1, T(2-T) over its value at V = 1/n, (T/depth - 1)^2. */
static void integrand(const struct panels_panel *panel, double *value, void *param) {
    const struct pairs *p = param;
    const struct oracle *o = p->f->o;
    const size_t count = (size_t)panel->rule->order, kinds = p->kinds;
    double y[LEGENDRE_MOST] = {0}, gap[LEGENDRE_MOST];
    for (size_t j = 0; j < count; j++) { y[j] = panel->middle + panel->half * panel->rule->x[j]; }
    profile_gaps(o->profile, o->vector, count, y, gap);
    for (size_t j = 0; j < count; j++) {
        const double b = y[j] < profile_lowest(o->profile) ? gap_at(p->f, y[j]) : p->f->beta * gap[j];
        value[j * kinds] = exp(y[j] + log_share(p, b) - p->most);
        if (kinds > CHORD) { value[j * kinds + CHORD] = value[j * kinds] * field_chord(p->f, b) / p->chord; }
        if (kinds > APART) {
            value[j * kinds + APART] = value[j * kinds] * gsl_pow_2(field_depth(p->f, b) / p->depth - 1);
        }
    }
}

/* Scores between two y, in panels over which neither y nor b changes by more than about STEP. None where the
 * most they could add is nothing. */
static void add_scores(const struct pairs *p, double low, double high, double low_b, double high_b,
                       struct panels *sum) {
    if (!(high + log_share(p, low_b) + log(high - low) > p->most - NEGLECTED)) { return; }
    const double change = fmax(high - low, fmin(high_b - low_b, 1e3)),
                 pieces = ceil(p->f->fineness * change / STEP), piece = (high - low) / pieces;
    for (double i = 0; i < pieces; i++) {
        panels_add(sum, low + i * piece, i + 1 < pieces ? low + (i + 1) * piece : high);
    }
}

/* ---- panel by panel, upwards in b ---- */

/* The last knot that a single panel from knot i on reaches, or the next; towards V = 1, where quantiles may
 * branch, it goes seven eighths of the way at most. */
static size_t furthest(const struct pairs *p, size_t i) {
    const struct oracle *o = p->f->o;
    const double most = STEP / p->f->fineness, near = (o->log_n - o->knot[i].y) / 8,
                 last = fmin(o->knot[i].y + most, o->log_n - near), last_b = field_knot_b(p->f, i) + most;
    size_t end = i + 1;
    while (end + 1 < o->knots && o->knot[end + 1].y <= last && field_knot_b(p->f, end + 1) <= last_b) {
        end++;
    }
    return end;
}

/* The largest e^y R among the ends of panels. */
static void find_most(struct pairs *p) {
    const struct oracle *o = p->f->o;
    p->most = -INFINITY;
    for (size_t i = 0; i < o->knots; i = furthest(p, i)) {
        p->most = fmax(p->most, o->knot[i].y + log_share(p, field_knot_b(p->f, i)));
    }
    for (double y = KNOTS_DEEPEST - STEP; y > fmax(p->most - NEGLECTED, LEAST); y -= STEP) {
        p->most = fmax(p->most, y + log_share(p, gap_at(p->f, y)));
    }
}

/* All scores, those below the knots first. */
static void add_all(const struct pairs *p, struct panels *sum) {
    const struct oracle *o = p->f->o;
    const double steps = fmax(0, ceil((KNOTS_DEEPEST - (p->most - NEGLECTED)) / STEP));
    double low = KNOTS_DEEPEST - steps * STEP, low_b = gap_at(p->f, low);
    while (low < KNOTS_DEEPEST) {
        const double high = low + STEP, high_b = gap_at(p->f, high);
        add_scores(p, low, high, low_b, high_b, sum);
        low = high;
        low_b = high_b;
    }
    for (size_t i = 0, end; i + 1 < o->knots; i = end) {
        end = furthest(p, i);
        add_scores(p, o->knot[i].y, o->knot[end].y, field_knot_b(p->f, i), field_knot_b(p->f, end), sum);
    }
}

/* Every score from x_low - SATURATED to x_high + LINEAR is in the field's panels. */
static bool is_covered(const struct pairs *p) {
    const struct field *f = p->f;
    const struct oracle *o = f->o;
    const double first = fmax(p->x_low - FIELD_SATURATED, field_knot_b(f, 0)),
                 last = fmin(p->x_high + FIELD_LINEAR, field_knot_b(f, o->knots - 1));
    if (last <= first) { return true; }
    if (f->count == 0 || f->panel[0].low_b > first || f->panel[f->count - 1].high_b < last) { return false; }
    for (size_t i = 1; i < f->count; i++) {
        if (f->panel[i].low_y != f->panel[i - 1].high_y && f->panel[i].high_b > first) { return false; }
    }
    return true;
}

bool pairs_are_asked_for(double mean) { return mean < SMALL; }

/* A mean is above 1/n. A choice: it comes from a stretch of e^12 at most. */
double pairs_lowest(double log_n) {
    return -log_n > log(SMALL) ? 0 : -fmin(log_n + 12, -LEAST) - NEGLECTED - 2 * STEP;
}

/* A mean over the keys that make Y_2, and its relative error; NaN where it is not asked for. */
static double mean_of(const struct panels *sum, size_t kind, double *error) {
    *error = INFINITY;
    if (kind >= sum->count) { return NAN; }
    *error = sum->error[kind] / sum->value[kind] + sum->error[ALL] / sum->value[ALL];
    return sum->value[kind] / sum->value[ALL];
}

bool pairs_mean(const struct field *f, double depth, struct pairs_answer *answer) {
    struct pairs p = {.f = f, .depth = depth};
    if (!make_nodes(&p) || !is_covered(&p)) { return false; }
    find_most(&p);
    if (!(p.most > LEAST)) { return false; }
    p.chord = f->ask.output ? field_chord(f, 0) : 0;
    p.kinds = !(p.chord >= DBL_MIN) ? CHORD : depth > 0 ? KINDS : APART;
    struct panels sum = {
        .rule = &f->o->rules.outer, .count = p.kinds, .function = integrand, .param = &p, .depth = 5};
    panels_aim(&sum, 0, sum.count, (struct panels_aim){.relative = 1e-11, .absolute = 1e-11, .power = 2.5});
    add_all(&p, &sum);
    /* noise of gaps moves a^2 e^-a by twice itself, and x_high likewise; the rest is a choice */
    const double noise = 4 * f->noise * fmax(fabs(p.x_low), fabs(p.x_high)), allowance = 1e-10;
    answer->log_mean = p.most + log(sum.value[ALL]);
    answer->error = sum.error[ALL] / sum.value[ALL] + p.error + noise + allowance;
    answer->chord = p.chord * mean_of(&sum, CHORD, &answer->chord_error);
    answer->apart = depth * depth * mean_of(&sum, APART, &answer->apart_error);
    return sum.value[ALL] > 0 && isfinite(answer->error);
}
