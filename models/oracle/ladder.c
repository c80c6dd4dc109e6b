#include "models/oracle/ladder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/legendre.h"

/* Points of T before depth 0, as many as those between points want of the next rung's; and of S on both sides
 * of a stretch. */
enum { BEFORE = COMB_TAPS, BESIDE = COMB_FIRST - 1 };
/* Rows of f begin so many steps before a stretch. */
enum { LEAD = BEFORE + COMB_FIRST };

/* ---- rungs ---- */

bool ladder_set(struct ladder *ladder, const struct lone *l, double step) {
    const double enough = 0.6; /* of all depths: the last rung may as well have all of them */
    const long least = 64, most = 1024;
    struct ladder_rung *r = ladder->rung;
    *r = (struct ladder_rung){.step = step, .begin = COMB_FIRST};
    ladder->count = 1;
    for (double long_step = 2 * step; ladder->count < LADDER_MOST; long_step *= 2, r++) {
        const double from = lone_smooth_from(l, long_step) / long_step + LEAD,
                     begin = 2 * ceil(fmax(from, (double)least) / 2);
        if (!(begin * long_step < enough * l->end)) { break; }
        r->end = 2 * (long)begin;
        r[1] = (struct ladder_rung){.step = long_step, .begin = (long)begin};
        ladder->count++;
    }
    r->end = (long)ceil(l->end / r->step) + 1;
    bool are_short = true;
    for (size_t k = 0; k < ladder->count; k++) { are_short = are_short && ladder->rung[k].end <= most; }
    return are_short && ladder->count > 1;
}

/* ---- weights ---- */

struct taps {
    size_t count, *at;
    double *weight, *size;
};

/* What all rungs share, and one rung's rows. */
struct work {
    const struct lone *lone;
    const struct vector *vector;
    double edge[2 * COMB_FIRST], half_edge[COMB_FIRST]; /* weights up to a stretch's beginning */
    double middle[COMB_TAPS];
    size_t most_taps;
    double *memory, *f[LADDER_SUMS], *sum[LADDER_SUMS], *rest[LADDER_SUMS], *next[LADDER_SUMS];
    struct comb_lot lot[LADDER_MOST]; /* of keys from a rung's beginning on */
    double *nearer[LADDER_MOST];      /* weights of those before, on the same grid */
    struct taps taps;
};

/* Sums of the integrals of Lagrange's polynomials over a cell, point by point. */
static void make_edge(int points, double *edge) {
    struct legendre rule;
    legendre_make(COMB_FIRST, &rule);
    const int middle = points / 2;
    for (int j = 0; j < points; j++) {
        edge[j] = j > 0 ? edge[j - 1] : 0;
        for (int i = 0; i < rule.order; i++) {
            double value = rule.w[i] / 2;
            for (int k = 0; k < points; k++) {
                const double u = (1 + rule.x[i]) / 2 - (double)(k + 1 - middle);
                value *= k == j ? 1 : u / (j - k);
            }
            edge[j] += value;
        }
    }
}

/* Of a point so many steps behind a stretch's beginning. */
static double edge_at(const double *edge, int points, long behind) {
    const long at = behind + points / 2 - 1;
    return at < 0 ? 0 : at < points ? edge[at] : 1;
}

static void point_weights(const struct work *w, const struct ladder *ladder, size_t which, long i,
                          struct ladder_point *p) {
    const struct ladder_rung *r = &ladder->rung[which];
    const bool first = which == 0, last = which + 1 == ladder->count, second = i % 2 == 0;
    p->weight = r->step * ((first ? 1 : edge_at(w->edge, COMB_TAPS, i - r->begin)) -
                           (last ? 0 : edge_at(w->edge, COMB_TAPS, i - r->end)));
    p->half = !second ? 0
                      : 2 * r->step *
                            ((first ? 1 : edge_at(w->half_edge, COMB_FIRST, (i - r->begin) / 2)) -
                             (last ? 0 : edge_at(w->half_edge, COMB_FIRST, (i - r->end) / 2)));
}

/* ---- a rung ---- */

static long first_row(const struct ladder_rung *r, bool is_first) { return is_first ? 0 : r->begin - LEAD; }
static long first_rest(const struct ladder_rung *r, bool is_first) { return is_first ? r->begin : -BEFORE; }

/* Depths up to twice the end of a stretch. */
static size_t rows_of(const struct ladder_rung *r, bool is_first) {
    return (size_t)(2 * r->end + 2 * COMB_TAPS + VECTOR_ROW - first_row(r, is_first));
}
static size_t steps_of(const struct ladder_rung *r) { return (size_t)r->end + 1; }
static size_t weights_of(const struct ladder_rung *r) { return steps_of(r) + 2 * COMB_TAPS; }

