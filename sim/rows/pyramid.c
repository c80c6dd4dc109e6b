/* A wide bin is a quarter of an octave, or all up to an octave's end: scores in it count as KERNEL_POINTS
 * points at Chebyshev nodes do. In the octave from 2^e on, with u = beta 2^e, point j of a bin of middle c
 * and half-width h, both over 2^e, has the weight e^{-u c} e^{-u h x_j}: a rung is what an octave of gaps
 * needs at LANES such beta, in bins of one width (kernel.h, `rung`).
 *
 * Sums are made at columns, beta = 2^(k/4), or 2^(k/8) where scores are many, LANES neighbours at a time:
 * their rungs serve every row.
 * Between columns they are those of the polynomial that meets, at eight of them, S_0 and its first two
 * derivatives in log beta (stencil.h), times an exponential. Where those are small beside S_0 they would lose
 * digits, and sums are made at the beta itself. */
#include "sim/rows/pyramid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/rows/stencil.h"

enum {
    WIDE = KERNEL_BINS_PER_OCTAVE,
    QUARTERS = 4,
    NARROW = WIDE / QUARTERS, /* bins in a quarter */
    BELOW = QUARTERS,         /* of an octave's wide bins, the one of all up to its end, */
    SPANS = QUARTERS + 1,
    NEAR = -2, /* which serves where log2 u of the first column is no more, */
    POINTS = KERNEL_POINTS,
    LOWEST = -64,   /* log2 u up to which all weights are 1 but for rounding, */
    FARTHEST = 100, /* beta gap from which on they are nothing, */
    BEYOND = 1,     /* columns that polynomials may meet there, */
    HIGHEST = 8,    /* and log2 u beyond those */
    STENCIL = KERNEL_STENCIL,
    AVERAGES = KERNEL_AVERAGES,
    LANES = KERNEL_LANES,
    LOG_FINE = 3,
    FINE = 1 << LOG_FINE, /* columns an octave, */
    COARSE = 4,           /* and where scores are few */
    COLUMNS = 256,        /* of a row, at most */
    ROOM = COLUMNS + KERNEL_LANES,
    RUNGS = HIGHEST - LOWEST,
};

struct rung {
    _Alignas(64) double value[POINTS][LANES];
    double weight[QUARTERS][LANES];
};

/* Of its wide bins: weights of their points, after those of all before the octave; and these times gap^m. */
struct octave {
    _Alignas(64) double weight[1 + QUARTERS][POINTS];
    double point[SPANS][AVERAGES][POINTS], start;
};

/* Betas, each some way beyond a column. Those of one way are neighbours in `order`. */
struct plan {
    size_t count, ways, room;
    int columns;                                       /* an octave */
    int first, end;                                    /* columns that are asked for */
    double beta[PYRAMID_BETAS], length[PYRAMID_BETAS]; /* and 1/beta */
    int column[PYRAMID_BETAS];
    size_t at[PYRAMID_BETAS], order[PYRAMID_BETAS];
    double way[PYRAMID_BETAS];
    size_t start[PYRAMID_BETAS + 1];              /* (way): in the order */
    double (*basis)[STENCIL][AVERAGES][AVERAGES]; /* [ways] */
};

struct pyramid {
    const struct kernel *kernel;
    _Alignas(64) double node[POINTS], place[SPANS][POINTS]; /* place: of points, over the octave's start */
    double quarter[NARROW * KERNEL_NODES][POINTS];          /* how moments of its bins enter its points, */
    double below[(1 + QUARTERS) * POINTS][POINTS];          /* and how an octave's weights do */
    double mantissa[FINE];                                  /* of columns */
    double lane[1 + FINE / COARSE][LANES];                  /* (step): of columns, over the first of LANES */
    struct rung *rung[1 + FINE / COARSE][RUNGS]; /* (step): from u = 2^LOWEST on; NULL: not made yet */
    struct stencil stencil;
    struct plan plan[2]; /* for a grid of betas that comes again and again, and for others */
    size_t latest;       /* of the two */

    /* the row at hand */
    double lead; /* by which gaps are larger than in its bins */
    int64_t first_octave;
    size_t octaves, room;
    size_t begin, end; /* its bins, from the first octave's first on */
    struct octave *octave;
    int farthest;                           /* octaves count up to u = 2^(farthest/FINE) */
    int step;                               /* FINE columns from column to column */
    int first, known, unknown;              /* in `at`; columns known .. unknown - 1 are made, whole LANES */
    _Alignas(64) double at[AVERAGES][ROOM]; /* S_0 and its first derivatives by columns */
    bool is_bent[COLUMNS];                  /* whether the second is not small beside S_0 */
};

