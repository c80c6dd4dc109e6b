#include "models/oracle/product.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/oracle/answer.h"
#include "models/oracle/grid.h"
#include "models/oracle/highest.h"
#include "models/oracle/ladder.h"
#include "models/oracle/law.h"
#include "models/theory/positions.h"
#include "models/theory/typical.h"

/* ---- the law of a key ---- */

struct product {
    double p[FAMILY_PARAMETERS]; /* without penalties */
    struct oracle law;
    double apart; /* s* of the row above that of the law at the n that it has */
    struct highest highest;
    double power;  /* of V behind the highest score; 0: there is none */
    double others; /* how many keys but the nearest are above the lowest score */
    struct deep *deep;
};

/* log of how many keys the law of one has to know: with linear penalties those that all but 1/100 of the
 * scores above s* come from, with others those behind which there is hardly any, e^-34 = 2e-15. */
static double log_keys_of(const struct oracle *o, double score) {
    const double rest = family_position(o->family, o->p).linear > 0 ? log(0.01) : -34;
    int low = 0, high = 53; /* powers of 2: too few, and enough or too many to know */
    while (!isnan(score) && high - low > 1) {
        const int middle = (low + high) / 2;
        const bool enough = positions_log_count(o->family, o->p, o->log_n, exp2(middle), score) < rest;
        *(enough ? &high : &low) = middle;
    }
    return high < 53 ? fmin(o->log_n, high * M_LN2) : o->log_n;
}

bool product_open(struct oracle *o, const struct family *family, const double *p, double log_n,
                  double log_lambda_typ) {
    *o = (struct oracle){
        .family = family, .p = p, .log_n = log_n, .log_lambda = log_lambda_typ, .fineness = 1};
    rules_make(&o->rules);
    struct product *product = calloc(1, sizeof *product);
    o->product = product;
    if (!product) { return false; }
    const double score = positions_typical_score(family, p, log_n), own = log_keys_of(o, score);
    memcpy(product->p, o->p, o->family->parameter_count * sizeof *product->p);
    product->p[family_position_index(o->family)] = 0;
    if (!law_open(&product->law, family, product->p, own,
                  typical_scale(family, product->p, own).log_lambda)) {
        return false;
    }
    o->vector = product->law.vector;
    if (family->class != FAMILY_WEIBULL && !deep_open(&product->deep, &product->law)) { return false; }
    product->apart = score - family->quantile(product->p, -own);
    product->power = family->class == FAMILY_WEIBULL ? positions_power(family, product->p) : 0;
    product->others = exp(positions_log_count(family, p, log_n, 1, family->quantile(p, 0)));
    const bool good = highest_mean(o, score, exp(-product->law.log_lambda), &product->highest);
    o->highest = product->highest.mean;
    return good;
}

void product_close(struct oracle *o) {
    if (o->product) {
        law_close(&o->product->law);
        deep_free(o->product->deep);
    }
    free(o->product);
}

/* ---- where ---- */

/* Where scores reach over more than half of LONG steps what is deep of a key's functions are curves, which
 * may be off by so much. Choices. */
static const double LONG = 1000, BEHIND_NOISE = 6e-13;

/* How far the nearest keys are apart, where penalties are linear alone. */
static double apart_of(const struct oracle *o, double absolute) {
    const struct family_position position = family_position(o->family, o->p);
    return position.log == 0 ? position.linear * absolute : 0;
}

/* All but families with an upper endpoint, where each key has a kink, the sharper the smaller its power,
 * become smoother with beta, but for the nearest key's where rows have scores at its lower end. From MANY
 * steps on sums that grow from point to point are worth a shorter one. Choices, made so that few grids have
 * to be halved. */
static double first_step(const struct oracle *o, double absolute, double beta, double length, bool sharp) {
    enum { MANY = 300 };
    const struct family_position position = family_position(o->family, o->p);
    const double linear = position.linear, power = o->product->power,
                 step = (power > 0 ? fmax(0.15, fmin(0.14 + 0.04 * power, 0.2)) : 0.19 + 0.135 * beta) /
                        o->fineness;
    if (sharp) { return comb_step(linear, absolute, fmin(step, GRID_SHARP)); }
    return apart_of(o, absolute) > step || (position.log == 0 && linear > 0 && length > MANY * step)
               ? comb_step(linear, absolute, step)
               : step;
}

