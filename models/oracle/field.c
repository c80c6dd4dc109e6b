#include "models/oracle/field.h"

#include <math.h>
#include <stdlib.h>

#include "models/numeric/panels.h"
#include "models/numeric/root.h"
#include "models/numeric/search.h"
#include "models/oracle/series.h"
#include "models/theory/sphere.h"

enum {
    MOST_FAR = 1 << 13
}; /* panels, a limit of cost: a heavy tail at a huge n and beta would take millions */

/* Of a row e^SMALL = 2e-9 scores have a smaller y: that one of them is above another score of so small a y
 * has the square of that for probability. */
static const double SMALL = -20;
/* A row without a score of y < LARGE has probability e^{-e^5}; one with fewer than ORACLE_RANKS of them,
 * where e^5 = 148 are expected, less than e^-31. */
static const double LARGE = 5;
/* log n from which on psi^{k+1}/((k+1) n^k), what k terms leave of the logarithm of phi^n, is below 1e-16
 * e^psi: with 7 and with 5 terms. Ordered weights want it where psi is k and more, with 16 and with all of
 * them. */
static const double SEVEN = 6.25, FIVE = 8, ALL_RANKS = 12;
static const size_t FEW_RANKS = 16;

static int terms_of(double log_n, size_t ranks) {
    if (log_n > (ranks > FEW_RANKS ? ALL_RANKS : FIVE)) { return 5; }
    return log_n > SEVEN && ranks == 0 ? 7 : 0;
}

/* n - 1 where n is a number of keys and so few that multiplications leave it 1e-13 of the power. */
static unsigned whole_of(double others) {
    const double most = 1000, whole = rint(others);
    return whole <= most && fabs(others - whole) <= 1e-15 * most ? (unsigned)whole : 0;
}

size_t field_knot_before(const struct field *f, double x) {
    size_t k;
    SEARCH_END(k, f->o->knots, field_knot_b(f, k) <= x)
    return k > 0 ? k - 1 : 0;
}

/* Where the gap at x is looked for: between two knots, unless one of them is the answer, `r->low`. */
static bool bracket(const struct field *f, double x, struct root *r) {
    const size_t knot = field_knot_before(f, x);
    *r = (struct root){.low = f->o->knot[knot].y, .at_low = field_knot_b(f, knot) - x};
    if (r->at_low >= 0 || knot + 1 == f->o->knots) { return false; }
    r->high = f->o->knot[knot + 1].y;
    r->at_high = field_knot_b(f, knot + 1) - x;
    return true;
}

double field_y(const struct field *f, double x) {
    struct root r;
    if (!bracket(f, x, &r)) { return r.low; }
    double y = r.low, gap;
    for (int step = 0; step < 50; step++) {
        y = root_guess(&r);
        profile_gaps(f->o->profile, f->o->vector, 1, &y, &gap);
        const double miss = f->beta * gap - x;
        if (fabs(miss) <= 4e-15 * fabs(x)) { break; }
        root_narrow(&r, y, miss);
        if (!(r.high - r.low > 1e-15 * fmax(1, fabs(r.low)))) { break; }
    }
    return y;
}

/* x, or the end of the stretch between knots that it is in where b changes by so much there that it makes no
 * work to look at all of it, or its beginning if that is near: parts of it that are short have no digits. Not
 * all of it towards V = 1, where b may run away. */
static double rounded_to_knot(const struct field *f, double x) {
    const double near = 4;
    const size_t knot = field_knot_before(f, x), next = knot + 1;
    const double low = field_knot_b(f, knot), high = next < f->o->knots ? field_knot_b(f, next) : low;
    if (high - low < FIELD_LONG) { return x; }
    return x - low <= near ? low : f->o->knot[next].y <= f->o->log_n - 2 ? high : x;
}

/* Of numbers: fmin, which is a call, looks for what is none. */
static inline double smaller(double a, double b) { return a < b ? a : b; }

