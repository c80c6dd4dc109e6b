#include "models/oracle/outer.h"

#include <math.h>
#include <string.h>

#include "models/oracle/inner.h"
#include "models/oracle/series.h"

static const double WIDTH = 2.6; /* of a panel. A choice: e^{-e^x} and its like then end at about 1e-11 */
static const double LESS_LONG = 40;
static const double AIM =
    2e-11;          /* each panel's share of the error. A choice, a tenth of what oracle.h says */
enum { DEPTH = 4 }; /* halvings. A choice: what 16 parts leave unresolved is rounding */

/* Components of the function, all but the ordered weights, at x. */
static void put(const struct field *f, const struct inner *in, double power, double x, double top,
                double no_top, double *value) {
    value[ENTROPY] = power * in->entropy;
    value[PARTICIPATION] = power * (in->first - in->second);
    value[NO_PARTICIPATION] = power * in->second;
    value[TOP] = top;
    value[NO_TOP] = no_top;
    value[POSITION] = power * in->first * (x - f->origin);
    value[FAR] = power * inner_far(f, x);
    value[SUSCEPTIBILITY] = inner_susceptibility(f, in, power);
}

static void put_rest(const struct field *f, const struct inner *in, double power, struct inner_gap gap,
                     double *value) {
    value[TANGENTIAL] = power * in->chord;
    value[ALONG] = power * in->along;
    value[RADIAL] = inner_radial(f, in, power);
    value[GAP] = gap.gap;
    value[GAP_MISSED] = gap.missed;
}

/* So many; what is asked for comes after the means. */
static size_t components_of(const struct oracle_question *ask) {
    return ask->output || ask->gap || ask->ranks > 0 ? RANKS + ask->ranks : MEANS;
}

/* Weights below 1e-15 are those of rows that hardly come: which of them is the largest does not matter. */
static void sample(struct outer *s, double x, double *value) {
    const struct field *f = &s->field;
    const struct inner_span span = inner_span_at(f, x);
    const struct inner in = inner_at(f, x, span);
    double power = inner_power(f, in.psi), total = power * in.first, top = total;
    if (f->ask.ranks > 0) { memset(value + RANKS, 0, f->ask.ranks * sizeof *value); }
    if (total > 1e-15 && f->ask.ranks > 0) {
        f->o->kernel->ranks(f, x, in.psi, power, span, value + RANKS);
        top = value[RANKS];
    } else if (total > 1e-15 && f->ask.top_weight) {
        top = f->o->kernel->top(f, x, in.psi, power, span);
    }
    s->left = power;
    put(f, &in, power, x, top, total - top, value);
    if (s->sum.count == MEANS) { return; }
    const bool gap = f->ask.gap && total > 0;
    put_rest(f, &in, power, gap ? f->o->kernel->gap(f, x, in.psi, power, span) : (struct inner_gap){0, 0},
             value);
}

static void sample_long(struct outer *s, const struct panels_panel *panel, double *value) {
    const struct field *f = &s->field;
    struct series series;
    struct inner in[OUTER];
    const struct series_kernel *kernel = f->o->series;
    kernel->make(f, panel->low, panel->high, &series);
    kernel->inner(f, &series, in);
    s->rough = series.rough;
    s->middle = series.x[OUTER / 2];
    s->half = series.half;
    for (size_t j = 0; j < OUTER; j++, value += s->sum.count) {
        double power = inner_power(f, in[j].psi), no_top = kernel->no_top(f, &series, j, in[j].psi);
        s->left = power;
        put(f, &in[j], power, series.x[j], power * in[j].first - no_top, no_top, value);
        if (s->sum.count > MEANS) {
            put_rest(f, &in[j], power,
                     f->ask.gap ? kernel->gap(f, &series, j, in[j].psi) : (struct inner_gap){0, 0}, value);
        }
        if (f->ask.ranks > 0) { kernel->ranks(f, &series, j, in[j].psi, value + RANKS); }
        for (size_t q = 0; q < s->sum.count; q++) { value[q] *= series.slope[j]; }
    }
}

static void integrand(const struct panels_panel *panel, double *value, void *param) {
    struct outer *s = param;
    if (s->is_long) {
        sample_long(s, panel, value);
        return;
    }
    s->rough = 0;
    s->middle = panel->middle;
    s->half = panel->half;
    for (size_t j = 0; j < OUTER; j++) {
        sample(s, panel->middle + panel->half * panel->rule->x[j], value + j * s->sum.count);
    }
}

