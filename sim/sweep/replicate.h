/* replicate: one row of a cell, made and measured.
 *
 * What is averaged over replicates goes into a list of values; what is kept of the first replicates one by
 * one into arrays of the caller (axis RESULTS_REPLICATE). */
#ifndef GAPSCALE_SIM_SWEEP_REPLICATE_H
#define GAPSCALE_SIM_SWEEP_REPLICATE_H

#include "sim/measures/normaliser.h"
#include "sim/measures/output.h"
#include "sim/results/results.h"
#include "sim/rows/sampler.h"

/* Where each quantity stands in the list: those of the kept replicates last. */
struct replicate_layout {
    size_t betas, ranks;
    size_t at[RESULTS_QUANTITIES + 1]; /* quantity q: at[q] .. at[q + 1] */
    size_t kept, total;                /* where the kept ones' begin; where all end */
    size_t binned;                     /* how many values have a histogram over replicates */
};
struct replicate_layout replicate_layout(const struct results_series *series);
/* Where the i-th value with a histogram stands: entropies, and ordered weights where there is an output. */
size_t replicate_binned(const struct replicate_layout *layout, size_t i);

/* What a thread works with. */
struct replicate_worker {
    const struct isa *isa;
    struct sampler *sampler;
    struct output *output;
    struct normaliser *normaliser;
    double (*grid_value)[MEASURE_VALUES]; /* [most betas] */
};
void replicate_worker_create(struct replicate_worker *worker, const struct isa *isa, size_t most_betas);
void replicate_worker_release(struct replicate_worker *worker);

/* Where replicates belong: a series at one n. */
struct replicate_place {
    uint64_t seed;
    bool common_randomness;
    const struct sampler_law *law;
    const struct replicate_layout *layout;
    struct results_series *here; /* the series at this n: coordinates, and arrays for what is kept */
    uint64_t first;              /* the replicate whose kept numbers stand first in those arrays */
};

/* A row that is there already, all but its output; place->law, seed and common_randomness are not used.
 * `known` is its measure_accumulation, NULL where that has not been found yet. values: as below. */
void replicate_measure_row(struct replicate_worker *worker, const struct replicate_place *place,
                           const struct row *row, const struct accumulation *known, uint64_t replicate,
                           double *values);

/* values: [layout->total]; those of the kept ones are left alone for later replicates. */
void replicate_measure(struct replicate_worker *worker, const struct replicate_place *place,
                       uint64_t replicate, double *values);

#endif
