#include "analysis/diagnosis/told.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/diagnosis/index.h"
#include "analysis/diagnosis/story.h"
#include "analysis/text/words.h"
#include "sim/results/note.h"

/* ---- at one length ---- */

#define ARRAY(key) offsetof(struct results_series, key)
#define PLAIN(name, value)                                                                                   \
    { name, name, value, 0 }
#define FILED(name, value)                                                                                   \
    { #name, #name, value, ARRAY(name) }

void told_numbers(const struct diagnosis_point *p, struct told_number number[TOLD_NUMBERS]) {
    const struct told_number told[] = {
        PLAIN("rows", (double)p->rows),
        FILED(sequences, (double)p->sequences),
        FILED(sequences_tied, (double)p->tied),
        PLAIN("lambda", p->median),
        FILED(lambda_between_sequences, p->lambda.value),
        {"low", "lambda_low", p->lambda.low, 0},
        {"high", "lambda_high", p->lambda.high, 0},
        FILED(lambda_without_sinks, p->lambda_without_sinks),
        PLAIN("lower_quartile", p->lower),
        PLAIN("upper_quartile", p->upper),
        PLAIN("rank", p->rank),
        PLAIN("gap", p->gap),
        PLAIN("alpha", p->alpha),
        FILED(model_beta_ratio, 1 / p->median),
        FILED(model_beta_ratio_low, 1 / p->lambda.high),
        FILED(model_beta_ratio_high, 1 / p->lambda.low),
        PLAIN("entropy", p->entropy),
        PLAIN("participation", p->participation),
        PLAIN("top_weight", p->top_weight),
        PLAIN("collapse", p->collapse),
        FILED(top_key_mass, p->top_key_mass),
        FILED(tie_fraction, p->tie_fraction),
        FILED(extreme_value_index, p->index.value),
        PLAIN("index_low", p->index.low),
        PLAIN("index_high", p->index.high),
        FILED(extreme_value_index_se, p->index_se),
        {"index_of_gaussian", "index_of_gaussian", p->gaussian, ARRAY(extreme_value_index_gaussian)},
        FILED(nearness, p->near),
        FILED(rounding, p->rounding),
    };
    _Static_assert(sizeof told / sizeof *told == TOLD_NUMBERS, "all of them");
    memcpy(number, told, sizeof told);
}

/* ---- of a group ---- */

void told_growths(const struct diagnosis_group *g, struct told_growth growth[TOLD_GROWTHS]) {
    const struct told_growth told[] = {{"", true, &g->trained},
                                       {"_beyond", false, &g->beyond},
                                       {"_without_sinks", true, &g->without_sinks},
                                       {"_beyond_without_sinks", false, &g->beyond_without_sinks}};
    _Static_assert(sizeof told / sizeof *told == TOLD_GROWTHS, "all of them");
    memcpy(growth, told, sizeof told);
}

struct telling {
    told_visitor *visit;
    void *with;
    const char *suffix; /* of names */
};

/* NAME, suffix, end. */
static void pass_on(const struct telling *t, const char *name, const char *end, struct told_value value) {
    char full[TOLD_NAME];
    snprintf(full, sizeof full, "%s%s%s", name, t->suffix, end);
    value.name = full;
    t->visit(&value, t->with);
}

static void tell_text(const struct telling *t, const char *name, const char *text) {
    pass_on(t, name, "", (struct told_value){.is_text = true, .text = text, .number = NAN});
}

static void tell_number(const struct telling *t, const char *name, double number) {
    pass_on(t, name, "", (struct told_value){.number = number});
}

static void tell_whole(const struct telling *t, const char *name, bool is_there, size_t whole) {
    pass_on(t, name, "", (struct told_value){.is_whole = true, .number = is_there ? (double)whole : NAN});
}

static void tell_interval(const struct telling *t, const char *name, struct trend_interval interval) {
    pass_on(t, name, "", (struct told_value){.number = interval.value});
    pass_on(t, name, "_low", (struct told_value){.number = interval.low});
    pass_on(t, name, "_high", (struct told_value){.number = interval.high});
}

/* NAME_WHICH, and its ends; the file's arrays are NAME, NAME_low and NAME_high. */
static void tell_element(const struct telling *t, const char *name, const char *which,
                         struct trend_interval interval) {
    char end[3][32];
    const double number[] = {interval.value, interval.low, interval.high};
    snprintf(end[0], sizeof end[0], "_%s", which);
    snprintf(end[1], sizeof end[1], "_%s_low", which);
    snprintf(end[2], sizeof end[2], "_%s_high", which);
    for (int i = 0; i < 3; i++) {
        pass_on(t, name, end[i], (struct told_value){.is_element = true, .number = number[i]});
    }
}

static void tell_drifts(const struct telling *t, const struct diagnosis_growth *w) {
    for (int k = 0; k < PRESCRIPTIONS; k++) {
        const struct diagnosis_law *law = &w->law[k];
        tell_element(t, "drift", prescription_name[k],
                     (struct trend_interval){law->drift, law->trend.low, law->trend.high});
    }
}

static void tell_multipliers(const struct telling *t, const struct diagnosis_growth *w) {
    for (int k = 0; k < DIAGNOSIS_MULTIPLIERS; k++) {
        char which[WORDS];
        tell_element(t, "multiplier", words_formatted("%g", diagnosis_multiplier[k], which),
                     w->multiplier[k]);
    }
}

/* The trained lengths are told of even where nothing is known. */
static void tell_growth(struct telling t, const struct told_growth *told) {
    const struct diagnosis_growth *w = told->growth;
    const struct trend_interval none = {NAN, NAN, NAN};
    const bool is_told = w->known || *told->suffix == '\0';
    char excluded[STORY_LAWS];
    t.suffix = told->suffix;
    tell_text(&t, "best", is_told ? story_best(w) : NULL);
    tell_text(&t, "excluded", is_told ? story_excluded(w, excluded) : NULL);
    tell_text(&t, "closest", w->known ? prescription_name[w->closest] : NULL);
    tell_interval(&t, "exponent", w->exponent);
    tell_interval(&t, "amplitude", trend_exponential(w->log_amplitude));
    tell_number(&t, "lack_of_fit", w->lack_of_fit);
    for (size_t k = 0; k < COORDINATES; k++) {
        tell_interval(&t, coordinates_name[k], w->known ? w->xi[k] : none);
    }
    tell_drifts(&t, w);
    if (told->is_trained) { tell_multipliers(&t, w); }
}

void told_group(const struct diagnosis *d, const struct diagnosis_group *g, told_visitor *visit, void *with) {
    const struct telling t = {visit, with, ""};
    struct told_growth growth[TOLD_GROWTHS];
    char sentence[DIAGNOSIS_SENTENCE], sinks[STORY_SINKS];
    tell_whole(&t, "layer", !g->whole, g->layer);
    tell_whole(&t, "head", !g->pooled, g->head);
    tell_text(&t, "class", story_class(g));
    tell_text(&t, "locality", story_locality(g->locality));
    tell_text(&t, "standing", story_standing(story_point(g)));
    tell_text(&t, "sinks", g->pooled ? NULL : story_sink_list(d, g, sinks));
    tell_number(&t, "level", trend_risk);
    told_growths(g, growth);
    for (size_t i = 0; i < TOLD_GROWTHS; i++) { tell_growth(t, &growth[i]); }
    tell_text(&t, "sentence", story_sentence(d, g, sentence));
}

/* ---- in the file ---- */

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

void told_file(const struct diagnosis *d, const struct diagnosis_group *g, struct results_series *s) {
    copy_arrays(d, g, s);
    told_group(d, g, note, s);
}
