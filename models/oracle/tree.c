#include "models/oracle/tree.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/families/hierarchy.h"
#include "models/oracle/answer.h"

/* Groups of a level are of so many kinds; one of them has child[k] groups of kind k of the level below. Level
 * 0 is that of all keys, of which there is one group. */
struct level {
    size_t kinds;
    uint32_t child[TREE_KINDS][TREE_KINDS];
};

struct tree {
    struct hierarchy h;
    double variance[HIERARCHY_LEVELS]; /* of a score from this level on */
    bool is_known;
    struct level level[HIERARCHY_LEVELS + 1]; /* the last: keys, all of one kind */
    double keys, reach;            /* how many standard deviations some score of 1e16 rows passes */
    double highest, highest_error; /* E s_(1) */
};

/* ---- kinds ---- */

/* The kind of a group with these children; TREE_KINDS: one too many. */
static size_t kind_of(struct level *level, const uint32_t child[TREE_KINDS]) {
    size_t k = 0;
    while (k < level->kinds && memcmp(level->child[k], child, sizeof level->child[k]) != 0) { k++; }
    if (k == level->kinds && k < TREE_KINDS) {
        memcpy(level->child[level->kinds++], child, sizeof level->child[k]);
    }
    return k;
}

/* Of `above` groups over `below` ones, given and left with the kind of each; NULL: all are of kind 0. False
 * where there are too many kinds. */
static bool sort_groups(struct level *level, uint64_t above, uint64_t below, const uint8_t *kind_below,
                        uint8_t *kind) {
    for (uint64_t g = 0; g < above; g++) {
        const uint64_t first = (g * below + above - 1) / above, end = ((g + 1) * below + above - 1) / above;
        uint32_t child[TREE_KINDS] = {0};
        if (!kind_below) { child[0] = (uint32_t)(end - first); }
        for (uint64_t c = first; kind_below && c < end; c++) { child[kind_below[c]]++; }
        const size_t which = kind_of(level, child);
        if (which == TREE_KINDS) { return false; }
        kind[g] = (uint8_t)which;
    }
    return true;
}

/* False when out of memory. */
static bool sort_levels(struct tree *t) {
    const uint64_t most = 1 << 20;
    const struct hierarchy *h = &t->h;
    uint8_t *kind = calloc(2, most);
    if (!kind) { return false; }
    t->is_known = true;
    t->level[h->levels].kinds = 1;
    bool alike = true;
    for (size_t i = h->levels; t->is_known && i-- > 0;) {
        const uint64_t above = i > 0 ? h->groups[i - 1] : 1, below = h->groups[i];
        uint8_t *here = kind + (i % 2) * most;
        if (alike && below % above == 0) {
            t->level[i].kinds = 1;
            t->level[i].child[0][0] = (uint32_t)(below / above);
        } else {
            t->is_known =
                above <= most && (alike || below <= most) &&
                sort_groups(&t->level[i], above, below, alike ? NULL : kind + ((i + 1) % 2) * most, here);
            alike = false;
        }
    }
    free(kind);
    return true;
}

/* ---- functions on a grid ---- */

enum { DEFICIT, FIRST, SECOND, SHARED, FUNCTIONS }; /* 1 - E e^{-uZ}, its derivatives by log beta, Y_2's */

/* One beta on one grid. */
struct pass {
    const struct tree *tree;
    double beta;
    bool is_largest; /* of the largest score in the place of log Z */
    double low, step;
    double soft, node_step; /* of keys: how far below 0 their law is softened, in such steps */
    size_t count, margin;   /* points, and how many a number may reach beyond them */
    size_t nodes;           /* of keys */
    double *node, *weight;  /* [nodes] */
    double *group, *below;  /* [kind][FUNCTIONS][count] of a level and of the one below it */
    double *padded;         /* [FUNCTIONS][margin + count + margin] */
};

static const double normal = 0.39894228040143267794; /* (2 pi)^(-1/2) */

