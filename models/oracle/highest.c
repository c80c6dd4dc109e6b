#include "models/oracle/highest.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "models/numeric/gram.h"
#include "models/numeric/logs.h"
#include "models/numeric/panels.h"
#include "models/numeric/search.h"
#include "models/oracle/below.h"
#include "models/oracle/comb.h"
#include "models/theory/positions.h"

/* ---- by panels, which end at kinks ---- */

/* P(no score above s* + t) over t, in units of 1/Lambda^typ; or what it lacks to 1. */
struct maximum {
    const struct oracle *oracle;
    struct below *below;
    double score, unit;
    size_t kinks;      /* of the nearest keys */
    double farthest;   /* t of either sign */
    double first;      /* how long the first panel is */
    bool above, sharp; /* V does not rise linearly, or more slowly, at kinks */
    double lowest;     /* t of the lowest score that the nearest key may have; -inf: there is none */
    double fold;       /* the panel goes over u, t = fold +- u^4; NaN: over t */
    double side;       /* that sign */
    long values;       /* that panels have asked for */
};

enum { MOST_VALUES = 1 << 17 }; /* a choice, twice what has been seen */

static void maximum_values(const struct maximum *m, int count, const double *t, double *value) {
    double score[OUTER] = {0};
    for (int i = 0; i < count; i++) { score[i] = m->score + m->unit * t[i]; }
    below_at(m->below, (size_t)count, score, value);
    for (int i = 0; i < count; i++) { value[i] = m->above ? -expm1(value[i]) : exp(value[i]); }
}

static double maximum_value(const struct maximum *m, double t) {
    double value;
    maximum_values(m, 1, &t, &value);
    return value;
}

/* Nothing once so many were asked for: panels then end at once. */
static void maximum_at(const struct panels_panel *panel, double *value, void *param) {
    struct maximum *m = param;
    const int order = panel->rule->order;
    const bool is_enough = (m->values += order) > MOST_VALUES, folds = !isnan(m->fold);
    double t[OUTER] = {0}, slope[OUTER];
    for (int i = 0; i < order; i++) {
        const double x = panel->middle + panel->half * panel->rule->x[i];
        t[i] = folds ? m->fold + m->side * x * x * x * x : x;
        slope[i] = folds ? 4 * x * x * x : 1;
        value[i] = 0;
    }
    if (!is_enough) { maximum_values(m, order, t, value); }
    for (int i = 0; i < order; i++) { value[i] *= slope[i]; }
}

static double penalty_of(const struct oracle *o, double key) {
    const struct family_position position = family_position(o->family, o->p);
    return position.linear * key + position.log * log1p(key);
}

/* Where a key begins to reach above. */
static double kink_of(const struct maximum *m, size_t key) {
    return -(m->score + penalty_of(m->oracle, (double)key)) / m->unit;
}

/* Of families with an upper endpoint: how many keys are so far apart that their kinks count. */
static size_t count_kinks(const struct maximum *m, double near) {
    enum { MOST_KINKS = 4096 }; /* a choice */
    size_t count = 1;
    while (count < MOST_KINKS && !(kink_of(m, count - 1) - kink_of(m, count) < near)) { count++; }
    return count;
}

/* The next t beyond one, `width` away or at a kink, where none is on the way. */
struct next {
    double t;
    bool kink;
};

static struct next next_t(const struct maximum *m, double t, double width, bool up) {
    const double far = up ? t + width : t - width;
    size_t passed;
    SEARCH_END(passed, m->kinks, up ? kink_of(m, passed) > t : kink_of(m, passed) >= t)
    if (passed == (up ? 0 : m->kinks)) { return (struct next){far, false}; }
    const double kink = kink_of(m, up ? passed - 1 : passed);
    const bool is_next = up ? kink < far : kink > far;
    return (struct next){is_next ? kink : far, is_next && passed < m->kinks};
}

static bool kinks_are_slight(const struct oracle *o) {
    const double slight = 2.5; /* a choice */
    return positions_power(o->family, o->p) > slight;
}

/* Between two t, over the fourth root of the distance from one of them. */
static void add_folded(struct maximum *m, struct panels *sum, double fold, double other) {
    m->fold = fold;
    m->side = other < fold ? -1 : 1;
    sum->rule = &m->oracle->rules.outer;
    panels_add(sum, 0, sqrt(sqrt(fabs(other - fold))));
    m->fold = NAN;
}

