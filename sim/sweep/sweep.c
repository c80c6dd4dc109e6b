/* A unit's blocks, or slices of blocks where rows are long, are the tasks of the threads. A block's values
 * wait in one matrix until its last slice is done; then they are reduced in replicate order, and blocks join
 * along the tree (partial.h) in block order, whoever computed them. */
#include "sim/sweep/sweep.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "models/numeric/search.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/progress.h"
#include "sim/sweep/exact.h"
#include "sim/sweep/histogram.h"
#include "sim/sweep/record.h"

/* A block from its first slice until it is folded into its unit. */
struct block {
    struct block *next;
    size_t index; /* within its unit */
    size_t slices_left;
    struct partial *partial;    /* without bins */
    struct results_series here; /* a view of it */
    double *values;             /* [replicates][total], until the last slice is done */
    uint16_t *bin;              /* [binned][replicates], from then on */
    bool reduced;
};

/* A unit from its first block to its last. */
struct active {
    struct partial_stack done; /* without bins */
    uint32_t *histogram;       /* of these, [binned][HISTOGRAM_BINS] */
    struct block *live;        /* blocks at work or waiting for an earlier one */
    size_t blocks_done;
};

struct job {
    struct unit unit;
    size_t first_task;
    struct active *active;
};

/* The law of a cell's rows, from its first unit to its last. */
struct shared_law {
    struct sampler_law *law;
    size_t units_left;
};

enum outcome { GOING_ON, GIVEN_UP, STOPPED };

struct sweep {
    const struct sweep_work *work;
    struct job *job; /* [work->unit_count] */
    struct shared_law *law;
    size_t task_count;
    struct progress progress;
    enum outcome outcome;
};

static size_t size_min(size_t a, size_t b) { return a < b ? a : b; }

/* ---- blocks ---- */

static void block_free(struct block *b) {
    partial_free(b->partial);
    free(b->values);
    free(b->bin);
    free(b);
}

static struct block *block_create(const struct unit *unit, size_t index, size_t slices) {
    struct unit of = unit_part(unit->cell, unit->first_block + index, 1);
    const struct replicate_layout *l = &unit->cell->layout;
    struct block *b = memory_create(1, sizeof *b);
    b->index = index;
    b->slices_left = slices;
    b->partial = partial_create(&of);
    b->here = partial_view(b->partial);
    b->values = memory_resize(NULL, of.replicates * l->total, sizeof *b->values);
    return b;
}

/* Neumaier's compensated addition. */
static inline void add_compensated(double *sum, double *carry, double x) {
    double s = *sum + x;
    *carry += fabs(*sum) >= fabs(x) ? (*sum - s) + x : (x - s) + *sum;
    *sum = s;
}

static void reduce_column(const double *x, size_t stride, size_t count, double *mean, double *m2) {
    double sum = 0, carry = 0, squares = 0;
    for (size_t i = 0; i < count; i++) { add_compensated(&sum, &carry, x[i * stride]); }
    *mean = (sum + carry) / (double)count;
    for (size_t i = 0; i < count; i++) { squares += (x[i * stride] - *mean) * (x[i * stride] - *mean); }
    *m2 = squares;
}

/* Its values become moments and numbers of bins. */
static void block_reduce(struct block *b) {
    struct partial *p = b->partial;
    const struct replicate_layout *l = &p->of.cell->layout;
    size_t count = p->of.replicates;
    for (size_t v = 0; v < l->total; v++) {
        size_t valid = v < l->kept ? count : p->of.kept;
        if (valid > 0) { reduce_column(b->values + v, l->total, valid, &p->mean[v], &p->m2[v]); }
    }
    memcpy(p->group, p->mean, MEASURE_COUNT * l->betas * sizeof *p->mean); /* measures stand first */
    b->bin = memory_resize(NULL, count * l->binned, sizeof *b->bin);
    for (size_t i = 0; i < l->binned; i++) {
        const double *value = b->values + replicate_binned(l, i);
        for (size_t r = 0; r < count; r++) { b->bin[i * count + r] = histogram_bin(value[r * l->total]); }
    }
    free(b->values);
    b->values = NULL;
}

static size_t slice_length(const struct unit_cell *c) {
    const double slice_cost = 1e6; /* about a millisecond */
    return (size_t)fmax(1, fmin(RESULTS_BLOCK_LENGTH, slice_cost / c->cost));
}