/* The inner rule's errors, as they are at the panel's middle; none where 1e-20 depends on it. */
static void add_inner_error(struct outer *s, double x, double width, const double *sum) {
    const struct field *f = &s->field;
    const struct inner_span span = inner_span_at(f, x);
    const struct inner in = inner_at(f, x, span);
    double power = width * inner_power(f, in.psi);
    if (power < 1e-20) { return; }
    const struct inner error = inner_error(f, x, span);
    s->own[ENTROPY] += power * (error.entropy + fabs(in.entropy) * error.psi);
    for (size_t q = PARTICIPATION; q <= FAR; q++) {
        s->own[q] += power * (error.entropy + in.first * error.psi);
    }
    s->own[SUSCEPTIBILITY] +=
        power * (in.first * (error.spread + in.spread * error.psi) + error.entropy * in.spread);
    if (s->sum.count == MEANS) { return; }
    s->own[TANGENTIAL] += power * (error.entropy + in.first * error.psi);
    s->own[GAP] += power * error.entropy + sum[GAP] * error.psi;
    const struct inner most = {
        .psi = in.psi, .along = fabs(in.along) + error.along, .square = in.square + error.square};
    s->own[ALONG] += power * (error.along + fabs(in.along) * error.psi);
    s->own[RADIAL] += inner_radial(f, &most, power) * (1 + error.psi) - inner_radial(f, &in, power);
}

/* Noise of gaps moves b by that part of itself; differences between nodes enlarge it by about OUTER^4/half^2,
 * of which 1e4/half^2 was enough for values to agree with shorter panels. */
static void keep(const struct panels_panel *panel, const double *sum, void *param) {
    (void)panel;
    struct outer *s = param;
    const double enlarged = s->is_long ? 1e4 / (s->half * s->half) : 1,
                 moved = s->field.noise * enlarged * fabs(s->middle) *
                         (sum[PARTICIPATION] + fabs(sum[NO_PARTICIPATION]));
    for (size_t q = 0; q <= FAR; q++) { s->own[q] += s->rough * fabs(sum[q]) + moved; }
    s->own[SUSCEPTIBILITY] += s->rough * fabs(sum[SUSCEPTIBILITY]) +
                              moved * (sqrt(fmax(0, sum[SUSCEPTIBILITY])) + sum[SUSCEPTIBILITY]);
    if (s->sum.count > MEANS) {
        s->own[TANGENTIAL] += moved;
        for (size_t q = MEANS; q < QUANTITIES; q++) { s->own[q] += s->rough * fabs(sum[q]); }
        s->own[GAP] += s->field.noise * fabs(s->middle) *
                       (enlarged * sum[GAP] + (s->is_long ? 0 : fabs(sum[NO_TOP]) + sum[FAR]));
    }
    if (s->field.ask.errors && !s->is_long) { add_inner_error(s, s->middle, 2 * s->half, sum); }
}

static double rise_to(const struct field *f, size_t knot) {
    return field_knot_b(f, knot) - field_knot_b(f, knot - 1);
}

/* The last of some knots from `knot` on that a panel goes to: seven if b rises by FIELD_LONG to each, or ever
 * more, over which y goes by 2.2 at most, of which 16 nodes leave 1e-12; or two, if it is not long then:
 * choices. One by one towards V = 1, where quantiles may branch. */
static size_t last_of(const struct field *f, size_t knot, bool is_long) {
    const struct oracle *o = f->o;
    const double low = field_knot_b(f, knot - 1), first = o->knot[knot - 1].y,
                 last = fmin(first + (is_long ? 2.2 : 1) / f->fineness, o->log_n - 2);
    const size_t most = knot + (size_t)((is_long ? 7 : low > 6 ? 2 : 1) / fmax(1, f->fineness)) - 1;
    while (knot < most && knot + 1 < o->knots && o->knot[knot + 1].y <= last &&
           (is_long ? rise_to(f, knot + 1) >= fmin(rise_to(f, knot), FIELD_LONG)
                    : field_knot_b(f, knot + 1) - low < LESS_LONG)) {
        knot++;
    }
    return knot;
}

/* Whether long panels may begin where b rises by LESS_LONG to a knot, to rise ever more from there on: not
 * where noise of b is seen in so short a stretch. A choice. */
static bool begins_long(const struct field *f, size_t knot) {
    const double seen = 1e-7, noise = f->noise * fabs(field_knot_b(f, knot - 1));
    return rise_to(f, knot) >= (noise < seen ? LESS_LONG : FIELD_LONG);
}

static size_t last_knot(const struct field *f, size_t knot) {
    const size_t last = begins_long(f, knot) ? last_of(f, knot, true) : knot;
    return field_knot_b(f, last) - field_knot_b(f, knot - 1) >= FIELD_LONG ? last : last_of(f, knot, false);
}

/* The end of the part of a stretch up to a knot that x is in; there are as many parts as panels are to be
 * shorter. */
static double part_end(const struct field *f, double x, size_t knot) {
    const size_t last = last_knot(f, knot);
    if (last > knot) { return field_knot_b(f, last); }
    const double low = field_knot_b(f, knot - 1), high = field_knot_b(f, knot), parts = ceil(f->fineness),
                 part = (high - low) / parts, next = floor((x - low) / part) + 1, end = low + next * part;
    return next < parts && end > x ? end : high;
}

