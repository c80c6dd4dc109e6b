/* All scores of a row, where at any x that matters they are so far that only sums of a count. */
#include "tests/models/oracle/oracle_law.h"

#include "models/oracle/outer.h"

/* Of Gaussian scores these have closed forms: log n E w = log n + beta^2/2, under the weights w scores are
 * beta in the mean, and their variance is 1. */
static void test_far_scores(void **state) {
    (void)state;
    const struct law law = {"gaussian", {1}};
    const double log_n[] = {100, 700, 3900, 1e5}, ratio[] = {0.0511, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7};
    size_t looked = 0;
    for (size_t i = 0; i < 4; i++) {
        struct oracle *o = make_oracle(&law, log_n[i]);
        const double typical = family_find("gaussian")->quantile(law.p, -log_n[i]);
        for (size_t k = 0; k < 7; k++) {
            const double beta = ratio[k] * scale(&law, log_n[i]), noise = 1e-13 * beta * typical,
                         noise_of_square = (1e-13 + noise) * beta * (beta + 1);
            struct field f;
            assert_true(outer_field(&f, o, ratio[k], (struct oracle_question){.errors = true}));
            if (f.count == 0) {
                check_close(f.far_mass, log_n[i] + beta * (beta / 2 - typical), 1e-15 * log_n[i] + noise);
                check_close(f.far_b, beta * (typical - beta), 1e-15 * log_n[i] + 10 * noise);
                check_close(f.far_spread, beta * beta, 1e-11 + 10 * noise_of_square);
                looked++;
            }
            field_close(&f);
        }
        oracle_free(o);
    }
    assert_true(looked > 15);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_far_scores)};
    return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
