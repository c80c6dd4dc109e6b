/* Exponents of where rows attain Lambda_n, of rows made by hand. No randomness. */
#include "tests/analysis/handmade.h"

#include "analysis/verdict/accumulation.h"

/* Every row has a power of log n of its own, the mean power `apart` more or less, about the middle of the n.
 * Where rows are shared by all n the error is that of a mean of powers; else each n has its own, that of a
 * mean of logarithms. */
static void test_exponents(void **state) {
    (void)state;
    enum { LENGTHS = 6, KEPT = 20 };
    const double power[3] = {-0.7, 0.4, 1.9}, apart = 0.25;
    for (int common = 0; common < 2; common++) {
        struct results *results = handmade_growing("gaussian", &(struct schedule){1, 0, 0.5});
        struct results_series *s = &results->series[0];
        double middle = 0, squares = 0, fourths = 0;
        for (size_t n = 0; n < LENGTHS; n++) { middle += log(s->log_n[n]) / LENGTHS; }
        for (size_t n = 0; n < LENGTHS; n++) {
            const double x = log(s->log_n[n]) - middle, unit = exp(s->log_lambda_typ[n]);
            squares += x * x;
            fourths += x * x * x * x;
            for (size_t r = 0; r < KEPT; r++) {
                const double off = r % 2 ? apart : -apart;
                s->lambda_log_rank[n * KEPT + r] = s->log_n[n] * exp((power[0] + off) * x);
                s->lambda_gap[n * KEPT + r] = unit * exp((power[1] - off) * x);
                s->lambda[n * KEPT + r] = exp((power[2] + 2 * off) * x) / unit;
            }
        }
        struct fit fit;
        struct accumulation_fit a;
        results->common_randomness = common;
        fit_make(&fit, results, 0, "a.h5");
        accumulation_make(&a, &fit, NAN);
        const struct exponent *xi[3] = {&a.xi_alpha, &a.xi_delta, &a.xi_lambda};
        for (size_t k = 0; k < 3; k++) {
            const double error = (k == 2 ? 2 : 1) * apart / sqrt(KEPT - 1);
            check_close(xi[k]->value, power[k], 1e-12);
            check_relative(xi[k]->se, error * (common ? 1 : sqrt(fourths) / squares), 1e-9);
        }
        fit_release(&fit);
        results_free(results);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_exponents)};
    return cmocka_run_group_tests_name("accumulation", tests, NULL, NULL);
}