/* Lagrange polynomials of the points' nodes. */
static void lagrange_at(const struct pyramid *p, double x, double value[POINTS]) {
    for (size_t j = 0; j < POINTS; j++) {
        value[j] = 1;
        for (size_t k = 0; k < POINTS; k++) {
            value[j] *= k == j ? 1 : (x - p->node[k]) / (p->node[j] - p->node[k]);
        }
    }
}

/* Middle of a quarter, over the octave's start; and half its width. */
static double middle_of(size_t quarter) { return 1 + (2 * (double)quarter + 1) / (2 * QUARTERS); }
static const double half_quarter = 0.5 / QUARTERS;

/* A bin's moments are those of KERNEL_NODES nodes, whose weights they give by `lagrange`. */
static void make_quarter(struct pyramid *p, const double node[KERNEL_NODES],
                         const double lagrange[KERNEL_NODES][KERNEL_NODES]) {
    for (size_t i = 0; i < NARROW; i++) {
        for (size_t n = 0; n < KERNEL_NODES; n++) {
            double value[POINTS];
            lagrange_at(p, (2 * (double)i + 1 + node[n]) / NARROW - 1, value);
            for (size_t k = 0; k < KERNEL_NODES; k++) {
                for (size_t j = 0; j < POINTS; j++) {
                    p->quarter[i * KERNEL_NODES + k][j] += lagrange[k][n] * value[j];
                }
            }
        }
    }
}

static void make_below(struct pyramid *p) {
    for (size_t j = 0; j < POINTS; j++) {
        lagrange_at(p, (p->node[j] - 1) / 2, p->below[j]);
        p->place[BELOW][j] = 1 + p->node[j];
        for (size_t q = 0; q < QUARTERS; q++) {
            p->place[q][j] = middle_of(q) + half_quarter * p->node[j];
            lagrange_at(p, p->place[q][j] - 1, p->below[(1 + q) * POINTS + j]);
        }
    }
}

struct pyramid *pyramid_create(const struct kernel *kernel, const double node[KERNEL_NODES],
                               const double lagrange[KERNEL_NODES][KERNEL_NODES]) {
    struct pyramid *p = memory_create_aligned(1, sizeof *p);
    memset(p, 0, sizeof *p);
    p->kernel = kernel;
    for (size_t j = 0; j < POINTS; j++) { p->node[j] = cos(M_PI * (2 * (double)j + 1) / (2 * POINTS)); }
    make_quarter(p, node, lagrange);
    make_below(p);
    stencil_make(&p->stencil);
    for (size_t i = 0; i < FINE; i++) { p->mantissa[i] = exp2((double)i / FINE); }
    for (size_t step = 1; step <= FINE / COARSE; step++) {
        for (size_t l = 0; l < LANES; l++) { p->lane[step][l] = exp2((double)(l * step) / FINE); }
    }
    return p;
}

void pyramid_free(struct pyramid *p) {
    for (size_t k = 0; k < RUNGS; k++) {
        for (size_t step = 0; step <= FINE / COARSE; step++) { free(p->rung[step][k]); }
    }
    for (size_t i = 0; i < 2; i++) { free(p->plan[i].basis); }
    free(p->octave);
    free(p);
}

/* ---- points ---- */

/* Those of an octave's bins or quarters that the row has: from .. to - 1. */
struct reach {
    size_t from, to;
};
static struct reach reach_of(const struct pyramid *p, size_t octave, size_t together) {
    const size_t low = octave == 0 ? p->begin : 0,
                 high = octave + 1 == p->octaves ? p->end - octave * WIDE : WIDE;
    return (struct reach){low / together, (high - 1) / together + 1};
}

static void place_points(const struct pyramid *p, struct octave *o, size_t span) {
    double(*point)[POINTS] = o->point[span];
    for (size_t j = 0; j < POINTS; j++) {
        const double gap = o->start * p->place[span][j];
        point[1][j] = gap * point[0][j];
        point[2][j] = gap * point[1][j];
    }
}

