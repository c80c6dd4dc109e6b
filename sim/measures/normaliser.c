/* The sum over all keys within T is taken score by score while they are few. Beyond, over the row's points
 * while whole parts lie within T, whose nodes carry every smooth function; the part in which T lies is taken
 * apart into cells, with all scores of one in its middle. That moves a score by half a cell's width at most,
 * and sum p by half the cell's scores times the difference of the weights at its ends. */
#include "sim/measures/normaliser.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/measures/dense.h"

enum {
    EXACT = 4096, /* keys: supports that end within so many are made of single scores */
    ROOM = 16384, /* cells */
    SPREAD = 32,  /* cells of a part of which the row tells no finer scores */
    STEPS = 200,  /* Newton's */
    ROUNDS = 100, /* of finer and finer cells */
    FINER = 4096, /* parts that one is refined into, at most */
};
static const double UNSURE = 1e-6;    /* what a cell may move sum p by */
static const double UNSEEN = 0x1p-10; /* share of the keys above that a cell at T may hold */

struct cell {
    struct row_part part;
    bool closed; /* nothing finer is known */
};

/* The keys that may have weight. */
struct normaliser {
    const struct row *row;
    double scale, power; /* p = (scale (T - gap))^power */
    size_t points;       /* of the row, from the first on */
    double before;       /* keys above the cells */
    size_t count, room;
    struct cell *cell;
};

struct normaliser *normaliser_create(void) {
    return memory_create(1, sizeof(struct normaliser));
}

void normaliser_free(struct normaliser *n) {
    free(n->cell);
    free(n);
}

/* ---- sums ---- */

static double middle_of(const struct row_part *part) { return part->lower + (part->upper - part->lower) / 2; }
static double keys_of(const struct row_part *part) { return part->last - part->before; }
static bool is_single(const struct row_part *part) { return part->lower == part->upper; }

static double weight_at(const struct normaliser *n, double cut, double gap) {
    double x = n->scale * (cut - gap);
    return !(x > 0) ? 0 : n->power == 1 ? x : pow(x, n->power);
}

/* sum p, and its derivative in T. */
struct power_sum {
    double value, slope;
};

static void add_keys(const struct normaliser *n, double cut, double gap, double count,
                     struct power_sum *sum) {
    double x = n->scale * (cut - gap);
    if (!(x > 0)) { return; }
    double lower = n->power == 1 ? 1 : pow(x, n->power - 1);
    sum->value += count * lower * x;
    sum->slope += count * lower * n->power * n->scale;
}

static struct power_sum sum_weights(const struct normaliser *n, double cut) {
    struct power_sum sum = {0, 0};
    for (size_t i = 0; i < n->points; i++) { add_keys(n, cut, n->row->gap[i], n->row->count[i], &sum); }
    for (size_t i = 0; i < n->count; i++) {
        const struct row_part *part = &n->cell[i].part;
        add_keys(n, cut, middle_of(part), keys_of(part), &sum);
    }
    return sum;
}

/* Newton's method for (sum p)^{1/power} = 1, the norm of a vector whose components rise linearly: convex, so
 * that the iterates descend to the root, after the first where that starts below it. T <= 1/scale, where the
 * largest weight is 1. */
static double solve_cut(const struct normaliser *n, double start) {
    double cut = fmin(start, 1 / n->scale);
    for (int i = 0; i < STEPS; i++) {
        struct power_sum sum = sum_weights(n, cut);
        double norm = pow(sum.value, 1 / n->power),
               step = (norm - 1) / (norm / n->power * sum.slope / sum.value);
        cut -= step;
        if (!(fabs(step) > 1e-15 * cut)) { break; }
    }
    return cut;
}

/* ---- where T lies ---- */

/* Whether the weights of the first `points` points would sum to 1 or more, were T at this gap. */
static bool is_beyond(struct normaliser *n, size_t points, double gap) {
    n->points = points;
    return gap >= 1 / n->scale || sum_weights(n, gap).value >= 1;
}

/* The first score of the top at whose gap the weights of those above sum to 1; how many there are if there is
 * none. */
