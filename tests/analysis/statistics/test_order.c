/* Quantiles and medians of values that may be infinite or missing. */
#include "tests/test.h"

#include "analysis/statistics/order.h"

static void quantiles_know_infinity(void **state) {
    (void)state;
    const double values[] = {INFINITY, 3, NAN, 0, INFINITY, 1, 2, INFINITY, NAN, INFINITY};
    double scratch[10];
    struct order order = order_make(10, values, scratch);
    assert_int_equal(order.count, 8);
    check_close(order.quantile[0], 0.35, 1e-15); /* of 0 1 2 3 inf inf inf inf */
    check_close(order.quantile[1], 1.75, 1e-15);
    for (size_t q = 2; q < ORDER_QUANTILES; q++) { assert_true(order.quantile[q] == INFINITY); }
    assert_true(order.median_low == 0 &&
                order.median_high == INFINITY); /* P(Bin(8, 1/2) < 1) = .004, < 2: .035 */
    order = order_make(0, values, scratch);
    assert_true(order.count == 0 && isnan(order.quantile[2]) && isnan(order.median_low));
    order = order_make(5, (const double[]){1, 2, 3, 4, 5}, scratch);
    assert_true(order.quantile[2] == 3 && isnan(order.median_low)); /* even the extremes: 2^-5 > .025 */
}

static void median_interval_has_known_ranks(void **state) {
    (void)state;
    double values[100], scratch[100];
    for (size_t i = 0; i < 100; i++) { values[(37 * i) % 100] = (double)i + 1; }
    struct order order = order_make(100, values, scratch);
    check_close(order.quantile[2], 50.5, 1e-13);
    assert_true(order.median_low == 40 &&
                order.median_high == 61); /* Conover, Practical Nonparametric Statistics */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_know_infinity),
        cmocka_unit_test(median_interval_has_known_ranks),
    };
    return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