/* E f(x + spread g) in the place of f(x). */
static void blur(const struct pass *s, double spread, double *f) {
    const size_t count = s->count, wide = count + 2 * s->margin;
    const long reach = (long)(s->tree->reach * spread / s->step);
    for (size_t k = 0; k < FUNCTIONS; k++) {
        double *to = s->padded + k * wide;
        memset(to, 0, s->margin * sizeof *to);
        memcpy(to + s->margin, f + k * count, count * sizeof *to);
        for (size_t i = s->margin + count; i < wide; i++) { to[i] = k == DEFICIT; }
    }
    memset(f, 0, FUNCTIONS * count * sizeof *f);
    for (long j = -reach; j <= reach; j++) {
        const double z = (double)j * s->step / spread, square = z * z,
                     weight = normal * s->step / spread * exp(-square / 2), once = weight * (square - 1),
                     twice = weight * (square * square - 4 * square + 1);
        const double *from = s->padded + ((long)s->margin + j);
#pragma omp simd
        for (size_t i = 0; i < count; i++) {
            const double value = from[i], first = from[wide + i];
            f[i] += weight * value;
            f[FIRST * count + i] += weight * first + once * value;
            f[SECOND * count + i] += weight * from[SECOND * wide + i] + 2 * once * first + twice * value;
            f[SHARED * count + i] += weight * from[SHARED * wide + i];
        }
    }
}

/* Of one key: a sum over log of an exponential variable, in whose place is 0 for the largest score. */
static void begin_keys(const struct pass *s, double spread, double *f) {
    const size_t count = s->count;
    const double reach = s->tree->reach;
    size_t sure = 0; /* nodes that lie below what the number reaches */
    double weight_sure = 0;
    memset(f, 0, FUNCTIONS * count * sizeof *f);
    for (size_t i = 0; i < count; i++) {
        const double x = s->low + (double)i * s->step;
        for (; sure < s->nodes && s->node[sure] < x - reach * spread; sure++) {
            weight_sure += s->weight[sure];
        }
        f[i] = weight_sure;
        for (size_t j = sure; j < s->nodes && s->node[j] < x + reach * spread; j++) {
            const double z = (x - s->node[j]) / spread, bell = normal * s->weight[j] * exp(-z * z / 2);
            f[i] += s->weight[j] * erfc(-z * M_SQRT1_2) / 2;
            f[FIRST * count + i] -= bell * z;
            f[SECOND * count + i] += bell * z * (1 - z * z);
            f[SHARED * count + i] += bell * exp(s->node[j]) / spread;
        }
    }
}

/* So many like groups join those that are there. */
static void join(const struct pass *s, double groups, const double *f, double *all) {
    const double least = 1e-16;
    const size_t count = s->count;
    for (size_t i = 0; i < count; i++) {
        const double log_rest = log1p(-fmin(f[i], 1 - least)), first = f[FIRST * count + i],
                     one = groups * exp((groups - 1) * log_rest),
                     two = groups * (groups - 1) * exp((groups - 2) * log_rest),
                     deficit = -expm1(groups * log_rest), rest = 1 - deficit, slope = one * first,
                     bend = one * f[SECOND * count + i] - two * first * first;
        double *there = all + i;
        const double beside = 1 - there[0];
        there[SECOND * count] =
            there[SECOND * count] * rest + bend * beside - 2 * there[FIRST * count] * slope;
        there[FIRST * count] = there[FIRST * count] * rest + slope * beside;
        there[SHARED * count] = there[SHARED * count] * rest + one * f[SHARED * count + i] * beside;
        there[0] += deficit * beside;
    }
}

/* Of one level from what is below it, both before their own numbers. */
static void climb(struct pass *s, size_t level) {
    const struct tree *t = s->tree;
    const double spread = s->beta * t->h.sigma[level];
    const size_t size = FUNCTIONS * s->count;
    const bool is_lowest = level + 1 == t->h.levels;
    const size_t kinds = t->level[level + 1].kinds;
    if (is_lowest) { begin_keys(s, spread, s->below); }
    for (size_t k = 0; !is_lowest && k < kinds; k++) { blur(s, spread, s->below + k * size); }
    memset(s->group, 0, t->level[level].kinds * size * sizeof *s->group);
    for (size_t g = 0; g < t->level[level].kinds; g++) {
        for (size_t k = 0; k < kinds; k++) {
            const double groups = t->level[level].child[g][k];
            if (groups > 0) { join(s, groups, s->below + k * size, s->group + g * size); }
        }
    }
    double *swap = s->below;
    s->below = s->group;
    s->group = swap;
}

/* ---- one beta ---- */

