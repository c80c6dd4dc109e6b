#include "analysis/diagnosis/filed.h"

#include <math.h>

#include "analysis/diagnosis/index.h"
#include "analysis/diagnosis/story.h"
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
    for (size_t k = 0; w->known && k < PRESCRIPTIONS; k++) {
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
        if (!g->trained.known) { continue; }
        s->multiplier[k] = g->trained.multiplier[k].value;
        s->multiplier_low[k] = g->trained.multiplier[k].low;
        s->multiplier_high[k] = g->trained.multiplier[k].high;
    }
}

/* ---- attributes ---- */

static void note_words(const struct diagnosis *d, const struct diagnosis_group *g, struct results_series *s) {
    char sentence[DIAGNOSIS_SENTENCE], excluded[STORY_LAWS];
    const struct diagnosis_growth *w = &g->trained;
    note_text(s, "class", story_class(g));
    note_text(s, "locality", story_locality(g->locality));
    note_text(s, "standing", story_standing(story_point(g)));
    note_text(s, "sentence", story_sentence(d, g, sentence));
    note_text(s, "best", w->best >= 0 ? prescription_name[w->best] : "undecided");
    if (w->known) { note_text(s, "closest", prescription_name[w->closest]); }
    note_text(s, "excluded", story_excluded(w, excluded));
    if (g->beyond.known) { note_text(s, "excluded_beyond", story_excluded(&g->beyond, excluded)); }
    note_number(s, "level", trend_risk);
}

static void note_coordinates(const struct trend_interval *xi, struct results_series *s) {
    static const char *const name[COORDINATES][3] = {
        [COORDINATES_ALPHA] = {"xi_alpha", "xi_alpha_low", "xi_alpha_high"},
        [COORDINATES_DELTA] = {"xi_delta", "xi_delta_low", "xi_delta_high"},
        [COORDINATES_LAMBDA] = {"xi_lambda", "xi_lambda_low", "xi_lambda_high"},
    };
    for (size_t k = 0; k < COORDINATES; k++) {
        note_number(s, name[k][0], xi[k].value);
        note_number(s, name[k][1], xi[k].low);
        note_number(s, name[k][2], xi[k].high);
    }
}

static void note_growth(const struct diagnosis_growth *w, struct results_series *s) {
    if (!w->known) { return; }
    note_number(s, "exponent", w->exponent.value);
    note_number(s, "exponent_low", w->exponent.low);
    note_number(s, "exponent_high", w->exponent.high);
    note_number(s, "amplitude", exp(w->log_amplitude.value));
    note_number(s, "amplitude_low", exp(w->log_amplitude.low));
    note_number(s, "amplitude_high", exp(w->log_amplitude.high));
    note_number(s, "lack_of_fit", w->lack_of_fit);
    note_coordinates(w->xi, s);
}

static void note_without_sinks(const struct diagnosis_growth *w, struct results_series *s) {
    char excluded[STORY_LAWS];
    if (!w->known) { return; }
    note_number(s, "exponent_without_sinks", w->exponent.value);
    note_number(s, "exponent_without_sinks_low", w->exponent.low);
    note_number(s, "exponent_without_sinks_high", w->exponent.high);
    note_text(s, "best_without_sinks", w->best >= 0 ? prescription_name[w->best] : "undecided");
    note_text(s, "closest_without_sinks", prescription_name[w->closest]);
    note_text(s, "excluded_without_sinks", story_excluded(w, excluded));
}

void filed_copy(const struct diagnosis *d, const struct diagnosis_group *g, struct results_series *s) {
    char sinks[STORY_SINKS];
    copy_arrays(d, g, s);
    if (!g->whole) { note_whole(s, "layer", g->layer); }
    if (!g->pooled) { note_whole(s, "head", g->head); }
    note_words(d, g, s);
    note_growth(&g->trained, s);
    if (!g->pooled) { note_text(s, "sinks", story_sink_list(d, g, sinks)); }
    note_without_sinks(&g->without_sinks, s);
}
