/* The sum over all keys within T is taken score by score while they are few. Beyond, over the row's points
 * while whole parts lie within T, whose nodes carry every smooth function; the part in which T lies is taken
 * apart into cells, with all scores of one in its middle. That moves a score by half a cell's width at most,
 * and sum p by half the cell's scores times the difference of the weights at its ends. */
#include "sim/measures/normaliser.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/measures/dense.h"

enum {
    EXACT = 4096, /* keys, at most, that are listed one by one where the top is too short */
    ROOM = 16384, /* cells */
    SPREAD = 32,  /* cells of a part of which the row tells no finer scores */
    STEPS = 200,  /* Newton's */
    ROUNDS = 100, /* of finer and finer cells */
    FINER = 64,   /* cells that one is refined into, at most */
};
static const double UNSURE = 1e-6;    /* what a cell may move sum p by */
static const double UNSEEN = 0x1p-10; /* share of the keys above that a cell at T may hold */

struct cell {
    struct row_part part;
    double at;   /* where its scores are taken to be: in the middle, or at their mean */
    bool closed; /* nothing finer is known */
};

struct normaliser {
    const struct row *row;
    size_t singles; /* largest scores that are known one by one: the row's top, */
    size_t parts;   /* and those of so many parts, which were listed */
    double list[EXACT], ones[EXACT];

    double scale, power; /* p = (scale (T - gap))^power */
    unsigned whole;      /* the power, or 0 where it is no whole number */

    /* The keys that may have weight: points, the row's or listed scores, and cells. */
    size_t points;
    const double *gap, *keys;
    double before; /* keys above the cells */
    size_t count, room;
    struct cell *cell;
};

struct normaliser *normaliser_create(void) {
    struct normaliser *n = memory_create(1, sizeof *n);
    for (size_t i = 0; i < EXACT; i++) { n->ones[i] = 1; }
    return n;
}

void normaliser_free(struct normaliser *n) {
    free(n->cell);
    free(n);
}

/* ---- sums ---- */

static double middle_of(const struct row_part *part) { return part->lower + (part->upper - part->lower) / 2; }

/* x^(power - 1). */
static double lower_power(const struct normaliser *n, double x) {
    double result = 1;
    if (n->whole == 0) { return pow(x, n->power - 1); }
    for (unsigned k = 1; k < n->whole; k++) { result *= x; }
    return result;
}

static double weight_at(const struct normaliser *n, double cut, double gap) {
    double x = n->scale * (cut - gap);
    return x > 0 ? lower_power(n, x) * x : 0;
}

/* sum p, and its derivative in T. */
struct power_sum {
    double value, slope;
};

static void add_keys(const struct normaliser *n, double cut, double gap, double count,
                     struct power_sum *sum) {
    double x = n->scale * (cut - gap);
    if (!(x > 0)) { return; }
    double lower = lower_power(n, x);
    sum->value += count * lower * x;
    sum->slope += count * lower * n->power * n->scale;
}

