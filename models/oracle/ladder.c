#include "models/oracle/ladder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Points of T before depth 0, as many as those between points want of the next rung's; and of S on both sides
 * of a stretch. */
enum { BEFORE = COMB_TAPS, BESIDE = COMB_FIRST - 1 };
/* Rows of f begin so many steps before a stretch. */
enum { LEAD = BEFORE + COMB_FIRST };

void ladder_miss(size_t count, const struct vector *vector, double *const row[LADDER_SUMS]) {
    comb_miss(count, vector, row[LONE_LOG_PHI], row[LADDER_MISS_LOG]);
    comb_miss(count, vector, row[LONE_FIRST], row[LADDER_MISS]);
    comb_miss(count, vector, row[LONE_ENTROPIES], row[LADDER_MISS]);
}

/* ---- rungs ---- */

bool ladder_set(struct ladder *ladder, const struct lone *l, double step) {
    const double enough = 0.6; /* of all depths: the last rung may as well have all of them */
    const long least = 56, most = 1024;
    struct ladder_rung *r = ladder->rung;
    double smooth_from[LADDER_MOST];
    lone_smooth_from(l, step, LADDER_MOST, smooth_from);
    *r = (struct ladder_rung){.step = step, .begin = COMB_FIRST};
    ladder->count = 1;
    for (double long_step = 2 * step; ladder->count < LADDER_MOST; long_step *= 2, r++) {
        const double from = smooth_from[ladder->count] / long_step + LEAD,
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

/* Of what is missed one digit is enough: it goes by so many points together, their mean for each. Not where
 * all keys are, and with them what is missed, may change from nothing to all in a few steps. */
static size_t block_of(bool is_first) { return is_first ? 1 : 8; }

struct taps {
    size_t count, *at, block, blocks;
    double *weight, *size; /* size: of a block, from that of the first on */
};

/* What all rungs share, and one rung's rows. */
struct work {
    const struct lone *lone;
    const struct vector *vector;
    double middle[COMB_TAPS];
    double *memory, *f[LADDER_SUMS], *coarse[LONE_FUNCTIONS]; /* and the next rung's */
    double *sum[LADDER_SUMS], *rest[LADDER_SUMS], *next[LADDER_SUMS];
    struct comb_lot lot[LADDER_MOST]; /* of keys from a rung's beginning on */
    double *nearer[LADDER_MOST];      /* weights of those before, on the same grid */
    struct taps taps;
    size_t *along; /* 0, 1, 2, .. */
    double *odd;   /* weights in the middle of two points */
};

/* Of a point so many steps behind a stretch's beginning: integrals of Lagrange's polynomials over the cells
 * from there on, which are the rest of 1 on the other side. */
enum { EDGE = COMB_FIRST - 1, HALF_EDGE = COMB_FIRST / 2 - 1 };
static const double edge[EDGE] = {-0.0769901746074925795,  0.0277379911660596738,    -0.00942999932194319687,
                                  0.00259161596515542735,  -0.000520257845628405493, 6.6838404987379854e-05,
                                  -4.09735540968662145e-06};
static const double half_edge[HALF_EDGE] = {-0.0648396164021164021, 0.0139550264550264550,
                                            -0.00157903439153439153};

static double edge_at(const double *before, long known, long behind) {
    const long away = labs(behind);
    const double outside = away == 0 ? 0.5 : away <= known ? before[away - 1] : 0;
    return behind > 0 ? 1 - outside : outside;
}

static void point_weights(const struct ladder *ladder, size_t which, long i, struct ladder_point *p) {
    const struct ladder_rung *r = &ladder->rung[which];
    const bool first = which == 0, last = which + 1 == ladder->count, second = i % 2 == 0;
    p->weight = r->step * ((first ? 1 : edge_at(edge, EDGE, i - r->begin)) -
                           (last ? 0 : edge_at(edge, EDGE, i - r->end)));
    p->half = !second ? 0
                      : 2 * r->step *
                            ((first ? 1 : edge_at(half_edge, HALF_EDGE, (i - r->begin) / 2)) -
                             (last ? 0 : edge_at(half_edge, HALF_EDGE, (i - r->end) / 2)));
}

/* ---- a rung ---- */

static long first_row(const struct ladder_rung *r, bool is_first) { return is_first ? 0 : r->begin - LEAD; }
static long first_rest(const struct ladder_rung *r, bool is_first) { return is_first ? r->begin : -BEFORE; }

/* Depths up to twice the end of a stretch. */
static size_t rows_of(const struct ladder_rung *r, bool is_first) {
    return (size_t)(2 * r->end + 2 * COMB_TAPS + VECTOR_ROW - first_row(r, is_first));
}
/* Of these, those in reach of the last depth that has anything. */
static size_t points_of(const struct ladder_rung *r, bool is_first, double end) {
    return (size_t)((long)(end / r->step) + COMB_TAPS - first_row(r, is_first));
}
static size_t steps_of(const struct ladder_rung *r) { return (size_t)r->end + 1; }
static size_t weights_of(const struct ladder_rung *r) { return steps_of(r) + 2 * COMB_TAPS; }

/* To `count` points from a coarse one on, and to some more, those of `coarse` and what lies in the middle of
 * two. */
static void refine(const struct work *w, const double *coarse, size_t count, double *restrict fine) {
    double between[VECTOR_ROW];
    for (size_t i = 0; i < count; i += 2 * VECTOR_ROW) {
        const double *here = coarse + i / 2;
        w->vector->slide(COMB_TAPS, w->along, w->middle, here + 1 - COMB_FIRST, between);
#pragma omp simd
        for (size_t j = 0; j < VECTOR_ROW; j++) {
            fine[i + 2 * j] = here[j];
            fine[i + 2 * j + 1] = between[j];
        }
    }
}

/* From where the next rung's rows have a middle on they tell this one's. */
static bool look(const struct work *w, const struct ladder *ladder, size_t which) {
    const struct ladder_rung *r = &ladder->rung[which];
    const long first = first_row(r, which == 0);
    const size_t count = rows_of(r, which == 0);
    if (which + 1 == ladder->count) {
        return lone_fill(w->lone, (double)first * r->step, r->step, count, w->f);
    }
    const size_t before = COMB_FIRST - 1,
                 own = (size_t)(2 * (first_row(&r[1], false) + (long)before) - first);
    if (!lone_fill(w->lone, (double)first * r->step, r->step, own, w->f)) { return false; }
    for (int f = 0; f < LONE_FUNCTIONS; f++) { refine(w, w->coarse[f] + before, count - own, w->f[f] + own); }
    return true;
}

static void mean_blocks(double *row, size_t block, size_t count) {
    for (size_t k = 0; block > 1 && k < count; k++) {
        double sum = 0;
        for (size_t j = 0; j < block; j++) { sum += row[block * k + j]; }
        row[k] = sum / (double)block;
    }
}

/* False when out of memory. */
static bool fill(const struct work *w, const struct ladder *ladder, size_t which) {
    const size_t count = rows_of(&ladder->rung[which], which == 0), block = block_of(which == 0),
                 blocks = (count + block - 1) / block;
    if (!look(w, ladder, which)) { return false; }
    memset(w->f[LADDER_MISS_LOG], 0, blocks * block * sizeof(double));
    memset(w->f[LADDER_MISS], 0, blocks * block * sizeof(double));
    ladder_miss(count, w->vector, w->f);
    mean_blocks(w->f[LADDER_MISS_LOG], block, blocks);
    mean_blocks(w->f[LADDER_MISS], block, blocks);
    return true;
}

/* Weights of l - origin steps at [l] as taps, with f at depth i + first in row[0]; `size` as many times. */
static void take_taps(struct work *w, const double *weight, const double *exact, size_t count, long origin,
                      long first, double times) {
    struct taps *t = &w->taps;
    t->count = t->blocks = 0;
    for (size_t l = 0; l < count; l++) {
        if (weight[l] == 0) { continue; }
        const size_t at = (size_t)((long)l - origin + first);
        t->at[t->count] = at;
        t->weight[t->count++] = weight[l];
        for (; t->blocks <= (at - t->at[0]) / t->block; t->blocks++) { t->size[t->blocks] = 0; }
        t->size[t->blocks - 1] += times * fabs(weight[l] - (exact ? exact[l] : 0));
    }
}

static void add_row(const double sum[VECTOR_ROW], double *restrict to) {
#pragma omp simd
    for (size_t j = 0; j < VECTOR_ROW; j++) { to[j] += sum[j]; }
}

/* To `count` sums, and to some more, the taps' over rows of so many points, behind which they are 0. */
static void add_taps(const struct work *w, size_t count, size_t points, double *const to[LADDER_SUMS]) {
    const struct taps *t = &w->taps;
    double sum[VECTOR_ROW];
    size_t taps = t->count;
    for (size_t i = 0; i < count; i += VECTOR_ROW) {
        while (taps > 0 && t->at[taps - 1] + i >= points) { taps--; }
        for (int f = 0; taps > 0 && f < LONE_FUNCTIONS; f++) {
            w->vector->slide(taps, t->at, t->weight, w->f[f] + i, sum);
            add_row(sum, to[f] + i);
        }
    }
    for (int f = LONE_FUNCTIONS; t->count > 0 && f < LADDER_SUMS; f++) {
        const double *row = w->f[f] + t->at[0] / t->block;
        for (size_t i = 0; i * t->block < count; i += VECTOR_ROW) {
            w->vector->slide(t->blocks, w->along, t->size, row + i, sum);
            for (size_t j = i * t->block; j < (i + VECTOR_ROW) * t->block && j < count; j++) {
                to[f][j] += sum[j / t->block - i];
            }
        }
    }
}

/* The next rung's T on this rung's points. */
static void take_rest(const struct work *w, long first, size_t count) {
    for (int f = 0; f < LADDER_SUMS; f++) { refine(w, w->next[f] + BEFORE + first / 2, count, w->rest[f]); }
    for (int f = LONE_FUNCTIONS; f < LADDER_SUMS; f++) {
        for (size_t i = 0; i < count; i++) { w->rest[f][i] = fabs(w->rest[f][i]); }
    }
}

/* Points of one grid are points of the next, or in the middle of two: what begins p steps before the nearest
 * key begins (p + TAPS - 1)/2 before it there, COMB_TAPS - 1 at most. */
enum { ORIGIN = COMB_TAPS };
static void coarsen(const struct work *w, const double *fine, size_t count, long origin, double *coarse) {
    const size_t before = COMB_TAPS - 1, halves = (count + 1) / 2;
    double sum[VECTOR_ROW], *odd = w->odd + before, *to = coarse + ORIGIN - origin / 2;
    memset(w->odd, 0, (halves + 2 * before + VECTOR_ROW) * sizeof *w->odd);
    for (size_t i = 0; 2 * i + 1 < count; i++) { odd[i] = fine[2 * i + 1]; }
    for (size_t i = 0; i < halves; i++) { to[i] += fine[2 * i]; }
    to -= COMB_FIRST - 1; /* of odd[0] the first share */
    for (size_t i = 0; i < halves + before; i += VECTOR_ROW) {
        w->vector->slide(COMB_TAPS, w->along, w->middle, odd + i - before, sum);
        for (size_t j = 0; j < VECTOR_ROW && i + j < halves + before; j++) { to[i + j] += sum[j]; }
    }
}

/* Weights on all rungs: those of keys that are nearer come from the rung before. */
static bool lay_out(const struct work *w, const struct ladder *ladder) {
    if (!comb_lay_out(w->vector, &w->lone->keys, ladder->count, w->lot)) { return false; }
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
        point_weights(ladder, which, i, &p);
        for (int f = 0; f < LADDER_SUMS; f++) { p.sum[f] = w->sum[f][i - first]; }
        add(context, &p);
    }
}

static bool climb(struct work *w, const struct ladder *ladder, size_t which) {
    const struct ladder_rung *r = &ladder->rung[which];
    const bool is_first = which == 0, is_last = which + 1 == ladder->count;
    const long row = first_row(r, is_first), rest = first_rest(r, is_first),
               first = is_first ? r->begin : r->begin - BESIDE;
    const size_t rests = (size_t)(r->end + BESIDE + 1 - rest), sums = (size_t)(r->end + BESIDE + 1 - first),
                 points = points_of(r, is_first, w->lone->end);
    const double twice = 2; /* sums over far keys are gone between once more */
    if (!fill(w, ladder, which)) { return false; }
    if (!is_last) { take_rest(w, rest, rests); }
    for (int f = 0; is_last && f < LADDER_SUMS; f++) { memset(w->rest[f], 0, rests * sizeof(double)); }
    w->taps.block = block_of(is_first);
    take_taps(w, w->lot[which].weight, is_first ? w->lot[which].exact : NULL, weights_of(r), COMB_FIRST,
              rest - row, is_first ? 1 : twice);
    add_taps(w, rests, points, w->rest);
    for (int f = 0; f < LADDER_SUMS; f++) {
        memcpy(w->sum[f], w->rest[f] + (first - rest), sums * sizeof(double));
    }
    take_taps(w, w->nearer[which], NULL, weights_of(r), ORIGIN, first - row, twice);
    add_taps(w, sums, points, w->sum);
    return true;
}

/* ---- all of them ---- */

/* How many the longest rung has, and weights of all. */
struct room {
    size_t rows, sums, taps, weights, odd;
};

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static struct room room_for(const struct ladder *ladder) {
    const size_t beyond = COMB_TAPS + 2 * VECTOR_ROW; /* that are read or made beyond the last */
    struct room room = {0};
    for (size_t k = 0; k < ladder->count; k++) {
        const struct ladder_rung *r = &ladder->rung[k];
        room.rows = larger(room.rows, rows_of(r, k == 0) + beyond);
        room.sums = larger(room.sums, (size_t)(r->end + BESIDE + 1 - first_rest(r, k == 0)) + beyond);
        room.taps = larger(room.taps, weights_of(r));
        room.weights += weights_of(r);
    }
    room.odd = room.taps / 2 + 2 * COMB_TAPS + beyond;
    return room;
}

static double *take(double **memory, size_t count) {
    double *taken = *memory;
    *memory += count;
    return taken;
}

/* False when out of memory. */
static bool work_open(struct work *w, const struct ladder *ladder, const struct lone *lone) {
    const struct room room = room_for(ladder);
    *w = (struct work){.lone = lone, .vector = lone->field.o->vector};
    w->memory = calloc(LADDER_SUMS * (room.rows + 3 * room.sums) + LONE_FUNCTIONS * room.rows +
                           2 * room.taps + 3 * room.weights + room.odd,
                       sizeof *w->memory);
    w->taps.at = malloc(2 * room.taps * sizeof *w->taps.at);
    if (!w->memory || !w->taps.at) { return false; }
    w->along = w->taps.at + room.taps;
    for (size_t i = 0; i < room.taps; i++) { w->along[i] = i; }
    comb_middle(w->middle);
    double *memory = w->memory;
    for (int f = 0; f < LADDER_SUMS; f++) {
        w->f[f] = take(&memory, room.rows);
        w->sum[f] = take(&memory, room.sums);
        w->rest[f] = take(&memory, room.sums);
        w->next[f] = take(&memory, room.sums);
    }
    for (int f = 0; f < LONE_FUNCTIONS; f++) { w->coarse[f] = take(&memory, room.rows); }
    w->taps.weight = take(&memory, room.taps);
    w->taps.size = take(&memory, room.taps);
    w->odd = take(&memory, room.odd);
    for (size_t k = 0; k < ladder->count; k++) {
        const struct ladder_rung *r = &ladder->rung[k];
        const size_t count = weights_of(r);
        w->lot[k] = (struct comb_lot){k == 0 ? 0 : (double)r->begin * r->step, r->step, take(&memory, count),
                                      take(&memory, count), steps_of(r)};
        w->nearer[k] = take(&memory, count);
    }
    return true;
}

static void work_close(struct work *w) {
    free(w->memory);
    free(w->taps.at);
}

static void swap(double **a, double **b) {
    double *was = *a;
    *a = *b;
    *b = was;
}

enum comb_state ladder_climb(const struct ladder *ladder, const struct lone *lone, ladder_add *add,
                             void *context) {
    struct work w;
    bool good = work_open(&w, ladder, lone);
    const bool reached = good && lay_out(&w, ladder);
    for (size_t k = ladder->count; reached && good && k-- > 0;) {
        good = climb(&w, ladder, k);
        tell(&w, ladder, k, add, context);
        for (int f = 0; f < LADDER_SUMS; f++) {
            swap(&w.rest[f], &w.next[f]);
            if (f < LONE_FUNCTIONS) { swap(&w.f[f], &w.coarse[f]); }
        }
    }
    work_close(&w);
    return !good ? COMB_NO_MEMORY : reached ? COMB_MADE : COMB_TOO_FAR;
}
