#include "models/oracle/comb.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/gram.h"
#include "models/numeric/search.h"

/* Over so many steps Gauss's rule of GRAM_NODES keys is as good as the polynomials are. */
static const double STRETCH = 11.7;

double comb_log_keys(struct family_position position, double log_n, double penalty) {
    double most = log_n;
    if (position.linear > 0) { most = fmin(most, log1p(penalty / position.linear)); }
    if (position.log > 0) { most = fmin(most, penalty / position.log); }
    return most;
}

bool comb_is_over(struct comb_end *end, double depth, double log_value) {
    const double negligible = 36,
                 term = log_value + comb_log_keys(end->position, end->log_n, depth / end->scale),
                 fall = end->before - term;
    end->before = term;
    return term == -INFINITY || (fall > 0 && term - log(-expm1(-fall)) < -negligible);
}

static const double EXACT = 1e-12;

/* Adds what the points around u in (0, 1) count for. */
static void add_shares(const struct vector *vector, double u, double keys, double sum[COMB_TAPS]) {
    const double at = COMB_FIRST - 1 + u;
    vector->spread(1, &at, &keys, sum);
}

void comb_middle(double share[COMB_TAPS]) {
    memset(share, 0, COMB_TAPS * sizeof *share);
    add_shares(&vector_base, 0.5, 1, share);
}

/* What e^{g u} du of keys, u from `from` to `to` within a step, count for in units of e^{g to}; those e^-60
 * behind the last for nothing. */
static void lay_out(const struct vector *vector, double g, double from, double to, double sum[COMB_TAPS]) {
    const double begin = fmax(from, to - 60 / g), parts = ceil((to - begin) * g / 2), many = 1e12;
    struct gram rule; /* of so many points: Gauss's */
    gram_make(0, many, &rule);
    for (double part = 0; part < parts; part++) {
        for (int i = 0; i < GRAM_NODES; i++) {
            const double u = begin + (to - begin) * (part + rule.x[i] / many) / parts;
            add_shares(vector, u, (to - begin) / parts * rule.w[i] / many * g * exp(g * (u - to)), sum);
        }
    }
}

void comb_dense_step(const struct vector *vector, double rate, double share[COMB_TAPS]) {
    memset(share, 0, COMB_TAPS * sizeof *share);
    lay_out(vector, rate, 0, 1, share);
}

/* Keys of e^log_unit each from e^{g from} to e^{g to}, penalties in steps. All whole steps are alike. */
static void add_continuum(const struct vector *vector, double *weight, double log_unit, double g, double from,
                          double to) {
    double whole[COMB_TAPS];
    comb_dense_step(vector, g, whole);
    for (double k = floor(from); k < to; k++) {
        const double begin = fmax(from - k, 0), end = fmin(to - k, 1), keys = exp(g * (k + end) + log_unit);
        double part[COMB_TAPS] = {0};
        const bool is_whole = begin == 0 && end == 1;
        if (!is_whole) { lay_out(vector, g, begin, end, part); }
        for (size_t j = 0; j < COMB_TAPS; j++) {
            weight[(size_t)k + 1 + j] += keys * (is_whole ? whole : part)[j];
        }
    }
}

double comb_log_last(double log_n) { return log_n < 40 ? log(rint(exp(log_n)) + 0.5) : log_n; }

struct deal {
    const struct vector *vector;
    const struct comb_keys *keys;
    const struct comb_lot *lot;
    size_t lots;
    double end; /* of all */
};

static const struct comb_lot *lot_of(const struct deal *d, double depth) {
    size_t k;
    SEARCH_END(k, d->lots, d->lot[k].begin <= depth)
    return &d->lot[k > 0 ? k - 1 : 0];
}

static enum positions_way deal_way(void *context, double first, double last, double log_count) {
    const struct deal *d = context;
    const double depth = d->keys->scale * first, length = d->keys->scale * (last - first);
    (void)log_count;
    if (depth > d->end) { return POSITIONS_SKIP; }
    return length <= STRETCH * lot_of(d, depth)->step ? POSITIONS_FEW : POSITIONS_HALVE;
}

