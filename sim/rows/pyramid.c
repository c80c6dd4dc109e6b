/* With beta = m 2^q and gaps 2^e (1 + t), 0 < t <= 1, exp(-beta gap) depends on m and on u = q + e alone: a
 * rung is what octave e needs at all such beta, in bins of one width. In a bin of middle c and half-width h,
 * both over 2^e, it stands for the exponential by
 *     exp(-m 2^u (c + h x)) = exp(-m 2^u c) p_0(x),   p_0 = sum_k series[0][k] x^k,
 * and by p_1, p_2 for h x and (h x)^2 times the last factor (kernel.h, `rungs`). */
#include "sim/rows/pyramid.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"

enum {
    WIDE = KERNEL_BINS_PER_OCTAVE,
    LEVELS = 6,          /* widths: WIDE, WIDE/2, .. 1 bins an octave */
    TIER = 2 * WIDE - 1, /* bins of all widths, the narrow ones first */
    LOWEST = -64,        /* u up to which all weights are 1 but for rounding, */
    FARTHEST = 100,      /* beta gap from which on they are nothing, */
    HIGHEST = 7,         /* and u there */
    RUNGS = HIGHEST - LOWEST + 1,
};
_Static_assert(1 << (LEVELS - 1) == WIDE, "an octave is one bin in the end");

struct rung {
    size_t level;
    double weight[WIDE], series[KERNEL_AVERAGES][KERNEL_NODES];
};

/* Betas, their mantissas, and the rungs that were asked for. */
struct plan {
    size_t count, mantissas, rungs;
    double beta[PYRAMID_BETAS], mantissa[PYRAMID_BETAS];
    size_t at[PYRAMID_BETAS]; /* (beta): its mantissa */
    int power[PYRAMID_BETAS];
    struct rung *(*by_power)[RUNGS]; /* (mantissa, u - LOWEST); NULL: not made yet */
    size_t mantissa_room;
    struct rung **rung; /* all there ever were, to be used again */
    size_t rung_room;
};

struct pyramid {
    const struct kernel *kernel;
    double node[KERNEL_NODES], values[KERNEL_NODES][KERNEL_NODES]; /* [node][coefficient] */
    double join[2][KERNEL_NODES][KERNEL_NODES];                    /* [which half][moment of it][moment] */
    double middle[TIER]; /* of an octave's bins, over its lower end */
    struct plan plan;    /* for a grid of betas that comes again and again */

    /* the row at hand */
    double lead; /* by which gaps are larger than in its bins */
    int64_t first_octave;
    size_t octaves, room;
    size_t begin, end;              /* its bins, from the first octave's first on */
    double (*moment)[KERNEL_NODES]; /* [octaves * TIER] */
    double *start;                  /* [octaves]: their lower ends */
    double total[PYRAMID_BETAS][KERNEL_AVERAGES][KERNEL_LANES]; /* sums in the making */
};

static size_t level_bins(size_t level) { return (size_t)WIDE >> level; }

/* Of an octave's bins, where those of a level begin. */
static size_t level_start(size_t level) { return 2 * WIDE - 2 * level_bins(level); }

/* Half the width of its bins, over the octave's. */
static double level_half(size_t level) { return 0.5 / (double)level_bins(level); }

/* (x -+ 1)/2 to the k-th power: a half's moments in those of the whole. */
static void make_join(struct pyramid *p) {
    for (int half = 0; half < 2; half++) {
        double sign = half == 0 ? -1 : 1;
        p->join[half][0][0] = 1;
        for (size_t k = 1; k < KERNEL_NODES; k++) {
            for (size_t j = 0; j <= k; j++) {
                double same = j < k ? p->join[half][j][k - 1] : 0,
                       less = j > 0 ? p->join[half][j - 1][k - 1] : 0;
                p->join[half][j][k] = (sign * same + less) / 2;
            }
        }
    }
}

