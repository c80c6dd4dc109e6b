#include "models/oracle/far.h"

#include <math.h>
#include <stdlib.h>

#include "models/numeric/panels.h"
#include "models/oracle/comb.h"

/* ---- where ---- */

/* log of -log phi at a knot's b, from the last knot on: about that of the number of scores above, as far as
 * that does not fall faster than e^x. */
struct look {
    const struct field *field;
    double top, first; /* the depth of the first sum */
    size_t knot;
    double depth, value;
};

static bool look_next(struct look *l) {
    const struct field *f = l->field;
    if (l->knot == 0) { return false; }
    const double depth = l->top - field_knot_b(f, --l->knot), many = f->o->knot[l->knot].y - f->o->log_n;
    l->value = fmax(many, l->value - (depth - l->depth));
    l->depth = depth;
    return true;
}

static struct look look_first(const struct field *f, double top, double step) {
    return (struct look){f, top, COMB_FIRST * step, f->o->knots, 0, -INFINITY};
}

/* log of the integrand of R at the first sum, but for a factor. */
static double at_first(const struct far *f, const struct look *l) {
    return l->value + f->rate * (l->depth - l->first);
}

/* Where neither a key, nor as many as there may be as far behind it as they like, have anything. */
static double last_of(const struct far *f, struct look l, double log_keys) {
    const double nothing = -46;
    double last = l.first;
    while (look_next(&l) && l.value + log_keys > nothing) {
        last = fmax(last, l.depth + fmin(0, (l.value - nothing) / f->rate));
    }
    return last;
}

/* Where all behind has less than e^-slight of the most that is from a depth on, behind all knots as e^-x. */
static double end_of(const struct far *f, struct look l, double from, double slight) {
    double most = -INFINITY, end = from, rest = 0;
    while (look_next(&l)) {
        if (l.depth < from) { continue; }
        most = fmax(most, at_first(f, &l));
        rest = at_first(f, &l) - (most - slight);
        if (rest > 0) { end = l.depth; }
    }
    if (l.depth < from) { rest = slight; }
    return rest > 0 ? end + rest / (1 - f->rate) : end;
}

bool far_plan(struct far *f, const struct lone *lone, double top, double step) {
    const struct comb_keys *keys = &lone->keys;
    const double much = 0.7, many = 300, rounding = 42, least_length = 1.1,
                 length = keys->scale * keys->position.log;
    if (keys->position.linear > 0 || keys->log_n < log(COMB_DENSE) || length < least_length ||
        !(lone->end > many * step)) {
        return false;
    }
    const struct look look = look_first(&lone->field, top, step);
    *f = (struct far){.rate = 1 / length, .near = step * ceil(length * log(COMB_DENSE + 0.5) / step)};
    f->last = look.first + step * ceil((last_of(f, look, keys->log_n) - look.first) / step);
    const double behind = f->last + f->near, whole = end_of(f, look, look.first, rounding);
    f->key = length * comb_log_last(keys->log_n);
    f->end = end_of(f, look, behind, rounding);
    if (look.first + f->key > f->end) { f->key = INFINITY; }
    return behind < much * fmin(whole, f->key + look.first);
}

double far_depth(const struct far *f, double step) {
    const double beside = 2 * COMB_TAPS * step;
    return beside + (isinf(f->key) ? fmax(f->end, f->near + f->last) : f->key + f->last);
}

/* ---- how much ---- */

size_t far_nearer(const struct far *f, double step) { return (size_t)rint(f->near / step); }

size_t far_sums(const struct far *f, double step) { return (size_t)rint(f->last / step) - COMB_FIRST + 1; }

size_t far_points(const struct far *f, double step) {
    return far_sums(f, step) + far_nearer(f, step) + COMB_TAPS + 1;
}

struct behind {
    const struct far *far;
    const struct lone *lone;
};

static void integrand(const struct panels_panel *panel, double *value, void *param) {
    const struct behind *b = param;
    const double rate = b->far->rate;
    for (int j = 0; j < panel->rule->order; j++) {
        const double depth = panel->middle + panel->half * panel->rule->x[j],
                     keys = rate * exp(rate * (depth - b->far->first) + b->lone->keys.log_unit);
        double *here = value + j * LONE_FUNCTIONS;
        lone_at(b->lone, depth, here);
        for (int k = 0; k < LONE_FUNCTIONS; k++) { here[k] *= keys; }
    }
}

