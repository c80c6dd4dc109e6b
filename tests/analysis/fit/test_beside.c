/* Normalisers beside theory: limits as they are known, and means that are off are found to be. */
#include "tests/experiment.h"

#include <gsl/gsl_errno.h>

#include "analysis/fit/beside.h"

/* Poisson(h/beta): h is Lambda^typ for gumbel, power times Lambda^typ for stretched scores of power < 1. */
static void test_limits(void **state) {
    (void)state;
    char text[512];
    snprintf(
        text, sizeof text,
        "seed: 4\nreplicates: %d\nn: e^700\nbeta: {values: [0.25, 1]}\nnormalisers: [sparsemax]\nseries:\n"
        "  - {family: gumbel, scale: 3}\n"
        "  - {family: stretched, power: 0.7}\n"
        "  - {family: spherical, dimension: 3}\n"
        "  - {family: dotproduct, dimension: 9}\n"
        "  - {family: plateau}\n"
        "  - {name: near, family: gaussian, position: {linear: 0.1}}\n",
        getenv("GAPSCALE_TEST_QUICK") ? 500 : 4000);
    struct results *r = experiment_sweep(text);
    const double more[] = {1, 0.7};
    for (size_t i = 0; i < 2; i++) {
        const struct results_series *s = &r->series[i];
        for (size_t b = 0; b < 2; b++) {
            double limit = beside_support_limit(s, 0, b);
            check_relative(limit, 1 + more[i] / s->beta_ratio[b], 1e-6);
            /* within 4.5 of its standard errors: a fair draw fails once in 40000 */
            check_close(s->mean[RESULTS_SPARSEMAX_SUPPORT][b], limit,
                        4.5 * s->se[RESULTS_SPARSEMAX_SUPPORT][b]);
        }
    }
    for (size_t i = 2; i < 6; i++) { assert_true(isnan(beside_support_limit(&r->series[i], 0, 0))); }
    results_free(r);
}

static void test_sinks(void **state) {
    (void)state;
    struct results *r = experiment_run("seed: 4\nreplicates: 4000\nn: [100, 4000]\n"
                                       "beta: {values: [0.25, 1, 4]}\nseries:\n"
                                       "  - {family: gaussian, normalisers: [{sink: 4}, {sink: 500}]}\n"
                                       "  - {name: none, family: gaussian}\n");
    struct results_series *s = &r->series[0];
    struct beside_sink fair = beside_sink(s, 0), all = beside_sink(s, 1);
    assert_true(beside_is_asked(s) && !beside_is_asked(&r->series[1]));
    assert_true(fair.count >= 3 && fair.p > 1e-4 && fair.p <= 1); /* a fair draw fails once in 10^4 */
    assert_true(all.count == 0 && isnan(all.p));                  /* it has all the weight */
    s->mean[RESULTS_SINK_WEIGHT][2 * 4] += 8 * s->se[RESULTS_SINK_WEIGHT][2 * 4];
    struct beside_sink off = beside_sink(s, 0);
    assert_true(off.sigma > 4 && off.p < 1e-3 && off.count == fair.count);
    results_free(r);
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_sinks),
    };
    return cmocka_run_group_tests_name("beside", tests, NULL, NULL);
}