static void make_octave(struct pyramid *p, size_t octave, const double (*moment)[KERNEL_NODES]) {
    struct octave *o = &p->octave[octave];
    const struct reach bins = reach_of(p, octave, 1), quarters = reach_of(p, octave, NARROW);
    for (size_t q = quarters.from; q < quarters.to; q++) {
        const size_t low = q == quarters.from ? bins.from : q * NARROW,
                     high = q + 1 == quarters.to ? bins.to : (q + 1) * NARROW;
        p->kernel->points((high - low) * KERNEL_NODES, p->quarter + low % NARROW * KERNEL_NODES,
                          moment[octave * WIDE + low - p->begin], o->weight[1 + q]);
        memcpy(o->point[q][0], o->weight[1 + q], sizeof o->weight[1 + q]);
        place_points(p, o, q);
    }
    const size_t first = octave == 0 ? 1 + quarters.from : 0;
    p->kernel->points((1 + quarters.to - first) * POINTS, p->below + first * POINTS, o->weight[first],
                      o->point[BELOW][0]);
    place_points(p, o, BELOW);
    if (octave + 1 < p->octaves) { memcpy(o[1].weight[0], o->point[BELOW][0], sizeof o[1].weight[0]); }
}

void pyramid_build(struct pyramid *p, double log_n, double lead, int64_t first, size_t bins,
                   const double (*moment)[KERNEL_NODES]) {
    const double negligible = 45, many = 12.5;
    p->lead = lead;
    p->first_octave = first / WIDE; /* bins of positive gaps have positive numbers */
    p->step = log_n < many ? FINE / COARSE : 1;
    p->farthest = (int)(FINE * log2(fmin(FARTHEST, log_n + negligible))) + BEYOND * p->step;
    p->known = p->unknown = 0;
    p->begin = (size_t)(first % WIDE);
    p->end = p->begin + bins;
    p->octaves = (p->end - 1) / WIDE + 1;
    if (p->octaves > p->room) {
        free(p->octave);
        p->octave = memory_create_aligned(p->octaves, sizeof *p->octave);
        p->room = p->octaves;
    }
    for (size_t o = 0; o < p->octaves; o++) {
        p->octave[o].start = kernel_bin_edge((p->first_octave + (int64_t)o) * WIDE);
        make_octave(p, o, moment);
    }
}

/* ---- rungs ---- */

/* 2^(fine/FINE). */
static double power_of(const struct pyramid *p, int fine) {
    const int64_t octave = 1023 + (fine >> LOG_FINE);
    return p->mantissa[fine & (FINE - 1)] * kernel_bin_edge(octave * WIDE);
}

/* Of quarters, or of all up to the octave's end. */
static void make_rung(const struct pyramid *p, const double u[LANES], bool is_near, struct rung *r) {
    for (size_t q = 0; q < QUARTERS; q++) {
        p->kernel->weights(LANES, u, is_near ? 0 : middle_of(q), r->weight[q]);
    }
    for (size_t j = 0; j < POINTS; j++) {
        p->kernel->weights(LANES, u, is_near ? p->place[BELOW][j] : half_quarter * p->node[j], r->value[j]);
    }
}

/* From u = 2^log_u on. */
static const struct rung *rung_of(struct pyramid *p, int log_u) {
    const int at = log_u > LOWEST ? log_u : LOWEST;
    struct rung **rung = &p->rung[p->step][at - LOWEST];
    if (!*rung) {
        double u[LANES];
        *rung = memory_create_aligned(1, sizeof **rung);
        for (size_t l = 0; l < LANES; l++) { u[l] = p->lane[p->step][l] * power_of(p, at * FINE); }
        make_rung(p, u, at <= NEAR, *rung);
    }
    return *rung;
}

/* ---- plans ---- */

static const double same = 1e-14; /* ways */

static size_t way_of(struct plan *plan, double way) {
    for (size_t i = 0; i < plan->ways; i++) {
        if (fabs(plan->way[i] - way) <= same) { return i; }
    }
    plan->way[plan->ways] = way;
    return plan->ways++;
}

/* Which columns betas come after, and how far. */
static void place_betas(const struct kernel *kernel, struct plan *plan) {
    double place[PYRAMID_BETAS] = {0};
    plan->ways = 0;
    for (size_t b = 0; b < plan->count; b++) { place[b] = 2 * frexp(plan->beta[b], &plan->column[b]); }
    kernel->vector->log(plan->count, place, place);
    for (size_t b = 0; b < plan->count; b++) {
        place[b] *= plan->columns / M_LN2;
        const double nearest = rint(place[b]);
        const bool is_there = fabs(place[b] - nearest) <= same;
        const double column = is_there ? nearest : floor(place[b]);
        plan->column[b] = (plan->column[b] - 1) * plan->columns + (int)column;
        plan->at[b] = way_of(plan, is_there ? 0 : place[b] - column);
        plan->length[b] = 1 / plan->beta[b];
    }
}

