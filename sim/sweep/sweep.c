/* A unit's blocks, or slices of blocks where rows are long, are the tasks of the threads. A block's values
 * wait in one matrix until its last slice is done; then they are reduced in replicate order, and blocks join
 * along the tree (partial.h), whoever computed them and whenever. */
#include "sim/sweep/sweep.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/sweep/exact.h"
#include "sim/sweep/histogram.h"

/* A block from its first slice to its last. */
struct block {
    struct partial *partial;    /* without bins; NULL before and after */
    struct results_series here; /* a view of it */
    struct replicate_place place;
    double *values; /* [replicates][total] */
    size_t slices_done;
};

/* What units of a cell share: those at work, and the next. */
struct shared_law {
    const struct unit_cell *cell;
    struct sampler_law *law;
    size_t users;
};

/* A unit from its first task to its last. */
struct job {
    struct unit unit;
    struct shared_law *law;
    struct partial_stack done; /* without bins */
    uint32_t *histogram;       /* of these, [binned][HISTOGRAM_BINS] */
    struct block *block;       /* [block_count] */
    size_t blocks_left, tasks_left;
};

struct sweep {
    const struct sweep_work *work;
    sweep_supply *supply;
    void *supply_context;
    /* What is to be taken, in the critical section `supply`. */
    int status;       /* as of sweep_compute; EXIT_DONE while it goes on */
    struct unit part; /* of which units are taken */
    bool ended;       /* there is no more */
    struct job *job;  /* whose tasks are taken */
    size_t task, tasks;
    struct shared_law *law; /* of the last one that has any */
};

/* ---- blocks ---- */

static void block_free(struct block *b) {
    partial_free(b->partial);
    free(b->values);
    b->partial = NULL;
    b->values = NULL;
}

static void block_begin(struct block *b, const struct config *config, const struct job *job, size_t index) {
    const struct unit *unit = &job->unit, of = unit_part(unit->cell, unit->first_block + index, 1);
    b->partial = partial_create(&of);
    b->here = partial_view(b->partial);
    b->place = (struct replicate_place){.seed = config->seed,
                                        .common_randomness = config->common_randomness,
                                        .law = job->law->law,
                                        .layout = &unit->cell->layout,
                                        .here = &b->here,
                                        .first = of.first_replicate};
    b->values = memory_resize(NULL, of.replicates * unit->cell->layout.total, sizeof *b->values);
}

/* Neumaier's compensated addition. */
static inline void add_compensated(double *sum, double *carry, double x) {
    double s = *sum + x;
    *carry += fabs(*sum) >= fabs(x) ? (*sum - s) + x : (x - s) + *sum;
    *sum = s;
}

/* The root of the sum of squares of so many numbers less their mean, where squares leave doubles. */
static double far_spread(const double *x, size_t stride, size_t count, double mean) {
    double most = 0, sum = 0;
    for (size_t i = 0; i < count; i++) { most = fmax(most, fabs(x[i * stride] - mean)); }
    for (size_t i = 0; i < count && most > 0; i++) { sum += gsl_pow_2((x[i * stride] - mean) / most); }
    return most * sqrt(sum);
}

/* Of the columns [from, end) of so many rows; mean and spread are 0 before. Until all is added `spread` holds
 * carries, then squares. */
static void reduce_columns(const double *x, size_t stride, size_t count, size_t from, size_t end,
                           double *mean, double *spread) {
    for (size_t i = 0; i < count; i++) {
#pragma omp simd
        for (size_t v = from; v < end; v++) { add_compensated(&mean[v], &spread[v], x[i * stride + v]); }
    }
    for (size_t v = from; v < end && count > 0; v++) {
        mean[v] = (mean[v] + spread[v]) / (double)count;
        spread[v] = 0;
    }
    for (size_t i = 0; i < count; i++) {
#pragma omp simd
        for (size_t v = from; v < end; v++) {
            spread[v] += (x[i * stride + v] - mean[v]) * (x[i * stride + v] - mean[v]);
        }
    }
    for (size_t v = from; v < end; v++) {
        spread[v] = partial_is_whole(spread[v]) ? sqrt(spread[v]) : far_spread(x + v, stride, count, mean[v]);
    }
}

/* Its values become moments, and go into histograms that others fill, too. */
static void block_reduce(const struct block *b, uint32_t *histogram) {
    const struct partial *p = b->partial;
    const struct replicate_layout *l = &p->of.cell->layout;
    size_t count = p->of.replicates;
    reduce_columns(b->values, l->total, count, 0, l->kept, p->mean, p->spread);
    reduce_columns(b->values, l->total, p->of.kept, l->kept, l->total, p->mean, p->spread);
    memcpy(p->group, p->mean, MEASURE_COUNT * l->betas * sizeof *p->mean); /* measures stand first */
    for (size_t i = 0; i < l->binned; i++, histogram += HISTOGRAM_BINS) {
        const double *value = b->values + replicate_binned(l, i);
        for (size_t r = 0; r < count; r++) {
            uint16_t bin = histogram_bin(value[r * l->total]);
#pragma omp atomic
            histogram[bin]++;
        }
    }
}

static size_t slice_length(const struct unit_cell *c) {
    const double slice_cost = 1e6; /* about a millisecond */
    return (size_t)fmax(1, fmin(RESULTS_BLOCK_LENGTH, slice_cost / c->cost));
}

static size_t slices_per_block(const struct unit_cell *c) {
    return (RESULTS_BLOCK_LENGTH - 1) / slice_length(c) + 1;
}

