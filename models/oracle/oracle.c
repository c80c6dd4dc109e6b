#include "models/oracle/oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/chebyshev.h"
#include "models/oracle/law.h"
#include "models/oracle/mixture.h"
#include "models/oracle/product.h"
#include "models/oracle/tree.h"
#include "models/theory/positions.h"
#include "models/theory/typical.h"

bool oracle_knows(const struct family *family) {
    return family->kind == FAMILY_IID || family->kind == FAMILY_FIXED || family->hierarchy;
}

struct oracle *oracle_create(const struct family *family, const double *p, double log_n) {
    return oracle_create_with(family, p, log_n, typical_scale(family, p, log_n).log_lambda);
}

struct oracle *oracle_create_with(const struct family *family, const double *p, double log_n,
                                  double log_lambda_typ) {
    struct oracle *o = calloc(1, sizeof *o);
    const bool alone = family->kind == FAMILY_FIXED || positions_are_absent(family_position(family, p));
    if (!o) { return NULL; }
    if (family->hierarchy ? tree_open(o, family, p, log_n, log_lambda_typ)
        : !alone          ? product_open(o, family, p, log_n, log_lambda_typ)
                 : law_open(o, family, p, log_n, log_lambda_typ) && (!family->row_scale || mixture_open(o))) {
        return o;
    }
    oracle_free(o);
    return NULL;
}

void oracle_free(struct oracle *o) {
    if (!o) { return; }
    tree_close(o);
    product_close(o);
    mixture_close(o);
    law_close(o);
    free(o);
}

void oracle_refine(struct oracle *o, double fineness) { o->fineness = fineness; }

void oracle_recall(struct oracle *o, size_t count, const double *beta_ratio,
                   const struct oracle_point *point) {
    o->known = (struct oracle_grid){count, beta_ratio, point};
}

/* ---- one beta ---- */

const struct oracle_output oracle_unknown_output = {NAN, INFINITY, NAN, INFINITY, NAN, INFINITY};
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
    .susceptibility = NAN,
    .susceptibility_error = INFINITY,
};

bool oracle_ask(const struct oracle *o, double beta, struct oracle_question ask,
                struct oracle_answer *answer) {
    if (o->tree) { return tree_ask(o, beta, ask.errors, answer); }
    if (o->product) { return product_ask(o, beta, answer); }
    return o->mixture ? mixture_ask(o, beta, ask, answer) : law_ask(o, beta, ask, answer);
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
    const double value = 2 * at->log_top_weight - twice->log_top_weight;
    *error = fmax(at->entropy_error, twice->log_top_weight_error + 2 * at->log_top_weight_error);
    return isnan(value) ? value : fmax(-at->entropy, fmin(value, at->log_top_weight));
}

/* ---- means alone: slopes and roots ---- */

static bool means_at(const struct oracle *o, double beta, struct oracle_point *point) {
    struct oracle_answer answer;
    bool good = oracle_ask(o, beta, (struct oracle_question){.ranks = 0}, &answer);
    if (good) { *point = answer.point; }
    return good;
}

double oracle_susceptibility(const struct oracle *o, double beta, double *error) {
    struct oracle_answer answer;
    if (!oracle_ask(o, beta, (struct oracle_question){.slope = true}, &answer)) {
        answer.point = oracle_unknown_point;
    }
    if (error) {
        *error = isnan(answer.point.susceptibility_error) ? INFINITY : answer.point.susceptibility_error;
    }
    return answer.point.susceptibility;
}

/* ---- collapse points ---- */

/* What goes from negative to positive where the mean collapses, and its slope by log beta; NaN: not known. */
struct crossing {
    const struct oracle *oracle;
    bool entropy;
    double threshold;
};
struct crossed {
    double value, slope;
};

static struct crossed crossed_of(const struct crossing *c, const struct oracle_point *point) {
    const double none = 1e-300; /* in the place of 0 */
    if (c->entropy) {
        const double h = fmax(point->entropy, none);
        return (struct crossed){isnan(point->entropy) ? NAN : log(c->threshold / h),
                                point->susceptibility / h};
    }
    const double shared = fmax(point->participation, none), alone = fmax(1 - point->participation, none);
    return (struct crossed){
        isnan(point->participation) ? NAN : log(shared / alone) - log(c->threshold / (1 - c->threshold)),
        NAN};
}

static struct crossed crossed_at(const struct crossing *c, double log_beta) {
    struct oracle_point point;
    if (!means_at(c->oracle, exp(log_beta), &point)) { return (struct crossed){NAN, NAN}; }
    return crossed_of(c, &point);
}

/* A value that is known; NaN: none yet. */
struct told {
    double x, value;
};

/* At x, of the parabola through the two before, the last first; of the line where there is one, or where they
 * do not rise; `usual` where there is none. */