static void order_betas(struct plan *plan) {
    int first = plan->column[0], last = first;
    size_t ordered = 0;
    for (size_t way = 0; way < plan->ways; way++) {
        plan->start[way] = ordered;
        for (size_t b = 0; b < plan->count; b++) {
            if (plan->at[b] == way) { plan->order[ordered++] = b; }
        }
    }
    plan->start[plan->ways] = ordered;
    for (size_t b = 1; b < plan->count; b++) {
        first = plan->column[b] < first ? plan->column[b] : first;
        last = plan->column[b] > last ? plan->column[b] : last;
    }
    plan->first = first - STENCIL_BEFORE;
    plan->end = last + STENCIL - STENCIL_BEFORE;
}

static void make_plan(const struct pyramid *p, size_t count, const double *beta, struct plan *plan) {
    plan->count = count;
    plan->columns = FINE / p->step;
    memcpy(plan->beta, beta, count * sizeof *beta);
    place_betas(p->kernel, plan);
    order_betas(plan);
    if (plan->ways > plan->room) {
        plan->room = plan->ways;
        plan->basis = memory_resize(plan->basis, plan->room, sizeof *plan->basis);
    }
    for (size_t i = 0; i < plan->ways; i++) { stencil_basis(&p->stencil, plan->way[i], plan->basis[i]); }
}

static bool is_plan(const struct pyramid *p, size_t count, const double *beta, const struct plan *plan) {
    return plan->count == count && plan->columns * p->step == FINE &&
           memcmp(plan->beta, beta, count * sizeof *beta) == 0;
}

static const struct plan *plan_for(struct pyramid *p, size_t count, const double *beta) {
    if (!is_plan(p, count, beta, &p->plan[p->latest])) {
        p->latest = !p->latest;
        if (!is_plan(p, count, beta, &p->plan[p->latest])) { make_plan(p, count, beta, &p->plan[p->latest]); }
    }
    return &p->plan[p->latest];
}

/* ---- sums ---- */

/* Adds an octave's wide bins, quarters or all up to its end. */
static void add_octave(const struct pyramid *p, size_t octave, bool is_near, const struct rung *rung,
                       double *const sum[AVERAGES]) {
    const struct octave *o = &p->octave[octave];
    const struct reach quarters = reach_of(p, octave, NARROW);
    const size_t from = is_near ? BELOW : quarters.from;
    p->kernel->rung(is_near ? 1 : quarters.to - quarters.from, rung->weight + from % BELOW, rung->value,
                    o->point + from, sum);
}

/* Adds the row to sums at LANES columns from 2^log_beta on. */
static void add_row(struct pyramid *p, int log_beta, double *const sum[AVERAGES]) {
    const int log_u = log_beta + (int)p->first_octave - 1023, last = (int)p->octaves - 1;
    const int near = NEAR - log_u < last ? NEAR - log_u : last;
    for (int o = near > 0 ? near : 0; o <= last && (log_u + o) * FINE <= p->farthest; o++) {
        add_octave(p, (size_t)o, log_u + o <= NEAR, rung_of(p, log_u + o), sum);
    }
}

/* From column to column, in log beta. */
static double column_step(const struct pyramid *p) { return M_LN2 / FINE * p->step; }

/* Derivatives in log beta, by columns: -beta S_1 and beta^2 S_2 - beta S_1. */
static void make_columns(struct pyramid *p, int first, int end) {
    const double step = column_step(p), least = 0x1p-10 * step * step;
    for (int i = first; i < end; i += LANES) {
        const int log_beta = (p->first + i) * p->step / FINE;
        const double unit = step * power_of(p, log_beta * FINE);
        double *const at[AVERAGES] = {p->at[0] + i, p->at[1] + i, p->at[2] + i};
        for (size_t m = 0; m < AVERAGES; m++) { memset(at[m], 0, LANES * sizeof *at[m]); }
        add_row(p, log_beta, at);
        for (size_t l = 0; l < LANES; l++) {
            const double x = unit * p->lane[p->step][l], slope = -x * at[1][l], bend = x * x * at[2][l];
            at[1][l] = slope;
            at[2][l] = bend + step * slope;
            p->is_bent[i + (int)l] = !(bend < least * at[0][l]);
        }
    }
}

/* Makes the columns first .. end - 1 and all between them and those that there are, which are forgotten where
 * there would be too many. */
