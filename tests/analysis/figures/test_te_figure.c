/* The figure of the TE theorem: curves go through what was measured, have the corner at f = 1 where rows have
 * it, and never rise. */
#include "tests/analysis/figures/numbers.h"
#include "tests/experiment.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/figures/te_figure.h"
#include "models/oracle/oracle.h"

static void check_through_points(const struct results_series *s, size_t n, const struct te_figure_curve *c) {
    const size_t factors = s->size[RESULTS_TE], pieces = (c->count - 1) / (factors - 1);
    assert_int_equal((c->count - 1) % (factors - 1), 0);
    for (size_t f = 0; f < factors; f++) {
        check_close(c->x[f * pieces], log10(s->te_factor[f]), 1e-12);
        check_close(c->share[f * pieces], s->mean[RESULTS_TE_ENTROPY][n * factors + f] / s->log_n[n], 1e-9);
        check_close(c->ratio[f * pieces], s->mean[RESULTS_TE_TOP_TWO_RATIO][n * factors + f], 1e-9);
    }
}

static void curves_go_through_points(void **state) {
    const struct results *r = *state;
    for (size_t i = 0; i < r->series_count; i++) {
        for (size_t n = 0; n < r->series[i].size[RESULTS_LOG_N]; n++) {
            struct te_figure_curve c = te_figure_curve(&r->series[i], n);
            check_through_points(&r->series[i], n, &c);
            for (size_t k = 1; k < c.count; k++) {
                assert_true(c.share[k] <= c.share[k - 1] + 0.01);
                assert_true(c.ratio[k] <= c.ratio[k - 1] + 1e-12);
            }
            te_figure_curve_release(&c);
        }
    }
}

/* All rows of a plateau are one, so that what lies between the factors is exact: a cubic alone is off by a
 * fifth there. */
static void corners_are_exact(void **state) {
    const struct results *r = *state;
    const struct results_series *s = &r->series[1];
    double p[FAMILY_PARAMETERS] = {0};
    family_parameters(s->family, s->parameter, s->log_n[1], p);
    struct oracle *oracle = oracle_create_with(s->family, p, s->log_n[1], s->log_lambda_typ[1]);
    struct te_figure_curve c = te_figure_curve(s, 1);
    const double lambda = s->lambda[s->size[RESULTS_REPLICATE]];
    for (size_t k = 0; k < c.count; k++) {
        struct oracle_point point;
        oracle_at(oracle, pow(10, c.x[k]) * lambda, &point);
        check_close(c.share[k], point.entropy / s->log_n[1], 0.02);
    }
    te_figure_curve_release(&c);
    oracle_free(oracle);
}

static void nothing_is_made_of_nothing(void **state) {
    const struct results *r = *state;
    struct results_series *s = &r->series[0];
    const double known = s->mean[RESULTS_TE_ENTROPY][3];
    s->mean[RESULTS_TE_ENTROPY][3] = NAN;
    struct te_figure_curve c = te_figure_curve(s, 0);
    assert_int_equal(c.count, 0);
    te_figure_curve_release(&c);
    s->mean[RESULTS_TE_ENTROPY][3] = known;
}

/* Of 0.01, 1 and 100 the first stands once: it would touch the 100 of the panel before it. */
static void names_do_not_touch(void **state) {
    const struct results *r = *state;
    const struct fit fit = {.series = &r->series[0], .lengths = r->series[0].size[RESULTS_LOG_N]};
    char *text = numbers_of(figure_named("te")->series_print, &fit);
    const char *ticks = strstr(text, "set xtics"), *once = strstr(ticks, "'0.01' "),
               *one = strstr(ticks, "'1' ");
    assert_non_null(once);
    assert_null(strstr(once + 1, "'0.01' "));
    assert_non_null(one);
    assert_non_null(strstr(one + 1, "'1' "));
    free(text);
}

static int run(void **state) {
    *state =
        experiment_run("replicates: 256\nn: [2^10, e^1000]\nbeta: {from: 1/4, to: 4, points: 5}\n"
                       "collapse: {participation: [], top_two_ratio: [], susceptibility: false}\nseries:\n"
                       "  - {family: gaussian}\n  - {family: plateau}\n  - {family: pareto, tail: 2}\n");
    return *state ? 0 : 1;
}

static int leave(void **state) {
    results_free(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curves_go_through_points),
        cmocka_unit_test(corners_are_exact),
        cmocka_unit_test(nothing_is_made_of_nothing),
        cmocka_unit_test(names_do_not_touch),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, run, leave);
}
