/* Slopes of lines that are known, and their errors. */
#include "tests/test.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "analysis/statistics/exponent.h"

static void power_laws_are_exact(void **state) {
    (void)state;
    double x[9], y[9], even[9], uneven[9], exact[9] = {0};
    for (size_t i = 0; i < 9; i++) {
        x[i] = 1 + 0.3 * (double)i + 0.02 * (double)(i * i);
        y[i] = 700 - 1.75 * x[i];
        even[i] = 0.1;
        uneven[i] = 0.05 * (double)(i + 1);
    }
    const double *se[] = {even, uneven, exact};
    for (size_t k = 0; k < 3; k++) {
        struct exponent e = exponent_fit(9, x, y, se[k]);
        assert_int_equal(e.count, 9);
        check_close(e.value, -1.75, 1e-12);
    }
    struct exponent e = exponent_fit(2, x, y, even);
    check_relative(e.se, 0.1 * M_SQRT2 / (x[1] - x[0]), 1e-12);
    assert_true(exponent_fit(9, x, y, exact).se == 0);
    y[4] = NAN;
    e = exponent_fit(9, x, y, uneven);
    assert_int_equal(e.count, 8);
    check_close(e.value, -1.75, 1e-12);
}

/* 400 lines with noise of the stated size: coverage outside 362..395 with probability 8e-5; the
 * mean chi square is the 7 degrees of freedom, standard error sqrt(14/400) = .187, 4 sigma. */
static void exponent_errors_cover(void **state) {
    (void)state;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, 7);
    double x[9], y[9], se[9], chi_square = 0;
    int covered = 0;
    for (int e = 0; e < 400; e++) {
        for (size_t i = 0; i < 9; i++) {
            x[i] = log(5 + (double)i);
            se[i] = 0.01 * (double)(1 + i % 3);
            y[i] = 0.5 * x[i] + gsl_ran_gaussian(random, se[i]);
        }
        struct exponent fit = exponent_fit(9, x, y, se);
        covered += fabs(fit.value - 0.5) < 1.96 * fit.se;
        chi_square += fit.chi_square / 400;
    }
    gsl_rng_free(random);
    assert_in_range(covered, 362, 395);
    check_close(chi_square, 7, 4 * 0.187);
}

static void lines_need_two_points(void **state) {
    (void)state;
    const double x[] = {1, 1, 2}, y[] = {3, 4, NAN}, se[] = {0.1, 0.1, 0.1};
    assert_true(isnan(exponent_fit(0, x, y, se).value));
    assert_true(isnan(exponent_fit(1, x, y, se).value));
    assert_true(isnan(exponent_fit(3, x, y, se).value));
    const double unknown[] = {NAN, NAN}, rising[] = {1, 2};
    struct exponent e = exponent_fit(2, rising, rising, unknown);
    check_close(e.value, 1, 1e-15);
    assert_true(isnan(e.se));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_laws_are_exact),
        cmocka_unit_test(exponent_errors_cover),
        cmocka_unit_test(lines_need_two_points),
    };
    return cmocka_run_group_tests_name("exponent", tests, NULL, NULL);
}