static bool deal_has_ended(void *context, double log_distance, double penalty) {
    const struct deal *d = context;
    (void)log_distance;
    return d->keys->scale * penalty > d->end;
}

static void deal_add(void *context, double penalty, double log_weight) {
    const struct deal *d = context;
    const double depth = d->keys->scale * penalty, keys = exp(log_weight + d->keys->log_unit);
    const struct comb_lot *lot = lot_of(d, depth);
    const double steps = depth / lot->step, whole = floor(steps + EXACT);
    if (!(whole < (double)lot->count)) { return; }
    double *weight = lot->weight + COMB_FIRST;
    if (steps - whole > EXACT) {
        d->vector->spread(1, &steps, &keys, weight);
    } else {
        weight[(size_t)whole] += keys;
        lot->exact[(size_t)whole + COMB_FIRST] += keys;
    }
}

bool comb_lay_out(const struct vector *vector, const struct comb_keys *keys, size_t lots,
                  const struct comb_lot *lot) {
    const struct comb_lot *last = &lot[lots - 1];
    struct deal deal = {vector, keys, lot, lots, (double)last->count * last->step};
    const struct positions_sum sum = {&deal, deal_way, deal_has_ended, deal_add};
    const double length = keys->scale * keys->position.log, n = log(COMB_DENSE);
    const bool has_more = keys->position.linear == 0 && keys->log_n > n;
    if (!positions_visit(keys->position, has_more ? n : keys->log_n, 0, &sum)) { return false; }
    for (size_t k = 0; has_more && k < lots; k++) {
        const double step = lot[k].step, end = k + 1 < lots ? lot[k + 1].begin : deal.end,
                     from = fmax(lot[k].begin, length * log(COMB_DENSE + 0.5)) / step,
                     to = fmin(end, length * comb_log_last(keys->log_n)) / step;
        if (from < to) { add_continuum(vector, lot[k].weight, keys->log_unit, step / length, from, to); }
    }
    return true;
}

/* ---- taps ---- */

/* False when out of memory. */
static bool make_room(struct comb *c, size_t most) {
    c->at = malloc(most * sizeof *c->at);
    c->weight = malloc(most * sizeof *c->weight);
    c->size = malloc(most * sizeof *c->size);
    c->between = malloc(most * sizeof *c->between);
    return c->at && c->weight && c->size && c->between;
}

static bool take_taps(struct comb *c, const struct comb_lot *lot) {
    if (!make_room(c, c->count)) { return false; }
    const size_t end = lot->count + COMB_TAPS;
    for (size_t k = 0; k < c->count && k < end; k++) {
        if (lot->weight[k] == 0) { continue; }
        c->at[c->taps] = k;
        c->weight[c->taps] = lot->weight[k];
        c->size[c->taps] = fabs(lot->weight[k]);
        c->between[c->taps++] = fabs(lot->weight[k] - lot->exact[k]);
    }
    return true;
}

/* Summed from the last weight on; squares of t would cost the digits that their spread has. False when out of
 * memory. */
