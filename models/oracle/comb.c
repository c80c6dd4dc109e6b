#include "models/oracle/comb.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

enum comb_state comb_open(struct comb *c, struct family_position position, double log_n, double scale,
                          double step, size_t count) {
    struct spread s = {scale / step, calloc(count + COMB_TAPS, sizeof *s.weight), count};
    const struct positions_sum sum = {&s, spread_way, spread_has_ended, spread_add};
    *c = (struct comb){.count = count, .sums = count - COMB_FIRST};
    enum comb_state state = COMB_NO_MEMORY;
    if (s.weight) {
        state = !positions_visit(position, log_n, 0, &sum) ? COMB_TOO_FAR
                : take_taps(c, &s)                         ? COMB_MADE
                                                           : COMB_NO_MEMORY;
    }
    free(s.weight);
    return state;
}

void comb_close(struct comb *c) {
    free(c->at);
    free(c->weight);
    free(c->size);
}

size_t comb_room(const struct comb *c) { return c->count + COMB_TAPS + VECTOR_ROW; }

void comb_add(const struct comb *c, const struct vector *vector, const double *weight, const double *row,
              double *sum) {
    size_t taps = c->taps;
    for (size_t i = 0; i < c->sums; i += VECTOR_ROW) {
        while (taps > 0 && c->at[taps - 1] + i >= c->count) { taps--; }
        vector->slide(taps, c->at, weight, row + i, sum + i);
    }
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