/* From where e^EARLIEST scores have a >= 1, or as many weigh as much, to where the deepest do: a unit on,
 * where a is e, phi^{n-1} is e^{-42 (1 - e^-e)} = 1e-17. The unit before, and four after short rows, which
 * fall slower, are a choice, and so are the two from where scores are far. */
static void find_range(struct field *f) {
    const struct oracle *o = f->o;
    const double most = o->deepest;
    size_t last = o->knots - 1;
    f->x_low = INFINITY;
    f->origin = f->x_high = field_knot_b(f, last);
    double farthest = -INFINITY;
    for (size_t i = 0; i <= last; i++) {
        double y = o->knot[i].y, b = field_knot_b(f, i);
        if (y >= FIELD_EARLIEST) { f->x_low = smaller(f->x_low, b + FIELD_EARLIEST - y); }
        if (y >= 0) { f->origin = smaller(f->origin, b - y); }
        if (y >= most && b + most - y < f->x_high) {
            f->x_high = b + most - y;
            farthest = b;
        }
    }
    f->far_end = farthest - f->x_high > 2;
    f->x_low -= 1;
    f->x_high = fmax(f->x_high, f->x_low) + (o->log_n > 5 ? 1 : 4);
    if (!f->far_end) { f->x_high = rounded_to_knot(f, f->x_high); }
}

double field_depth(const struct field *f, double b) { return f->typical_depth + b * f->length; }

double field_chord(const struct field *f, double b) {
    const double depth = field_depth(f, b);
    return fmax(0, depth * (2 - depth));
}

/* At INNER nodes over each of some stretches of y and at its end, one after the other. */
enum { WITH_END = INNER + 1, AT_ONCE = 8 };
static void gaps_between(const struct field *f, size_t count, const double *edge, double *y, double *b) {
    for (size_t k = 0; k < count; k++) {
        const double half = (edge[k + 1] - edge[k]) / 2, middle = edge[k] + half;
        for (size_t i = 0; i < INNER; i++) { y[k * WITH_END + i] = middle + half * f->o->rules.inner.x[i]; }
        y[k * WITH_END + INNER] = edge[k + 1];
    }
    profile_gaps(f->o->profile, f->o->vector, count * WITH_END, y, b);
    for (size_t i = 0; i < count * WITH_END; i++) { b[i] *= f->beta; }
}

static bool make_room(struct field *f) {
    if (f->count + AT_ONCE <= f->room) { return true; }
    size_t room = 2 * f->room + 128;
    struct panel *grown = realloc(f->panel, room * sizeof *grown);
    if (!grown) { return false; }
    f->panel = grown;
    f->room = room;
    return true;
}

/* All but masses and ratios, from gaps at its nodes and its end; b is no more than `most_b`. */
static void place_panel(const struct field *f, struct panel *p, double low, double low_b, double high,
                        const double b[WITH_END], double most_b) {
    *p = (struct panel){.low_y = low,
                        .high_y = high,
                        .low_b = low_b,
                        .high_b = fmin(b[INNER], most_b),
                        .apart = low_b - f->centre};
    for (size_t i = 0; i < INNER; i++) { /* at V = 1 the profile may be noise */
        const double offset = smaller(b[i] - p->low_b, p->high_b - p->low_b);
        p->offset[i] = offset > 0 ? offset : 0;
        if (f->ask.output) { p->chord[i] = field_chord(f, p->low_b + p->offset[i]); }
    }
}

