/* Exact ordered weights of finite rows: sums, the first of them, finer panels, closed forms, a limit.
 *
 * One Monte Carlo with a fixed seed: 6 means at 4 standard errors, 4e-4 in all were the seed drawn anew. */
#include "tests/test.h"

#include <gsl/gsl_errno.h>
#include <stdlib.h>

#include "models/oracle/oracle.h"
#include "models/theory/typical.h"

struct law {
    const char *family;
    double p[FAMILY_PARAMETERS];
};

static void ranks_of(const struct law *law, double log_n, double ratio, size_t count, double *weight,
                     double *error) {
    struct oracle *o = oracle_create(family_find(law->family), law->p, log_n);
    assert_true(o && oracle_ordered_weights(o, ratio, count, weight, error));
    oracle_free(o);
}

static const struct law laws[] = {
    {"gaussian", {1}},  {"gumbel", {0, 1}}, {"stretched", {0.5, 1}}, {"powerlaw", {2, 1}},
    {"spherical", {2}}, {"spherical", {5}}, {"pareto", {3}},         {"plateau", {1, 0.5}},
};
enum { LAWS = sizeof laws / sizeof *laws };

static void weights_sum_to_one(void **state) {
    (void)state;
    const double n[] = {2, 50, 3, 16}, ratio[] = {0.01, 1, 30};
    size_t lengths = getenv("GAPSCALE_TEST_QUICK") ? 2 : 4;
    for (size_t l = 0; l < LAWS - 1; l++) {
        for (size_t k = 0; k < lengths; k++) {
            for (size_t i = 0; i < 3; i++) {
                double weight[ORACLE_RANKS], error[ORACLE_RANKS], sum = 0, allowed = 0;
                ranks_of(&laws[l], log(n[k]), ratio[i], ORACLE_RANKS, weight, error);
                for (size_t r = 0; r < ORACLE_RANKS; r++) {
                    sum += weight[r];
                    allowed += error[r];
                    assert_true(weight[r] >= 0 && (r == 0 || weight[r] <= weight[r - 1] + 1e-9));
                    if ((double)r >= n[k]) { check_close(weight[r], 0, 1e-15); }
                }
                check_close(sum, 1, allowed + 1e-9);
                assert_true(allowed < 1e-7);
            }
        }
    }
}

static void the_first_is_the_top_weight(void **state) {
    (void)state;
    const double log_n[] = {log(2), log(1000), log(1e12), log(1e300)}, ratio[] = {0.1, 1, 2.5, 100};
    for (size_t l = 0; l < LAWS; l++) {
        for (size_t k = 0; k < 4; k++) {
            for (size_t i = 0; i < 4; i += getenv("GAPSCALE_TEST_QUICK") ? 2 : 1) {
                double weight[3], error[3];
                struct oracle *o = oracle_create(family_find(laws[l].family), laws[l].p, log_n[k]);
                struct oracle_point point;
                assert_true(oracle_at(o, ratio[i], &point));
                ranks_of(&laws[l], log_n[k], ratio[i], 3, weight, error);
                check_close(weight[0], point.top_weight, error[0] + point.top_weight_error + 1e-9);
                oracle_free(o);
            }
        }
    }
}

/* Ordered weights as they are against finer panels: a hundred times nearer than their errors say, which for
 * the inner rule are an allowance and would not hold for longer panels. */
static void errors_of_ordered_weights(void **state) {
    (void)state;
    enum { COUNT = 20 };
    const double log_n[] = {log(3), 9, 60, 700}, ratio[] = {0.1, 1, 30}, fineness[] = {1.9, 1};
    const size_t step = getenv("GAPSCALE_TEST_QUICK") ? 3 : 1;
    for (size_t i = 0; i < (LAWS - 1) * 4; i += step) {
        struct oracle *o = oracle_create(family_find(laws[i / 4].family), laws[i / 4].p, log_n[i % 4]);
        for (size_t b = 0; b < 3; b++) {
            double weight[2][COUNT], error[2][COUNT];
            for (size_t k = 0; k < 2; k++) {
                oracle_refine(o, fineness[k]);
                assert_true(oracle_ordered_weights(o, ratio[b], COUNT, weight[k], error[k]));
            }
            for (size_t r = 0; r < COUNT; r++) {
                check_close(weight[1][r], weight[0][r], (error[1][r] + error[0][r]) / 100);
                assert_true(error[1][r] < 1e-6);
            }
        }
        oracle_free(o);
    }
}

