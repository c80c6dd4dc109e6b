/* Runs with different seeds as one run: moments of all rows, and errors that cover. */
#include "tests/experiment.h"

#include <gsl/gsl_cdf.h>
#include <stdio.h>

#include "analysis/fit/fit.h"
#include "analysis/study/pool.h"

/* Three samples in one: 1, 2, 3 | 5 | 8, 10. */
static void test_moments(void **state) {
    (void)state;
    const double size[] = {3, 1, 2}, mean[] = {2, 5, 9}, se[] = {1 / sqrt(3), NAN, 1};
    double pooled, error;
    pool_moments(3, size, mean, se, &pooled, &error);
    check_relative(pooled, 29.0 / 6, 1e-15);
    check_relative(error, sqrt((203 - 29 * 29 / 6.0) / 5 / 6), 1e-14);
    const double tiny[] = {2e-200, 5e-200, 9e-200}, tiny_se[] = {1e-200 / sqrt(3), NAN, 1e-200};
    pool_moments(3, size, tiny, tiny_se, &pooled, &error);
    check_relative(error, 1e-200 * sqrt((203 - 29 * 29 / 6.0) / 5 / 6), 1e-14);
    pool_moments(2, size, mean, (double[]){NAN, NAN}, &pooled, &error);
    assert_true(isnan(error));
}

static struct results *run(uint64_t seed, const char *rest) {
    char text[512];
    snprintf(text, sizeof text, "seed: %llu\n%s", (unsigned long long)seed, rest);
    return experiment_sweep(text);
}

static const char sphere[] = "replicates: 70\nkeep_replicates: 100\nn: [50, 200]\nbeta: {n_eff: [20, 3]}\n"
                             "series: [{family: spherical, dimension: 3, output: true}]\n";

static void free_runs(size_t count, struct results **runs) {
    for (size_t i = 0; i < count; i++) { results_free(runs[i]); }
}

/* Against all rows, which are kept: moments of 1 - <q,ATT>, its quantities per block, and its variance, which
 * is that of the first component. */
static void test_rows(void **state) {
    (void)state;
    static const char *const paths[] = {"a", "b", "c"};
    struct results *runs[] = {run(1, sphere), run(2, sphere), run(3, sphere)};
    struct results *pooled = pool_make(3, runs, paths);
    assert_non_null(pooled);
    const struct results_series *s = &pooled->series[0];
    const size_t rows = 210, blocks = s->size[RESULTS_BLOCK], pairs = s->size[RESULTS_PAIR];
    assert_int_equal(s->replicates, rows);
    assert_int_equal(s->size[RESULTS_REPLICATE], rows);
    assert_int_equal(blocks, 6);
    for (size_t i = 0; i < 4; i++) {
        double sum = 0, squares = 0, entropy = 0, carried = 0;
        for (size_t r = 0; r < rows; r++) { sum += s->output_radial[i * rows + r] / (double)rows; }
        for (size_t r = 0; r < rows; r++) {
            double off = s->output_radial[i * rows + r] - sum;
            squares += off * off;
        }
        for (size_t b = 0; b < blocks; b++) {
            entropy += s->block_size[b] * s->block[MEASURE_ENTROPY][i * blocks + b] / (double)rows;
            carried += s->block_size[b];
        }
        check_relative(s->mean[RESULTS_OUTPUT_BIAS][i], sum, 1e-12);
        check_relative(s->se[RESULTS_OUTPUT_BIAS][i], sqrt(squares / 209 / 210), 1e-9);
        check_relative(s->output_covariance[i * pairs], squares / 209, 1e-9);
        check_relative(s->mean[MEASURE_ENTROPY][i], entropy, 1e-12);
        assert_true(carried == (double)rows);
        /* rows that carry a mean are what its relative error says */
        const double *const carriers[] = {&s->participation_carriers[i], &s->top_weight_carriers[i]};
        for (size_t k = 0; k < 2; k++) {
            const enum measure m = k == 0 ? MEASURE_PARTICIPATION : MEASURE_TOP_WEIGHT;
            double share = s->se[m][i] / s->mean[m][i];
            check_relative(*carriers[k], 1 / (share * share * 209 / 210 + 1.0 / 210), 1e-9);
        }
    }
    assert_true(s->lambda[rows] == runs[0]->series[0].lambda[70] &&
                s->lambda[rows + 71] == runs[1]->series[0].lambda[71]);
    results_free(pooled);
    free_runs(3, runs);
}