/* Panels between `count` + 1 edges, from b = low_b on: up to the first that reaches `high`. */
static bool add_panels(struct field *f, size_t count, const double *edge, double low_b, double high,
                       double most_b) {
    double y[AT_ONCE * WITH_END], b[AT_ONCE * WITH_END], both[AT_ONCE][2][INNER];
    size_t used = 0;
    if (!make_room(f)) { return false; }
    struct panel *p = f->panel + f->count;
    gaps_between(f, count, edge, y, b);
    for (; used < count && low_b < high; low_b = p[used++].high_b) {
        place_panel(f, &p[used], edge[used], low_b, edge[used + 1], b + used * WITH_END, most_b);
        for (size_t i = 0; i < INNER; i++) {
            both[used][0][i] = -p[used].offset[i];
            both[used][1][i] = y[used * WITH_END + i];
        }
    }
    f->o->vector->exp(2 * INNER * used, both[0][0], both[0][0]);
    for (size_t k = 0; k < used; k++) {
        for (size_t i = 0; i < INNER; i++) {
            p[k].ratio[i] = both[k][0][i];
            p[k].mass[i] = (edge[k + 1] - edge[k]) / 2 * f->o->rules.inner.w[i] * both[k][1][i];
        }
    }
    f->count += used;
    return true;
}

/* Whether nodes over all of a stretch tell how b rises there, as e^{c y} where it is `bent`: with L half of
 * what c y changes by, they leave about 2e-18 L^16 of the rise. */
static bool is_smooth(double rise, double bent) {
    const double enough = 1e-14, part = fmin(bent / rise, 1 - 1e-9), halves = log((1 + part) / (1 - part));
    return rise + bent <= 100 * enough || 2e-18 * gsl_pow_8(halves * halves) * rise <= enough;
}

/* A stretch from y, b on to a knot: how many panels it takes, where masses e^y are small, y goes by up to 4,
 * sooner where b does not; whether it is smooth. */
struct stretch {
    double panels;
    bool is_smooth;
};

static struct stretch stretch_to(const struct field *f, double y, double b, size_t knot) {
    const struct oracle *o = f->o;
    const double end = o->knot[knot].y, rise = field_knot_b(f, knot) - b,
                 middle = y == o->knot[knot - 1].y ? f->beta * o->knot[knot - 1].middle
                                                   : field_gap(f, (y + end) / 2),
                 bent = fabs(2 * (middle - b) - rise), level = 0.01,
                 length = fmin(rise < level ? -end : -0.25 * end, 4),
                 change = fmax((end - y) / fmax(1, length), rise + bent);
    return (struct stretch){f->fineness * change, is_smooth(rise, bent)};
}

/* The last knot that a single panel from y on reaches, or the next; one by one towards V = 1, where quantiles
 * may branch. */
static size_t furthest_knot(const struct field *f, double y, double b, size_t next) {
    const struct oracle *o = f->o;
    const double last = o->log_n - 2;
    for (; next + 1 < o->knots && o->knot[next + 1].y <= last; next++) {
        const struct stretch further = stretch_to(f, y, b, next + 1);
        if (further.panels > 1 || !further.is_smooth) { break; }
    }
    return next;
}

/* A knot that is no more than 20 below will do. */
bool field_cover(struct field *f, double low, double high) {
    const struct oracle *o = f->o;
    size_t knot = field_knot_before(f, low);
    double y = low - field_knot_b(f, knot) > 20 ? field_y(f, low) : o->knot[knot].y;
    if (f->count > 0) { y = fmax(y, f->panel[f->count - 1].high_y); }
    double b = field_gap(f, y);
    while (++knot < o->knots && b < high) {
        if (o->knot[knot].y <= y) { continue; }
        knot = furthest_knot(f, y, b, knot);
        const double end = o->knot[knot].y, end_b = field_knot_b(f, knot),
                     most = fmax(1, (end - y) / (1e-15 * fmax(1, fabs(y)))), /* that doubles can tell apart */
            pieces = fmin(ceil(stretch_to(f, y, b, knot).panels), most), piece = (end - y) / pieces,
                     start = y;
        for (double i = 0; i < pieces && b < high;) {
            double edge[AT_ONCE + 1] = {y};
            size_t count = 0;
            for (; count < AT_ONCE && i < pieces; count++) {
                edge[count + 1] = ++i < pieces ? start + i * piece : end;
            }
            if (!add_panels(f, count, edge, b, high, end_b)) { return false; }
            b = f->panel[f->count - 1].high_b;
            y = f->panel[f->count - 1].high_y;
        }
    }
    return true;
}

