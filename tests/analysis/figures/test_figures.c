/* Figures: lines of theory pass through what is known, and scripts that gnuplot draws without a word, of good
 * results and of poor ones. */
#include "tests/experiment.h"

#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/figures/axis.h"
#include "analysis/figures/figures.h"
#include "analysis/sphere/sphere_curves.h"
#include "models/oracle/oracle.h"

/* ---- theory ---- */

static const char few[] =
    "replicates: 64\nn: [1000, 1e20]\nordered_weights: 3\nbeta: {critical: [30, 1, 3]}\n"
    "series: [{family: spherical, dimension: 4, output: true}]\n";

/* Own betas hold what the file holds, others what the oracle says, and they are close to each other. */
static void curves_are_exact(void **state) {
    (void)state;
    enum { PIECES = 20 };
    struct results *r = experiment_run(few);
    const struct results_series *s = &r->series[0];
    const double p[FAMILY_PARAMETERS] = {4};
    struct oracle *oracle = oracle_create(s->family, p, s->log_n[1]);
    struct sphere_curve output = sphere_curve_output(s, 1, PIECES),
                        weights = sphere_curve_weights(s, 1, PIECES, 2);
    assert_in_range(output.count, PIECES + 1, 2 * PIECES); /* there and back again */
    assert_int_equal(weights.count, output.count);
    size_t own = 0;
    for (size_t i = 0; i < output.count; i++) {
        struct oracle_output exact;
        double weight[2], error[2],
            ratio = exp(output.log_lambda[i] + s->log_n[1] * 2 / 3 - s->log_lambda_typ[1]);
        assert_true(oracle_output_at(oracle, ratio, &exact));
        assert_true(oracle_ordered_weights(oracle, ratio, 2, weight, error));
        check_relative(output.value[2 * i], exact.bias, 1e-9);
        check_relative(output.value[2 * i + 1], exact.tangential, 1e-9);
        check_close(weights.value[2 * i], weight[0], 1e-9);
        check_close(weights.value[2 * i + 1], weight[1], 1e-9);
        if (i > 0) {
            assert_true(fabs(output.log_lambda[i] - output.log_lambda[i - 1]) < log(30) / PIECES * 1.001);
        }
        own += own < 3 && fabs(output.log_lambda[i] - sphere_curve_log_lambda(s, 1, own)) < 1e-9;
    }
    assert_int_equal(own, 3);
    sphere_curve_release(&output);
    sphere_curve_release(&weights);
    oracle_free(oracle);
    results_free(r);
}

static void unknown_values_stay_unknown(void **state) {
    (void)state;
    struct results *r = experiment_run(few);
    struct results_series *s = &r->series[0];
    s->exact_output_bias[3 + 1] = NAN;
    struct sphere_curve curve = sphere_curve_output(s, 1, 20);
    assert_int_equal(curve.count, 3);
    assert_true(isnan(curve.value[2]) && isfinite(curve.value[0]) && isfinite(curve.value[4]));
    sphere_curve_release(&curve);
    results_free(r);
}

/* Far from the critical scale both limits are there; on it the largest weight's. */
static void limits_are_reached(void **state) {
    (void)state;
    struct results *r =
        experiment_run("replicates: 64\nn: [1e30]\nbeta: {critical: [1e-4, 2, 1e4]}\nseries:\n"
                       "  - {family: spherical, name: d2, dimension: 2, output: true}\n"
                       "  - {family: spherical, name: d5, dimension: 5, output: true}\n");
    for (size_t i = 0; i < 2; i++) {
        const struct results_series *s = &r->series[i];
        struct sphere_curve_limit many = sphere_curve_many(s, log(1e-4)), one = sphere_curve_one(s, log(1e4));
        double tolerance = i == 0 ? 0.02 : 1e-3; /* n_eff is 56 for d = 2 */
        check_close(many.log_bias, log(s->beta[0] * s->exact_output_bias[0]), tolerance);
        check_close(many.log_tangential, log(s->beta[0] * s->exact_output_tangential[0]), 2 * tolerance);
        check_close(one.log_bias, log(s->beta[2] * s->exact_output_bias[2]), 1e-3);
        check_close(one.log_tangential, log(s->beta[2] * s->exact_output_tangential[2]), 1e-3);
        check_close(sphere_curve_top_weight(s, log(2)), s->exact_ordered_weight[s->size[RESULTS_RANK]], 1e-6);
        struct sphere_curve_regimes regimes = sphere_curve_regimes(s, 0);
        assert_true(log(1e-4) < regimes.many && regimes.many < log(2) && regimes.one < log(1e4));
    }
    results_free(r);
}

/* ---- scripts ---- */

static char *script_of(const struct results_series *s, enum figure figure) {
    char *text;
    size_t size;
    struct fit fit;
    assert_true(fit_make(&fit, s, "a.h5"));
    strcpy(fit.name, s->name);
    assert_true(figure_applies(&fit, figure));
    FILE *out = open_memstream(&text, &size);
    if (!figure_obstacle(&fit, figure)) { figure_print(out, &fit, figure); }
    fclose(out);
    fit_release(&fit);
    return text;
}

/* Whether gnuplot draws it, and says nothing. */
static bool is_drawn_in_silence(const char *script) {
    char directory[] = "/tmp/gapscale-figures-XXXXXX", command[160];
    assert_non_null(mkdtemp(directory));
    snprintf(command, sizeof command,
             "cd %s && gnuplot -d - >said 2>&1 && test ! -s said; s=$?; cat said >&2; "
             "rm -r %s; exit $s",
             directory, directory);
    FILE *gnuplot = popen(command, "w");
    assert_non_null(gnuplot);
    fputs(script, gnuplot);
    return pclose(gnuplot) == 0;
}

