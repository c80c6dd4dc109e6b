/* A batch is one place (sequence and head). Rows are made and measured side by side; sums over rows run over
 * keys side by side and over rows in order, so that bits do not depend on threads. */
#include "analysis/diagnosis/survey.h"

#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/measures/measure.h"
#include "sim/rows/measured.h"

const double survey_window[SURVEY_WINDOWS] = {16, 64, 256};

static const double SINK = 0.1, SINK_ROOM = 1 << 26; /* least mean weight; numbers kept to find them */
enum { PART = 4096 };                                /* keys that a thread sums at a time */

/* Sums over the rows of one place at one length. */
struct nearness {
    double *weight, *even; /* [n]: by rank of nearness; under equal weights */
    size_t rows;
};

/* Sums over all rows of a head at a length that are far from a key, [limit]. */
struct far_sums {
    size_t limit;
    double *weight, *rows;
};

struct reading {
    struct survey *survey;
    struct nearness *near;    /* (length) */
    struct far_sums *far;     /* (length, head) */
    size_t head, sequence;    /* of the place at hand */
    double *weight, *nearest; /* [rows of a batch][stride]: by key, and by nearness */
    size_t room;
    double epsilon; /* relative rounding of the scores as stored */
};

/* ---- weights of a batch ---- */

/* p_i at beta = 1. */
static void fill_weights(const struct isa *isa, const struct scores_row *row, double *weight) {
    double top = isa->kernel->range(row->count, row->score).high;
    for (size_t i = 0; i < row->count; i++) { weight[i] = top - row->score[i]; }
    isa->kernel->weights(row->count, weight, 1, weight);
    double total = isa->kernel->sum(row->count, weight);
    for (size_t i = 0; i < row->count; i++) { weight[i] /= total; }
}

static size_t key_of(const struct scores_row *row, size_t i) { return row->key ? row->key[i] : i; }