/* Where the next panel over x ends: it spans WIDTH, up to four times that where little is to come (a choice),
 * or what lies between two knots where that is more. Where far scores end the integrand, as e^{-e^x},
 * whatever knots say, they span half of what is left at most: a choice, of which 16 nodes leave 1e-13. */
static double next_edge(const struct field *f, double x) {
    const double rare = -f->o->knot[field_knot_before(f, x + 4 * WIDTH)].y,
                 early = fmax(1, fmin(fmin(f->x_high - x - 10, rare) / 6, 4)),
                 width = WIDTH * early / f->fineness, last = f->x_high - (FIELD_LINEAR + 2);
    const size_t knot = field_knot_before(f, x + WIDTH / 2) + 1;
    double end = x + width;
    if (x > field_knot_b(f, 0) && knot < f->o->knots) { end = fmax(end, part_end(f, x + WIDTH / 2, knot)); }
    if (f->far_end) { end = fmin(end, fmax(fmax(x + width, last), x + (f->x_high - x) / 2)); }
    return fmin(end, f->x_high);
}

/* Whether a panel goes by the series: where little is to come, from LESS_LONG on, where that is good to 1e-5.
 */
static bool is_long(const struct field *f, double x, double end) {
    const double little = log(14); /* of 14 scores: phi^{n-1} < e^-14 = 1e-6 */
    return end - x >= FIELD_LONG || (end - x >= LESS_LONG && f->o->knot[field_knot_before(f, x)].y >= little);
}

/* The scores that any panel over x but the long ones looks at. */
static bool cover(struct field *f) {
    double low = NAN, high = -INFINITY;
    for (double x = f->x_low, end; x < f->x_high && (end = next_edge(f, x)) > x; x = end) {
        if (is_long(f, x, end)) { continue; }
        if (x - FIELD_SATURATED > high) {
            if (!isnan(low) && !field_cover(f, low, high)) { return false; }
            low = x - FIELD_SATURATED;
        }
        high = end + FIELD_LINEAR;
    }
    return (isnan(low) || field_cover(f, low, high)) && field_finish(f);
}

bool outer_field(struct field *f, const struct oracle *o, double beta, struct oracle_question ask) {
    field_open(f, o, beta, ask);
    return cover(f);
}

/* With few keys the output's coefficients end slower than they begin. Rounding of x, which is of log n, is
 * not to be resolved. */
static void set_aims(struct outer *s) {
    const struct oracle_question *ask = &s->field.ask;
    const double aim = fmax(AIM, 1e-14 * s->field.o->log_n);
    const struct panels_aim any = {INFINITY, 0, 2.5}, precise = {aim, 0, 2.5};
    panels_aim(&s->sum, 0, SUSCEPTIBILITY, any);
    panels_aim(&s->sum, SUSCEPTIBILITY, QUANTITIES, (struct panels_aim){INFINITY, 0, 2});
    s->sum.aim[ENTROPY] = s->sum.aim[NO_TOP] = precise;
    if (ask->slope) { s->sum.aim[SUSCEPTIBILITY] = (struct panels_aim){aim, aim, 2.5}; }
    if (ask->output) { s->sum.aim[RADIAL] = (struct panels_aim){0, AIM, 2}; }
    panels_aim(&s->sum, RANKS, s->sum.count, precise);
}

/* A long one over y. */
static void add_panel(struct outer *s, double x, double end) {
    s->is_long = is_long(&s->field, x, end);
    if (s->is_long) {
        const double low = field_y(&s->field, x), high = field_y(&s->field, end);
        s->sum.narrowest = FIELD_LONG / (end - x) * (high - low);
        panels_add(&s->sum, low, high);
    } else {
        s->sum.narrowest = 0;
        panels_add(&s->sum, x, end);
    }
}

/* Whether the rows beyond are too rare for mean gaps, and squares of log n, to get anything from them. */
static bool is_over(const struct outer *s) {
    const struct field *f = &s->field;
    return s->left * fmax(1, fmax(fabs(f->x_high), gsl_pow_2(f->o->log_n))) < 1e-24;
}

bool outer_integrate(struct outer *s, const struct oracle *o, double beta, struct oracle_question ask) {
    *s = (struct outer){.sum = {.rule = &o->rules.outer,
                                .count = components_of(&ask),
                                .function = integrand,
                                .keep = keep,
                                .param = s,
                                .depth = DEPTH},
                        .left = 1};
    struct field *f = &s->field;
    if (!outer_field(f, o, beta, ask)) { return false; }
    set_aims(s);
    for (double x = f->x_low, end; x < f->x_high && !is_over(s); x = end) {
        end = next_edge(f, x);
        if (!(end > x)) { /* b has run out of digits */
            for (size_t q = 0; q < s->sum.count; q++) { s->sum.value[q] = NAN; }
            break;
        }
        add_panel(s, x, end);
    }
    return true;
}

void outer_close(struct outer *s) { field_close(&s->field); }
