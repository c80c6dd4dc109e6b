#include "models/oracle/comb.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/gram.h"

/* Over so many steps Gauss's rule of GRAM_NODES keys is as good as the polynomials are. */
static const double STRETCH = 11.7;

/* log of the number of keys up to a penalty, at most. */
static double log_keys_within(const struct comb_end *end, double penalty) {
    double most = end->log_n;
    if (end->position.linear > 0) { most = fmin(most, log1p(penalty / end->position.linear)); }
    if (end->position.log > 0) { most = fmin(most, penalty / end->position.log); }
    return most;
}

bool comb_is_over(struct comb_end *end, double depth, double log_value) {
    const double negligible = 36, term = log_value + log_keys_within(end, depth / end->scale),
                 fall = end->before - term;
    end->before = term;
    return term == -INFINITY || (fall > 0 && term - log(-expm1(-fall)) < -negligible);
}

/* While the weights are summed: [COMB_FIRST + l] that of l steps, l > -COMB_FIRST. */
struct spread {
    double scale, *weight; /* scale: steps per penalty */
    size_t count;
};

static enum positions_way spread_way(void *context, double first, double last, double log_count) {
    const struct spread *s = context;
    (void)log_count;
    if (s->scale * first > (double)s->count) { return POSITIONS_SKIP; }
    return s->scale * (last - first) <= STRETCH ? POSITIONS_FEW : POSITIONS_HALVE;
}

static bool spread_has_ended(void *context, double log_distance, double penalty) {
    const struct spread *s = context;
    (void)log_distance;
    return s->scale * penalty > (double)s->count;
}

/* What the points COMB_FIRST - 1 before to COMB_FIRST behind count for at u in (0, 1): Lagrange's. */
static void lagrange(double u, double weight[COMB_TAPS]) {
    double all = 1, factorial = 1;
    for (int j = 0; j < COMB_TAPS; j++) {
        all *= u - (j + 1 - COMB_FIRST);
        factorial *= j > 0 ? j : 1;
    }
    double binomial = -1 / factorial; /* of C(TAPS - 1, j) with its sign */
    for (int j = 0; j < COMB_TAPS; j++) {
        weight[j] = all * binomial / (u - (j + 1 - COMB_FIRST));
        binomial *= -(double)(COMB_TAPS - 1 - j) / (j + 1);
    }
}

static void spread_add(void *context, double penalty, double log_weight) {
    const double exact = 1e-12;
    const struct spread *s = context;
    const double steps = s->scale * penalty, whole = floor(steps + exact), u = steps - whole,
                 keys = exp(log_weight);
    if (!(whole < (double)s->count)) { return; }
    double weight[COMB_TAPS] = {0};
    if (u > exact) {
        lagrange(u, weight);
    } else {
        weight[COMB_FIRST - 1] = 1;
    }
    for (size_t j = 0; j < COMB_TAPS; j++) { s->weight[(size_t)whole + 1 + j] += keys * weight[j]; }
}

/* False when out of memory. */
static bool take_taps(struct comb *c, const struct spread *s) {
    const size_t most = s->count + COMB_TAPS;
    c->at = malloc(most * sizeof *c->at);
    c->weight = malloc(most * sizeof *c->weight);
    c->size = malloc(most * sizeof *c->size);
    if (!c->at || !c->weight || !c->size) { return false; }
    for (size_t k = 0; k < most; k++) {
        if (s->weight[k] == 0) { continue; }
        c->at[c->taps] = k;
        c->weight[c->taps] = s->weight[k];
        c->size[c->taps++] = fabs(s->weight[k]);
    }
    return true;
}

/* ---- linear penalties ---- */

double comb_step(double linear, double scale, double step) {
    enum { HALVINGS = 8 }; /* so many more, and keys of a step are whole numbers */
    const double penalty = linear * scale, keys = step / penalty;
    if (keys <= 1) { return penalty / ceil(1 / keys); }
    const double unit = exp2(fmin(HALVINGS, floor(log2(keys))));
    return penalty * unit * floor(keys / unit);
}

/* The weights of `keys` in a row, the first at a point: what COMB_TAPS points count for. */
static void add_step(double keys, double sum[COMB_TAPS]) {
    double weight[COMB_TAPS];
    struct gram rule;
    const bool many = keys > GRAM_FEWEST;
    const int nodes = many ? GRAM_NODES : (int)keys - 1;
    if (many) { gram_make(1, keys - 1, &rule); }
    sum[COMB_FIRST - 1] += 1;
    for (int i = 0; i < nodes; i++) {
        lagrange((many ? rule.x[i] : i + 1) / keys, weight);
        for (int j = 0; j < COMB_TAPS; j++) { sum[j] += (many ? rule.w[i] : 1) * weight[j]; }
    }
}

