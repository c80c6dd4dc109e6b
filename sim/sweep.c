/* Work is cut into blocks of RESULTS_BLOCK_LENGTH replicates of one cell, and blocks of long rows into
 * slices. A block's values wait in one matrix until its last slice is done; then they are reduced in
 * replicate order and folded into the cell in block order, whoever computed them. */
#include "sweep.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../models/typical.h"
#include "message.h"
#include "progress.h"
#include "replicate.h"

/* A block from its first slice until it is folded into its cell. */
struct block {
    struct block *next;
    size_t index, count, te_count; /* replicates in all, and kept ones */
    size_t slices_left;
    double *values;    /* [count][total], until the last slice is done; from then on: */
    double *mean, *m2; /* [total], means and sums of squared deviations */
    uint16_t *bin;     /* [binned][count] */
    bool summarised;
};

/* Entropy histogram: bins of relative width 1/64, from 2^-40 nats up; bin 0 holds what is below. */
enum { HISTOGRAM_BINS = 64 * 61, HISTOGRAM_SHIFT = 52 - 6 };
static const int64_t HISTOGRAM_FIRST = (int64_t)(1023 - 40) << 6;

static uint16_t histogram_bin(double entropy) {
    if (!(entropy >= 0x1p-40)) { return 0; }
    int64_t bits;
    memcpy(&bits, &entropy, sizeof bits);
    int64_t bin = (bits >> HISTOGRAM_SHIFT) - HISTOGRAM_FIRST + 1;
    return (uint16_t)(bin < HISTOGRAM_BINS ? bin : HISTOGRAM_BINS - 1);
}

static double histogram_edge(size_t bin) {
    if (bin == 0) { return 0; }
    int64_t bits = ((int64_t)bin - 1 + HISTOGRAM_FIRST) << HISTOGRAM_SHIFT;
    double edge;
    memcpy(&edge, &bits, sizeof edge);
    return edge;
}

static double histogram_quantile(const uint32_t *count, double total, double q) {
    double rank = q * total, below = 0;
    size_t bin = 0;
    while (bin + 1 < HISTOGRAM_BINS && below + count[bin] < rank) { below += count[bin++]; }
    double low = histogram_edge(bin), high = histogram_edge(bin + 1);
    return low + (high - low) * fmin(1, fmax(0, (rank - below) / count[bin]));
}

struct cell {
    const struct config_series *series;
    struct results_series *results;
    size_t n_index;
    double log_n, log_lambda_typ, cost; /* cost of a row, in arbitrary units */
    double p[FAMILY_PARAMETERS];
    struct sampler_law *law; /* from its first block to its last */
    struct replicate_layout layout;

    size_t block_count, blocks_folded;
    struct block *live; /* blocks at work or waiting for an earlier one */
    size_t first_task;

    double count, te_count;
    double *sum, *carry, *m2; /* [total], compensated sums of all replicates so far */
    uint32_t *histogram;      /* [binned][HISTOGRAM_BINS] */
};

struct sweep {
    const struct config *config;
    const struct isa *isa;
    size_t cell_count, task_count;
    struct cell *cell; /* the costly first */
    struct progress progress;
    bool failed;
};

static size_t size_min(size_t a, size_t b) { return a < b ? a : b; }

static struct replicate_place cell_place(const struct sweep *sweep, const struct cell *c) {
    return (struct replicate_place){.seed = sweep->config->seed,
                                    .common_randomness = sweep->config->common_randomness,
                                    .results = c->results,
                                    .n_index = c->n_index,
                                    .law = c->law,
                                    .layout = &c->layout};
}

/* ---- reduction ---- */

/* Neumaier's compensated addition. */
static inline void add_compensated(double *sum, double *carry, double x) {
    double s = *sum + x;
    *carry += fabs(*sum) >= fabs(x) ? (*sum - s) + x : (x - s) + *sum;
    *sum = s;
}

static void summarise_column(const double *x, size_t stride, size_t count, double *mean, double *m2) {
    double sum = 0, carry = 0, squares = 0;
    for (size_t i = 0; i < count; i++) { add_compensated(&sum, &carry, x[i * stride]); }
    *mean = (sum + carry) / (double)count;
    for (size_t i = 0; i < count; i++) { squares += (x[i * stride] - *mean) * (x[i * stride] - *mean); }
    *m2 = squares;
}