/* ---- wide panels ---- */

/* Panels begin .. end - 1 as one. False where the sum of e^-b shows that its nodes do not do. */
static bool fill_wide(const struct field *f, size_t begin, size_t end, struct wide *w) {
    const struct rules *r = &f->o->rules;
    const struct panel *first = &f->panel[begin], *last = &f->panel[end - 1];
    const double low = first->low_y, half = (last->high_y - low) / 2, enough = 1e-13;
    double y[WITH_END], b[WITH_END], from = exp(low);
    const double edge[] = {low, last->high_y};
    *w = (struct wide){.end = end, .low_b = first->low_b, .high_y = last->high_y};
    gaps_between(f, 1, edge, y, b);
    for (size_t j = 0; j < INNER; j++) { w->ratio[j] = smaller(0, first->low_b - b[j]); }
    f->o->vector->exp(INNER, w->ratio, w->ratio);
    f->o->vector->exp(INNER, y, y);
    for (size_t j = 0; j < INNER; j++) {
        w->mass[j] = half * r->inner.w[j] * y[j];
        w->count_to[j] = y[j] - from;
        w->count += w->mass[j];
    }
    for (size_t k = 0; k < INNER; k++) {
        const double share = w->mass[k] * w->ratio[k], twice = share * w->ratio[k];
        w->first += share;
        w->second += twice;
        for (size_t j = 0; j < INNER; j++) {
            w->first_to[j] += r->below[k][j] * share;
            w->second_to[j] += r->below[k][j] * twice;
        }
    }
    w->fall = end < f->count ? exp(first->low_b - f->panel[end].low_b) : 0;
    const double after = end < f->count ? w->fall * f->panel[end].tail[0] : 0;
    return fabs(first->tail[0] - after - w->first) <= enough * first->tail[0];
}

/* Where a wide panel from `begin` on may end: over 2.5 of b, and where the row's largest scores are over 1 of
 * y: a choice. */
static size_t wide_end(const struct field *f, size_t begin) {
    const struct panel *p = f->panel;
    size_t end = begin + 1;
    while (end < f->large && p[end].low_y == p[end - 1].high_y && p[end].high_b - p[begin].low_b <= 2.5 &&
           p[end].high_y - p[begin].low_y <= (p[end].high_y > -1 ? 1 : 4)) {
        end++;
    }
    return end;
}

static bool make_wides(struct field *f) {
    f->wide = calloc(f->large - f->small, sizeof *f->wide);
    if (!f->wide) { return false; }
    for (size_t i = f->small; i < f->large; i = f->wide[f->wides++].end) {
        if (!fill_wide(f, i, wide_end(f, i), &f->wide[f->wides])) {
            fill_wide(f, i, i + 1, &f->wide[f->wides]);
        }
    }
    return true;
}

/* ---- far scores ---- */

static const double FAR_CHANGE = 3; /* of y - b over a stretch: 8 nodes leave less than 1e-15 */

/* A stretch of y with its nodes, and b there and at its end. */
struct far {
    double edge[2], y[WITH_END], b[WITH_END];
};

static void place_far(const struct field *f, double low, double high, struct far *far) {
    *far = (struct far){.edge = {low, high}};
    gaps_between(f, 1, far->edge, far->y, far->b);
}

