/* Fits of laws against closed forms. */
#include "tests/test.h"

#include <gsl/gsl_errno.h>
#include <stdlib.h>

#include "analysis/statistics/law.h"

static void test_law_recovers(void **state) {
    (void)state;
    enum { N = 9 };
    static const enum law_term terms[] = {LAW_ONE, LAW_LOG, LAW_INVERSE, LAW_LOG_INVERSE, LAW_LINEAR};
    double log_n[N], y[N], covariance[N * N] = {0};
    const double coefficient[] = {1.5, 0.5, -2, 3, 1e-3};
    for (size_t i = 0; i < N; i++) {
        double l = log_n[i] = 10 * exp(0.5 * (double)i);
        const double value[] = {1, log(l), 1 / l, log(l) / l, l};
        y[i] = 0;
        for (size_t k = 0; k < 5; k++) { y[i] += coefficient[k] * value[k]; }
        for (size_t j = 0; j < N; j++) { covariance[i * N + j] = i == j ? 0.02 : 0.01; }
    }
    struct law_fit fit;
    struct law_data data = {N, log_n, y, NULL, covariance, false};
    assert_true(law_fit(&data, 5, terms, &fit));
    for (size_t k = 0; k < 5; k++) { check_relative(fit.value[k], coefficient[k], 1e-8); }
    check_close(fit.chi_square, 0, 1e-12);
    data.covariance = NULL;
    assert_true(law_fit(&data, 5, terms, &fit));
    for (size_t k = 0; k < 5; k++) { check_relative(fit.value[k], coefficient[k], 1e-7); }
    assert_true(isnan(fit.chi_square) && fit.se[0] == 0);
}

/* The mean of two correlated numbers: weights and error by hand. A common error drops out of a slope. */
static void test_law_covariance(void **state) {
    (void)state;
    static const enum law_term one[] = {LAW_ONE}, line[] = {LAW_ONE, LAW_LOG};
    const double log_n[] = {10, 10 * M_E}, y[] = {1, 2}, covariance[] = {4, 1, 1, 2};
    struct law_data data = {2, log_n, y, NULL, covariance, false};
    struct law_fit fit;
    assert_true(law_fit(&data, 1, one, &fit)); /* weights (2 - 1, 4 - 1)/4 */
    check_relative(fit.value[0], 1.75, 1e-12);
    check_relative(fit.se[0], sqrt(7.0 / 4), 1e-12);
    check_relative(fit.chi_square, 1.0 / 4, 1e-12); /* (y_1 - y_2)^2 / (4 + 2 - 2) */
    data.by_variances = true;                       /* weights 1/4 and 1/2 */
    assert_true(law_fit(&data, 1, one, &fit));
    check_relative(fit.value[0], 5.0 / 3, 1e-12);
    check_relative(fit.se[0], sqrt((4 + 4 * 1 + 4 * 2) / 9.0), 1e-12);
    assert_true(isnan(fit.chi_square));
    data.by_variances = false;
    assert_true(law_fit(&data, 2, line, &fit));
    check_relative(fit.value[1], 1, 1e-12);
    check_relative(fit.se[1], 2, 1e-12);
}

static void test_law_refuses(void **state) {
    (void)state;
    static const enum law_term line[] = {LAW_ONE, LAW_LOG}, twice[] = {LAW_ONE, LAW_GIVEN};
    const double log_n[] = {10, 20, 30}, y[] = {1, 2, 3}, ones[] = {1, 1, 1},
                 bad[] = {1, 2, 0, 2, 1, 0, 0, 0, 1};
    struct law_fit fit;
    assert_false(law_fit(&(struct law_data){1, log_n, y, NULL, NULL, false}, 2, line, &fit));
    assert_false(law_fit(&(struct law_data){0, log_n, y, NULL, NULL, false}, 1, line, &fit));
    assert_false(law_fit(&(struct law_data){3, log_n, y, ones, NULL, false}, 2, twice, &fit));
    assert_false(law_fit(&(struct law_data){3, log_n, y, NULL, bad, false}, 2, line, &fit));
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_law_recovers),
        cmocka_unit_test(test_law_covariance),
        cmocka_unit_test(test_law_refuses),
    };
    return cmocka_run_group_tests_name("law", tests, NULL, NULL);
}
