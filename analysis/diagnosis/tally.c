/* A row is measured once, in units of its head's Lambda; what its layer and all heads have of it differs by
 * the unit alone, but for N_n(t), whose gaps are in that unit. */
#include "analysis/diagnosis/tally.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/diagnosis/index.h"
#include "analysis/diagnosis/told.h"
#include "analysis/statistics/order.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/results/empirical.h"
#include "sim/rows/measured.h"
#include "sim/sweep/replicate.h"

enum { UNITS = 3 }; /* head, layer, all */

/* Of one sequence. */
struct sums {
    size_t sequence;
    double rows[2]; /* all, and those whose values over kept rows, at their own Lambda_n, are in it */
    double *value;  /* [total]; of layer and all until the end only N_n(t) */
};

/* A group at one length. */
struct cell {
    struct results_series here;
    struct replicate_layout layout;
    double unit; /* Lambda in whose units it is told; 1 where half of the rows tie */
    size_t rows, sequences;
    struct sums *sums;      /* [sequences], in the order of their first rows */
    size_t kept;            /* rows whose entropies are kept, for quantiles */
    double *room;           /* (kept, beta): a head's own; NULL in layer and all */
    const double **entropy; /* [kept], each (beta): in the room of their heads */
};

/* What a row leaves, before it is added up. */
struct mark {
    double *value;                /* [total], in units of its head */
    double *log_gap_count[UNITS]; /* [gaps]; of the head's unit among the values */
    struct index_row index;
    struct diagnosis_row found;
    bool is_tied; /* at the top: its Lambda_n is infinite */
    struct cell *cell[UNITS];
    size_t replicate[UNITS];
};

struct tally {
    const struct tally_request *request;
    const struct diagnosis *diagnosis;
    struct results *results;
    struct cell *cell; /* (group, length) */
    struct index_sums *index;
    struct mark *mark;
    size_t marks;
    double *room;
    size_t rows;                 /* so far */
    struct diagnosis_row *found; /* of all rows */
    size_t one;                  /* which beta is 1 */
    struct workplace *workplace;
};

/* What a thread works with. */
struct workplace {
    struct replicate_worker worker;
    struct measured *measured;
    struct index_room *index;
};

/* ---- results without rows ---- */

/* The options, and what the shape of the results follows from (sim/results/empirical.h). */
static char *resolved_text(const struct tally_request *r, const struct diagnosis *d) {
    char *text = NULL;
    size_t length, blocks = 1, *rows = memory_create(d->group_count, sizeof *rows);
    for (size_t i = 0; i < d->group_count; i++) {
        for (size_t l = 0; l < d->survey->facts->length_count; l++) {
            blocks = GSL_MAX(blocks, d->group[i].point[l].sequences);
            rows[i] = GSL_MAX(rows[i], GSL_MAX(1, d->group[i].point[l].rows));
        }
    }
    FILE *out = memory_stream_open(&text, &length);
    fprintf(out, "%sblocks: %zu\nseries:\n", r->text, blocks < 256 ? blocks : 256);
    for (size_t i = 0; i < d->group_count; i++) {
        fprintf(out, "  - {name: %s, rows: %zu}\n", d->group[i].name, rows[i]);
    }
    memory_stream_close(out, &text);
    free(rows);
    return text;
}

static void fill_series(const struct tally_request *r, const struct diagnosis *d,
                        const struct diagnosis_group *g, struct results_series *s) {
    const struct scores_facts *f = d->survey->facts;
    results_allocate(s);
    results_fill_common(s, empirical_quantile);
    for (size_t l = 0; l < f->length_count; l++) {
        double lambda = g->point[l].median;
        s->n[l] = f->length[l];
        s->log_n[l] = log(f->length[l]);
        s->lambda_typ[l] = lambda;
        s->log_lambda_typ[l] = log(lambda);
        for (size_t b = 0; b < r->betas; b++) {
            s->beta[l * r->betas + b] = r->beta[b];
            s->beta_ratio[l * r->betas + b] = isfinite(lambda) ? r->beta[b] / lambda : NAN;
        }
    }
}

static struct results *create_results(const struct tally_request *r, const struct diagnosis *d) {
    char *text = resolved_text(r, d);
    struct results *results = empirical_shape(text);
    results->config_resolved = text;
    results->config_text = memory_copy_text(text);
    results->isa = memory_copy_text(isa_best()->name);
    for (size_t i = 0; i < d->group_count; i++) { fill_series(r, d, &d->group[i], &results->series[i]); }
    return results;
}

/* ---- cells ---- */