static void reach_columns(struct pyramid *p, int first, int end) {
    first = first & ~(LANES - 1);
    end = (end + LANES - 1) & ~(LANES - 1);
    if (p->known == p->unknown || first < p->first || end > p->first + COLUMNS) {
        p->first = (first - (COLUMNS - (end - first)) / 2) & ~(LANES - 1);
        p->known = p->unknown = first - p->first;
    }
    first -= p->first;
    end -= p->first;
    make_columns(p, first, p->known);
    make_columns(p, p->unknown, end);
    p->known = first < p->known ? first : p->known;
    p->unknown = end > p->unknown ? end : p->unknown;
}

static void add_lead(const struct pyramid *p, size_t count, const double *beta, double (*sum)[AVERAGES]) {
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

/* What lies one way beyond columns, from the first that betas ask for to the last or the end. */
static void fill_between(const struct pyramid *p, const struct plan *plan, size_t way, int end,
                         double (*made)[ROOM]) {
    int first = plan->end, last = plan->first;
    for (size_t k = plan->start[way]; k < plan->start[way + 1]; k++) {
        const int column = plan->column[plan->order[k]];
        first = column < first ? column : first;
        last = column > last ? column : last;
    }
    last = last < end ? last : end - 1;
    if (last < first) { return; }
    const int at = first - p->first, from = at - STENCIL_BEFORE;
    const double *const column[] = {p->at[0] + from, p->at[1] + from, p->at[2] + from};
    double *const out[] = {made[0] + at, made[1] + at, made[2] + at};
    p->kernel->between((size_t)(last - first) + 1, plan->way[way],
                       (const double(*)[AVERAGES][AVERAGES])plan->basis[way], column, out);
}

/* Without columns. */
static void sum_one(const struct pyramid *p, double beta, double sum[AVERAGES]) {
    const double farthest = power_of(p, p->farthest), nearest = power_of(p, (1 + NEAR) * FINE + FINE / 2);
    double total[AVERAGES][LANES] = {{0}}, u[LANES], *const at[] = {total[0], total[1], total[2]};
    struct rung rung;
    for (size_t o = 0; o < p->octaves && beta * p->octave[o].start <= farthest; o++) {
        const double here = beta * p->octave[o].start;
        if (o + 1 < p->octaves && 2 * here <= nearest) { continue; }
        for (size_t l = 0; l < LANES; l++) { u[l] = here; }
        make_rung(p, u, here <= nearest, &rung);
        add_octave(p, o, here <= nearest, &rung, at);
    }
    for (size_t m = 0; m < AVERAGES; m++) { sum[m] = total[m][0]; }
}

static void sum_way(const struct pyramid *p, const struct plan *plan, size_t way, int end,
                    double (*sum)[AVERAGES]) {
    const double per_step = 1 / column_step(p);
    double room[AVERAGES][ROOM];
    const double(*made)[ROOM] = p->at;
    if (plan->way[way] > 0) {
        fill_between(p, plan, way, end, room);
        made = (const double(*)[ROOM])room;
    }
    for (size_t k = plan->start[way]; k < plan->start[way + 1]; k++) {
        const size_t b = plan->order[k];
        const int i = plan->column[b] - p->first;
        memset(sum[b], 0, sizeof sum[b]);
        if (plan->column[b] >= end) { continue; }
        const double length = per_step * plan->length[b], slope = made[1][i];
        if (made != p->at && !(p->is_bent[i] && p->is_bent[i + 1])) {
            sum_one(p, plan->beta[b], sum[b]);
            continue;
        }
        sum[b][0] = made[0][i];
        sum[b][1] = -length * slope;
        sum[b][2] = (made[2][i] - column_step(p) * slope) * (length * length);
    }
}

bool pyramid_sums(struct pyramid *p, size_t count, const double *beta, double (*sum)[AVERAGES]) {
    const struct plan *plan = plan_for(p, count, beta);
    const int most = 500 * plan->columns; /* squares of betas are doubles */
    if (plan->end - plan->first > COLUMNS - 2 * LANES || plan->first < -most || plan->end > most) {
        return false;
    }
    const int log_start = (int)p->first_octave - 1023,
              end = (p->farthest - log_start * FINE) / p->step + 1, /* from there on nothing is left */
        last = end + STENCIL - STENCIL_BEFORE;
    if (plan->first < last) { reach_columns(p, plan->first, plan->end < last ? plan->end : last); }
    for (size_t way = 0; way < plan->ways; way++) { sum_way(p, plan, way, end, sum); }
    if (p->lead > 0) { add_lead(p, count, beta, sum); }
    return true;
}