static void block_free(struct block *b) {
    free(b->values);
    free(b->mean);
    free(b->m2);
    free(b->bin);
    free(b);
}

static struct block *block_create(const struct cell *c, size_t index, size_t slices) {
    size_t total = c->layout.total, first = index * RESULTS_BLOCK_LENGTH,
           kept = c->results->size[RESULTS_REPLICATE];
    struct block *b = calloc(1, sizeof *b);
    if (!b) { return NULL; }
    b->index = index;
    b->count = size_min(RESULTS_BLOCK_LENGTH, c->series->replicates - first);
    b->te_count = kept > first ? size_min(b->count, kept - first) : 0;
    b->slices_left = slices;
    b->values = malloc(b->count * total * sizeof *b->values);
    b->mean = calloc(total, sizeof *b->mean);
    b->m2 = calloc(total, sizeof *b->m2);
    b->bin = malloc(b->count * c->layout.binned * sizeof *b->bin);
    if (b->values && b->mean && b->m2 && b->bin) { return b; }
    block_free(b);
    return NULL;
}

static void block_summarise(struct block *b, const struct replicate_layout *l) {
    for (size_t v = 0; v < l->total; v++) {
        size_t count = v < l->kept ? b->count : b->te_count;
        if (count > 0) { summarise_column(b->values + v, l->total, count, &b->mean[v], &b->m2[v]); }
    }
    for (size_t i = 0; i < l->binned; i++) {
        const double *value = b->values + replicate_binned(l, i);
        for (size_t r = 0; r < b->count; r++) {
            b->bin[i * b->count + r] = histogram_bin(value[r * l->total]);
        }
    }
    free(b->values);
    b->values = NULL;
}

/* Combines means and squared deviations of `fresh` replicates with those of `count` before (Chan et al.
 * 1983). */
static void cell_combine(struct cell *c, const struct block *s, size_t from, size_t end, double count,
                         double fresh) {
    for (size_t v = from; v < end; v++) {
        if (count > 0) {
            double delta = s->mean[v] - (c->sum[v] + c->carry[v]) / count;
            c->m2[v] += s->m2[v] + delta * delta * count * fresh / (count + fresh);
        } else {
            c->m2[v] = s->m2[v];
        }
        add_compensated(&c->sum[v], &c->carry[v], s->mean[v] * fresh);
    }
}

/* The block's means enter the means of its group of blocks. */
static void cell_add_to_group(struct cell *c, const struct block *s) {
    struct results_series *r = c->results;
    size_t groups = r->size[RESULTS_BLOCK], group = s->index / results_blocks_per_group(r->replicates);
    for (size_t m = 0; m < MEASURE_COUNT; m++) {
        for (size_t b = 0; b < c->layout.betas; b++) {
            double *mean = &r->block[m][(c->n_index * c->layout.betas + b) * groups + group];
            if (isnan(*mean)) { *mean = 0; }
            *mean += s->mean[c->layout.at[m] + b] * ((double)s->count / r->block_size[group]);
        }
    }
}

static void cell_fold(struct cell *c, const struct block *s) {
    const struct replicate_layout *l = &c->layout;
    cell_combine(c, s, 0, l->kept, c->count, (double)s->count);
    c->count += (double)s->count;
    if (s->te_count > 0) {
        cell_combine(c, s, l->kept, l->total, c->te_count, (double)s->te_count);
        c->te_count += (double)s->te_count;
    }
    for (size_t b = 0; b < l->binned; b++) {
        for (size_t r = 0; r < s->count; r++) {
            c->histogram[b * HISTOGRAM_BINS + s->bin[b * s->count + r]]++;
        }
    }
    cell_add_to_group(c, s);
}

/* Mean and standard error of a quantity; NaN error for a single replicate. */
static void cell_publish(const struct cell *c, unsigned q) {
    size_t from = c->layout.at[q], count = c->layout.at[q + 1] - from;
    if (count == 0) { return; }
    double *mean = c->results->mean[q] + c->n_index * count, *se = c->results->se[q] + c->n_index * count;
    double replicates = from < c->layout.kept ? c->count : c->te_count;
    for (size_t i = 0; i < count; i++) {
        if (replicates > 0) { mean[i] = (c->sum[from + i] + c->carry[from + i]) / replicates; }
        if (replicates > 1) { se[i] = sqrt(c->m2[from + i] / (replicates * (replicates - 1))); }
    }
}