static void open_cell(const struct tally *t, size_t group, size_t length, struct cell *c) {
    const struct diagnosis *d = t->diagnosis;
    const struct diagnosis_point *p = &d->group[group].point[length];
    double lambda = p->median;
    results_cut(&t->results->series[group], length, &c->here);
    c->layout = replicate_layout(&c->here);
    c->unit = isfinite(lambda) ? lambda : 1;
    if (!isfinite(lambda)) { c->here.beta_ratio = c->here.beta; } /* where its rows are measured */
    c->sums = memory_create(d->survey->facts->sequence_count, sizeof *c->sums);
    c->kept = GSL_MIN(p->rows, c->here.size[RESULTS_REPLICATE]);
    c->entropy = memory_create(c->kept, sizeof *c->entropy);
    if (!d->group[group].pooled) { c->room = memory_create(c->kept * c->layout.betas, sizeof *c->room); }
}

static void free_cell(struct cell *c) {
    for (size_t s = 0; s < c->sequences; s++) { free(c->sums[s].value); }
    free(c->sums);
    free(c->room);
    free(c->entropy);
}

static struct sums *sums_of(struct cell *c, size_t sequence) {
    size_t s = 0;
    while (s < c->sequences && c->sums[s].sequence != sequence) { s++; }
    if (s == c->sequences) {
        c->sums[c->sequences++] =
            (struct sums){.sequence = sequence, .value = memory_create(c->layout.total, sizeof(double))};
    }
    return &c->sums[s];
}

/* ---- a row ---- */

static size_t group_of(const struct diagnosis *d, size_t head, size_t unit) {
    size_t i = unit == 0 ? head : unit == 2 ? d->group_count - 1 : d->survey->facts->head_count;
    while (unit == 1 && d->group[i].head_last <= head) { i++; }
    return i;
}

/* Which cells a row belongs to, and which replicate it is there. */
static void place_row(const struct tally *t, const struct scores_row *row, struct mark *m) {
    for (size_t u = 0; u < UNITS; u++) {
        size_t group = group_of(t->diagnosis, row->head, u);
        m->cell[u] = &t->cell[group * t->diagnosis->survey->facts->length_count + row->length];
        m->replicate[u] = m->cell[u]->rows++;
    }
}

static void measure_counts(const struct kernel *kernel, const struct row *made, const struct mark *m,
                           double *room) {
    const struct cell *head = m->cell[0];
    for (size_t u = 1; u < UNITS; u++) {
        const struct results_series *here = &m->cell[u]->here;
        size_t gaps = here->size[RESULTS_GAP];
        if (m->cell[u]->unit == head->unit) { /* of one head */
            memcpy(m->log_gap_count[u], m->log_gap_count[0], gaps * sizeof *room);
            continue;
        }
        for (size_t i = 0; i < gaps; i++) { room[i] = here->gap_grid[i] * head->unit / m->cell[u]->unit; }
        measure_log_gap_count(kernel, made, gaps, room, m->log_gap_count[u]);
    }
}

/* Kept rows have it; of others it is found here. */
static double entropy_collapse(const struct replicate_worker *worker, const struct cell *head,
                               const struct row *made, size_t replicate) {
    const struct criterion one_nat = {CRITERION_ENTROPY, 1};
    const struct results_series *here = &head->here;
    const struct measure_grid grid = {head->layout.betas, here->beta_ratio,
                                      (const double(*)[MEASURE_VALUES])worker->grid_value};
    if (replicate < here->size[RESULTS_REPLICATE]) { return here->collapse[replicate]; }
    return measure_collapse(worker->isa->kernel, made, &one_nat, &grid);
}

/* What is told of the model as trained. */
static struct diagnosis_row at_one(const struct tally *t, const struct mark *m, double collapse) {
    const double *value = m->value + t->one;
    const size_t *at = m->cell[0]->layout.at;
    return (struct diagnosis_row){.entropy = value[at[MEASURE_ENTROPY]],
                                  .participation = value[at[MEASURE_PARTICIPATION]],
                                  .top_weight = value[at[MEASURE_TOP_WEIGHT]],
                                  .collapse = collapse};
}

