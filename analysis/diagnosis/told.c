#include "analysis/diagnosis/told.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/diagnosis/story.h"
#include "analysis/text/words.h"
#include "sim/results/results.h"

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
static void tell(const struct telling *t, const char *name, const char *end, struct told_value value) {
    char full[TOLD_NAME];
    snprintf(full, sizeof full, "%s%s%s", name, t->suffix, end);
    value.name = full;
    t->visit(&value, t->with);
}

static void tell_text(const struct telling *t, const char *name, const char *text) {
    tell(t, name, "", (struct told_value){.is_text = true, .text = text, .number = NAN});
}

static void tell_number(const struct telling *t, const char *name, double number) {
    tell(t, name, "", (struct told_value){.number = number});
}

static void tell_whole(const struct telling *t, const char *name, bool is_there, size_t whole) {
    tell(t, name, "", (struct told_value){.is_whole = true, .number = is_there ? (double)whole : NAN});
}

static void tell_interval(const struct telling *t, const char *name, struct trend_interval interval) {
    tell(t, name, "", (struct told_value){.number = interval.value});
    tell(t, name, "_low", (struct told_value){.number = interval.low});
    tell(t, name, "_high", (struct told_value){.number = interval.high});
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
        tell(t, name, end[i], (struct told_value){.is_element = true, .number = number[i]});
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
