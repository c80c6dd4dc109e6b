#include "sim/sweep/estimate.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/measures/pilot.h"
#include "sim/rows/drawn.h"
#include "sim/sweep/histogram.h"
#include "sim/sweep/record.h"
#include "sim/sweep/target.h"

/* ---- time ---- */

enum { TRIALS = 3, SAMPLES = 64, BETAS = 256 };
static const double PATIENCE = 5; /* seconds for all samples but the last */

/* Seconds a row of a cell takes, measured; long drawn rows cost in proportion. */
static double cell_seconds(const struct unit_cell *c, uint64_t seed, const struct isa *isa) {
    const double longest = log(1 << 16), log_keys = unit_log_drawn(c);
    const bool long_row = log_keys > longest;
    double log_n = long_row ? longest : c->log_n;
    struct replicate_worker worker;
    struct sampler_law *law = unit_cell_law(c, isa, log_n);
    double *values = memory_resize(NULL, c->layout.total, sizeof *values), best = INFINITY;
    struct unit unit = unit_part(c, 0, 1);
    struct partial *partial = partial_create(&unit);
    struct results_series here = partial_view(partial);
    struct replicate_place place = {.seed = seed, .law = law, .layout = &c->layout, .here = &here};
    replicate_worker_create(&worker, isa, c->layout.betas);
    for (uint64_t i = 0; i < TRIALS; i++) {
        double start = omp_get_wtime();
        replicate_measure(&worker, &place, i, values);
        best = fmin(best, omp_get_wtime() - start);
    }
    partial_free(partial);
    free(values);
    sampler_law_free(law);
    replicate_worker_release(&worker);
    return best * (long_row ? 1.5 * exp(log_keys - longest) : 1);
}

/* Nanoseconds of pilot rows at this n, by the cost model; 0 where a formula tells the scale. */
static double pilot_cost(const struct config_series *series, double log_n) {
    double p[FAMILY_PARAMETERS];
    if (!pilot_is_needed(series->family)) { return 0; }
    config_parameters(series, log_n, p);
    return PILOT_ROWS * series->family->cost(p) * exp(log_n);
}

/* The n to measure at: the one asked for, or a whole part of it whose pilot rows take a second at most. */
static double log_measured(const struct config_series *series, double log_n) {
    const double most = 1e9;
    double p[FAMILY_PARAMETERS];
    char why[FAMILY_WHY];
    for (double part = fmax(1, ceil(pilot_cost(series, log_n) / most)); part < exp(log_n) / 2; part++) {
        const double shorter = log_n - log(part);
        config_parameters(series, shorter, p);
        if (!series->family->allows || series->family->allows(p, shorter, why)) { return shorter; }
    }
    return log_n;
}

/* Seconds that a row takes for each nanosecond of the cost model: measured on a sweep of a few replicates of
 * this one cell, at BETAS of its betas at most; on shorter rows where its pilot rows would take long. */
static double measure_pace(const struct config *config, const struct isa *isa,
                           const struct config_series *series, size_t n) {
    double log_n = log_measured(series, series->log_n[n]), beta[BETAS];
    struct config_series alone = *series;
    struct config only = *config;
    struct unit_plan plan;
    alone.n_count = 1;
    alone.log_n = &log_n;
    alone.beta.log_trained = fmin(alone.beta.log_trained, log_n);
    alone.replicates = TRIALS;
    if (alone.beta.count > BETAS && !alone.beta.log_value) {
        for (size_t i = 0; i < BETAS; i++) { beta[i] = alone.beta.value[i * alone.beta.count / BETAS]; }
        alone.beta.count = BETAS;
        alone.beta.value = beta;
    }
    only.series_count = 1;
    only.series = &alone;
    only.text = only.resolved = "";
    unit_plan_create(&plan, &only, true);
    double pace = cell_seconds(plan.cell, config->seed, isa) / plan.cell->cost;
    unit_plan_release(&plan);
    return pace;
}

struct tally {
    const struct config *config;
    const struct isa *isa; /* NULL: no times are asked for */
    size_t stride;         /* of a series every so many n are measured, the first one always */
    double since, pace;    /* the latter of the cells at hand */
    struct estimate cost;
    double most, plan; /* bytes: of the largest unit; of the plan */
};

static double pace_at(struct tally *sum, const struct config_series *series, size_t n) {
    bool patient = isnan(sum->pace) || omp_get_wtime() - sum->since < PATIENCE;
    if (sum->isa && patient && n % sum->stride == 0) {
        sum->pace = measure_pace(sum->config, sum->isa, series, n);
    }
    return sum->pace;
}

/* ---- room ---- */

/* Bytes of a cell in the results: its share of every array along log_n; and of what the plan knows of it
 * before, its coordinates. */