struct pyramid *pyramid_create(const struct kernel *kernel, const double node[KERNEL_NODES],
                               const double lagrange[KERNEL_NODES][KERNEL_NODES]) {
    struct pyramid *p = memory_create(1, sizeof *p);
    p->kernel = kernel;
    for (size_t j = 0; j < KERNEL_NODES; j++) {
        p->node[j] = node[j];
        for (size_t k = 0; k < KERNEL_NODES; k++) { p->values[j][k] = lagrange[k][j]; }
    }
    make_join(p);
    for (size_t level = 0; level < LEVELS; level++) {
        for (size_t i = 0; i < level_bins(level); i++) {
            p->middle[level_start(level) + i] = 1 + (double)(2 * i + 1) * level_half(level);
        }
    }
    return p;
}

void pyramid_free(struct pyramid *p) {
    for (size_t k = 0; k < p->plan.rung_room; k++) { free(p->plan.rung[k]); }
    free(p->plan.rung);
    free(p->plan.by_power);
    free(p->moment);
    free(p->start);
    free(p);
}

/* ---- moments ---- */

static void join_octave(const struct pyramid *p, double (*moment)[KERNEL_NODES]) {
    for (size_t level = 1; level < LEVELS; level++) {
        p->kernel->join(level_bins(level), p->join,
                        (const double(*)[KERNEL_NODES])moment + level_start(level - 1),
                        moment + level_start(level));
    }
}

void pyramid_build(struct pyramid *p, double lead, int64_t first, size_t bins,
                   const double (*moment)[KERNEL_NODES]) {
    p->lead = lead;
    p->first_octave = first / WIDE; /* bins of positive gaps have positive numbers */
    p->begin = (size_t)(first % WIDE);
    p->end = p->begin + bins;
    p->octaves = (p->end - 1) / WIDE + 1;
    if (p->octaves > p->room) {
        free(p->moment);
        p->moment = memory_create_aligned(p->octaves * TIER, sizeof *p->moment);
        p->start = memory_resize(p->start, p->octaves, sizeof *p->start);
        p->room = p->octaves;
    }
    for (size_t o = 0, from = 0; o < p->octaves; o++) {
        double(*octave)[KERNEL_NODES] = p->moment + o * TIER;
        size_t low = o == 0 ? p->begin : 0, high = o + 1 == p->octaves ? p->end - o * WIDE : WIDE;
        p->start[o] = kernel_bin_edge((p->first_octave + (int64_t)o) * WIDE);
        memset(octave, 0, WIDE * sizeof *octave);
        memcpy(octave + low, moment + from, (high - low) * sizeof *octave);
        from += high - low;
        join_octave(p, octave);
    }
}

/* ---- rungs ---- */

/* The widest bins that are narrow enough. */
static size_t level_of(double size) {
    const double widest = 0.16;
    size_t level = 0;
    while (level + 1 < LEVELS && size <= widest * (double)(2 * level_bins(level + 1))) { level++; }
    return level;
}

static void make_rung(const struct pyramid *p, double mantissa, int u, struct rung *r) {
    double size = ldexp(mantissa, u); /* beta times the octave's lower end */
    double half, value[KERNEL_NODES];
    r->level = level_of(size);
    half = level_half(r->level);
    p->kernel->weights(level_bins(r->level), p->middle + level_start(r->level), size, r->weight);
    p->kernel->weights(KERNEL_NODES, p->node, size * half, value);
    for (size_t m = 0; m < KERNEL_AVERAGES; m++) {
        p->kernel->nodes(p->values, value, r->series[m]);
        for (size_t j = 0; j < KERNEL_NODES; j++) { value[j] *= half * p->node[j]; }
    }
}

static struct rung *new_rung(struct plan *plan) {
    if (plan->rungs == plan->rung_room) {
        plan->rung = memory_resize(plan->rung, plan->rung_room + 1, sizeof *plan->rung);
        plan->rung[plan->rung_room++] = memory_create(1, sizeof(struct rung));
    }
    return plan->rung[plan->rungs++];
}

static const struct rung *rung_of(const struct pyramid *p, struct plan *plan, size_t mantissa, int u) {
    int at = u > LOWEST ? u : LOWEST;
    struct rung **rung = &plan->by_power[mantissa][at - LOWEST];
    if (!*rung) {
        *rung = new_rung(plan);
        make_rung(p, plan->mantissa[mantissa], at, *rung);
    }
    return *rung;
}

