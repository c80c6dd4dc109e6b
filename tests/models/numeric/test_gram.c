/* Sums over equidistant points against the points themselves. */
#include "models/numeric/gram.h"
#include "tests/test.h"

/* Powers up to 2 GRAM_NODES - 1, in units that keep them below 1, summed in long double. */
static void test_powers(void **state) {
    (void)state;
    const double counts[] = {GRAM_FEWEST, 33, 57, 64, 1000, 20000}, first = 7;
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        const double count = counts[c], middle = first + (count - 1) / 2;
        struct gram rule;
        gram_make(first, count, &rule);
        for (int power = 0; power < 2 * GRAM_NODES; power++) {
            long double exact = 0;
            double sum = 0;
            for (double j = first; j < first + count; j++) {
                exact += powl(2 * ((long double)j - middle) / count, power);
            }
            for (int i = 0; i < GRAM_NODES; i++) {
                sum += rule.w[i] * pow(2 * (rule.x[i] - middle) / count, power);
            }
            check_close(sum / count, (double)exact / count, 3e-15);
        }
    }
}

/* One power more is missed by the square of the monic polynomial's norm, (4^8/C(16, 8))^-2/17 and a little in
 * the limit of many points. */
static void test_next_power(void **state) {
    (void)state;
    const double count = 1e6;
    double sum = 0, norm = 1;
    struct gram rule;
    gram_make(0, count, &rule);
    for (int k = 1; k <= GRAM_NODES; k++) { norm *= k * k / (4.0 * k * k - 1); }
    for (int i = 0; i < GRAM_NODES; i++) {
        sum += rule.w[i] * pow(2 * (rule.x[i] - (count - 1) / 2) / count, 2 * GRAM_NODES);
    }
    check_close(1.0 / (2 * GRAM_NODES + 1) - sum / count, norm, 1e-3 * norm);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_powers), cmocka_unit_test(test_next_power)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
