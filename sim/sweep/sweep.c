/* A unit's blocks, or slices of blocks where rows are long, are the tasks of the threads. A block's values
 * wait in one matrix until its last slice is done; then they are reduced in replicate order, and blocks join
 * along the tree (partial.h) in block order, whoever computed them. */
#include "sim/sweep/sweep.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/sweep/exact.h"
#include "sim/sweep/histogram.h"
#include "sim/sweep/target.h"

/* A block from its first slice until it is folded into its unit. */
struct block {
    size_t slices_left;
    struct partial *partial;    /* without bins */
    struct results_series here; /* a view of it */
    double *values;             /* [replicates][total], until the last slice is done */
    uint16_t *bin;              /* [binned][replicates], from then on */
    bool reduced;
};

/* A unit from its first task to its last. */
struct job {
    struct job *next;
    struct unit unit;
    const struct sampler_law *law;
    struct partial_stack done; /* without bins */
    uint32_t *histogram;       /* of these, [binned][HISTOGRAM_BINS] */
    struct block **block;      /* [block_count], those at work or waiting for an earlier one */
    size_t blocks_done;
};

/* The law of a cell's rows, as long as there are units of it at work or to come next. */
struct shared_law {
    struct sampler_law *law;
    size_t users;
};

struct sweep {
    const struct sweep_work *work;
    int status; /* as of sweep_compute; EXIT_DONE while it goes on */

    /* What is to be taken, in the critical section `supply`. */
    size_t range_count, range_at;
    struct unit_range range[SWEEP_MORE];
    bool ended;      /* there is no more */
    struct job *job; /* whose tasks are taken */
    size_t task, tasks;
    struct shared_law *law;       /* [cell_count] */
    const struct unit_cell *cell; /* of the job */
    struct job *live;
    struct target *target; /* of cells, from their first units until no more are wanted */
};

static void tell_done(const struct sweep *s, double cost, const struct unit_cell *cell) {
    if (s->work->done) { s->work->done(s->work->more_context, cost, cell->series->name); }
}

/* ---- blocks ---- */

static void block_free(struct block *b) {
    if (!b) { return; }
    partial_free(b->partial);
    free(b->values);
    free(b->bin);
    free(b);
}

