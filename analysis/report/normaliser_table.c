#include "analysis/report/report.h"

#include <math.h>

#include "analysis/fit/beside.h"
#include "analysis/report/columns.h"

enum { SHOWN = 3 };

/* The betas told, at a place of the series. */
struct shown {
    FILE *out;
    struct column_place place;
    size_t count, beta[SHOWN];
};

static size_t nearest_beta(const struct results_series *s, size_t n, double ratio) {
    const double *at = s->beta_ratio + n * s->size[RESULTS_BETA];
    size_t best = 0;
    for (size_t b = 1; b < s->size[RESULTS_BETA]; b++) {
        if (fabs(log(at[b] / ratio)) < fabs(log(at[best] / ratio))) { best = b; }
    }
    return best;
}

static struct shown choose(FILE *out, const struct column_place *place) {
    struct shown shown = {.out = out, .place = *place};
    const size_t n = shown.place.at[COLUMN_LOG_N] = place->fit->lengths - 1;
    for (int i = 0; i < SHOWN; i++) {
        size_t beta = nearest_beta(place->fit->series, n, ldexp(1, 2 * (i - 1)));
        if (shown.count == 0 || beta != shown.beta[shown.count - 1]) { shown.beta[shown.count++] = beta; }
    }
    return shown;
}

/* A column at the betas, with its errors or without. */
static void print_column(const struct shown *shown, const char *name, bool errors) {
    struct column_place place = shown->place;
    char word[WORDS];
    for (size_t i = 0; i < shown->count; i++) {
        place.at[COLUMN_BETA] = shown->beta[i];
        const double value = column_value(&column_fit, true, name, "", &place);
        fputs(i > 0 ? ", " : "", shown->out);
        fputs(errors ? words_measured(value, column_value(&column_fit, true, name, "_se", &place), word)
                     : words_number(value, word),
              shown->out);
    }
}

static void print_head(const struct shown *shown) {
    char n[WORDS];
    fprintf(shown->out, "  Other normalisers at n = %s, beta/Lambda^typ = ",
            words_length(column_value(&column_fit, true, "log_n", "", &shown->place), n));
    print_column(shown, "beta_ratio", false);
    fputs(" (softmax: H = ", shown->out);
    print_column(shown, "softmax_entropy", false);
    fputs("):\n", shown->out);
}

static void print_sparsemax(const struct shown *shown) {
    const struct results_series *s = shown->place.fit->series;
    fputs("    sparsemax: ", shown->out);
    print_column(shown, "sparsemax_support", true);
    fputs(" keys have weight;\n      H = ", shown->out);
    print_column(shown, "sparsemax_entropy", false);
    if (!isnan(beside_support_limit(s, shown->place.at[COLUMN_LOG_N], shown->beta[0]))) {
        fputs(".\n      1 + Poisson(h/beta) keys as n grows, h the hazard at V = 1/n: in the mean ",
              shown->out);
        print_column(shown, "sparsemax_support_limit", false);
    }
    fputs(".\n", shown->out);
}

static void print_entmax(struct shown *shown, size_t which) {
    shown->place.at[COLUMN_ALPHA] = which;
    fprintf(shown->out, "    %g-entmax: ", shown->place.fit->series->entmax_alpha[which]);
    print_column(shown, "entmax_support", true);
    fputs(" keys;\n      H = ", shown->out);
    print_column(shown, "entmax_entropy", false);
    fputs(".\n", shown->out);
}

static void print_sink(struct shown *shown, size_t which) {
    const struct results_series *s = shown->place.fit->series;
    const struct beside_sink worst = beside_sink(s, which);
    char sigma[WORDS], p[WORDS];
    shown->place.at[COLUMN_SINK] = which;
    fprintf(shown->out, "    sink of score %g: weight ", s->sink_score[which]);
    print_column(shown, "sink_weight", true);
    fputs(";\n      H = ", shown->out);
    print_column(shown, "sink_entropy", false);
    if (worst.count > 0) {
        fputs(".\n      Exact mean weights: ", shown->out);
        print_column(shown, "sink_weight_exact", false);
        fprintf(shown->out, "\n      (of %zu at all n and beta the furthest is %s sigma off, p = %s)",
                worst.count, words_formatted("%.2f", worst.sigma, sigma),
                words_formatted("%.2g", worst.p, p));
    }
    fputs(".\n", shown->out);
}

void normaliser_table_print(FILE *out, const struct column_place *place) {
    const struct results_series *s = place->fit->series;
    if (!beside_is_asked(s)) { return; }
    struct shown shown = choose(out, place);
    print_head(&shown);
    if (s->sparsemax) { print_sparsemax(&shown); }
    for (size_t i = 0; i < s->size[RESULTS_ALPHA]; i++) { print_entmax(&shown, i); }
    for (size_t i = 0; i < s->size[RESULTS_SINK]; i++) { print_sink(&shown, i); }
}