static void count_arrays(const struct unit_cell *c, double *results, double *coordinates) {
    struct results_series here = c->here;
    *results = *coordinates = 0;
    for (struct results_field f = {0}; results_next(&here, &f);) {
        double bytes = sizeof(double) * (double)results_field_size(&here, &f);
        if (f.axis[0] != RESULTS_LOG_N) { continue; }
        if (f.units) { *results += bytes; }
        if (f.kind == RESULTS_GIVEN) { *coordinates += bytes; }
    }
}

/* Records of a cell when halves have joined: nodes that its units make, and a last one that is shorter. */
static double cell_nodes(const struct unit_cell *c) {
    return __builtin_popcountll(c->block_count / c->unit_blocks) + (c->block_count % c->unit_blocks > 0);
}

/* Bytes of a cell's records when there are so many: moments and histograms in each (4 bytes a bin; so many
 * bins were seen to be filled), groups of blocks (half as many again at every doubling) and kept rows
 * once. */
static double cell_records(const struct unit_cell *c, double records) {
    const struct replicate_layout *l = &c->layout;
    const struct unit whole = unit_whole(c);
    const double bins = 60 * log2(1 + (double)c->series->replicates / records / RESULTS_BLOCK_LENGTH),
                 doublings = log2((double)partial_group_blocks(&whole)),
                 groups = (double)partial_groups(&whole) * (1 + 0.5 * doublings);
    return records * (16.0 * (double)l->total + 4 * (double)l->binned * (1 + bins)) +
           8 * (groups * MEASURE_COUNT * (double)l->betas + (double)partial_numbers(&whole));
}

/* Bytes of a unit at work: values of two blocks, partials that wait, histograms, kept rows, a drawn row. */
static double unit_memory(const struct unit_cell *c) {
    struct unit unit = unit_part(c, 0, c->unit_blocks);
    return sizeof(double) * (2.0 * (RESULTS_BLOCK_LENGTH + 16) * (double)c->layout.total +
                             2 * (double)partial_numbers(&unit)) +
           sizeof(uint32_t) * HISTOGRAM_BINS * (double)c->layout.binned +
           sizeof(double) * fmin(DRAWN_KEPT, exp(unit_log_drawn(c)));
}

static void add_series(const struct config_series *series, const struct results_series *shape,
                       struct tally *sum) {
    const double listed = 120; /* bytes that a unit takes in lists of units and of records */
    struct unit_cell c = {.series = series, .here = *shape};
    double results = 0, coordinates = 0, archive = 0, journal = 0;
    c.here.size[RESULTS_LOG_N] = 1;
    for (size_t n = 0; n < series->n_count; n++) {
        size_t blocks = c.unit_blocks;
        c.log_n = series->log_n[n];
        config_parameters(series, c.log_n, c.p);
        unit_cell_size(&c);
        struct unit whole = unit_whole(&c), exact = unit_exact(&c);
        const size_t units = unit_amount(&(struct unit_list){1, &whole}).units;
        if (c.unit_blocks != blocks) { /* all else is the same at every n */
            count_arrays(&c, &results, &coordinates);
            archive = cell_records(&c, cell_nodes(&c));
            journal = cell_records(&c, (double)units);
        }
        double replicates = (double)series->replicates, least = target_foreseen(series, 0),
               nanosecond = pace_at(sum, series, n), seconds = c.cost * nanosecond,
               of_exact = 1e-9 * unit_cost(&exact),
               before = pilot_cost(series, c.log_n) * nanosecond + of_exact;
        struct estimate *cost = &sum->cost;
        cost->units += units + 1;
        cost->rows += replicates;
        cost->seconds += replicates * seconds + before;
        cost->least_seconds += least * seconds + before;
        cost->longest_unit = fmax(fmax(cost->longest_unit, of_exact),
                                  seconds * fmin(replicates, (double)c.unit_blocks * RESULTS_BLOCK_LENGTH));
        cost->disk += results;
        cost->archive += archive;
        cost->journal += journal;
        sum->plan += coordinates + sizeof c + listed * (double)units;
        sum->most = fmax(sum->most, unit_memory(&c));
    }
}

struct estimate estimate_sweep(const struct config *config, const struct isa *isa, int threads) {
    struct results *shape = results_shape(config);
    const double nominal = 1e-9; /* of the cost model, in nanoseconds */
    struct tally sum = {.config = config, .isa = isa, .since = omp_get_wtime(), .pace = isa ? NAN : nominal};
    for (size_t i = 0; i < config->series_count; i++) { sum.cost.cells += config->series[i].n_count; }
    sum.stride = (sum.cost.cells - 1) / SAMPLES + 1;
    for (size_t i = 0; i < config->series_count; i++) {
        add_series(&config->series[i], &shape->series[i], &sum);
    }
    results_free(shape);
    struct estimate cost = sum.cost;
    cost.journal = fmin(cost.journal, 2 * cost.archive + RECORD_SLACK);
    cost.working = 32e6 + sum.plan + threads * (sum.most + 3e6);
    cost.memory = fmax(cost.working, 32e6 + sum.plan + cost.disk + sum.most); /* at work; collecting */
    return cost;
}
