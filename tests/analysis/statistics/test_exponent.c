/* Slopes of lines that are known, and their errors. */
#include "tests/test.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_statistics_double.h>

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
        struct exponent e = exponent_fit(9, x, y, se[k], NULL);
        assert_int_equal(e.count, 9);
        check_close(e.value, -1.75, 1e-12);
    }
    struct exponent e = exponent_fit(2, x, y, even, NULL);
    check_relative(e.se, 0.1 * M_SQRT2 / (x[1] - x[0]), 1e-12);
    assert_true(exponent_fit(9, x, y, exact, NULL).se == 0);
    y[4] = NAN;
    e = exponent_fit(9, x, y, uneven, NULL);
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
        struct exponent fit = exponent_fit(9, x, y, se, NULL);
        covered += fabs(fit.value - 0.5) < 1.96 * fit.se;
        chi_square += fit.chi_square / 400;
    }
    gsl_rng_free(random);
    assert_in_range(covered, 362, 395);
    check_close(chi_square, 7, 4 * 0.187);
}

/* Whole experiments of few rows, whose errors are the sample's, on a course that bends by 25 of them:
 * the slope is that of the true values, and the mean of all experiments is what each of them covers. Coverage
 * outside 362..395 of 400 with probability 2e-4 (errors of 64 rows cover .948), the mean off by 4 errors with
 * 6e-5. With weights 1/se^2 a third cover. */
static void errors_cover_what_bends(void **state) {
    (void)state;
    enum { EXPERIMENTS = 400, POINTS = 9, ROWS = 64 };
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, 11);
    double x[POINTS], y[POINTS], truth[POINTS], se[POINTS], row[ROWS], mean = 0;
    struct exponent fit[EXPERIMENTS];
    const double sigma = 0.16;
    for (size_t i = 0; i < POINTS; i++) {
        x[i] = (double)i / 4;
        truth[i] = 0.5 * x[i] + x[i] * x[i];
    }
    for (size_t e = 0; e < EXPERIMENTS; e++) {
        for (size_t i = 0; i < POINTS; i++) {
            for (size_t r = 0; r < ROWS; r++) { row[r] = truth[i] + gsl_ran_gaussian(random, sigma); }
            y[i] = gsl_stats_mean(row, 1, ROWS);
            se[i] = gsl_stats_sd(row, 1, ROWS) / sqrt(ROWS);
        }
        fit[e] = exponent_fit(POINTS, x, y, se, NULL);
        mean += fit[e].value / EXPERIMENTS;
    }
    gsl_rng_free(random);
    int covered = 0;
    for (size_t e = 0; e < EXPERIMENTS; e++) { covered += fabs(fit[e].value - mean) < 1.96 * fit[e].se; }
    printf("    %d of %d cover\n", covered, EXPERIMENTS);
    assert_in_range(covered, 362, 395);
    check_close(mean, exponent_fit(POINTS, x, truth, se, NULL).value, 4 * fit[0].se / sqrt(EXPERIMENTS));
}

/* Of a covariance that is known, and of one that is not: no sum of so many can be off by more. */
static void shared_noise_adds_up(void **state) {
    (void)state;
    enum { POINTS = 6, SETS = 9 };
    double x[POINTS], y[POINTS], se[POINTS], part[POINTS][SETS], own[POINTS], slope[POINTS], variance = 0,
                                                                                             most = 0;
    for (size_t i = 0; i < POINTS; i++) {
        own[i] = 0.02 * (double)(1 + i % 2);
        double squares = own[i] * own[i];
        for (size_t k = 0; k < SETS; k++) {
            part[i][k] = 0.03 * cos((double)(i + 1) * (double)(k + 2) / 7);
            squares += part[i][k] * part[i][k];
        }
        x[i] = log(5 + (double)i);
        y[i] = 2 * x[i];
        se[i] = sqrt(squares);
    }
    for (size_t i = 0; i < POINTS; i++) { /* what a point that is higher by one moves the slope by */
        y[i] += 1;
        slope[i] = exponent_fit(POINTS, x, y, se, NULL).value - 2;
        y[i] -= 1;
        most += fabs(slope[i]) * se[i];
    }
    for (size_t i = 0; i < POINTS; i++) {
        variance += slope[i] * slope[i] * own[i] * own[i];
        for (size_t j = 0; j < POINTS; j++) {
            for (size_t k = 0; k < SETS; k++) { variance += slope[i] * slope[j] * part[i][k] * part[j][k]; }
        }
    }
    const struct exponent_noise known = {SETS, &part[0][0]}, few = {EXPONENT_SETS - 1, &part[0][0]};
    struct exponent shared = exponent_fit(POINTS, x, y, se, &known),
                    lone = exponent_fit(POINTS, x, y, se, NULL),
                    unknown = exponent_fit(POINTS, x, y, se, &few);
    check_relative(shared.se, sqrt(variance), 1e-9);
    check_close(shared.value, lone.value, 0);
    assert_true(isnan(shared.chi_square) && isfinite(lone.chi_square));
    assert_true(unknown.se >= most && unknown.se < 3 * lone.se);
}

static void lines_need_two_points(void **state) {
    (void)state;
    const double x[] = {1, 1, 2}, y[] = {3, 4, NAN}, se[] = {0.1, 0.1, 0.1};
    assert_true(isnan(exponent_fit(0, x, y, se, NULL).value));
    assert_true(isnan(exponent_fit(1, x, y, se, NULL).value));
    assert_true(isnan(exponent_fit(3, x, y, se, NULL).value));
    const double unknown[] = {NAN, NAN}, rising[] = {1, 2};
    struct exponent e = exponent_fit(2, rising, rising, unknown, NULL);
    check_close(e.value, 1, 1e-15);
    assert_true(isnan(e.se));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_laws_are_exact),    cmocka_unit_test(exponent_errors_cover),
        cmocka_unit_test(errors_cover_what_bends), cmocka_unit_test(shared_noise_adds_up),
        cmocka_unit_test(lines_need_two_points),
    };
    return cmocka_run_group_tests_name("exponent", tests, NULL, NULL);
}
