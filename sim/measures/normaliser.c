/* The sum over all keys within T is taken over the row's points while whole parts lie within it, whose nodes
 * carry every smooth function. The part in which T lies is refined down to single scores where the support is
 * small enough for one of them to matter, else into finer and finer cells towards T. */
#include "sim/measures/normaliser.h"

#include <math.h>

#include "models/numeric/logs.h"

enum { CELLS = 32, ROOM = 8192, SPLIT = 64, STEPS = 200 };
static const double EXACT = 4096; /* keys */

/* The keys that may have weight. */
struct candidates {
    const struct row *row;
    double scale, power; /* p = (scale (T - gap))^power */
    size_t points;       /* of the row, from the first on */
    size_t cells;        /* of the part in which T lies; those beyond T have no weight */
    double before;       /* keys above them */
    double gap[ROOM], count[ROOM];
};

struct power_sum {
    double value, slope; /* sum p, and its derivative in T */
};

static void add_keys(const struct candidates *c, double cut, size_t n, const double *gap, const double *count,
                     struct power_sum *sum) {
    for (size_t i = 0; i < n; i++) {
        double x = c->scale * (cut - gap[i]);
        if (!(x > 0)) { continue; }
        double lower = c->power == 1 ? 1 : pow(x, c->power - 1);
        sum->value += count[i] * lower * x;
        sum->slope += count[i] * lower * c->power * c->scale;
    }
}

static struct power_sum sum_weights(const struct candidates *c, double cut) {
    struct power_sum sum = {0, 0};
    add_keys(c, cut, c->points, c->row->gap, c->row->count, &sum);
    add_keys(c, cut, c->cells, c->gap, c->count, &sum);
    return sum;
}

/* Whether the weights of the first `points` points would sum to 1 or more, were T at this gap. */
static bool is_beyond(struct candidates *c, size_t points, double gap) {
    c->points = points;
    return sum_weights(c, gap).value >= 1;
}

static size_t part_end(const struct row *row, size_t part) {
    return part + 1 < row->part_count ? row->part[part + 1].point : row->point_count;
}

/* The first of the top, or of the parts, at whose (upper) gap the weights sum to 1; how many there are if
 * there is none. */
