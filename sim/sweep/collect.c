#include "sim/sweep/collect.h"

#include <math.h>

#include "sim/base/message.h"
#include "sim/sweep/record.h"
#include "sim/sweep/summary.h"

/* Mean and standard error of a quantity; NaN error for a single replicate. */
static void finish_quantity(const struct unit_cell *c, const struct summary *s, unsigned q) {
    size_t from = c->layout.at[q], count = c->layout.at[q + 1] - from;
    if (count == 0) { return; }
    double *mean = c->results->mean[q] + c->n_index * count, *se = c->results->se[q] + c->n_index * count;
    double replicates = from < c->layout.kept ? s->count : s->kept_count;
    for (size_t i = 0; i < count; i++) {
        if (replicates > 0) { mean[i] = summary_mean(s, &c->layout, from + i); }
        if (replicates > 1) { se[i] = sqrt(s->m2[from + i] / (replicates * (replicates - 1))); }
    }
}

static void finish(const struct unit_cell *c, const struct summary *s) {
    struct results_series *r = c->results;
    const struct replicate_layout *l = &c->layout;
    size_t row = c->n_index * l->betas, quantiles = r->size[RESULTS_QUANTILE];
    for (unsigned q = 0; q < RESULTS_QUANTITIES; q++) { finish_quantity(c, s, q); }
    for (size_t i = 0; i < l->binned; i++) {
        double *quantile = i < l->betas
                               ? r->entropy_quantile + (row + i) * quantiles
                               : r->ordered_weight_quantile + (row * l->ranks + i - l->betas) * quantiles;
        for (size_t q = 0; q < quantiles; q++) { quantile[q] = summary_quantile(s, i, r->quantile[q]); }
    }
    if (results_has_output(r)) { results_finish_output(r, c->n_index); }
}

void collect_refuse(const struct unit *unit) {
    char name[UNIT_NAME];
    message_error(
        "the record of %s was made by another gapscale; go on with that one, or start again: --fresh "
        "discards a journal, --force what a file would grow from",
        unit_name(unit, name));
}

static bool add_units(const struct unit_plan *plan, const struct unit_cell *c, collect_source *source,
                      void *context, struct summary *s) {
    for (size_t i = c->first_unit; i < c->first_unit + c->unit_count; i++) {
        size_t length;
        struct unit unit = unit_get(plan, i);
        const uint8_t *record = source(context, i, &length);
        if (!record) { return false; }
        if (!record_add(record, length, &unit, s)) {
            collect_refuse(&unit);
            return false;
        }
    }
    return true;
}

int collect_results(const struct unit_plan *plan, collect_source *source, void *context) {
    bool good = true;
    for (size_t i = 0; good && i < plan->cell_count; i++) {
        const struct unit_cell *c = &plan->cell[i];
        struct summary sum;
        bool ready = summary_create(&sum, &c->layout);
        if (!ready) { message_error("out of memory while collecting the results"); }
        good = ready && add_units(plan, c, source, context, &sum);
        if (good) { finish(c, &sum); }
        summary_release(&sum);
    }
    return good ? EXIT_DONE : EXIT_FAILED;
}