static void cell_release(struct cell *c) {
    sampler_law_free(c->law);
    c->law = NULL;
    free(c->sum);
    free(c->carry);
    free(c->m2);
    free(c->histogram);
    while (c->live) {
        struct block *next = c->live->next;
        block_free(c->live);
        c->live = next;
    }
    c->sum = c->carry = c->m2 = NULL;
    c->histogram = NULL;
}

static void cell_finish(struct cell *c) {
    struct results_series *r = c->results;
    const struct replicate_layout *l = &c->layout;
    size_t row = c->n_index * l->betas, quantiles = r->size[RESULTS_QUANTILE];
    for (unsigned q = 0; q < RESULTS_QUANTITIES; q++) { cell_publish(c, q); }
    for (size_t i = 0; i < l->binned; i++) {
        double *quantile = i < l->betas
                               ? r->entropy_quantile + (row + i) * quantiles
                               : r->ordered_weight_quantile + (row * l->ranks + i - l->betas) * quantiles;
        for (size_t q = 0; q < quantiles; q++) {
            quantile[q] = histogram_quantile(c->histogram + i * HISTOGRAM_BINS, c->count, r->quantile[q]);
        }
    }
    if (results_has_output(r)) { results_finish_output(r, c->n_index); }
    cell_release(c);
}

/* ---- work ---- */

static bool cell_counted(const struct cell *c) { return config_counted(c->series, c->log_n); }

static struct sampler_law *cell_law(const struct cell *c, const struct isa *isa, double log_n) {
    return sampler_law_create(c->series->family, c->p, log_n, c->log_lambda_typ, cell_counted(c), isa->kernel,
                              c->layout.betas, c->results->beta_ratio + c->n_index * c->layout.betas);
}

/* Its law and room for its sums, when its first block starts. */
static bool cell_open(struct cell *c, const struct isa *isa) {
    size_t total = c->layout.total;
    if (c->sum) { return true; }
    c->law = cell_law(c, isa, c->log_n);
    c->sum = calloc(total, sizeof *c->sum);
    c->carry = calloc(total, sizeof *c->carry);
    c->m2 = calloc(total, sizeof *c->m2);
    c->histogram = calloc(c->layout.binned * HISTOGRAM_BINS, sizeof *c->histogram);
    return c->law && c->sum && c->carry && c->m2 && c->histogram;
}

static size_t slice_length(const struct cell *c) {
    const double slice_cost = 1e6; /* about a millisecond */
    return (size_t)fmax(1, fmin(RESULTS_BLOCK_LENGTH, slice_cost / c->cost));
}

static size_t slices_per_block(const struct cell *c) {
    return (RESULTS_BLOCK_LENGTH - 1) / slice_length(c) + 1;
}

static struct block *cell_find(const struct cell *c, size_t index) {
    struct block *b = c->live;
    while (b && b->index != index) { b = b->next; }
    return b;
}

/* The block, made when its first slice asks for it. NULL when out of memory. */
static struct block *cell_block(struct cell *c, const struct isa *isa, size_t index) {
    struct block *b = NULL;
#pragma omp critical(sweep)
    if (cell_open(c, isa)) {
        b = cell_find(c, index);
        if (!b && (b = block_create(c, index, slices_per_block(c)))) {
            b->next = c->live;
            c->live = b;
        }
    }
    return b;
}

/* Called when a slice is done; true for the last one of its block. */
static bool block_slice_done(struct block *b) {
    bool last;
#pragma omp critical(sweep)
    last = --b->slices_left == 0;
    return last;
}

/* Folds the first waiting block, if it is next in line. */
static bool cell_fold_next(struct cell *c) {
    struct block **link = &c->live;
    while (*link && (*link)->index != c->blocks_folded) { link = &(*link)->next; }
    struct block *b = *link;
    if (!b || !b->summarised) { return false; }
    cell_fold(c, b);
    c->blocks_folded++;
    *link = b->next;
    block_free(b);
    return true;
}