/* `found` is what the first reading found. */
static void measure_row_of(const struct tally *t, struct workplace *w, const struct scores_row *row,
                           const struct survey_row *found, struct mark *m) {
    struct cell *head = m->cell[0];
    double room[128];
    const struct row *made =
        measured_row_within(w->measured, row->count, row->score, row->single, head->unit, &found->bounds);
    struct replicate_place place = {.layout = &head->layout, .here = &head->here};
    const struct accumulation known = {found->lambda / head->unit, found->log_rank, found->gap * head->unit};
    replicate_measure_row(&w->worker, &place, made, &known, m->replicate[0], m->value);
    m->is_tied = isinf(found->lambda);
    m->found = at_one(t, m, head->unit * entropy_collapse(&w->worker, head, made, m->replicate[0]));
    measure_counts(w->worker.isa->kernel, made, m, room);
    index_measure(w->index, row, t->diagnosis->survey->facts->length[row->length],
                  t->diagnosis->group[row->head].sink, made->gap, head->unit, &m->index);
}

/* ---- adding up ---- */

static void keep_in_unit(struct cell *to, size_t at, const struct cell *from, size_t replicate) {
    const struct results_series *x = &from->here;
    struct results_series *y = &to->here;
    double ratio = from->unit / to->unit;
    if (at >= y->size[RESULTS_REPLICATE] || replicate >= x->size[RESULTS_REPLICATE]) { return; }
    y->lambda[at] = x->lambda[replicate] * ratio;
    y->lambda_log_rank[at] = x->lambda_log_rank[replicate];
    y->lambda_gap[at] = x->lambda_gap[replicate] / ratio;
    y->top_gap[at] = x->top_gap[replicate] / ratio;
    for (size_t c = 0; c < EMPIRICAL_CRITERIA; c++) {
        y->collapse[c * y->size[RESULTS_REPLICATE] + at] =
            x->collapse[c * x->size[RESULTS_REPLICATE] + replicate] * ratio;
    }
}

static void add_values(size_t count, const double *value, double *sum) {
    isa_best()->kernel->add(count, 1, value, sum);
}

static void add_row(const struct scores_row *row, const struct mark *m, size_t unit) {
    struct cell *c = m->cell[unit];
    const struct replicate_layout *l = &c->layout;
    struct sums *s = sums_of(c, row->sequence);
    size_t at = m->replicate[unit];
    bool has_kept = m->replicate[0] < m->cell[0]->here.size[RESULTS_REPLICATE] && !m->is_tied;
    if (unit == 0) {
        add_values(has_kept ? l->total : l->kept, m->value, s->value);
    } else {
        add_values(c->here.size[RESULTS_GAP], m->log_gap_count[unit],
                   s->value + l->at[RESULTS_LOG_GAP_COUNT]);
        keep_in_unit(c, at, m->cell[0], m->replicate[0]);
    }
    s->rows[false]++;
    s->rows[true] += has_kept;
    if (at >= c->kept) { return; }
    /* At most as many rows of the head came before as of the layer, or of all: its room has this one, too. */
    double *entropy = m->cell[0]->room + m->replicate[0] * l->betas;
    if (unit == 0) { memcpy(entropy, m->value, l->betas * sizeof *m->value); }
    c->entropy[at] = entropy;
}

/* A head's sums into those of its layer or of all, but for N_n(t), which are there. */
static void add_head(const struct cell *head, struct cell *c) {
    const struct replicate_layout *l = &c->layout;
    size_t mean = l->at[MEASURE_GAP_MEAN], counts = l->at[RESULTS_LOG_GAP_COUNT],
           after = l->at[RESULTS_LOG_GAP_COUNT + 1];
    for (size_t s = 0; s < head->sequences; s++) {
        double *from = head->sums[s].value, *to = sums_of(c, head->sums[s].sequence)->value;
        add_values(mean, from, to);
        for (size_t i = mean; i < l->at[MEASURE_GAP_MEAN + 1]; i++) {
            to[i] += from[i] * c->unit / head->unit;
        }
        add_values(counts - l->at[MEASURE_GAP_MEAN + 1], from + l->at[MEASURE_GAP_MEAN + 1],
                   to + l->at[MEASURE_GAP_MEAN + 1]);
        add_values(l->total - after, from + after, to + after);
    }
}

static void add_heads(struct tally *t) {
    const struct diagnosis *d = t->diagnosis;
    size_t lengths = d->survey->facts->length_count;
    for (size_t h = 0; h < d->survey->facts->head_count; h++) {
        for (size_t l = 0; l < lengths; l++) {
            for (size_t u = 1; u < UNITS; u++) {
                add_head(&t->cell[h * lengths + l], &t->cell[group_of(d, h, u) * lengths + l]);
            }
        }
    }
}

/* ---- means and errors ---- */

