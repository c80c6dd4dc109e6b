#include "sim/sweep/estimate.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "sim/sweep/harvest.h"

/* Seconds a row of this cell takes, measured; drawn rows longer than KEPT cost in proportion. */
static double cell_seconds(const struct unit_plan *plan, const struct isa *isa, const struct unit_cell *c,
                           struct replicate_worker *worker) {
    const double longest = log(1 << 16);
    enum { TRIALS = 3 };
    bool drawn = c->series->family->kind != FAMILY_FIXED && !unit_cell_counted(c);
    double log_n = drawn ? fmin(c->log_n, longest) : c->log_n;
    struct sampler_law *law = unit_cell_law(c, isa, log_n);
    double *values = malloc(c->layout.total * sizeof *values), best = INFINITY;
    struct unit unit = unit_get(plan, c->first_unit);
    struct harvest harvest;
    bool ready = harvest_create(&harvest, &unit) && law && values;
    struct replicate_place place = harvest_place(&harvest, plan->config, &unit, law);
    for (uint64_t i = 0; ready && i < TRIALS; i++) {
        double start = omp_get_wtime();
        if (!replicate_measure(worker, &place, i, values)) { break; }
        best = fmin(best, omp_get_wtime() - start);
    }
    harvest_release(&harvest);
    free(values);
    sampler_law_free(law);
    return best * (drawn && c->log_n > longest ? 1.5 * exp(c->log_n - longest) : 1);
}

/* Bytes of a cell in the results: its share of every array along log_n. */
static double cell_disk(const struct unit_cell *c) {
    struct results_series here = *c->here;
    struct results_field field[RESULTS_FIELDS];
    size_t fields = results_fields(&here, field);
    double numbers = 0;
    for (size_t i = 0; i < fields && field[i].units; i++) {
        if (field[i].axis[0] == RESULTS_LOG_N) { numbers += (double)results_field_size(&here, &field[i]); }
    }
    return sizeof(double) * numbers;
}

/* Bytes of its records: moments, histograms (half the bins that replicates could fill), blocks, kept. */
static double cell_journal(const struct unit_plan *plan, const struct unit_cell *c) {
    const struct replicate_layout *l = &c->layout;
    struct unit whole = unit_get(plan, c->first_unit);
    whole.kept = c->here->size[RESULTS_REPLICATE];
    double units = (double)c->unit_count, replicates = (double)c->series->replicates,
           bins = fmin(replicates / units, 256) / 2;
    return units * (16.0 * (double)l->total + 4 * (double)l->binned * (1 + bins)) +
           8 * ((double)c->block_count * MEASURE_COUNT * (double)l->betas + (double)harvest_numbers(&whole));
}

/* Bytes of a unit at work: values of two blocks, histograms, what is kept. */
static double unit_memory(const struct unit_plan *plan, const struct unit_cell *c) {
    struct unit unit = unit_get(plan, c->first_unit);
    return sizeof(double) *
               (2.0 * RESULTS_BLOCK_LENGTH * (double)c->layout.total + (double)harvest_numbers(&unit)) +
           sizeof(uint32_t) * SUMMARY_BINS * (double)c->layout.binned;
}

static void add_cell_cost(const struct unit_plan *plan, const struct unit_cell *c, double row_seconds,
                          struct estimate *cost) {
    double replicates = (double)c->series->replicates;
    cost->rows += replicates;
    cost->seconds += replicates * row_seconds;
    cost->longest_unit = fmax(cost->longest_unit,
                              row_seconds * fmin(replicates, (double)c->unit_blocks * RESULTS_BLOCK_LENGTH));
    cost->disk += cell_disk(c);
    cost->journal += cell_journal(plan, c);
}

struct estimate estimate_sweep(const struct config *config, const struct isa *isa, int threads) {
    struct unit_plan plan;
    unit_plan_create(&plan, config);
    struct estimate cost = {.cells = plan.cell_count, .units = unit_plan_size(&plan)};
    struct replicate_worker worker = {0};
    double most = 0;
    bool ready = replicate_worker_create(&worker, isa, unit_plan_betas(&plan));
    for (size_t i = 0; ready && i < plan.cell_count; i++) {
        const struct unit_cell *c = &plan.cell[i];
        struct unit exact = unit_get(&plan, plan.unit_count + i);
        add_cell_cost(&plan, c, cell_seconds(&plan, isa, c, &worker), &cost);
        cost.seconds += 1e-9 * unit_cost(&exact);
        most = fmax(most, unit_memory(&plan, c));
    }
    cost.memory = 32e6 + fmax(threads * (most + 3e6), cost.disk + most); /* at work; collecting */
    replicate_worker_release(&worker);
    unit_plan_release(&plan);
    return cost;
}