/* From one t to the next, down to the lowest score at most. Near that, where it is s*, too, 1 - V may be a
 * power, as V is below where a key begins to reach above: folds make them smoother. */
static double add_panel(struct maximum *m, struct panels *sum, double t, struct next next, bool kinked) {
    const double near = 1e-6;
    const bool ends = next.t <= m->lowest && m->lowest < t,
               low = ends || (next.t > t && fabs(t - m->lowest) < near);
    const double to = ends ? m->lowest : next.t, top = fmax(t, to), bottom = fmin(t, to),
                 middle = low && kinked ? (top + bottom) / 2
                          : low         ? top
                                        : bottom;
    if (low) { add_folded(m, sum, bottom, middle); }
    if (kinked) { add_folded(m, sum, top, middle); }
    if (!low && !kinked) {
        sum->rule = top - bottom < 1 ? &m->oracle->rules.inner : &m->oracle->rules.outer;
        panels_add(sum, bottom, top);
    }
    return to;
}

static const struct highest unknown = {NAN, INFINITY, INFINITY};
static const double NOTHING = 1e-12, LEAST = 1e-17; /* what may be left, and what panels leave */

/* The integral from t = 0 on, NULL: none, in panels that become longer with t, to where nothing is left,
 * `end`. Whether that is near enough. */
static bool add_all(struct maximum *m, struct panels *sum, bool up, double *end) {
    const double little = 1e-14;
    double t = 0, left = 1;
    bool kinked = false;
    m->values = 0;
    while (fabs(t) < m->farthest && left > LEAST && m->values <= MOST_VALUES) {
        const struct next next = next_t(m, t, m->first + fabs(t) / 2, up);
        const bool fold = m->sharp && next.kink && (up || kinked);
        t = sum && left > little ? add_panel(m, sum, t, next, fold) : next.t;
        kinked = next.kink;
        left = maximum_value(m, t);
    }
    *end = t;
    return left <= NOTHING && m->values <= MOST_VALUES;
}

/* How near keys with an upper endpoint may be, of which rows reach down to where all of the panels end. */
static double nearest_of(const struct maximum *m, bool slight) {
    const double near = slight ? 0.2 : 0.01, most = 2e4; /* choices: kinks on the way */
    double t = 4;
    while (t < m->farthest && maximum_value(m, -t) > LEAST) { t *= 1.5; }
    return fmax(near, t / most);
}

/* Where keys hardly meet the unit is their penalty: panels begin with what V itself changes over. */
static struct highest by_panels(struct below *b, double score, double scale) {
    const struct oracle *o = b->oracle;
    const double unit = exp(-o->log_lambda), far = 2000, longest = 2.5, scales = 16; /* choices */
    const bool ends = o->family->class == FAMILY_WEIBULL;
    struct maximum m = {.oracle = o,
                        .below = b,
                        .score = score,
                        .unit = unit,
                        .farthest = ends ? INFINITY : far,
                        .first = fmin(longest, scales * scale / unit),
                        .sharp = positions_power(o->family, o->p) < 0.9,
                        .lowest = (o->family->quantile(o->p, 0) - score) / unit,
                        .fold = NAN};
    struct panels above = {.count = 1, .function = maximum_at, .param = &m, .depth = 24}, below;
    panels_aim(&above, 0, 1, (struct panels_aim){fmax(1e-10, DBL_EPSILON * fabs(score) / unit), 1e-13, 1});
    below = above;
    double end;
    m.kinks = ends ? count_kinks(&m, nearest_of(&m, kinks_are_slight(o))) : 0;
    m.above = true;
    const bool is_told = maximum_value(&m, 1.1 * m.farthest) <= NOTHING && add_all(&m, &above, true, &end);
    m.above = false;
    const bool is_near = add_all(&m, is_told ? &below : NULL, false, &end);
    if (!is_near) { return unknown; }
    return (struct highest){is_told ? below.value[0] - above.value[0] : NAN,
                            is_told ? below.error[0] + above.error[0] + 2 * NOTHING : INFINITY, -unit * end};
}

/* ---- by periods: linear penalties below an upper endpoint ---- */

/* Depths are told in penalties of a step: at p + u, 0 < u < 1, keys up to the p-th may be above, by p + u,
 * .., 1 + u, u, and so log P(none above) is a sum that grows from period to period. */
