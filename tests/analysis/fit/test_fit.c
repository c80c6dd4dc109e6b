/* How collapse points grow, on results made by hand that grow as a known law; exact values beside them. */
#include "tests/analysis/handmade.h"
#include "tests/experiment.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>

#include "models/oracle/oracle.h"
#include "sim/base/message.h"
#include "sim/sweep/exact.h"

static void growth_is_measured(void **state) {
    (void)state;
    const struct schedule squared = {3, 2, 0}, power = {2, 0, 0.5};
    struct results *results = handmade_growing("gumbel", &squared);
    results->series[0].parameter[1] = (struct schedule){1, -2, 0};
    struct study study = handmade_study(results, "a.h5");
    const struct fit *fit = &study.fit[0];
    assert_false(fit->by_n);
    check_close(fit_asymptotic_exponent(fit), 2, 1e-15);
    assert_int_equal(fit->primary, 0);
    check_close(fit->window[0].value, 2, 1e-5);
    check_close(fit->window_lambda[0].value, 2, 1e-12);
    check_close(fit->local[0].value, 2, 1e-5);
    check_close(fit->local_lambda[4].value, 2, 1e-12);
    check_close(fit->drift[0].value, 0, 1e-5);
    assert_int_equal(fit->windows, 4);
    check_close(fit_log_judged(fit, 5, 0), log(3) + 2 * log(20) + 0.2, 1e-5);
    handmade_free(&study, results);

    results = handmade_growing("powerlaw", &power);
    results->series[0].parameter[0] = (struct schedule){2, 0, 0};
    study = handmade_study(results, "a.h5");
    fit = &study.fit[0];
    assert_true(fit->by_n);
    check_close(fit_asymptotic_exponent(fit), 0.5, 1e-15);
    check_close(fit->window[0].value, 0.5, 1e-5);
    assert_false(fit_is_meaningful(fit, 3)); /* the susceptibility in the Weibull class */
    assert_true(isnan(fit->window[3].value) && isnan(fit->drift[3].value) && isnan(fit->local[3].value));
    handmade_free(&study, results);
}

/* Of a curve the slope is that of its points alone, whatever errors a sample says they have. */
static void slopes_do_not_move_with_errors(void **state) {
    (void)state;
    struct exponent window[2], lambda[2], drift[2];
    for (size_t k = 0; k < 2; k++) {
        struct results *results = handmade_results(&(struct handmade_shape){6, 65, 1, 20, 100}, "gumbel");
        for (size_t n = 0; n < 6; n++) {
            const double log_n = 5 + 3 * (double)n, noise = k == 1 && n % 2 == 0 ? 0.003 : 0.001;
            handmade_fill(&results->series[0], n, log_n, 2 * log(log_n) - 0.05 * (double)(n * n),
                          0.1 * (double)(n * n), noise);
        }
        struct study study = handmade_study(results, "a.h5");
        window[k] = study.fit[0].window[0];
        lambda[k] = study.fit[0].window_lambda[0];
        drift[k] = study.fit[0].drift[0];
        handmade_free(&study, results);
    }
    assert_true(window[1].se > 1.2 * window[0].se && drift[1].se > 1.2 * drift[0].se);
    assert_true(window[1].chi_square < 0.9 * window[0].chi_square);
    check_relative(window[1].value, window[0].value, 1e-12);
    check_relative(lambda[1].value, lambda[0].value, 1e-12);
    check_relative(drift[1].value, drift[0].value, 1e-12);
}