/* Mean over rows, and the error of the means of sequences, weighted by their rows. */
static void between_sequences(const struct cell *c, size_t value, double *mean, double *se) {
    bool of_kept = value >= c->layout.kept;
    double rows = 0, total = 0, square = 0, g = 0;
    for (size_t s = 0; s < c->sequences; s++) {
        rows += c->sums[s].rows[of_kept];
        total += c->sums[s].value[value];
    }
    if (!(rows > 0)) { return; }
    *mean = total / rows;
    for (size_t s = 0; s < c->sequences; s++) {
        double own = c->sums[s].rows[of_kept];
        if (own == 0) { continue; }
        double apart = (c->sums[s].value[value] - own * *mean) / rows;
        square += apart * apart;
        g++;
    }
    if (g > 1) { *se = sqrt(square * g / (g - 1)); }
}

static void fill_quantiles(struct cell *c) {
    enum { TOGETHER = 8 }; /* betas that lie side by side */
    _Static_assert((int)EMPIRICAL_QUANTILES == (int)ORDER_QUANTILES, "of the same levels");
    size_t count = GSL_MIN(c->rows, c->kept);
    double *value = memory_create((TOGETHER + 1) * count, sizeof *value);
    for (size_t b = 0; b < c->layout.betas && count > 0; b += TOGETHER) {
        size_t betas = c->layout.betas - b < TOGETHER ? c->layout.betas - b : TOGETHER;
        for (size_t i = 0; i < count; i++) {
            for (size_t j = 0; j < betas; j++) { value[j * count + i] = c->entropy[i][b + j]; }
        }
        for (size_t j = 0; j < betas; j++) {
            order_quantiles(count, value + j * count, value + TOGETHER * count,
                            c->here.entropy_quantile + (b + j) * EMPIRICAL_QUANTILES);
        }
    }
    free(value);
}

/* Blocks are sequences; more than there are blocks share the last. */
static void fill_cell_blocks(struct cell *c) {
    size_t blocks = c->here.size[RESULTS_BLOCK], betas = c->layout.betas;
    for (size_t k = 0; k < blocks && k < c->sequences; k++) {
        size_t last = k + 1 == blocks ? c->sequences : k + 1;
        double rows = 0;
        for (size_t s = k; s < last; s++) { rows += c->sums[s].rows[false]; }
        for (size_t q = 0; q < MEASURE_COUNT; q++) {
            for (size_t b = 0; b < betas; b++) {
                double sum = 0;
                for (size_t s = k; s < last; s++) { sum += c->sums[s].value[c->layout.at[q] + b]; }
                c->here.block[q][b * blocks + k] = sum / rows;
            }
        }
        if (isnan(c->here.block_size[k]) || c->here.block_size[k] < rows) { c->here.block_size[k] = rows; }
    }
}

static void blank(size_t count, double *value) {
    for (size_t i = 0; i < count; i++) { value[i] = NAN; }
}

/* What is told in units of a Lambda^typ that there is none of. */
static void blank_ratios(struct results_series *s) {
    const unsigned ratios[] = {MEASURE_GAP_MEAN, RESULTS_LOG_GAP_COUNT};
    const size_t kept = s->size[RESULTS_REPLICATE];
    for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++) {
        size_t count = results_quantity_size(s, ratios[i]);
        blank(count, s->mean[ratios[i]]);
        blank(count, s->se[ratios[i]]);
    }
    blank(s->size[RESULTS_BETA] * s->size[RESULTS_BLOCK], s->block[MEASURE_GAP_MEAN]);
    blank(kept, s->lambda);
    blank(kept, s->lambda_gap);
    blank(kept, s->top_gap);
    blank(s->size[RESULTS_CRITERION] * kept, s->collapse);
}

/* `same`: its rows are those of a cell that is finished. */
static void finish_cell(const struct cell *same, struct cell *c) {
    for (unsigned q = 0; q < RESULTS_QUANTITIES; q++) {
        for (size_t i = c->layout.at[q]; i < c->layout.at[q + 1]; i++) {
            size_t k = i - c->layout.at[q];
            between_sequences(c, i, &c->here.mean[q][k], &c->here.se[q][k]);
        }
    }
    if (same) {
        memcpy(c->here.entropy_quantile, same->here.entropy_quantile,
               c->layout.betas * EMPIRICAL_QUANTILES * sizeof *c->here.entropy_quantile);
    } else {
        fill_quantiles(c);
    }
    fill_cell_blocks(c);
    c->here.row_count[0] = (double)c->rows;
    if (!isfinite(c->here.lambda_typ[0])) { blank_ratios(&c->here); }
}

/* ---- all of it ---- */

