/* Scores that lie far apart by ten points: the rules' moments, and what a field of all scores has there. */
#include "tests/models/oracle/oracle_law.h"

#include <gsl/gsl_sf_psi.h>

#include "models/oracle/deep.h"
#include "models/oracle/law.h"

/* E G^k/k! to the 11th, and that with e^-G, whose series is (1 - s) times the one of E e^{sG}. */
static void test_rules(void **state) {
    (void)state;
    struct rules rules;
    rules_make(&rules);
    for (int which = 0; which < 2; which++) {
        for (int k = 0; k < MOMENTS; k++) {
            const double exact = rules.moment[k] - (which == 1 && k > 0 ? rules.moment[k - 1] : 0);
            double sum = 0, size = 0;
            for (int i = 0; i < DEEP_POINTS; i++) {
                double term = deep_weight[which][i];
                for (int j = 1; j <= k; j++) { term *= deep_point[which][i] / j; }
                sum += term;
                size += fabs(term);
            }
            check_close(sum, exact, 1e-14 * fmax(1, size));
        }
    }
}

static void check_law(const char *name, double parameter, double log_n, double beta) {
    const double p[FAMILY_PARAMETERS] = {parameter, 1}, *own = p;
    const double plain[FAMILY_PARAMETERS] = {parameter};
    const struct family *family = family_find(name);
    if (family_position_index(family) == 1) { own = plain; }
    struct oracle law;
    struct deep *deep;
    struct field field;
    assert_true(law_open(&law, family, own, log_n, typical_scale(family, own, log_n).log_lambda));
    assert_true(deep_open(&deep, &law) && deep);
    field_open(&field, &law, beta, (struct oracle_question){.errors = false});
    const double first = deep_end(deep, beta) + DEEP_MARGIN,
                 last = deep_lower_end(deep, beta) - deep_from(deep, beta);
    if (isfinite(family->quantile(own, 0))) {
        check_close(deep_lower_end(deep, beta), field_knot_b(&field, law.knots - 1), 1e-9 * fabs(last));
    }
    field.x_high = deep_lower_end(deep, beta);
    assert_true(field_cover(&field, field_knot_b(&field, 0), field.x_high + FIELD_LINEAR) &&
                field_finish(&field));
    assert_true(last > first + 1000);
    for (int part = 1; part <= 20; part++) {
        const double x = first + part * (last - first) / 20, enough = 2e-11;
        const struct inner there = inner_at(&field, x, inner_span_at(&field, x)),
                           here = deep_at(deep, beta, x);
        check_close(here.psi, there.psi, enough * there.psi);
        check_close(here.first, there.first, enough * there.first);
        check_close(here.first - here.second, there.first - there.second, enough * there.first);
        check_close(here.entropy, there.entropy, enough * there.first);
        check_close(here.spread, there.spread, enough * there.spread);
    }
    field_close(&field);
    deep_free(deep);
    law_close(&law);
}

static void test_laws(void **state) {
    (void)state;
    check_law("pareto", 10, log(3000), 8);
    check_law("pareto", 4, 20, 0.03);
    check_law("pareto", 10, 339, 1.2);
    check_law("stretched", 0.5, 9, 8);
    check_law("stretched", 0.7, 100, 30);
    check_law("stretched", 1, 100, 10);
    check_law("gumbel", 0, 100, 20);
    check_law("gaussian", 1, 100, 40);
}

/* Steep laws go another way, below the beta where V falls by e^0.3 over a unit of b. */
static void test_steep(void **state) {
    (void)state;
    const double p[FAMILY_PARAMETERS] = {100}, log_n = 300;
    const struct family *family = family_find("pareto");
    struct oracle law;
    struct deep *deep;
    assert_true(law_open(&law, family, p, log_n, typical_scale(family, p, log_n).log_lambda));
    assert_true(deep_open(&deep, &law) && deep);
    const double unit = 100 / (exp(law.log_lambda) * 0.3), end = exp((40 + log_n) / 100);
    assert_true(!deep_does(deep, 0.8 * unit / end, -INFINITY) && deep_does(deep, 1.1 * unit, -INFINITY));
    deep_free(deep);
    law_close(&law);
}

/* Numbers of scores that have 690 for a logarithm are known to fewer digits, and their squares to all of
 * them. */
static void test_many(void **state) {
    (void)state;
    const double p[FAMILY_PARAMETERS] = {1, 1}, log_n = 690, beta = 10;
    const struct family *family = family_find("stretched");
    struct oracle law;
    struct deep *deep;
    assert_true(law_open(&law, family, p, log_n, typical_scale(family, p, log_n).log_lambda));
    assert_true(deep_open(&deep, &law) && deep && deep_does(deep, beta, -INFINITY));
    const struct inner in = deep_at(deep, beta, deep_lower_end(deep, beta) - deep_from(deep, beta));
    check_close(in.spread / in.first, gsl_sf_psi_1(1 - 1 / beta), 1e-9);
    deep_free(deep);
    law_close(&law);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rules), cmocka_unit_test(test_laws),
                                       cmocka_unit_test(test_steep), cmocka_unit_test(test_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
