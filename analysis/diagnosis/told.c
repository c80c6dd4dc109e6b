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
        FILED(model_beta_ratio, isfinite(p->median) ? 1 / p->median : NAN),
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

/* A number with its ends, in arrays of the file. */
#define FILED_INTERVAL(name)                                                                                 \
    { ARRAY(name), ARRAY(name##_low), ARRAY(name##_high) }

/* What names of a growth end in, and where the file has what it has several of. */
static const struct part {
    const char *suffix;
    size_t drift[3], multiplier[3]; /* multipliers: of the trained lengths alone */
} part[DIAGNOSIS_GROWTHS] = {
    {"", FILED_INTERVAL(drift), FILED_INTERVAL(multiplier)},
    {"_beyond", FILED_INTERVAL(drift_beyond), {0}},
    {"_without_sinks", FILED_INTERVAL(drift_without_sinks), FILED_INTERVAL(multiplier_without_sinks)},
    {"_beyond_without_sinks", FILED_INTERVAL(drift_beyond_without_sinks), {0}}};

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

/* NAME_WHICH, and its ends: the file's arrays are NAME, NAME_low and NAME_high. */
static void tell_element(const struct telling *t, const char *name, const char *which, const size_t array[3],
                         size_t at, struct trend_interval interval) {
    static const char *const end[] = {"", "_low", "_high"};
    const double number[] = {interval.value, interval.low, interval.high};
    for (int i = 0; i < 3; i++) {
        char full[WORDS];
        snprintf(full, sizeof full, "_%s%s", which, end[i]);
        pass_on(t, name, full, (struct told_value){.number = number[i], .array = array[i], .at = at});
    }
}

/* The trained lengths are told of even where nothing is known. */
static void tell_growth(struct telling t, const struct part *p, const struct diagnosis_growth *w) {
    const struct trend_interval none = {NAN, NAN, NAN};
    const bool is_told = w->known || p == part;
    char excluded[STORY_LAWS], which[WORDS];
    t.suffix = p->suffix;
    const char *best = w->best >= 0 ? prescription_name[w->best] : "undecided";
    tell_text(&t, "best", is_told ? best : NULL);
    story_laws(w, true, " ", excluded);
    tell_text(&t, "excluded", is_told ? excluded : NULL);
    tell_text(&t, "closest", w->known ? prescription_name[w->closest] : NULL);
    tell_interval(&t, "exponent", w->exponent);
    tell_interval(&t, "amplitude", trend_exponential(w->log_amplitude));
    tell_number(&t, "lack_of_fit", w->lack_of_fit);
    tell_number(&t, "few_rows", w->few_rows);
    for (size_t k = 0; k < DIAGNOSIS_XIS; k++) {
        tell_interval(&t, diagnosis_xi_name[k], w->known ? w->xi[k] : none);
    }
    for (size_t k = 0; k < PRESCRIPTIONS; k++) {
        const struct diagnosis_law *law = &w->law[k];
        tell_element(&t, "drift", prescription_name[k], p->drift, k,
                     (struct trend_interval){law->drift, law->trend.low, law->trend.high});
    }
    for (size_t k = 0; k < DIAGNOSIS_MULTIPLIERS && p->multiplier[0] > 0; k++) {
        tell_element(&t, "multiplier", words_formatted("%g", diagnosis_multiplier[k], which), p->multiplier,
                     k, w->multiplier[k]);
    }
}

void told_group(const struct diagnosis *d, const struct diagnosis_group *g, told_visitor *visit, void *with) {
    const struct telling t = {visit, with, ""};
    char sentence[DIAGNOSIS_SENTENCE], sinks[STORY_SINKS];
    tell_whole(&t, "layer", !g->whole, g->layer);
    tell_whole(&t, "head", !g->pooled, g->head);
    tell_text(&t, "class", story_class(g));
    tell_text(&t, "locality", story_locality(g->locality));
    tell_text(&t, "standing", story_standing(story_point(g)));
    tell_text(&t, "sinks", g->pooled ? NULL : story_sink_list(d, g, sinks));
    tell_number(&t, "level", trend_risk);
    for (size_t i = 0; i < DIAGNOSIS_GROWTHS; i++) { tell_growth(t, &part[i], &g->growth[i]); }
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

static void copy_arrays(const struct diagnosis *d, const struct diagnosis_group *g,
                        struct results_series *s) {
    for (size_t k = 0; k < INDEX_SPACINGS; k++) { s->spacing[k] = (double)k + 1; }
    for (size_t w = 0; w < SURVEY_WINDOWS; w++) { s->window[w] = survey_window[w]; }
    for (size_t k = 0; k < DIAGNOSIS_MULTIPLIERS; k++) { s->n_over_trained[k] = diagnosis_multiplier[k]; }
    for (size_t l = 0; l < d->survey->facts->length_count; l++) {
        if (g->point[l].rows > 0) { copy_point(&g->point[l], l, s); }
    }
}

/* What there is none of is left out. */
static void note(const struct told_value *value, void *series) {
    if (value->text) { note_text(series, value->name, value->text); }
    if (value->array > 0) {
        array_at(series, value->array)[value->at] = value->number;
    } else if (isnan(value->number)) {
        return;
    } else if (value->is_whole) {
        note_whole(series, value->name, (uint64_t)value->number);
    } else {
        note_number(series, value->name, value->number);
    }
}

void told_file(const struct diagnosis *d, const struct diagnosis_group *g, struct results_series *s) {
    copy_arrays(d, g, s);
    told_group(d, g, note, s);
}