static bool take_falls(struct comb *c, const struct comb_lot *lot) {
    const double less = exp(-c->step);
    struct comb_moments m = {0, 0, 0};
    c->fall = malloc((c->count + 1) * sizeof *c->fall);
    if (!c->fall) { return false; }
    for (size_t k = lot->count + COMB_TAPS; k-- > 0;) {
        const double behind = less * m.sum, sum = behind + lot->weight[k],
                     share = sum != 0 ? behind / sum : 0, mean = m.mean + c->step;
        m = (struct comb_moments){sum, share * mean, share * (m.variance + (1 - share) * mean * mean)};
        if (k <= c->count) { c->fall[k] = m; }
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
static void add_step(const struct vector *vector, double keys, double sum[COMB_TAPS]) {
    struct gram rule;
    const bool many = keys > GRAM_FEWEST;
    const int nodes = many ? GRAM_NODES : (int)keys - 1;
    if (many) { gram_make(1, keys - 1, &rule); }
    sum[COMB_FIRST - 1] += 1;
    for (int i = 0; i < nodes; i++) {
        add_shares(vector, (many ? rule.x[i] : i + 1) / keys, many ? rule.w[i] : 1, sum);
    }
}

/* Whether all weights but the first are the same; a key of several steps may be the last. */
static bool is_regular(struct family_position position, double log_n, double scale, double step,
                       size_t count) {
    const double close = 1e-12, most = 1e15, penalty = position.linear * scale,
                 ratio = fmax(step / penalty, penalty / step);
    return position.linear > 0 && position.log == 0 && count > 2 * COMB_TAPS && ratio < most &&
           fabs(ratio - round(ratio)) <= close * ratio &&
           (step < 1.5 * penalty || (double)count * step <= penalty * expm1(log_n));
}

/* `keys` of a step, of e^log_n. */
static bool take_regular(struct comb *c, const struct vector *vector, double keys, double log_n) {
    double sum[COMB_TAPS] = {0}, weight = 0;
    c->stride = keys < 1 ? (size_t)round(1 / keys) : 1;
    c->first = keys > 1.5 ? COMB_TAPS : COMB_FIRST;
    c->same = fmax(1, round(keys));
    c->end = (size_t)fmin((double)c->count, rint(exp(fmin(log_n, 36))) * (double)c->stride);
    if (!make_room(c, COMB_TAPS)) { return false; }
    if (c->first == COMB_FIRST) { return true; }
    add_step(vector, c->same, sum);
    for (; c->taps + 1 < COMB_TAPS; c->taps++) {
        weight += sum[c->taps];
        c->at[c->taps] = c->taps + 1;
        c->weight[c->taps] = weight;
        c->size[c->taps] = c->between[c->taps] = fabs(weight);
    }
    return true;
}

/* ---- sums ---- */

static enum comb_state open_any(struct comb *c, const struct vector *vector, const struct comb_keys *keys,
                                size_t reach) {
    const size_t room = reach + COMB_TAPS;
    double *weight = calloc(2 * room, sizeof *weight);
    if (!weight) { return COMB_NO_MEMORY; }
    const struct comb_lot lot = {0, c->step, weight, weight + room, reach};
    const bool reached = comb_lay_out(vector, keys, 1, &lot),
               taken = reached && take_taps(c, &lot) && (reach <= c->count || take_falls(c, &lot));
    free(weight);
    return !reached ? COMB_TOO_FAR : taken ? COMB_MADE : COMB_NO_MEMORY;
}

enum comb_state comb_open(struct comb *c, const struct vector *vector, struct family_position position,
                          double log_n, double scale, double step, size_t count, size_t reach) {
    *c = (struct comb){.count = count, .sums = reach - COMB_FIRST, .step = step};
    if (reach > count || !is_regular(position, log_n, scale, step, count)) {
        return open_any(c, vector, &(struct comb_keys){position, log_n, scale, 0}, reach);
    }
    return take_regular(c, vector, step / (position.linear * scale), log_n) ? COMB_MADE : COMB_NO_MEMORY;
}

void comb_close(struct comb *c) {
    free(c->at);
    free(c->weight);
    free(c->size);
    free(c->between);
    free(c->fall);
}

size_t comb_room(const struct comb *c) {
    const size_t sums = c->sums + COMB_FIRST;
    return (sums > c->count ? sums : c->count) + COMB_TAPS + VECTOR_ROW;
}

/* After the sum over taps, of which there are none where a key is a step or longer. */
static void add_same(const struct comb *c, const double *row, double *sum) {
    if (c->taps > 0) {
        double rest = 0;
        for (size_t i = c->sums; i-- > 0;) {
            rest += i + c->first < c->count ? row[i + c->first] : 0;
            sum[i] += c->same * rest;
        }
        return;
    }
    for (size_t i = c->sums; i-- > 0;) {
        const size_t gone = i + c->first + c->end;
        sum[i] = row[i + c->first] + (i + c->stride < c->sums ? sum[i + c->stride] : 0) -
                 (gone < c->count ? row[gone] : 0);
    }
}

static void add_taps(const struct comb *c, const struct vector *vector, size_t begin, const double *weight,
                     const double *row, double *sum) {
    size_t taps = c->taps, i = begin;
    for (; i < c->sums && i < c->count; i += VECTOR_ROW) {
        while (taps > 0 && c->at[taps - 1] + i >= c->count) { taps--; }
        vector->slide(taps, c->at, weight, row + i, sum + i);
    }
    for (; i < c->sums; i++) { sum[i] = 0; }
}

/* S at the first of a row of sums. */
static double first_of(const struct comb *c, const struct vector *vector, const double *row,
                       const struct comb_fall *fall, size_t i) {
    double sum[VECTOR_ROW] = {0};
    size_t taps = c->taps;
    while (taps > 0 && c->at[taps - 1] + i >= c->count) { taps--; }
    if (i < c->count) { vector->slide(taps, c->at, c->weight, row + i, sum); }
    return sum[0] + (c->fall ? comb_fall_at(c, fall, i) : 0);
}

size_t comb_trim(struct comb *c, const struct vector *vector, const double *row, const struct comb_fall *fall,
                 double low, double high) {
    const size_t rows = (c->sums + VECTOR_ROW - 1) / VECTOR_ROW;
    size_t begin, end;
    if (c->stride > 0) { return 0; }
    SEARCH_END(begin, rows, first_of(c, vector, row, fall, begin * VECTOR_ROW) < low)
    SEARCH_END(end, rows, end <= begin || first_of(c, vector, row, fall, end * VECTOR_ROW) < high)
    c->sums = end < rows ? end * VECTOR_ROW : c->sums;
    return (begin > 0 ? begin - 1 : 0) * VECTOR_ROW;
}

void comb_add(const struct comb *c, const struct vector *vector, size_t begin, const double *row,
              double *sum) {
    add_taps(c, vector, begin, c->weight, row, sum);
    if (c->stride > 0) { add_same(c, row, sum); }
}

void comb_add_miss(const struct comb *c, const struct vector *vector, size_t begin, bool all,
                   const double *miss, double *sum) {
    add_taps(c, vector, begin, all ? c->size : c->between, miss, sum);
    if (c->stride > 0 && (all || c->taps > 0)) { add_same(c, miss, sum); }
}

double comb_fall_at(const struct comb *c, const struct comb_fall *fall, size_t i) {
    const bool inside = i <= c->count;
    const struct comb_moments *m = &c->fall[inside ? c->count - i : 0];
    const double *f = fall->c, t = inside ? 0 : (double)(i - c->count) * c->step, mean = m->mean + t;
    return m->sum * exp(-t) * (f[0] + f[1] * mean + f[2] * (m->variance + mean * mean));
}

/* By differences of order TAPS; in the middle of two points the polynomial is off by so much of one. */
void comb_miss(size_t count, const struct vector *vector, const double *row, double *miss) {
    const double middle = 2.9965e-6; /* ((TAPS - 1)!!/2^(TAPS/2))^2/TAPS! */
    static const size_t at[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    static const double binomial[] = {1,      -16,  120,   -560, 1820, -4368, 8008, -11440, 12870,
                                      -11440, 8008, -4368, 1820, -560, 120,   -16,  1};
    double difference[VECTOR_ROW];
    for (size_t k = 0; k + COMB_TAPS < count; k += VECTOR_ROW) {
        vector->slide(COMB_TAPS + 1, at, binomial, row + k, difference);
        for (size_t j = 0; j < VECTOR_ROW && k + j + COMB_TAPS < count; j++) {
            miss[k + j + COMB_FIRST] += middle * fabs(difference[j]);
        }
    }
}
