#include "models/oracle/below.h"

#include <math.h>
#include <stdlib.h>

#include "models/numeric/curve.h"
#include "models/numeric/logs.h"
#include "models/theory/positions.h"

/* log(-log(1 - V)), x behind the end. */
static double look_one(const struct below *b, double x) {
    const double same = -38, /* to half a unit in the last place */
        log_v = b->oracle->family->log_tail(b->oracle->p, b->end + b->sign * x);
    return log_v > same ? log(-log_one_minus_exp(log_v)) : log_v;
}

static void look(double x, double value[CURVE_VALUES], double noise[CURVE_VALUES], void *param) {
    const double known = 2e-13, rounding = 5e-16;
    for (int q = 0; q < CURVE_VALUES; q++) { value[q] = noise[q] = 0; }
    value[0] = look_one(param, x);
    noise[0] = known + rounding * fabs(value[0]);
}

void below_open(struct below *b, const struct oracle *o) {
    enum { HALVINGS = 3 };
    const double nearest = 0x1p-48, nothing = 50, lowest = o->family->quantile(o->p, 0);
    const bool falls = o->family->class == FAMILY_WEIBULL;
    double first = -nearest * lowest, last = -lowest;
    *b = (struct below){.oracle = o, .sign = falls ? -1 : 1, .good = true};
    if (!isfinite(lowest)) { return; }
    if (!falls) {
        b->end = lowest;
        first = nearest * (o->family->quantile(o->p, -M_LN2) - lowest);
        last = fmin(first / nearest / nearest, o->family->quantile(o->p, -o->log_n - nothing) - lowest);
    }
    b->curve = curve_create(first, last, HALVINGS, look, b);
    b->good = b->curve;
}

void below_close(struct below *b) {
    curve_free(b->curve);
    free(b->penalty);
}

/* False when out of memory. */
static bool make_room(struct below *b) {
    enum { ARRAYS = 4 };
    if (b->count < b->room) { return true; }
    const size_t room = 2 * b->room + 512;
    double *grown = malloc(ARRAYS * room * sizeof *grown);
    if (!grown) { return false; }
    for (size_t i = 0; i < b->count; i++) {
        grown[i] = b->penalty[i];
        grown[room + i] = b->log_weight[i];
    }
    free(b->penalty);
    b->room = room;
    b->penalty = grown;
    b->log_weight = grown + room;
    b->place = grown + 2 * room;
    b->value = grown + 3 * room;
    return true;
}

/* In the order of penalties, which stretches come in. */
static void add_key(void *context, double penalty, double log_weight) {
    struct below *b = context;
    b->good = b->good && make_room(b);
    if (!b->good) { return; }
    size_t at = b->count++;
    for (; at > 0 && b->penalty[at - 1] > penalty; at--) {
        b->penalty[at] = b->penalty[at - 1];
        b->log_weight[at] = b->log_weight[at - 1];
    }
    b->penalty[at] = penalty;
    b->log_weight[at] = log_weight;
}

/* log(-log(1 - V)) at increasing places. */
static void look_at_all(const struct below *b, size_t count) {
    for (size_t i = 0, run; i < count; i += run) {
        double *const row[] = {b->value + i};
        run = b->curve ? curve_rows(b->curve, b->oracle->vector, count - i, b->place + i, 1, row) : 0;
        if (run == 0) {
            b->value[i] = look_one(b, b->place[i]);
            run = 1;
        }
    }
}

/* Of the keys that reach above, and those alone have a place. */
static double log_below_at(const struct below *b, double score) {
    const bool falls = b->sign < 0;
    size_t count = 0;
    double sum = 0;
    while (count < b->count && b->sign * (score + b->penalty[count] - b->end) > 0) { count++; }
    const size_t reach = falls ? count : b->count;
    for (size_t i = 0; i < reach; i++) {
        b->place[i] = b->sign * (score + b->penalty[falls ? reach - 1 - i : i] - b->end);
    }
    look_at_all(b, reach);
    for (size_t i = 0; i < reach; i++) { b->value[i] += b->log_weight[falls ? reach - 1 - i : i]; }
    b->oracle->vector->exp(reach, b->value, b->value);
    for (size_t i = 0; i < reach; i++) { sum -= b->value[i]; }
    return sum;
}

void below_take(struct below *b, double low, double high) {
    const struct oracle *o = b->oracle;
    const double score[2] = {low, high};
    b->count = 0;
    b->reached = positions_keys(o->family, o->p, o->log_n, score, add_key, b) && b->good;
}

void below_tell(const struct below *b, size_t count, const double *score, double *log_below) {
    for (size_t i = 0; i < count; i++) { log_below[i] = b->reached ? log_below_at(b, score[i]) : NAN; }
}

/* Whether a key that stands for others begins to reach above between two scores: they begin elsewhere. */
static bool some_begin(const struct below *b, double low, double high) {
    bool begin = false;
    for (size_t i = 0; b->sign < 0 && i < b->count; i++) {
        begin = begin || (b->log_weight[i] > 0 && -b->penalty[i] > low && -b->penalty[i] < high);
    }
    return begin;
}

void below_at(struct below *b, size_t count, const double *score, double *log_below) {
    double low = score[0], high = score[0];
    for (size_t i = 1; i < count; i++) {
        low = fmin(low, score[i]);
        high = fmax(high, score[i]);
    }
    below_take(b, low, high);
    if (!some_begin(b, low, high)) {
        below_tell(b, count, score, log_below);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        below_take(b, score[i], score[i]);
        below_tell(b, 1, &score[i], &log_below[i]);
    }
}
