#include "analysis/diagnosis/index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/diagnosis/growth.h"
#include "models/numeric/search.h"
#include "sim/base/memory.h"
#include "sim/measures/leading.h"
#include "sim/measures/measure.h"

/* ---- a row ---- */

static size_t spacings_at(double n) { return n >= 256 ? SPACING_MANY : n >= 64 ? SPACING_FEW : 0; }

struct index_room {
    struct leading *leading;
    double *score; /* of a row, without sinks */
};

struct index_room *index_room_create(const struct isa *isa) {
    struct index_room *room = memory_create(1, sizeof *room);
    room->leading = leading_create(isa);
    return room;
}

void index_room_free(struct index_room *room) {
    leading_free(room->leading);
    free(room->score);
    free(room);
}

/* Which of the row's scores is that of a key; `count`: none. */
static size_t place_of(const struct scores_row *row, size_t key) {
    size_t k = key;
    if (row->key) { SEARCH_END(k, row->count, row->key[k] < key) }
    return k < row->count && (!row->key || row->key[k] == key) ? k : row->count;
}

/* The row's scores but for those of sinks; how many. */
static size_t without_sinks(const struct scores_row *row, const struct survey_sink *sink, double *score) {
    size_t place[SURVEY_SINKS], sinks = 0, from = 0, count = 0;
    for (; sinks < SURVEY_SINKS && sink[sinks].weight > 0; sinks++) {
        size_t at = place_of(row, sink[sinks].key), i = sinks;
        for (; i > 0 && place[i - 1] > at; i--) { place[i] = place[i - 1]; }
        place[i] = at;
    }
    for (size_t i = 0; i <= sinks && from < row->count; i++) {
        size_t end = i < sinks ? place[i] : row->count;
        for (; from < end; from++) { score[count++] = scores_number(row, from); }
        from = end + 1;
    }
    return count;
}

static void take_spacings(const double *gap, double unit, struct index_row *found) {
    for (size_t k = 0; k < INDEX_SPACINGS; k++) {
        found->spacing[k] = k < found->count ? ((double)k + 1) * (gap[k + 1] - gap[k]) / unit : NAN;
    }
    found->statistic = found->count > 0 ? spacing_statistic(found->count, gap) : NAN;
}

void index_measure(struct index_room *room, const struct scores_row *row, double n,
                   const struct survey_sink *sink, const double *gap, double unit, struct index_row *found) {
    size_t spacings = spacings_at(n), count = row->count;
    *found = (struct index_row){
        .count = spacings < count ? spacings : 0, .statistic = NAN, .without_sinks = {NAN, NAN, NAN}};
    if (!(sink[0].weight > 0)) {
        take_spacings(gap, unit, found);
        return;
    }
    struct leading_scores leading;
    room->score = memory_resize(room->score, row->count, sizeof *room->score);
    count = without_sinks(row, sink, room->score);
    if (spacings + 1 > count) { found->count = 0; }
    if (count > 0) {
        leading_find(room->leading, count, room->score, NULL, &leading);
        take_spacings(leading.gap, 1, found);
        found->without_sinks = leading.accumulation;
    }
}

/* ---- sums ---- */

/* Of one length, head and sequence. */
struct cell {
    double rows, statistic, spacing[INDEX_SPACINGS];
    size_t count; /* K */
};

struct index_sums {
    const struct scores_facts *facts;
    struct cell *cell;
    size_t rows;
    struct accumulation *without_sinks; /* (row) */
};

static struct cell *cell_at(const struct index_sums *s, size_t length, size_t head, size_t sequence) {
    return &s->cell[(length * s->facts->head_count + head) * s->facts->sequence_count + sequence];
}

struct index_sums *index_create(const struct survey *survey) {
    const struct scores_facts *f = survey->facts;
    struct index_sums *s = memory_create(1, sizeof *s);
    s->facts = f;
    s->cell = memory_create(f->length_count * f->head_count * f->sequence_count, sizeof *s->cell);
    s->without_sinks = memory_create(survey->row_count, sizeof *s->without_sinks);
    return s;
}

void index_free(struct index_sums *s) {
    free(s->without_sinks);
    free(s->cell);
    free(s);
}

void index_add(struct index_sums *s, const struct scores_row *row, const struct index_row *found) {
    struct cell *c = cell_at(s, row->length, row->head, row->sequence);
    s->without_sinks[s->rows++] = found->without_sinks;
    if (found->count == 0 || isnan(found->statistic)) { return; }
    c->count = found->count;
    c->rows++;
    c->statistic += found->statistic;
    for (size_t k = 0; k < found->count; k++) { c->spacing[k] += found->spacing[k]; }
}

/* ---- what they say ---- */

/* Local heads have no class: layers, and all heads, are told without them. */
static bool leaves_out(const struct diagnosis *d, const struct diagnosis_group *g, size_t head) {
    return g->pooled && d->group[head].locality == DIAGNOSIS_LOCAL;
}