enum { PERIOD_NODES = 32 * OUTER };
struct periods {
    size_t count; /* of nodes */
    double u[PERIOD_NODES], weight[PERIOD_NODES], log_below[PERIOD_NODES];
};

/* In so many parts; the first, where a key begins to reach above, goes over v, u ~ v^4. */
static void lay_out(struct periods *p, const struct legendre *rule, size_t parts) {
    const int order = rule->order;
    for (size_t k = 0; k < parts; k++) {
        for (int i = 0; i < order; i++) {
            const double v = (1 + rule->x[i]) / 2, w = rule->w[i] / 2 / (double)parts;
            p->u[p->count] = k == 0 ? v * v * v * v / (double)parts : ((double)k + v) / (double)parts;
            p->weight[p->count++] = k == 0 ? 4 * v * v * v * w : w;
        }
    }
}

static double log_not_above(const struct oracle *o, double depth) {
    return log_one_minus_exp(o->family->log_tail(o->p, -depth));
}

/* Too far where there are too many periods, or nodes, or rows end with the lowest score of a key. */
static enum comb_state by_periods(const struct oracle *o, double score, struct highest *h) {
    enum { MOST_PERIODS = 1 << 15 };
    const double near = 0.05, sharp = 0.45, off = 1e-11; /* choices: nodes leave 1e-12 */
    const double unit = exp(-o->log_lambda), step = family_position(o->family, o->p).linear, dead = -40,
                 end = -o->family->quantile(o->p, 0), keys = rint(exp(fmin(o->log_n, 36))),
                 parts = ceil(step / unit);
    if (!(parts * OUTER <= PERIOD_NODES) || !(step * MOST_PERIODS > 40 * unit - score)) {
        return COMB_TOO_FAR;
    }
    struct periods p = {.count = 0};
    const bool few = step < near * unit && positions_power(o->family, o->p) > sharp;
    lay_out(&p, few ? &o->rules.inner : &o->rules.outer, (size_t)parts);
    double sum = 0;
    bool over = false;
    for (double period = 0; !over; period++) {
        if (period == MOST_PERIODS || step * (period + 1) > end) { return COMB_TOO_FAR; }
        over = true;
        for (size_t i = 0; i < p.count; i++) {
            const double u = p.u[i], gone = period >= keys ? log_not_above(o, step * (period - keys + u)) : 0;
            p.log_below[i] += log_not_above(o, step * (period + u)) - gone;
            sum += p.weight[i] * exp(p.log_below[i]);
            over = over && p.log_below[i] < dead;
        }
        h->lowest = score + step * (period + 1);
    }
    h->mean = (score + step * sum) / unit;
    h->error = (off * step * sum + DBL_EPSILON * fabs(score)) / unit;
    return COMB_MADE;
}

/* ---- by stretches of periods: log penalties below an upper endpoint ---- */

/* From one key's to the next one's, which may be less than their rounding. */
static double step_of(const struct oracle *o, double key) {
    const struct family_position position = family_position(o->family, o->p);
    return position.linear + position.log * log1p(1 / (1 + key));
}

static double log_below_depth(struct below *b, double depth) {
    const double score = -depth;
    double log_below;
    below_at(b, 1, &score, &log_below);
    return log_below;
}

/* The integral of P(no score above) over depths, from where a key begins to reach above, its logarithm
 * falling by so much, by keys that are taken. */
static double over_period(const struct below *b, double depth, double width, double fall) {
    const double slight = 0.05, sharp = 0.45; /* choices, as above */
    const struct oracle *o = b->oracle;
    const bool few = fall < slight && positions_power(o->family, o->p) > sharp;
    const size_t most = PERIOD_NODES / OUTER, parts = fall < (double)most ? (size_t)ceil(fall) : most;
    struct periods p = {.count = 0};
    double sum = 0, score[PERIOD_NODES];
    lay_out(&p, few ? &o->rules.inner : &o->rules.outer, parts > 0 ? parts : 1);
    for (size_t i = 0; i < p.count; i++) { score[i] = -(depth + width * p.u[i]); }
    below_tell(b, p.count, score, p.log_below);
    for (size_t i = 0; i < p.count; i++) { sum += p.weight[i] * exp(p.log_below[i]); }
    return width * sum;
}

static double over_key(struct below *b, double key, double fall) {
    const double next = penalty_of(b->oracle, key + 1);
    below_take(b, -next, -next);
    return over_period(b, penalty_of(b->oracle, key), step_of(b->oracle, key), fall);
}

