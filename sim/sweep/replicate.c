#include "sim/sweep/replicate.h"

#include <math.h>
#include <stdlib.h>

#include "models/numeric/logs.h"
#include "sim/base/memory.h"
#include "sim/rows/stream.h"

struct replicate_layout replicate_layout(const struct results_series *r) {
    struct replicate_layout l = {.betas = r->size[RESULTS_BETA], .ranks = r->size[RESULTS_RANK]};
    for (unsigned q = 0; q < RESULTS_QUANTITIES; q++) { l.at[q + 1] = l.at[q] + results_quantity_size(r, q); }
    l.kept = l.at[RESULTS_FIRST_OF_KEPT];
    l.total = l.at[RESULTS_QUANTITIES];
    l.binned = l.betas * (results_has_output(r) ? 1 + l.ranks : 1);
    return l;
}

size_t replicate_binned(const struct replicate_layout *l, size_t i) {
    return i < l->betas ? l->at[MEASURE_ENTROPY] + i : l->at[RESULTS_ORDERED_WEIGHT] + i - l->betas;
}

void replicate_worker_create(struct replicate_worker *w, const struct isa *isa, size_t most_betas) {
    w->isa = isa;
    w->sampler = sampler_create(isa);
    w->output = output_create(isa);
    w->normaliser = normaliser_create();
    w->grid_value = memory_resize(NULL, most_betas, sizeof *w->grid_value);
}

void replicate_worker_release(struct replicate_worker *w) {
    sampler_free(w->sampler);
    output_free(w->output);
    normaliser_free(w->normaliser);
    free(w->grid_value);
}

/* Both halves of the TE theorem on this row: beta = factor x its own Lambda_n. */
static void measure_te(const struct kernel *kernel, const struct row *row, double lambda,
                       const struct results_series *r, const struct replicate_layout *l, double *values) {
    double beta[RESULTS_TE_FACTORS], m[RESULTS_TE_FACTORS][MEASURE_VALUES];
    for (size_t f = 0; f < RESULTS_TE_FACTORS; f++) { beta[f] = r->te_factor[f] * lambda; }
    measure_betas(kernel, row, RESULTS_TE_FACTORS, beta, m);
    for (size_t f = 0; f < RESULTS_TE_FACTORS; f++) {
        values[l->at[RESULTS_TE_ENTROPY] + f] = m[f][MEASURE_ENTROPY];
        values[l->at[RESULTS_TE_TOP_TWO_RATIO] + f] = m[f][MEASURE_TOP_TWO_RATIO];
    }
}

static bool is_kept(const struct replicate_place *place, uint64_t replicate) {
    return replicate - place->first < place->here->size[RESULTS_REPLICATE];
}

static void keep_replicate(const struct replicate_worker *worker, const struct replicate_place *place,
                           const struct row *row, const struct accumulation *known,
                           const struct measure_grid *grid, uint64_t replicate, double *values) {
    struct results_series *r = place->here;
    const struct kernel *kernel = worker->isa->kernel;
    size_t kept = r->size[RESULTS_REPLICATE], at = replicate - place->first;
    struct accumulation a = known ? *known : measure_accumulation(row);
    r->lambda[at] = a.lambda;
    r->lambda_log_rank[at] = a.log_rank;
    r->lambda_gap[at] = a.gap;
    r->top_gap[at] = measure_top_gap(row);
    for (size_t k = 0; k < r->size[RESULTS_CRITERION]; k++) {
        r->collapse[k * kept + at] = measure_collapse(kernel, row, &r->criterion[k], grid);
    }
    measure_te(kernel, row, a.lambda, r, place->layout, values);
}

/* Components of V (ATT - q), and sums of pairs of them on their scales. */
static void measure_components(const struct results_series *r, size_t b, const double *vector, double bias,
                               double *component, double *pair) {
    size_t components = r->size[RESULTS_COMPONENT], columns = r->size[RESULTS_COLUMN];
    const double *scale = r->output_scale + b * components;
    for (size_t a = 0; a < components; a++) {
        const double *v = r->value_matrix + a * columns;
        component[a] = -v[0] * bias;
        for (size_t k = 1; k < columns; k++) { component[a] += v[k] * vector[k]; }
    }
    for (size_t k = 0; k < r->size[RESULTS_PAIR]; k++) {
        size_t i = (size_t)r->pair_first[k], j = (size_t)r->pair_second[k];
        pair[k] = component[i] / scale[i] + component[j] / scale[j];
    }
}

