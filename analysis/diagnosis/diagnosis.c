#include "analysis/diagnosis/diagnosis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/diagnosis/growth.h"
#include "analysis/diagnosis/pooled.h"
#include "analysis/statistics/exponent.h"
#include "analysis/statistics/order.h"
#include "sim/base/memory.h"

const double diagnosis_multiplier[DIAGNOSIS_MULTIPLIERS] = {2, 4, 8, 32};
const char *const diagnosis_xi_name[DIAGNOSIS_XIS] = {"xi_alpha", "xi_delta", "xi_lambda"};

/* ---- points ---- */

/* Rows of a group at a length, in the order of the files. */
static size_t rows_of(const struct survey *s, const struct diagnosis_group *g, size_t length,
                      const struct survey_row **row) {
    const struct survey_rows rows = survey_rows_of(s, g->head_first, g->head_last);
    size_t count = 0;
    for (size_t i = 0; i < rows.count; i++) {
        const struct survey_row *r = &s->row[survey_rows_at(rows, i)];
        if (r->length == length && r->head >= g->head_first && r->head < g->head_last) { row[count++] = r; }
    }
    return count;
}

static double lambda_of(const struct survey_row *r) { return r->lambda; }
static double rank_of(const struct survey_row *r) { return rint(exp(r->log_rank)); }
static double gap_of(const struct survey_row *r) { return r->gap; }
static double alpha_of(const struct survey_row *r) { return r->log_rank / log(r->count); }
static double rounding_of(const struct survey_row *r) { return r->rounding; }

static struct order order_of(size_t count, const struct survey_row *const *row,
                             double (*value)(const struct survey_row *), double *room) {
    for (size_t i = 0; i < count; i++) { room[i] = value(row[i]); }
    return order_make(count, room, room + count);
}

static double median_of(size_t count, const struct survey_row *const *row,
                        double (*value)(const struct survey_row *), double *room) {
    return order_of(count, row, value, room).quantile[ORDER_MEDIAN];
}

/* Medians over the sequences of a head: where the weight lies. */
static void locate(const struct survey *s, const struct diagnosis_group *g, size_t length,
                   struct diagnosis_point *p) {
    size_t room = (g->head_last - g->head_first) * s->facts->sequence_count, count = 0;
    double *value = memory_create(2 * room, sizeof *value);
    for (int w = -1; w < SURVEY_WINDOWS; w++) {
        count = 0;
        for (size_t h = g->head_first; h < g->head_last; h++) {
            for (size_t q = 0; q < s->facts->sequence_count; q++) {
                const struct survey_place *place = survey_at(s, length, h, q);
                if (place->rows > 0 && !isnan(place->near)) {
                    value[count++] = w < 0 ? place->near : place->mass[w];
                }
            }
        }
        *(w < 0 ? &p->near : &p->mass[w]) = order_make(count, value, value + room).quantile[ORDER_MEDIAN];
    }
    free(value);
}

/* Of a sequence and head that has some. */
static double rows_each(const struct survey *s, const struct diagnosis_group *g, size_t length, size_t rows) {
    double places = 0;
    for (size_t h = g->head_first; h < g->head_last; h++) {
        for (size_t q = 0; q < s->facts->sequence_count; q++) {
            places += survey_at(s, length, h, q)->rows > 0;
        }
    }
    return (double)rows / places;
}

static void fill_point(const struct survey *s, const struct diagnosis_group *g, size_t length, size_t count,
                       const struct survey_row *const *row, double *room) {
    struct diagnosis_point *p = &g->point[length];
    struct order lambda = order_of(count, row, lambda_of, room);
    p->n = s->facts->length[length];
    p->rows = count;
    p->rows_each = rows_each(s, g, length, count);
    p->median = lambda.quantile[ORDER_MEDIAN];
    p->lower = lambda.quantile[ORDER_MEDIAN - 1];
    p->upper = lambda.quantile[ORDER_MEDIAN + 1];
    p->rank = median_of(count, row, rank_of, room);
    p->gap = median_of(count, row, gap_of, room);
    p->alpha = median_of(count, row, alpha_of, room);
    p->rounding = median_of(count, row, rounding_of, room);
    for (size_t i = 0; i < count; i++) { p->tie_fraction += isinf(row[i]->lambda) ? 1 : 0; }
    p->tie_fraction /= (double)count;
    p->lambda_without_sinks = NAN;
    locate(s, g, length, p);
}

