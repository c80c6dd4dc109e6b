#include "sim/sweep/collect.h"

#include <math.h>
#include <string.h>

#include "sim/sweep/histogram.h"

/* Mean and standard error of a quantity; NaN error for a single replicate. */
static void finish_quantity(const struct partial *p, unsigned q, struct results_series *r) {
    const struct replicate_layout *l = &p->of.cell->layout;
    size_t from = l->at[q], count = l->at[q + 1] - from;
    if (count == 0) { return; }
    double *mean = r->mean[q] + p->of.cell->n_index * count, *se = r->se[q] + p->of.cell->n_index * count;
    double replicates = (double)(from < l->kept ? p->of.replicates : p->of.kept);
    for (size_t i = 0; i < count; i++) {
        if (replicates > 0) { mean[i] = p->mean[from + i]; }
        if (replicates > 1) { se[i] = sqrt(p->m2[from + i] / (replicates * (replicates - 1))); }
    }
}

/* (sum x)^2/sum x^2 of a measure at every beta. */
static void count_carriers(const struct partial *p, enum measure measure, double *carriers) {
    const struct replicate_layout *l = &p->of.cell->layout;
    const double count = (double)p->of.replicates;
    for (size_t b = 0; b < l->betas; b++) {
        size_t value = l->at[measure] + b;
        double square = p->mean[value] * p->mean[value];
        carriers[p->of.cell->n_index * l->betas + b] = count * (square / (p->m2[value] / count + square));
    }
}

static void finish_quantiles(const struct partial *p, struct results_series *r) {
    const struct replicate_layout *l = &p->of.cell->layout;
    size_t row = p->of.cell->n_index * l->betas, quantiles = r->size[RESULTS_QUANTILE];
    const uint64_t *bin = p->bin;
    for (size_t i = 0; i < l->binned; bin += p->filled[i++]) {
        double *quantile = i < l->betas
                               ? r->entropy_quantile + (row + i) * quantiles
                               : r->ordered_weight_quantile + (row * l->ranks + i - l->betas) * quantiles;
        for (size_t q = 0; q < quantiles; q++) {
            quantile[q] = histogram_quantile(p->filled[i], bin, r->quantile[q]);
        }
    }
}

/* The mean of 2^k groups of one size, a value in each of them. */
static double join_groups(const double *group, size_t stride, size_t count) {
    if (count == 1) { return *group; }
    double left = join_groups(group, stride, count / 2),
           right = join_groups(group + count / 2 * stride, stride, count / 2);
    return left + (right - left) * 0.5;
}

static void finish_blocks(const struct partial *p, struct results_series *r) {
    size_t n = p->of.cell->n_index, betas = p->of.cell->layout.betas, groups = r->size[RESULTS_BLOCK],
           there = results_blocks(r, n), each = partial_groups(&p->of) / there,
           stride = MEASURE_COUNT * betas;
    for (size_t m = 0; m < MEASURE_COUNT; m++) {
        for (size_t b = 0; b < betas; b++) {
            double *mean = r->block[m] + (n * betas + b) * groups;
            const double *group = p->group + m * betas + b;
            for (size_t g = 0; g < there; g++) {
                mean[g] = join_groups(group + g * each * stride, stride, each);
            }
        }
    }
}

/* The arrays that are taken as they are; of kept replicates there may be fewer than there is room for. */
static void copy_numbers(const struct partial *p, struct results_series *r) {
    struct results_series here = partial_view(p);
    for (struct results_field f = {0}; partial_next(&p->of, &here, &f);) {
        size_t count = results_field_size(&here, &f), stride = results_field_size(p->of.cell->here, &f),
               rows = unit_is_exact(&p->of) ? 1 : stride / p->of.cell->here->size[RESULTS_REPLICATE];
        double *to = *results_values(r, &f) + p->of.cell->n_index * stride;
        for (size_t k = 0; count > 0 && k < rows; k++) {
            memcpy(to + k * stride / rows, *f.values + k * count / rows, count / rows * sizeof(double));
        }
    }
}

static void finish(const struct partial *p, struct results_series *r) {
    if (r->target > 0) { r->replicates_at[p->of.cell->n_index] = (double)p->of.replicates; }
    for (unsigned q = 0; q < RESULTS_QUANTITIES; q++) { finish_quantity(p, q, r); }
    count_carriers(p, MEASURE_PARTICIPATION, r->participation_carriers);
    count_carriers(p, MEASURE_TOP_WEIGHT, r->top_weight_carriers);
    finish_quantiles(p, r);
    finish_blocks(p, r);
    copy_numbers(p, r);
    if (results_has_output(r)) { results_finish_output(r, p->of.cell->n_index); }
}

void collect_add(const struct partial *whole, struct results *results) {
    struct results_series *r = &results->series[whole->of.cell->series_index];
    if (unit_is_exact(&whole->of)) {
        copy_numbers(whole, r);
    } else {
        finish(whole, r);
    }
}