/* The same of grids alone: where the nearest key alone may have a score near its lowest rows end as sharply
 * as it does. Keys that are far apart are at points. */
static double grid_step(const struct oracle *o, double absolute, double step) {
    const double few = 20, some = 30, others = o->product->others, apart = apart_of(o, absolute),
                 longest = (others < few    ? 0.25
                            : others < some ? GRID_SHARP
                                            : INFINITY) /
                           o->fineness;
    if (step <= longest || apart > GRID_SHARP) { return step; }
    return apart > 0 ? comb_step(family_position(o->family, o->p).linear, absolute, longest) : longest;
}

/* The first step of ladders, made so that few have to be halved. */
static double ladder_step(const struct oracle *o) { return 0.21 / o->fineness; }

/* Whether scores are so far apart that a ladder is sooner done than a grid, which may have to be halved twice
 * where rows have scores at a lower end, and where sums that grow from point to point take little time. Not
 * with an upper endpoint, where each key has a kink. Choices. */
static bool may_climb(const struct lone *l, const struct oracle *o, double step) {
    const double points = family_position(o->family, o->p).log > 0 ? 700 : 1200,
                 fine =
                     fmax(ladder_step(o), isfinite(o->family->quantile(o->product->p, 0)) ? step / 4 : step);
    return o->family->class != FAMILY_WEIBULL &&
           l->top - l->field.x_low > fmax(points * fine, 3 * LONE_BEHIND);
}

/* On long grids, and for ladders. */
static bool looks_behind(const struct lone *l, const struct oracle *o, double step) {
    return may_climb(l, o, step) ||
           (isfinite(l->deep_from) && l->end > fmax(LONG / 2 * step, 3 * LONE_BEHIND));
}

/* x at which all rows have so many scores with a >= 1, or as much in a, that the product is e^-34: j keys of
 * at most the j-th's penalty have j V(b) min(1, e^{x - b}), for any j and b. */
static double crowded_at(const struct field *f, const struct oracle *o, double absolute) {
    const double enough = 4;
    const struct oracle *law = f->o;
    const struct family_position position = family_position(o->family, o->p);
    const double linear = absolute * position.linear, log_alone = absolute * position.log,
                 best = linear > 0      ? log(fmax(1, (1 - log_alone) / linear))
                        : log_alone < 1 ? o->log_n
                                        : 0;
    double x = INFINITY;
    for (size_t i = 0; i < law->knots; i++) {
        const double missing = enough - law->knot[i].y + law->log_n,
                     log_keys = fmin(fmax(best, missing), o->log_n);
        if (missing > o->log_n) { continue; }
        x = fmin(x,
                 linear * expm1(log_keys) + log_alone * log_keys + field_knot_b(f, i) + missing - log_keys);
    }
    return x;
}

/* x from where no row is left without a score with a > e^3.5, whose e^-a is e^-33; `end` is infinite beyond
 * PRODUCT_WIDEST. False when out of memory. */
static bool prepare(struct grid *g, const struct oracle *o, double absolute) {
    const struct oracle *law = &o->product->law;
    const double beta = absolute * exp(-law->log_lambda),
                 lowest = absolute * (o->product->highest.lowest - o->product->apart) + 3.5;
    struct lone *l = &g->lone;
    *g = (struct grid){.step = 0};
    lone_open(l, law, beta, &(struct comb_keys){family_position(o->family, o->p), o->log_n, absolute, 0});
    const double end = field_knot_b(&l->field, law->knots - 1);
    const bool to_end = end < lowest && isfinite(o->family->quantile(law->p, 0)),
               sharp = to_end && apart_of(o, absolute) > GRID_SHARP;
    const double last =
        fmin(fmin(end + 4, lowest), fmax(l->field.origin, crowded_at(&l->field, o, absolute)));
    g->step = first_step(o, absolute, beta, last - l->field.x_low, sharp);
    const double top = last + COMB_FIRST * g->step;
    l->end = top - l->field.x_low < PRODUCT_WIDEST ? top - l->field.x_low : INFINITY;
    if (!isfinite(l->end)) { return true; }
    g->is_near = far_plan(&g->far, l, top, g->step);
    if (!lone_cover(l, top, g->is_near ? far_depth(&g->far, g->step) : INFINITY, o->product->deep)) {
        return false;
    }
    return !looks_behind(l, o, g->step) || lone_look_behind(l);
}