static void fill(const struct work *w, const struct ladder_rung *r, bool is_first) {
    const long first = first_row(r, is_first);
    const size_t count = rows_of(r, is_first);
    lone_fill(w->lone, (double)first * r->step, r->step, count, w->f);
    memset(w->f[LADDER_MISS_LOG], 0, count * sizeof(double));
    memset(w->f[LADDER_MISS], 0, count * sizeof(double));
    comb_miss(count, w->vector, w->f[LONE_LOG_PHI], w->f[LADDER_MISS_LOG]);
    comb_miss(count, w->vector, w->f[LONE_FIRST], w->f[LADDER_MISS]);
    comb_miss(count, w->vector, w->f[LONE_ENTROPIES], w->f[LADDER_MISS]);
}

/* Weights of l - origin steps at [l] as taps, with f at depth i + first in row[0]; `size` as many times. */
static void take_taps(struct work *w, const double *weight, const double *exact, size_t count, long origin,
                      long first, double times) {
    struct taps *t = &w->taps;
    t->count = 0;
    for (size_t l = 0; l < count; l++) {
        if (weight[l] == 0) { continue; }
        t->at[t->count] = (size_t)((long)l - origin + first);
        t->weight[t->count] = weight[l];
        t->size[t->count++] = times * fabs(weight[l] - (exact ? exact[l] : 0));
    }
}

/* To `count` sums the taps'. */
static void add_taps(const struct work *w, size_t count, double *const to[LADDER_SUMS]) {
    const struct taps *t = &w->taps;
    double sum[VECTOR_ROW];
    for (int f = 0; f < LADDER_SUMS; f++) {
        const bool missed = f >= LONE_FUNCTIONS;
        for (size_t i = 0; i < count; i += VECTOR_ROW) {
            w->vector->slide(t->count, t->at, missed ? t->size : t->weight, w->f[f] + i, sum);
            for (size_t j = 0; j < VECTOR_ROW && i + j < count; j++) { to[f][i + j] += sum[j]; }
        }
    }
}

/* The next rung's T on this rung's points. */
static void take_rest(const struct work *w, const struct ladder_rung *r, bool is_first, bool is_last) {
    const long first = first_rest(r, is_first);
    for (int f = 0; f < LADDER_SUMS; f++) {
        for (long i = first; i <= r->end + BESIDE; i++) {
            const double *there = w->next[f] + BEFORE + (i - (i & 1)) / 2;
            double sum = 0;
            for (int j = 0; i % 2 != 0 && !is_last && j < COMB_TAPS; j++) {
                sum += w->middle[j] * there[j + 1 - COMB_FIRST];
            }
            w->rest[f][i - first] = is_last ? 0 : i % 2 == 0 ? *there : sum;
        }
    }
}

/* Points of one grid are points of the next, or in the middle of two: what begins p steps before the nearest
 * key begins (p + TAPS - 1)/2 before it there, COMB_TAPS - 1 at most. */
enum { ORIGIN = COMB_TAPS };
static void coarsen(const struct work *w, const double *fine, size_t count, long origin, double *coarse) {
    for (size_t l = 0; l < count; l++) {
        const long steps = (long)l - origin, half = (steps - (steps & 1)) / 2;
        double *here = coarse + ORIGIN + half;
        if (steps % 2 == 0) { *here += fine[l]; }
        for (int j = 0; steps % 2 != 0 && j < COMB_TAPS; j++) {
            here[j + 1 - COMB_FIRST] += w->middle[j] * fine[l];
        }
    }
}

/* Weights on all rungs: those of keys that are nearer come from the rung before. */
static bool lay_out(const struct work *w, const struct ladder *ladder, const struct comb_keys *keys) {
    if (!comb_lay_out(keys, ladder->count, w->lot)) { return false; }
    for (size_t k = 1; k < ladder->count; k++) {
        const size_t count = weights_of(&ladder->rung[k - 1]);
        coarsen(w, w->nearer[k - 1], count, ORIGIN, w->nearer[k]);
        coarsen(w, w->lot[k - 1].weight, count, COMB_FIRST, w->nearer[k]);
    }
    return true;
}