/* ---- trend data ---- */

/* How many lengths the model was trained at: all, where that is not known. */
static size_t trained_lengths(const struct scores_facts *f) {
    size_t trained = 0;
    while (trained < f->length_count && !(f->length[trained] > f->trained)) { trained++; }
    return trained;
}

/* y of a head: by sequence the median of log Lambda; NaN where half of the rows tie. */
static void fill_trend(const struct survey *s, struct diagnosis_group *g, size_t length, size_t count,
                       const struct survey_row *const *row, double *room) {
    size_t lengths = s->facts->length_count, sequences = s->facts->sequence_count;
    size_t *first = memory_create(sequences + 2, sizeof *first),
           *next = first + 1; /* places of a sequence's rows */
    double x = 0;
    for (size_t i = 0; i < count; i++) { first[row[i]->sequence + 2]++; }
    for (size_t q = 2; q < sequences + 2; q++) { first[q] += first[q - 1]; }
    for (size_t i = 0; i < count; i++) { room[next[row[i]->sequence]++] = log(row[i]->lambda); }
    for (size_t q = 0; q < sequences; q++) {
        double y = order_make(first[q + 1] - first[q], room + first[q], room + count).quantile[ORDER_MEDIAN];
        g->y[q * lengths + length] = isfinite(y) ? y : NAN;
        g->point[length].tied += isinf(y);
    }
    free(first);
    for (size_t i = 0; i < count; i++) { x += log(log(row[i]->count)) / (double)count; }
    g->x[length] = count > 0 ? x : NAN;
}

/* That have a y. */
static size_t sequences_at(const struct survey *s, const struct diagnosis_group *g, size_t length) {
    struct trend_data data = growth_data(s, g);
    return trend_level(&data, length).count;
}

/* Of lengths first .. last - 1: one sequence alone has no noise that is known, which would leave the trend
 * without an interval. From `from` on such are left out where two others remain. */
static void leave_out_single(const struct survey *s, struct diagnosis_group *g, size_t first, size_t last,
                             size_t from) {
    size_t several = 0;
    for (size_t l = first; l < last; l++) { several += sequences_at(s, g, l) > 1; }
    for (size_t l = from; l < last && several > 1; l++) {
        if (sequences_at(s, g, l) == 1) { g->weight[l] = 0; }
    }
}

/* Equal weights, or, where numbers of rows of a sequence are unequal, by the noise of a median beside what
 * sequences differ by; none where half of the rows of every sequence tie. */
static void weigh(const struct survey *s, struct diagnosis_group *g) {
    const double unequal = 1.5, row_noise = 1.28, other = 0.05;
    double least = INFINITY, most = 0;
    for (size_t l = 0; l < s->facts->length_count; l++) {
        least = fmin(least, g->point[l].rows_each);
        most = fmax(most, g->point[l].rows_each);
    }
    for (size_t l = 0; l < s->facts->length_count; l++) {
        const double rows = g->point[l].rows_each;
        g->weight[l] = sequences_at(s, g, l) == 0 ? 0
                       : most > unequal * least   ? 1 / (other * other + row_noise * row_noise / rows)
                                                  : 1;
    }
    size_t lengths = s->facts->length_count, trained = trained_lengths(s->facts);
    leave_out_single(s, g, 0, trained, 0);
    leave_out_single(s, g, trained > 0 ? trained - 1 : 0, lengths, trained);
}

/* Of the heads that a length has; others lie higher or lower. */
static void pool_level(const struct diagnosis *d, struct diagnosis_group *g, size_t length) {
    const size_t heads = g->head_last - g->head_first, sequences = d->survey->facts->sequence_count,
                 lengths = d->survey->facts->length_count;
    double *room = memory_create((heads + 1) * sequences, sizeof *room), *pooled = room + heads * sequences;
    const double **y = memory_create(heads, sizeof *y);
    size_t count = 0;
    for (size_t h = g->head_first; h < g->head_last; h++) {
        double *own = room + count * sequences;
        bool some = false;
        for (size_t q = 0; q < sequences; q++) {
            own[q] = d->group[h].y[q * lengths + length];
            some = some || !isnan(own[q]);
        }
        y[count] = own;
        count += some;
    }
    pooled_mean(count, sequences, 1, y, pooled);
    for (size_t q = 0; q < sequences; q++) { g->level[q * lengths + length] = pooled[q]; }
    free(y);
    free(room);
}