/* ---- the integral over x ---- */

enum { SHARE, NO_SHARE, PLACE, MEAN_ENTROPY, MEAN_SUSCEPTIBILITY, MISSED, COMPONENTS };

/* By the trapezoid rule: on all points, and on every second. */
struct totals {
    double all[COMPONENTS], half[COMPONENTS];
};

static void add_point(void *totals, const struct ladder_point *p) {
    struct totals *t = totals;
    const double power = exp(fmin(0, p->sum[LONE_LOG_PHI])), first = p->sum[LONE_FIRST],
                 entropy = p->sum[LONE_ENTROPIES];
    const double value[COMPONENTS] = {
        [SHARE] = power * p->sum[LONE_SHARED],
        [NO_SHARE] = power * (first - p->sum[LONE_SHARED]),
        [PLACE] = power * first * p->depth,
        [MEAN_ENTROPY] = power * entropy,
        [MEAN_SUSCEPTIBILITY] = power * (first * p->sum[LONE_SPREADS] - entropy * entropy - p->sum[LONE_OWN]),
        [MISSED] = power * (p->sum[LADDER_MISS] + p->sum[LADDER_MISS_LOG] * (first + fabs(entropy))),
    };
    for (int c = 0; c < COMPONENTS; c++) {
        t->all[c] += p->weight * value[c];
        t->half[c] += p->half * value[c];
    }
}

/* What every second point is off, to a power that is 2 in the limit of small steps; 1.75 is a choice. */
static double error_of(const struct totals *t, int component) {
    const double size = fmax(1e-300, fabs(t->all[component])),
                 off = fabs(t->all[component] - t->half[component]);
    return size * pow(fmin(1, off / size), 1.75) + t->all[MISSED];
}

/* What Y_2 comes from: its own integral, or what it lacks to 1. */
static int smaller_share(const struct totals *t) { return t->all[SHARE] < 0.5 ? SHARE : NO_SHARE; }

static double largest_error(const struct totals *t) {
    return fmax(error_of(t, MEAN_ENTROPY), error_of(t, smaller_share(t)));
}

/* ---- answers ---- */

/* As answer.c has it. A choice: 2e-11 for the scores' own rule. */
static struct oracle_point point_of(const struct oracle *o, const struct totals *t, double top,
                                    double absolute, double beta) {
    const double *sum = t->all, total = sum[SHARE] + sum[NO_SHARE], shared = sum[SHARE],
                 lost = 4 * fabs(1 - total) + 2e-11;
    struct oracle_point point = oracle_unknown_point;
    if (!isfinite(total) || fabs(1 - total) > 1e-6) { return point; }
    point.entropy = sum[MEAN_ENTROPY] / total;
    point.entropy_error = error_of(t, MEAN_ENTROPY) + lost * (1 + point.entropy);
    point.participation = shared < 0.5 ? fmax(0, shared) : 1 - sum[NO_SHARE];
    point.participation_error = error_of(t, smaller_share(t)) + lost;
    point.log_partition = -RULES_EULER - (top - sum[PLACE] / total) - absolute * o->product->apart;
    if (point.participation > 0) {
        point.log_mean_participation = log(point.participation);
        point.log_mean_participation_error = point.participation_error / point.participation;
    }
    point.log_partition_error =
        error_of(t, PLACE) + lost * (1 + fabs(point.log_partition)) + 1e-12 * absolute;
    point.log_top_weight = -point.log_partition - beta * o->highest;
    point.log_top_weight_error = isfinite(point.log_top_weight)
                                     ? point.log_partition_error + beta * o->product->highest.error
                                     : INFINITY;
    point.gap_mean = (point.entropy - point.log_partition) / beta - o->highest;
    point.gap_mean_error =
        isfinite(point.gap_mean) ? (point.entropy_error + point.log_top_weight_error) / beta : INFINITY;
    point.susceptibility = sum[MEAN_SUSCEPTIBILITY] / total;
    point.susceptibility_error = error_of(t, MEAN_SUSCEPTIBILITY) + lost * (1 + fabs(point.susceptibility)) +
                                 3e-15 * point.entropy * point.entropy; /* of two such squares */
    if (!(point.susceptibility > point.susceptibility_error)) {         /* what it is less than */
        point.susceptibility_error += fabs(point.susceptibility);
        point.susceptibility = NAN;
    }
    return point;
}