/* By panels that become longer and longer. */
static void add_behind(struct far *f, const struct lone *lone) {
    struct behind behind = {f, lone};
    struct panels sum = {.rule = &lone->field.o->rules.outer,
                         .count = LONE_FUNCTIONS,
                         .function = integrand,
                         .param = &behind,
                         .depth = 10};
    const double first = 16, end = fmin(f->end, f->key + f->first);
    panels_aim(&sum, 0, LONE_FUNCTIONS, (struct panels_aim){1e-15, 1e-13, 2.5});
    double low = f->last + f->near;
    for (double wide = first * f->step; low < end; wide *= 2) {
        const double high = fmin(low + wide, end);
        panels_add(&sum, low, high);
        low = high;
    }
    for (int k = 0; k < LONE_FUNCTIONS; k++) { f->rest[k] = sum.value[k]; }
    f->rest[LADDER_MISS_LOG] = sum.error[LONE_LOG_PHI];
    f->rest[LADDER_MISS] = sum.error[LONE_FIRST] + sum.error[LONE_ENTROPIES];
}

/* False when out of memory. */
static bool look_at_key(struct far *f, const struct lone *lone) {
    const double keys = exp(lone->keys.log_unit + f->rate * (f->key + f->step));
    const size_t count = far_sums(f, f->step) + 2 * COMB_TAPS, room = count + COMB_TAPS + VECTOR_ROW;
    f->memory = calloc(LADDER_SUMS * room, sizeof *f->memory);
    if (!f->memory) { return false; }
    for (size_t k = 0; k < LADDER_SUMS; k++) { f->row[k] = f->memory + k * room; }
    double row[LONE_FUNCTIONS][VECTOR_ROW];
    struct lone_run run;
    const bool good = lone_begin(&run, lone, f->first + f->key - (COMB_FIRST - 1) * f->step, f->step);
    for (size_t i = 0; good && i < count; i++) {
        if (i % VECTOR_ROW == 0) { lone_next(&run, row); }
        for (int k = 0; k < LONE_FUNCTIONS; k++) { f->row[k][i] = keys * row[k][i % VECTOR_ROW]; }
    }
    lone_end(&run);
    if (good) { ladder_miss(count, lone->field.o->vector, f->row); }
    return good;
}

bool far_open(struct far *f, const struct lone *lone, double step) {
    f->first = COMB_FIRST * step;
    f->step = step;
    add_behind(f, lone);
    return isinf(f->key) || look_at_key(f, lone);
}

void far_close(struct far *f) {
    free(f->memory);
    f->memory = NULL;
}

/* ---- sums ---- */

/* What keys over a step count for. */
struct step {
    size_t at[COMB_TAPS];
    double weight[COMB_TAPS];
};

static struct step step_of(const struct far *f, const struct vector *vector, int function, size_t at,
                           double keys) {
    struct step s;
    comb_dense_step(vector, f->rate * f->step, s.weight);
    for (size_t j = 0; j < COMB_TAPS; j++) {
        s.at[j] = at + j;
        s.weight[j] *= keys;
        if (function >= LONE_FUNCTIONS) { s.weight[j] = fabs(s.weight[j]); }
    }
    return s;
}

/* From the last sum on. */
static void add_before(const struct far *f, const struct vector *vector, const struct step *s,
                       const double *row, double *sum) {
    const double more = exp(f->rate * f->step);
    double here[VECTOR_ROW], all = 0;
    for (size_t end = far_sums(f, f->step) - 1; end > 0;) {
        const size_t begin = (end - 1) / VECTOR_ROW * VECTOR_ROW;
        vector->slide(COMB_TAPS, s->at, s->weight, row + begin, here);
        for (size_t i = end; i-- > begin;) {
            all = here[i - begin] + more * all;
            sum[i] += all;
        }
        end = begin;
    }
}

/* From the first sum on; row is NULL where the last key has nothing. */
static void add_rest(const struct far *f, const struct vector *vector, const struct step *s,
                     const double *row, double rest, double *sum) {
    const size_t sums = far_sums(f, f->step);
    const double less = exp(-f->rate * f->step);
    double here[VECTOR_ROW] = {0}, all = rest;
    for (size_t i = 0; i < sums; i++) {
        if (row && i % VECTOR_ROW == 0) { vector->slide(COMB_TAPS, s->at, s->weight, row + i, here); }
        sum[i] += all;
        all = less * (all + here[i % VECTOR_ROW]);
    }
}

void far_add(const struct far *f, const struct vector *vector, int function, const double *row, double *sum) {
    const struct step first = step_of(f, vector, function, far_nearer(f, f->step) + 1,
                                      exp(f->rate * (f->near + f->step))),
                      last = step_of(f, vector, function, 0, 1);
    add_before(f, vector, &first, row, sum);
    add_rest(f, vector, &last, f->row[function], f->rest[function], sum);
}