static void test_refused(void **state) {
    (void)state;
    static const char *const paths[] = {"a", "b", "c"};
    struct results *runs[] = {run(1, sphere), run(2, sphere), run(1, sphere)};
    assert_null(pool_make(3, runs, paths));
    free_runs(3, runs);
    struct results *others[] = {run(1, sphere),
                                run(2, "replicates: 70\nn: [50]\nseries: [{family: gaussian}]\n")};
    assert_null(pool_make(2, others, paths));
    free_runs(2, others);
    static const char walk[] = "replicates: 2\nn: [64]\nbeta: {values: [1, 2]}\nseries: [{family: walk}]\n";
    struct results *walks[] = {run(1, walk), run(2, walk)};
    assert_null(pool_make(2, walks, paths));
    free_runs(2, walks);
    static const char precise[] =
        "replicates: 512\ntarget: {collapse: 0.1}\nn: [1e6]\nseries: [{family: gumbel}]\n";
    struct results *targeted[] = {run(1, precise), run(2, precise)};
    assert_null(pool_make(2, targeted, paths));
    free_runs(2, targeted);
}

static const char plain[] =
    "replicates: 128\nkeep_replicates: 8\nn: [1e6]\nbeta: {relative_to: lambda_typ, from: 1, to: 8, points: "
    "9}\n"
    "collapse: {entropy: [1], participation: [], top_two_ratio: [], susceptibility: false}\n"
    "series: [{family: gumbel}]\n";

/* log beta_c at the one n. */
static struct ensemble_point point_of(const struct results *r) {
    struct fit fit;
    fit_make(&fit, r, 0, "x.h5");
    struct ensemble_point point = fit.collapse[0];
    fit_release(&fit);
    return point;
}

static double exact_point(void) {
    char text[512];
    snprintf(text, sizeof text, "seed: 1\n%s", plain);
    struct results *r = experiment_run(text);
    struct fit fit;
    fit_make(&fit, r, 0, "x.h5");
    double exact = log(fit.exact[0]);
    fit_release(&fit);
    results_free(r);
    return exact;
}

/* Deviations from the exact point in stated errors, of four runs pooled and of the first alone: chi squares
 * are outside their range once in 10^4 were seeds drawn anew, each; and errors are half as large, to 3% in
 * the mean (5 standard deviations). */
static void test_coverage(void **state) {
    (void)state;
    enum { RUNS = 4 };
    const size_t experiments = getenv("GAPSCALE_TEST_LONG") ? 400 : 24;
    static const char *const paths[] = {"a", "b", "c", "d"};
    const double exact = exact_point();
    double one = 0, all = 0, shrunk = 0;
    for (size_t e = 0; e < experiments; e++) {
        struct results *runs[RUNS];
        for (size_t k = 0; k < RUNS; k++) { runs[k] = run(1000 + RUNS * e + k, plain); }
        struct results *pooled = pool_make(RUNS, runs, paths);
        struct ensemble_point single = point_of(runs[0]), point = point_of(pooled);
        one += pow((single.log_ratio - exact) / single.se, 2);
        all += pow((point.log_ratio - exact) / point.se, 2);
        shrunk += point.se / single.se / (double)experiments;
        results_free(pooled);
        free_runs(RUNS, runs);
    }
    const double n = (double)experiments, low = gsl_cdf_chisq_Pinv(5e-5, n),
                 high = gsl_cdf_chisq_Qinv(5e-5, n);
    if (!(one > low && one < high && all > low && all < high)) {
        fail_msg("chi^2 of %zu: one run %g, pooled %g, exact %g", experiments, one, all, exact);
    }
    check_relative(shrunk, 0.5, 0.03);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_moments), cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_refused), cmocka_unit_test(test_coverage)};
    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
