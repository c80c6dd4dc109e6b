#include "analysis/report/report.h"

#include <math.h>

#include "analysis/fit/beside.h"
#include "analysis/text/words.h"
#include "sim/results/results.h"

enum { SHOWN = 3 };

/* The points told, and the series they are of. */
struct shown {
    FILE *out;
    const struct results_series *series;
    size_t count, n, beta[SHOWN];
};

static size_t nearest_beta(const struct results_series *s, size_t n, double ratio) {
    const double *at = s->beta_ratio + n * s->size[RESULTS_BETA];
    size_t best = 0;
    for (size_t b = 1; b < s->size[RESULTS_BETA]; b++) {
        if (fabs(log(at[b] / ratio)) < fabs(log(at[best] / ratio))) { best = b; }
    }
    return best;
}

static struct shown choose(FILE *out, const struct results_series *s) {
    struct shown shown = {.out = out, .series = s, .n = s->size[RESULTS_LOG_N] - 1};
    for (int i = 0; i < SHOWN; i++) {
        size_t beta = nearest_beta(s, shown.n, ldexp(1, 2 * (i - 1)));
        if (shown.count == 0 || beta != shown.beta[shown.count - 1]) { shown.beta[shown.count++] = beta; }
    }
    return shown;
}

static size_t point_of(const struct shown *shown, size_t i) {
    return shown->n * shown->series->size[RESULTS_BETA] + shown->beta[i];
}

/* A quantity at the points: means with their errors, or means alone. */
static void print_means(const struct shown *shown, enum results_quantity q, size_t each, size_t which,
                        bool errors) {
    char word[WORDS];
    for (size_t i = 0; i < shown->count; i++) {
        size_t at = point_of(shown, i) * each + which;
        double mean = shown->series->mean[q][at], se = shown->series->se[q][at];
        fprintf(shown->out, "%s%s", i > 0 ? ", " : "",
                errors ? words_measured(mean, se, word) : words_number(mean, word));
    }
}

static void print_head(const struct shown *shown) {
    const struct results_series *s = shown->series;
    char n[WORDS], ratio[WORDS];
    fprintf(shown->out,
            "  Other normalisers at n = %s, beta/Lambda^typ =", words_length(s->log_n[shown->n], n));
    for (size_t i = 0; i < shown->count; i++) {
        fprintf(shown->out, "%s %s", i > 0 ? "," : "",
                words_number(s->beta_ratio[point_of(shown, i)], ratio));
    }
    fputs(" (softmax: H = ", shown->out);
    print_means(shown, (enum results_quantity)MEASURE_ENTROPY, 1, 0, false);
    fputs("):\n", shown->out);
}

static void print_sparsemax(const struct shown *shown) {
    char word[WORDS];
    fputs("    sparsemax: ", shown->out);
    print_means(shown, RESULTS_SPARSEMAX_SUPPORT, 1, 0, true);
    fputs(" keys have weight;\n      H = ", shown->out);
    print_means(shown, RESULTS_SPARSEMAX_ENTROPY, 1, 0, false);
    if (!isnan(beside_support_limit(shown->series, shown->n, shown->beta[0]))) {
        fputs(".\n      1 + Poisson(h/beta) keys as n grows, h the hazard at V = 1/n: in the mean ",
              shown->out);
        for (size_t i = 0; i < shown->count; i++) {
            double limit = beside_support_limit(shown->series, shown->n, shown->beta[i]);
            fprintf(shown->out, "%s%s", i > 0 ? ", " : "", words_number(limit, word));
        }
    }
    fputs(".\n", shown->out);
}

static void print_entmax(const struct shown *shown, size_t which) {
    const size_t alphas = shown->series->size[RESULTS_ALPHA];
    fprintf(shown->out, "    %g-entmax: ", shown->series->entmax_alpha[which]);
    print_means(shown, RESULTS_ENTMAX_SUPPORT, alphas, which, true);
    fputs(" keys;\n      H = ", shown->out);
    print_means(shown, RESULTS_ENTMAX_ENTROPY, alphas, which, false);
    fputs(".\n", shown->out);
}

static void print_sink(const struct shown *shown, size_t which) {
    const size_t sinks = shown->series->size[RESULTS_SINK];
    const struct beside_sink worst = beside_sink(shown->series, which);
    char word[WORDS], p[WORDS];
    fprintf(shown->out, "    sink of score %g: weight ", shown->series->sink_score[which]);
    print_means(shown, RESULTS_SINK_WEIGHT, sinks, which, true);
    fputs(";\n      H = ", shown->out);
    print_means(shown, RESULTS_SINK_ENTROPY, sinks, which, false);
    if (worst.count > 0) {
        fputs(".\n      Exact mean weights: ", shown->out);
        for (size_t i = 0; i < shown->count; i++) {
            double exact = shown->series->exact_sink_weight[point_of(shown, i) * sinks + which];
            fprintf(shown->out, "%s%s", i > 0 ? ", " : "", words_number(exact, word));
        }
        fprintf(shown->out, "\n      (of %zu at all n and beta the furthest is %s sigma off, p = %s)",
                worst.count, words_formatted("%.2f", worst.sigma, word), words_formatted("%.2g", worst.p, p));
    }
    fputs(".\n", shown->out);
}

void normaliser_table_print(FILE *out, const struct results_series *s) {
    if (!beside_is_asked(s)) { return; }
    struct shown shown = choose(out, s);
    print_head(&shown);
    if (s->sparsemax) { print_sparsemax(&shown); }
    for (size_t i = 0; i < s->size[RESULTS_ALPHA]; i++) { print_entmax(&shown, i); }
    for (size_t i = 0; i < s->size[RESULTS_SINK]; i++) { print_sink(&shown, i); }
}
