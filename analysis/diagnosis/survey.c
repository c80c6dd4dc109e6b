/* A batch is of one place (sequence and head), and is taken in parts. Rows are made and measured side by
 * side; sums over rows run over keys side by side and over rows in order, so that bits do not depend on
 * threads. */
#include "analysis/diagnosis/survey.h"

#include <float.h>
#include <gsl/gsl_math.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/diagnosis/nearness.h"
#include "models/numeric/search.h"
#include "sim/base/memory.h"
#include "sim/measures/leading.h"

const double survey_window[SURVEY_WINDOWS] = {16, 64, 256};

static const double SINK = 0.1, SINK_ROOM = 1 << 26; /* least mean weight; numbers kept to find them */
enum {
    PART = 1024,    /* keys that a thread sums at a time: so many sums stay in the nearest cache */
    ROOM = 1 << 16, /* weights of a thread at a time, or one row: */
    LINE = 16,      /* each begins with a cache line */
};

/* Sums over all rows of a head at a length that are far from a key, [limit + 1]; keys from the limit on are
 * no sinks: there is no room for more. */
struct far_sums {
    size_t limit;
    double *weight;
    double *rows; /* how many more rows than at the key before */
};

struct reading {
    struct survey *survey;
    struct nearness *near;      /* (length) */
    struct nearness_kept *kept; /* (length, head, sequence) */
    struct far_sums *far;       /* (length, head) */
    double far_room;            /* keys that there is room for in one of them */
    size_t head, sequence;      /* of the place at hand */
    float *weight, *nearest; /* [rows of a part][stride]: by key, and with a mask by nearness, over `share` */
    double *share;           /* [rows of a part]: 1/sum of the weights */
    size_t room, share_room, row_room;
    double epsilon; /* relative rounding of the scores as stored */
    int threads;
    struct leading **leading; /* [threads] */
};

/* Some rows of a batch, whose weights fit into the caches. */
struct part {
    size_t count, stride;
    const struct scores_row *row;
};

/* ---- weights of a part ---- */

/* Somewhere among its keys: else none is near. */
static bool stands(const struct scores_row *row) { return row->position != SCORES_NOWHERE; }

/* Keys at or before the query. */
static size_t keys_before(const struct scores_row *row) {
    size_t k;
    if (!row->key) { return row->position < row->count ? row->position + 1 : row->count; }
    SEARCH_END(k, row->count, row->key[k] <= row->position)
    return k;
}

/* Keys by distance from the query, the earlier one first where two are as near, of a row with a mask. */
static void order_by_nearness(const struct scores_row *row, const float *weight, float *nearest) {
    size_t before = keys_before(row), behind = before, r = 0;
    while (before > 0 && behind < row->count) {
        bool back = row->position - row->key[before - 1] <= row->key[behind] - row->position;
        nearest[r++] = back ? weight[--before] : weight[behind++];
    }
    while (before > 0) { nearest[r++] = weight[--before]; }
    memcpy(nearest + r, weight + behind, (row->count - behind) * sizeof *nearest);
}

/* The two scores at the gap that decides are each off by half a unit of the last place; as products of
 * rounded keys by more, for which the row's largest in size stands. */
static double rounding_shift(const struct reading *r, struct kernel_range range, double gap) {
    double other = isnan(r->survey->facts->scale) ? range.high - gap : range.low;
    double size = fmax(fabs(other), fabs(range.high));
    return gap > 0 ? r->epsilon * size / gap : INFINITY;
}

/* Of two parts that lie further from each other than either spans the middle of the range is between. Scores
 * that are spread out soon show that there are none. */
static bool is_parted(const struct scores_row *row, struct kernel_range range) {
    enum { LEAST = 16 }; /* few keys lie so by chance */
    const double apart = 50, middle = (range.low + range.high) / 2;
    double above = range.high, below = range.low;
    size_t upper = 0;
    if (row->count < LEAST || !(range.high - range.low > apart)) { return false; }
    for (size_t i = 0; i < row->count && above - below > apart; i++) {
        const double score = scores_number(row, i);
        bool is_upper = score > middle;
        upper += is_upper;
        above = is_upper && score < above ? score : above;
        below = !is_upper && score > below ? score : below;
    }
    double gap = above - below;
    return gap > apart && gap > range.high - above && gap > below - range.low && 8 * upper >= row->count &&
           8 * (row->count - upper) >= row->count;
}