/* Where phi^n goes over from its own logarithm to a series, at n = e^8 and e^12, nothing jumps: the 64-th
 * largest weight changes with n there as it does beside. */
static void nothing_jumps(void **state) {
    (void)state;
    const double log_n[] = {6.25, 8, 12}, step = 1e-4, p[FAMILY_PARAMETERS] = {1};
    for (size_t i = 0; i < 3; i++) {
        double weight[4][ORACLE_RANKS], error[ORACLE_RANKS];
        for (size_t k = 0; k < 4; k++) {
            struct oracle *o = oracle_create(family_find("gaussian"), p, log_n[i] + ((double)k - 1.5) * step);
            assert_non_null(o);
            assert_true(oracle_ordered_weights(o, 0.05, ORACLE_RANKS, weight[k], error));
            oracle_free(o);
        }
        for (size_t r = 0; r < ORACLE_RANKS; r += 7) {
            const double before = log(weight[1][r] / weight[0][r]), across = log(weight[2][r] / weight[1][r]);
            check_close(across, before, 1e-3 * fabs(before));
        }
    }
}

/* One score above N equal ones. */
static void plateaus(void **state) {
    (void)state;
    const struct law law = {"plateau", {1, 0.5}};
    double weight[8], error[8];
    ranks_of(&law, log(25), 1, 8, weight, error); /* N = 5 */
    for (size_t k = 2; k < 6; k++) { check_close(weight[k], weight[1], 1e-15); }
    check_close(weight[6], 0, 0);
    check_close(weight[0] + 5 * weight[1], 1, 1e-14);
}

/* SplitMix64 (Steele, Lea & Flood). */
static double next_exponential(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return -log(((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53);
}

/* d = 3, beta = n/2: weights e^{-Gamma_k} of the points of a unit Poisson process, E p_(1) = e^{-gamma}. */
static void poisson_limit(void **state) {
    (void)state;
    enum { ROWS = 200000, POINTS = 45, RANKS = 6 };
    const struct law law = {"spherical", {3}};
    const double log_n = log(1e12);
    double weight[RANKS], error[RANKS], mean[RANKS] = {0}, square[RANKS] = {0};
    const struct family *family = family_find(law.family);
    const double ratio = 0.5e12 / exp(typical_scale(family, law.p, log_n).log_lambda);
    ranks_of(&law, log_n, ratio, RANKS, weight, error);
    check_close(weight[0], exp(-0.57721566490153286), 1e-9);
    uint64_t random = 20260512;
    for (size_t i = 0; i < ROWS; i++) {
        double y[POINTS], sum = 0, at = 0;
        for (size_t k = 0; k < POINTS; k++) {
            at += next_exponential(&random);
            sum += y[k] = exp(-at);
        }
        for (size_t k = 0; k < RANKS; k++) {
            mean[k] += y[k] / sum / ROWS;
            square[k] += y[k] * y[k] / (sum * sum) / ROWS;
        }
    }
    for (size_t k = 0; k < RANKS; k++) {
        check_close(weight[k], mean[k], 4 * sqrt((square[k] - mean[k] * mean[k]) / ROWS));
    }
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_sum_to_one),
        cmocka_unit_test(the_first_is_the_top_weight),
        cmocka_unit_test(errors_of_ordered_weights),
        cmocka_unit_test(nothing_jumps),
        cmocka_unit_test(plateaus),
        cmocka_unit_test(poisson_limit),
    };
    return cmocka_run_group_tests_name("ordered weights", tests, NULL, NULL);
}