static size_t first_beyond(struct candidates *c, bool parts) {
    const struct row *row = c->row;
    size_t low = 0, high = parts ? row->part_count : row->top_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        bool beyond = parts ? is_beyond(c, part_end(row, middle), row->part[middle].upper)
                            : is_beyond(c, middle, row->gap[middle]);
        if (beyond) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static void add_cell(struct candidates *c, double gap, double count) {
    c->gap[c->cells] = gap;
    c->count[c->cells++] = count;
}

static bool is_single(const struct row_part *part) { return part->lower == part->upper; }

/* Every score of a part, one by one. */
static void add_scores(struct candidates *c, const struct row_part *part) {
    const struct row_part *finer;
    struct row_part wide[SPLIT];
    size_t found = c->row->refine(c->row->maker, part, 1, 0, &finer), split = 0;
    for (size_t i = 0; i < found; i++) {
        if (is_single(&finer[i])) {
            add_cell(c, finer[i].lower, finer[i].last - finer[i].before);
        } else {
            wide[split++] = finer[i];
        }
    }
    for (size_t i = 0; i < split; i++) { add_scores(c, &wide[i]); }
}

/* Cells of one width, counted where the row can tell no finer. */
static void spread_part(struct candidates *c, const struct row_part *part) {
    double width = (part->upper - part->lower) / CELLS, before = part->before;
    for (size_t i = 0; i < CELLS; i++) {
        double end = part->lower + (double)(i + 1) * width;
        double last = i + 1 < CELLS ? exp(c->row->log_count(c->row->maker, part, end)) : part->last;
        add_cell(c, end - width / 2, last - before);
        before = last;
    }
}

/* The first of neighbours at whose upper gap the weights sum to 1, or the last. */
static size_t first_neighbour(struct candidates *c, size_t count, const struct row_part *part) {
    size_t low = 0, high = count - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (is_beyond(c, c->points, part[middle].upper)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/* Finer and finer parts, as one cell each, towards T. */
static void descend_part(struct candidates *c, struct row_part part) {
    const struct row_part *finer;
    for (;;) {
        size_t found = c->row->refine(c->row->maker, &part, 1, 0, &finer), first = c->cells;
        if (found < 2 || finer[found - 1].last < part.last) { break; } /* no finer scores are told apart */
        for (size_t i = 0; i < found; i++) {
            add_cell(c, (finer[i].lower + finer[i].upper) / 2, finer[i].last - finer[i].before);
        }
        size_t at = first_neighbour(c, found, finer);
        if (is_single(&finer[at])) { return; }
        part = finer[at];
        c->cells--;
        c->gap[first + at] = c->gap[c->cells];
        c->count[first + at] = c->count[c->cells];
    }
    spread_part(c, &part);
}

/* Near T, where p log p and powers of p bend, nodes say little: two parts more are taken apart. */
static void cut_part(struct candidates *c, size_t part) {
    const struct row_part *cut = &c->row->part[part];
    bool exact = cut->last <= EXACT;
    const struct row_part *first = cut - (exact && part >= 2 ? 2 : 0);
    c->points = first->point;
    c->before = first->before;
    for (; first <= cut; first++) {
        if (is_single(first)) {
            add_cell(c, first->lower, first->last - first->before);
        } else if (exact) {
            add_scores(c, first);
        } else {
            descend_part(c, *first);
        }
    }
}

/* Sets the candidates, and an upper end of T; false where the bulk is reached. */
static bool find_candidates(struct candidates *c, double *cut) {
    const struct row *row = c->row;
    size_t k = first_beyond(c, false);
    if (k < row->top_count) {
        c->points = k;
        *cut = row->gap[k];
        return true;
    }
    size_t part = first_beyond(c, true);
    if (part < row->part_count) {
        cut_part(c, part);
        *cut = row->part[part].upper + 1 / c->scale;
        return true;
    }
    c->points = row->point_count;
    *cut = row->gap[row->point_count - 1] + 1 / c->scale;
    return !row->bulk;
}

/* Newton's method for (sum p)^{1/power} = 1, the norm of a vector whose components rise linearly: convex, so
 * that the iterates descend to the root. */
static double solve_cut(const struct candidates *c, double cut) {
    for (int i = 0; i < STEPS; i++) {
        struct power_sum sum = sum_weights(c, cut);
        double norm = pow(sum.value, 1 / c->power),
               step = (norm - 1) / (norm / c->power * sum.slope / sum.value);
        if (!(step > 1e-15 * cut)) { break; }
        cut -= step;
    }
    return cut;
}

static double support_of(const struct candidates *c, double cut) {
    double support = c->before;
    for (size_t i = 0; i < c->points && c->before == 0; i++) {
        support += c->row->gap[i] < cut ? c->row->count[i] : 0;
    }
    for (size_t i = 0; i < c->cells; i++) { support += c->gap[i] < cut ? c->count[i] : 0; }
    return support;
}

static void add_moments(const struct candidates *c, double cut, double total, size_t n, const double *gap,
                        const double *count, struct normalised *out) {
    for (size_t i = 0; i < n; i++) {
        double x = c->scale * (cut - gap[i]);
        if (!(x > 0)) { continue; }
        double log_p = c->power * log(x) - log(total), p = exp(log_p);
        out->entropy -= count[i] * p * log_p;
        out->participation += count[i] * p * p;
    }
}

struct normalised normaliser_entmax(const struct row *row, double alpha, double beta) {
    struct candidates c;
    double cut;
    c.row = row;
    c.scale = (alpha - 1) * beta;
    c.power = 1 / (alpha - 1);
    c.cells = 0;
    c.before = 0;
    if (!find_candidates(&c, &cut)) { return (struct normalised){NAN, NAN, NAN, NAN}; }
    cut = solve_cut(&c, cut);
    double total = sum_weights(&c, cut).value;
    struct normalised out = {.support = support_of(&c, cut),
                             .top_weight = pow(c.scale * cut, c.power) / total};
    add_moments(&c, cut, total, c.points, row->gap, row->count, &out);
    add_moments(&c, cut, total, c.cells, c.gap, c.count, &out);
    return out;
}

struct normaliser_sink normaliser_sink(const double measure[MEASURE_VALUES], double log_weight) {
    double odds = log_weight - measure[MEASURE_LOG_PARTITION]; /* of the sink against all the others */
    double log_sink = -log1p(exp(-odds)), log_rest = -log1p(exp(odds));
    double sink = exp(log_sink), rest = exp(log_rest);
    double own = (sink > 0 ? -sink * log_sink : 0) + (rest > 0 ? -rest * log_rest : 0);
    return (struct normaliser_sink){.weight = sink,
                                    .entropy = own + rest * measure[MEASURE_ENTROPY],
                                    .participation =
                                        sink * sink + rest * rest * measure[MEASURE_PARTICIPATION]};
}