/* Over so many keys' periods, along which that changes slowly: by the polynomial through some of them. */
static double over_stretch(struct below *b, double first, double count, double fall) {
    struct gram rule;
    double sum = 0;
    gram_make(0, count, &rule);
    for (int i = 0; i < GRAM_NODES; i++) {
        double weight = 0;
        for (int k = 0; k < GRAM_NODES; k++) {
            double share = rule.w[k];
            for (int j = 0; j < GRAM_NODES; j++) {
                share *= j == i ? 1 : (rule.x[k] - rint(rule.x[j])) / (rint(rule.x[i]) - rint(rule.x[j]));
            }
            weight += share;
        }
        sum += weight * over_key(b, first + rint(rule.x[i]), fall / count);
    }
    return sum;
}

/* How many keys from one on go together, of those that have a next one. */
static double keys_together(const struct oracle *o, double key, double keys) {
    const double farther = 0.25, longest = 0.5, fewest = 32, unit = exp(-o->log_lambda), /* choices */
        count = floor(fmin(fmin(farther * key, longest * unit / step_of(o, key)), keys - 1 - key));
    return count < fewest ? 1 : count;
}

/* Behind the last key in parts that become longer. Too far where keys hardly meet, V rises too steeply, or so
 * slowly that panels are sooner done, rows end with the lowest score of a key, or too many parts are needed.
 */
static enum comb_state by_stretches(struct below *b, double score, struct highest *h) {
    enum { MOST_PARTS = 2048 };
    /* choices: panels leave 4e-10 from the mildest on, and stretches 2e-11 of what they add */
    const double steepest = 0.2, mildest = 1.9, dead = -40, off = 1e-10;
    const struct oracle *o = b->oracle;
    const double power = positions_power(o->family, o->p), unit = exp(-o->log_lambda),
                 end = -o->family->quantile(o->p, 0), keys = o->log_n < 36 ? rint(exp(o->log_n)) : INFINITY;
    double key = 0, depth = 0, width = penalty_of(o, 1), sum = 0, log_below = 0;
    if (!(power > steepest && power < mildest && 2 * OUTER * width < PERIOD_NODES * unit)) {
        return COMB_TOO_FAR;
    }
    for (int part = 0; !(log_below < dead); part++) {
        const bool is_behind = key + 1 >= keys;
        const double count = is_behind ? 0 : keys_together(o, key, keys),
                     next = is_behind ? depth + fmin(width, unit) : penalty_of(o, key + count);
        if (part == MOST_PARTS || next > end) { return COMB_TOO_FAR; }
        const double log_next = log_below_depth(b, next), fall = log_below - log_next;
        if (isnan(log_next)) { return b->good ? COMB_TOO_FAR : COMB_NO_MEMORY; }
        if (is_behind) { below_take(b, -next, -depth); }
        sum += count > 1 ? over_stretch(b, key, count, fall) : over_period(b, depth, next - depth, fall);
        width = is_behind ? 1.5 * width : (next - depth) / count;
        key += count;
        depth = next;
        log_below = log_next;
    }
    *h =
        (struct highest){(score + sum) / unit, (off * sum + DBL_EPSILON * fabs(score)) / unit, score + depth};
    return COMB_MADE;
}

/* ---- on a grid, where there are no kinks ---- */

/* With as many Gumbel variables of mean s* + gamma/Lambda^typ beside: int P(that above s) - P(one above s)
 * ds, by the trapezoid rule on all points and on every second. */
struct difference {
    double all, half, missed;
};

enum { MOST_POINTS = 1 << 13 };

/* log(1 - V) from `first` on upwards, to where neither a key nor the Gumbel variable is above. Fewer than
 * COMB_TAPS or MOST_POINTS where that is out of reach. */
static size_t fill(const struct oracle *o, double first, double step, double least, double row[MOST_POINTS]) {
    const double nothing = -700;
    struct comb_end end = {family_position(o->family, o->p), o->log_n, 1, -INFINITY};
    bool over = false;
    size_t count = 0;
    for (; !(over && first + (double)count * step > least) && count < MOST_POINTS; count++) {
        const double depth = (double)count * step;
        row[count] = fmax(nothing, log_one_minus_exp(o->family->log_tail(o->p, first + depth)));
        over = comb_is_over(&end, depth, log(-row[count]));
    }
    return count;
}

