#include "models/oracle/knots.h"

#include <math.h>
#include <stdlib.h>

#include "models/numeric/panels.h"

static bool knots_add(struct oracle *o, double y, double gap) {
    if (o->knots == o->room) {
        size_t room = 2 * o->room + 128;
        struct knot *grown = realloc(o->knot, room * sizeof *grown);
        if (!grown) { return false; }
        o->knot = grown;
        o->room = room;
    }
    o->knot[o->knots++] = (struct knot){y, gap, gap};
    return true;
}

/* Whether the slope of the gaps changes by at most a factor of 2 or so, as far as rounding lets one see: ten
 * times the 1e-13 of profile.h, or what y ~ log n leaves of differences. */
static bool is_straight(const struct oracle *o, double low, double high) {
    const double factor = log(sqrt(2)); /* from one half of the stretch to the other */
    double first = profile_gap(o->profile, low), middle = profile_gap(o->profile, (low + high) / 2),
           last = profile_gap(o->profile, high);
    if (!isfinite(last)) { return false; }
    const double noise = fmax(1e-12, 1e-14 * o->log_n);
    if (last - first <= noise * fmax(fabs(first), fabs(last))) { return true; }
    return fabs(log((last - middle) / (middle - first))) <= factor; /* NaN, from noise, is not straight */
}

/* Knots up to `end`. False when out of memory. Steps grow by halves, to a quarter of |y| or 4 where masses
 * e^y are small already, to a quarter of y^1/2 later on: choices. Finer ones changed nothing beyond the
 * errors (oracle_refine cuts the panels between knots). */
static bool knots_to(struct oracle *o, double end, double *step) {
    double y = o->knot[o->knots - 1].y;
    while (y < end) {
        const struct knot *last = &o->knot[o->knots - 1];
        const double least = 1e-9 * fmax(1, fabs(y));
        double most = y < 0 ? fmin(-0.25 * y, 4) : fmin(fmin(0.02 * y, 0.25 * sqrt(y)), 0.5 * (o->log_n - y));
        *step = fmin(1.5 * *step, fmax(1, most));
        double next = y + *step < end - least ? y + *step : end;
        while (!is_straight(o, y, next) && next - y > least) { next = y + (next - y) / 2; }
        double gap = profile_gap(o->profile, next);
        if (!isfinite(gap) || gap < last->gap - 1e-6 * fabs(last->gap)) {
            return true;
        } /* V = 1, to rounding */
        if (next < end) { *step = next - y; }
        if (!knots_add(o, next, gap)) { return false; }
        y = next;
    }
    return true;
}

static void add_middles(struct oracle *o) {
    for (size_t i = 0; i + 1 < o->knots; i++) {
        o->knot[i].middle = profile_gap(o->profile, (o->knot[i].y + o->knot[i + 1].y) / 2);
    }
}

/* To the middle of the row, then to V = 1 - 2^-k: ever closer, up to the last bit. */
bool knots_make(struct oracle *o) {
    double step = 1;
    bool good = knots_add(o, KNOTS_DEEPEST, profile_gap(o->profile, KNOTS_DEEPEST)) &&
                knots_to(o, o->log_n - M_LN2, &step);
    for (int k = 2; good && k <= 52; k += k < 16 ? 1 : k < 36 ? 2 : 4) {
        good = knots_to(o, o->log_n + log1p(-ldexp(1, -k)), &step);
    }
    add_middles(o);
    return good;
}

/* g(y) times the density e^y (1 - e^y/n)^{n-1} of the maximum's y. */
static void highest_at(const struct panels_panel *panel, double *value, void *param) {
    const struct oracle *o = param;
    const double others = expm1(o->log_n);
    for (int i = 0; i < panel->rule->order; i++) {
        double y = panel->middle + panel->half * panel->rule->x[i],
               power = o->log_n > 40 ? -exp(y) : others * log1p(-exp(y - o->log_n)), /* e^-40 < 2^-53 */
            g = profile_gap(o->profile, y);
        value[i] = power > -700 && isfinite(g) ? exp(y + power) * g : 0; /* e^-700: nothing */
    }
}

/* Up to y = 8, beyond which no maximum lies (e^{-e^8}), in panels of 1/2; towards V = 1, where quantiles may
 * run away, in 50 ever shorter ones. Halving stops where it would but follow the rounding of g. */
double knots_highest(const struct oracle *o) {
    const double step = 0.5, last = 8;
    struct panels sum = {.rule = &o->rules.inner,
                         .count = 1,
                         .function = highest_at,
                         .param = (void *)o, /* which is only read */
                         .depth = 3};
    panels_aim(&sum, 0, 1, (struct panels_aim){1e-14, 1e-13, 2.5});
    double low = PROFILE_LOWEST;
    for (; low < last && o->log_n - low > 2 * step; low += step) { panels_add(&sum, low, low + step); }
    for (int k = 0; k < 50 && low < last; k++) {
        double next = (low + o->log_n) / 2;
        panels_add(&sum, low, next);
        low = next;
    }
    return sum.value[0];
}

/* From log n = 8 on a row has no score below y with probability exp(-e^y), to what matters here. */
static const double MANY = 8;

static double y_at_depth(const struct oracle *o, double depth) {
    return o->log_n > MANY ? log(depth) : o->log_n + log(-expm1(-depth / expm1(o->log_n)));
}

static double depth_at(const struct oracle *o, double y) {
    return o->log_n > MANY ? exp(y) : -expm1(o->log_n) * log1p(-exp(y - o->log_n));
}

double knots_deepest(const struct oracle *o) {
    const double enough = 35, longest = fmax(1, fabs(o->highest)), least = y_at_depth(o, 42);
    double y = least;
    for (size_t i = 0; i < o->knots; i++) {
        const struct knot *next = &o->knot[i];
        if (next->y <= least) { continue; }
        if (depth_at(o, y) >= enough + log(fmax(1, next->gap / longest))) { return y; }
        y = next->y;
    }
    return y;
}