static void cell_accept(struct sweep *sweep, struct cell *c, struct block *b) {
#pragma omp critical(sweep)
    {
        progress_add(&sweep->progress, c->cost * (double)b->count, c->series->name);
        b->summarised = true;
        while (cell_fold_next(c)) {}
        if (c->blocks_folded == c->block_count) { cell_finish(c); }
    }
}

static struct cell *sweep_find_cell(const struct sweep *sweep, size_t task) {
    size_t low = 0, high = sweep->cell_count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (sweep->cell[middle].first_task <= task) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &sweep->cell[low];
}

/* A task is a slice of a block. */
static bool task_run(struct sweep *sweep, size_t task, struct replicate_worker *worker) {
    struct cell *c = sweep_find_cell(sweep, task);
    size_t local = task - c->first_task, slice = local % slices_per_block(c);
    struct block *b = cell_block(c, sweep->isa, local / slices_per_block(c));
    if (!b) { return false; }
    struct replicate_place place = cell_place(sweep, c);
    size_t end = size_min((slice + 1) * slice_length(c), b->count);
    for (size_t i = slice * slice_length(c); i < end; i++) {
        uint64_t replicate = b->index * RESULTS_BLOCK_LENGTH + i;
        if (!replicate_measure(worker, &place, replicate, b->values + i * c->layout.total)) { return false; }
    }
    if (block_slice_done(b)) {
        block_summarise(b, &c->layout);
        cell_accept(sweep, c, b);
    }
    return true;
}

/* ---- plan ---- */

/* Rough cost of a row, in nanoseconds: making it, and exponentials over its points. */
static double cell_cost(const struct cell *c) {
    double sums = (double)c->layout.betas + 60;
    if (c->series->family->kind == FAMILY_FIXED) { return 1000 + 20 * sums; }
    if (cell_counted(c)) { return 15000 + 400 * sums; }
    double n = exp(c->log_n);
    return 8 * n + fmin(n, 1000) * sums + 2000;
}

static int costlier(const void *a, const void *b) {
    const struct cell *x = a, *y = b;
    if (x->cost != y->cost) { return (x->cost < y->cost) - (x->cost > y->cost); }
    int name = strcmp(x->series->name, y->series->name);
    return name ? name : (x->n_index > y->n_index) - (x->n_index < y->n_index);
}

static bool sweep_plan_cells(struct sweep *sweep, struct results *results) {
    const struct config *config = sweep->config;
    for (size_t i = 0; i < config->series_count; i++) { sweep->cell_count += config->series[i].n_count; }
    sweep->cell = calloc(sweep->cell_count, sizeof *sweep->cell);
    if (!sweep->cell) { return false; }
    struct cell *c = sweep->cell;
    for (size_t i = 0; i < config->series_count; i++) {
        const struct config_series *series = &config->series[i];
        for (size_t j = 0; j < series->n_count; j++, c++) {
            c->series = series;
            c->results = &results->series[i];
            c->n_index = j;
            c->log_n = series->log_n[j];
            c->log_lambda_typ = c->results->log_lambda_typ[j];
            config_parameters(series, c->log_n, c->p);
            c->layout = replicate_layout(c->results);
            c->cost = cell_cost(c);
            c->block_count = (series->replicates + RESULTS_BLOCK_LENGTH - 1) / RESULTS_BLOCK_LENGTH;
        }
    }
    qsort(sweep->cell, sweep->cell_count, sizeof *sweep->cell, costlier);
    return true;
}

static void sweep_number_tasks(struct sweep *sweep) {
    for (size_t i = 0; i < sweep->cell_count; i++) {
        struct cell *c = &sweep->cell[i];
        c->first_task = sweep->task_count;
        sweep->task_count += c->block_count * slices_per_block(c);
    }
}

static size_t most_betas(const struct sweep *sweep) {
    size_t most = 0;
    for (size_t i = 0; i < sweep->cell_count; i++) {
        most = most > sweep->cell[i].layout.betas ? most : sweep->cell[i].layout.betas;
    }
    return most;
}