static void tell(const struct work *w, const struct ladder *ladder, size_t which, ladder_add *add,
                 void *context) {
    const struct ladder_rung *r = &ladder->rung[which];
    const long first = which == 0 ? r->begin : r->begin - BESIDE;
    for (long i = first; i <= r->end + BESIDE; i++) {
        struct ladder_point p = {.depth = (double)i * r->step};
        point_weights(w, ladder, which, i, &p);
        for (int f = 0; f < LADDER_SUMS; f++) { p.sum[f] = w->sum[f][i - first]; }
        add(context, &p);
    }
}

static void climb(struct work *w, const struct ladder *ladder, size_t which) {
    const struct ladder_rung *r = &ladder->rung[which];
    const bool is_first = which == 0, is_last = which + 1 == ladder->count;
    const long row = first_row(r, is_first), rest = first_rest(r, is_first),
               first = is_first ? r->begin : r->begin - BESIDE;
    const size_t rests = (size_t)(r->end + BESIDE + 1 - rest), sums = (size_t)(r->end + BESIDE + 1 - first);
    const double twice = 2; /* sums over far keys are gone between once more */
    fill(w, r, is_first);
    take_rest(w, r, is_first, is_last);
    take_taps(w, w->lot[which].weight, is_first ? w->lot[which].exact : NULL, weights_of(r), COMB_FIRST,
              rest - row, is_first ? 1 : twice);
    add_taps(w, rests, w->rest);
    for (int f = 0; f < LADDER_SUMS; f++) {
        memcpy(w->sum[f], w->rest[f] + (first - rest), sums * sizeof(double));
    }
    take_taps(w, w->nearer[which], NULL, weights_of(r), ORIGIN, first - row, twice);
    add_taps(w, sums, w->sum);
}

/* ---- all of them ---- */

/* False when out of memory. */
static bool work_open(struct work *w, const struct ladder *ladder, const struct lone *lone) {
    size_t weights = 0, rows = 0, sums = 0;
    *w = (struct work){.lone = lone, .vector = lone->field.o->vector};
    for (size_t k = 0; k < ladder->count; k++) {
        const struct ladder_rung *r = &ladder->rung[k];
        const size_t own = (size_t)(r->end + BESIDE + 1 - first_rest(r, k == 0));
        rows = rows_of(r, k == 0) > rows ? rows_of(r, k == 0) : rows;
        sums = own > sums ? own : sums;
        weights += weights_of(r);
        w->most_taps = weights_of(r) > w->most_taps ? weights_of(r) : w->most_taps;
    }
    rows += COMB_TAPS + 2 * VECTOR_ROW; /* that are read beyond the last */
    make_edge(COMB_TAPS, w->edge);
    make_edge(COMB_FIRST, w->half_edge);
    comb_shares(0.5, w->middle);
    w->memory = calloc(LADDER_SUMS * (rows + 3 * sums) + 2 * w->most_taps + 3 * weights, sizeof *w->memory);
    w->taps.at = malloc(w->most_taps * sizeof *w->taps.at);
    if (!w->memory || !w->taps.at) { return false; }
    double *next = w->memory;
    for (int f = 0; f < LADDER_SUMS; f++, next += rows + 3 * sums) {
        w->f[f] = next;
        w->sum[f] = next + rows;
        w->rest[f] = next + rows + sums;
        w->next[f] = next + rows + 2 * sums;
    }
    w->taps.weight = next;
    w->taps.size = next + w->most_taps;
    next += 2 * w->most_taps;
    for (size_t k = 0; k < ladder->count; k++) {
        const struct ladder_rung *r = &ladder->rung[k];
        const size_t room = weights_of(r);
        w->lot[k] = (struct comb_lot){k == 0 ? 0 : (double)r->begin * r->step, r->step, next, next + room,
                                      steps_of(r)};
        w->nearer[k] = next + 2 * room;
        next += 3 * room;
    }
    return true;
}

static void work_close(struct work *w) {
    free(w->memory);
    free(w->taps.at);
}

enum comb_state ladder_climb(const struct ladder *ladder, const struct lone *lone,
                             const struct comb_keys *keys, ladder_add *add, void *context) {
    struct work w;
    const bool good = work_open(&w, ladder, lone), reached = good && lay_out(&w, ladder, keys);
    for (size_t k = ladder->count; reached && k-- > 0;) {
        climb(&w, ladder, k);
        tell(&w, ladder, k, add, context);
        for (int f = 0; f < LADDER_SUMS; f++) {
            double *done = w.rest[f];
            w.rest[f] = w.next[f];
            w.next[f] = done;
        }
    }
    work_close(&w);
    return !good ? COMB_NO_MEMORY : reached ? COMB_MADE : COMB_TOO_FAR;
}
