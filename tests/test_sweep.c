#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../sim/drawn.h"
#include "../sim/message.h"
#include "../sim/results.h"
#include "../sim/sweep.h"

/* A config made from text, and its results. */
struct run {
    struct config *config;
    struct results *results;
};

static struct run run_text(const char *text, const char *isa, int threads) {
    char path[] = "/tmp/gapscale-sweep-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0 && write(descriptor, text, strlen(text)) == (ssize_t)strlen(text));
    close(descriptor);
    struct run run = {.config = config_read(path, 0, NULL)};
    unlink(path);
    assert_non_null(run.config);
    run.results = results_create(run.config, isa);
    assert_int_equal(sweep_run(run.config, isa_find(isa), threads, true, run.results), EXIT_DONE);
    return run;
}

static void run_free(struct run run) {
    results_free(run.results);
    config_free(run.config);
}

/* Bit for bit, NaN equal to NaN. */
static void check_same_series(struct results_series *a, struct results_series *b) {
    struct results_field fa[RESULTS_FIELDS], fb[RESULTS_FIELDS];
    size_t fields = results_fields(a, fa);
    results_fields(b, fb);
    for (size_t i = 0; i < fields; i++) {
        size_t count = results_field_size(a, &fa[i]);
        assert_int_equal(count, results_field_size(b, &fb[i]));
        if (memcmp(*fa[i].values, *fb[i].values, count * sizeof(double)) != 0) {
            fail_msg("%s: %s differs", a->name, fa[i].name);
        }
    }
}

static const char sweep_text[] =
    "seed: 7\n"
    "replicates: 200\n"
    "keep_replicates: 150\n"
    "n: [2, 300, 3000]\n"
    "beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: 9}\n"
    "series:\n"
    "  - family: gaussian\n"
    "  - {name: g, family: gumbel, scale: {coef: 1, log_power: -1}}\n"
    "  - {family: pareto, tail: 2}\n"
    "  - {family: plateau}\n"
    "  - {name: far, family: spherical, dimension: 5, n: [70000], replicates: 70, beta: [20, 400]}\n";

static void test_threads_and_isas(void **state) {
    (void)state;
    struct run want = run_text(sweep_text, "base", 1);
    const int threads[] = {2, 3, 7, 1, 2};
    const char *const isa[] = {"base", "base", "base", "avx2", "avx512"};
    for (size_t i = 0; i < 5; i++) {
        if (!isa_find(isa[i])) { continue; }
        struct run got = run_text(sweep_text, isa[i], threads[i]);
        for (size_t s = 0; s < want.results->series_count; s++) {
            check_same_series(&want.results->series[s], &got.results->series[s]);
        }
        run_free(got);
    }
    run_free(want);
}

/* ---- against rows drawn again, one by one ---- */

enum { ROWS = 200, LENGTH = 300 };

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void check_moments(const struct results_series *r, size_t at, const double *x) {
    double sum = 0, square = 0;
    for (size_t i = 0; i < ROWS; i++) { sum += x[i]; }
    double mean = sum / ROWS;
    for (size_t i = 0; i < ROWS; i++) { square += (x[i] - mean) * (x[i] - mean); }
    check_relative(r->mean[MEASURE_ENTROPY][at], mean, 1e-14);
    check_relative(r->se[MEASURE_ENTROPY][at], sqrt(square / (ROWS - 1.0) / ROWS), 1e-12);
    double blocks = 0;
    for (size_t b = 0; b < r->size[RESULTS_BLOCK]; b++) {
        blocks += r->block[MEASURE_ENTROPY][at * r->size[RESULTS_BLOCK] + b] * r->block_size[b] / ROWS;
    }
    check_relative(blocks, mean, 1e-13);
}

/* Quantiles lie in the histogram bin of the neighbouring order statistics. */
static void check_quantiles(const struct results_series *r, size_t at, double *x) {
    qsort(x, ROWS, sizeof *x, ascending);
    for (size_t q = 0; q < r->size[RESULTS_QUANTILE]; q++) {
        double got = r->entropy_quantile[at * r->size[RESULTS_QUANTILE] + q], place = r->quantile[q] * ROWS;
        size_t below = (size_t)fmax(0, floor(place) - 1), above = (size_t)fmin(ROWS - 1, ceil(place));
        assert_true(got >= x[below] * (1 - 1.0 / 64) && got <= x[above] * (1 + 1.0 / 64));
    }
}

static void test_reduction(void **state) {
    (void)state;
    struct run run = run_text(sweep_text, "base", 2);
    struct results_series *r = &run.results->series[0];
    const struct config_series *asked = &run.config->series[0];
    const struct isa *isa = isa_find("base");
    struct drawn *drawn = drawn_create(isa);
    double p[FAMILY_PARAMETERS], entropy[9][ROWS], counts[73];
    size_t betas = r->size[RESULTS_BETA], kept = r->size[RESULTS_REPLICATE];
    double count_sum[73] = {0};
    config_parameters(asked, asked->log_n[1], p);
    for (uint64_t i = 0; i < ROWS; i++) {
        struct stream stream = stream_make(7, "gaussian", asked->log_n[1], false, i);
        const struct row *row =
            drawn_row(drawn, asked->family, p, asked->log_n[1], r->log_lambda_typ[1], stream);
        for (size_t b = 0; b < betas; b++) {
            double m[MEASURE_COUNT];
            measure_row(isa->kernel, row, r->beta_ratio[betas + b], m);
            entropy[b][i] = m[MEASURE_ENTROPY];
        }
        measure_log_gap_count(row, 73, r->gap_grid, counts);
        for (size_t t = 0; t < 73; t++) { count_sum[t] += counts[t] / ROWS; }
        if (i < kept) { check_close(r->lambda[kept + i], measure_accumulation(row).lambda, 0); }
    }
    drawn_free(drawn);
    for (size_t b = 0; b < betas; b++) {
        check_moments(r, betas + b, entropy[b]);
        check_quantiles(r, betas + b, entropy[b]);
    }
    for (size_t t = 0; t < 73; t++) { check_close(r->log_gap_count_mean[73 + t], count_sum[t], 1e-12); }
    run_free(run);
}