static size_t slices_per_block(const struct unit_cell *c) {
    return (RESULTS_BLOCK_LENGTH - 1) / slice_length(c) + 1;
}

/* ---- units ---- */

static void active_free(struct active *a) {
    if (!a) { return; }
    partial_drop(&a->done);
    free(a->histogram);
    while (a->live) {
        struct block *next = a->live->next;
        block_free(a->live);
        a->live = next;
    }
    free(a);
}

static struct active *active_create(const struct unit *unit) {
    struct active *a = memory_create(1, sizeof *a);
    a->histogram = memory_create(unit->cell->layout.binned * HISTOGRAM_BINS, sizeof *a->histogram);
    return a;
}

static struct shared_law *job_law(const struct sweep *sweep, const struct job *job) {
    return &sweep->law[job->unit.cell - sweep->work->plan->cell];
}

/* Its law and room for what it leaves, when its first slice starts. */
static void job_open(struct sweep *sweep, struct job *job) {
    struct shared_law *shared = job_law(sweep, job);
    if (!shared->law) {
        shared->law = unit_cell_law(job->unit.cell, sweep->work->isa, job->unit.cell->log_n);
    }
    if (!job->active) { job->active = active_create(&job->unit); }
}

/* The block, made when its first slice asks for it. */
static struct block *job_block(struct sweep *sweep, struct job *job, size_t index) {
    struct block *b;
#pragma omp critical(sweep)
    {
        job_open(sweep, job);
        b = job->active->live;
        while (b && b->index != index) { b = b->next; }
        if (!b) {
            b = block_create(&job->unit, index, slices_per_block(job->unit.cell));
            b->next = job->active->live;
            job->active->live = b;
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

/* Takes the first waiting block, if it is next in line. */
static bool active_take_next(struct active *a, const struct replicate_layout *l) {
    struct block **link = &a->live;
    while (*link && (*link)->index != a->blocks_done) { link = &(*link)->next; }
    struct block *b = *link;
    if (!b || !b->reduced) { return false; }
    size_t count = b->partial->of.replicates;
    for (size_t i = 0; i < l->binned; i++) {
        for (size_t r = 0; r < count; r++) { a->histogram[i * HISTOGRAM_BINS + b->bin[i * count + r]]++; }
    }
    partial_push(&a->done, b->partial);
    b->partial = NULL;
    a->blocks_done++;
    *link = b->next;
    block_free(b);
    return true;
}

/* A block is reduced; true for the last one of its unit. */
static bool job_block_done(struct sweep *sweep, struct job *job, struct block *b) {
    bool last;
    const struct unit_cell *c = job->unit.cell;
#pragma omp critical(sweep)
    {
        progress_add(&sweep->progress, c->cost * (double)b->partial->of.replicates, c->series->name);
        b->reduced = true;
        while (active_take_next(job->active, &c->layout)) {}
        last = job->active->blocks_done == job->unit.block_count;
    }
    return last;
}

static enum outcome job_finish(struct sweep *sweep, struct job *job) {
    const struct sweep_work *work = sweep->work;
    size_t length;
    struct partial *whole = partial_close(&job->active->done);
    partial_set_bins(whole, job->active->histogram);
    uint8_t *record = record_make(whole, &length);
    partial_free(whole);
    active_free(job->active);
    job->active = NULL;
#pragma omp critical(sweep)
    {
        struct shared_law *shared = job_law(sweep, job);
        if (--shared->units_left == 0) {
            sampler_law_free(shared->law);
            shared->law = NULL;
        }
    }
    return work->accept(work->context, job->unit.index, record, length) ? GOING_ON : GIVEN_UP;
}

/* ---- work ---- */

static struct job *find_job(const struct sweep *sweep, size_t task) {
    size_t k;
    SEARCH_END(k, sweep->work->unit_count, sweep->job[k].first_task <= task)
    return &sweep->job[k - 1];
}

static enum outcome run_slice(struct sweep *sweep, struct job *job, struct block *b, size_t slice,
                              struct replicate_worker *worker) {
    const struct unit_cell *c = job->unit.cell;
    const struct config *config = sweep->work->plan->config;
    struct replicate_place place = {.seed = config->seed,
                                    .common_randomness = config->common_randomness,
                                    .law = job_law(sweep, job)->law,
                                    .layout = &c->layout,
                                    .here = &b->here,
                                    .first = b->partial->of.first_replicate};
    size_t end = size_min((slice + 1) * slice_length(c), b->partial->of.replicates);
    for (size_t i = slice * slice_length(c); i < end; i++) {
        uint64_t replicate = place.first + i;
        if (stop_asked(sweep->work->stop)) { return STOPPED; }
        replicate_measure(worker, &place, replicate, b->values + i * c->layout.total);
    }
    return GOING_ON;
}

uint8_t *sweep_exact(const struct unit *unit, size_t *length) {
    struct partial *p = partial_create(unit);
    struct results_series here = partial_view(p);
    exact_fill_cell(&here);
    uint8_t *record = record_make(p, length);
    partial_free(p);
    return record;
}

static enum outcome run_exact(struct sweep *sweep, const struct unit *unit) {
    const struct sweep_work *work = sweep->work;
    size_t length;
    if (stop_asked(work->stop)) { return STOPPED; }
    uint8_t *record = sweep_exact(unit, &length);
#pragma omp critical(sweep)
    progress_add(&sweep->progress, unit_cost(unit), unit->cell->series->name);
    return work->accept(work->context, unit->index, record, length) ? GOING_ON : GIVEN_UP;
}

/* A task is a slice of a block, or all of a cell's exact values. */
static enum outcome run_task(struct sweep *sweep, size_t task, struct replicate_worker *worker) {
    struct job *job = find_job(sweep, task);
    if (unit_is_exact(&job->unit)) { return run_exact(sweep, &job->unit); }
    const struct unit_cell *c = job->unit.cell;
    size_t local = task - job->first_task, slices = slices_per_block(c);
    struct block *b = job_block(sweep, job, local / slices);
    enum outcome outcome = run_slice(sweep, job, b, local % slices, worker);
    if (outcome != GOING_ON || !block_slice_done(b)) { return outcome; }
    block_reduce(b);
    return job_block_done(sweep, job, b) ? job_finish(sweep, job) : GOING_ON;
}

static void sweep_threads(struct sweep *sweep) {
    const struct sweep_work *work = sweep->work;
#pragma omp parallel num_threads(work->threads)
    {
        struct replicate_worker worker;
        replicate_worker_create(&worker, work->isa, unit_plan_betas(work->plan));
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < sweep->task_count; i++) {
            enum outcome outcome;
#pragma omp atomic read
            outcome = sweep->outcome;
            if (outcome != GOING_ON) { continue; }
            outcome = run_task(sweep, i, &worker);
            if (outcome != GOING_ON) {
#pragma omp atomic write
                sweep->outcome = outcome;
            }
        }
        replicate_worker_release(&worker);
    }
}

static void sweep_prepare(struct sweep *sweep) {
    const struct sweep_work *work = sweep->work;
    double cost = 0, total = 0;
    sweep->job = memory_create(work->unit_count, sizeof *sweep->job);
    sweep->law = memory_create(work->plan->cell_count, sizeof *sweep->law);
    for (size_t i = 0; i < work->unit_count; i++) {
        struct job *job = &sweep->job[i];
        job->unit = unit_get(work->plan, work->unit[i]);
        job->first_task = sweep->task_count;
        sweep->task_count +=
            unit_is_exact(&job->unit) ? 1 : job->unit.block_count * slices_per_block(job->unit.cell);
        job_law(sweep, job)->units_left += !unit_is_exact(&job->unit);
        cost += unit_cost(&job->unit);
    }
    total = cost + work->cost_before;
    sweep->progress = progress_start(total, work->cost_before, work->quiet);
}

static void sweep_release(struct sweep *sweep) {
    for (size_t i = 0; i < sweep->work->unit_count; i++) { active_free(sweep->job[i].active); }
    for (size_t i = 0; i < sweep->work->plan->cell_count; i++) { sampler_law_free(sweep->law[i].law); }
    free(sweep->job);
    free(sweep->law);
}

int sweep_compute(const struct sweep_work *work) {
    struct sweep sweep = {.work = work, .outcome = GOING_ON};
    sweep_prepare(&sweep);
    sweep_threads(&sweep);
    progress_end(&sweep.progress);
    sweep_release(&sweep);
    switch (sweep.outcome) {
    case GOING_ON: return EXIT_DONE;
    case STOPPED: return EXIT_RESUMABLE;
    default: return EXIT_FAILED;
    }
}
