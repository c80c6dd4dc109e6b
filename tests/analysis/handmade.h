/* handmade: results made by hand, whose answers are known, and studies of them. */
#ifndef GAPSCALE_TESTS_ANALYSIS_HANDMADE_H
#define GAPSCALE_TESTS_ANALYSIS_HANDMADE_H

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/study/study.h"

/* The mean entropy is log n/(1 + e^{a (x - centre)}) in x = log(beta/Lambda^typ) and the susceptibility
 * -dH/dx; participation and top-two ratio are (H/log n)^2 at -x and x, one half where H/log n = 2^-1/2. */
static const double handmade_steepness = 2;

static inline double handmade_logistic(double u) { return 1 / (1 + exp(handmade_steepness * u)); }

static inline double handmade_slope(double u) {
    return -handmade_steepness * handmade_logistic(u) * (1 - handmade_logistic(u));
}

/* Where H = tau. */
static inline double handmade_entropy_root(double log_n, double tau) {
    return log(log_n / tau - 1) / handmade_steepness;
}

/* Where the top-two ratio is 1/2; the participation is at minus that. */
static inline double handmade_half_root(void) { return log(M_SQRT2 - 1) / handmade_steepness; }

struct handmade_shape {
    size_t lengths, betas, blocks, kept;
    uint64_t replicates;
};

static inline struct results *handmade_results(const struct handmade_shape *shape, const char *family) {
    struct results *results = calloc(1, sizeof *results);
    struct results_series *s = calloc(1, sizeof *s);
    results->series_count = 1;
    results->series = s;
    results->config_text = strdup("series: []\n");
    results->config_resolved = strdup("series:\n  - name: hand-made\n");
    results->isa = strdup("base");
    strcpy(s->name, "hand-made");
    s->family = family_find(family);
    s->replicates = shape->replicates;
    for (size_t i = 0; i < FAMILY_PARAMETERS; i++) { s->parameter[i] = (struct schedule){1, 0, 0}; }
    if (family_takes_position(s->family)) { s->parameter[family_position_index(s->family)].coef = 0; }
    const size_t size[RESULTS_DIMENSIONS] = {
        [RESULTS_LOG_N] = shape->lengths,
        [RESULTS_BETA] = shape->betas,
        [RESULTS_BLOCK] = shape->blocks,
        [RESULTS_QUANTILE] = 1,
        [RESULTS_RANK] = 1,
        [RESULTS_GAP] = 20,
        [RESULTS_TE] = 3,
        [RESULTS_REPLICATE] = shape->kept,
        [RESULTS_CRITERION] = 4,
    };
    memcpy(s->size, size, sizeof size);
    results_allocate(s);
    const struct criterion criterion[] = {{CRITERION_ENTROPY, 1},
                                          {CRITERION_PARTICIPATION, 0.5},
                                          {CRITERION_TOP_TWO_RATIO, 0.5},
                                          {CRITERION_SUSCEPTIBILITY, 0}};
    memcpy(s->criterion, criterion, sizeof criterion);
    for (size_t i = 0; i < shape->lengths * 3; i++) {
        s->te_factor[i % 3] = ldexp(1, (int)(i % 3) - 1);
        s->mean[RESULTS_TE_ENTROPY][i] = s->mean[RESULTS_TE_TOP_TWO_RATIO][i] = 1 - 0.4 * (double)(i % 3);
    }
    for (size_t g = 0; g < shape->blocks; g++) {
        s->block_size[g] = (double)shape->replicates / (double)shape->blocks;
    }
    return results;
}

/* Grid of beta/Lambda^typ from 1/16 to 16; means about `centre`; standard errors `noise` of everything. */
static inline void handmade_fill(struct results_series *s, size_t n, double log_n, double log_lambda,
                                 double centre, double noise) {
    size_t betas = s->size[RESULTS_BETA];
    s->log_n[n] = log_n;
    s->n[n] = exp(log_n);
    s->log_lambda_typ[n] = log_lambda;
    s->lambda_typ[n] = exp(log_lambda);
    for (size_t b = 0; b < betas; b++) {
        size_t at = n * betas + b;
        double x = betas > 1 ? log(16) * (2 * (double)b / (double)(betas - 1) - 1) : 0, u = x - centre;
        s->beta_ratio[at] = exp(x);
        s->beta[at] = exp(x + log_lambda);
        s->mean[MEASURE_ENTROPY][at] = log_n * handmade_logistic(u);
        s->mean[MEASURE_SUSCEPTIBILITY][at] = -log_n * handmade_slope(u);
        s->mean[MEASURE_PARTICIPATION][at] = handmade_logistic(-u) * handmade_logistic(-u);
        s->mean[MEASURE_TOP_TWO_RATIO][at] = handmade_logistic(u) * handmade_logistic(u);
        for (size_t m = 0; m < MEASURE_COUNT; m++) { s->se[m][at] = noise; }
    }
    for (size_t g = 0; g < s->size[RESULTS_GAP]; g++) {
        s->gap_grid[g] = 0.1 * exp(0.4 * (double)g);
        s->mean[RESULTS_LOG_GAP_COUNT][n * s->size[RESULTS_GAP] + g] = fmin(log_n, s->gap_grid[g]);
    }
    for (size_t r = 0; r < s->size[RESULTS_REPLICATE]; r++) {
        s->lambda[n * s->size[RESULTS_REPLICATE] + r] = 1 + (double)r;
        for (size_t k = 0; k < 4; k++) {
            s->collapse[(n * 4 + k) * s->size[RESULTS_REPLICATE] + r] = 2 + (double)r;
        }
    }
}

/* A collapse point at a fixed multiple of Lambda^typ grows as Lambda^typ does. */
static inline struct results *handmade_growing(const char *family, const struct schedule *lambda) {
    struct results *results = handmade_results(&(struct handmade_shape){6, 65, 1, 20, 100}, family);
    for (size_t n = 0; n < 6; n++) {
        double log_n = 5 + 3 * (double)n;
        handmade_fill(&results->series[0], n, log_n, schedule_log(lambda, log_n),
                      0.2 - handmade_entropy_root(log_n, 1), 0.001);
    }
    return results;
}

/* Configs whose series exact values judge: by collapse points, and along a prescription. */
static const char *const handmade_judged[] = {
    "replicates: 512\nn: [2^8, 2^12, 2^20]\nordered_weights: 1\n"
    "beta: {relative_to: lambda_typ, from: 1/2, to: 8, points: 13}\n"
    "series: [{family: gaussian}]\n",
    "replicates: 512\nn: [2^12, 2^16, 2^20]\nordered_weights: 1\n"
    "beta: {prescription: const}\nseries: [{family: gumbel}]\n"};

static inline struct study handmade_study(struct results *results, const char *file) {
    struct study study = {.count = 1,
                          .fit = calloc(1, sizeof *study.fit),
                          .verdict = calloc(1, sizeof *study.verdict),
                          .attention = calloc(1, sizeof *study.attention)};
    fit_make(&study.fit[0], results, 0, file);
    verdict_make(&study.verdict[0], &study.fit[0]);
    return study;
}

static inline void handmade_free(struct study *study, struct results *results) {
    study_release(study);
    results_free(results);
}

#endif
