#include "models/oracle/product.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/logs.h"
#include "models/numeric/panels.h"
#include "models/oracle/inner.h"
#include "models/oracle/law.h"
#include "models/theory/positions.h"
#include "models/theory/typical.h"

/* ---- the law of a key ---- */

enum { ORDER = 12 };

/* From the values at Chebyshev's nodes to the coefficients of the powers of u. */
struct interpolation {
    double node[ORDER], power[ORDER][ORDER]; /* [j][i]: what the value at node i counts for in that of u^j */
};

struct product {
    double p[FAMILY_PARAMETERS]; /* without penalties */
    struct oracle law;
    struct interpolation interpolation;
    double apart; /* s* of the row above that of the law at the n that it has */
};

static void interpolation_make(struct interpolation *in) {
    double before[ORDER] = {1}, now[ORDER] = {0, 1}; /* Chebyshev polynomials by powers of u */
    memset(in, 0, sizeof *in);
    for (int i = 0; i < ORDER; i++) { in->node[i] = cos(M_PI * (i + 0.5) / ORDER); }
    for (int k = 0; k < ORDER; k++) {
        double next[ORDER];
        for (int j = 0; j < ORDER; j++) {
            for (int i = 0; i < ORDER; i++) {
                in->power[j][i] +=
                    before[j] * (k == 0 ? 1.0 : 2.0) / ORDER * cos(M_PI * k * (i + 0.5) / ORDER);
            }
            next[j] = (j > 0 ? 2 * now[j - 1] : 0) - before[j];
        }
        memcpy(before, now, sizeof before);
        memcpy(now, next, sizeof now);
    }
}

/* P(no score above s* + t) over t, in units of 1/Lambda^typ; or what it lacks to 1. */
struct maximum {
    const struct oracle *oracle;
    double score, unit;
    bool above;
};

static double maximum_value(const struct maximum *m, double t) {
    const struct oracle *o = m->oracle;
    const double log_below = positions_log_below(o->family, o->p, o->log_n, m->score + m->unit * t);
    return m->above ? -expm1(log_below) : exp(log_below);
}

static void maximum_at(const struct panels_panel *panel, double *value, void *param) {
    for (int i = 0; i < panel->rule->order; i++) {
        value[i] = maximum_value(param, panel->middle + panel->half * panel->rule->x[i]);
    }
}

/* The next t beyond one, `width` away or, where the family has an upper endpoint, at a kink: where the next
 * key begins to reach above. Keys nearer than a hundredth to one another make no kinks that count. */
static double next_t(const struct maximum *m, double t, double width, bool up) {
    const struct oracle *o = m->oracle;
    const struct family_position position = family_position(o->family, o->p);
    const double near = 0.01, end = up ? t + width : t - width;
    if (o->family->class != FAMILY_WEIBULL) { return end; }
    double found = end;
    for (double key = 0, before = INFINITY; key < 4096; key++) {
        const double kink = -(m->score + position.linear * key + position.log * log1p(key)) / m->unit;
        if (before - kink < near || (up && kink <= t)) { break; }
        before = kink;
        if (up ? kink < found : kink < t && kink > found) { found = kink; }
    }
    return found;
}

/* The integral from t = 0 on, in panels that become longer, to where nothing is left. NaN where that is too
 * far. */
static double sum_of(const struct maximum *m, struct panels *sum, bool up) {
    const double first = 2.5, longest = 10, most = 2000, least = 1e-17;
    double t = 0, left = 1;
    for (double width = first; fabs(t) < most && left > least; width = fmin(1.5 * width, longest)) {
        const double next = next_t(m, t, width, up);
        sum->rule = fabs(next - t) < 1 ? &m->oracle->rules.inner : &m->oracle->rules.outer;
        panels_add(sum, fmin(t, next), fmax(t, next));
        left = maximum_value(m, next);
        t = next;
    }
    return left > 1e-12 ? NAN : sum->value[0];
}