/* Whether all weights but the first are the same. */
static bool is_regular(struct family_position position, double log_n, double scale, double step,
                       size_t count) {
    const double close = 1e-12, most = 1e9, penalty = position.linear * scale,
                 ratio = fmax(step / penalty, penalty / step);
    return position.linear > 0 && position.log == 0 && count > 2 * COMB_TAPS && ratio < most &&
           fabs(ratio - round(ratio)) <= close * ratio && (double)count * step <= penalty * expm1(log_n);
}

static bool take_regular(struct comb *c, double keys) {
    double sum[COMB_TAPS] = {0}, weight = 0;
    c->stride = keys < 1 ? (size_t)round(1 / keys) : 1;
    c->first = keys > 1.5 ? COMB_TAPS : COMB_FIRST;
    c->same = fmax(1, round(keys));
    c->at = malloc(COMB_TAPS * sizeof *c->at);
    c->weight = malloc(COMB_TAPS * sizeof *c->weight);
    c->size = malloc(COMB_TAPS * sizeof *c->size);
    if (!c->at || !c->weight || !c->size) { return false; }
    if (c->first == COMB_FIRST) { return true; }
    add_step(c->same, sum);
    for (; c->taps + 1 < COMB_TAPS; c->taps++) {
        weight += sum[c->taps];
        c->at[c->taps] = c->taps + 1;
        c->weight[c->taps] = weight;
        c->size[c->taps] = fabs(weight);
    }
    return true;
}

/* ---- sums ---- */

static enum comb_state open_any(struct comb *c, struct family_position position, double log_n, double scale,
                                double step) {
    struct spread s = {scale / step, calloc(c->count + COMB_TAPS, sizeof *s.weight), c->count};
    const struct positions_sum sum = {&s, spread_way, spread_has_ended, spread_add};
    enum comb_state state = COMB_NO_MEMORY;
    if (s.weight) {
        state = !positions_visit(position, log_n, 0, &sum) ? COMB_TOO_FAR
                : take_taps(c, &s)                         ? COMB_MADE
                                                           : COMB_NO_MEMORY;
    }
    free(s.weight);
    return state;
}

enum comb_state comb_open(struct comb *c, struct family_position position, double log_n, double scale,
                          double step, size_t count) {
    *c = (struct comb){.count = count, .sums = count - COMB_FIRST};
    if (!is_regular(position, log_n, scale, step, count)) {
        return open_any(c, position, log_n, scale, step);
    }
    return take_regular(c, step / (position.linear * scale)) ? COMB_MADE : COMB_NO_MEMORY;
}

void comb_close(struct comb *c) {
    free(c->at);
    free(c->weight);
    free(c->size);
}

size_t comb_room(const struct comb *c) { return c->count + COMB_TAPS + VECTOR_ROW; }

/* After the sum over taps, of which there are none where the stride is longer than a point. */
static void add_same(const struct comb *c, const double *row, double *sum) {
    if (c->stride == 1) {
        double rest = 0;
        for (size_t i = c->sums; i-- > 0;) {
            rest += i + c->first < c->count ? row[i + c->first] : 0;
            sum[i] += c->same * rest;
        }
        return;
    }
    for (size_t i = c->sums; i-- > 0;) {
        sum[i] = row[i + c->first] + (i + c->stride < c->sums ? sum[i + c->stride] : 0);
    }
}

void comb_add(const struct comb *c, const struct vector *vector, const double *weight, const double *row,
              double *sum) {
    size_t taps = c->taps;
    for (size_t i = 0; i < c->sums; i += VECTOR_ROW) {
        while (taps > 0 && c->at[taps - 1] + i >= c->count) { taps--; }
        vector->slide(taps, c->at, weight, row + i, sum + i);
    }
    if (c->stride > 0) { add_same(c, row, sum); }
}

/* By differences of order TAPS; in the middle of two points the polynomial is off by so much of one. */
void comb_miss(const struct comb *c, const struct vector *vector, const double *row, double *miss) {
    const double middle = 2.9965e-6; /* ((TAPS - 1)!!/2^(TAPS/2))^2/TAPS! */
    static const size_t at[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    static const double binomial[] = {1,      -16,  120,   -560, 1820, -4368, 8008, -11440, 12870,
                                      -11440, 8008, -4368, 1820, -560, 120,   -16,  1};
    double difference[VECTOR_ROW];
    for (size_t k = 0; k + COMB_TAPS < c->count; k += VECTOR_ROW) {
        vector->slide(COMB_TAPS + 1, at, binomial, row + k, difference);
        for (size_t j = 0; j < VECTOR_ROW && k + j + COMB_TAPS < c->count; j++) {
            miss[k + j + COMB_FIRST] += middle * fabs(difference[j]);
        }
    }
}