static void a_criterion_that_is_not_there_has_no_points(void **state) {
    (void)state;
    const struct schedule squared = {3, 2, 0};
    struct results *results = handmade_growing("gumbel", &squared);
    struct study study = handmade_study(results, "a.h5");
    struct fit *fit = &study.fit[0];
    assert_ptr_equal(fit_criterion(fit), &results->series[0].criterion[0]);
    assert_ptr_equal(fit_judged(fit, 2), &fit->judged[2 * fit->criteria]);
    assert_int_equal(fit_first(fit, 0), 0);
    assert_int_equal(fit_last(fit, 0), fit->lengths - 1);
    fit->primary = fit->criteria;
    assert_null(fit_criterion(fit));
    assert_ptr_equal(fit_judged(fit, 2), &ensemble_none);
    assert_int_equal(fit_first(fit, fit->primary), fit->lengths);
    assert_int_equal(fit_last(fit, fit->primary), fit->lengths);
    handmade_free(&study, results);
}

/* The median of pilot rows is no law's: of the same collapse points nothing is told beside it. */
static void pilot_rows_are_no_scale(void **state) {
    (void)state;
    const struct schedule squared = {3, 2, 0};
    struct results *results = handmade_growing("walk", &squared);
    struct study study = handmade_study(results, "a.h5");
    const struct fit *fit = &study.fit[0];
    check_close(fit->window[0].value, 2, 1e-5);
    check_close(fit->local[0].value, 2, 1e-5);
    check_close(fit_log_judged(fit, 5, 0), log(3) + 2 * log(20) + 0.2, 1e-5);
    assert_true(isnan(fit->window_lambda[0].value) && isnan(fit->local_lambda[4].value) &&
                isnan(fit->drift[0].value));
    handmade_free(&study, results);
}

/* Exact values come from the oracle at the series' own parameters, whatever was measured; chi square counts
 * the n that have both. What a file holds is not computed again. */
static void exact_points_stand_beside(void **state) {
    (void)state;
    const struct schedule root = {M_SQRT2, 0.5, 0};
    struct results *results = handmade_growing("gaussian", &root);
    exact_fill(results, 2);
    struct study study = handmade_study(results, "x.h5");
    const struct fit *fit = &study.fit[0];
    const double p[FAMILY_PARAMETERS] = {1};
    double want = 0, error;
    for (size_t n = 0; n < fit->lengths; n++) {
        struct oracle *oracle = oracle_create(family_find("gaussian"), p, fit->series->log_n[n]);
        double exact = oracle_collapse_entropy(oracle, 1, &error);
        const struct ensemble_point *point = &fit->collapse[n * fit->criteria + fit->primary];
        double freedom = (double)fit->series->replicates - 1,
               student = gsl_cdf_tdist_Pinv(0.975, freedom) / EXPONENT_SIGMAS_95;
        double noise = point->se * student, grid = hypot(2e-5, 3 * point->grid_error),
               z = (point->log_ratio - log(exact)) / hypot(noise, grid);
        want += pow(gsl_cdf_ugaussian_Qinv(gsl_cdf_tdist_Q(fabs(z) * student, freedom)), 2);
        check_relative(fit->exact[n], exact, 1e-12);
        size_t b = n * fit->series->size[RESULTS_BETA] + 1;
        struct oracle_point at;
        assert_true(oracle_at(oracle, fit->series->beta_ratio[b], &at));
        check_relative(fit->series->exact_entropy[b], at.entropy, 1e-12);
        check_relative(fit->series->exact_top_weight[b], at.top_weight, 1e-12);
        oracle_free(oracle);
    }
    assert_int_equal(study.verdict[0].exact_count, fit->lengths);
    check_relative(study.verdict[0].exact_chi_square, want, 1e-9);
    results->series[0].exact_entropy[0] = 42;
    exact_fill(results, 2);
    assert_true(results->series[0].exact_entropy[0] == 42);
    handmade_free(&study, results);
}

/* Of heavy tails and of rows that differ in scale the rows' medians are judged, whose errors follow the order
 * statistics; the mean, which few rows carry, stands apart. */