/* y of a layer or of all heads. */
static void pool_trend(const struct diagnosis *d, struct diagnosis_group *g) {
    const size_t heads = g->head_last - g->head_first, sequences = d->survey->facts->sequence_count,
                 lengths = d->survey->facts->length_count;
    const double **y = memory_create(heads, sizeof *y);
    bool *linked = memory_create(heads, sizeof *linked);
    size_t count = 0;
    for (size_t h = 0; h < heads; h++) { y[h] = d->group[g->head_first + h].y; }
    pooled_link(heads, sequences, lengths, y, linked);
    for (size_t h = 0; h < heads; h++) {
        y[count] = y[h];
        count += linked[h];
    }
    pooled_mean(count, sequences, lengths, y, g->y);
    free(linked);
    free(y);
    for (size_t l = 0; l < lengths; l++) {
        pool_level(d, g, l);
        g->point[l].tied = 0;
        for (size_t h = g->head_first; h < g->head_last; h++) {
            g->point[l].tied += d->group[h].point[l].tied;
        }
    }
}

/* ---- one sequence ---- */

/* By how much log Lambda_n of the rows lies above y of their head and sequence, where that has one; inf where
 * they tie. How many. */
static size_t take_deviations(const struct diagnosis *d, size_t length, size_t count,
                              const struct survey_row *const *row, double *deviation) {
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const double y = d->group[row[i]->head].y[row[i]->sequence * d->survey->facts->length_count + length];
        if (!isnan(y)) { deviation[used++] = log(row[i]->lambda) - y; }
    }
    return used;
}

/* As many independent ones as values are worth whose neighbours are correlated; those that are not finite
 * tell nothing of that. */
static double worth_of(size_t count, const double *value) {
    double mean = 0, square = 0, product = 0, used = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(value[i])) { continue; }
        mean += value[i];
        used++;
    }
    mean /= used;
    for (size_t i = 0; i < count; i++) {
        const double off = isfinite(value[i]) ? value[i] - mean : 0;
        square += off * off;
        product += i > 0 && isfinite(value[i - 1]) ? off * (value[i - 1] - mean) : 0;
    }
    const double lag = square > 0 ? fmin(0.9, fmax(0, product / square)) : 0;
    return (double)count * (1 - lag) / (1 + lag);
}

/* Of a level that one sequence has: by order statistics of its rows. */
static struct trend_interval single_interval(const struct diagnosis *d, double level, size_t length,
                                             size_t count, const struct survey_row *const *row,
                                             double *room) {
    const size_t used = take_deviations(d, length, count, row, room);
    const double worth = worth_of(used, room), low = 0.5 - EXPONENT_SIGMAS_95 * 0.5 / sqrt(worth),
                 high = 1 - low;
    double *sorted = room + used;
    struct trend_interval interval = {level, NAN, NAN};
    if (worth >= 6 && low > 0) {
        order_make(used, room, sorted);
        interval.low = level + sorted[(size_t)floor(low * (double)(used - 1))];
        interval.high = level + sorted[(size_t)ceil(high * (double)(used - 1))];
    }
    return interval;
}

size_t diagnosis_longest(const struct diagnosis_group *g) {
    return g->trained.last > g->trained.first ? g->trained.last - 1 : 0;
}

static void locality(struct diagnosis_group *g) {
    const double local = 0.25, global = 0.75;
    double near = g->point[diagnosis_longest(g)].near;
    g->locality = isnan(near)      ? DIAGNOSIS_UNKNOWN
                  : near <= local  ? DIAGNOSIS_LOCAL
                  : near >= global ? DIAGNOSIS_GLOBAL
                                   : DIAGNOSIS_MIXED;
}

/* ---- sinks ---- */

/* At how many lengths a key is one. */
static size_t sink_lengths(const struct survey *s, size_t head, uint32_t key) {
    size_t count = 0;
    for (size_t l = 0; l < s->facts->length_count; l++) {
        const struct survey_sink *sink = survey_sinks(s, l, head);
        for (size_t i = 0; i < SURVEY_SINKS; i++) { count += sink[i].weight > 0 && sink[i].key == key; }
    }
    return count;
}