static void add_far(struct field *f, const struct far *far) {
    const struct legendre *r = &f->o->rules.inner;
    const double half = (far->edge[1] - far->edge[0]) / 2, *b = far->b;
    double weight[INNER], most = f->far_mass, last[INNER_ENDS] = {0}, sum = 0, mean = 0;
    for (size_t i = 0; i < INNER; i++) {
        weight[i] = far->y[i] - b[i];
        most = fmax(most, weight[i]);
    }
    for (size_t i = 0; i < INNER; i++) { weight[i] -= most; }
    f->o->vector->exp(INNER, weight, weight);
    for (size_t i = 0; i < INNER; i++) {
        weight[i] *= half * r->w[i];
        sum += weight[i];
        mean += weight[i] > 0 ? weight[i] * (b[i] - f->far_b) : 0;
        for (size_t k = 0; k < INNER_ENDS; k++) {
            last[k] += r->value[INNER - INNER_ENDS + k][i] * weight[i];
        }
    }
    const double before = exp(f->far_mass - most), all = sum + before, middle = f->far_b + mean / all;
    double spread = before > 0 ? before * (f->far_spread + gsl_pow_2(middle - f->far_b)) : 0;
    for (size_t i = 0; i < INNER; i++) { spread += weight[i] > 0 ? weight[i] * gsl_pow_2(b[i] - middle) : 0; }
    f->far_spread = spread / all;
    f->far_error = (f->far_error * before + panels_error(sum, last, INNER_ENDS, INNER_POWER)) / all;
    f->far_b = middle;
    f->far_mass = most + log(all);
}

/* Whether y - b is within 1/8 of what it is if it goes on from `there` by `slope` at a knot and halfway to
 * it, and goes by FAR_CHANGE at most. */
static bool goes_on(const struct field *f, size_t knot, double from, double there, double slope) {
    const struct knot *k = &f->o->knot[knot];
    const double half = (k[-1].y + k->y) / 2, middle = half - f->beta * k[-1].middle - there,
                 end = k->y - field_knot_b(f, knot) - there, near = 0.125;
    return f->fineness * fabs(middle - slope * (half - from)) <= near &&
           f->fineness * fabs(end - slope * (k->y - from)) <= near && f->fineness * fabs(end) <= FAR_CHANGE;
}

/* The last knot up to which y - b goes on as from this one to the next, or the next; neither y nor what is
 * left up to log n, where gaps may branch, changes by more than half. One by one towards V = 1. */
static size_t far_end(const struct field *f, size_t knot) {
    const struct knot *k = f->o->knot;
    const double log_n = f->o->log_n, y = k[knot].y, here = y - field_knot_b(f, knot),
                 slope = (k[knot + 1].y - field_knot_b(f, knot + 1) - here) / (k[knot + 1].y - y),
                 last = fmin(fmin(1.5 * y, log_n - (log_n - y) / 1.5), log_n - 2);
    size_t end = knot + 1;
    if (end + 1 < f->o->knots && !goes_on(f, end, y, here, slope)) { return end; }
    while (end + 1 < f->o->knots && k[end + 1].y <= last && goes_on(f, end + 1, y, here, slope)) { end++; }
    return end;
}

/* What y - b changes by over a stretch from b on; or, where it bends more than that, as over a peak, what is
 * as hard to tell. */
static double far_change(const struct far *far, double b) {
    enum { BEFORE = INNER / 2 - 1, AFTER };
    const double start = far->edge[0] - b, end = far->edge[1] - far->b[INNER],
                 twice_middle = far->y[BEFORE] - far->b[BEFORE] + far->y[AFTER] - far->b[AFTER];
    return fmax(fabs(end - start), 8 * fabs(start + end - twice_middle));
}

/* The stretch from y, b on, of at most *step and up to `end`, over which y - b changes by FAR_CHANGE at most;
 * *step receives what the next may have. */
static void next_far(const struct field *f, double y, double b, double end, double *step, struct far *far) {
    const double most = FAR_CHANGE, full = 0.95, least = 1e-10 * fmax(1, fabs(y));
    double change;
    for (;; *step = (far->edge[1] - y) * fmax(0.125, full * most / change)) {
        place_far(f, y, fmin(end, y + *step), far);
        change = f->fineness * far_change(far, b);
        if (!(change > most && far->edge[1] - y > least)) { break; }
    }
    *step = (far->edge[1] - y) * fmin(2, full * most / change);
}