static void rows_are_judged_by_medians(void **state) {
    (void)state;
    struct results *results = experiment_sweep(
        "seed: 4\nreplicates: 256\nn: [2, 2^8, 2^16]\nbeta: {relative_to: lambda_typ, from: 1/8, to: 64, "
        "points: 10}\n"
        "series: [{family: pareto, tail: 0.5}, {family: dotproduct, dimension: 3}, {family: gaussian}]\n");
    for (size_t i = 0; i < results->series_count; i++) {
        struct fit fit;
        results->series[i].exact_collapse[0] = 2; /* of the mean */
        fit_make(&fit, results, i, "a.h5");
        for (size_t k = 0; k < fit.lengths * fit.criteria; k++) {
            const struct order *rows = &fit.row_collapse[k];
            const struct ensemble_point *judged = &fit.judged[k];
            if (i == 2) {
                assert_int_equal(judged->state, fit.collapse[k].state);
                assert_memory_equal(&judged->log_ratio, &fit.collapse[k].log_ratio, sizeof(double));
            } else if (judged->state == ENSEMBLE_FOUND) {
                check_relative(exp(judged->log_ratio), rows->quantile[ORDER_MEDIAN], 1e-14);
                check_relative(judged->se * 2 * EXPONENT_SIGMAS_95, log(rows->median_high / rows->median_low),
                               1e-12);
            }
        }
        assert_int_equal(fit.judged[0].state, ENSEMBLE_SHORT); /* H <= log 2 */
        assert_int_equal(fit.judged[fit.criteria].state, ENSEMBLE_FOUND);
        assert_int_equal(isnan(fit_judged_exact(&fit, 0)), i < 2);
        fit_release(&fit);
    }
    results_free(results);
}

/* The slope without each block of rows in turn, over all n; where `scaled`,
 * points move so much more or less that all blocks together move each by its error. */
static double jackknifed(const struct fit *fit, bool scaled) {
    const struct results_series *s = fit->series;
    const size_t groups = s->size[RESULTS_BLOCK], lengths = fit->lengths;
    double *without = calloc(lengths * groups, sizeof *without), *x = calloc(3 * lengths, sizeof *x),
           *y = x + lengths, *se = x + 2 * lengths, variance = 0;
    for (size_t n = 0; n < lengths; n++) {
        x[n] = log(s->log_n[n]);
        se[n] = fit_noisy(fit, n, 0)->se;
        ensemble_leave_out(s, n, &s->criterion[0], without + n * groups);
        const double at = fit_noisy(fit, n, 0)->log_ratio;
        double squares = 0;
        for (size_t g = 0; g < groups; g++) {
            squares += (1 - s->block_size[g] / (double)s->replicates) * pow(without[n * groups + g] - at, 2);
        }
        for (size_t g = 0; scaled && g < groups; g++) {
            without[n * groups + g] = at + (without[n * groups + g] - at) * se[n] / sqrt(squares);
        }
    }
    for (size_t g = 0; g < groups; g++) {
        for (size_t n = 0; n < lengths; n++) { y[n] = s->log_lambda_typ[n] + without[n * groups + g]; }
        double off = exponent_fit(lengths, x, y, se, NULL).value - fit->window[0].value;
        variance += (1 - s->block_size[g] / (double)s->replicates) * off * off;
    }
    free(without);
    free(x);
    return sqrt(variance);
}

/* With the same rows at every n: where a row's first scores are those of a shorter one, neighbours err
 * together and slopes more than those of independent points; where only their scale changes, all do, and
 * slopes hardly. Errors of 32 blocks are within .4 of each other (3 sigma of their ratio). */