static void measure_weights(const struct kernel *kernel, const struct results_series *r,
                            const struct row *row, double beta_ratio, const double grid_value[MEASURE_VALUES],
                            const struct replicate_layout *l, size_t b, double *values) {
    double log_z = grid_value[MEASURE_LOG_PARTITION], log_deficit = log_one_minus_exp(-log_z);
    values[l->at[RESULTS_EFFECTIVE_KEYS] + b] = 1 / grid_value[MEASURE_PARTICIPATION];
    values[l->at[RESULTS_TOP_DEFICIT] + b] = exp(log_deficit);
    values[l->at[RESULTS_LOG_TOP_DEFICIT] + b] =
        log_z > 0 ? -log_deficit : beta_ratio * measure_top_gap(row); /* the second key alone is left */
    size_t levels = r->size[RESULTS_LEVEL];
    for (size_t k = 0; k < levels; k++) {
        double gap = (-log(r->weight_level[k]) - log_z) / beta_ratio, log_count = -INFINITY;
        if (gap > 0) { measure_log_gap_count(kernel, row, 1, &gap, &log_count); }
        values[l->at[RESULTS_WEIGHTS_ABOVE] + b * levels + k] = exp(log_count);
    }
}

static void measure_output(struct replicate_worker *worker, const struct replicate_place *place,
                           const struct row *row, const struct stream *stream, uint64_t replicate,
                           double *values) {
    struct results_series *r = place->here;
    const struct replicate_layout *l = place->layout;
    const struct output_request request = {.dimension = r->size[RESULTS_COLUMN],
                                           .concentration =
                                               family_concentration(r->family, r->parameter, r->log_n[0]),
                                           .count = l->betas,
                                           .beta = r->beta,
                                           .beta_ratio = r->beta_ratio};
    output_measure(worker->output, worker->sampler, place->law, row, stream, &request);
    for (size_t b = 0; b < l->betas; b++) {
        struct output_sums sums = output_at(worker->output, b);
        const double *vector = output_vector(worker->output, b);
        values[l->at[RESULTS_OUTPUT_BIAS] + b] = sums.bias;
        values[l->at[RESULTS_OUTPUT_TANGENTIAL] + b] = sums.tangential;
        values[l->at[RESULTS_OUTPUT_IDENTITY] + b] = sums.identity;
        measure_components(r, b, vector, sums.bias,
                           values + l->at[RESULTS_OUTPUT] + b * r->size[RESULTS_COMPONENT],
                           values + l->at[RESULTS_OUTPUT_PAIR] + b * r->size[RESULTS_PAIR]);
        measure_weights(worker->isa->kernel, r, row, r->beta_ratio[b], worker->grid_value[b], l, b, values);
        if (is_kept(place, replicate)) {
            size_t at = b * r->size[RESULTS_REPLICATE] + replicate - place->first;
            r->output_radial[at] = sums.bias;
            r->output_tangent[at] = vector[1];
            r->output_square[at] = sums.tangential;
        }
    }
}

static void measure_on_grid(struct replicate_worker *worker, const struct row *row,
                            const struct results_series *r, const struct replicate_layout *l,
                            double *values) {
    measure_betas(worker->isa->kernel, row, l->betas, r->beta_ratio, worker->grid_value);
    for (size_t b = 0; b < l->betas; b++) {
        const double *m = worker->grid_value[b];
        for (size_t q = 0; q < MEASURE_COUNT; q++) { values[l->at[q] + b] = m[q]; }
        values[l->at[RESULTS_LOG_PARTICIPATION] + b] = m[MEASURE_LOG_PARTICIPATION];
        values[l->at[RESULTS_LOG_TOP_WEIGHT] + b] = -m[MEASURE_LOG_PARTITION];
    }
    measure_ordered_weights(worker->isa->kernel, row, l->betas, r->beta_ratio,
                            (const double(*)[MEASURE_VALUES])worker->grid_value, l->ranks,
                            values + l->at[RESULTS_ORDERED_WEIGHT]);
    measure_log_gap_count(worker->isa->kernel, row, r->size[RESULTS_GAP], r->gap_grid,
                          values + l->at[RESULTS_LOG_GAP_COUNT]);
}

