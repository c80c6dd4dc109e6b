#include "analysis/report/report.h"

#include <math.h>

#include "analysis/diagnosis/diagnosis.h"
#include "analysis/diagnosis/story.h"
#include "analysis/diagnosis/told.h"
#include "analysis/text/json.h"

static void open_list(FILE *out, const char *key) {
    json_print_key(out, key);
    fputc('[', out);
}

static void print_ends(FILE *out, const struct trend_interval *interval) {
    json_print_member(out, "low", interval->low);
    json_print_member(out, "high", interval->high);
}

static void print_point(FILE *out, const struct diagnosis_point *p) {
    struct told_number number[TOLD_NUMBERS];
    told_numbers(p, number);
    fputs("\n      {\"log_n\": ", out);
    json_print_number(out, log(p->n));
    for (size_t i = 0; i < TOLD_NUMBERS; i++) { json_print_member(out, number[i].name, number[i].value); }
    json_print_key(out, "local_mass");
    for (size_t w = 0; w < SURVEY_WINDOWS; w++) {
        fputs(w > 0 ? ", " : "[", out);
        json_print_number(out, p->mass[w]);
    }
    fputs("]}", out);
}

static void print_points(FILE *out, const struct diagnosis *d, const struct diagnosis_group *g) {
    size_t told = 0;
    open_list(out, "points");
    for (size_t l = 0; l < d->survey->facts->length_count; l++) {
        if (g->point[l].rows == 0) { continue; }
        if (told++ > 0) { fputc(',', out); }
        print_point(out, &g->point[l]);
    }
    fputc(']', out);
}

static void print_laws(FILE *out, const char *key, const struct diagnosis_growth *w) {
    open_list(out, key);
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
    json_print_text(out, "best", w->best >= 0 ? prescription_name[w->best] : NULL);
    json_print_text(out, "closest", w->known ? prescription_name[w->closest] : NULL);
    open_list(out, "excluded");
    for (int p = 0; w->decided && p < PRESCRIPTIONS; p++) {
        if (w->law[p].excluded) { fprintf(out, "%s\"%s\"", told++ > 0 ? ", " : "", prescription_name[p]); }
    }
    fputc(']', out);
}

/* Of a head, at the longest trained length. */
static void print_sinks(FILE *out, const struct diagnosis *d, const struct diagnosis_group *g) {
    const struct survey_sink *sink = story_sinks(d, g);
    open_list(out, "sinks");
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
    for (size_t k = 0; w->known && k < DIAGNOSIS_XIS; k++) {
        fprintf(out, "%s\"%s\": ", k > 0 ? ", " : "", diagnosis_xi_name[k]);
        print_interval(out, "{\"value\": ", &w->xi[k]);
    }
    fputc('}', out);
}

static void print_multipliers(FILE *out, const struct diagnosis_growth *w) {
    open_list(out, "multiplier");
    for (size_t k = 0; w->known && k < DIAGNOSIS_MULTIPLIERS; k++) {
        fprintf(out, "%s{\"n_over_trained\": %g", k > 0 ? ", " : "", diagnosis_multiplier[k]);
        print_interval(out, ", \"value\": ", &w->multiplier[k]);
    }
    fputc(']', out);
}

static void print_growth(FILE *out, const struct diagnosis_growth *w) {
    const struct trend_interval amplitude = trend_exponential(w->log_amplitude);
    json_print_member(out, "exponent", w->exponent.value);
    print_ends(out, &w->exponent);
    json_print_member(out, "lack_of_fit", w->lack_of_fit);
    json_print_member(out, "few_rows", w->few_rows);
    json_print_key(out, "amplitude");
    print_interval(out, "{\"value\": ", &amplitude);
    print_coordinates(out, w);
    print_choice(out, w);
}

/* The beginning of an object of that name, or null where nothing of it is known. */
static bool open_object(FILE *out, const char *key, bool is_known) {
    json_print_key(out, key);
    fputs(is_known ? "{\"level\": " : "null", out);
    if (is_known) { json_print_number(out, trend_risk); }
    return is_known;
}

static void print_beyond(FILE *out, const struct diagnosis_growth *w) {
    if (!open_object(out, "beyond", w->known)) { return; }
    print_growth(out, w);
    fputc('}', out);
}

static void print_advice(FILE *out, const struct diagnosis_growth *trained,
                         const struct diagnosis_growth *beyond) {
    print_laws(out, "prescriptions", trained);
    print_laws(out, "prescriptions_beyond", beyond);
    print_multipliers(out, trained);
    print_beyond(out, beyond);
}

static void print_without_sinks(FILE *out, const struct diagnosis_group *g) {
    const struct diagnosis_growth *trained = &g->without_sinks, *beyond = &g->beyond_without_sinks;
    if (!open_object(out, "without_sinks", trained->known || beyond->known)) { return; }
    print_growth(out, trained);
    print_advice(out, trained, beyond);
    fputc('}', out);
}

static void print_group(FILE *out, const struct diagnosis *d, const struct diagnosis_group *g) {
    char sentence[DIAGNOSIS_SENTENCE];
    fputs("\n    {\"name\": ", out);
    json_print_string(out, g->name);
    json_print_member(out, "layer", g->whole ? NAN : (double)g->layer);
    json_print_member(out, "head", g->pooled ? NAN : (double)g->head);
    json_print_text(out, "class", story_class(g));
    json_print_text(out, "locality", story_locality(g->locality));
    json_print_text(out, "standing", story_standing(story_point(g)));
    json_print_text(out, "sentence", story_sentence(d, g, sentence));
    print_growth(out, &g->trained);
    json_print_member(out, "level", trend_risk);
    print_sinks(out, d, g);
    print_points(out, d, g);
    print_advice(out, &g->trained, &g->beyond);
    print_without_sinks(out, g);
    fputc('}', out);
}

void diagnosis_json_print(FILE *out, const struct diagnosis *d) {
    const struct scores_facts *f = d->survey->facts;
    fputs("{\"schema\": 1", out);
    json_print_text(out, "model", f->model);
    json_print_text(out, "licence", f->licence);
    json_print_text(out, "input", f->input);
    json_print_text(out, "dtype", f->element);
    json_print_member(out, "trained", d->trained);
    open_list(out, "heads");
    for (size_t i = 0; i < d->group_count; i++) {
        if (i > 0) { fputc(',', out); }
        print_group(out, d, &d->group[i]);
    }
    fputs("]}\n", out);
}
