#include "sim/sweep/collect.h"

#include <math.h>

#include "sim/base/message.h"
#include "sim/sweep/record.h"
#include "sim/sweep/summary.h"

/* Mean and standard error of a quantity; NaN error for a single replicate. */
static void finish_quantity(const struct unit_cell *c, const struct summary *s, unsigned q,
                            struct results_series *r) {
    size_t from = c->layout.at[q], count = c->layout.at[q + 1] - from;
    if (count == 0) { return; }
    double *mean = r->mean[q] + c->n_index * count, *se = r->se[q] + c->n_index * count;
    double replicates = from < c->layout.kept ? s->count : s->kept_count;
    for (size_t i = 0; i < count; i++) {
        if (replicates > 0) { mean[i] = summary_mean(s, &c->layout, from + i); }
        if (replicates > 1) { se[i] = sqrt(s->m2[from + i] / (replicates * (replicates - 1))); }
    }
}

/* (sum x)^2/sum x^2 of a measure at every beta. */
static void count_carriers(const struct unit_cell *c, const struct summary *s, enum measure measure,
                           double *carriers) {
    for (size_t b = 0; b < c->layout.betas; b++) {
        size_t value = c->layout.at[measure] + b;
        double mean = summary_mean(s, &c->layout, value), square = s->m2[value] / s->count + mean * mean;
        carriers[c->n_index * c->layout.betas + b] = s->count * (mean * mean / square);
    }
}

static void finish(const struct unit_cell *c, const struct summary *s, struct results_series *r) {
    const struct replicate_layout *l = &c->layout;
    size_t row = c->n_index * l->betas, quantiles = r->size[RESULTS_QUANTILE];
    for (unsigned q = 0; q < RESULTS_QUANTITIES; q++) { finish_quantity(c, s, q, r); }
    count_carriers(c, s, MEASURE_PARTICIPATION, r->participation_carriers);
    count_carriers(c, s, MEASURE_TOP_WEIGHT, r->top_weight_carriers);
    for (size_t i = 0; i < l->binned; i++) {
        double *quantile = i < l->betas
                               ? r->entropy_quantile + (row + i) * quantiles
                               : r->ordered_weight_quantile + (row * l->ranks + i - l->betas) * quantiles;
        for (size_t q = 0; q < quantiles; q++) { quantile[q] = summary_quantile(s, i, r->quantile[q]); }
    }
    if (results_has_output(r)) { results_finish_output(r, c->n_index); }
}

/* Its record is not of the shape that this program asks for. */
static void refuse(const struct unit *unit) {
    char name[UNIT_NAME];
    message_error(
        "the record of %s was made by another gapscale; go on with that one, or start again: --fresh "
        "discards a journal, --force what a file would grow from",
        unit_name(unit, name));
}

static bool add_unit(const struct unit_plan *plan, size_t index, collect_source *source, void *context,
                     struct summary *sum, struct results *results) {
    size_t length;
    struct unit unit = unit_get(plan, index);
    const uint8_t *record = source(context, index, &length);
    if (!record) { return false; }
    if (record_add(record, length, &unit, sum, &results->series[unit.cell->series_index])) { return true; }
    refuse(&unit);
    return false;
}

static bool add_cell(const struct unit_plan *plan, const struct unit_cell *c, collect_source *source,
                     void *context, struct results *results) {
    struct summary sum;
    bool good = true;
    summary_create(&sum, &c->layout);
    for (size_t i = 0; good && i < c->unit_count; i++) {
        good = add_unit(plan, c->first_unit + i, source, context, &sum, results);
    }
    if (good) { finish(c, &sum, &results->series[c->series_index]); }
    summary_release(&sum);
    return good;
}

struct results *collect_results(const struct unit_plan *plan, const char *isa, collect_source *source,
                                void *context) {
    struct results *results = results_create(plan->outline, isa);
    for (size_t i = 0; i < plan->cell_count; i++) {
        if (add_cell(plan, &plan->cell[i], source, context, results)) { continue; }
        results_free(results);
        return NULL;
    }
    return results;
}

bool collect_exact(const struct unit_plan *plan, collect_source *source, void *context,
                   struct results *results) {
    for (size_t i = plan->unit_count; i < unit_plan_size(plan); i++) {
        if (!add_unit(plan, i, source, context, NULL, results)) { return false; }
    }
    return true;
}