/* Four quantities, from that of the support on. */
static void put_normalised(struct normalised x, const size_t *support, size_t place, double *values) {
    const double value[] = {x.support, x.entropy, x.participation, x.top_weight};
    for (size_t i = 0; i < sizeof value / sizeof *value; i++) { values[support[i] + place] = value[i]; }
}

static void measure_entmax(struct normaliser *normaliser, const struct row *row,
                           const struct results_series *r, const struct replicate_layout *l, double *values) {
    const size_t alphas = r->size[RESULTS_ALPHA];
    if (!r->sparsemax && alphas == 0) { return; }
    normaliser_begin(normaliser, row);
    for (size_t b = 0; b < l->betas; b++) {
        for (size_t i = 0; i < alphas; i++) {
            put_normalised(normaliser_entmax(normaliser, r->entmax_alpha[i], r->beta_ratio[b]),
                           &l->at[RESULTS_ENTMAX_SUPPORT], b * alphas + i, values);
        }
        if (r->sparsemax) {
            put_normalised(normaliser_entmax(normaliser, 2, r->beta_ratio[b]),
                           &l->at[RESULTS_SPARSEMAX_SUPPORT], b, values);
        }
    }
}

/* The row's maximum is `top_score` above the family's origin. */
static void measure_sinks(double grid_value[][MEASURE_VALUES], double top_score,
                          const struct results_series *r, const struct replicate_layout *l, double *values) {
    const size_t sinks = r->size[RESULTS_SINK];
    double p[FAMILY_PARAMETERS];
    if (sinks == 0) { return; }
    family_parameters(r->family, r->parameter, r->log_n[0], p);
    const double origin = r->family->origin ? r->family->origin(p) : 0;
    for (size_t at = 0; at < l->betas * sinks; at++) {
        const size_t b = at / sinks, i = at % sinks;
        const struct normaliser_sink x =
            normaliser_sink(grid_value[b], r->beta[b] * (r->sink_score[i] - origin - top_score));
        values[l->at[RESULTS_SINK_WEIGHT] + at] = x.weight;
        values[l->at[RESULTS_SINK_ENTROPY] + at] = x.entropy;
        values[l->at[RESULTS_SINK_PARTICIPATION] + at] = x.participation;
    }
}

void replicate_measure_row(struct replicate_worker *worker, const struct replicate_place *place,
                           const struct row *row, const struct accumulation *known, uint64_t replicate,
                           double *values) {
    const struct results_series *r = place->here;
    measure_on_grid(worker, row, r, place->layout, values);
    measure_entmax(worker->normaliser, row, r, place->layout, values);
    measure_sinks(worker->grid_value, row->top_score, r, place->layout, values);
    if (is_kept(place, replicate)) {
        /* One beta, which may be far from all collapse, is no grid to look from. */
        struct measure_grid grid = {r->is_prescribed ? 0 : place->layout->betas, r->beta_ratio,
                                    (const double(*)[MEASURE_VALUES])worker->grid_value};
        keep_replicate(worker, place, row, known, &grid, replicate, values);
    }
}

void replicate_measure(struct replicate_worker *worker, const struct replicate_place *place,
                       uint64_t replicate, double *values) {
    const struct results_series *r = place->here;
    struct stream stream =
        stream_make(place->seed, r->name, r->log_n[0], place->common_randomness, replicate);
    const struct row *row = sampler_row(worker->sampler, place->law, stream);
    replicate_measure_row(worker, place, row, NULL, replicate, values);
    if (results_has_output(r)) { measure_output(worker, place, row, &stream, replicate, values); }
}
