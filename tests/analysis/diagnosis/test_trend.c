/* Growth between sequences: closed forms, and the coverage of every interval under what it supposes.
 *
 * Fixed seed. Were it drawn anew, a right interval would be refused once in 10^4 at each of the eight counts.
 */
#include "analysis/diagnosis/trend.h"
#include "tests/test.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdlib.h>

enum { LENGTHS = 4 };
static const double x[LENGTHS] = {0, 1, 2, 3}, even[LENGTHS] = {1, 1, 1, 1};

static void test_spread(void **state) {
    (void)state;
    const double y[3 * LENGTHS] = {1, 0, 0, NAN, 4, 0, 0, 5, NAN, 0, 0, NAN};
    const struct trend_data data = {3, LENGTHS, x, y, even};
    struct trend_estimate two = trend_level(&data, 0), none = trend_level(&data, 3);
    assert_true(two.count == 2 && none.count == 1);
    check_close(two.mean, 2.5, 1e-15);
    check_close(two.variance, 4.5, 1e-15);
    check_close(none.mean, 5, 0);
    assert_true(isnan(none.variance));
}

/* Lines 1 + 2 x and 5 + 4 x: slopes 2 and 4, starts 1 and 5. */
static void test_lines(void **state) {
    (void)state;
    double y[2 * LENGTHS];
    for (size_t j = 0; j < LENGTHS; j++) {
        y[j] = 1 + 2 * x[j];
        y[LENGTHS + j] = 5 + 4 * x[j];
    }
    const struct trend_data data = {2, LENGTHS, x, y, even};
    struct trend_estimate slope = trend_slope(&data, 0, LENGTHS), start = trend_intercept(&data, 1, LENGTHS);
    assert_true(slope.paired && slope.count == 2);
    check_close(slope.mean, 3, 1e-13);
    check_close(slope.variance, 2, 1e-13);
    check_close(slope.freedom, 1, 0);
    check_close(start.mean, 3, 1e-13);
    check_close(start.variance, 8, 1e-12);
    struct trend_interval b = trend_between(slope);
    check_close(b.high - 3, tan(M_PI * 0.475), 1e-9); /* Student's law with one degree is Cauchy's */
    check_close(b.low + b.high, 6, 1e-12);
}

/* A weight of 0 leaves a length out; unequal weights give weighted least squares. */
static void test_weights(void **state) {
    (void)state;
    const double weight[LENGTHS] = {1, 1, 0, 2}, y[LENGTHS] = {0, 3, 100, 5};
    const struct trend_data data = {1, LENGTHS, x, y, weight};
    double c[LENGTHS];
    assert_true(trend_coefficients(&data, 0, LENGTHS, c));
    /* xbar = 7/4, sum w (x - xbar)^2 = 27/4 */
    const double expected[LENGTHS] = {-7.0 / 27, -3.0 / 27, 0, 10.0 / 27};
    for (size_t j = 0; j < LENGTHS; j++) { check_close(c[j], expected[j], 1e-15); }
    check_close(trend_slope(&data, 0, LENGTHS).mean, 41.0 / 27, 1e-14);
    assert_false(trend_coefficients(&data, 2, 3, c));
}

/* One length, or the same rows at all of them: no slope, whatever the weights round to. */
static void test_one_length(void **state) {
    (void)state;
    const double y[LENGTHS] = {0, 1, 2, 3.5};
    double c[LENGTHS];
    for (int i = 1; i <= 1000; i++) {
        const double weight = 1 / (0.0025 + 1.6384 / i), at = log(log(30 + i)), lone[LENGTHS] = {0, weight},
                     all[LENGTHS] = {weight, 1, weight, 1}, same[LENGTHS] = {at, at, at, at};
        const struct trend_data one = {1, LENGTHS, same, y, lone}, several = {1, LENGTHS, same, y, all};
        assert_false(trend_coefficients(&one, 0, LENGTHS, c));
        assert_false(trend_coefficients(&several, 0, LENGTHS, c));
        assert_true(isnan(trend_slope(&one, 0, LENGTHS).mean) && isnan(trend_slope(&several, 1, 3).mean));
    }
}