/* ---- units ---- */

static void leave_law(struct shared_law *shared) {
    if (!shared || --shared->users > 0) { return; }
    sampler_law_free(shared->law);
    free(shared);
}

static struct shared_law *use_law(struct sweep *s, const struct unit_cell *cell) {
    if (!s->law || s->law->cell != cell) {
        leave_law(s->law);
        s->law = memory_create(1, sizeof *s->law);
        *s->law = (struct shared_law){cell, unit_cell_law(cell, s->work->isa, cell->log_n), 1};
    }
    s->law->users++;
    return s->law;
}

static void job_free(struct job *job) {
    for (size_t i = 0; job->block && i < job->unit.block_count; i++) { block_free(&job->block[i]); }
    partial_drop(&job->done);
    leave_law(job->law);
    free(job->block);
    free(job->histogram);
    free(job);
}

/* The next unit's; nothing where there is nothing more. */
static void job_open(struct sweep *s) {
    if (s->part.block_count == 0 && !s->ended) { s->ended = !s->supply(s->supply_context, &s->part); }
    if (s->ended) { return; }
    const struct unit unit = unit_take(&s->part, 0);
    const struct unit_cell *c = unit.cell;
    struct job *job = memory_create(1, sizeof *job);
    const bool is_exact = unit_is_exact(&unit);
    s->tasks = is_exact ? 1 : unit.block_count * slices_per_block(c);
    *job = (struct job){.unit = unit, .blocks_left = unit.block_count, .tasks_left = s->tasks};
    s->job = job;
    s->task = 0;
    if (is_exact) { return; }
    job->law = use_law(s, c);
    job->block = memory_create(unit.block_count, sizeof *job->block);
    job->histogram = memory_create(c->layout.binned * HISTOGRAM_BINS, sizeof *job->histogram);
}

/* A task, of a job that lives until its last one is done; NULL when there is none. */
static struct job *take_task(struct sweep *s, size_t *task) {
    struct job *job = NULL;
#pragma omp critical(supply)
    {
        const bool goes_on = s->status == EXIT_DONE;
        if (goes_on && s->task == s->tasks) { job_open(s); }
        if (goes_on && s->task < s->tasks) {
            job = s->job;
            *task = s->task++;
        }
    }
    return job;
}

/* What it came to. */
static void end_task(struct sweep *s, struct job *job, int status) {
#pragma omp critical(supply)
    {
        if (status != EXIT_DONE) { s->status = status; }
        if (--job->tasks_left == 0) { job_free(job); }
    }
}

/* ---- work ---- */

/* Of a unit that is whole. */
static int finish(const struct sweep *sweep, struct partial *whole) {
    const bool kept = sweep->work->keep(sweep->work->context, whole);
    partial_free(whole);
    return kept ? EXIT_DONE : EXIT_FAILED;
}

/* All of a cell's exact values. */
static int run_exact(const struct sweep *sweep, const struct job *job) {
    if (stop_asked(sweep->work->stop)) { return EXIT_RESUMABLE; }
    struct partial *exact = exact_partial(&job->unit);
    progress_add(sweep->work->progress, unit_cost(&exact->of), exact->of.cell->series->name);
    return finish(sweep, exact);
}

/* A slice of a block; the last one of its unit has that kept. */
static int run_slice(const struct sweep *sweep, struct job *job, size_t task,
                     struct replicate_worker *worker) {
    const struct unit_cell *c = job->unit.cell;
    const size_t slices = slices_per_block(c), length = slice_length(c), first = task % slices * length;
    struct block *b = &job->block[task / slices];
    bool last;
#pragma omp critical(sweep)
    if (!b->partial) { block_begin(b, sweep->work->plan->config, job, task / slices); }
    const struct unit *of = &b->partial->of;
    for (size_t i = first; i < GSL_MIN(first + length, of->replicates); i++) {
        if (stop_asked(sweep->work->stop)) { return EXIT_RESUMABLE; }
        replicate_measure(worker, &b->place, of->first_replicate + i, b->values + i * c->layout.total);
    }
#pragma omp critical(sweep)
    last = ++b->slices_done == slices;
    if (!last) { return EXIT_DONE; }
    block_reduce(b, job->histogram);
    progress_add(sweep->work->progress, unit_cost(of), c->series->name);
#pragma omp critical(sweep)
    {
        partial_push(&job->done, b->partial);
        b->partial = NULL;
        block_free(b);
        last = --job->blocks_left == 0;
    }
    if (!last) { return EXIT_DONE; }
    struct partial *whole = partial_close(&job->done);
    partial_set_bins(whole, job->histogram);
    return finish(sweep, whole);
}

static void sweep_thread(struct sweep *sweep) {
    struct replicate_worker worker;
    struct job *job;
    size_t task;
    replicate_worker_create(&worker, sweep->work->isa, sweep->work->plan->most_betas);
    while ((job = take_task(sweep, &task))) {
        end_task(sweep, job,
                 unit_is_exact(&job->unit) ? run_exact(sweep, job) : run_slice(sweep, job, task, &worker));
    }
    replicate_worker_release(&worker);
}

int sweep_compute(const struct sweep_work *work, sweep_supply *supply, void *context) {
    struct sweep sweep = {.work = work, .supply = supply, .supply_context = context};
#pragma omp parallel num_threads(work->threads)
    sweep_thread(&sweep);
    if (sweep.task < sweep.tasks) { job_free(sweep.job); } /* the rest of the last, when it was stopped */
    leave_law(sweep.law);
    return sweep.status;
}