static void shared_rows_move_slopes(void **state) {
    (void)state;
    char text[1024];
    snprintf(
        text, sizeof text,
        "seed: 3\nreplicates: %zu\ncommon_randomness: true\nordered_weights: 1\nkeep_replicates: 512\n"
        "n: {from: 2^6, to: 2^8, points: 17}\nbeta: {relative_to: lambda_typ, from: 1, to: 4, points: 4}\n"
        "collapse: {entropy: [1.0], participation: [], top_two_ratio: [], susceptibility: false}\n"
        "series:\n  - {family: gaussian, rows: drawn}\n"
        "  - {name: far, family: gaussian, n: [e^20, e^40, e^80, e^160, e^320]}\n"
        "  - {name: coarse, family: gaussian, n: [e^20, e^40, e^80, e^160, e^320], beta: {relative_to: "
        "lambda_typ, values: [1, 2.5, 6]}}\n"
        "  - {family: dotproduct, dimension: 4, rows: drawn}\n",
        test_size(2048, 1024));
    struct results *r = experiment_sweep(text);
    for (size_t i = 0; i < 4; i++) {
        struct fit shared, lone;
        struct results taken = *r;
        taken.common_randomness = false;
        fit_make(&shared, r, i, "a.h5");
        fit_make(&lone, &taken, i, "a.h5");
        check_close(shared.window[0].value, lone.window[0].value, 0);
        const double ratio = shared.window[0].se / lone.window[0].se;
        printf("    %s: error of the slope %.2g of that of independent points\n", shared.series->name, ratio);
        assert_true(i == 1 || i == 2 ? ratio < 0.3 : ratio > 1.3);
        if (i < 3) {
            check_relative(shared.window[0].se, jackknifed(&shared, false), 0.4);
            check_relative(shared.window[0].se, jackknifed(&shared, true), 1e-6);
        }
        check_relative(shared.drift[0].se, shared.window[0].se, 0.05);
        fit_release(&shared);
        fit_release(&lone);
    }
    results_free(r);
}

/* A few rows of 128 tie at the top: the mean of H at f Lambda_n falls no further than theirs, at r = 0.0172
 * where all others fall at 1. */
static void tied_rows_do_not_fall(void **state) {
    (void)state;
    struct results *results =
        experiment_sweep("replicates: 128\nn: [64]\nbeta: [1, 2]\nordered_weights: 1\nseries:\n"
                         "  - {family: attention, width: 4, head: 2}\n"
                         "  - {family: attention, width: 4, head: 2, name: tied, tokens: {zipf: 0.5, "
                         "vocabulary: 2000}}\n");
    for (size_t i = 0; i < 2; i++) {
        const struct te te = te_make(&results->series[i], 0);
        size_t ties = 0;
        for (size_t r = 0; r < 128; r++) { ties += isinf(results->series[i].lambda[r]); }
        assert_true(i == 0 ? ties == 0 : ties > 0 && ties < 32);
        assert_true(i == 0 ? fabs(te.above.value - 1) < 0.01 : isnan(te.above.value));
        assert_true(isfinite(te.below.value));
    }
    results_free(results);
}

/* Means that fall and part as powers do, with errors that are known: of the sum of what every factor moves a
 * slope by. */
static void rates_of_factors(void **state) {
    (void)state;
    enum { FACTORS = 3 };
    const double rate = 0.8, power = 1.3, noise = 0.01;
    struct results *results = handmade_results(&(struct handmade_shape){1, 65, 1, 0, 100}, "gaussian");
    struct results_series *s = &results->series[0];
    for (int above = 0; above < 2; above++) {
        for (size_t i = 0; i < FACTORS; i++) {
            const double f = ldexp(above ? 8 : 1 / 32.0, (int)i), h = (1 + f * M_LN2) * exp2(-rate * f);
            const double apart = 0.5 * pow(f, power);
            s->te_factor[i] = f;
            s->mean[RESULTS_TE_ENTROPY][i] = h;
            s->se[RESULTS_TE_ENTROPY][i] = h * M_LN2 * noise;
            s->mean[RESULTS_TE_TOP_TWO_RATIO][i] = 1 - apart;
            s->se[RESULTS_TE_TOP_TWO_RATIO][i] = apart * noise;
        }
        const struct te te = te_make(s, 0);
        const struct exponent *is = above ? &te.above : &te.below, *none = above ? &te.below : &te.above;
        check_close(is->value, above ? rate : power, 1e-12);
        /* squares about the mean of -log 2, 0 and log 2, and of 8, 16 and 32 */
        check_relative(is->se, noise * sqrt(FACTORS / (above ? 2688 / 9.0 : 2 * M_LN2 * M_LN2)), 1e-9);
        assert_true(isnan(none->value));
    }
    results_free(results);
}