/* What curves may be off: the susceptibility's error grows by that of means, about the size of H, that spread
 * by so much. */
static void tell_behind(struct oracle_point *point) {
    const double chi = isnan(point->susceptibility) ? point->susceptibility_error : point->susceptibility;
    point->susceptibility_error += BEHIND_NOISE * (1 + point->entropy) * sqrt(chi);
}

/* What polynomials miss alternates from point to point: on fine steps an integral has a hundredth of it at
 * most, as halves of such steps show it, without an end of scores or with one. Five times that is a choice.
 */
static double share_missed(double step) {
    const double fine = 0.2, share = 0.05;
    return step <= fine ? share : 1;
}

/* On grids that are halved as long as that may help. False when out of memory. */
static bool answer_at(struct grid *g, const struct oracle *o, double absolute, double beta,
                      struct oracle_point *point) {
    const double aim = 5e-11, fine = 0.2;
    double error = INFINITY, before;
    for (;;) {
        struct totals totals = {{0}, {0}};
        const enum comb_state state = grid_sum(g, add_point, &totals);
        totals.all[MISSED] *= share_missed(g->step);
        if (state != COMB_MADE) { return state == COMB_TOO_FAR; }
        *point = point_of(o, &totals, g->lone.top, absolute, beta);
        if (g->lone.behind) { tell_behind(point); }
        before = error;
        error = largest_error(&totals);
        const bool in_vain = g->step < fine && error > before / 2;
        if (!(error > aim) || in_vain || g->count > GRID_MOST_HALVED) { return true; }
        if (!grid_halve(g)) { return false; }
    }
}

/* From where the grid begins. False where that does better: where rungs are long, or errors larger than they
 * may be. */
static bool by_ladder(const struct grid *g, const struct oracle *o, double absolute, double beta,
                      struct oracle_point *point, enum comb_state *state) {
    const struct lone *l = &g->lone;
    enum { HALVINGS = 3 };
    const double aim = 5e-11;
    for (int halved = 0; halved <= HALVINGS; halved++) {
        struct ladder ladder;
        struct totals totals = {{0}, {0}};
        if (!l->behind || !ladder_set(&ladder, l, ldexp(fmin(ladder_step(o), g->step), -halved))) {
            return false;
        }
        *state = ladder_climb(&ladder, l, add_point, &totals);
        if (*state != COMB_MADE) { return true; }
        *point = point_of(o, &totals, l->top, absolute, beta);
        if (largest_error(&totals) <= aim) {
            tell_behind(point);
            return true;
        }
    }
    return false;
}

/* False when out of memory. */
static bool answer_by_grid(struct grid *g, const struct oracle *o, double absolute, double beta,
                           struct oracle_point *point) {
    *point = oracle_unknown_point;
    if (!g->is_near) { g->step = grid_step(o, absolute, g->step); }
    return grid_fill(g) && (g->count <= COMB_TAPS || answer_at(g, o, absolute, beta, point));
}

/* False when out of memory. */
static bool answer_in_reach(struct grid *g, const struct oracle *o, double absolute, double beta,
                            struct oracle_point *point) {
    enum comb_state state = COMB_MADE;
    if (!g->is_near && may_climb(&g->lone, o, g->step) && by_ladder(g, o, absolute, beta, point, &state)) {
        return state != COMB_NO_MEMORY;
    }
    return answer_by_grid(g, o, absolute, beta, point);
}

bool product_ask(const struct oracle *o, double beta, struct oracle_answer *answer) {
    const double absolute = exp(log(beta) + o->log_lambda);
    struct grid grid;
    answer_unknown(answer);
    bool good = prepare(&grid, o, absolute);
    if (good && grid.lone.end < PRODUCT_WIDEST) {
        good = answer_in_reach(&grid, o, absolute, beta, &answer->point);
    }
    grid_discard(&grid);
    return good;
}