static double slope_through(const struct told told[2], double x, double value) {
    const double usual = 2, /* of log Y/(1 - Y) = log(b - 1), as gumbel scores have it at many keys, at 1/2 */
        line = (value - told[0].value) / (x - told[0].x), further = (value - told[1].value) / (x - told[1].x),
                 between = (told[0].value - told[1].value) / (told[0].x - told[1].x),
                 bent = line + further - between;
    if (isnan(line)) { return usual; }
    return bent > 0 ? bent : line;
}

/* Where a root is looked for: within the bracket as far as it is known, first at x, then by steps of at most
 * `most`. */
struct hunt {
    double low, high, x, most;
    struct told told[2];
};

/* At x, of the polynomial through so many values. */
enum { NEARBY = 6 };
static double value_between(size_t count, const struct told *known, double x) {
    double value[NEARBY] = {0};
    for (size_t i = 0; i < count; i++) { value[i] = known[i].value; }
    for (size_t k = 1; k < count; k++) {
        for (size_t i = 0; i + k < count; i++) {
            value[i] += (value[i + 1] - value[i]) * (x - known[i].x) / (known[i + k].x - known[i].x);
        }
    }
    return value[0];
}

/* Beyond the betas that are known, of which `edge` is the last before the root and `before` next to it. */
static struct hunt hunt_beyond(struct told edge, struct told before) {
    const double slope = (edge.value - before.value) / (edge.x - before.x), most = 4,
                 step = slope > 0 ? -edge.value / slope : copysign(most, edge.x - before.x);
    const bool is_below = edge.value >= 0;
    return (struct hunt){is_below ? -INFINITY : edge.x,
                         is_below ? edge.x : INFINITY,
                         edge.x + fmax(-most, fmin(step, most)),
                         most,
                         {edge, before}};
}

/* Between two betas that are known already, where polynomials through their neighbours cross, or beyond them;
 * from Lambda^typ outwards otherwise. */
static struct hunt hunt_for(const struct crossing *c) {
    const struct oracle_grid *g = &c->oracle->known;
    struct hunt hunt = {-INFINITY, INFINITY, 0.5, 0.5, {{NAN, NAN}, {NAN, NAN}}};
    struct told known[NEARBY];
    size_t k = 0;
    if (g->count < NEARBY) { return hunt; }
    while (k < g->count && crossed_of(c, &g->point[k]).value < 0) { k++; }
    const size_t first = k < NEARBY / 2 ? 0 : k + NEARBY / 2 > g->count ? g->count - NEARBY : k - NEARBY / 2;
    for (size_t i = 0; i < NEARBY; i++) {
        known[i] = (struct told){log(g->beta_ratio[first + i]), crossed_of(c, &g->point[first + i]).value};
        if (isnan(known[i].value)) { return hunt; }
    }
    if (k == 0) { return hunt_beyond(known[0], known[1]); }
    if (k == g->count) { return hunt_beyond(known[NEARBY - 1], known[NEARBY - 2]); }
    hunt.told[0] = known[k - first];
    hunt.told[1] = known[k - first - 1];
    double low = hunt.told[1].x, high = hunt.told[0].x;
    hunt.low = low;
    hunt.high = high;
    for (int i = 0; i < 40; i++) {
        const double middle = (low + high) / 2;
        *(value_between(NEARBY, known, middle) < 0 ? &low : &high) = middle;
    }
    hunt.x = (low + high) / 2;
    return hunt;
}

/* Newton's steps, or those of a parabola, within the bracket, which is halved where they leave it or do not
 * become shorter; outwards by at most the double of the last. *slope receives that at the root, of either. */
static double crossing_root(const struct crossing *c, double *slope) {
    const double farthest = 110, parabola = 2e-8, newton = 1e-6; /* the next step is about their square */
    struct hunt h = hunt_for(c);
    double x = h.x, last = INFINITY;
    *slope = NAN;
    for (int i = 0; i < 200 && fabs(x) < farthest; i++) {
        const struct crossed now = crossed_at(c, x);
        if (isnan(now.value)) { return NAN; }
        const bool known = now.slope > 0;
        *slope = known ? now.slope : slope_through(h.told, x, now.value);
        if (now.value < 0) { h.low = x; }
        if (now.value >= 0) { h.high = x; }
        double step = *slope > 0 ? -now.value / *slope : now.value < 0 ? h.most : -h.most;
        if (fabs(step) < (known ? newton : parabola)) { return x + step; }
        step = fmax(-h.most, fmin(step, h.most));
        h.most *= 2;
        h.told[1] = h.told[0];
        h.told[0] = (struct told){x, now.value};
        x += step;
        const bool stuck = fabs(step) > 0.5 * fabs(last) || !(x > h.low && x < h.high);
        if (stuck && isfinite(h.low + h.high)) { x = (h.low + h.high) / 2; }
        last = x - h.told[0].x;
        if (h.high - h.low < 1e-11) { return x; }
    }
    return NAN;
}