/* One token alone: whatever beta is, H is log n, and no grid of betas reaches further. */
static void ties_have_no_collapse_point(void **state) {
    (void)state;
    struct results *results =
        experiment_sweep("replicates: 16\nn: [64]\nbeta: [1, 2]\nordered_weights: 1\nseries:\n"
                         "  - {family: attention, width: 4, head: 2, tokens: {zipf: 0, vocabulary: 1}}\n");
    struct fit fit;
    fit_make(&fit, results, 0, "a.h5");
    assert_int_equal(fit.collapse[0].state, ENSEMBLE_TIED);
    fit_release(&fit);
    results_free(results);
}

/* Half of the rows and more tie: the median that is judged is infinite, not unknown. */
static void tied_medians_are_infinite(void **state) {
    (void)state;
    const struct schedule power = {2, 0, 0.5};
    struct results *results = handmade_growing("pareto", &power);
    struct results_series *s = &results->series[0];
    for (size_t r = 0; r < s->size[RESULTS_REPLICATE]; r++) { s->collapse[r] = r % 4 > 0 ? INFINITY : 2; }
    struct study study = handmade_study(results, "a.h5");
    const struct ensemble_point *judged = study.fit[0].judged;
    assert_int_equal(judged[0].state, ENSEMBLE_TIED);
    assert_int_equal(judged[study.fit[0].criteria].state, ENSEMBLE_FOUND);
    handmade_free(&study, results);
}

/* Betas that are factors of 5 apart: by the rows' error alone points are thousands of sigma off at the most.
 */
static void errors_hold_what_grids_add(void **state) {
    (void)state;
    const size_t replicates = test_size(4096, 1024);
    char text[640];
    snprintf(
        text, sizeof text,
        "seed: 3\nreplicates: %zu\nkeep_replicates: 4\nordered_weights: 1\nn: [2^20, 1e10, 1e40]\n"
        "collapse: {entropy: [1.0, 2.0], participation: [0.5], top_two_ratio: [], susceptibility: false}\n"
        "series:\n"
        "  - {name: a, family: gaussian, beta: {relative_to: lambda_typ, values: [0.3, 1.5, 7.5, 37.5]}}\n"
        "  - {name: b, family: gaussian, beta: {relative_to: lambda_typ, values: [0.5, 2.5, 12.5]}}\n",
        replicates);
    struct results *results = experiment_run(text);
    double worst = 0;
    for (size_t i = 0; i < results->series_count; i++) {
        struct fit fit;
        fit_make(&fit, results, i, "a.h5");
        for (size_t k = 0; k < fit.lengths * fit.criteria; k++) {
            const double off = fit.judged[k].log_ratio - log(results->series[i].exact_collapse[k]);
            assert_true(fabs(off) < 3 * fit.judged[k].se);
            worst = fmax(worst, fabs(off) / fit.collapse[k].se);
        }
        fit_release(&fit);
    }
    assert_true(worst > 16 * sqrt((double)replicates));
    results_free(results);
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growth_is_measured),
        cmocka_unit_test(exact_points_stand_beside),
        cmocka_unit_test(rows_are_judged_by_medians),
        cmocka_unit_test(shared_rows_move_slopes),
        cmocka_unit_test(errors_hold_what_grids_add),
        cmocka_unit_test(pilot_rows_are_no_scale),
        cmocka_unit_test(tied_rows_do_not_fall),
        cmocka_unit_test(rates_of_factors),
        cmocka_unit_test(ties_have_no_collapse_point),
        cmocka_unit_test(tied_medians_are_infinite),
        cmocka_unit_test(slopes_do_not_move_with_errors),
        cmocka_unit_test(a_criterion_that_is_not_there_has_no_points),
    };
    return cmocka_run_group_tests_name("fit", tests, NULL, NULL);
}