static struct power_sum sum_weights(const struct normaliser *n, double cut) {
    struct power_sum sum = {0, 0};
    for (size_t i = 0; i < n->points; i++) { add_keys(n, cut, n->gap[i], n->keys[i], &sum); }
    for (size_t i = 0; i < n->count; i++) {
        const struct row_part *part = &n->cell[i].part;
        add_keys(n, cut, n->cell[i].at, row_part_scores(part), &sum);
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
        cut = step >= cut ? cut * 0x1p-52 : cut - step; /* of 10^15 equal weights the digits are lost */
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

/* The first of the scores known one by one, at whose gap the weights of those above sum
 * to 1; how many there are if there is none. */
static size_t first_score(struct normaliser *n) {
    size_t low = 0, step = 1, high;
    while ((high = low + step) < n->singles && !is_beyond(n, high, n->gap[high])) {
        low = high;
        step *= 2;
    }
    high = high < n->singles ? high : n->singles;
    while (low + 1 < high) {
        size_t middle = (low + high) / 2;
        if (is_beyond(n, middle, n->gap[middle])) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return high;
}

/* The first part at whose upper gap the weights sum to 1; how many there are if there is none. */
static size_t first_part(struct normaliser *n) {
    const struct row *row = n->row;
    size_t low = 0, high = row->part_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (is_beyond(n, row_part_end(row, middle), row->part[middle].upper)) {
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
    n->cell[n->count++] = (struct cell){part, middle_of(&part), closed || row_part_ties(&part)};
}

/* A part as cells of one width, counted where the row can tell no finer. */
static void spread_part(struct normaliser *n, const struct row_part *part) {
    const double width = (part->upper - part->lower) / SPREAD;
    const size_t all_here[SPREAD] = {0};
    double before = part->before, edge[SPREAD], log_count[SPREAD];
    for (size_t i = 0; i < SPREAD; i++) { edge[i] = part->lower + (double)(i + 1) * width; }
    n->row->log_counts(n->row->maker, part, SPREAD - 1, all_here, edge, log_count);
    for (size_t i = 0; i < SPREAD; i++) {
        double lower = part->lower + (double)i * width, upper = edge[i],
               last = i + 1 < SPREAD ? exp(log_count[i]) : part->last;
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
    return found > 1 || row_part_scores(part) == 1 || !row_part_ties(finer);
}

/* Neighbours, so many that FINER cells hold them all, as one cell at the mean of theirs. */
static void add_finer(struct normaliser *n, size_t found, const struct row_part *finer) {
    const size_t together = (found - 1) / FINER + 1;
    for (size_t first = 0; first < found; first += together) {
        size_t end = first + together < found ? first + together : found;
        struct row_part part = finer[first];
        double sum = 0;
        for (size_t k = first; k < end; k++) { sum += row_part_scores(&finer[k]) * middle_of(&finer[k]); }
        part.upper = finer[end - 1].upper;
        part.last = finer[end - 1].last;
        add_cell(n, part, end > first + 1);
        n->cell[n->count - 1].at = sum / row_part_scores(&part);
    }
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
    add_finer(n, found, finer);
}

/* Whether a cell is to be refined, were T at this gap. */
static bool is_coarse(const struct normaliser *n, const struct cell *cell, double cut) {
    const struct row_part *part = &cell->part;
    if (cell->closed) { return false; }
    if (part->lower < cut && cut <= part->upper && row_part_scores(part) > UNSEEN * part->before) {
        return true;
    }
    return row_part_scores(part) * (weight_at(n, cut, part->lower) - weight_at(n, cut, part->upper)) > UNSURE;
}

/* Whether any cell became finer. */
static bool refine_cells(struct normaliser *n, double cut) {
    size_t refined = 0;
    for (size_t i = n->count; i-- > 0 && n->count + FINER <= ROOM;) { /* those that are new come last */
        if (!is_coarse(n, &n->cell[i], cut)) { continue; }
        refine_cell(n, i);
        refined++;
    }
    return refined > 0;
}

/* T in this part, or below it where it is the last. Two parts before are cells like it: p log p and powers of
 * p bend there. */
static double cut_part(struct normaliser *n, size_t part) {
    enum { BENT = 2 };
    const struct row_part *last = &n->row->part[part], *first = last - (part < BENT ? part : BENT);
    n->points = first->point;
    n->before = first->before;
    for (; first <= last; first++) { add_cell(n, *first, false); }
    double cut = solve_cut(n, INFINITY);
    for (int round = 0; round < ROUNDS && refine_cells(n, cut); round++) { cut = solve_cut(n, cut); }
    return cut;
}

/* ---- the largest scores one by one ---- */

static void list_part(struct normaliser *n, const struct row_part *part) {
    for (double k = part->before; k < part->last; k++) { n->list[n->singles++] = part->lower; }
}

/* Those within the reach; counted rows tell a part's scores by halves. False where there is no room for them,
 * or the row does not tell them. */
static bool list_parts(struct normaliser *n, size_t parts, double reach) {
    const struct row_part *finer;
    size_t found = n->row->refine(n->row->maker, n->row->part, parts, 0, &finer);
    n->count = 0;
    for (size_t i = 0; i < found; i++) { add_cell(n, finer[i], false); }
    while (n->count > 0) {
        struct row_part part = n->cell[--n->count].part;
        if (part.lower > reach) { continue; }
        if (row_part_ties(&part)) {
            if ((double)n->singles + row_part_scores(&part) > EXACT) { return false; }
            list_part(n, &part);
            continue;
        }
        found = n->row->refine(n->row->maker, &part, 1, 0, &finer);
        if (!is_whole(&part, found, finer)) { return false; }
        for (size_t i = 0; i < found; i++) { add_cell(n, finer[i], false); }
    }
    return true;
}

/* The scores of the row's first parts, as far as the reach, which is infinite or leaves some out. */
static bool list_scores(struct normaliser *n, size_t parts, double reach) {
    const struct row *row = n->row;
    n->parts = reach == INFINITY ? parts : 0;
    n->singles = row->top_count;
    memcpy(n->list, row->gap, row->top_count * sizeof *n->list);
    if (!list_parts(n, parts, reach)) {
        n->singles = row->top_count;
        n->parts = 0;
        return false;
    }
    gsl_sort(n->list + row->top_count, 1, n->singles - row->top_count);
    return true;
}

static void use_singles(struct normaliser *n) {
    bool has_more = n->singles > n->row->top_count;
    n->gap = has_more ? n->list : n->row->gap;
    n->keys = has_more ? n->ones : n->row->count;
}

/* ---- a row ---- */

void normaliser_begin(struct normaliser *n, const struct row *row) {
    n->row = row;
    n->singles = row->top_count;
    n->parts = 0;
}

/* T among the scores known one by one, or beyond them where they are all; NaN if it is not. */
static double cut_single(struct normaliser *n) {
    const struct row *row = n->row;
    use_singles(n);
    n->count = 0;
    size_t k = n->points = first_score(n);
    if (k < n->singles) { return solve_cut(n, n->gap[k]); }
    return n->parts == row->part_count && !row->bulk ? solve_cut(n, INFINITY) : NAN;
}

static double support_of(const struct normaliser *n, double cut) {
    if (n->count == 0) { return (double)n->points; }
    double support = n->before;
    for (size_t i = 0; i < n->count; i++) {
        const struct row_part *part = &n->cell[i].part;
        if (part->lower >= cut) { continue; }
        support += part->upper < cut
                       ? row_part_scores(part)
                       : row_part_scores(part) * (cut - part->lower) / (part->upper - part->lower);
    }
    return support;
}

static size_t listed_parts(const struct normaliser *n, size_t part) {
    enum { FURTHER = 2 };
    return part + FURTHER < n->row->part_count ? part + FURTHER : n->row->part_count;
}

/* The same where parts are listed down to where their nodes say that T is, and a little further. */
static double cut_listed(struct normaliser *n, size_t part) {
    const size_t end = listed_parts(n, part);
    if (end <= n->parts || n->row->part[end - 1].last > EXACT) { return NAN; }
    return list_scores(n, end, INFINITY) ? cut_single(n) : NAN;
}

/* A gap behind T that so many keys are within. */
static double reach_of(const struct normaliser *n, double cut, double keys) {
    double further = 0x1p-40 * cut;
    while (further < cut && support_of(n, cut + further) < keys) { further *= 2; }
    return cut + further;
}

static void use_parts(struct normaliser *n) {
    n->count = 0;
    n->gap = n->row->gap;
    n->keys = n->row->count;
}

/* The same where these parts hold more, but not so many down to a little behind T, which cells tell nearly;
 * if they do hold more, T as the cells have it. */
static double cut_within(struct normaliser *n, size_t part) {
    const size_t end = listed_parts(n, part);
    for (double more = 16;;) {
        use_parts(n);
        const double cut = cut_part(n, part), keys = support_of(n, cut) + more;
        if (keys > EXACT) { return cut; }
        const double reach = fmin(reach_of(n, cut, keys), n->row->part[end - 1].upper);
        const bool listed = list_scores(n, end, reach);
        const double single = listed ? cut_single(n) : NAN;
        if (!isnan(single)) { return single; }
        more = listed ? 4 * more : EXACT;
    }
}

/* Sets what may have weight, and T; NaN where it lies in the bulk. */
static double find_cut(struct normaliser *n) {
    const struct row *row = n->row;
    double cut = cut_single(n);
    if (!isnan(cut)) { return cut; }
    use_parts(n);
    size_t part = first_part(n);
    cut = cut_listed(n, part);
    if (!isnan(cut)) { return cut; }
    if (part < row->part_count) { return cut_within(n, part); }
    return row->bulk ? NAN : cut_within(n, part - 1);
}

/* ---- what is told ---- */

static void add_moments(double p, double count, struct normalised *out) {
    if (!(p > 0)) { return; }
    out->entropy -= count * p * log(p);
    out->participation += count * p * p;
}

struct normalised normaliser_entmax(struct normaliser *n, double alpha, double beta) {
    n->scale = fmax(fmin((alpha - 1) * beta * n->row->stretch, 1e300), 1e-300); /* below: equal weights */
    n->power = 1 / (alpha - 1);
    n->whole = n->power == floor(n->power) ? (unsigned)n->power : 0;
    double cut = find_cut(n);
    if (isnan(cut) && n->row->bulk) { return dense_entmax(n->row, n->scale, n->power); }
    double total = sum_weights(n, cut).value;
    struct normalised out = {.support = support_of(n, cut), .top_weight = weight_at(n, cut, 0) / total};
    for (size_t i = 0; i < n->points; i++) {
        add_moments(weight_at(n, cut, n->gap[i]) / total, n->keys[i], &out);
    }
    for (size_t i = 0; i < n->count; i++) {
        const struct row_part *part = &n->cell[i].part;
        add_moments(weight_at(n, cut, n->cell[i].at) / total, row_part_scores(part), &out);
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