static bool has_gnuplot(void) { return system("gnuplot --version >/dev/null 2>&1") == 0; }

static void check_figures(const struct results *r) {
    for (size_t i = 0; i < r->series_count; i++) {
        for (enum figure f = 0; f < FIGURES; f++) {
            char *script = script_of(&r->series[i], f);
            assert_null(strstr(script, "nan"));
            assert_null(strstr(script, "inf"));
            if (has_gnuplot() && *script && !is_drawn_in_silence(script)) {
                fail_msg("gnuplot and %s-%s", r->series[i].name, figure_name[f]);
            }
            free(script);
        }
    }
}

static void good_results_are_drawn(void **state) {
    (void)state;
    struct results *r = experiment_run(
        "replicates: 300\nn: [300, 1e6, 1e20]\nseries:\n"
        "  - {family: spherical, name: all, dimension: 3, output: true,\n"
        "     beta: {relative_to: lambda_typ, from: 2^-7, to: 2^7, points: 9}}\n"
        "  - {family: spherical, name: many, dimension: 8, output: true, beta: {n_eff: [10, 100]}}\n"
        "  - {family: spherical, name: one, dimension: 4, output: true, beta: {critical: [100, 10000]}}\n");
    check_figures(r);
    char *output = script_of(&r->series[0], FIGURE_OUTPUT),
         *weights = script_of(&r->series[0], FIGURE_WEIGHTS),
         *many = script_of(&r->series[1], FIGURE_WEIGHTS), *one = script_of(&r->series[2], FIGURE_OUTPUT);
    assert_non_null(strstr(output, "set label 'many keys'"));
    assert_non_null(strstr(output, "set label 'a few keys'"));
    assert_non_null(strstr(output, "set label 'one key'"));
    assert_non_null(strstr(output, "title 'many keys, "));
    assert_non_null(strstr(output, "title 'one key, "));
    assert_non_null(strstr(output, "'300' ")); /* the colour bar names the n there are */
    assert_non_null(strstr(output, "'10^{20}' "));
    assert_non_null(strstr(weights, "set yrange [0:"));
    assert_non_null(strstr(weights, "made by a few rare rows"));
    assert_non_null(strstr(weights, "=\u00a010^{20}'"));
    assert_null(strstr(many, "set yrange [0:")); /* a logarithmic axis */
    assert_null(strstr(many, "rare rows"));
    assert_null(strstr(one, "title 'many keys, "));
    free(output);
    free(weights);
    free(many);
    free(one);
    results_free(r);
}

/* One n, one beta, one replicate, more ranks than colours, rows shorter than the ranks. */
static void small_results_are_drawn(void **state) {
    (void)state;
    struct results *r =
        experiment_run("replicates: 1\nn: [40]\nordered_weights: 20\nseries:\n"
                       "  - {family: spherical, name: pair, dimension: 3, output: true, beta: [1, 30]}\n"
                       "  - {family: spherical, name: lone, dimension: 3, output: true, beta: [3]}\n"
                       "  - {family: spherical, name: tiny, dimension: 3, output: true, n: [2], "
                       "beta: [1, 30]}\n");
    check_figures(r);
    char *lone = script_of(&r->series[1], FIGURE_OUTPUT);
    assert_string_equal(lone, "");
    free(lone);
    results_free(r);
}

static void missing_values_are_drawn(void **state) {
    (void)state;
    struct results *r = experiment_run(few);
    struct results_series *s = &r->series[0];
    for (size_t i = 0; i < 6; i += 2) {
        s->mean[RESULTS_OUTPUT_BIAS][i] = s->exact_output_tangential[i] = NAN;
        s->se[RESULTS_ORDERED_WEIGHT][3 * i] = s->exact_ordered_weight[3 * i] = NAN;
    }
    check_figures(r);
    for (size_t i = 0; i < 6; i++) {
        s->mean[RESULTS_OUTPUT_BIAS][i] = s->exact_output_bias[i] = NAN;
        s->mean[RESULTS_OUTPUT_TANGENTIAL][i] = s->exact_output_tangential[i] = NAN;
        s->mean[MEASURE_PARTICIPATION][i] = NAN;
    }
    for (size_t i = 0; i < 18; i++) { s->mean[RESULTS_ORDERED_WEIGHT][i] = s->exact_ordered_weight[i] = NAN; }
    check_figures(r);
    results_free(r);
}

/* ---- axes ---- */

static void lengths_have_names(void **state) {
    (void)state;
    char name[AXIS_LENGTH];
    assert_string_equal(axis_length_name(12 * M_LN2, name), "2^{12}");
    assert_string_equal(axis_length_name(log(1000), name), "1000");
    assert_string_equal(axis_length_name(300 * M_LN10, name), "10^{300}");
    assert_string_equal(axis_length_name(log(3.16e7), name), "3.16×10^{7}");
    assert_string_equal(axis_length_name(1e5, name), "e^{100000}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curves_are_exact),        cmocka_unit_test(unknown_values_stay_unknown),
        cmocka_unit_test(limits_are_reached),      cmocka_unit_test(good_results_are_drawn),
        cmocka_unit_test(small_results_are_drawn), cmocka_unit_test(missing_values_are_drawn),
        cmocka_unit_test(lengths_have_names),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