/* All scores from y on, where only a is looked at. Those that with all after them add up to less than e^-41
 * are left out. */
static void add_all_far(struct field *f, double y) {
    const struct oracle *o = f->o;
    const double least = -41;
    size_t added = 0;
    for (size_t knot = 0, last; knot + 1 < o->knots; knot = last) {
        last = knot + 1;
        if (o->knot[last].y <= y || !(o->knot[last].y + f->x_high - field_knot_b(f, knot) > least)) {
            y = fmax(y, o->knot[last].y);
            continue;
        }
        last = far_end(f, knot);
        const double end = o->knot[last].y;
        double b = y > o->knot[knot].y && y < end ? field_gap(f, y) : field_knot_b(f, knot), step = end - y;
        while (y < end && end + f->x_high - b > least) {
            if (added++ == MOST_FAR) {
                f->far_error = INFINITY; /* out of reach */
                return;
            }
            struct far far;
            next_far(f, y, b, end, &step, &far);
            add_far(f, &far);
            y = far.edge[1];
            b = far.b[INNER];
        }
        y = fmax(y, end);
    }
}

/* Where outputs lie, as a b: far below the critical beta, far above it. */
static double output_centre(const struct field *f) {
    const struct oracle *o = f->o;
    const double absolute = f->beta * exp(o->log_lambda), nearest = f->beta * o->highest,
                 x = absolute + o->family->concentration(o->p),
                 mean = (sphere_bias(o->family->dimension(o->p), x) - f->typical_depth) / f->length;
    return isfinite(mean) && isfinite(absolute) ? fmax(mean, nearest) : nearest;
}

/* Noise: 1e-13 of profile.h, and two ulp of log Lambda^typ. The k-th of a row's scores lies within k^{-1/2}
 * of its y: panels follow from k = 16 on, before which they are short enough. */
void field_open(struct field *f, const struct oracle *o, double beta, struct oracle_question ask) {
    *f = (struct field){.o = o,
                        .ask = ask,
                        .beta = beta,
                        .fineness = o->fineness * fmax(1, sqrt((double)ask.ranks) / 4),
                        .others = expm1(o->log_n),
                        .share = exp(-o->log_n),
                        .weighed = -expm1(-o->log_n),
                        .terms = terms_of(o->log_n, ask.ranks),
                        .whole = whole_of(expm1(o->log_n)),
                        .far_mass = -INFINITY,
                        .noise = 1e-13 + 4e-16 * fabs(o->log_lambda)};
    for (size_t k = 0; k < ask.ranks; k++) {
        f->rank_fall[k] = fmax(0, 1 - (double)(k + 1) * f->share) / (double)(k + 1);
    }
    if (ask.output) {
        f->typical_depth = -o->family->quantile(o->p, -o->log_n);
        f->length = exp(-log(beta) - o->log_lambda);
        f->centre = output_centre(f);
    }
    find_range(f);
}

bool field_finish(struct field *f) {
    f->kept = calloc(f->count + 1, sizeof *f->kept);
    if (!f->kept) { return false; }
    f->end_y = field_y(f, f->x_high + FIELD_LINEAR);
    if (f->count > 0) { f->end_y = fmax(f->end_y, f->panel[f->count - 1].high_y); }
    while (f->small < f->count && f->panel[f->small].low_y < SMALL) { f->small++; }
    while (f->large < f->count && f->panel[f->large].low_y < LARGE) { f->large++; }
    f->o->series->add_up(f);
    add_all_far(f, f->end_y);
    return !f->ask.top_weight || f->ask.ranks > 0 || f->small >= f->large || make_wides(f);
}

void field_close(struct field *f) {
    free(f->panel);
    free(f->kept);
    free(f->wide);
}
