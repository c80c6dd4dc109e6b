#include "analysis/report/diagnosis_json.h"

#include <math.h>

#include "analysis/diagnosis/story.h"
#include "analysis/text/json.h"

static void print_text(FILE *out, const char *key, const char *text) {
    json_print_key(out, key);
    if (text) {
        json_print_string(out, text);
    } else {
        fputs("null", out);
    }
}

static void print_whole(FILE *out, const char *key, size_t value) {
    json_print_key(out, key);
    fprintf(out, "%zu", value);
}

static void print_ends(FILE *out, const struct trend_interval *interval) {
    json_print_member(out, "low", interval->low);
    json_print_member(out, "high", interval->high);
}

static void print_point(FILE *out, const struct diagnosis_point *p) {
    fputs("\n      {\"log_n\": ", out);
    json_print_number(out, log(p->n));
    print_whole(out, "rows", p->rows);
    print_whole(out, "sequences", p->sequences);
    print_whole(out, "sequences_tied", p->tied);
    json_print_member(out, "lambda", p->median);
    json_print_member(out, "lambda_between_sequences", p->lambda.value);
    print_ends(out, &p->lambda);
    json_print_member(out, "lambda_without_sinks", p->lambda_without_sinks);
    json_print_member(out, "lower_quartile", p->lower);
    json_print_member(out, "upper_quartile", p->upper);
    json_print_member(out, "rank", p->rank);
    json_print_member(out, "gap", p->gap);
    json_print_member(out, "alpha", p->alpha);
    json_print_member(out, "model_beta_ratio", 1 / p->median);
    json_print_member(out, "entropy", p->entropy);
    json_print_member(out, "participation", p->participation);
    json_print_member(out, "top_weight", p->top_weight);
    json_print_member(out, "collapse", p->collapse);
    json_print_member(out, "top_key_mass", p->top_key_mass);
    json_print_member(out, "tie_fraction", p->tie_fraction);
    json_print_member(out, "extreme_value_index", p->index.value);
    json_print_member(out, "index_low", p->index.low);
    json_print_member(out, "index_high", p->index.high);
    json_print_member(out, "index_of_gaussian", p->gaussian);
    json_print_member(out, "nearness", p->near);
    json_print_member(out, "rounding", p->rounding);
    json_print_key(out, "local_mass");
    for (size_t w = 0; w < SURVEY_WINDOWS; w++) {
        fputs(w > 0 ? ", " : "[", out);
        json_print_number(out, p->mass[w]);
    }
    fputs("]}", out);
}

static void print_points(FILE *out, const struct diagnosis *d, const struct diagnosis_group *g) {
    size_t told = 0;
    json_print_key(out, "points");
    fputc('[', out);
    for (size_t l = 0; l < d->survey->facts->length_count; l++) {
        if (g->point[l].rows == 0) { continue; }
        if (told++ > 0) { fputc(',', out); }
        print_point(out, &g->point[l]);
    }
    fputc(']', out);
}

static void print_laws(FILE *out, const char *key, const struct diagnosis_growth *w) {
    json_print_key(out, key);
    fputc('[', out);
    for (int p = 0; w->known && p < PRESCRIPTIONS; p++) {
        const struct diagnosis_law *law = &w->law[p];
        fprintf(out, "%s\n      {\"name\": \"%s\"", p > 0 ? "," : "", prescription_name[p]);
        json_print_member(out, "drift", law->drift);
        json_print_member(out, "trend", law->trend.value);
        print_ends(out, &law->trend);
        json_print_member(out, "exponent", law->exponent);
        json_print_key(out, "excluded");
        fputs(w->decided && law->excluded ? "true}" : "false}", out);
    }
    fputc(']', out);
}

static void print_choice(FILE *out, const struct diagnosis_growth *w) {
    int told = 0;
    print_text(out, "best", w->best >= 0 ? prescription_name[w->best] : NULL);
    print_text(out, "closest", w->known ? prescription_name[w->closest] : NULL);
    json_print_key(out, "excluded");
    fputc('[', out);
    for (int p = 0; w->decided && p < PRESCRIPTIONS; p++) {
        if (w->law[p].excluded) { fprintf(out, "%s\"%s\"", told++ > 0 ? ", " : "", prescription_name[p]); }
    }
    fputc(']', out);
}

