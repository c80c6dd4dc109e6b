#include "analysis/diagnosis/filed.h"

#include <math.h>

#include "analysis/diagnosis/index.h"
#include "analysis/diagnosis/told.h"
#include "sim/results/note.h"

/* The series' array that lies at `offset` in it. */
static double *array_at(struct results_series *s, size_t offset) {
    return *(double **)(void *)((char *)s + offset);
}

static void copy_point(const struct diagnosis_point *p, size_t l, struct results_series *s) {
    struct told_number number[TOLD_NUMBERS];
    told_numbers(p, number);
    for (size_t i = 0; i < TOLD_NUMBERS; i++) {
        if (number[i].array > 0) { array_at(s, number[i].array)[l] = number[i].value; }
    }
    for (size_t w = 0; w < SURVEY_WINDOWS; w++) { s->local_mass[l * SURVEY_WINDOWS + w] = p->mass[w]; }
}

static void copy_drift(const struct diagnosis_growth *w, double *drift, double *low, double *high) {
    for (size_t k = 0; k < PRESCRIPTIONS; k++) {
        drift[k] = w->law[k].drift;
        low[k] = w->law[k].trend.low;
        high[k] = w->law[k].trend.high;
    }
}

static void copy_multipliers(const struct diagnosis_growth *w, double *value, double *low, double *high) {
    for (size_t k = 0; k < DIAGNOSIS_MULTIPLIERS; k++) {
        value[k] = w->multiplier[k].value;
        low[k] = w->multiplier[k].low;
        high[k] = w->multiplier[k].high;
    }
}

static void copy_arrays(const struct diagnosis *d, const struct diagnosis_group *g,
                        struct results_series *s) {
    for (size_t k = 0; k < INDEX_SPACINGS; k++) { s->spacing[k] = (double)k + 1; }
    for (size_t w = 0; w < SURVEY_WINDOWS; w++) { s->window[w] = survey_window[w]; }
    for (size_t k = 0; k < DIAGNOSIS_MULTIPLIERS; k++) { s->n_over_trained[k] = diagnosis_multiplier[k]; }
    for (size_t l = 0; l < d->survey->facts->length_count; l++) {
        if (g->point[l].rows > 0) { copy_point(&g->point[l], l, s); }
    }
    copy_drift(&g->trained, s->drift, s->drift_low, s->drift_high);
    copy_drift(&g->beyond, s->drift_beyond, s->drift_beyond_low, s->drift_beyond_high);
    copy_drift(&g->without_sinks, s->drift_without_sinks, s->drift_without_sinks_low,
               s->drift_without_sinks_high);
    copy_drift(&g->beyond_without_sinks, s->drift_beyond_without_sinks, s->drift_beyond_without_sinks_low,
               s->drift_beyond_without_sinks_high);
    copy_multipliers(&g->trained, s->multiplier, s->multiplier_low, s->multiplier_high);
    copy_multipliers(&g->without_sinks, s->multiplier_without_sinks, s->multiplier_without_sinks_low,
                     s->multiplier_without_sinks_high);
}

/* What there is none of is left out. */
static void note(const struct told_value *value, void *series) {
    if (value->text) { note_text(series, value->name, value->text); }
    if (isnan(value->number) || value->is_element) { return; }
    if (value->is_whole) {
        note_whole(series, value->name, (uint64_t)value->number);
    } else {
        note_number(series, value->name, value->number);
    }
}

void filed_copy(const struct diagnosis *d, const struct diagnosis_group *g, struct results_series *s) {
    copy_arrays(d, g, s);
    told_group(d, g, note, s);
}