/* E g = E (s* - s_(1)) Lambda^typ: what is below s* less what is above. */
static double mean_highest(const struct oracle *o, double score) {
    if (isnan(score)) { return NAN; }
    struct maximum m = {o, score, exp(-o->log_lambda), false};
    struct panels below = {.count = 1, .function = maximum_at, .param = &m, .depth = 24}, above;
    panels_aim(&below, 0, 1, (struct panels_aim){1e-10, 0, 1});
    above = below;
    const double under = sum_of(&m, &below, false);
    m.above = true;
    return under - sum_of(&m, &above, true);
}

bool product_open(struct oracle *o, const struct family *family, const double *p, double log_n,
                  double log_lambda_typ) {
    *o = (struct oracle){
        .family = family, .p = p, .log_n = log_n, .log_lambda = log_lambda_typ, .fineness = 1};
    rules_make(&o->rules);
    struct product *product = calloc(1, sizeof *product);
    o->product = product;
    if (!product) { return false; }
    const struct positions_reach reach = positions_reach(o->family, o->p, o->log_n);
    const double score = positions_typical_score(o->family, o->p, o->log_n),
                 log_keys = isnan(reach.log_window) ? o->log_n : fmax(M_LN2, reach.log_window);
    memcpy(product->p, o->p, o->family->parameter_count * sizeof *product->p);
    product->p[family_position_index(o->family)] = 0;
    const double own = fmin(log_n, log_keys);
    if (!law_open(&product->law, family, product->p, own,
                  typical_scale(family, product->p, own).log_lambda)) {
        return false;
    }
    interpolation_make(&product->interpolation);
    product->apart = score - family->quantile(product->p, -own);
    o->highest = mean_highest(o, score);
    return true;
}

void product_close(struct oracle *o) {
    if (o->product) { law_close(&o->product->law); }
    free(o->product);
}

double product_log_keys(const struct oracle *o) { return o->product->law.log_n; }

/* ---- a key at x ---- */

/* log phi, and what inner.h calls so over phi, of one key. */
enum { LOG_PHI, FIRST, SECOND, ENTROPIES, FUNCTIONS };
static const double NOTHING = 750; /* e^-750 is 0 */
static const double CELL = 0.8;    /* e^-a and its like end at 1e-12 on it. A choice */

/* The functions on [top - (k + 1) CELL, top - k CELL], as polynomials in u from -1 to 1, those of u^2 and u
 * times such (inner.h); made when asked for. */
struct cell {
    double power[ORDER / 2][2 * FUNCTIONS];
    bool made;
};

struct table {
    struct field field;
    const struct interpolation *interpolation;
    double top, width, rare, least; /* least: from where on down there is nothing */
    size_t count;
    struct cell *cell;
    bool failed;  /* out of memory */
    bool is_wide; /* beyond PRODUCT_WIDEST */
};

/* A key that is certain to be saturated to rounding has phi = 1e-17, which its own share takes out again. */
static void functions_at(const struct table *t, double x, double value[FUNCTIONS]) {
    const double least = 1e-17;
    const struct inner_span span = inner_span_at(&t->field, x);
    const struct inner in = inner_at(&t->field, x, span);
    const double share = t->field.share, missed = fmax(0, in.psi - (span.begin == 0 ? t->rare : 0)) * share,
                 phi = fmax(least, 1 - missed);
    value[LOG_PHI] = missed < 0.5 ? log1p(-missed) : log(phi);
    value[FIRST] = in.first * share / phi;
    value[SECOND] = in.second * share / phi;
    value[ENTROPIES] = in.entropy * share / phi;
}

static void cell_make(const struct table *t, size_t k, struct cell *cell) {
    const struct interpolation *in = t->interpolation;
    const double middle = t->top - ((double)k + 0.5) * t->width;
    memset(cell->power, 0, sizeof cell->power);
    for (int i = 0; i < ORDER; i++) {
        double value[FUNCTIONS];
        functions_at(t, middle + t->width / 2 * in->node[i], value);
        for (int j = 0; j < ORDER; j++) {
            double *power = &cell->power[j / 2][j % 2 * FUNCTIONS];
            for (int f = 0; f < FUNCTIONS; f++) { power[f] += in->power[j][i] * value[f]; }
        }
    }
    cell->made = true;
}