/* Those of a length that are sinks at `least` lengths. */
static void take_sinks(const struct survey *s, size_t length, size_t least, struct diagnosis_group *g) {
    const struct survey_sink *sink = survey_sinks(s, length, g->head_first);
    for (size_t i = 0; i < SURVEY_SINKS && sink[i].weight > 0; i++) {
        size_t at = 0;
        while (at < SURVEY_SINKS && g->sink[at].weight > 0 && g->sink[at].key != sink[i].key) { at++; }
        if (at == SURVEY_SINKS || sink_lengths(s, g->head_first, sink[i].key) < least) { continue; }
        if (g->sink[at].weight == 0) { g->sink[at] = sink[i]; }
    }
}

static void choose_sinks(const struct survey *s, struct diagnosis_group *g) {
    take_sinks(s, diagnosis_longest(g), 1, g);
    for (size_t l = s->facts->length_count; l-- > 0;) { take_sinks(s, l, 2, g); }
}

/* ---- groups ---- */

static struct diagnosis_group *add_group(const struct scores_facts *f, struct diagnosis *d, size_t first,
                                         size_t last) {
    struct diagnosis_group *g = &d->group[d->group_count++];
    g->head_first = first;
    g->head_last = last;
    g->layer = f->head[first].layer;
    g->head = f->head[first].head;
    g->point = memory_create(f->length_count, sizeof *g->point);
    g->y = g->level = memory_create((2 * f->sequence_count + 2) * f->length_count, sizeof *g->y);
    g->x = g->y + f->sequence_count * f->length_count;
    g->weight = g->x + f->length_count;
    return g;
}

static void make_pooled(const struct scores_facts *f, struct diagnosis_group *g) {
    g->pooled = true;
    g->level = g->weight + f->length_count;
}

/* Heads, layers, all. */
static void list_groups(const struct scores_facts *f, struct diagnosis *d) {
    d->group = memory_create(2 * f->head_count + 1, sizeof *d->group);
    for (size_t h = 0; h < f->head_count; h++) {
        struct diagnosis_group *g = add_group(f, d, h, h + 1);
        snprintf(g->name, sizeof g->name, "L%zuH%zu", g->layer, g->head);
    }
    for (size_t h = 0, end; h < f->head_count; h = end) {
        for (end = h; end < f->head_count && f->head[end].layer == f->head[h].layer;) { end++; }
        struct diagnosis_group *g = add_group(f, d, h, end);
        make_pooled(f, g);
        snprintf(g->name, sizeof g->name, "L%zu", g->layer);
    }
    struct diagnosis_group *all = add_group(f, d, 0, f->head_count);
    make_pooled(f, all);
    all->whole = true;
    snprintf(all->name, sizeof all->name, "all");
}

static void measure_groups(const struct survey *s, struct diagnosis *d) {
    const struct survey_row **row = memory_create(s->row_count, sizeof(struct survey_row *));
    double *room = memory_create(2 * s->row_count, sizeof *room);
    for (size_t i = 0; i < d->group_count; i++) {
        struct diagnosis_group *g = &d->group[i];
        for (size_t l = 0; l < s->facts->length_count; l++) {
            size_t count = rows_of(s, g, l, row);
            fill_point(s, g, l, count, row, room);
            fill_trend(s, g, l, count, row, room);
        }
        if (g->pooled) { pool_trend(d, g); }
        weigh(s, g);
    }
    for (size_t i = 0; i < d->group_count; i++) {
        struct diagnosis_group *g = &d->group[i];
        for (size_t l = 0; l < s->facts->length_count; l++) {
            struct trend_interval level = growth_level(d, g, l, &g->point[l].sequences);
            if (g->point[l].sequences == 1) {
                level = single_interval(d, level.value, l, rows_of(s, g, l, row), row, room);
            }
            g->point[l].apart = g->point[l].sequences > 0 && sequences_at(s, g, l) == 0;
            g->point[l].lambda = trend_exponential(level);
        }
    }
    free(row);
    free(room);
}

