#include "sim/sweep/exact.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/oracle/oracle.h"
#include "models/oracle/sink.h"
#include "sim/base/memory.h"
#include "sim/measures/pilot.h"

static void exact_output(struct results_series *s, const struct oracle_answer *answer, size_t b) {
    const struct oracle_output *output = &answer->output;
    size_t ranks = s->size[RESULTS_RANK];
    memcpy(s->exact_ordered_weight + b * ranks, answer->weight, ranks * sizeof *answer->weight);
    s->exact_output_bias[b] = output->bias;
    s->exact_output_bias_error[b] = output->bias_error;
    s->exact_output_tangential[b] = output->tangential;
    s->exact_output_tangential_error[b] = output->tangential_error;
    s->exact_output_radial_variance[b] = output->radial_variance;
    s->exact_output_radial_variance_error[b] = output->radial_variance_error;
}

static void exact_sinks(struct results_series *s, const struct oracle *oracle, const double *p, size_t b) {
    const size_t sinks = s->size[RESULTS_SINK];
    const double origin = s->family->origin ? s->family->origin(p) : 0;
    for (size_t i = 0; i < sinks; i++) {
        if (!sink_mean(oracle, s->beta_ratio[b], s->sink_score[i] - origin,
                       &s->exact_sink_weight[b * sinks + i], &s->exact_sink_weight_error[b * sinks + i])) {
            memory_exhausted();
        }
    }
}

static void exact_point(struct results_series *s, const struct oracle_point *point, size_t b) {
    s->exact_entropy[b] = point->entropy;
    s->exact_entropy_error[b] = point->entropy_error;
    s->exact_participation[b] =
        point->participation_error < point->participation ? point->participation : NAN;
    s->exact_participation_error[b] = point->participation_error;
    s->exact_top_weight[b] = point->top_weight_error < point->top_weight ? point->top_weight : NAN;
    s->exact_log_top_weight[b] = point->log_top_weight;
    s->exact_log_top_weight_error[b] = point->log_top_weight_error;
    s->exact_log_mean_participation[b] = point->log_mean_participation;
    s->exact_log_mean_participation_error[b] = point->log_mean_participation_error;
}

/* One of `count` points whose beta is this. */
static const struct oracle_point *point_at(size_t count, const double *beta_ratio,
                                           const struct oracle_point *point, double wanted) {
    for (size_t b = 0; b < count; b++) {
        if (fabs(beta_ratio[b] - wanted) <= 1e-14 * wanted) { return &point[b]; }
    }
    return NULL;
}

/* E log Y_2 needs the answer at twice beta; most grids of beta have it. */
static void exact_log_participation(struct results_series *s, const struct oracle *oracle,
                                    const struct oracle_point *point) {
    const size_t betas = s->size[RESULTS_BETA];
    const double *beta_ratio = s->beta_ratio;
    for (size_t b = 0; b < betas; b++) {
        struct oracle_answer further;
        const struct oracle_point *twice = point_at(betas - b, beta_ratio + b, point + b, 2 * beta_ratio[b]);
        if (!twice) {
            const struct oracle_question question = {.errors = true};
            if (!oracle_ask(oracle, 2 * beta_ratio[b], question, &further)) { memory_exhausted(); }
            twice = &further.point;
        }
        s->exact_log_participation[b] =
            oracle_log_participation(&point[b], twice, &s->exact_log_participation_error[b]);
    }
}

/* The susceptibility at three betas of the grid, the middle one nearest to its maximum; nothing where the
 * grid ends before. */
static void exact_about(struct results_series *s, const struct oracle *oracle, double maximum) {
    const size_t betas = s->size[RESULTS_BETA];
    const double *ratio = s->beta_ratio, top = log(maximum);
    size_t nearest = 0;
    for (size_t b = 1; b < betas; b++) {
        if (fabs(log(ratio[b]) - top) < fabs(log(ratio[nearest]) - top)) { nearest = b; }
    }
    if (nearest == 0 || nearest + 1 >= betas) { return; }
    for (size_t b = nearest - 1; b <= nearest + 1; b++) {
        s->exact_susceptibility[b] = oracle_susceptibility(oracle, ratio[b], NULL);
    }
}

