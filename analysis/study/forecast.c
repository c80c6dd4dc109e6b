#include "analysis/study/forecast.h"

#include <math.h>

#include "analysis/fit/joint.h"
#include "analysis/text/words.h"
#include "analysis/verdict/points.h"
#include "analysis/verdict/sentence.h"
#include "models/oracle/oracle.h"
#include "models/theory/typical.h"
#include "sim/base/help.h"
#include "sim/base/memory.h"
#include "sim/measures/pilot.h"
#include "sim/results/results.h"
#include "sim/sweep/target.h"

enum { MOST_LENGTHS = 1000 };           /* in all: half a minute */
static const double MOST_NUMBERS = 1e7; /* of a series */

/* Whether theory knows its means, and the verdict rests on them. */
static bool is_foretold(const struct config_series *s) {
    return s->beta.scale != CONFIG_SCALE_PRESCRIPTION && oracle_knows(s->family) &&
           !pilot_is_needed(s->family) && !family_is_judged_by_rows(s->family);
}

/* Of log beta_c of one row; Lambda^typ of the Weibull class grows as n^(1/kappa). */
static double scatter_of(const struct family *family, const struct schedule *parameter) {
    struct schedule law;
    bool has_end = family->class == FAMILY_WEIBULL && typical_law(family, parameter, &law);
    return 0.5 * fmax(1, has_end ? law.power : 1);
}

/* A mean entropy that falls as a power of beta through its threshold at the exact collapse point, and rows
 * that scatter by half of it. */
static void fill_means(struct results_series *s, size_t n, size_t criterion, double scatter) {
    const size_t betas = s->size[RESULTS_BETA], kept = s->size[RESULTS_REPLICATE];
    const size_t point = n * s->size[RESULTS_CRITERION] + criterion;
    const double root = s->exact_collapse[point], rows = 0.5, power = rows / scatter;
    for (size_t b = n * betas; b < (n + 1) * betas; b++) {
        double h = s->criterion[criterion].threshold * pow(root / s->beta_ratio[b], power);
        s->mean[MEASURE_ENTROPY][b] = h;
        s->mean[MEASURE_SUSCEPTIBILITY][b] = power * h;
        s->se[MEASURE_ENTROPY][b] = h * rows / sqrt((double)s->replicates);
    }
    if (s->family->kind == FAMILY_FIXED) {
        for (size_t i = 0; i < kept; i++) { s->collapse[point * kept + i] = root; }
    }
}

static void fill_length(struct results_series *s, size_t n, size_t criterion, double scatter) {
    double p[FAMILY_PARAMETERS] = {0}, curvature;
    family_parameters(s->family, s->parameter, s->log_n[n], p);
    struct oracle *oracle = oracle_create_with(s->family, p, s->log_n[n], s->log_lambda_typ[n]);
    if (!oracle) { memory_exhausted(); }
    s->exact_collapse[n * s->size[RESULTS_CRITERION] + criterion] =
        oracle_collapse(oracle, &s->criterion[criterion], &curvature);
    oracle_free(oracle);
    fill_means(s, n, criterion, scatter);
}

static void fill_series(struct results_series *s, size_t criterion, int threads) {
    const double scatter = scatter_of(s->family, s->parameter);
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (size_t n = 0; n < s->size[RESULTS_LOG_N]; n++) { fill_length(s, n, criterion, scatter); }
}

static void print_row(FILE *out, const struct fit *fit, const struct verdict *v) {
    char exponent[WORDS], sigma[WORDS];
    const struct verdict_estimate *ratio = &v->amplitude;
    bool known = !isnan(v->exponent.value), rival = v->closest < VERDICT_LAWS;
    fprintf(out, "  %-20s %-10s %5s +- %-8s %6.2g%%  %-10s %s\n", fit->series->name, verdict_name[v->kind],
            fit->by_n ? "n" : "log n",
            words_formatted("%.2g", known ? (v->exponent.high - v->exponent.low) / 2 : NAN, exponent),
            50 * (ratio->high - ratio->low) / ratio->value, rival ? verdict_law[v->closest] : "-",
            words_formatted("%.3g", rival ? v->rival[v->closest].excluded_sigma : NAN, sigma));
}

/* Behind the names of columns, where it is the first row. */
static void print_series(FILE *out, const struct fit *fit, size_t *rows) {
    struct verdict v;
    char sentence[SENTENCE];
    verdict_make(&v, fit);
    if (v.kind == VERDICT_SUPPORTED) {
        if ((*rows)++ == 0) {
            fprintf(out, "  %-20s %-10s %-17s %7s  %-10s %s\n", "series", "verdict", "exponent of", "ratio",
                    "rival", "sigma");
        }
        print_row(out, fit, &v);
    } else {
        fprintf(out, "  %-20s ", fit->series->name);
        help_fill(out, sentence_reason(fit, &v, sentence), HELP_WIDTH, 23, 23);
    }
}

/* Whether the series could be told of: of a criterion on the entropy; its means are then filled in. Their
 * joint noise is not: they are judged as independent, unless there will be too few blocks for it. */
static bool forecast_series(FILE *out, struct results *results, size_t *rows, bool is_first, int threads) {
    struct fit fit;
    struct results_series *s = &results->series[0];
    const size_t primary = fit_primary(s);
    if (primary == s->size[RESULTS_CRITERION] || s->criterion[primary].kind != CRITERION_ENTROPY) {
        return false;
    }
    if (is_first) {
        fputs("\nwere rows to follow theory, `fit` would say (half 95% intervals; sigma that exclude the "
              "closest rival):\n\n",
              out);
    }
    fill_series(s, primary, threads);
    fit_make(&fit, results, 0, "");
    fit.common = fit.common && joint_sets(&fit) < fit.lengths + POINTS_MORE_GROUPS;
    print_series(out, &fit, rows);
    fit_release(&fit);
    return true;
}

/* One series alone, of which one row is kept, without arrays that would be too large to try. Free with
 * results_free; NULL: they would be. */
static struct results *create_series(const struct config *config, size_t index) {
    struct config_series series = config->series[index];
    struct config alone = *config;
    alone.keep_replicates = 1;
    alone.series = &series;
    alone.series_count = 1;
    series.replicates = (uint64_t)target_foreseen(&series, scatter_of(series.family, series.parameter));
    series.target = 0;
    struct results *shape = results_shape(&alone), *results = NULL;
    if (results_numbers(shape) < MOST_NUMBERS) {
        struct results *outline = results_outline(&alone, true);
        results = results_create(outline, "");
        results_free(outline);
    }
    results_free(shape);
    return results;
}

void forecast_print(FILE *out, const struct config *config, int threads) {
    size_t told = 0, rows = 0, lengths = 0;
    for (size_t i = 0; i < config->series_count; i++) {
        if (!is_foretold(&config->series[i])) { continue; }
        lengths += config->series[i].n_count;
        struct results *results = lengths <= MOST_LENGTHS ? create_series(config, i) : NULL;
        if (!results) {
            fprintf(out,
                    "\n(what `fit` would say of series `%s` and those after it takes too long to tell)\n",
                    config->series[i].name);
            return;
        }
        told += forecast_series(out, results, &rows, told == 0, threads);
        results_free(results);
    }
}