struct level {
    const struct index_sums *sums;
    const struct diagnosis *diagnosis;
    size_t length;
};

/* Mean T of a sequence over the heads of a group; NaN where it has none. */
static double sequence_statistic(const struct level *at, const struct diagnosis_group *g, size_t sequence) {
    double sum = 0, heads = 0;
    for (size_t h = g->head_first; h < g->head_last; h++) {
        const struct cell *c = cell_at(at->sums, at->length, h, sequence);
        if (c->rows == 0 || leaves_out(at->diagnosis, g, h)) { continue; }
        sum += c->statistic / c->rows;
        heads++;
    }
    return heads > 0 ? sum / heads : NAN;
}

/* K; 0 where there are no rows. */
static size_t spacings_of(const struct level *at, const struct diagnosis_group *g) {
    size_t count = 0;
    for (size_t q = 0; q < at->sums->facts->sequence_count; q++) {
        for (size_t h = g->head_first; h < g->head_last; h++) {
            const struct cell *c = cell_at(at->sums, at->length, h, q);
            if (c->rows > 0 && !leaves_out(at->diagnosis, g, h)) { count = c->count; }
        }
    }
    return count;
}

static struct trend_estimate level_of(const void *with, const struct diagnosis_group *g) {
    const struct level *level = with;
    size_t sequences = level->sums->facts->sequence_count;
    double *value = memory_create(sequences, sizeof *value);
    for (size_t q = 0; q < sequences; q++) { value[q] = sequence_statistic(level, g, q); }
    struct trend_estimate found = trend_mean(sequences, value);
    free(value);
    return found;
}

/* The end of an interval: infinite beyond what spacings tell. */
static double end_of(const struct spacing_table *table, double mean) {
    const double index = spacing_index(table, mean);
    return fabs(index) >= SPACING_END ? copysign(INFINITY, index) : index;
}

/* The larger T, the smaller the index. */
static void index_point(const struct level *at, const struct diagnosis_group *g,
                        const struct spacing_table table[2], struct diagnosis_point *p) {
    double se;
    p->index = (struct trend_interval){NAN, NAN, NAN};
    p->index_se = NAN;
    p->spacings = spacings_of(at, g);
    if (p->spacings == 0) { return; }
    struct trend_interval t = growth_pooled(at->diagnosis, g, level_of, at, &se);
    const struct spacing_table *chosen = &table[p->spacings == SPACING_MANY];
    p->index = (struct trend_interval){spacing_index(chosen, t.value), end_of(chosen, t.high),
                                       end_of(chosen, t.low)};
    const double apart = end_of(chosen, t.value - se) - end_of(chosen, t.value + se);
    p->index_se = isfinite(apart) ? apart / 2 : NAN;
}

/* What independent Gaussian rows of that length read. */
static double gaussian_reading(double n, const struct spacing_table table[2]) {
    const double sigma = 1;
    size_t count = spacings_at(n);
    if (count == 0) { return NAN; }
    return spacing_index(&table[count == SPACING_MANY],
                         spacing_mean_finite(count, family_find("gaussian"), &sigma, log(n)));
}

void index_finish(const struct index_sums *s, struct diagnosis *d) {
    struct spacing_table table[2];
    spacing_table_make(SPACING_FEW, &table[0]);
    spacing_table_make(SPACING_MANY, &table[1]);
    for (size_t l = 0; l < s->facts->length_count; l++) {
        const double gaussian = gaussian_reading(s->facts->length[l], table);
        const struct level at = {s, d, l};
        for (size_t i = 0; i < d->group_count; i++) {
            d->group[i].point[l].gaussian = gaussian;
            index_point(&at, &d->group[i], table, &d->group[i].point[l]);
        }
    }
    diagnosis_leave_out_sinks(d, s->without_sinks);
}

void index_copy(const struct index_sums *s, const struct diagnosis *d, size_t group,
                struct results_series *series) {
    const struct diagnosis_group *g = &d->group[group];
    for (size_t l = 0; l < s->facts->length_count; l++) {
        double lambda = isfinite(g->point[l].median) ? g->point[l].median : NAN;
        for (size_t k = 0; k < INDEX_SPACINGS; k++) {
            double sum = 0, rows = 0;
            for (size_t h = g->head_first; h < g->head_last; h++) {
                for (size_t q = 0; q < s->facts->sequence_count; q++) {
                    const struct cell *c = cell_at(s, l, h, q);
                    if (k >= c->count || leaves_out(d, g, h)) { continue; }
                    sum += c->spacing[k];
                    rows += c->rows;
                }
            }
            series->spacing_mean[l * INDEX_SPACINGS + k] = rows > 0 ? sum / rows * lambda : NAN;
        }
    }
}