static void exact_criterion(struct results_series *s, const struct oracle *oracle, size_t c) {
    s->exact_collapse[c] = oracle_collapse(oracle, &s->criterion[c], &s->exact_collapse_curvature[c]);
    if (s->criterion[c].kind == CRITERION_SUSCEPTIBILITY && s->exact_collapse[c] > 0) {
        exact_about(s, oracle, s->exact_collapse[c]);
    }
}

/* Whether a file of an earlier version has this criterion's maximum and not the curve about it. */
static bool lacks_curve(const struct results_series *s, size_t c) {
    return s->criterion[c].kind == CRITERION_SUSCEPTIBILITY && s->exact_collapse[c] > 0 &&
           isnan(s->exact_collapse_curvature[c]);
}

/* A series at one n: all of it, or what is lacking alone. log_lambda_typ: at that n; NULL: of the law that
 * the series' attributes declare, whatever its file says of it, unless pilot rows told it. */
static void exact_cell(struct results_series *s, const double *log_lambda_typ, bool all) {
    const size_t betas = s->size[RESULTS_BETA], criteria = s->size[RESULTS_CRITERION];
    double p[FAMILY_PARAMETERS] = {0};
    bool some = all;
    for (size_t c = 0; c < criteria; c++) { some = some || lacks_curve(s, c); }
    if (!some || !oracle_knows(s->family)) { return; }
    family_parameters(s->family, s->parameter, *s->log_n, p);
    if (pilot_is_needed(s->family)) { log_lambda_typ = s->log_lambda_typ; }
    struct oracle *oracle = log_lambda_typ ? oracle_create_with(s->family, p, *s->log_n, *log_lambda_typ)
                                           : oracle_create(s->family, p, *s->log_n);
    if (!oracle) { memory_exhausted(); }
    const bool output = results_has_output(s);
    const struct oracle_question question = {
        .top_weight = true, .errors = true, .output = output, .ranks = output ? s->size[RESULTS_RANK] : 0};
    struct oracle_point *point = memory_create(betas, sizeof *point);
    for (size_t b = 0; all && b < betas; b++) {
        struct oracle_answer answer;
        if (!oracle_ask(oracle, s->beta_ratio[b], question, &answer)) { memory_exhausted(); }
        point[b] = answer.point;
        exact_point(s, &point[b], b);
        if (output) { exact_output(s, &answer, b); }
        exact_sinks(s, oracle, p, b);
    }
    if (all) {
        exact_log_participation(s, oracle, point);
        oracle_recall(oracle, betas, s->beta_ratio, point);
    }
    for (size_t c = 0; c < criteria; c++) {
        if (all || lacks_curve(s, c)) { exact_criterion(s, oracle, c); }
    }
    oracle_free(oracle);
    free(point);
}

struct partial *exact_partial(const struct unit *unit) {
    struct partial *p = partial_create(unit);
    struct results_series here = partial_view(p);
    exact_cell(&here, here.log_lambda_typ, true);
    return p;
}

static bool is_missing(const struct results_series *s) {
    for (size_t b = 0; b < s->size[RESULTS_LOG_N] * s->size[RESULTS_BETA]; b++) {
        if (!isnan(s->exact_entropy[b])) { return false; }
    }
    return true;
}

void exact_fill(struct results *results, int threads) {
    for (size_t i = 0; i < results->series_count; i++) {
        struct results_series *s = &results->series[i];
        if (s->family->kind == FAMILY_MEASURED) { continue; }
        const bool missing = is_missing(s);
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
        for (size_t n = 0; n < s->size[RESULTS_LOG_N]; n++) {
            struct results_series here;
            results_cut(s, n, &here);
            exact_cell(&here, NULL, missing);
        }
    }
}
