/* Normalisers as series ask for them: against the scores themselves, and against Z where it is known. */
#include "tests/experiment.h"

#include <stdlib.h>

#include "sim/results/results.h"
#include "sim/rows/stream.h"

enum { N = 300, BETAS = 3 };

static int descending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The scores of the first row in their own units, the largest first. */
static void draw_scores(const struct results_series *s, const double *p, double shift, double score[N]) {
    const struct isa *isa = isa_best();
    struct stream stream = stream_make(7, s->name, s->log_n[0], false, 0);
    double drawn[FAMILY_CHUNK], u[2 * FAMILY_CHUNK];
    size_t words = FAMILY_CHUNK * family_uniforms_per_score(s->family, p);
    isa->kernel->uniforms(stream.key, STREAM_SCORES, 0, words / 4, u);
    s->family->draw(p, isa->vector, FAMILY_CHUNK, u, drawn);
    for (size_t i = 0; i < N; i++) { score[i] = drawn[i] + shift; }
    qsort(score, N, sizeof *score, descending);
}

static void check_sink(const struct results_series *s, size_t b, size_t sink, const double score[N]) {
    long double beta = s->beta[b], shift = fmax(score[0], s->sink_score[sink]),
                own = expl(beta * (s->sink_score[sink] - shift)), z = own, squares, entropy = 0;
    for (size_t i = 0; i < N; i++) { z += expl(beta * (score[i] - shift)); }
    squares = own / z * own / z;
    if (own > 0) { entropy -= own / z * logl(own / z); }
    for (size_t i = 0; i < N; i++) {
        long double p = expl(beta * (score[i] - shift)) / z;
        squares += p * p;
        entropy -= p > 0 ? p * logl(p) : 0;
    }
    size_t at = b * s->size[RESULTS_SINK] + sink;
    check_relative(s->mean[RESULTS_SINK_WEIGHT][at], (double)(own / z), 1e-9);
    check_close(s->mean[RESULTS_SINK_ENTROPY][at], (double)entropy, 1e-9);
    check_relative(s->mean[RESULTS_SINK_PARTICIPATION][at], (double)squares, 1e-9);
}

/* k keys have weight iff beta times the sum over them of how far they are above the k-th is below 1. */
static void check_sparsemax(const struct results_series *s, size_t b, const double score[N]) {
    long double sum = score[0], beta = s->beta[b], square = 0;
    size_t k = 1;
    while (k < N && beta * (sum - (long double)k * score[k]) < 1) { sum += score[k++]; }
    long double tau = (beta * sum - 1) / (long double)k;
    for (size_t i = 0; i < k; i++) { square += (beta * score[i] - tau) * (beta * score[i] - tau); }
    check_close(s->mean[RESULTS_SPARSEMAX_SUPPORT][b], (double)k, 0);
    check_close(s->mean[RESULTS_SPARSEMAX_TOP_WEIGHT][b], (double)(beta * score[0] - tau), 1e-9);
    check_close(s->mean[RESULTS_SPARSEMAX_PARTICIPATION][b], (double)square, 1e-9);
}

static void check_entmax(const struct results_series *s, size_t b) {
    const size_t lower = 2 * b, two = 2 * b + 1;
    check_close(s->mean[RESULTS_ENTMAX_SUPPORT][two], s->mean[RESULTS_SPARSEMAX_SUPPORT][b], 0);
    check_close(s->mean[RESULTS_ENTMAX_ENTROPY][two], s->mean[RESULTS_SPARSEMAX_ENTROPY][b], 0);
    assert_true(s->mean[RESULTS_ENTMAX_SUPPORT][lower] >= s->mean[RESULTS_ENTMAX_SUPPORT][two]);
    assert_true(s->mean[RESULTS_ENTMAX_ENTROPY][lower] > s->mean[RESULTS_ENTMAX_ENTROPY][two]);
    assert_true(s->mean[RESULTS_ENTMAX_ENTROPY][lower] < s->mean[MEASURE_ENTROPY][b]);
}

static void test_scores(void **state) {
    (void)state;
    struct config *config = experiment_config(
        "seed: 7\nreplicates: 1\nn: 300\nrows: drawn\nbeta: [0.5, 2, 5]\n"
        "normalisers: [{sink: 6}, sparsemax, {entmax: 1.3}, {entmax: 2}, {sink: 0.5}]\nseries:\n"
        "  - {family: gaussian, sigma: 1.5}\n"
        "  - {family: gumbel, location: 2, scale: 0.5}\n"
        "  - {family: spherical, dimension: 3}\n");
    struct results *r = experiment_of(config, isa_best(), 1);
    const double shift[] = {0, 2, 1};
    for (size_t i = 0; i < 3; i++) {
        double p[FAMILY_PARAMETERS], score[N];
        config_parameters(&config->series[i], log(N), p);
        draw_scores(&r->series[i], p, shift[i], score);
        for (size_t b = 0; b < BETAS; b++) {
            check_sink(&r->series[i], b, 0, score);
            check_sink(&r->series[i], b, 1, score);
            check_sparsemax(&r->series[i], b, score);
            check_entmax(&r->series[i], b);
        }
    }
    results_free(r);
    config_free(config);
}

/* Counted rows of e^40 keys below freezing, where Z = n E exp(beta s) to e^-10: gumbel Gamma(1 - beta), on
 * the sphere in three dimensions sinh(beta)/beta. */
static void test_counted(void **state) {
    (void)state;
    struct config *config =
        experiment_config("seed: 7\nreplicates: 4\nn: e^40\nseries:\n"
                          "  - {family: gumbel, location: 3, beta: [0.25], normalisers: [{sink: 163}]}\n"
                          "  - {family: spherical, dimension: 3, beta: [5], normalisers: [{sink: 8}]}\n");
    struct results *r = experiment_of(config, isa_best(), 1);
    exact_fill(r, 1);
    const double weight[] = {1 / (1 + tgamma(0.75)), 1 / (1 + sinh(5) / 5)};
    for (size_t i = 0; i < 2; i++) {
        check_relative(r->series[i].mean[RESULTS_SINK_WEIGHT][0], weight[i], 1e-4);
        check_relative(r->series[i].exact_sink_weight[0], weight[i], 1e-4);
    }
    results_free(r);
    config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scores),
        cmocka_unit_test(test_counted),
    };
    return cmocka_run_group_tests_name("normalisers", tests, NULL, NULL);
}