static double sum_weights(const struct scores_row *row, double top, float *weight) {
    const struct kernel *kernel = isa_best()->kernel;
    return row->single ? kernel->softmax_floats(row->count, row->single, top, weight)
                       : kernel->softmax(row->count, row->score, top, weight);
}

/* Its weights in units of the largest, too, and 1 over their sum. */
static struct survey_row measure(const struct reading *r, struct leading *room, const struct scores_row *row,
                                 float *weight, double *share) {
    struct leading_scores leading;
    leading_find(room, row->count, row->score, row->single, &leading);
    const struct accumulation *a = &leading.accumulation;
    *share = 1 / sum_weights(row, leading.range.high, weight);
    return (struct survey_row){
        .length = (uint32_t)row->length,
        .head = (uint32_t)row->head,
        .sequence = (uint32_t)row->sequence,
        .parted = is_parted(row, leading.range),
        .count = (double)row->count,
        .lambda = a->lambda,
        .log_rank = a->log_rank,
        .gap = a->gap,
        .rounding = rounding_shift(r, leading.range, a->gap),
        .bounds = {leading.range.high, leading.second, leading.cut, leading.range.low}};
}

/* ---- sums ---- */

/* From a cache line on. */
static double *zeros(size_t count) {
    double *number = memory_create_aligned(count, sizeof *number);
    memset(number, 0, count * sizeof *number);
    return number;
}

/* first .. last - 1, if any. */
static void add_range(double share, size_t first, size_t last, const float *weight, double *sum) {
    if (first < last) { isa_best()->kernel->add_floats(last - first, share, weight + first, sum + first); }
}

/* Later keys from the first on and those before the last earlier one, in turn. */
static void take_turns(size_t count, const float *later, const float *earlier, float *paired) {
    for (size_t k = 0; k < count / 2; k++) {
        paired[2 * k] = later[k];
        paired[2 * k + 1] = earlier[-(ptrdiff_t)k - 1];
    }
    if (count % 2 > 0) { paired[count - 1] = later[count / 2]; }
}

/* Ranks of a row without a mask: the query's own key or the last one, then earlier and later keys in turn,
 * then what one side has left. */
static void sum_nearest(const struct scores_row *row, const float *weight, double share, size_t first,
                        size_t last, double *sum) {
    _Alignas(64) float paired[PART + 1];
    size_t own = keys_before(row) - 1, behind = row->count - own - 1,
           pairs_end = 1 + 2 * GSL_MIN(own, behind), end = GSL_MIN(last, pairs_end);
    _Static_assert(PART % 2 == 0, "ranks of a part begin with a later key");
    if (first < end) {
        take_turns(end - first, weight + own + first / 2, weight + own - first / 2, paired);
        isa_best()->kernel->add_floats(end - first, share, paired, sum + first);
    }
    size_t one_sided = first > pairs_end ? first : pairs_end;
    if (behind > own) {
        add_range(share, one_sided, last, weight, sum);
    } else if (one_sided < last) {
        isa_best()->kernel->add_backwards(last - one_sided, share, weight + row->count - 1 - one_sided,
                                          sum + one_sided);
    }
}

static void sum_near(const struct reading *r, const struct part *part, size_t first, size_t last) {
    for (size_t i = 0; i < part->count; i++) {
        const struct scores_row *row = &part->row[i];
        double *sum = r->near[row->length].weight;
        size_t end = GSL_MIN(last, row->count);
        if (!stands(row)) { continue; }
        if (row->key) {
            add_range(r->share[i], first, end, r->nearest + i * part->stride, sum);
        } else if (first < end) {
            sum_nearest(row, r->weight + i * part->stride, r->share[i], first, end, sum);
        }
    }
}