static void test_alone(void **state) {
    (void)state;
    const double y[LENGTHS] = {0, 1, 2, 3.5};
    const struct trend_data data = {1, LENGTHS, x, y, even};
    struct trend_estimate slope = trend_slope(&data, 0, LENGTHS);
    struct trend_interval b = trend_between(slope);
    check_close(b.value, 1.15, 1e-14);
    assert_true(isnan(b.low) && isnan(b.high));
    assert_true(isnan(trend_slope(&data, 1, 1).mean));
}

/* Sequences that differ between lengths: v = sum c^2 v_j/G_j. */
static void test_apart(void **state) {
    (void)state;
    const double place[2] = {0, 2}, y[5 * 2] = {1, NAN, 3, NAN, NAN, 4, NAN, 6, NAN, 8}, one[2] = {1, 1};
    const struct trend_data data = {5, 2, place, y, one};
    struct trend_estimate slope = trend_slope(&data, 0, 2);
    assert_false(slope.paired);
    check_close(slope.mean, 2, 1e-14);
    double first = 0.25 * 2 / 2, second = 0.25 * 4 / 3; /* c = -1/2, 1/2 */
    check_close(slope.variance / (double)slope.count, first + second, 1e-14);
    check_close(slope.freedom, (first + second) * (first + second) / (first * first + second * second / 2),
                1e-13);
    /* without variance nothing tells how far off it is, nor with how many degrees of freedom */
    const double alike[5 * 2] = {1, NAN, 1, NAN, NAN, 4, NAN, 4, NAN, 4};
    const struct trend_data same = {5, 2, place, alike, one};
    struct trend_interval b = trend_between(trend_slope(&same, 0, 2));
    check_close(b.value, 1.5, 1e-14);
    assert_true(isnan(b.low) && isnan(b.high));
}

/* Two sequences of equal slopes: residuals +-r and their two-way sum of squares. */
static void test_residuals(void **state) {
    (void)state;
    const double r[LENGTHS] = {0.1, -0.2, 0.3, -0.2};
    double y[2 * LENGTHS], squares = 0;
    for (size_t j = 0; j < LENGTHS; j++) {
        y[j] = 7 + x[j] + r[j];
        y[LENGTHS + j] = 2 + x[j] - r[j];
        squares += 2 * r[j] * r[j];
    }
    const struct trend_data data = {2, LENGTHS, x, y, even};
    struct trend_estimate slope = trend_slope_by_residuals(&data, 0, LENGTHS);
    check_close(slope.freedom, 3, 0);
    check_close(slope.mean, 1, 1e-13);
    check_close(slope.variance, squares / 3 / 5, 1e-13); /* sum c^2 = 1/5 */
}

/* Means 0, 0, 1 of three lengths: residuals 1/6, -1/3, 1/6. Of two sequences +-h, h, h, -h apart from them,
 * 2/3 h is in common. */
static void test_lack_of_fit(void **state) {
    (void)state;
    const double h = 0.3, y[6] = {h, h, 1 - h, -h, -h, 1 + h};
    const struct trend_data data = {2, 3, x, y, even};
    double line = 2 * (1 + 4 + 1) / 36.0, noise = 2 * (3 * h * h - h * h / 3);
    check_close(trend_lack_of_fit(&data, 0, 3), gsl_cdf_fdist_Q(line / (noise / 2), 1, 2), 1e-12);
    assert_true(isnan(trend_lack_of_fit(&data, 0, 2)));
    const double apart[18] = {h,   NAN, NAN, -h,  NAN, NAN,   NAN, h,   NAN,
                              NAN, -h,  NAN, NAN, NAN, 1 - h, NAN, NAN, 1 + h};
    const struct trend_data unpaired = {6, 3, x, apart, even};
    check_close(trend_lack_of_fit(&unpaired, 0, 3), gsl_cdf_fdist_Q(line / (6 * h * h / 3), 1, 3), 1e-12);
    /* a length without weight, which nobody has, changes nothing */
    const double more[8] = {h, NAN, h, 1 - h, -h, NAN, -h, 1 + h}, longer[4] = {0, 50, 1, 2},
                 weight[4] = {1, 0, 1, 1};
    const struct trend_data without = {2, 4, longer, more, weight};
    check_relative(trend_lack_of_fit(&without, 0, 4), trend_lack_of_fit(&data, 0, 3), 1e-12);
    const double exact[6] = {0, 1, 2, 0, 1, 2};
    const struct trend_data quiet = {2, 3, x, exact, even};
    assert_true(isnan(trend_lack_of_fit(&quiet, 0, 3)));
}

