/* standard: the experiment that verdicts are tried on. */
#ifndef GAPSCALE_TESTS_ANALYSIS_STANDARD_H
#define GAPSCALE_TESTS_ANALYSIS_STANDARD_H

#include "tests/experiment.h"

#include <stdio.h>

#include "analysis/verdict/sentence.h"

/* Exact values do not depend on the seed: those that a fit reads come from `twin`, whose series take turns.
 */
static inline struct results *standard_twin(const char *text, const struct results *twin) {
    struct results *r = experiment_sweep(text);
    for (size_t i = 0; i < r->series_count; i++) {
        struct results_series *s = &r->series[i];
        const struct results_series *t = &twin->series[i % twin->series_count];
        size_t points = s->size[RESULTS_LOG_N] * s->size[RESULTS_BETA] * sizeof(double);
        memcpy(s->exact_collapse, t->exact_collapse,
               s->size[RESULTS_LOG_N] * s->size[RESULTS_CRITERION] * sizeof(double));
        memcpy(s->exact_collapse_curvature, t->exact_collapse_curvature,
               s->size[RESULTS_LOG_N] * s->size[RESULTS_CRITERION] * sizeof(double));
        memcpy(s->exact_entropy, t->exact_entropy, points);
        memcpy(s->exact_susceptibility, t->exact_susceptibility, points);
        memcpy(s->exact_participation, t->exact_participation, points);
        memcpy(s->exact_top_weight, t->exact_top_weight, points);
    }
    return r;
}

/* Four series at eight n. With the same randomness at every n it takes more blocks for their
 * covariance. */
enum { STANDARD_SERIES = 4 };
static const double standard_exponent[STANDARD_SERIES] = {0.5, 2, 0.5, -0.5},
                    standard_limit[STANDARD_SERIES] = {2.43946, 2.43946, 1.629168, 0.832555};
static inline void standard_text(size_t seed, bool common, size_t replicates, char text[1024]) {
    static const char *const series[STANDARD_SERIES] = {
        "  - family: gaussian\n", "  - {name: log2, family: gumbel, scale: {coef: 1, log_power: -2}}\n",
        "  - {family: spherical, dimension: 5}\n", "  - {family: pareto, tail: 2}\n"};
    int length =
        snprintf(text, 1024,
                 "seed: %zu\ncommon_randomness: %s\nreplicates: %zu\n"
                 "n: [e^10, e^20, e^45, e^100, e^300, e^1000, e^10000, e^100000]\n"
                 "beta: {relative_to: lambda_typ, from: 1/2, to: 8, points: 17}\n"
                 "collapse: {entropy: [1.0], participation: [], top_two_ratio: [], susceptibility: false}\n"
                 "keep_replicates: 128\nordered_weights: 1\nseries:\n",
                 seed, common ? "true" : "false", replicates);
    for (size_t i = 0; i < STANDARD_SERIES; i++) { strcpy(text + strlen(text), series[i]); }
    assert_true(length > 0 && strlen(text) < 1024);
}

/* The series with exact values and hardly a row. */
static inline struct results *standard_exact(void) {
    char text[1024];
    standard_text(1, false, 2, text);
    return experiment_run(text);
}

/* Of as many rows as it takes to judge; exact values are those of `twin`. */
static inline struct results *standard_run(size_t seed, bool common, const struct results *twin) {
    char text[1024];
    standard_text(seed, common, common ? 1600 : 768, text);
    return standard_twin(text, twin);
}

/* `sentence`: the verdict in words; may be NULL. */
static inline struct verdict standard_judge(const struct results *r, size_t series, bool common,
                                            char sentence[SENTENCE]) {
    struct fit fit;
    struct verdict v;
    struct results taken = *r;
    taken.common_randomness = common;
    fit_make(&fit, &taken, series, "a.h5");
    verdict_make(&v, &fit);
    if (sentence) { sentence_make(&fit, &v, sentence); }
    fit_release(&fit);
    return v;
}

#endif