/* Keys by distance from the query, the earlier one first where two are as near. */
static void order_by_nearness(const struct scores_row *row, const double *weight, double *nearest) {
    size_t low = 0, high = row->count;
    while (low < high) { /* the first key behind the query */
        size_t middle = (low + high) / 2;
        if (key_of(row, middle) <= row->position) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t before = low, behind = low;
    for (size_t r = 0; r < row->count; r++) {
        bool back = behind == row->count || (before > 0 && row->position - key_of(row, before - 1) <=
                                                               key_of(row, behind) - row->position);
        nearest[r] = back ? weight[--before] : weight[behind++];
    }
}

/* The two scores at the gap that decides are each off by half a unit of the last place. */
static double rounding_shift(double epsilon, const struct scores_row *row, double gap) {
    double size = 0;
    for (size_t i = 0; i < row->count; i++) { size = fmax(size, fabs(row->score[i])); }
    return gap > 0 ? epsilon * size / gap : INFINITY;
}

static struct survey_row measure(const struct reading *r, const struct isa *isa, struct measured *room,
                                 const struct scores_row *row) {
    const struct criterion one_nat = {CRITERION_ENTROPY, 1};
    struct survey_row found = {.length = (uint32_t)row->length,
                               .head = (uint32_t)row->head,
                               .sequence = (uint32_t)row->sequence,
                               .count = (double)row->count,
                               .lambda = NAN};
    double beta = 1, value[1][MEASURE_COUNT];
    const struct measure_grid grid = {1, &beta, (const double(*)[MEASURE_COUNT])value};
    const struct row *made = measured_row(room, row->count, row->score, 1);
    if (!made) { return found; }
    struct accumulation a = measure_accumulation(made);
    measure_row(isa->kernel, made, beta, value[0]);
    found.lambda = a.lambda;
    found.log_rank = a.log_rank;
    found.gap = a.gap;
    found.entropy = value[0][MEASURE_ENTROPY];
    found.participation = value[0][MEASURE_PARTICIPATION];
    found.top_weight = value[0][MEASURE_TOP_WEIGHT];
    found.collapse = measure_collapse(isa->kernel, made, &one_nat, &grid);
    found.rounding = rounding_shift(r->epsilon, row, a.gap);
    return found;
}

/* ---- sums ---- */

static void sum_near(const struct reading *r, const struct scores_batch *batch, size_t stride, size_t first,
                     size_t last) {
    for (size_t i = 0; i < batch->count; i++) {
        const struct scores_row *row = &batch->row[i];
        struct nearness *n = &r->near[row->length];
        double even = 1 / (double)row->count;
        for (size_t k = first; k < last && k < row->count; k++) {
            n->weight[k] += r->nearest[i * stride + k];
            n->even[k] += even;
        }
    }
}

static double apart(double a, double b) { return fabs(a - b); }

static void sum_far(const struct reading *r, const struct scores_batch *batch, size_t stride, size_t first,
                    size_t last) {
    size_t heads = r->survey->facts->head_count;
    for (size_t i = 0; i < batch->count; i++) {
        const struct scores_row *row = &batch->row[i];
        struct far_sums *f = &r->far[row->length * heads + row->head];
        double far = fmax(16, r->survey->facts->length[row->length] / 8);
        for (size_t k = first; k < last && k < row->count; k++) {
            size_t key = key_of(row, k);
            if (key < f->limit && apart((double)key, (double)row->position) > far) {
                f->weight[key] += r->weight[i * stride + k];
                f->rows[key] += 1;
            }
        }
    }
}

/* Bits do not depend on threads: a key's sums are one thread's, in the order of rows. Keys of a masked row
 * have other positions in it than in its neighbours, so those are summed by one thread alone. */
static void sum_batch(struct reading *r, const struct scores_batch *batch, size_t stride, int threads) {
    bool masked = false;
    for (size_t i = 0; i < batch->count; i++) {
        masked = masked || batch->row[i].key;
        r->near[batch->row[i].length].rows++;
    }
#pragma omp parallel for schedule(static) num_threads(threads)
    for (size_t first = 0; first < stride; first += PART) { sum_near(r, batch, stride, first, first + PART); }
#pragma omp parallel for schedule(static) num_threads(masked ? 1 : threads)
    for (size_t first = 0; first < stride; first += PART) { sum_far(r, batch, stride, first, first + PART); }
}

/* ---- places ---- */

static size_t place_index(const struct scores_facts *f, size_t length, size_t head, size_t sequence) {
    return (length * f->head_count + head) * f->sequence_count + sequence;
}

/* Ranks until `share` of a sum is reached. */
static double ranks_holding(size_t count, const double *value, double share) {
    double total = 0, sum = 0;
    for (size_t k = 0; k < count; k++) { total += value[k]; }
    for (size_t k = 0; k < count; k++) {
        sum += value[k];
        if (sum >= share * total) { return (double)k + 1; }
    }
    return (double)count;
}

static void close_place(struct reading *r) {
    const struct scores_facts *f = r->survey->facts;
    const double share = 0.9;
    for (size_t l = 0; l < f->length_count; l++) {
        struct nearness *n = &r->near[l];
        size_t count = (size_t)f->length[l];
        if (n->rows == 0) { continue; }
        struct survey_place *p = &r->survey->place[place_index(f, l, r->head, r->sequence)];
        p->rows += n->rows;
        p->near = ranks_holding(count, n->weight, share) / ranks_holding(count, n->even, share);
        for (size_t w = 0; w < SURVEY_WINDOWS; w++) {
            p->mass[w] = 0;
            for (size_t k = 0; k < count && (double)k < survey_window[w]; k++) {
                p->mass[w] += n->weight[k] / (double)n->rows;
            }
        }
        memset(n->weight, 0, count * sizeof *n->weight);
        memset(n->even, 0, count * sizeof *n->even);
        n->rows = 0;
    }
}

/* Keys of at least SINK over enough rows, the heaviest first. */
static void find_sinks(const struct reading *r, size_t length, size_t head) {
    const struct scores_facts *f = r->survey->facts;
    const struct far_sums *sums = &r->far[length * f->head_count + head];
    struct survey_sink *sink = r->survey->sink + (length * f->head_count + head) * SURVEY_SINKS;
    double rows = 0;
    for (size_t s = 0; s < f->sequence_count; s++) {
        rows += (double)r->survey->place[place_index(f, length, head, s)].rows;
    }
    for (size_t k = 0; k < sums->limit; k++) {
        struct survey_sink found = {(uint32_t)k, sums->weight[k] / sums->rows[k]};
        if (!(sums->rows[k] >= fmax(8, rows / 4)) || !(found.weight >= SINK)) { continue; }
        for (size_t i = 0; i < SURVEY_SINKS; i++) {
            if (found.weight > sink[i].weight) {
                struct survey_sink smaller = sink[i];
                sink[i] = found;
                found = smaller;
            }
        }
    }
}

/* ---- all of it ---- */

static void open_reading(struct survey *survey, struct reading *r) {
    const struct scores_facts *f = survey->facts;
    double all = 0;
    for (size_t l = 0; l < f->length_count; l++) { all += 2 * (double)f->head_count * f->length[l]; }
    survey->sink_limit =
        all > SINK_ROOM ? floor(SINK_ROOM / (2 * (double)(f->head_count * f->length_count))) : INFINITY;
    *r = (struct reading){.survey = survey,
                          .near = memory_create(f->length_count, sizeof *r->near),
                          .far = memory_create(f->length_count * f->head_count, sizeof *r->far),
                          .head = SIZE_MAX,
                          .epsilon = strcmp(f->element, "float16") == 0    ? 0x1p-11
                                     : strcmp(f->element, "bfloat16") == 0 ? 0x1p-8
                                     : strcmp(f->element, "float32") == 0  ? 0x1p-24
                                                                           : 0x1p-53};
    for (size_t l = 0; l < f->length_count; l++) {
        size_t n = (size_t)f->length[l] + 1;
        r->near[l].weight = memory_create(2 * n, sizeof(double));
        r->near[l].even = r->near[l].weight + n;
        for (size_t h = 0; h < f->head_count; h++) {
            struct far_sums *sums = &r->far[l * f->head_count + h];
            sums->limit = (double)n < survey->sink_limit ? n : (size_t)survey->sink_limit;
            sums->weight = memory_create(2 * sums->limit, sizeof(double));
            sums->rows = sums->weight + sums->limit;
        }
    }
}

static void close_reading(struct reading *r) {
    const struct scores_facts *f = r->survey->facts;
    for (size_t l = 0; l < f->length_count; l++) { free(r->near[l].weight); }
    for (size_t i = 0; i < f->length_count * f->head_count; i++) { free(r->far[i].weight); }
    free(r->near);
    free(r->far);
    free(r->weight);
    free(r->nearest);
}

static void reserve(struct reading *r, size_t numbers) {
    if (r->weight && numbers <= r->room) { return; }
    r->room = numbers;
    r->weight = memory_resize(r->weight, numbers, sizeof *r->weight);
    r->nearest = memory_resize(r->nearest, numbers, sizeof *r->nearest);
}

static bool survey_batch(struct reading *r, const struct scores_batch *batch, int threads) {
    struct survey *s = r->survey;
    size_t stride = 0;
    bool good = true;
    if (batch->row[0].head != r->head || batch->row[0].sequence != r->sequence) {
        close_place(r);
        r->head = batch->row[0].head;
        r->sequence = batch->row[0].sequence;
    }
    for (size_t i = 0; i < batch->count; i++) {
        stride = stride > batch->row[i].count ? stride : batch->row[i].count;
    }
    reserve(r, batch->count * stride);
    s->row = memory_resize(s->row, s->row_count + batch->count, sizeof *s->row);
#pragma omp parallel num_threads(threads)
    {
        const struct isa *isa = isa_best();
        struct measured *room = measured_create(isa);
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < batch->count; i++) {
            const struct scores_row *row = &batch->row[i];
            fill_weights(isa, row, r->weight + i * stride);
            order_by_nearness(row, r->weight + i * stride, r->nearest + i * stride);
            struct survey_row found = room ? measure(r, isa, room, row) : (struct survey_row){.lambda = NAN};
            s->row[s->row_count + i] = found;
            if (isnan(found.lambda)) {
#pragma omp atomic write
                good = false;
            }
        }
        measured_free(room);
    }
    s->row_count += batch->count;
    sum_batch(r, batch, stride, threads);
    if (!good) { message_error("out of memory while measuring rows"); }
    return good;
}

