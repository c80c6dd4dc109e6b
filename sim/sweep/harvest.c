#include "sim/sweep/harvest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"

static bool is_exact(const struct results_field *f) { return strncmp(f->name, "exact/", 6) == 0; }

static bool is_kept(const struct results_field *f) {
    return f->axis[0] == RESULTS_LOG_N && f->axis[f->rank - 1] == RESULTS_REPLICATE;
}

size_t harvest_fields(const struct unit *unit, struct results_series *series,
                      struct results_field field[RESULTS_FIELDS]) {
    size_t fields = results_fields(series, field), count = 0;
    for (size_t i = 0; i < fields; i++) {
        if (unit_is_exact(unit) ? is_exact(&field[i]) : is_kept(&field[i])) { field[count++] = field[i]; }
    }
    return count;
}

static struct results_series cut(const struct unit *unit) {
    struct results_series here = *unit->cell->here;
    here.size[RESULTS_REPLICATE] = unit->kept;
    return here;
}

size_t harvest_numbers(const struct unit *unit) {
    struct results_field field[RESULTS_FIELDS];
    struct results_series here = cut(unit);
    size_t fields = harvest_fields(unit, &here, field), count = 0;
    for (size_t i = 0; i < fields; i++) { count += results_field_size(&here, &field[i]); }
    return count;
}

static void make_numbers(struct harvest *h, const struct unit *unit) {
    struct results_field field[RESULTS_FIELDS];
    h->here = cut(unit);
    h->number_count = harvest_numbers(unit);
    double *next = h->number = memory_resize(NULL, h->number_count, sizeof *next);
    for (size_t i = 0; i < h->number_count; i++) { h->number[i] = NAN; }
    size_t fields = harvest_fields(unit, &h->here, field);
    for (size_t i = 0; i < fields; i++) {
        *field[i].values = next;
        next += results_field_size(&h->here, &field[i]);
    }
}

void harvest_create(struct harvest *h, const struct unit *unit) {
    const struct replicate_layout *l = &unit->cell->layout;
    *h = (struct harvest){.number_count = 0};
    make_numbers(h, unit);
    if (unit_is_exact(unit)) { return; }
    h->block_mean = memory_resize(NULL, unit->block_count * MEASURE_COUNT * l->betas, sizeof *h->block_mean);
    summary_create(&h->sum, l);
}

void harvest_release(struct harvest *h) {
    summary_release(&h->sum);
    free(h->block_mean);
    free(h->number);
    *h = (struct harvest){.number_count = 0};
}

struct replicate_place harvest_place(struct harvest *h, const struct config *config, const struct unit *unit,
                                     const struct sampler_law *law) {
    return (struct replicate_place){.seed = config->seed,
                                    .common_randomness = config->common_randomness,
                                    .law = law,
                                    .layout = &unit->cell->layout,
                                    .here = &h->here,
                                    .first = unit->first_replicate};
}