static struct block *block_create(const struct unit *unit, size_t index, size_t slices) {
    struct unit of = unit_part(unit->cell, unit->first_block + index, 1);
    const struct replicate_layout *l = &unit->cell->layout;
    struct block *b = memory_create(1, sizeof *b);
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

static void job_free(struct job *job) {
    for (size_t i = 0; i < job->unit.block_count; i++) { block_free(job->block[i]); }
    partial_drop(&job->done);
    free(job->block);
    free(job->histogram);
    free(job);
}

static struct shared_law *law_of(const struct sweep *s, const struct unit_cell *cell) {
    return &s->law[cell - s->work->plan->cell];
}

static void leave_law(struct sweep *s, const struct unit_cell *cell) {
    struct shared_law *shared = law_of(s, cell);
    if (--shared->users == 0) {
        sampler_law_free(shared->law);
        shared->law = NULL;
    }
}

/* The cell of the job uses its law, too: units of it may come next. */
static const struct sampler_law *use_law(struct sweep *s, const struct unit_cell *cell) {
    struct shared_law *shared = law_of(s, cell);
    if (!shared->law) { shared->law = unit_cell_law(cell, s->work->isa, cell->log_n); }
    shared->users += 1 + (s->cell != cell);
    if (s->cell && s->cell != cell) { leave_law(s, s->cell); }
    s->cell = cell;
    return shared->law;
}

static void job_open(struct sweep *s, struct unit unit) {
    const struct unit_cell *c = unit.cell;
    struct job *job = memory_create(1, sizeof *job);
    *job = (struct job){.unit = unit, .next = s->live};
    s->live = s->job = job;
    s->task = 0;
    s->tasks = 1;
    if (unit_is_exact(&unit)) { return; }
    s->tasks = unit.block_count * slices_per_block(c);
    job->law = use_law(s, c);
    job->block = memory_create(unit.block_count, sizeof(struct block *));
    job->histogram = memory_create(c->layout.binned * HISTOGRAM_BINS, sizeof *job->histogram);
}

/* ---- cells under a target ---- */

static void take_known(void *target, struct partial *partial) { target_add(target, partial); }

/* It ends where nothing is wanted any more. */
static void look_at_target(struct sweep *s, struct target **link) {
    struct target *target = *link;
    const struct unit_cell *cell = target->cell;
    if (!target_is_met(target)) { return; }
    size_t end = target_wanted(target).end, cell_end = unit_of_whole(cell).end;
    if (end < cell_end) {
        tell_done(s, unit_range_cost(s->work->plan, (struct unit_range){end, cell_end}), cell);
    }
    *link = target->next;
    target_free(target);
    leave_law(s, cell);
}

/* Where the cell's stands in the list, or the end of that. */
static struct target **find_target(struct sweep *s, const struct unit_cell *cell) {
    struct target **link = &s->target;
    while (*link && (*link)->cell != cell) { link = &(*link)->next; }
    return link;
}

static void open_target(struct sweep *s, struct unit_range range) {
    const struct unit_cell *cell = unit_get(s->work->plan, range.first).cell;
    if (*find_target(s, cell)) { return; }
    struct target *target = target_create(s->work->plan, cell);
    target->next = s->target;
    s->target = target;
    law_of(s, cell)->users++;
    if (s->work->known && range.first > cell->first_unit) {
        s->work->known(s->work->context, unit_of_whole(cell), take_known, target);
    }
    look_at_target(s, &s->target);
}

static bool next_of_targets(struct sweep *s, size_t *unit) {
    struct target *target = s->target;
    while (target && !target_next(target, unit)) { target = target->next; }
    return target != NULL;
}

static void add_to_target(struct sweep *s, struct partial *copy) {
    struct target **link = find_target(s, copy->of.cell);
    if (!*link) { /* nothing more is wanted */
        partial_free(copy);
        return;
    }
    target_add(*link, copy);
    look_at_target(s, link);
}

/* What is to be taken next; NULL where there is nothing more. */
static struct unit_range *next_range(struct sweep *s) {
    while (s->range_at < s->range_count && s->range[s->range_at].first == s->range[s->range_at].end) {
        s->range_at++;
    }
    if (s->range_at == s->range_count && !s->ended) {
        s->range_at = 0;
        s->range_count = s->work->more(s->work->more_context, s->range);
    }
    s->ended = s->range_at == s->range_count;
    return s->ended ? NULL : &s->range[s->range_at];
}

/* The next unit that is to be computed; false when there is none. Cells that were begun come first. */
static bool next_unit(struct sweep *s, struct unit *unit) {
    size_t index;
    while (!next_of_targets(s, &index)) {
        struct unit_range *range = next_range(s);
        if (!range) { return false; }
        *unit = unit_get(s->work->plan, range->first);
        if (unit_is_exact(unit) || !(unit->cell->series->target > 0)) {
            range->first++;
            return true;
        }
        const struct unit_range asked = *range;
        range->first = GSL_MIN(unit_of_whole(unit->cell).end, range->end);
        open_target(s, asked);
    }
    *unit = unit_get(s->work->plan, index);
    return true;
}

/* A task, of a job that lives until its last one is done; NULL when there is none. */
static struct job *take_task(struct sweep *s, size_t *task) {
    struct job *job = NULL;
    struct unit unit;
#pragma omp critical(supply)
    {
        if (s->task == s->tasks && next_unit(s, &unit)) { job_open(s, unit); }
        if (s->task < s->tasks) {
            job = s->job;
            *task = s->task++;
        }
    }
    return job;
}

/* Its last task is done. */
static void job_close(struct sweep *s, struct job *job) {
#pragma omp critical(supply)
    {
        struct job **link = &s->live;
        while (*link != job) { link = &(*link)->next; }
        *link = job->next;
        if (job->law) { leave_law(s, job->unit.cell); }
    }
    job_free(job);
}

/* The block, made when its first slice asks for it. */
static struct block *job_block(struct job *job, size_t index) {
    struct block *b;
#pragma omp critical(sweep)
    {
        if (!job->block[index]) {
            job->block[index] = block_create(&job->unit, index, slices_per_block(job->unit.cell));
        }
        b = job->block[index];
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

/* Takes the next block in line. */
static void job_join(struct job *job) {
    const struct replicate_layout *l = &job->unit.cell->layout;
    struct block **next = &job->block[job->blocks_done++], *b = *next;
    size_t count = b->partial->of.replicates;
    for (size_t i = 0; i < l->binned; i++) {
        for (size_t r = 0; r < count; r++) { job->histogram[i * HISTOGRAM_BINS + b->bin[i * count + r]]++; }
    }
    partial_push(&job->done, b->partial);
    b->partial = NULL;
    block_free(b);
    *next = NULL;
}

/* A block is reduced; true for the last one of its unit. */
static bool job_block_done(struct sweep *sweep, struct job *job, struct block *b) {
    const size_t blocks = job->unit.block_count;
    const struct unit_cell *c = job->unit.cell;
    bool last;
#pragma omp critical(sweep)
    {
        tell_done(sweep, c->cost * (double)b->partial->of.replicates, c);
        b->reduced = true;
        while (job->blocks_done < blocks && job->block[job->blocks_done] &&
               job->block[job->blocks_done]->reduced) {
            job_join(job);
        }
        last = job->blocks_done == blocks;
    }
    return last;
}

/* Hands over the partial of a unit. */
static int job_finish(struct sweep *sweep, struct job *job, struct partial *whole) {
    const struct sweep_work *work = sweep->work;
    size_t index = job->unit.index;
    job_close(sweep, job);
    if (!unit_is_exact(&whole->of) && whole->of.cell->series->target > 0) {
        struct partial *copy = partial_copy(whole);
#pragma omp critical(supply)
        add_to_target(sweep, copy);
    }
    return work->accept(work->context, index, whole) ? EXIT_DONE : EXIT_FAILED;
}

/* ---- work ---- */

static int run_slice(struct sweep *sweep, struct job *job, struct block *b, size_t slice,
                     struct replicate_worker *worker) {
    const struct unit_cell *c = job->unit.cell;
    const struct config *config = sweep->work->plan->config;
    struct replicate_place place = {.seed = config->seed,
                                    .common_randomness = config->common_randomness,
                                    .law = job->law,
                                    .layout = &c->layout,
                                    .here = &b->here,
                                    .first = b->partial->of.first_replicate};
    size_t end = GSL_MIN((slice + 1) * slice_length(c), b->partial->of.replicates);
    for (size_t i = slice * slice_length(c); i < end; i++) {
        uint64_t replicate = place.first + i;
        if (stop_asked(sweep->work->stop)) { return EXIT_RESUMABLE; }
        replicate_measure(worker, &place, replicate, b->values + i * c->layout.total);
    }
    return EXIT_DONE;
}

struct partial *sweep_exact(const struct unit *unit) {
    struct partial *p = partial_create(unit);
    struct results_series here = partial_view(p);
    exact_fill_cell(&here);
    return p;
}

static int run_exact(struct sweep *sweep, struct job *job) {
    if (stop_asked(sweep->work->stop)) { return EXIT_RESUMABLE; }
    struct partial *exact = sweep_exact(&job->unit);
    tell_done(sweep, unit_cost(&exact->of), exact->of.cell);
    return job_finish(sweep, job, exact);
}

/* A task is a slice of a block, or all of a cell's exact values. */
static int run_task(struct sweep *sweep, struct job *job, size_t task, struct replicate_worker *worker) {
    if (unit_is_exact(&job->unit)) { return run_exact(sweep, job); }
    size_t slices = slices_per_block(job->unit.cell);
    struct block *b = job_block(job, task / slices);
    int status = run_slice(sweep, job, b, task % slices, worker);
    if (status != EXIT_DONE || !block_slice_done(b)) { return status; }
    block_reduce(b);
    if (!job_block_done(sweep, job, b)) { return EXIT_DONE; }
    struct partial *whole = partial_close(&job->done);
    partial_set_bins(whole, job->histogram);
    return job_finish(sweep, job, whole);
}

/* Whether there may be more to do when others have done what they are at: pauses before it says so. */
static bool sweep_waits(const struct sweep *sweep) {
    const struct timespec pause = {0, 200000};
    bool waits;
#pragma omp critical(supply)
    waits = sweep->target != NULL;
    if (waits) { nanosleep(&pause, NULL); }
    return waits;
}

static void sweep_thread(struct sweep *sweep) {
    struct replicate_worker worker;
    int status = EXIT_DONE;
    replicate_worker_create(&worker, sweep->work->isa, sweep->work->plan->most_betas);
    while (status == EXIT_DONE) {
        size_t task;
        struct job *job = take_task(sweep, &task);
        if (job) {
            status = run_task(sweep, job, task, &worker);
        } else if (!sweep_waits(sweep)) {
            break;
        }
        if (status != EXIT_DONE) {
#pragma omp atomic write
            sweep->status = status;
        }
#pragma omp atomic read
        status = sweep->status;
    }
    replicate_worker_release(&worker);
}

int sweep_compute(const struct sweep_work *work) {
    struct sweep sweep = {.work = work};
    sweep.law = memory_create(work->plan->cell_count, sizeof *sweep.law);
#pragma omp parallel num_threads(work->threads)
    sweep_thread(&sweep);
    while (sweep.live) {
        struct job *next = sweep.live->next;
        job_free(sweep.live);
        sweep.live = next;
    }
    while (sweep.target) {
        struct target *next = sweep.target->next;
        target_free(sweep.target);
        sweep.target = next;
    }
    for (size_t i = 0; i < work->plan->cell_count; i++) { sampler_law_free(sweep.law[i].law); }
    free(sweep.law);
    return sweep.status;
}