bool survey_make(struct scores *scores, int threads, struct survey *survey) {
    const struct scores_facts *f = scores_facts(scores);
    struct reading reading;
    struct scores_batch batch;
    enum scores_outcome outcome;
    *survey = (struct survey){.facts = f};
    survey->place = memory_create(f->length_count * f->head_count * f->sequence_count, sizeof *survey->place);
    survey->sink = memory_create(f->length_count * f->head_count * SURVEY_SINKS, sizeof *survey->sink);
    open_reading(survey, &reading);
    scores_rewind(scores);
    bool good = true;
    while ((outcome = scores_next(scores, threads, &batch)) == SCORES_MORE && good) {
        good = survey_batch(&reading, &batch, threads);
    }
    close_place(&reading);
    for (size_t l = 0; l < f->length_count; l++) {
        for (size_t h = 0; h < f->head_count; h++) { find_sinks(&reading, l, h); }
    }
    close_reading(&reading);
    return good && outcome == SCORES_END;
}

void survey_release(struct survey *survey) {
    free(survey->row);
    free(survey->place);
    free(survey->sink);
}

const struct survey_place *survey_at(const struct survey *survey, size_t length, size_t head,
                                     size_t sequence) {
    return &survey->place[place_index(survey->facts, length, head, sequence)];
}

const struct survey_sink *survey_sinks(const struct survey *survey, size_t length, size_t head) {
    return survey->sink + (length * survey->facts->head_count + head) * SURVEY_SINKS;
}
