/* What a sweep would cost, before it is begun. The one timing is CPU time, and may be off by a factor of six.
 */
#include "tests/experiment.h"

#include <time.h>

#include "sim/sweep/estimate.h"

static void test_estimate(void **state) {
    (void)state;
    struct config *config = experiment_config(
        "replicates: 200\n"
        "n: [2, 300, 3000]\n"
        "beta: {from: 1/8, to: 8, points: 9}\n"
        "series:\n"
        "  - {family: pareto, tail: 2, normalisers: [sparsemax, {entmax: 1.5}, {sink: 3}]}\n"
        "  - {family: plateau}\n"
        "  - {family: spherical, dimension: 5, rows: drawn, n: 70000, replicates: 70, beta: [20, 400]}\n");
    struct estimate cost = estimate_sweep(config, isa_find("base"), 2);
    assert_int_equal(cost.cells, 7);
    check_close(cost.rows, 2 * 3 * 200 + 70, 0);
    assert_true(cost.seconds > 0 && isfinite(cost.seconds) && cost.memory > 1e6 && cost.disk > 1e4);
    config_free(config);
}

/* The cost of a sampled row goes by its parameters. */
static void test_estimate_is_of_the_plan(void **state) {
    (void)state;
    struct config *config = experiment_config("n: [2^7, 2^9]\nreplicates: 5000\nbeta: [1]\nseries:\n"
                                              "  - {family: attention, width: 128, normalise: qk}\n");
    struct estimate cost = estimate_sweep(config, NULL, 1);
    struct unit_plan plan;
    unit_plan_create(&plan, config, true);
    struct unit_list all = unit_shares(&plan, 0, 1);
    assert_int_equal(cost.units, unit_amount(&all).units); /* exact values are a unit each */
    free(all.unit);
    const struct config_series *series = config->series;
    double p[FAMILY_PARAMETERS];
    config_parameters(series, log(128), p);
    const double pilots = 256 * (128 + 512) * series->family->cost(p);
    check_close(cost.seconds, 1e-9 * (plan.cost + pilots), 1e-3);
    unit_plan_release(&plan);
    config_free(config);
}

/* Nor pilot rows of 2^26 keys, hours of work. */
static void test_estimate_of_long_pilots(void **state) {
    (void)state;
    struct config *config =
        experiment_config("n: 2^26\nreplicates: 1\nbeta: {prescription: log, trained: 2^26}\n"
                          "series:\n  - {family: attention, width: 4, head: 4, normalise: qk}\n");
    struct estimate cost = estimate_sweep(config, isa_find("base"), 1);
    assert_true(cost.seconds > 60 && cost.seconds < 1e6);
    config_free(config);
}

static double cpu_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Exact values take as long as is said, but for some times; here they are nearly all of the work. */
static void test_estimate_of_exact_values(void **state) {
    (void)state;
    static const char *const series[] = {"{family: gaussian}", "{family: gaussian, position: {linear: 0.1}}",
                                         "{family: spherical, dimension: 5, output: true}",
                                         "{family: walk, n: [2^6, 2^8]}"};
    for (size_t i = 0; i < sizeof series / sizeof series[0]; i++) {
        char text[200];
        snprintf(text, sizeof text, "n: [2^12, 1e20]\nreplicates: 1\nbeta: {points: 33}\nseries: [%s]\n",
                 series[i]);
        struct config *config = experiment_config(text);
        const struct estimate cost = estimate_sweep(config, NULL, 1);
        const double said = cost.seconds, before = cpu_seconds();
        struct results *results = experiment_of(config, isa_best(), 1);
        exact_fill(results, 1);
        assert_true(said < 6 * (cpu_seconds() - before));
        assert_true(cost.longest_unit > said / 4); /* two lengths have a unit of them each */
        results_free(results);
        config_free(config);
    }
}

/* Without drawing one of the rows, of 2^37 keys each. */
static void test_estimate_of_far_windows(void **state) {
    (void)state;
    struct config *config = experiment_config("n: 1e300\nreplicates: 1\nseries:\n"
                                              "  - {family: gaussian, position: {linear: 1e-7}}\n");
    struct estimate cost = estimate_sweep(config, isa_find("base"), 1);
    assert_true(cost.seconds > 60 && cost.seconds < 1e5);
    config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_estimate),
        cmocka_unit_test(test_estimate_is_of_the_plan),
        cmocka_unit_test(test_estimate_of_long_pilots),
        cmocka_unit_test(test_estimate_of_exact_values),
        cmocka_unit_test(test_estimate_of_far_windows),
    };
    return cmocka_run_group_tests_name("estimate", tests, NULL, NULL);
}
