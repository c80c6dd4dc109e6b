#include "models/oracle/lattice.h"

#include <math.h>
#include <stdlib.h>

#include "models/oracle/comb.h"

/* Polynomials leave 1e-12 of K at most. */
static const double FINE = 0.105;
/* a < e^-FAR: a^3 is lost beside a. */
static const double FAR = 17.5;
/* Points of the lattice before the first that weights reach. */
enum { BEFORE = 2 * COMB_TAPS };

enum { PSI, FIRST, SHARED, ENTROPY, SQUARE };
_Static_assert(SQUARE + 1 == (int)VECTOR_TOGETHER, "as many weights as slide together");

static size_t steps_over(const struct lattice *l, double points) {
    return (size_t)ceil(points / (double)l->rate);
}

static double apart(const struct lattice *l) { return l->step / (double)l->rate; }

/* Steps from the first point to x. */
static size_t steps_to_first(const struct lattice *l) {
    return steps_over(l, BEFORE) + steps_over(l, FAR / apart(l));
}

/* ---- weights ---- */

/* Phase by phase: of every rate-th point. */
static void make_weights(struct lattice *l) {
    const struct vector *vector = l->field->o->vector;
    const double first = (double)steps_over(l, FAR / apart(l)) * l->step;
    const size_t count = l->taps * l->rate;
    double *t = l->row, *a = t + count, *missed = a + count; /* which are not filled yet */
    for (size_t i = 0; i < count; i++) {
        const size_t phase = i / l->taps, step = i % l->taps;
        t[i] = (double)(step * l->rate + phase) * apart(l) - first;
    }
    vector->exp(count, t, a);
    for (size_t i = 0; i < count; i++) { missed[i] = -a[i]; }
    vector->expm1(count, missed, missed);
    for (size_t i = 0; i < count; i++) {
        const double weight = a[i] * (1 + missed[i]);
        l->weight[i][PSI] = -missed[i];
        l->weight[i][FIRST] = weight;
        l->weight[i][SHARED] = weight * a[i];
        l->weight[i][ENTROPY] = weight * (-RULES_EULER - t[i]);
        l->weight[i][SQUARE] = weight * t[i] * t[i];
    }
}

/* ---- far scores ---- */

static void add_far(struct lattice_far *far, double mass, double a, double d) {
    const double once = mass * a, twice = once * a;
    far->sum[0] += once;
    far->first[0] += once * d;
    far->second[0] += once * d * d;
    far->sum[1] += twice;
    far->first[1] += twice * d;
    far->second[1] += twice * d * d;
    far->sum[2] += twice * a;
}

/* A step on. */
static void shift(struct lattice_far *far, double step, double fall) {
    double power = 1;
    for (int k = 0; k < 2; k++) {
        power *= fall;
        far->second[k] = power * (far->second[k] + step * (2 * far->first[k] + step * far->sum[k]));
        far->first[k] = power * (far->first[k] + step * far->sum[k]);
        far->sum[k] *= power;
    }
    far->sum[2] *= power * fall;
}

static void add_first_powers(const struct lattice_far *far, struct inner *in) {
    const double first = far->sum[0] - far->sum[1];
    in->psi += far->sum[0] - far->sum[1] / 2;
    in->first += first;
    in->second += far->sum[0] - 2 * far->sum[1] + far->sum[2];
    in->entropy += far->first[0] - far->first[1] - RULES_EULER * first;
    in->spread += far->second[0] - far->second[1];
}

/* ---- masses ---- */

/* What lies before the points, to what is far. */
static void place(struct lattice *l, double *point) {
    const struct field *f = l->field;
    const double first = (double)(steps_to_first(l) * l->rate), dense = 1 / apart(l);
    for (size_t i = 0; i < f->count; i++) {
        const struct panel *p = &f->panel[i];
        const double low = p->low_b - l->x;
        double at[INNER];
        size_t near = 0;
        for (size_t j = 0; j < INNER; j++) { at[j] = first - (low + p->offset[j]) * dense; }
        while (near < INNER && at[near] >= COMB_FIRST) { near++; }
        f->o->vector->spread(near, at, p->mass, point);
        for (size_t j = near; j < INNER; j++) {
            const double d = low + p->offset[j];
            add_far(&l->far, p->mass[j], vector_exp_one(-d), d);
        }
    }
}

