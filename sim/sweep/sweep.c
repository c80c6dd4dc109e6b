/* A unit's blocks, or slices of blocks where rows are long, are the tasks of the threads. A block's values
 * wait in one matrix until its last slice is done; then they are reduced in replicate order and folded into
 * the unit in block order, whoever computed them. */
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
#include "sim/sweep/record.h"

/* A block from its first slice until it is folded into its unit. */
struct block {
    struct block *next;
    size_t index, count, kept; /* within its unit; replicates in all, and kept ones */
    size_t slices_left;
    double *values;    /* [count][total], until the last slice is done; from then on: */
    double *mean, *m2; /* [total] */
    uint16_t *bin;     /* [binned][count] */
    bool reduced;
};

/* A unit from its first block to its last. */
struct active {
    struct harvest harvest;
    struct block *live; /* blocks at work or waiting for an earlier one */
    size_t blocks_folded;
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
    free(b->values);
    free(b->mean);
    free(b->m2);
    free(b->bin);
    free(b);
}

static struct block *block_create(const struct unit *unit, size_t index, size_t slices) {
    const struct replicate_layout *l = &unit->cell->layout;
    size_t first = index * RESULTS_BLOCK_LENGTH;
    struct block *b = memory_create(1, sizeof *b);
    b->index = index;
    b->count = size_min(RESULTS_BLOCK_LENGTH, unit->replicates - first);
    b->kept = unit->kept > first ? size_min(b->count, unit->kept - first) : 0;
    b->slices_left = slices;
    b->values = memory_resize(NULL, b->count * l->total, sizeof *b->values);
    b->mean = memory_resize(NULL, l->total, sizeof *b->mean);
    b->m2 = memory_resize(NULL, l->total, sizeof *b->m2);
    b->bin = memory_resize(NULL, b->count * l->binned, sizeof *b->bin);
    return b;
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
    harvest_release(&a->harvest);
    while (a->live) {
        struct block *next = a->live->next;
        block_free(a->live);
        a->live = next;
    }
    free(a);
}

static struct active *active_create(const struct unit *unit) {
    struct active *a = memory_create(1, sizeof *a);
    harvest_create(&a->harvest, unit);
    return a;
}

static struct shared_law *job_law(const struct sweep *sweep, const struct job *job) {
    return &sweep->law[job->unit.cell - sweep->work->plan->cell];
}

/* Its law and room for its harvest, when its first slice starts. */
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

static void active_fold(struct active *a, const struct replicate_layout *l, const struct block *b) {
    struct harvest *h = &a->harvest;
    summary_add(&h->sum, l, (double)b->count, (double)b->kept, b->mean, b->m2);
    summary_add_bins(&h->sum, l, b->count, b->bin);
    size_t measures = MEASURE_COUNT * l->betas; /* they stand first, one after the other */
    memcpy(h->block_mean + b->index * measures, b->mean, measures * sizeof *b->mean);
}

/* Folds the first waiting block, if it is next in line. */
static bool active_fold_next(struct active *a, const struct replicate_layout *l) {
    struct block **link = &a->live;
    while (*link && (*link)->index != a->blocks_folded) { link = &(*link)->next; }
    struct block *b = *link;
    if (!b || !b->reduced) { return false; }
    active_fold(a, l, b);
    a->blocks_folded++;
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
        progress_add(&sweep->progress, c->cost * (double)b->count, c->series->name);
        b->reduced = true;
        while (active_fold_next(job->active, &c->layout)) {}
        last = job->active->blocks_folded == job->unit.block_count;
    }
    return last;
}

static enum outcome job_finish(struct sweep *sweep, struct job *job) {
    const struct sweep_work *work = sweep->work;
    size_t length;
    uint8_t *record = record_make(&job->unit, &job->active->harvest, &length);
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
    struct replicate_place place =
        harvest_place(&job->active->harvest, sweep->work->plan->config, &job->unit, job_law(sweep, job)->law);
    size_t end = size_min((slice + 1) * slice_length(c), b->count);
    for (size_t i = slice * slice_length(c); i < end; i++) {
        uint64_t replicate = job->unit.first_replicate + b->index * RESULTS_BLOCK_LENGTH + i;
        if (stop_asked(sweep->work->stop)) { return STOPPED; }
        replicate_measure(worker, &place, replicate, b->values + i * c->layout.total);
    }
    return GOING_ON;
}

uint8_t *sweep_exact(const struct unit *unit, size_t *length) {
    struct harvest harvest;
    harvest_create(&harvest, unit);
    exact_fill_cell(&harvest.here);
    uint8_t *record = record_make(unit, &harvest, length);
    harvest_release(&harvest);
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
    summary_reduce(&c->layout, b->count, b->kept, b->values, b->mean, b->m2, b->bin);
    free(b->values);
    b->values = NULL;
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