static enum comb_state add_up(const struct oracle *o, double score, double first, double step,
                              struct difference *d) {
    const size_t room = MOST_POINTS + COMB_TAPS + VECTOR_ROW;
    const double unit = exp(-o->log_lambda);
    double *row = calloc(4 * room, sizeof *row), *miss = row + room, *log_below = row + 2 * room,
           *missed = row + 3 * room;
    struct comb comb = {0};
    if (!row) { return COMB_NO_MEMORY; }
    const size_t count = fill(o, first, step, score + 42 * unit, row);
    enum comb_state state = COMB_TOO_FAR;
    if (count > COMB_TAPS && count < MOST_POINTS) {
        state =
            comb_open(&comb, o->vector, family_position(o->family, o->p), o->log_n, 1, step, count, count);
    }
    if (state == COMB_MADE) {
        comb_miss(count, o->vector, row, miss);
        comb_add(&comb, o->vector, 0, row, log_below);
        comb_add_miss(&comb, o->vector, 0, true, miss, missed);
    }
    for (size_t i = 0; state == COMB_MADE && i < comb.sums; i++) {
        const double t = (first + (double)(COMB_FIRST + i) * step - score) / unit,
                     log_power = fmin(0, log_below[i]),
                     value = (expm1(-exp(-t)) - expm1(log_power)) * step / unit;
        d->all += value;
        d->half += i % 2 == 0 ? 2 * value : 0;
        d->missed += missed[i] * exp(log_power) * step / unit;
    }
    comb_close(&comb);
    free(row);
    return state;
}

/* Too far where it is, or not precise. */
static enum comb_state by_grid(struct below *b, double score, double scale, struct highest *h) {
    const struct oracle *o = b->oracle;
    const double precise = 1e-11, rounding = 1e-13, dead = -42, most = 2000, unit = exp(-o->log_lambda);
    double t = 4, step = 0.15 * scale;
    while (t < most && !(log_below_depth(b, unit * t - score) < dead)) { t *= 1.5; }
    h->lowest = unit * t;
    for (int halvings = 0; t < most && halvings < 4; halvings++, step /= 2) {
        struct difference d = {0, 0, 0};
        const enum comb_state state = add_up(o, score, score - unit * t - COMB_FIRST * step, step, &d);
        h->mean = -RULES_EULER - d.all;
        const double left = d.missed + pow(fabs(d.all - d.half), 1.75);
        h->error = left + rounding * (1 + fabs(d.all));
        if (state != COMB_MADE || left < precise) { return state; }
    }
    return COMB_TOO_FAR;
}

/* What V changes over at the highest scores may be far less than what the number of scores above s* does,
 * where these are those of many keys far behind. */
static enum comb_state by_grids(struct below *b, double score, double scale, struct highest *h) {
    const double much = 2;
    const struct oracle *o = b->oracle;
    const enum comb_state state = by_grid(b, score, scale, h);
    if (state != COMB_TOO_FAR) { return state; }
    const double all = exp(-positions_log_density(o->family, o->p, o->log_n, score));
    return all > much * scale && isfinite(all) ? by_grid(b, score, all, h) : state;
}

/* How far below s* hardly any row is without a score, which is no further than `most`. */
static double lowest_of(struct below *b, double score, double most) {
    const double hardly_any = -34.5;
    enum { HALVINGS = 7 };
    double low = 0, high = most;
    for (int i = 0; i < HALVINGS && isfinite(most); i++) {
        const double middle = (low + high) / 2;
        *(log_below_depth(b, middle - score) < hardly_any ? &high : &low) = middle;
    }
    return high;
}

bool highest_mean(const struct oracle *o, double score, double scale, struct highest *h) {
    enum comb_state state = COMB_TOO_FAR;
    struct below below;
    *h = unknown;
    if (isnan(score)) { return true; }
    below_open(&below, o);
    if (o->family->class != FAMILY_WEIBULL || kinks_are_slight(o)) {
        state = by_grids(&below, score, scale, h);
    } else if (family_position(o->family, o->p).log == 0) {
        state = by_periods(o, score, h);
    } else {
        state = by_stretches(&below, score, h);
    }
    if (state == COMB_TOO_FAR) { *h = by_panels(&below, score, scale); }
    h->lowest = lowest_of(&below, score, h->lowest);
    below_close(&below);
    return below.good && state != COMB_NO_MEMORY;
}