static void add_before(struct lattice *l, const double *point) {
    const size_t first = steps_to_first(l) * l->rate, count = steps_over(l, BEFORE) * l->rate;
    for (size_t j = 0; j < count; j++) {
        const double d = (double)(first - j) * apart(l);
        add_far(&l->far, point[j], vector_exp_one(-d), d);
    }
}

/* Phase by phase; `saturated` has what lies from a row on. */
static void sort(struct lattice *l, const double *point) {
    for (size_t q = l->rows; q-- > 0;) {
        double sum = q + 1 < l->rows ? l->saturated[q + 1] : 0;
        for (size_t r = 0; r < l->rate; r++) {
            l->row[r * l->rows + q] = point[q * l->rate + r];
            sum += point[q * l->rate + r];
        }
        l->saturated[q] = sum;
    }
}

/* e^-d of what becomes far with the next x, and d. */
static void make_enters(struct lattice *l) {
    const double first = (double)(steps_over(l, FAR / apart(l)) + 1) * l->step;
    for (size_t r = 0; r < l->rate; r++) {
        const double d = first - (double)r * apart(l);
        l->enters[2 * r] = vector_exp_one(-d);
        l->enters[2 * r + 1] = d;
    }
}

bool lattice_open(struct lattice *l, const struct field *f, double x, double step) {
    *l = (struct lattice){.field = f, .x = x, .step = step, .rate = (size_t)ceil(step / FINE)};
    const double reach = f->count > 0 ? fmax(0, x - f->panel[0].low_b) : 0;
    l->taps = steps_over(l, FAR / apart(l)) + steps_over(l, FIELD_SATURATED / apart(l)) + 1;
    l->rows = steps_to_first(l) + (size_t)(reach / step) + 2 * l->taps + 2 * VECTOR_ROW + COMB_TAPS;
    l->above = f->count > 0 ? exp(f->panel[0].low_y) : 0;
    const size_t points = l->rows * l->rate, weights = l->taps * l->rate;
    l->memory = calloc(2 * points + l->rows + VECTOR_TOGETHER * weights + 2 * l->rate + 2 * weights,
                       sizeof *l->memory);
    if (!l->memory) { return false; }
    double *point = l->memory;
    l->row = point + points;
    l->saturated = l->row + points + 2 * weights;
    l->enters = l->saturated + l->rows;
    l->weight = (double(*)[VECTOR_TOGETHER])(l->enters + 2 * l->rate);
    make_weights(l);
    make_enters(l);
    place(l, point);
    add_before(l, point);
    sort(l, point);
    return true;
}

void lattice_close(struct lattice *l) { free(l->memory); }

/* ---- sums ---- */

static double saturated_from(const struct lattice *l, size_t row) {
    return l->above + (row < l->rows ? l->saturated[row] : 0);
}

static void go_on(struct lattice *l, size_t row, double fall) {
    shift(&l->far, l->step, fall);
    for (size_t r = 0; row < l->rows && r < l->rate; r++) {
        add_far(&l->far, l->row[r * l->rows + row], l->enters[2 * r], l->enters[2 * r + 1]);
    }
}

void lattice_next(struct lattice *l, struct inner inner[VECTOR_ROW]) {
    const size_t row = steps_over(l, BEFORE) + l->next;
    const double fall = vector_exp_one(-l->step);
    double sum[VECTOR_TOGETHER][VECTOR_ROW] = {{0}};
    for (size_t r = 0; row + l->taps + VECTOR_ROW <= l->rows && r < l->rate; r++) {
        l->field->o->vector->slides(l->taps, l->weight + r * l->taps, l->row + r * l->rows + row, sum);
    }
    for (size_t j = 0; j < VECTOR_ROW; j++) {
        inner[j] = (struct inner){.psi = sum[PSI][j] + saturated_from(l, row + j + l->taps),
                                  .first = sum[FIRST][j],
                                  .second = sum[FIRST][j] - sum[SHARED][j],
                                  .entropy = sum[ENTROPY][j],
                                  .spread = sum[SQUARE][j]};
        add_first_powers(&l->far, &inner[j]);
        inner[j].psi += inner_add_far(l->field, l->x - (double)(l->next + j) * l->step, &inner[j]);
        go_on(l, row + j, fall);
    }
    l->next += VECTOR_ROW;
}