/* Distance from which on a key is far. */
static size_t far_distance(double n) { return (size_t)floor(fmax(16, n / 8)) + 1; }

/* Far keys of a row without a mask: 0 .. low - 1 and high .. */
static void far_ends(const struct reading *r, const struct scores_row *row, size_t limit, size_t *low,
                     size_t *high) {
    size_t apart = far_distance(r->survey->facts->length[row->length]);
    *low = row->position >= apart ? GSL_MIN(row->position - apart + 1, limit) : 0;
    *high = GSL_MIN(row->position + apart, limit);
}

static struct far_sums *far_of(const struct reading *r, const struct scores_row *row) {
    return &r->far[row->length * r->survey->facts->head_count + row->head];
}

static void sum_far(const struct reading *r, const struct part *part, size_t first, size_t last) {
    for (size_t i = 0; i < part->count; i++) {
        const struct scores_row *row = &part->row[i];
        if (row->key) { continue; }
        const struct far_sums *f = far_of(r, row);
        size_t limit = GSL_MIN(row->count, f->limit), low, high;
        const float *weight = r->weight + i * part->stride;
        far_ends(r, row, limit, &low, &high);
        add_range(r->share[i], first, GSL_MIN(low, last), weight, f->weight);
        add_range(r->share[i], high > first ? high : first, GSL_MIN(limit, last), weight, f->weight);
    }
}

/* Room for keys of a row with a mask, which may stand beyond the length, and for some more. */
static void widen(const struct reading *r, struct far_sums *f, size_t keys) {
    const size_t old = f->limit + 1, wider = (size_t)fmin(1.25 * (double)keys, r->far_room);
    if (keys <= f->limit || wider <= f->limit) { return; }
    double *weight = zeros(wider + 1), *rows = memory_create(wider + 1, sizeof *rows);
    memcpy(weight, f->weight, old * sizeof *weight);
    memcpy(rows, f->rows, old * sizeof *rows);
    free(f->weight);
    free(f->rows);
    *f = (struct far_sums){wider, weight, rows};
}

/* Rows of a part, one after the other: how many there are at each key, and all of those with a mask, whose
 * keys have other positions in them than in their neighbours. */
static void count_rows(struct reading *r, const struct part *part) {
    for (size_t i = 0; i < part->count; i++) {
        const struct scores_row *row = &part->row[i];
        struct far_sums *f = far_of(r, row);
        if (row->key) { widen(r, f, row->key[row->count - 1] + (size_t)1); }
        size_t limit = GSL_MIN(row->count, f->limit), low, high;
        size_t apart = far_distance(r->survey->facts->length[row->length]);
        r->near[row->length].rows++;
        r->near[row->length].nowhere += !stands(row);
        r->near[row->length].even[row->count] += 1 / (double)row->count;
        if (!row->key) {
            far_ends(r, row, limit, &low, &high);
            f->rows[0] += 1;
            f->rows[low] -= 1;
            f->rows[high] += 1;
            f->rows[limit] -= 1;
        }
        for (size_t k = 0; row->key && k < row->count && row->key[k] < f->limit; k++) {
            size_t key = row->key[k];
            if (key + apart > row->position && row->position + apart > key) { continue; }
            f->weight[key] += r->share[i] * (double)r->weight[i * part->stride + k];
            f->rows[key] += 1;
            f->rows[key + 1] -= 1;
        }
    }
}

/* Bits do not depend on threads: a key's sums are one thread's, in the order of rows. */
static void sum_part(struct reading *r, const struct part *part) {
#pragma omp parallel for schedule(static) num_threads(r->threads)
    for (size_t first = 0; first < part->stride; first += PART) {
        sum_near(r, part, first, first + PART);
        sum_far(r, part, first, first + PART);
    }
    count_rows(r, part);
}

/* ---- places ---- */

static size_t place_index(const struct scores_facts *f, size_t length, size_t head, size_t sequence) {
    return (length * f->head_count + head) * f->sequence_count + sequence;
}