static void sweep_work(struct sweep *sweep, int threads) {
#pragma omp parallel num_threads(threads)
    {
        struct replicate_worker worker;
        bool ready = replicate_worker_create(&worker, sweep->isa, most_betas(sweep));
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < sweep->task_count; i++) {
            bool failed;
#pragma omp atomic read
            failed = sweep->failed;
            if (failed) { continue; }
            if (!ready || !task_run(sweep, i, &worker)) {
#pragma omp atomic write
                sweep->failed = true;
            }
        }
        replicate_worker_release(&worker);
    }
}

static void sweep_release(struct sweep *sweep) {
    for (size_t i = 0; sweep->cell && i < sweep->cell_count; i++) { cell_release(&sweep->cell[i]); }
    free(sweep->cell);
}

int sweep_run(const struct config *config, const struct isa *isa, int threads, bool quiet,
              struct results *results) {
    struct sweep sweep = {.config = config, .isa = isa};
    bool planned = sweep_plan_cells(&sweep, results);
    if (planned) {
        sweep_number_tasks(&sweep);
        double total = 0;
        for (size_t i = 0; i < sweep.cell_count; i++) {
            total += sweep.cell[i].cost * (double)sweep.cell[i].series->replicates;
        }
        sweep.progress = progress_start(total, quiet);
        sweep_work(&sweep, threads);
        progress_end(&sweep.progress);
    }
    sweep_release(&sweep);
    if (planned && !sweep.failed) { return EXIT_DONE; }
    message_error("out of memory during the sweep; try fewer betas, ordered_weights or threads");
    return EXIT_FAILED;
}

/* ---- estimate ---- */

/* Seconds a row of this cell takes, measured; drawn rows longer than KEPT cost in proportion. */
static double cell_seconds(struct sweep *sweep, const struct cell *c, struct replicate_worker *worker) {
    const double longest = log(1 << 16);
    enum { TRIALS = 3 };
    struct cell shorter = *c;
    bool drawn = c->series->family->kind == FAMILY_IID && !cell_counted(c);
    if (drawn) { shorter.log_n = fmin(c->log_n, longest); }
    shorter.law = cell_law(c, sweep->isa, shorter.log_n);
    double *values = malloc(c->layout.total * sizeof *values), best = INFINITY;
    struct replicate_place place = cell_place(sweep, &shorter);
    for (uint64_t i = 0; shorter.law && values && i < TRIALS; i++) {
        double start = omp_get_wtime();
        if (!replicate_measure(worker, &place, i, values)) { break; }
        best = fmin(best, omp_get_wtime() - start);
    }
    free(values);
    sampler_law_free(shorter.law);
    return best * (drawn && c->log_n > longest ? 1.5 * exp(c->log_n - longest) : 1);
}

static double cell_disk(const struct cell *c) {
    const struct results_series *r = c->results;
    double per_beta = MEASURE_COUNT * (2.0 + (double)r->size[RESULTS_BLOCK]) +
                      (double)r->size[RESULTS_QUANTILE] + 2.0 * (double)c->layout.ranks;
    double kept = (4.0 + (double)r->size[RESULTS_CRITERION]) * (double)r->size[RESULTS_REPLICATE];
    return sizeof(double) * (per_beta * (double)c->layout.betas + kept);
}

struct sweep_cost sweep_estimate(const struct config *config, const struct isa *isa, int threads) {
    struct sweep_cost cost = {0};
    struct sweep sweep = {.config = config, .isa = isa};
    struct results *results = results_create(config, isa->name);
    struct replicate_worker worker = {0};
    if (sweep_plan_cells(&sweep, results) && replicate_worker_create(&worker, isa, most_betas(&sweep))) {
        double values = 0, histogram = 0;
        for (size_t i = 0; i < sweep.cell_count; i++) {
            struct cell *c = &sweep.cell[i];
            cost.rows += (double)c->series->replicates;
            cost.seconds += (double)c->series->replicates * cell_seconds(&sweep, c, &worker);
            cost.disk += cell_disk(c);
            values = fmax(values, sizeof(double) * RESULTS_BLOCK_LENGTH * (double)c->layout.total);
            histogram = fmax(histogram, sizeof(uint32_t) * HISTOGRAM_BINS * (double)c->layout.binned);
        }
        cost.cells = sweep.cell_count;
        cost.memory = 32e6 + cost.disk + threads * (2 * values + histogram + 3e6);
    }
    replicate_worker_release(&worker);
    results_free(results);
    sweep_release(&sweep);
    return cost;
}