/* E log Z or E beta s_(1), its two derivatives by log beta, and E Y_2. */
struct sums {
    double value[FUNCTIONS];
};

/* How far apart points may be, for sums that leave out e^-35 or so: as numbers spread, and as the law of
 * maxima of so many scores rises, which Gumbel's law softens. */
static double step_of(const struct tree *t, double beta, bool is_largest) {
    const double of_spread = 0.5, of_rise = 0.25;
    double step = INFINITY;
    for (size_t i = t->h.levels; i-- > 0;) {
        const double keys = t->keys / (i > 0 ? (double)t->h.groups[i - 1] : 1),
                     rise = beta * sqrt(t->variance[i] / (2 * log(fmax(keys, 2))));
        step =
            fmin(step, fmin(of_spread * beta * t->h.sigma[i], of_rise * (is_largest ? rise : fmax(rise, 1))));
    }
    return step;
}

/* Terms of the sums for one point of the grid. */
static double terms_of(const struct pass *s) {
    const double key = 10; /* terms that one of a key, or of a power, takes */
    const struct tree *t = s->tree;
    double terms = 0;
    for (size_t i = 0; i < t->h.levels; i++) {
        const double reach = 2 * t->reach * s->beta * t->h.sigma[i],
                     number =
                         i + 1 < t->h.levels ? reach / s->step : key * fmin(s->soft, reach) / s->node_step;
        terms += (double)t->level[i + 1].kinds * (number + key * (double)t->level[i].kinds);
    }
    return terms;
}

/* Sets all but the room; false where it takes too long, 50 ms or so, at steps that are not coarse. */
static bool lay_out(struct pass *s, double coarse, size_t *kinds) {
    const double most = 2.4e7;
    const struct tree *t = s->tree;
    const double spread = t->reach * s->beta * sqrt(t->variance[0]);
    double widest = 0;
    *kinds = 1;
    for (size_t i = 0; i < t->h.levels; i++) {
        widest = fmax(widest, s->beta * t->h.sigma[i]);
        *kinds = t->level[i].kinds > *kinds ? t->level[i].kinds : *kinds;
    }
    s->soft = s->is_largest ? 0 : t->reach * t->reach / 2;
    s->node_step = fmin(s->step, 0.25 * coarse);
    s->low = -spread - s->soft;
    const double wide = (spread - s->low + (s->is_largest ? 0 : 4)) / s->step;
    if (!(terms_of(s) * wide * coarse * coarse < most)) { return false; }
    s->count = (size_t)wide + 2;
    s->margin = (size_t)(t->reach * widest / s->step) + 1;
    s->nodes = s->is_largest ? 1 : (size_t)((s->soft + 4) / s->node_step) + 1;
    return true;
}

static void set_nodes(const struct pass *s) {
    const double high = 4;
    for (size_t j = 0; j < s->nodes; j++) {
        const double y = high - (double)(s->nodes - 1 - j) * s->node_step;
        s->node[j] = s->is_largest ? 0 : y;
        s->weight[j] = s->is_largest ? 1 : s->node_step * exp(y - exp(y));
    }
}

/* Without the rounding of so many steps (Kahan). */
static double sum_of(size_t count, const double *value) {
    double sum = 0, over = 0;
    for (size_t i = 0; i < count; i++) {
        const double term = value[i] - over, next = sum + term;
        over = next - sum - term;
        sum = next;
    }
    return sum;
}

/* With steps so many times as long. False when out of memory; NaN where it takes too long. */
static bool sums_on(const struct tree *t, double beta, bool is_largest, double coarse, struct sums *sums) {
    const double euler = 0.57721566490153286061;
    struct pass s = {
        .tree = t, .beta = beta, .is_largest = is_largest, .step = coarse * step_of(t, beta, is_largest)};
    size_t kinds;
    *sums = (struct sums){{NAN, NAN, NAN, NAN}};
    if (!lay_out(&s, coarse, &kinds)) { return true; }
    const size_t level = FUNCTIONS * kinds * s.count, padded = FUNCTIONS * (s.count + 2 * s.margin);
    double *room = malloc((padded + 2 * level + 2 * s.nodes) * sizeof *room);
    if (!room) { return false; }
    s.padded = room;
    s.group = room + padded;
    s.below = s.group + level;
    s.node = room + padded + 2 * level;
    s.weight = s.node + s.nodes;
    set_nodes(&s);
    for (size_t i = t->h.levels; i-- > 0;) { climb(&s, i); }
    for (size_t k = 0; k < FUNCTIONS; k++) {
        sums->value[k] = s.step * sum_of(s.count, s.below + k * s.count);
    }
    sums->value[DEFICIT] -= s.low + ((double)s.count - 0.5) * s.step + (is_largest ? 0 : euler);
    free(room);
    return true;
}