static size_t mantissa_of(struct plan *plan, double mantissa) {
    const double same = 1e-14;
    for (size_t i = 0; i < plan->mantissas; i++) {
        if (fabs(plan->mantissa[i] - mantissa) <= same) { return i; }
    }
    plan->mantissa[plan->mantissas] = mantissa;
    return plan->mantissas++;
}

static void make_plan(struct plan *plan, size_t count, const double *beta) {
    plan->count = count;
    plan->mantissas = plan->rungs = 0;
    memcpy(plan->beta, beta, count * sizeof *beta);
    for (size_t b = 0; b < count; b++) {
        double mantissa = frexp(beta[b], &plan->power[b]);
        plan->at[b] = mantissa_of(plan, mantissa);
    }
    if (plan->mantissas > plan->mantissa_room) {
        plan->mantissa_room = plan->mantissas;
        plan->by_power = memory_resize(plan->by_power, plan->mantissas, sizeof *plan->by_power);
    }
    for (size_t i = 0; i < plan->mantissas * RUNGS; i++) { plan->by_power[i / RUNGS][i % RUNGS] = NULL; }
}

/* ---- sums ---- */

/* Bins of an octave, of one width, that hold what the row has there: after the first so many. */
static struct kernel_bins bins_of(const struct pyramid *p, size_t octave, size_t level, size_t *before) {
    const size_t low = octave == 0 ? p->begin : 0,
                 high = octave + 1 == p->octaves ? p->end - octave * WIDE : WIDE;
    const double(*moment)[KERNEL_NODES] = (const double(*)[KERNEL_NODES])p->moment + octave * TIER;
    *before = low >> level;
    return (struct kernel_bins){.count = ((high - 1) >> level) + 1 - *before,
                                .middle = p->middle + level_start(level) + *before,
                                .moment = moment + level_start(level) + *before,
                                .size = p->start[octave]};
}

/* Adds an octave to the totals of all betas that see it; neighbours share the width of their bins. */
static void add_octave(struct pyramid *p, size_t octave, double farthest) {
    struct plan *plan = &p->plan;
    struct kernel_rung rung[PYRAMID_BETAS];
    struct kernel_bins bins;
    const int power = (int)p->first_octave - 1023 + (int)octave; /* of the octave's lower end */
    size_t some = 0, level = LEVELS, before = 0;
    for (size_t b = 0; b < plan->count; b++) {
        if (plan->beta[b] * p->start[octave] > farthest) { continue; }
        const struct rung *at = rung_of(p, plan, plan->at[b], plan->power[b] + power);
        if (at->level != level) {
            if (some > 0) { p->kernel->rungs(some, rung, &bins); }
            some = 0;
            level = at->level;
            bins = bins_of(p, octave, level, &before);
        }
        rung[some++] = (struct kernel_rung){at->weight + before, at->series, p->total[b]};
    }
    if (some > 0) { p->kernel->rungs(some, rung, &bins); }
}

static void add_lead(const struct pyramid *p, size_t count, const double *beta,
                     double (*sum)[KERNEL_AVERAGES]) {
    const double lead = p->lead;
    double weight[PYRAMID_BETAS];
    p->kernel->weights(count, beta, lead, weight);
    for (size_t b = 0; b < count; b++) {
        const double s0 = sum[b][0], s1 = sum[b][1], s2 = sum[b][2];
        sum[b][0] = weight[b] * s0;
        sum[b][1] = weight[b] * (s1 + lead * s0);
        sum[b][2] = weight[b] * (s2 + lead * (2 * s1 + lead * s0));
    }
}

void pyramid_sums(struct pyramid *p, double log_n, size_t count, const double *beta,
                  double (*sum)[KERNEL_AVERAGES]) {
    const double negligible = 45, farthest = fmin(FARTHEST, log_n + negligible);
    struct plan *plan = &p->plan;
    if (plan->count != count || memcmp(plan->beta, beta, count * sizeof *beta) != 0) {
        make_plan(plan, count, beta);
    }
    memset(p->total, 0, count * sizeof *p->total);
    for (size_t o = 0; o < p->octaves; o++) { add_octave(p, o, farthest); }
    p->kernel->totals(count * KERNEL_AVERAGES, (const double(*)[KERNEL_LANES])p->total, sum[0]);
    if (p->lead > 0) { add_lead(p, count, beta, sum); }
}
