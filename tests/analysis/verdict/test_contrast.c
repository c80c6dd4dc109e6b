/* Sums of deviations: by hand, of joint noise, and how often noise alone is called unlikely.
 *
 * Fixed seeds. */
#include "tests/test.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "analysis/verdict/contrast.h"

/* Three points of errors 1, 2 and 3 at x = 0, 1 and 3. */
static struct contrast_data three(void) {
    static const double x[] = {0, 1, 3}, deviation[] = {1, 2, 6};
    struct contrast_data d = contrast_create(4); /* more than it takes */
    d.freedom = 15;
    for (size_t i = 0; i < 3; i++, d.count++) {
        d.x[i] = x[i];
        d.deviation[i] = deviation[i];
        d.noise[i * 4 + i] = pow((double)i + 1, 2);
    }
    return d;
}

/* The mean is 3, of variance 14/9; the slope, of weights -4, -1 and 5 over 14, is 24/14, of variance 245/196.
 * Satterthwaite: 15 (1 + 4 + 9)^2/(1 + 16 + 81), and of 16, 4 and 225. */
static void test_three(void **state) {
    (void)state;
    struct contrast_data d = three();
    struct contrast shift = contrast_shift(&d), trend = contrast_trend(&d);
    check_relative(shift.value, 3, 1e-14);
    check_relative(shift.se, sqrt(14) / 3, 1e-14);
    check_relative(shift.p, 2 * gsl_cdf_tdist_Q(9 / sqrt(14), 30), 1e-12);
    check_relative(trend.value, 24.0 / 14, 1e-14);
    check_relative(trend.se, sqrt(245) / 14, 1e-14);
    check_relative(trend.p, 2 * gsl_cdf_tdist_Q(24 / sqrt(245), 15 * 245.0 * 245 / (256 + 16 + 50625)),
                   1e-12);
    for (size_t i = 0; i < 3; i++) { d.systematic[i] = 0.5; } /* all to one side, or the worst of both */
    shift = contrast_shift(&d);
    check_relative(shift.se, sqrt(14.0 / 9 + 0.25), 1e-14);
    check_relative(contrast_trend(&d).se, sqrt(245.0 / 196 + pow(5.0 / 14, 2)), 1e-14);
    d.count = 2;
    assert_true(isnan(contrast_trend(&d).p) && contrast_shift(&d).p < 1);
    d.count = 1;
    assert_true(isnan(contrast_shift(&d).value) && isnan(contrast_shift(&d).p));
    contrast_release(&d);
}

/* Noise that all points share moves the mean and no slope. */
static void test_joint(void **state) {
    (void)state;
    struct contrast_data d = three();
    d.is_joint = true;
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 3; j++) { d.noise[i * 4 + j] += 100; }
    }
    const struct contrast shift = contrast_shift(&d), trend = contrast_trend(&d);
    check_relative(shift.se, sqrt(100 + 14.0 / 9), 1e-14);
    check_relative(shift.p, 2 * gsl_cdf_tdist_Q(3 / shift.se, 15), 1e-12);
    check_relative(trend.se, sqrt(245) / 14, 1e-12);
    contrast_release(&d);
}

/* Means of 64 exponential numbers, four times as skew as entropies are at 1 nat, at six n: p is below 0.01 in
 * one trial of a hundred. Of 3000 trials less than 53 (four standard errors and a tenth more for the
 * skewness, which the law does not know); right tests fail once in 10^4. Weighted by their errors means would
 * be low, and three times as many of the trials unlikely. */
static void test_false_alarms(void **state) {
    (void)state;
    enum { TRIALS = 3000, ROWS = 64, POINTS = 6, MOST = 53 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct contrast_data d = contrast_create(POINTS);
    size_t shifts = 0, trends = 0;
    d.count = POINTS;
    d.freedom = ROWS - 1;
    for (size_t t = 0; t < TRIALS; t++) {
        for (size_t i = 0; i < POINTS; i++) {
            double sum = 0, squares = 0;
            for (size_t r = 0; r < ROWS; r++) {
                double row = gsl_ran_exponential(rng, 1);
                sum += row / ROWS;
                squares += row * row / ROWS;
            }
            d.x[i] = (double)(i * i);
            d.deviation[i] = sum - 1;
            d.noise[i * POINTS + i] = (squares - sum * sum) / (ROWS - 1);
        }
        shifts += contrast_shift(&d).p < 0.01;
        trends += contrast_trend(&d).p < 0.01;
    }
    printf("    p < .01: shift %zu, trend %zu of %d\n", shifts, trends, TRIALS);
    assert_true(shifts < MOST && trends < MOST && shifts > 10 && trends > 10);
    gsl_rng_free(rng);
    contrast_release(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_three), cmocka_unit_test(test_joint),
                                       cmocka_unit_test(test_false_alarms)};
    return cmocka_run_group_tests_name("contrast", tests, NULL, NULL);
}
