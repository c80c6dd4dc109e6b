/* Polynomials through points that are added one by one. */
#include "models/numeric/leja.h"
#include "tests/test.h"

#include <string.h>

/* The largest sum of moduli of shares: how much errors of values may grow. Shares add up to 1. */
static double most_at(const double *x, const double *weight, size_t count) {
    double share[LEJA_MOST], most = 0;
    for (double at = -1; at <= 1; at += 7e-4) {
        double sum = 0, size = 0;
        leja_shares(x, weight, count, at, share);
        for (size_t j = 0; j < count; j++) {
            sum += share[j];
            size += fabs(share[j]);
        }
        check_close(sum, 1, 1e-14 * size);
        most = fmax(most, size);
    }
    return most;
}

static void test_growth(void **state) {
    (void)state;
    double x[LEJA_MOST], weight[LEJA_MOST];
    leja_points(x);
    check_close(x[0], 1, 0);
    check_close(x[1], -1, 0);
    check_close(x[2], 0, 0);
    for (size_t count = 1; count <= LEJA_MOST; count++) {
        leja_add(x, count - 1, weight);
        if (count % 7 == 1) { assert_true(most_at(x, weight, count) < 40); }
    }
}

/* Powers below the number of points, at and between them. */
static void test_powers(void **state) {
    (void)state;
    double x[LEJA_MOST], weight[LEJA_MOST], share[LEJA_MOST];
    leja_points(x);
    for (size_t count = 1; count <= 24; count++) {
        leja_add(x, count - 1, weight);
        for (size_t power = 0; power < count; power++) {
            const double at[] = {x[count / 2], -1, 1, 0.3, -0.871, 1e-9, 1.01};
            for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
                double sum = 0;
                leja_shares(x, weight, count, at[i], share);
                for (size_t j = 0; j < count; j++) { sum += share[j] * pow(x[j], (double)power); }
                check_close(sum, pow(at[i], (double)power), 1e-13);
            }
        }
    }
}

/* 1/(1 + 9 x^2) has poles at +-i/3: an error that falls like ((1 + 10^1/2)/3)^-count. */
static void test_poles(void **state) {
    (void)state;
    double x[LEJA_MOST], weight[LEJA_MOST], share[LEJA_MOST];
    leja_points(x);
    for (size_t count = 1; count <= 100; count++) {
        double worst = 0;
        leja_add(x, count - 1, weight);
        for (double at = -1; at <= 1 && count % 20 == 0; at += 0.0137) {
            double sum = 0;
            leja_shares(x, weight, count, at, share);
            for (size_t j = 0; j < count; j++) { sum += share[j] / (1 + 9 * x[j] * x[j]); }
            worst = fmax(worst, fabs(sum - 1 / (1 + 9 * at * at)));
        }
        assert_true(worst < 10 * pow((1 + sqrt(10)) / 3, -(double)count) + 1e-14);
    }
}

/* Of many places at once, points among them. */
static void test_at_once(void **state) {
    (void)state;
    double x[LEJA_MOST], weight[LEJA_MOST], at[LEJA_AT_ONCE], times[LEJA_AT_ONCE];
    leja_points(x);
    for (size_t i = 0; i < LEJA_AT_ONCE; i++) {
        at[i] = i < 5 ? x[3 * i] : -1.01 + 0.13 * (double)i;
        times[i] = 1.5 - 0.3 * (double)i;
    }
    for (size_t count = 1; count <= LEJA_MOST; count++) {
        double share[LEJA_MOST], sum[LEJA_MOST], want[LEJA_MOST];
        leja_add(x, count - 1, weight);
        for (size_t j = 0; j < count; j++) { sum[j] = want[j] = (double)j; }
        for (size_t i = 0; i < LEJA_AT_ONCE; i++) {
            leja_shares(x, weight, count, at[i], share);
            for (size_t j = 0; j < count; j++) { want[j] += times[i] * share[j]; }
        }
        leja_add_shares(x, weight, count, at, times, sum);
        for (size_t j = 0; j < count; j++) { check_close(sum[j], want[j], 2e-13 * (1 + fabs(want[j]))); }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_powers),
        cmocka_unit_test(test_poles),
        cmocka_unit_test(test_at_once),
    };
    return cmocka_run_group_tests_name("leja", tests, NULL, NULL);
}