void diagnosis_make(const struct survey *s, struct diagnosis *d) {
    const struct scores_facts *f = s->facts;
    const size_t trained = trained_lengths(f);
    *d = (struct diagnosis){.survey = s, .trained = f->trained};
    const size_t last = trained > 0 ? trained - 1 : 0;
    d->base = isnan(f->trained) ? f->length[f->length_count - 1] : f->trained;
    list_groups(f, d);
    measure_groups(s, d);
    for (size_t i = 0; i < d->group_count; i++) {
        struct diagnosis_group *g = &d->group[i];
        g->trained = growth_make(d, g, 0, trained);
        g->beyond = growth_make(d, g, last, trained < f->length_count ? f->length_count : last);
        g->without_sinks = g->beyond_without_sinks = growth_make(d, g, 0, 0);
        locality(g);
        if (!g->pooled) { choose_sinks(s, g); }
    }
}

void diagnosis_release(struct diagnosis *d) {
    free(d->row);
    for (size_t i = 0; i < d->group_count; i++) {
        free(d->group[i].point);
        free(d->group[i].y);
    }
    free(d->group);
}

/* ---- the second reading ---- */

static double entropy_of(const struct diagnosis_row *r) { return r->entropy; }
static double participation_of(const struct diagnosis_row *r) { return r->participation; }
static double top_weight_of(const struct diagnosis_row *r) { return r->top_weight; }
static double collapse_of(const struct diagnosis_row *r) { return r->collapse; }

static double median_found(const struct diagnosis *d, size_t count, const struct survey_row *const *row,
                           double (*value)(const struct diagnosis_row *), double *room) {
    for (size_t i = 0; i < count; i++) { room[i] = value(&d->row[row[i] - d->survey->row]); }
    return order_make(count, room, room + count).quantile[ORDER_MEDIAN];
}

void diagnosis_take_rows(struct diagnosis *d, struct diagnosis_row *found) {
    const struct survey *s = d->survey;
    const struct survey_row **row = memory_create(s->row_count, sizeof *row);
    double *room = memory_create(2 * s->row_count, sizeof *room);
    d->row = found;
    for (size_t i = 0; i < d->group_count; i++) {
        for (size_t l = 0; l < s->facts->length_count; l++) {
            struct diagnosis_point *p = &d->group[i].point[l];
            const size_t count = rows_of(s, &d->group[i], l, row);
            p->entropy = median_found(d, count, row, entropy_of, room);
            p->participation = median_found(d, count, row, participation_of, room);
            p->collapse = median_found(d, count, row, collapse_of, room);
            p->top_weight = median_found(d, count, row, top_weight_of, room);
            double mass = 0;
            for (size_t k = 0; k < count; k++) { mass += top_weight_of(&found[row[k] - s->row]); }
            if (count > 0) { p->top_key_mass = mass / (double)count; }
        }
    }
    free(row);
    free(room);
}

/* ---- without sinks ---- */

static bool has_sinks(const struct diagnosis *d, const struct diagnosis_group *g) {
    size_t h = g->head_first;
    while (h < g->head_last && d->group[h].sink[0].weight == 0) { h++; }
    return h < g->head_last;
}

/* What another diagnosis, of the rows without sinks, says of a group that has some. */
static void take_without_sinks(const struct diagnosis *d, const struct diagnosis_group *without,
                               struct diagnosis_group *g) {
    if (!has_sinks(d, g)) { return; }
    for (size_t l = 0; l < d->survey->facts->length_count; l++) {
        g->point[l].lambda_without_sinks = without->point[l].median;
    }
    g->without_sinks = without->trained;
    g->beyond_without_sinks = without->beyond;
}

void diagnosis_leave_out_sinks(struct diagnosis *d, const struct accumulation *without) {
    struct survey rows = *d->survey;
    struct diagnosis other;
    size_t first = 0;
    while (first < rows.row_count && isnan(without[first].lambda)) { first++; }
    if (first == rows.row_count) { return; }
    rows.row = memory_create(rows.row_count, sizeof *rows.row);
    for (size_t i = 0; i < rows.row_count; i++) {
        rows.row[i] = d->survey->row[i];
        if (isnan(without[i].lambda)) { continue; }
        rows.row[i].lambda = without[i].lambda;
        rows.row[i].log_rank = without[i].log_rank;
        rows.row[i].gap = without[i].gap;
    }
    diagnosis_make(&rows, &other);
    for (size_t i = 0; i < d->group_count; i++) { take_without_sinks(d, &other.group[i], &d->group[i]); }
    diagnosis_release(&other);
    free(rows.row);
}
