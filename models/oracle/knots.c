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

/* Of a row's largest score. */
struct largest {
    const struct oracle *oracle;
    double beta; /* of e^{-beta g} and its square; 0: g itself */
};

/* g(y), or the two, times the density e^y (1 - e^y/n)^{n-1} of the maximum's y. */
static void largest_at(const struct panels_panel *panel, double *value, void *param) {
    const struct largest *l = param;
    const struct oracle *o = l->oracle;
    const double others = expm1(o->log_n);
    double y[INNER], g[INNER];
    for (int i = 0; i < INNER; i++) { y[i] = panel->middle + panel->half * panel->rule->x[i]; }
    profile_gaps(o->profile, o->vector, INNER, y, g);
    for (int i = 0; i < INNER; i++) {
        const double power =
            o->log_n > 40 ? -exp(y[i]) : others * log1p(-exp(y[i] - o->log_n)); /* e^-40 < 2^-53 */
        const bool counts = power > -700 && isfinite(g[i]);                     /* e^-700: nothing */
        if (l->beta > 0) {
            value[2 * i] = counts ? exp(y[i] + power - l->beta * g[i]) : 0;
            value[2 * i + 1] = counts ? exp(y[i] + power - 2 * l->beta * g[i]) : 0;
        } else {
            value[i] = counts ? exp(y[i] + power) * g[i] : 0;
        }
    }
}

/* From a y on up to 8, beyond which no maximum lies (e^{-e^8}), in panels of so many units far down, of 1/2
 * at least; towards V = 1, where quantiles may run away, in 50 ever shorter ones. Halving stops where it
 * would but follow the rounding of g. */
static void largest_means(const struct largest *l, double low, double longer, struct panels *sum) {
    const struct oracle *o = l->oracle;
    const double shortest = 0.5, last = 8;
    *sum = (struct panels){.rule = &o->rules.inner,
                           .count = l->beta > 0 ? 2 : 1,
                           .function = largest_at,
                           .param = (void *)l, /* which is only read */
                           .depth = 3};
    panels_aim(sum, 0, sum->count, (struct panels_aim){1e-14, 1e-13, 2.5});
    for (double next; low < last && o->log_n - low > 2 * shortest; low = next) {
        next = low + fmax(shortest, -longer * low);
        panels_add(sum, low, next);
    }
    for (int k = 0; k < 50 && low < last; k++) {
        double next = (low + o->log_n) / 2;
        panels_add(sum, low, next);
        low = next;
    }
}

double knots_highest(const struct oracle *o) {
    struct panels sum;
    largest_means(&(struct largest){o, 0}, PROFILE_LOWEST, 0, &sum);
    return sum.value[0];
}

/* What lies further below is less than that, if it falls by half over the last 1. */
struct knots_largest knots_largest(const struct oracle *o, double beta) {
    const double low = profile_lowest(o->profile), rest = low - beta * profile_gap(o->profile, low);
    struct panels sum;
    largest_means(&(struct largest){o, beta}, low, 1.0 / 16, &sum);
    return (struct knots_largest){sum.value[0], sum.value[1], (sum.error[0] + 2 * exp(rest)) / sum.value[0]};
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