static size_t place_count(const struct scores_facts *f) { return place_index(f, f->length_count, 0, 0); }

static void close_place(struct reading *r) {
    const struct survey *s = r->survey;
    for (size_t l = 0; l < s->facts->length_count; l++) {
        if (r->near[l].rows == 0) { continue; }
        const size_t at = place_index(s->facts, l, r->head, r->sequence);
        nearness_close(&r->near[l], &r->kept[at], &s->place[at]);
    }
}

/* Keys of at least SINK, and twice what equal weights give, over enough rows, the heaviest first. */
static void find_sinks(const struct reading *r, size_t length, size_t head) {
    const struct scores_facts *f = r->survey->facts;
    const struct far_sums *sums = &r->far[length * f->head_count + head];
    struct survey_sink *sink = r->survey->sink + (length * f->head_count + head) * SURVEY_SINKS;
    double rows = 0;
    for (size_t s = 0; s < f->sequence_count; s++) {
        rows += (double)r->survey->place[place_index(f, length, head, s)].rows;
    }
    double far_rows = 0, least = fmax(SINK, 2 / f->length[length]);
    for (size_t k = 0; k < sums->limit; k++) {
        far_rows += sums->rows[k];
        struct survey_sink found = {(uint32_t)k, sums->weight[k] / far_rows};
        if (!(far_rows >= fmax(8, rows / 4)) || !(found.weight >= least)) { continue; }
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

static void open_reading(struct survey *survey, int threads, struct reading *r) {
    const struct scores_facts *f = survey->facts;
    double all = 0, room = floor(SINK_ROOM / (2 * (double)(f->head_count * f->length_count)));
    for (size_t l = 0; l < f->length_count; l++) { all += 2 * (double)f->head_count * f->length[l]; }
    *r = (struct reading){.survey = survey,
                          .near = memory_create(f->length_count, sizeof *r->near),
                          .kept = memory_create(place_count(f), sizeof *r->kept),
                          .far = memory_create(f->length_count * f->head_count, sizeof *r->far),
                          .far_room = room,
                          .head = SIZE_MAX,
                          .threads = threads,
                          .leading = memory_create((size_t)threads, sizeof(struct leading *)),
                          .epsilon = f->rounding};
    for (int i = 0; i < threads; i++) { r->leading[i] = leading_create(isa_best()); }
    for (size_t l = 0; l < f->length_count; l++) {
        size_t n = (size_t)f->length[l] + 1;
        r->near[l] =
            (struct nearness){.length = n - 1, .weight = zeros(n), .even = memory_create(n, sizeof(double))};
        for (size_t h = 0; h < f->head_count; h++) {
            struct far_sums *sums = &r->far[l * f->head_count + h];
            sums->limit = all > SINK_ROOM && (double)n > room ? (size_t)room : n;
            sums->weight = zeros(sums->limit + 1);
            sums->rows = memory_create(sums->limit + 1, sizeof(double));
        }
    }
}

static void close_reading(struct reading *r) {
    const struct scores_facts *f = r->survey->facts;
    for (size_t l = 0; l < f->length_count; l++) {
        free(r->near[l].weight);
        free(r->near[l].even);
    }
    for (size_t i = 0; i < f->length_count * f->head_count; i++) {
        free(r->far[i].weight);
        free(r->far[i].rows);
    }
    for (int i = 0; i < r->threads; i++) { leading_free(r->leading[i]); }
    free(r->leading);
    for (size_t i = 0; i < place_count(f); i++) { free(r->kept[i].share); }
    free(r->kept);
    free(r->near);
    free(r->far);
    free(r->weight);
    free(r->nearest);
    free(r->share);
}

static void reserve(struct reading *r, size_t rows, size_t numbers) {
    if (numbers > r->room) {
        r->room = numbers;
        free(r->weight);
        free(r->nearest);
        r->weight = memory_create_aligned(numbers, sizeof *r->weight);
        r->nearest = memory_create_aligned(numbers, sizeof *r->nearest);
    }
    if (rows > r->share_room) {
        r->share_room = rows;
        r->share = memory_resize(r->share, rows, sizeof *r->share);
    }
}

static void survey_part(struct reading *r, const struct part *part, struct survey_row *found) {
    reserve(r, part->count, part->count * part->stride);
#pragma omp parallel for schedule(dynamic, 1) num_threads(r->threads)
    for (size_t i = 0; i < part->count; i++) {
        float *weight = r->weight + i * part->stride;
        found[i] = measure(r, r->leading[omp_get_thread_num()], &part->row[i], weight, &r->share[i]);
        if (part->row[i].key && stands(&part->row[i])) {
            order_by_nearness(&part->row[i], weight, r->nearest + i * part->stride);
        }
    }
    sum_part(r, part);
}

static void survey_batch(struct reading *r, const struct scores_batch *batch) {
    struct survey *s = r->survey;
    size_t stride = 1;
    if (batch->row[0].head != r->head || batch->row[0].sequence != r->sequence) {
        close_place(r);
        r->head = batch->row[0].head;
        r->sequence = batch->row[0].sequence;
    }
    for (size_t i = 0; i < batch->count; i++) {
        stride = stride > batch->row[i].count ? stride : batch->row[i].count;
    }
    if (s->row_count + batch->count > r->row_room) {
        r->row_room = 2 * (s->row_count + batch->count);
        s->row = memory_resize(s->row, r->row_room, sizeof *s->row);
    }
    stride = (stride + LINE - 1) / LINE * LINE;
    size_t at_once = (size_t)r->threads * (stride < ROOM ? ROOM / stride : 1);
    for (size_t first = 0; first < batch->count; first += at_once) {
        struct part part = {GSL_MIN(at_once, batch->count - first), stride, batch->row + first};
        survey_part(r, &part, s->row + s->row_count + first);
    }
    s->row_count += batch->count;
}

static void sort_by_head(struct survey *s) {
    size_t heads = s->facts->head_count, *next = s->head_end = memory_create(heads + 1, sizeof *next);
    s->by_head = memory_create(s->row_count + 1, sizeof *s->by_head);
    for (size_t i = 0; i < s->row_count; i++) { next[s->row[i].head + 1]++; }
    for (size_t h = 1; h <= heads; h++) { next[h] += next[h - 1]; }
    for (size_t i = 0; i < s->row_count; i++) { s->by_head[next[s->row[i].head]++] = i; }
}

struct survey_rows survey_rows_of(const struct survey *s, size_t head_first, size_t head_last) {
    if (head_last - head_first > 1) { return (struct survey_rows){s->row_count, NULL}; }
    size_t first = head_first > 0 ? s->head_end[head_first - 1] : 0;
    return (struct survey_rows){s->head_end[head_first] - first, s->by_head + first};
}

bool survey_make(struct scores *scores, int threads, struct survey *survey) {
    const struct scores_facts *f = scores_facts(scores);
    struct reading reading;
    struct scores_batch batch;
    enum scores_outcome outcome;
    *survey = (struct survey){.facts = f};
    survey->place = memory_create(place_count(f), sizeof *survey->place);
    survey->sink = memory_create(f->length_count * f->head_count * SURVEY_SINKS, sizeof *survey->sink);
    open_reading(survey, threads, &reading);
    scores_rewind(scores);
    struct progress progress = progress_start(1, 0, false);
    while ((outcome = scores_next(scores, threads, &batch)) == SCORES_MORE) {
        survey_batch(&reading, &batch);
        scores_add_progress(scores, &progress, "first of two readings");
    }
    progress_end(&progress);
    close_place(&reading);
    for (size_t l = 0; l < f->length_count; l++) {
        for (size_t h = 0; h < f->head_count; h++) { find_sinks(&reading, l, h); }
    }
    close_reading(&reading);
    sort_by_head(survey);
    return outcome == SCORES_END;
}

void survey_release(struct survey *survey) {
    free(survey->row);
    free(survey->by_head);
    free(survey->head_end);
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
