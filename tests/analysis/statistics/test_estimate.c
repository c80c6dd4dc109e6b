/* Means, ratios and joint tests from independent replicates: closed forms, and the rates they promise.
 *
 * Fixed seed. Were it drawn anew, the two rates below would be outside their bounds once in 1e5 each. */
#include "analysis/statistics/estimate.h"
#include "analysis/statistics/hotelling.h"
#include "sim/rows/normal.h"
#include "tests/test.h"

#include <gsl/gsl_cdf.h>

static void draw(uint64_t replicate, size_t count, double *normal) {
    struct stream stream = stream_make(3, "estimate", 0, true, replicate);
    normal_fill(isa_find("base"), &stream, STREAM_SCORES, 0, count, normal);
}

static void test_mean(void **state) {
    (void)state;
    const double x[] = {1, 10, 2, 20, 6, 60};
    struct estimate e = estimate_mean(3, 2, x);
    check_close(e.value, 3, 1e-15);
    check_close(e.error, sqrt(7.0 / 3), 1e-15);
    e = estimate_mean(3, 2, x + 1);
    check_close(e.value, 30, 1e-14);
    assert_true(isnan(estimate_mean(1, 1, x).error));
}

/* Leaving out one of two: by hand. */
static void test_ratio(void **state) {
    (void)state;
    const double up[] = {3, 5}, down[] = {1, 3};
    struct estimate e = estimate_ratio(2, 1, up, down);
    double all = 2, first = 5.0 / 3, second = 3, mean = (first + second) / 2;
    check_close(e.value, 2 * all - mean, 1e-15);
    check_close(e.error, sqrt(0.5 * ((first - mean) * (first - mean) + (second - mean) * (second - mean))),
                1e-15);
}

/* Of one number T^2 is Student's t squared. */
static void test_hotelling_of_one(void **state) {
    (void)state;
    const double x[] = {0.2, -0.3, 1.1, 0.7, 0.4};
    struct estimate e = estimate_mean(5, 1, x);
    struct hotelling h = hotelling_test(5, 1, x);
    check_relative(h.chi_square, e.value * e.value / (e.error * e.error), 1e-13);
    check_relative(h.pvalue, 2 * gsl_cdf_tdist_Q(e.value / e.error, 4), 1e-12);
    assert_true(isnan(hotelling_test(4, 3, x).pvalue));
}

/* Correlated numbers: p is uniform where the mean is 0, and a shift of every number is seen. */
static void test_hotelling_rates(void **state) {
    (void)state;
    enum { SETS = 40, SIZE = 4, TRIALS = 2000 };
    double x[SETS * SIZE + 2];
    size_t below = 0, shifted = 0;
    for (uint64_t t = 0; t < TRIALS; t++) {
        draw(t, SETS * SIZE, x);
        for (size_t r = 0; r < SETS; r++) {
            for (size_t k = 1; k < SIZE; k++) { x[r * SIZE + k] = x[r * SIZE] + 0.1 * x[r * SIZE + k]; }
        }
        below += hotelling_test(SETS, SIZE, x).pvalue < 0.1;
        for (size_t i = 0; i < SETS * SIZE; i += SIZE) { x[i] += 0.1; }
        shifted += hotelling_test(SETS, SIZE, x).pvalue < 0.001;
    }
    check_close((double)below / TRIALS, 0.1, 4.42 * sqrt(0.09 / TRIALS));
    assert_true(shifted > 0.9 * TRIALS); /* the shift is 3.7 standard errors of one difference, six ways */
}

/* Five numbers that are linear in two, to rounding: what the two say. */
static void test_hotelling_of_dependent_numbers(void **state) {
    (void)state;
    enum { SETS = 40, SIZE = 5 };
    const double shift[] = {0, 0.1, 1};
    double z[2 * SETS], x[SIZE * SETS];
    for (uint64_t t = 0; t < 30; t++) {
        draw(t, 2 * SETS, z);
        for (size_t r = 0; r < SETS; r++) {
            z[2 * r] += shift[t % 3];
            for (size_t k = 0; k < SIZE; k++) {
                x[r * SIZE + k] = cos(0.5 * (double)k) * z[2 * r] + sin(0.5 * (double)k) * z[2 * r + 1];
            }
        }
        const struct hotelling two = hotelling_test(SETS, 2, z), five = hotelling_test(SETS, SIZE, x);
        check_relative(five.chi_square, two.chi_square, 1e-10);
        check_relative(five.pvalue, two.pvalue, 1e-8);
    }
    for (size_t i = 0; i < SETS; i++) { x[i * SIZE] = 0; }
    assert_true(isnan(hotelling_test(SETS, SIZE, x).pvalue));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean),
        cmocka_unit_test(test_ratio),
        cmocka_unit_test(test_hotelling_of_one),
        cmocka_unit_test(test_hotelling_rates),
        cmocka_unit_test(test_hotelling_of_dependent_numbers),
    };
    return cmocka_run_group_tests_name("estimate", tests, NULL, NULL);
}
