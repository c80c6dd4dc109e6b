#include "analysis/diagnosis/filed.h"

#include <math.h>
#include <stdio.h>

#include "analysis/diagnosis/index.h"
#include "analysis/diagnosis/story.h"
#include "analysis/text/words.h"
#include "sim/results/note.h"

/* ---- arrays ---- */

static void copy_point(const struct diagnosis_point *p, size_t l, struct results_series *s) {
    s->sequences[l] = (double)p->sequences;
    s->tie_fraction[l] = p->tie_fraction;
    s->sequences_tied[l] = (double)p->tied;
    s->rounding[l] = p->rounding;
    s->top_key_mass[l] = p->top_key_mass;
    s->nearness[l] = p->near;
    for (size_t w = 0; w < SURVEY_WINDOWS; w++) { s->local_mass[l * SURVEY_WINDOWS + w] = p->mass[w]; }
    s->model_beta_ratio[l] = 1 / p->median;
    s->model_beta_ratio_low[l] = 1 / p->lambda.high;
    s->model_beta_ratio_high[l] = 1 / p->lambda.low;
    s->extreme_value_index[l] = p->index.value;
    s->extreme_value_index_se[l] = p->index_se;
    s->extreme_value_index_gaussian[l] = p->gaussian;
    s->lambda_between_sequences[l] = p->lambda.value;
    s->lambda_without_sinks[l] = p->lambda_without_sinks;
}

static void copy_drift(const struct diagnosis_growth *w, double *drift, double *low, double *high) {
    for (size_t k = 0; k < PRESCRIPTIONS; k++) {
        drift[k] = w->law[k].drift;
        low[k] = w->law[k].trend.low;
        high[k] = w->law[k].trend.high;
    }
}

static void copy_arrays(const struct diagnosis *d, const struct diagnosis_group *g,
                        struct results_series *s) {
    for (size_t k = 0; k < INDEX_SPACINGS; k++) { s->spacing[k] = (double)k + 1; }
    for (size_t w = 0; w < SURVEY_WINDOWS; w++) { s->window[w] = survey_window[w]; }
    for (size_t l = 0; l < d->survey->facts->length_count; l++) {
        if (g->point[l].rows > 0) { copy_point(&g->point[l], l, s); }
    }
    copy_drift(&g->trained, s->drift, s->drift_low, s->drift_high);
    copy_drift(&g->beyond, s->drift_beyond, s->drift_beyond_low, s->drift_beyond_high);
    for (size_t k = 0; k < DIAGNOSIS_MULTIPLIERS; k++) {
        s->n_over_trained[k] = diagnosis_multiplier[k];
        s->multiplier[k] = g->trained.multiplier[k].value;
        s->multiplier_low[k] = g->trained.multiplier[k].low;
        s->multiplier_high[k] = g->trained.multiplier[k].high;
    }
}

/* ---- attributes ---- */

static void note_interval(const char *name, double value, double low, double high, struct results_series *s) {
    char end[WORDS];
    note_number(s, name, value);
    snprintf(end, sizeof end, "%s_low", name);
    note_number(s, end, low);
    snprintf(end, sizeof end, "%s_high", name);
    note_number(s, end, high);
}

static void note_words(const struct diagnosis *d, const struct diagnosis_group *g, struct results_series *s) {
    char sentence[DIAGNOSIS_SENTENCE], sinks[STORY_SINKS];
    if (!g->whole) { note_whole(s, "layer", g->layer); }
    if (!g->pooled) { note_whole(s, "head", g->head); }
    note_text(s, "class", story_class(g));
    note_text(s, "locality", story_locality(g->locality));
    note_text(s, "standing", story_standing(story_point(g)));
    note_text(s, "sentence", story_sentence(d, g, sentence));
    if (!g->pooled) { note_text(s, "sinks", story_sink_list(d, g, sinks)); }
    note_number(s, "level", trend_risk);
}

/* Names end in `suffix`. */
static void note_choice(const struct diagnosis_growth *w, const char *suffix, struct results_series *s) {
    char name[WORDS], excluded[STORY_LAWS];
    snprintf(name, sizeof name, "best%s", suffix);
    note_text(s, name, story_best(w));
    snprintf(name, sizeof name, "excluded%s", suffix);
    note_text(s, name, story_excluded(w, excluded));
    snprintf(name, sizeof name, "closest%s", suffix);
    if (w->known) { note_text(s, name, prescription_name[w->closest]); }
    snprintf(name, sizeof name, "exponent%s", suffix);
    note_interval(name, w->exponent.value, w->exponent.low, w->exponent.high, s);
}

static void note_growth(const struct diagnosis_growth *w, struct results_series *s) {
    const struct trend_interval *a = &w->log_amplitude;
    note_choice(w, "", s);
    note_interval("amplitude", exp(a->value), exp(a->low), exp(a->high), s);
    note_number(s, "lack_of_fit", w->lack_of_fit);
    for (size_t k = 0; w->known && k < COORDINATES; k++) {
        note_interval(coordinates_name[k], w->xi[k].value, w->xi[k].low, w->xi[k].high, s);
    }
}

void filed_copy(const struct diagnosis *d, const struct diagnosis_group *g, struct results_series *s) {
    char excluded[STORY_LAWS];
    copy_arrays(d, g, s);
    note_words(d, g, s);
    note_growth(&g->trained, s);
    if (g->beyond.known) { note_text(s, "excluded_beyond", story_excluded(&g->beyond, excluded)); }
    if (g->without_sinks.known) { note_choice(&g->without_sinks, "_without_sinks", s); }
}
