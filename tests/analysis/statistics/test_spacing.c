/* The index from spacings: closed forms, quadrature against simulated Poisson points, the inverse.
 *
 * Fixed seed. Were it drawn anew, one of the 12 comparisons at 5 standard errors would fail once in 1e5, one
 * of the three at four or more once in 1e4. */
#include "analysis/statistics/spacing.h"
#include "sim/rows/isa.h"
#include "sim/rows/stream.h"
#include "tests/test.h"

#include <stdlib.h>

/* Gumbel: D_k are independent exponentials, the mean is 1/2 for any K. */
static void test_gumbel(void **state) {
    (void)state;
    check_close(spacing_mean(SPACING_FEW, 0), 0.5, 1e-8);
    check_close(spacing_mean(SPACING_MANY, 0), 0.5, 1e-8);
}

/* With r = min/max of two uniform numbers, uniform itself, T = 2 r/(1 + r). */
static void test_two(void **state) {
    (void)state;
    check_close(spacing_mean(2, -1), 2 - 2 * log(2), 1e-7);
}

static void test_statistic(void **state) {
    (void)state;
    const double gap[] = {0, 1, 1.5, 2.5};
    check_close(spacing_statistic(3, gap), (1 * 1.0 + 2 * 3.0) / (2 * 5.0), 1e-15);
    const double scaled[] = {0, 7, 10.5, 17.5}, tied[] = {0, 0, 0, 0};
    check_close(spacing_statistic(3, scaled), 0.7, 1e-15);
    assert_true(isnan(spacing_statistic(3, tied)));
}

/* Poisson points, as the limit laws have them. */
static void test_against_points(void **state) {
    (void)state;
    const double indices[] = {-2, -1, -0.25, 0.25, 0.5, 1.5};
    const size_t counts[] = {SPACING_FEW, SPACING_MANY};
    enum { ROWS = 20000 };
    double uniform[20], gap[SPACING_MANY + 1];
    for (size_t c = 0; c < 2; c++) {
        for (size_t g = 0; g < 6; g++) {
            double mean = 0, square = 0;
            for (uint64_t r = 0; r < ROWS; r++) {
                struct stream stream = stream_make(5, "spacing", 0, true, r + ROWS * g);
                isa_best()->kernel->uniforms(stream.key, STREAM_SCORES, 0, 5, uniform);
                double point = 0, first = 0;
                for (size_t k = 0; k <= counts[c]; k++) {
                    point -= log(uniform[k]);
                    double score = (pow(point, -indices[g]) - 1) / indices[g];
                    first = k == 0 ? score : first;
                    gap[k] = first - score;
                }
                double t = spacing_statistic(counts[c], gap);
                mean += t / ROWS;
                square += t * t / ROWS;
            }
            double error = sqrt((square - mean * mean) / ROWS);
            check_close((spacing_mean(counts[c], indices[g]) - mean) / error, 0, 5);
        }
    }
}

static void test_inverse(void **state) {
    (void)state;
    struct spacing_table table;
    spacing_table_make(SPACING_MANY, &table);
    for (double index = -3.9; index < 3.9; index += 0.37) {
        check_close(spacing_index(&table, spacing_mean(SPACING_MANY, index)), index, 2e-3);
    }
    for (int i = 1; i < SPACING_POINTS; i++) { assert_true(table.mean[i] < table.mean[i - 1]); }
    check_close(spacing_index(&table, 0.99), -4.5, 0);
    assert_true(isnan(spacing_index(&table, NAN)));
}

/* Exponential scores have independent spacings at every n; Gaussian ones read lighter than their class. */
static void test_finite(void **state) {
    (void)state;
    const double gumbel[] = {0, 1}, gaussian[] = {1};
    struct spacing_table table;
    spacing_table_make(SPACING_MANY, &table);
    const struct family *stretched = family_find("stretched");
    const double exponential[] = {1, 1};
    check_close(spacing_mean_finite(SPACING_MANY, stretched, exponential, log(200)), 0.5, 0.008);
    check_close(spacing_mean_finite(SPACING_FEW, family_find("gumbel"), gumbel, log(1e6)), 0.5, 0.01);
    double index =
        spacing_index(&table, spacing_mean_finite(SPACING_MANY, family_find("gaussian"), gaussian, log(1e3)));
    check_close(index, -0.109, 0.03); /* drawn rows: THEORY 11 */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gumbel),    cmocka_unit_test(test_two),
        cmocka_unit_test(test_statistic), cmocka_unit_test(test_against_points),
        cmocka_unit_test(test_inverse),   cmocka_unit_test(test_finite),
    };
    return cmocka_run_group_tests_name("spacing", tests, NULL, NULL);
}
