/* The index from spacings: closed forms, quadrature against simulated Poisson points, the inverse.
 *
 * Fixed seed. Were it drawn anew, one of the 16 comparisons at 5 standard errors would fail once in 1e5. */
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
    check_close(spacing_index(&table, 0), table.index[SPACING_POINTS - 1], 0);
    assert_true(isnan(spacing_index(&table, NAN)));
}

/* The largest uniforms of n, by their spacings (Renyi 1953), as gaps of the law. */
static double simulated(const struct family *family, const double *p, double n, uint64_t row) {
    double uniform[20], gap[SPACING_MANY + 1] = {0}, y = 0, log_v_top = 0;
    struct stream stream = stream_make(6, "spacing", log(n), false, row);
    isa_best()->kernel->uniforms(stream.key, STREAM_SCORES, 0, 5, uniform);
    for (size_t k = 0; k <= SPACING_MANY; k++) {
        y -= log(uniform[k]) / (n - (double)k);
        double log_v = log(-expm1(-y));
        if (k == 0) { log_v_top = log_v; }
        if (k > 0) { gap[k] = exp(family->log_gap(p, log_v_top, log_v - log_v_top)); }
    }
    return spacing_statistic(SPACING_MANY, gap);
}

/* Exponential scores have independent spacings at every n, and uniform ones are, given the lowest of the
 * largest, uniform above it, as in the limit. Others are tried against simulated rows. */
static void test_finite(void **state) {
    (void)state;
    enum { ROWS = 10000 };
    const double exponential[] = {1, 1}, uniform[] = {1, 1}, gaussian[] = {1}, pareto[] = {2.5};
    const struct {
        const char *family;
        const double *p;
    } law[] = {{"gaussian", gaussian}, {"pareto", pareto}};
    const double size[] = {64, 1000};
    check_close(spacing_mean_finite(SPACING_MANY, family_find("stretched"), exponential, log(200)), 0.5,
                1e-7);
    check_close(spacing_mean_finite(SPACING_FEW, family_find("powerlaw"), uniform, log(100)),
                spacing_mean(SPACING_FEW, -1), 1e-7);
    for (size_t l = 0; l < 2; l++) {
        for (size_t j = 0; j < 2; j++) {
            const struct family *family = family_find(law[l].family);
            double mean = 0, square = 0;
            for (uint64_t r = 0; r < ROWS; r++) {
                double t = simulated(family, law[l].p, size[j], r);
                mean += t / ROWS;
                square += t * t / ROWS;
            }
            double error = sqrt((square - mean * mean) / ROWS);
            double exact = spacing_mean_finite(SPACING_MANY, family, law[l].p, log(size[j]));
            check_close((exact - mean) / error, 0, 5);
        }
    }
}

/* Drawn rows. */
static void test_gaussian_reads_lighter(void **state) {
    (void)state;
    const double sigma = 1;
    struct spacing_table table;
    spacing_table_make(SPACING_MANY, &table);
    double mean = spacing_mean_finite(SPACING_MANY, family_find("gaussian"), &sigma, log(1e3));
    check_close(spacing_index(&table, mean), -0.109, 0.015);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gumbel),
        cmocka_unit_test(test_two),
        cmocka_unit_test(test_statistic),
        cmocka_unit_test(test_against_points),
        cmocka_unit_test(test_inverse),
        cmocka_unit_test(test_finite),
        cmocka_unit_test(test_gaussian_reads_lighter),
    };
    return cmocka_run_group_tests_name("spacing", tests, NULL, NULL);
}