/* ---- what may change without changing the rest ---- */

static void check_prefix(const double *few, size_t few_stride, const double *many, size_t many_stride,
                         size_t rows, size_t columns) {
    for (size_t i = 0; i < rows; i++) {
        assert_memory_equal(few + i * few_stride, many + i * many_stride, columns * sizeof *few);
    }
}

static void test_growing(void **state) {
    (void)state;
    const char *const few =
        "replicates: 65\nn: [100, 200]\nseries:\n  - family: gaussian\n  - family: gumbel\n";
    const char *const many =
        "replicates: 130\nn: [100, 150, 200]\nseries:\n  - family: gumbel\n  - family: gaussian\n";
    struct run a = run_text(few, "base", 2), b = run_text(many, "base", 2);
    const struct results_series *x = &a.results->series[0], *y = &b.results->series[1];
    assert_string_equal(x->name, y->name);
    check_prefix(x->lambda, 65, y->lambda, 2 * 130, 2, 65); /* n = 100 and 200 are rows 0 and 2 of y */
    check_prefix(x->top_gap, 65, y->top_gap, 2 * 130, 2, 65);
    run_free(a);
    run_free(b);
}

static void test_names_key_the_streams(void **state) {
    (void)state;
    struct run a = run_text(
        "replicates: 3\nn: [50]\nseries:\n  - {family: gaussian, name: a}\n  - {family: gaussian, name: b}\n",
        "base", 1);
    assert_true(a.results->series[0].top_gap[0] != a.results->series[1].top_gap[0]);
    run_free(a);
}

/* The same uniforms at every n: rows are nested, so the two largest of a longer row are no smaller. */
static void test_common_randomness(void **state) {
    (void)state;
    struct run run = run_text(
        "replicates: 64\ncommon_randomness: true\nn: [1000, 1001]\nseries:\n  - family: gumbel\n", "base", 1);
    struct results_series *r = &run.results->series[0];
    size_t same = 0;
    for (size_t i = 0; i < 64; i++) {
        same += fabs(r->top_gap[i] / r->lambda_typ[0] - r->top_gap[64 + i] / r->lambda_typ[1]) < 1e-12;
    }
    run_free(run);
    assert_true(same > 60); /* one more score is among the top two with probability 2/1001 */
}

static void test_odd_replicates(void **state) {
    (void)state;
    const int replicates[] = {1, 2, 63, 64, 129};
    for (size_t i = 0; i < 5; i++) {
        char text[200];
        snprintf(text, sizeof text,
                 "replicates: %d\nkeep_replicates: 70\nn: [40]\nseries:\n  - family: gaussian\n",
                 replicates[i]);
        struct run run = run_text(text, "base", 3);
        struct results_series *r = &run.results->series[0];
        double total = 0;
        for (size_t b = 0; b < r->size[RESULTS_BLOCK]; b++) { total += r->block_size[b]; }
        check_close(total, replicates[i], 0);
        assert_true(isfinite(r->mean[MEASURE_ENTROPY][0]));
        assert_true(isnan(r->se[MEASURE_ENTROPY][0]) == (replicates[i] == 1));
        assert_true(isfinite(r->te_entropy_mean[0]));
        run_free(run);
    }
}

/* At n = 2^26 with two threads, and little more with more replicates. */
static void test_memory(void **state) {
    (void)state;
    if (getenv("GAPSCALE_TEST_QUICK")) { skip(); }
    struct run run = run_text("replicates: 2\nn: [2^26]\nbeta: [1, 4]\nseries:\n  - family: gaussian\n",
                              isa_best()->name, 2);
    run_free(run);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    assert_true(usage.ru_maxrss < 256 * 1024); /* KiB */
}

static void test_estimate(void **state) {
    (void)state;
    struct run run = run_text(sweep_text, "base", 1);
    struct sweep_cost cost = sweep_estimate(run.config, isa_find("base"), 2);
    assert_int_equal(cost.cells, 13);
    check_close(cost.rows, 4 * 3 * 200 + 70, 0);
    assert_true(cost.seconds > 0 && isfinite(cost.seconds) && cost.memory > 1e6 && cost.disk > 1e4);
    run_free(run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory), /* first: it looks at the peak of the whole process */
        cmocka_unit_test(test_threads_and_isas),
        cmocka_unit_test(test_reduction),
        cmocka_unit_test(test_growing),
        cmocka_unit_test(test_names_key_the_streams),
        cmocka_unit_test(test_common_randomness),
        cmocka_unit_test(test_odd_replicates),
        cmocka_unit_test(test_estimate),
    };
    return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