/* Of a head, at the longest trained length. */
static void print_sinks(FILE *out, const struct diagnosis *d, const struct diagnosis_group *g) {
    const struct survey_sink *sink = story_sinks(d, g);
    json_print_key(out, "sinks");
    fputc('[', out);
    for (size_t i = 0; !g->pooled && i < SURVEY_SINKS && sink[i].weight > 0; i++) {
        fprintf(out, "%s{\"key\": %u", i > 0 ? ", " : "", sink[i].key);
        json_print_member(out, "weight", sink[i].weight);
        fputc('}', out);
    }
    fputc(']', out);
}

/* An object with what follows `first`. */
static void print_interval(FILE *out, const char *first, const struct trend_interval *interval) {
    fputs(first, out);
    json_print_number(out, interval->value);
    print_ends(out, interval);
    fputc('}', out);
}

/* Where Lambda_n is attained. */
static void print_coordinates(FILE *out, const struct diagnosis_growth *w) {
    json_print_key(out, "coordinates");
    fputc('{', out);
    for (size_t k = 0; w->known && k < COORDINATES; k++) {
        fprintf(out, "%s\"%s\": ", k > 0 ? ", " : "", coordinates_name[k]);
        print_interval(out, "{\"value\": ", &w->xi[k]);
    }
    fputc('}', out);
}

static void print_multipliers(FILE *out, const struct diagnosis_growth *w) {
    json_print_key(out, "multiplier");
    fputc('[', out);
    for (size_t k = 0; w->known && k < DIAGNOSIS_MULTIPLIERS; k++) {
        fprintf(out, "%s{\"n_over_trained\": %g", k > 0 ? ", " : "", diagnosis_multiplier[k]);
        print_interval(out, ", \"value\": ", &w->multiplier[k]);
    }
    fputc(']', out);
}

static void print_exponent(FILE *out, const struct diagnosis_growth *w) {
    json_print_member(out, "exponent", w->exponent.value);
    print_ends(out, &w->exponent);
    json_print_member(out, "lack_of_fit", w->lack_of_fit);
}

static void print_without_sinks(FILE *out, const struct diagnosis_growth *w) {
    json_print_key(out, "without_sinks");
    if (!w->known) {
        fputs("null", out);
        return;
    }
    fputs("{\"level\": ", out);
    json_print_number(out, trend_risk);
    print_exponent(out, w);
    print_choice(out, w);
    print_laws(out, "prescriptions", w);
    print_multipliers(out, w);
    fputc('}', out);
}

static void print_group(FILE *out, const struct diagnosis *d, const struct diagnosis_group *g) {
    char sentence[DIAGNOSIS_SENTENCE];
    const struct diagnosis_growth *w = &g->trained;
    const struct trend_interval *a = &w->log_amplitude,
                                amplitude = {exp(a->value), exp(a->low), exp(a->high)};
    fputs("\n    {\"name\": ", out);
    json_print_string(out, g->name);
    json_print_member(out, "layer", g->whole ? NAN : (double)g->layer);
    json_print_member(out, "head", g->pooled ? NAN : (double)g->head);
    print_text(out, "class", story_class(g));
    print_text(out, "locality", story_locality(g->locality));
    print_text(out, "standing", story_standing(story_point(g)));
    print_text(out, "sentence", story_sentence(d, g, sentence));
    print_exponent(out, w);
    json_print_key(out, "amplitude");
    print_interval(out, "{\"value\": ", &amplitude);
    print_coordinates(out, w);
    print_choice(out, w);
    json_print_member(out, "level", trend_risk);
    print_sinks(out, d, g);
    print_points(out, d, g);
    print_laws(out, "prescriptions", w);
    print_laws(out, "prescriptions_beyond", &g->beyond);
    print_multipliers(out, w);
    print_without_sinks(out, &g->without_sinks);
    fputc('}', out);
}

void diagnosis_json_print(FILE *out, const struct diagnosis *d) {
    const struct scores_facts *f = d->survey->facts;
    fputs("{\"schema\": 1", out);
    print_text(out, "model", f->model);
    print_text(out, "licence", f->licence);
    print_text(out, "input", f->input);
    print_text(out, "dtype", f->element);
    json_print_member(out, "trained", d->trained);
    json_print_key(out, "heads");
    fputc('[', out);
    for (size_t i = 0; i < d->group_count; i++) {
        if (i > 0) { fputc(',', out); }
        print_group(out, d, &d->group[i]);
    }
    fputs("]}\n", out);
}