static size_t first_score(struct normaliser *n) {
    const struct row *row = n->row;
    size_t low = 0, high = 1;
    while (high < row->top_count && !is_beyond(n, high, row->gap[high])) {
        low = high;
        high *= 2;
    }
    if (high >= row->top_count) { high = row->top_count; }
    while (low + 1 < high) {
        size_t middle = (low + high) / 2;
        if (is_beyond(n, middle, row->gap[middle])) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return high;
}

static size_t part_end(const struct row *row, size_t part) {
    return part + 1 < row->part_count ? row->part[part + 1].point : row->point_count;
}

/* The first part at whose upper gap the weights sum to 1; how many there are if there is none. */
static size_t first_part(struct normaliser *n) {
    const struct row *row = n->row;
    size_t low = 0, high = row->part_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (is_beyond(n, part_end(row, middle), row->part[middle].upper)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/* ---- cells ---- */

static void add_cell(struct normaliser *n, struct row_part part, bool closed) {
    if (n->count == n->room) {
        n->room = 2 * n->room + 64;
        n->cell = memory_resize(n->cell, n->room, sizeof *n->cell);
    }
    n->cell[n->count++] = (struct cell){part, closed || is_single(&part)};
}

/* A part as cells of one width, counted where the row can tell no finer. */
static void spread_part(struct normaliser *n, const struct row_part *part) {
    double width = (part->upper - part->lower) / SPREAD, before = part->before;
    for (size_t i = 0; i < SPREAD; i++) {
        double lower = part->lower + (double)i * width, upper = lower + width,
               last = i + 1 < SPREAD ? exp(n->row->log_count(n->row->maker, part, upper)) : part->last;
        struct row_part cell = *part;
        cell.lower = lower;
        cell.upper = i + 1 < SPREAD ? upper : part->upper;
        cell.before = before;
        cell.last = last;
        add_cell(n, cell, true);
        before = last;
    }
}

/* Whether finer parts are all of a part, and finer: counted rows may know none, or offer one score in the
 * place of many. */
static bool is_whole(const struct row_part *part, size_t found, const struct row_part *finer) {
    if (found == 0 || finer[found - 1].last < part->last) { return false; }
    return found > 1 || keys_of(part) == 1 || !is_single(finer);
}

/* Puts finer cells in the place of one. */
static void refine_cell(struct normaliser *n, size_t i) {
    const struct row_part *finer;
    struct row_part part = n->cell[i].part;
    size_t found = n->row->refine(n->row->maker, &part, 1, 0, &finer);
    n->cell[i] = n->cell[--n->count];
    if (!is_whole(&part, found, finer)) {
        spread_part(n, &part);
        return;
    }
    for (size_t k = 0; k < found; k++) { add_cell(n, finer[k], false); }
}

/* Whether a cell is to be refined, were T at this gap. */
static bool is_coarse(const struct normaliser *n, const struct cell *cell, double cut, bool exact) {
    const struct row_part *part = &cell->part;
    if (cell->closed) { return false; }
    if (exact) { return true; }
    if (part->lower < cut && cut <= part->upper && keys_of(part) > UNSEEN * part->before) { return true; }
    return keys_of(part) * (weight_at(n, cut, part->lower) - weight_at(n, cut, part->upper)) > UNSURE;
}

/* Whether any cell became finer. */
static bool refine_cells(struct normaliser *n, double cut, bool exact) {
    size_t before = n->count, refined = 0;
    for (size_t i = before; i-- > 0 && n->count + FINER <= ROOM;) { /* those that are new come last */
        if (!is_coarse(n, &n->cell[i], cut, exact)) { continue; }
        refine_cell(n, i);
        refined++;
    }
    return refined > 0;
}

/* Every score of the first parts by itself. */
static void list_scores(struct normaliser *n, size_t parts) {
    const struct row_part *finer;
    size_t found = n->row->refine(n->row->maker, n->row->part, parts, 0, &finer);
    for (size_t i = 0; i < found; i++) { add_cell(n, finer[i], false); }
    while (refine_cells(n, 0, true)) {}
}

/* Two parts before the one in which T lies are cells like it: p log p and powers of p bend there. */
static double refined_cut(struct normaliser *n, const struct row_part *last) {
    enum { BENT = 2 };
    size_t part = (size_t)(last - n->row->part);
    const struct row_part *first = last - (part < BENT ? part : BENT);
    n->points = first->point;
    n->before = first->before;
    for (; first <= last; first++) { add_cell(n, *first, false); }
    double cut = solve_cut(n, INFINITY);
    for (int round = 0; round < ROUNDS && refine_cells(n, cut, false); round++) { cut = solve_cut(n, cut); }
    return cut;
}

/* T, which lies in this part, or below it where it is the last. */
static double cut_part(struct normaliser *n, size_t part) {
    const struct row_part *last = &n->row->part[part];
    if (last->last > EXACT) { return refined_cut(n, last); }
    n->points = n->row->top_count;
    n->before = n->row->part[0].before;
    list_scores(n, part + 1);
    return solve_cut(n, INFINITY);
}

/* Sets what may have weight, and T; NaN where it lies in the bulk. */
static double find_cut(struct normaliser *n) {
    const struct row *row = n->row;
    size_t k = first_score(n);
    if (k < row->top_count || (row->part_count == 0 && !row->bulk)) {
        n->points = k;
        return solve_cut(n, k < row->top_count ? row->gap[k] : INFINITY);
    }
    size_t part = first_part(n);
    if (part < row->part_count) { return cut_part(n, part); }
    return row->bulk ? NAN : cut_part(n, part - 1);
}

/* ---- what is told ---- */

static double support_of(const struct normaliser *n, double cut) {
    if (n->count == 0) { return (double)n->points; }
    double support = n->before;
    for (size_t i = 0; i < n->count; i++) {
        const struct row_part *part = &n->cell[i].part;
        if (part->lower >= cut) { continue; }
        support += part->upper < cut ? keys_of(part)
                                     : keys_of(part) * (cut - part->lower) / (part->upper - part->lower);
    }
    return support;
}

static void add_moments(double p, double count, struct normalised *out) {
    if (!(p > 0)) { return; }
    out->entropy -= count * p * log(p);
    out->participation += count * p * p;
}

struct normalised normaliser_entmax(struct normaliser *n, const struct row *row, double alpha, double beta) {
    n->row = row;
    n->scale = fmin((alpha - 1) * beta * row->stretch, 1e300);
    n->power = 1 / (alpha - 1);
    n->count = 0;
    double cut = find_cut(n);
    if (isnan(cut)) { return dense_entmax(row, n->scale, n->power); }
    double total = sum_weights(n, cut).value;
    struct normalised out = {.support = support_of(n, cut), .top_weight = weight_at(n, cut, 0) / total};
    for (size_t i = 0; i < n->points; i++) {
        add_moments(weight_at(n, cut, row->gap[i]) / total, row->count[i], &out);
    }
    for (size_t i = 0; i < n->count; i++) {
        const struct row_part *part = &n->cell[i].part;
        add_moments(weight_at(n, cut, middle_of(part)) / total, keys_of(part), &out);
    }
    return out;
}

/* ---- a sink ---- */

struct normaliser_sink normaliser_sink(const double measure[MEASURE_VALUES], double log_weight) {
    double odds = log_weight - measure[MEASURE_LOG_PARTITION]; /* of the sink against all the others */
    double log_sink = -log1p(exp(-odds)), log_rest = -log1p(exp(odds));
    double sink = exp(log_sink), rest = exp(log_rest);
    double own = (sink > 0 ? -sink * log_sink : 0) + (rest > 0 ? -rest * log_rest : 0);
    return (struct normaliser_sink){.weight = sink,
                                    .entropy = own + (rest > 0 ? rest * measure[MEASURE_ENTROPY] : 0),
                                    .participation =
                                        sink * sink + rest * rest * measure[MEASURE_PARTICIPATION]};
}