/* False when out of memory. */
static bool new_cell(struct table *t, size_t k) {
    if (t->failed) { return false; }
    if (k >= t->count) {
        const size_t count = 2 * k + 64;
        struct cell *grown = realloc(t->cell, count * sizeof *grown);
        if (!grown) {
            t->failed = true;
            return false;
        }
        memset(grown + t->count, 0, (count - t->count) * sizeof *grown);
        t->cell = grown;
        t->count = count;
    }
    cell_make(t, k, &t->cell[k]);
    return true;
}

/* The cell of x <= top, made, and u in it. False where there is nothing, or the table has failed. */
static inline bool table_find(struct table *t, double x, size_t *k, double *u) {
    const double below = t->top - x, place = below > 0 ? below / t->width : 0;
    if (!(x > t->least)) { return false; }
    *k = (size_t)place;
    *u = 1 - 2 * (place - (double)*k);
    return (*k < t->count && t->cell[*k].made) || new_cell(t, *k);
}

enum { TEN = 10 };

/* Sum over at most so many cells. */
static void mix_cells(const struct table *t, size_t count, const size_t *k, const double *u,
                      const double *weight, double value[FUNCTIONS]) {
    const double *polynomial[TEN];
    double sum[2 * FUNCTIONS] = {0};
    for (size_t i = 0; i < count; i++) { polynomial[i] = t->cell[k[i]].power[0]; }
    t->field.o->kernel->mix_series(count, polynomial, ORDER / 2, u, weight, sum);
    for (int f = 0; f < FUNCTIONS; f++) { value[f] = sum[f] + sum[FUNCTIONS + f]; }
}

/* 0 where there is nothing. */
static double table_log_phi(struct table *t, double x) {
    const double one = 1;
    size_t k;
    double u, value[FUNCTIONS];
    if (!table_find(t, x, &k, &u)) { return 0; }
    mix_cells(t, 1, &k, &u, &one, value);
    return value[LOG_PHI];
}

/* All scores of the law; x from where the lowest, all but 1e-16 of them, have a > e^4. False when out of
 * memory. */
static bool table_open(struct table *t, const struct product *product, double beta, double fineness) {
    const struct oracle *law = &product->law;
    struct field *f = &t->field;
    *t = (struct table){.interpolation = &product->interpolation, .width = CELL / fineness};
    field_open(f, law, beta, (struct oracle_question){.errors = false});
    t->top = field_knot_b(f, law->knots - 1) + 4;
    f->x_low = field_knot_b(f, 0);
    f->x_high = t->top;
    t->least = f->x_low - NOTHING;
    t->is_wide = !(t->top - f->x_low < PRODUCT_WIDEST);
    if (t->is_wide) { return true; }
    if (!field_cover(f, f->x_low - 1, t->top + FIELD_LINEAR) || !field_finish(f)) { return false; }
    t->rare = f->count > 0 ? exp(f->panel[0].low_y) : 0;
    return true;
}

static void table_close(struct table *t) {
    field_close(&t->field);
    free(t->cell);
}

/* ---- the keys of a row ---- */

struct group {            /* of keys */
    double shift, weight; /* beta times their penalty */
};

struct keys {
    struct table *table;
    double beta, before, step; /* step: of x over a stretch */
    size_t count, room;
    struct group *group;
    double *after; /* number of keys behind each group */
    bool failed;
};

static const double NEGLIGIBLE = 42;

static double log_missed(struct keys *keys, double penalty) {
    return log(fmax(0, -table_log_phi(keys->table, keys->table->top - keys->beta * penalty)));
}

/* Twice as long stretches where a key hardly misses anything, and all goes like e^x. */
static enum positions_way keys_way(void *context, double first, double last, double log_count) {
    const double rare = log(1e-3);
    struct keys *keys = context;
    if (keys->failed || keys->table->failed || log_missed(keys, first) + log_count < -NEGLIGIBLE) {
        return POSITIONS_SKIP;
    }
    const double step = log_missed(keys, first) < rare ? 2 * keys->step : keys->step;
    return keys->beta * (last - first) <= step ? POSITIONS_FEW : POSITIONS_HALVE;
}