static double collapse(const struct crossing *c, double *error) {
    const struct oracle *o = c->oracle;
    double uniform = c->entropy ? c->threshold - o->log_n : exp(-o->log_n) - c->threshold, slope;
    if (error) { *error = uniform >= 0 ? 0 : NAN; }
    if (uniform >= 0) { return 0; }
    const double x = crossing_root(c, &slope);
    struct oracle_answer answer;
    if (!error) { return exp(x); }
    if (isnan(x) || !oracle_ask(o, exp(x), (struct oracle_question){.errors = true}, &answer)) { return NAN; }
    const double off = c->entropy ? answer.point.entropy_error / c->threshold
                                  : answer.point.participation_error / (c->threshold * (1 - c->threshold));
    *error = exp(x) * (off / slope + 1e-11);
    return exp(x);
}

double oracle_collapse_entropy(const struct oracle *o, double threshold, double *error) {
    return collapse(&(struct crossing){o, true, threshold}, error);
}

double oracle_collapse_participation(const struct oracle *o, double threshold, double *error) {
    return collapse(&(struct crossing){o, false, threshold}, error);
}

/* ---- the susceptibility's maximum ---- */

/* log chi at log beta: three points, of which the middle one is the highest. */
struct summit {
    double x[3], log_chi[3];
};

static double log_chi(const struct oracle *o, double x) {
    return log(oracle_susceptibility(o, exp(x), NULL));
}

/* The same to a ten-thousandth or so: as the entropy's panels have it. */
static double quick_log_chi(const struct oracle *o, double x) {
    struct oracle_point point;
    return means_at(o, exp(x), &point) ? log(point.susceptibility) : NAN;
}

/* Likewise, by cubics where that is known at betas around that show it smooth: the maximum is the same
 * without, for more points where it is a cusp. */
static double rough_log_chi(const struct oracle *o, double x) {
    enum { POINTS = 4 };
    const double smooth = 0.5;
    const struct oracle_grid *g = &o->known;
    const double beta = exp(x);
    struct told known[POINTS];
    size_t k = 0;
    while (k < g->count && g->beta_ratio[k] <= beta) { k++; }
    if (k < POINTS / 2 || k + POINTS / 2 > g->count) { return quick_log_chi(o, x); }
    for (size_t i = 0; i < POINTS; i++) {
        const size_t at = k + i - POINTS / 2;
        known[i] = (struct told){log(g->beta_ratio[at]), log(g->point[at].susceptibility)};
    }
    for (size_t i = 1; i + 1 < POINTS; i++) {
        if (!(fabs(known[i - 1].value - 2 * known[i].value + known[i + 1].value) < smooth)) {
            return quick_log_chi(o, x);
        }
    }
    return value_between(POINTS, known, x);
}

/* Uphill from log beta = 0 by growing steps: around the maximum met first. False when there is none within a
 * factor e^LEVEL. */
static bool climb(const struct oracle *o, struct summit *s) {
    const double level = 8, first = 0.125, top = rough_log_chi(o, 0), behind = rough_log_chi(o, -first),
                 ahead = rough_log_chi(o, first);
    const bool downwards = ahead <= top && behind > top;
    double step = downwards ? -first : first;
    *s = (struct summit){{-step, 0, step}, {downwards ? ahead : behind, top, downwards ? behind : ahead}};
    while (fabs(s->x[1]) < level) {
        if (isnan(s->log_chi[0] + s->log_chi[1] + s->log_chi[2])) { return false; }
        if (s->log_chi[2] <= s->log_chi[1]) { return true; }
        step *= 1.25;
        const double next = s->x[2] + step;
        *s =
            (struct summit){{s->x[1], s->x[2], next}, {s->log_chi[1], s->log_chi[2], rough_log_chi(o, next)}};
    }
    return false;
}

/* Of the parabola through the three. */
static double bend_of(const struct summit *s) {
    const double left = (s->log_chi[1] - s->log_chi[0]) / (s->x[1] - s->x[0]),
                 right = (s->log_chi[2] - s->log_chi[1]) / (s->x[2] - s->x[1]);
    return 2 * (right - left) / (s->x[2] - s->x[0]);
}

static double vertex_of(const struct summit *s) {
    const double left = (s->log_chi[1] - s->log_chi[0]) / (s->x[1] - s->x[0]);
    return (s->x[0] + s->x[1]) / 2 - left / bend_of(s);
}

/* By sections of the longer side until the three are within the maximum's own width, or all is flat: golden
 * ones, ever longer ones while the middle moves and ever shorter ones while it stays, as it does at a peak.
 */