static void reserve_marks(struct tally *t, size_t count) {
    size_t total = t->cell[0].layout.total, gaps = t->cell[0].here.size[RESULTS_GAP],
           each = total + (UNITS - 1) * gaps;
    if (count <= t->marks) { return; }
    t->marks = count;
    t->mark = memory_resize(t->mark, count, sizeof *t->mark);
    t->room = memory_resize(t->room, count * each, sizeof *t->room);
    for (size_t i = 0; i < count; i++) {
        t->mark[i].value = t->room + i * each;
        t->mark[i].log_gap_count[0] = t->mark[i].value + t->cell[0].layout.at[RESULTS_LOG_GAP_COUNT];
        for (size_t u = 1; u < UNITS; u++) {
            t->mark[i].log_gap_count[u] = t->mark[i].value + total + (u - 1) * gaps;
        }
    }
}

static void open_workplaces(struct tally *t) {
    t->workplace = memory_create((size_t)t->request->threads, sizeof *t->workplace);
    for (int i = 0; i < t->request->threads; i++) {
        struct workplace *w = &t->workplace[i];
        w->measured = measured_create(isa_best());
        w->index = index_room_create(isa_best());
        replicate_worker_create(&w->worker, isa_best(), t->request->betas);
    }
}

static void close_workplaces(struct tally *t) {
    for (int i = 0; i < t->request->threads; i++) {
        replicate_worker_release(&t->workplace[i].worker);
        measured_free(t->workplace[i].measured);
        index_room_free(t->workplace[i].index);
    }
    free(t->workplace);
}

static void tally_batch(struct tally *t, const struct scores_batch *batch) {
    const struct survey_row *found = t->diagnosis->survey->row + t->rows;
    reserve_marks(t, batch->count);
    for (size_t i = 0; i < batch->count; i++) { place_row(t, &batch->row[i], &t->mark[i]); }
#pragma omp parallel for schedule(dynamic, 1) num_threads(t->request->threads)
    for (size_t i = 0; i < batch->count; i++) {
        struct workplace *w = &t->workplace[omp_get_thread_num()];
        measure_row_of(t, w, &batch->row[i], &found[i], &t->mark[i]);
    }
    for (size_t i = 0; i < batch->count; i++) {
        for (size_t u = 0; u < UNITS; u++) { add_row(&batch->row[i], &t->mark[i], u); }
        index_add(t->index, &batch->row[i], &t->mark[i].index);
        t->found[t->rows + i] = t->mark[i].found;
    }
    t->rows += batch->count;
}

static void finish(struct tally *t, struct diagnosis *d) {
    size_t lengths = d->survey->facts->length_count;
    add_heads(t);
    index_finish(t->index, d);
    diagnosis_take_rows(d, t->found);
    for (size_t i = 0; i < d->group_count; i++) {
        size_t head = d->group[i].head_first;
        bool is_head = i != head && d->group[i].head_last == head + 1;
        for (size_t l = 0; l < lengths; l++) {
            finish_cell(is_head ? &t->cell[head * lengths + l] : NULL, &t->cell[i * lengths + l]);
        }
        told_file(d, &d->group[i], &t->results->series[i]);
        index_copy(t->index, d, i, &t->results->series[i]);
    }
}

struct results *tally_make(struct scores *scores, const struct tally_request *request, struct diagnosis *d) {
    size_t lengths = d->survey->facts->length_count;
    struct tally t = {.request = request, .diagnosis = d};
    struct scores_batch batch;
    enum scores_outcome outcome;
    t.results = create_results(request, d);
    t.index = index_create(d->survey);
    t.cell = memory_create(d->group_count * lengths, sizeof *t.cell);
    for (size_t i = 0; i < d->group_count * lengths; i++) {
        open_cell(&t, i / lengths, i % lengths, &t.cell[i]);
    }
    t.found = memory_create(d->survey->row_count, sizeof *t.found);
    while (request->beta[t.one] != 1) { t.one++; }
    open_workplaces(&t);
    scores_rewind(scores);
    struct progress progress = progress_start(1, 0, false);
    while ((outcome = scores_next(scores, request->threads, &batch)) == SCORES_MORE) {
        tally_batch(&t, &batch);
        scores_add_progress(scores, &progress, "second of two readings");
    }
    progress_end(&progress);
    const bool good = outcome == SCORES_END;
    if (good) {
        finish(&t, d);
    } else {
        free(t.found);
    }
    for (size_t i = 0; i < d->group_count * lengths; i++) { free_cell(&t.cell[i]); }
    free(t.cell);
    close_workplaces(&t);
    free(t.mark);
    free(t.room);
    index_free(t.index);
    if (good) { return t.results; }
    results_free(t.results);
    return NULL;
}