/* ---- coverage ---- */

enum { TRIALS = 2000 };

static bool holds(struct trend_interval i, double truth) { return i.low <= truth && truth <= i.high; }

/* Binomial, refused once in 10^4 on either side. */
static void check_coverage(const char *name, unsigned held, double least, double most) {
    double below = gsl_cdf_binomial_P(held, least, TRIALS), above = gsl_cdf_binomial_Q(held, most, TRIALS);
    if (below < 5e-5 || above < 5e-5) { fail_msg("%s: covers %u of %d", name, held, TRIALS); }
}

/* y = 1 + .8 x + an effect of the sequence + the noise of a median. With `apart` every length has sequences
 * of its own. */
static void draw(gsl_rng *random, size_t sequences, double effect, bool apart, double *y) {
    size_t all = apart ? sequences * LENGTHS : sequences;
    for (size_t s = 0; s < all; s++) {
        double own = gsl_ran_gaussian(random, effect);
        for (size_t j = 0; j < LENGTHS; j++) {
            double value = 1 + 0.8 * x[j] + own + gsl_ran_gaussian(random, 0.2);
            y[s * LENGTHS + j] = !apart || s % LENGTHS == j ? value : NAN;
        }
    }
}

static void test_coverage(void **state) {
    (void)state;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    double y[6 * LENGTHS * LENGTHS];
    for (size_t sequences = 2; sequences <= 6; sequences += 2) {
        unsigned slopes = 0, starts = 0, levels = 0;
        const struct trend_data data = {sequences, LENGTHS, x, y, even};
        for (size_t i = 0; i < TRIALS; i++) {
            draw(random, sequences, 0.27, false, y);
            struct trend_estimate level = trend_level(&data, 2);
            slopes += holds(trend_between(trend_slope(&data, 0, LENGTHS)), 0.8);
            starts += holds(trend_between(trend_intercept(&data, 0, LENGTHS)), 1);
            levels += holds(trend_between(level), 2.6);
        }
        check_coverage("slope", slopes, 0.95, 0.95);
        check_coverage("start", starts, 0.95, 0.95);
        check_coverage("level", levels, 0.95, 0.95);
    }
    gsl_rng_free(random);
}

/* Satterthwaite's degrees of freedom err on the safe side. */
static void test_coverage_apart(void **state) {
    (void)state;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    enum { SEQUENCES = 4 };
    double y[SEQUENCES * LENGTHS * LENGTHS];
    const struct trend_data data = {SEQUENCES * LENGTHS, LENGTHS, x, y, even};
    unsigned held = 0;
    for (size_t i = 0; i < TRIALS; i++) {
        draw(random, SEQUENCES, 0.27, true, y);
        held += holds(trend_between(trend_slope(&data, 0, LENGTHS)), 0.8);
    }
    check_coverage("slope of lengths apart", held, 0.94, 0.97);
    gsl_rng_free(random);
}

static void test_coverage_residuals(void **state) {
    (void)state;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    double y[2 * LENGTHS];
    const struct trend_data data = {2, LENGTHS, x, y, even};
    unsigned held = 0;
    for (size_t i = 0; i < TRIALS; i++) {
        draw(random, 2, 0.27, false, y);
        held += holds(trend_between(trend_slope_by_residuals(&data, 0, LENGTHS)), 0.8);
    }
    check_coverage("slope of two by residuals", held, 0.95, 0.95);
    gsl_rng_free(random);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spread),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_one_length),
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_apart),
        cmocka_unit_test(test_residuals),
        cmocka_unit_test(test_lack_of_fit),
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_coverage_apart),
        cmocka_unit_test(test_coverage_residuals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