static bool keys_have_ended(void *context, double log_distance, double penalty) {
    struct keys *keys = context;
    const double term = log_missed(keys, penalty) + log_distance, fall = keys->before - term;
    keys->before = term;
    if (keys->failed || keys->table->failed || term == -INFINITY) { return true; }
    return fall > 0 && term - log(-expm1(-fall)) < -NEGLIGIBLE;
}

static void keys_add(void *context, double penalty, double log_weight) {
    struct keys *keys = context;
    if (keys->count == keys->room && !keys->failed) {
        const size_t room = 2 * keys->room + 256;
        struct group *grown = realloc(keys->group, room * sizeof *grown);
        keys->failed = !grown;
        if (grown) {
            keys->group = grown;
            keys->room = room;
        }
    }
    if (keys->failed) { return; }
    keys->group[keys->count++] = (struct group){keys->beta * penalty, exp(log_weight)};
}

/* False when out of memory. */
static bool keys_open(struct keys *keys, const struct oracle *o, struct table *table, double absolute) {
    const struct positions_sum sum = {keys, keys_way, keys_have_ended, keys_add};
    *keys = (struct keys){.table = table, .beta = absolute, .before = -INFINITY, .step = 1.75 / o->fineness};
    table->is_wide = !positions_visit(family_position(o->family, o->p), o->log_n, 0, &sum);
    keys->after = calloc(keys->count + 1, sizeof *keys->after);
    for (size_t k = keys->count; keys->after && k-- > 0;) {
        keys->after[k] = keys->after[k + 1] + keys->group[k].weight;
    }
    return !keys->failed && keys->after;
}

static void keys_close(struct keys *keys) {
    free(keys->group);
    free(keys->after);
}

/* log of the product of phi, and sums of the functions over phi. */
struct total {
    double log_power, sum[FUNCTIONS];
};

/* Keys by tens until those behind miss nothing. */
static struct total total_at(const struct keys *keys, double x) {
    const double nothing = 1e-19;
    struct total total = {0};
    for (size_t k = 0; k < keys->count;) {
        size_t cell[TEN], found = 0;
        double u[TEN], weight[TEN], value[FUNCTIONS];
        for (size_t end = k + TEN; k < keys->count && k < end; k++) {
            weight[found] = keys->group[k].weight;
            found += table_find(keys->table, x - keys->group[k].shift, &cell[found], &u[found]);
        }
        mix_cells(keys->table, found, cell, u, weight, value);
        total.log_power += value[LOG_PHI];
        for (int f = FIRST; f < FUNCTIONS; f++) { total.sum[f] += value[f]; }
        if (total.log_power < -700) { break; }
        const double last = table_log_phi(keys->table, x - keys->group[k - 1].shift);
        if (-last * keys->after[k] < nothing) { break; }
    }
    return total;
}

/* ---- the outer integral ---- */

enum { SHARED, NOT_SHARED, PLACE, MEAN_ENTROPY, COMPONENTS };

static void integrand(const struct panels_panel *panel, double *value, void *param) {
    const struct keys *keys = param;
    for (int i = 0; i < panel->rule->order; i++, value += COMPONENTS) {
        const double x = panel->middle + panel->half * panel->rule->x[i];
        const struct total total = total_at(keys, x);
        const double power = exp(total.log_power);
        value[SHARED] = power * (total.sum[FIRST] - total.sum[SECOND]);
        value[NOT_SHARED] = power * total.sum[SECOND];
        value[PLACE] = power * total.sum[FIRST] * (keys->table->top - x);
        value[MEAN_ENTROPY] = power * total.sum[ENTROPIES];
    }
}

/* From where on down the product is more than nothing, to 1/8. */
static double highest_of(const struct keys *keys) {
    const double nothing = -60;
    double high = keys->table->top, low = high;
    for (double step = 4; total_at(keys, low).log_power < nothing && !keys->table->failed; step *= 2) {
        high = low;
        low -= step;
    }
    while (high - low > 0.125) {
        const double middle = (low + high) / 2;
        *(total_at(keys, middle).log_power < nothing ? &high : &low) = middle;
    }
    return high;
}

static double most_error(const struct panels *sum) {
    return fmax(fmax(sum->error[SHARED], sum->error[NOT_SHARED]), sum->error[MEAN_ENTROPY]);
}