/* On steps 1/fineness times as long. The errors are those of a coarser grid, and rounding; that alone where
 * they are not asked for. */
static bool sums_at(const struct tree *t, double beta, bool is_largest, double fineness, bool errors,
                    struct sums *sums, struct sums *error) {
    const double coarse = 1.4, rounding = 4e-16 * (double)t->h.levels;
    struct sums other;
    if (!sums_on(t, beta, is_largest, 1 / fineness, sums)) { return false; }
    other = *sums;
    if (errors && !sums_on(t, beta, is_largest, coarse / fineness, &other)) { return false; }
    for (size_t k = 0; k < FUNCTIONS; k++) {
        const double scale =
            k == SHARED ? sums->value[k] : t->reach * (beta * sqrt(t->variance[0]) + t->reach);
        error->value[k] = fabs(sums->value[k] - other.value[k]) + rounding * scale;
    }
    return true;
}

bool tree_open(struct oracle *o, const struct family *family, const double *p, double log_n,
               double log_lambda_typ) {
    struct tree *t = calloc(1, sizeof *t);
    struct sums sums, error;
    *o = (struct oracle){
        .family = family, .p = p, .log_n = log_n, .log_lambda = log_lambda_typ, .fineness = 1, .tree = t};
    if (!t) { return false; }
    family->hierarchy(p, (size_t)llrint(exp(log_n)), &t->h);
    for (size_t i = t->h.levels; i-- > 0;) {
        t->variance[i] = t->h.sigma[i] * t->h.sigma[i] + (i + 1 < t->h.levels ? t->variance[i + 1] : 0);
    }
    t->keys = (double)t->h.groups[t->h.levels - 1];
    t->reach = sqrt(2 * log(1e16 * t->keys));
    if (!sort_levels(t)) { return false; }
    if (!t->is_known) { return true; }
    if (!sums_at(t, 1, true, 1, true, &sums, &error)) { return false; }
    t->highest = sums.value[DEFICIT];
    t->highest_error = error.value[DEFICIT];
    return true;
}

void tree_close(struct oracle *o) { free(o->tree); }

/* What is smaller than its error is not known. */
static void tell(double value, double error, double *to, double *to_error) {
    *to = value;
    *to_error = error;
    answer_only_if(error < value, to, to_error);
}

bool tree_ask(const struct oracle *o, double beta_ratio, bool errors, struct oracle_answer *answer) {
    const struct tree *t = o->tree;
    const double beta = beta_ratio * exp(o->log_lambda);
    struct sums sums, error;
    answer_unknown(answer);
    struct oracle_point *point = &answer->point;
    if (!t->is_known) { return true; }
    if (!sums_at(t, beta, false, o->fineness, errors, &sums, &error)) { return false; }
    const double *value = sums.value, *off = error.value;
    tell(value[DEFICIT] - value[FIRST], off[DEFICIT] + off[FIRST], &point->entropy, &point->entropy_error);
    tell(value[SECOND] - value[FIRST], off[SECOND] + off[FIRST], &point->susceptibility,
         &point->susceptibility_error);
    tell(value[SHARED], off[SHARED], &point->participation, &point->participation_error);
    point->log_mean_participation = log(point->participation);
    point->log_mean_participation_error =
        point->participation_error / point->participation + DBL_EPSILON * fabs(point->log_mean_participation);
    answer_only_if(true, &point->log_mean_participation, &point->log_mean_participation_error);
    point->log_top_weight = beta * t->highest - value[DEFICIT];
    point->log_top_weight_error = beta * t->highest_error + off[DEFICIT];
    answer_only_if(true, &point->log_top_weight, &point->log_top_weight_error);
    tell((beta * t->highest - value[FIRST]) / beta_ratio, (beta * t->highest_error + off[FIRST]) / beta_ratio,
         &point->gap_mean, &point->gap_mean_error);
    return true;
}