static void close_in(const struct oracle *o, struct summit *s) {
    const double golden = 0.381966011250105, shortest = 0.1, longest = 0.7;
    double section = golden;
    for (int i = 0; i < 80; i++) {
        const double wide = fabs(s->x[2] - s->x[0]);
        if (wide * sqrt(fmax(0, -bend_of(s))) < 0.8 || wide < 1e-9) { return; }
        const int far = fabs(s->x[2] - s->x[1]) > fabs(s->x[1] - s->x[0]) ? 2 : 0;
        const double x = s->x[1] + section * (s->x[far] - s->x[1]), value = rough_log_chi(o, x);
        if (value > s->log_chi[1]) {
            section = fmin(longest, 1.25 * section);
            s->x[2 - far] = s->x[1];
            s->log_chi[2 - far] = s->log_chi[1];
            s->x[1] = x;
            s->log_chi[1] = value;
        } else {
            s->x[far] = x;
            s->log_chi[far] = value;
            section = fmax(shortest, 0.8 * fmin(section, golden));
        }
    }
}

/* The first two derivatives of a Chebyshev series over t in [-1, 1]. */
enum { ORDER = 9 };
struct slopes {
    double first, second;
};
static struct slopes slopes_at(const double series[ORDER], double t) {
    double before[] = {1, 0, 0}, now[] = {t, 1, 0}; /* T_k and its derivatives */
    struct slopes s = {0, 0};
    for (int k = 1; k < ORDER; k++) {
        s.first += series[k] * now[1];
        s.second += series[k] * now[2];
        const double next[] = {2 * t * now[0] - before[0], 2 * now[0] + 2 * t * now[1] - before[1],
                               4 * now[1] + 2 * t * now[2] - before[2]};
        memcpy(before, now, sizeof before);
        memcpy(now, next, sizeof now);
    }
    return s;
}

/* The maximum of a Chebyshev interpolation over x +- half: where it is, or the end towards it; whether it is
 * inside; how far off it may be by what the series leaves out, which is taken for its last term. */
struct top {
    double x, curvature, error;
    bool inside, noise;
};

static struct top top_within(const struct oracle *o, double x, double half) {
    const double rounding = 2e-11; /* of log chi. A choice */
    double value[ORDER], series[ORDER], t = 0, before = INFINITY;
    struct slopes s = {0, 0};
    for (int i = 0; i < ORDER; i++) { value[i] = log_chi(o, chebyshev_node(ORDER, i, x - half, x + half)); }
    chebyshev_series(ORDER, value, series);
    for (int i = 0; i < 20 && fabs(t - before) > 1e-13; i++) {
        s = slopes_at(series, t);
        before = t;
        t = fmax(-1, fmin(s.second < 0 ? t - s.first / s.second : copysign(1, s.first), 1));
    }
    const double left = fabs(series[ORDER - 1]), steepest = (ORDER - 1) / sqrt(fmax(1 - t * t, 1e-4));
    return (struct top){x + half * t, s.second / (half * half), half * steepest * left / fabs(s.second),
                        fabs(t) < 1, left < rounding};
}

/* Around the summit, in stretches that are halved until the maximum is known; at once where the summit is far
 * flatter than any top that counts. */
double oracle_collapse_susceptibility(const struct oracle *o, double *curvature) {
    const double part = 0.11, aim = 2e-8, plateau = 0.05; /* of the width; flatter is noise: choices */
    struct summit summit;
    *curvature = NAN;
    if (!climb(o, &summit)) { return NAN; }
    close_in(o, &summit);
    if (-bend_of(&summit) < plateau / 8) { return NAN; }
    double x = vertex_of(&summit), half = fmin(0.25, part / sqrt(-bend_of(&summit)));
    for (int i = 0; i < 40 && isfinite(x + half); i++) {
        const struct top top = top_within(o, x, half);
        x = top.x;
        if (!top.inside) { continue; }
        if (top.error < aim || top.noise) {
            *curvature = top.curvature;
            return top.curvature < -plateau ? exp(x) : NAN;
        }
        if (-top.curvature < plateau / 8) { return NAN; }
        half = half * fmax(0.1, fmin(0.5, cbrt(aim / top.error)));
    }
    return NAN;
}

double oracle_collapse(const struct oracle *o, const struct criterion *criterion, double *curvature) {
    switch (criterion->kind) {
    case CRITERION_ENTROPY: return oracle_collapse_entropy(o, criterion->threshold, NULL);
    case CRITERION_PARTICIPATION: return oracle_collapse_participation(o, criterion->threshold, NULL);
    case CRITERION_SUSCEPTIBILITY: return oracle_collapse_susceptibility(o, curvature);
    case CRITERION_TOP_TWO_RATIO: break;
    }
    return NAN;
}