/* Down to where nothing is left of 1 - the product, in panels that become longer where there is little to
 * see: beyond the shortest what their last moments show is the error, as what scores do over 1 may hide in
 * it. */
static void integrate(const struct keys *keys, const struct oracle *o, struct panels *sum) {
    const double least = 1e-16, aim = 2e-11, shortest = 4 / o->fineness, longest = 6 * shortest;
    double width = shortest, missed = 1;
    *sum = (struct panels){.rule = &o->rules.outer,
                           .count = COMPONENTS,
                           .function = integrand,
                           .param = (void *)keys,
                           .depth = 8};
    for (double x = highest_of(keys); missed >= least && !keys->table->failed;) {
        const double before = most_error(sum);
        const bool is_long = width > shortest;
        const struct panels_aim wanted = {is_long ? aim / 10 : aim, 0, is_long ? 1 : 2};
        panels_aim(sum, 0, COMPONENTS, wanted);
        sum->aim[PLACE].absolute = INFINITY;
        panels_add(sum, x - width, x);
        x -= width;
        missed = -expm1(total_at(keys, x).log_power);
        const double added = most_error(sum) - before;
        width = added < 1e-4 * aim ? fmin(1.5 * width, longest)
                : added > aim / 4  ? fmax(width / 1.5, shortest)
                                   : width;
    }
}

/* ---- answers ---- */

/* As answer.c has it. A choice: 1e-10 for the interpolation. */
static struct oracle_point point_of(const struct oracle *o, const struct keys *keys, const struct panels *sum,
                                    double beta) {
    const double total = sum->value[SHARED] + sum->value[NOT_SHARED], shared = sum->value[SHARED],
                 lost = 4 * fabs(1 - total) + 1e-10, absolute = keys->beta;
    struct oracle_point point = oracle_unknown_point;
    if (!isfinite(total) || fabs(1 - total) > 1e-6) { return point; }
    point.entropy = sum->value[MEAN_ENTROPY] / total;
    point.entropy_error = sum->error[MEAN_ENTROPY] + lost * (1 + point.entropy);
    point.participation = shared < 0.5 ? shared : 1 - sum->value[NOT_SHARED];
    point.participation_error = sum->error[shared < 0.5 ? SHARED : NOT_SHARED] + lost;
    point.log_partition =
        -RULES_EULER - (keys->table->top - sum->value[PLACE] / total) - absolute * o->product->apart;
    point.log_mean_participation = log(point.participation);
    point.log_mean_participation_error = point.participation_error / point.participation;
    point.log_partition_error = lost * (1 + fabs(point.log_partition)) + 1e-12 * absolute;
    point.log_top_weight = -point.log_partition - beta * o->highest;
    point.log_top_weight_error = point.log_partition_error + 1e-12 * fabs(beta * o->highest);
    point.gap_mean = (point.entropy - point.log_partition) / beta - o->highest;
    point.gap_mean_error =
        isfinite(point.gap_mean)
            ? (point.entropy_error + lost * (1 + fabs(point.log_partition) + 1e-12 * absolute)) / beta
            : INFINITY;
    return point;
}

bool product_ask(const struct oracle *o, double beta, struct oracle_answer *answer) {
    const double log_absolute = log(beta) + o->log_lambda;
    struct table table;
    struct keys keys = {.group = NULL};
    struct panels sum;
    memset(answer, 0, sizeof *answer);
    answer->output = (struct oracle_output){NAN, INFINITY, NAN, INFINITY, NAN, INFINITY};
    for (size_t k = 0; k < ORACLE_RANKS; k++) {
        answer->weight[k] = NAN;
        answer->weight_error[k] = INFINITY;
    }
    answer->point = oracle_unknown_point;
    bool good = table_open(&table, o->product, exp(log_absolute - o->product->law.log_lambda), o->fineness);
    if (good && !table.is_wide) {
        good = keys_open(&keys, o, &table, exp(log_absolute));
        if (good) { integrate(&keys, o, &sum); }
        good = good && !table.failed;
        if (good && !table.is_wide) { answer->point = point_of(o, &keys, &sum, beta); }
        keys_close(&keys);
    }
    table_close(&table);
    return good;
}
