/* The judgement of attention outputs: true rows pass in every regime, wrong ones are caught; normality and
 * control of degenerate input.
 *
 * Fixed seeds. A true regime is refuted by chance once in 1000, 21 of them here, and 9 means and covariances
 * pass 5 standard errors once in 1e4: 2e-2 were the seeds drawn anew; normality_pvalue is tried on exact
 * quantiles. */
#include "tests/experiment.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/sphere/attention.h"
#include "analysis/statistics/normality.h"

static const char spheres[] =
    "seed: 3\nreplicates: 3000\nkeep_replicates: 3000\nn: [300, 1e5, 1e20]\n"
    "beta: {relative_to: lambda_typ, from: 2^-6, to: 2^6, points: 7}\n"
    "collapse: {participation: [], top_two_ratio: [], susceptibility: false}\nseries:\n"
    "  - {family: spherical, name: d3, dimension: 3, output: true, value_matrix: "
    "{rows: [[1, 2, 0], [0.5, 0, 1]]}}\n";
static const char more_spheres[] = "  - {family: spherical, name: d2, dimension: 2, output: true}\n"
                                   "  - {family: spherical, name: d6, dimension: 6, output: true}\n";

/* The spheres, run once; shortened, one of them. */
static int set_up(void **state) {
    char text[1024];
    bool quick = getenv("GAPSCALE_TEST_QUICK") != NULL;
    snprintf(text, sizeof text, "%s%s", spheres, quick ? "" : more_spheres);
    *state = experiment_run(text);
    return *state ? 0 : 1;
}

static int tear_down(void **state) {
    results_free(*state);
    return 0;
}

/* The variance of x without each number in turn: the jackknife's error over the variance. */
static double jackknifed(size_t count, const double *x) {
    const double n = (double)count;
    double mean = 0, square = 0, sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) { mean += x[i] / n; }
    for (size_t i = 0; i < count; i++) { square += pow(x[i] - mean, 2); }
    for (size_t i = 0; i < count; i++) {
        const double without = (square - pow(x[i] - mean, 2) * n / (n - 1)) / (n - 2);
        sum += without / n;
        squares += without * without;
    }
    return sqrt((n - 1) / n * (squares - n * sum * sum)) / (square / (n - 1));
}

/* Errors of variances are those of rows that are not normal, up to six times as large on the circle. */
static void check_radial_errors(const struct attention *a, const struct results_series *s) {
    const size_t kept = s->size[RESULTS_REPLICATE];
    size_t told = 0, twice = 0;
    for (size_t i = 0; i < a->count; i++) {
        const struct attention_point *p = &a->point[i];
        if (isnan(p->radial_ratio)) { continue; }
        check_relative(p->radial_ratio_se / p->radial_ratio, jackknifed(kept, s->output_radial + i * kept),
                       0.02);
        twice += p->radial_ratio_se > 2 * p->radial_ratio * sqrt(2 / (double)kept);
        told++;
    }
    assert_true(told >= 12 && (s->parameter[0].coef > 2 || twice >= 5));
}

/* The central limit is told from the least n_eff to the most that a part of the output was compared at. */
static void check_reach(const struct attention *a) {
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < a->count; i++) {
        const struct attention_point *p = &a->point[i];
        if (isnan(p->radial_p) && isnan(p->tangential_p)) { continue; }
        least = fmin(least, p->n_eff);
        most = fmax(most, p->n_eff);
    }
    check_close(a->gaussian.least, least, 0);
    check_close(a->gaussian.most, most, 0);
}

static void true_rows_pass(void **state) {
    const struct results *r = *state;
    for (size_t i = 0; i < r->series_count; i++) {
        struct attention a;
        attention_make(&a, &r->series[i], false);
        assert_int_equal(a.count, 21);
        size_t points = 0;
        for (size_t k = 0; k < ATTENTION_REGIMES; k++) {
            points += a.part[k].points;
            if (a.part[k].points > 0 && a.part[k].kind != VERDICT_SUPPORTED) {
                fail_msg("%s", a.part[k].sentence);
            }
        }
        assert_int_equal(points, a.count);
        for (size_t q = ATTENTION_CHI_SQUARES; q < ATTENTION_QUESTIONS; q++) {
            assert_true(fabs(attention_worst(&a, q)) < 5);
        }
        assert_true(*a.gaussian.sentence);
        check_radial_errors(&a, &r->series[i]);
        check_reach(&a);
        attention_release(&a);
    }
}

/* The covariance of <q,ATT> and a component across it is 0; its error comes from E r^2 t^2/(d - 1), r the
 * part along and t the length across. */
static void errors_of_covariances_are_of_products(void **state) {
    enum { COLUMNS = 3 }; /* dimensions */
    struct results_series *s = ((struct results *)*state)->series;
    const size_t points = s->size[RESULTS_LOG_N] * s->size[RESULTS_BETA], pairs = s->size[RESULTS_PAIR],
                 kept = s->size[RESULTS_REPLICATE];
    const double unit[2 * COLUMNS] = {1, 0, 0, 0, 1, 0};
    double matrix[2 * COLUMNS], *covariance = s->output_covariance,
                                *other = malloc(points * pairs * sizeof *other);
    memcpy(matrix, s->value_matrix, sizeof matrix);
    memcpy(s->value_matrix, unit, sizeof unit);
    s->output_covariance = other;
    for (size_t i = 0; i < points * pairs; i++) {
        const double across = s->mean[RESULTS_OUTPUT_TANGENTIAL][i / pairs] / (COLUMNS - 1);
        other[i] = s->pair_first[i % pairs] == s->pair_second[i % pairs]
                       ? NAN
                       : s->se[RESULTS_OUTPUT_BIAS][i / pairs] * sqrt((double)s->replicates * across);
    }
    struct attention a;
    size_t told = 0;
    attention_make(&a, s, false);
    for (size_t i = 0; i < points; i++) {
        const struct attention_deviation *found = &a.point[i].deviation[ATTENTION_COVARIANCE];
        double product = 0;
        for (size_t k = i * kept; found->count > 0 && k < (i + 1) * kept; k++) {
            product += pow(s->output_radial[k] - s->mean[RESULTS_OUTPUT_BIAS][i], 2) * s->output_square[k];
        }
        if (found->count == 0) { continue; }
        check_relative(found->sigma,
                       other[i * pairs + 1] *
                           sqrt((COLUMNS - 1) * (double)kept / product * (double)s->replicates),
                       1e-9);
        told++;
    }
    assert_true(told > points / 4);
    attention_release(&a);
    memcpy(s->value_matrix, matrix, sizeof matrix);
    s->output_covariance = covariance;
    free(other);
}

static void check_refuted(const struct results_series *s, enum attention_question question,
                          enum attention_regime regime) {
    struct attention a;
    attention_make(&a, s, false);
    const struct attention_part *part = &a.part[regime];
    if (part->kind != VERDICT_REFUTED || !(part->answer[question].p < 1e-6)) {
        fail_msg("%s: %s", attention_point_question_name[question], part->sentence);
    }
    attention_release(&a);
}

static void scale(size_t count, double *x, double factor) {
    for (size_t i = 0; i < count; i++) { x[i] *= factor; }
}

/* Sums over what is not drawn are off by 2e-12 of themselves, the identity by as much of (d - 1)/beta. Leaves
 * wrong values. */
static void check_identity_error(struct results_series *s) {
    const size_t points = s->size[RESULTS_LOG_N] * s->size[RESULTS_BETA];
    struct attention a;
    size_t told = 0;
    for (size_t i = 0; i < points; i++) {
        s->se[RESULTS_OUTPUT_IDENTITY][i] = 4 * 2e-12 * 2 / s->beta[i];
        s->mean[RESULTS_OUTPUT_IDENTITY][i] = 10 * s->se[RESULTS_OUTPUT_IDENTITY][i];
    }
    attention_make(&a, s, false);
    assert_true(a.dimension == 3 && a.count == points);
    for (size_t i = 0; i < points; i++) {
        const double sigma = a.point[i].deviation[ATTENTION_IDENTITY].sigma;
        if (isnan(sigma)) { continue; }
        check_relative(sigma, 40 / sqrt(17), 1e-9);
        told++;
    }
    assert_true(told > points / 4);
    attention_release(&a);
}

/* Exact values of another law, one at a time: each is caught by its own question. Leaves them wrong. */
static void wrong_values_are_caught(void **state) {
    struct results *r = *state;
    struct results_series *s = &r->series[0];
    size_t points = s->size[RESULTS_LOG_N] * s->size[RESULTS_BETA], ranks = s->size[RESULTS_RANK];
    const struct {
        enum attention_question question;
        double *values, factor;
        size_t count;
    } wrong[] = {
        {ATTENTION_BIAS, s->exact_output_bias, 1.1, points},
        {ATTENTION_TANGENTIAL, s->exact_output_tangential, 1.15, points},
        {ATTENTION_VARIANCE, s->exact_output_radial_variance, 1.4, points},
        {ATTENTION_ENTROPY, s->exact_entropy, 1.06, points},
        {ATTENTION_PARTICIPATION, s->exact_participation, 1.06, points},
        {ATTENTION_WEIGHT, s->exact_ordered_weight, 1.06, points * ranks},
        {ATTENTION_MATRIX, s->value_matrix, 1.1, 1},
        {ATTENTION_COVARIANCE, s->value_matrix + 1, 1.15, 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i += test_size(1, 3)) {
        scale(wrong[i].count, wrong[i].values, wrong[i].factor);
        if (wrong[i].question == ATTENTION_PARTICIPATION) { /* of all rows, not of rare ones */
            for (size_t k = 0; k < points; k++) { s->exact_log_participation[k] += log(wrong[i].factor); }
        }
        check_refuted(s, wrong[i].question, ATTENTION_SUBCRITICAL);
        if (wrong[i].question != ATTENTION_MATRIX) {
            check_refuted(s, wrong[i].question, ATTENTION_CRITICAL);
        }
        scale(wrong[i].count, wrong[i].values, 1 / wrong[i].factor);
    }
    for (size_t i = 0; i < points; i++) {
        s->mean[RESULTS_OUTPUT_IDENTITY][i] += 8 * s->se[RESULTS_OUTPUT_IDENTITY][i];
    }
    check_refuted(s, ATTENTION_IDENTITY, ATTENTION_CRITICAL);
    check_identity_error(s);
}

/* beta ~ n^(2/(d-1) - 0.1) leaves n_eff ~ n^(0.1 kappa), and the sentence says so. */
static void the_reason_is_given(void **state) {
    (void)state;
    char text[512];
    snprintf(text, sizeof text,
             "replicates: %zu\nn: [1e8, 1e14, 1e20]\ncollapse: {entropy: [1]}\n"
             "series: [{family: spherical, dimension: 5, output: true, beta: {coef: 1, power: 0.4}}, "
             "{family: spherical, name: few, dimension: 3, output: true, beta: {critical: [0.2, 1]}}]\n",
             test_size(512, 64));
    struct results *r = experiment_run(text);
    struct attention a;
    attention_make(&a, &r->series[0], false);
    check_close(a.gaussian.exponent, 0.2, 1e-4);
    check_close(a.gaussian.power, 0.4, 1e-9);
    assert_non_null(strstr(a.gaussian.sentence, "n_eff = n/rho ~ n^0.2"));
    assert_non_null(strstr(a.gaussian.sentence, "10^5 times as large"));
    attention_release(&a);
    attention_make(&a, &r->series[1], false);
    check_close(a.gaussian.exponent, 0, 1e-6);
    assert_null(strstr(a.gaussian.sentence, "reason"));
    attention_release(&a);
    results_free(r);
}

enum { BETAS = 7, MOST_ROWS = 1024 };
static void check_many_dimensions(const struct attention *a) {
    const size_t half = 5, first = BETAS;
    for (size_t k = 0; k < ATTENTION_REGIMES; k++) {
        if (a->part[k].points > 0 && a->part[k].kind != VERDICT_SUPPORTED) {
            fail_msg("%s", a->part[k].sentence);
        }
    }
    assert_int_equal(a->part[ATTENTION_SUBCRITICAL].points, 2 * (BETAS - 1));
    for (size_t q = 0; q < ATTENTION_QUESTIONS; q++) {
        const bool is_asked = a->point[half].deviation[q].count > 0;
        assert_int_equal(is_asked, q == ATTENTION_BIAS || q == ATTENTION_ENTROPY || q == ATTENTION_MATRIX);
    }
    assert_true(isnan(a->point[first].radial_ratio) && isnan(a->point[first].radial_p));
    assert_true(fabs(a->point[first].tangential_ratio - 1) < 5 * a->point[first].tangential_ratio_se);
    assert_int_equal(a->gaussian.across.points, 2 * (BETAS - 1));
    assert_true(a->gaussian.along.points < a->gaussian.across.points);
    check_close(a->gaussian.fails, a->point[first + half].n_eff, 1e-12);
    assert_non_null(strstr(a->gaussian.sentence, "at all of them beyond"));
}

/* In many dimensions n_eff is huge where outputs differ between rows by less than rounding, and near Lambda/2
 * rare rows carry Y_2 and the variances: nothing is asked there, and true rows are not refuted. In few
 * dimensions the nearest keys' squares are less than a double holds. What fewer rows are asked is another
 * thing. */
static void what_rows_do_not_tell_is_not_asked(void **state) {
    (void)state;
    const size_t rows = test_size(MOST_ROWS, 128);
    char text[512];
    snprintf(text, sizeof text,
             "seed: 5\nreplicates: %zu\nkeep_replicates: %zu\nn: [1e6, 1e300]\n"
             "beta: {relative_to: lambda_typ, from: 2^-6, to: 1, points: 7}\n"
             "collapse: {participation: [], top_two_ratio: [], susceptibility: false}\nseries:\n"
             "  - {family: spherical, name: d60, dimension: 60, output: true}\n"
             "  - {family: spherical, name: near, dimension: 3, output: true, n: [1e100, 1e200]}\n",
             rows, rows);
    struct results *r = experiment_run(text);
    struct attention a;
    attention_make(&a, &r->series[0], false);
    if (rows == MOST_ROWS) { check_many_dimensions(&a); }
    attention_release(&a);
    attention_make(&a, &r->series[1], false);
    assert_true(a.point[0].radial_p > 1e-4 && a.point[0].tangential_ratio_se > 0);
    assert_true(isnan(a.point[BETAS].radial_p) && a.point[BETAS].tangential_ratio_se > 0);
    assert_true(fabs(a.point[BETAS].tangential_ratio - 1) < 5 * a.point[BETAS].tangential_ratio_se);
    for (size_t q = 0; q < ATTENTION_CHI_SQUARES; q++) {
        assert_true(a.part[ATTENTION_SUBCRITICAL].answer[q].p > 1e-4);
    }
    attention_release(&a);
    results_free(r);
}

static void too_little_is_undecided(void **state) {
    (void)state;
    struct results *r =
        experiment_run("replicates: 1\nn: [2, 40]\nbeta: [3]\n"
                       "series: [{family: spherical, dimension: 4, output: true}, {family: gumbel}]\n");
    struct attention a;
    attention_make(&a, &r->series[0], false);
    for (size_t k = 0; k < ATTENTION_REGIMES; k++) {
        if (a.part[k].points > 0) { assert_int_equal(a.part[k].kind, VERDICT_UNDECIDED); }
    }
    attention_release(&a);
    attention_make(&a, &r->series[1], false);
    assert_int_equal(a.count, 0);
    attention_release(&a);
    results_free(r);
}

/* On the circle 1 - <q,ATT> is the square of an exponential number where one key takes all: of true rows, 64
 * to 1000 of them, 4 to 11 in a hundred were refuted by means that few carry, and by variances of samples
 * without rare rows. */
static void rare_rows_refute_nothing(void **state) {
    (void)state;
    enum { SERIES = 8 };
    static const size_t replicates[] = {64, 1000};
    for (size_t k = 0; k < test_size(2, 1); k++) {
        char text[2048];
        int length =
            snprintf(text, sizeof text,
                     "seed: 9\nreplicates: %zu\nn: [4096]\nbeta: [1e5, 1e6]\n"
                     "collapse: {participation: [], top_two_ratio: [], susceptibility: false}\nseries:\n",
                     replicates[k]);
        for (size_t i = 0; i < SERIES; i++) {
            length += snprintf(text + length, sizeof text - (size_t)length,
                               "  - {family: spherical, name: s%zu, dimension: 2, output: true}\n", i);
        }
        struct results *r = experiment_run(text);
        for (size_t i = 0; i < SERIES; i++) {
            struct attention a;
            attention_make(&a, &r->series[i], false);
            const struct attention_part *part = &a.part[ATTENTION_CRITICAL];
            assert_int_equal(part->points, 2);
            if (part->kind == VERDICT_REFUTED) { fail_msg("%zu rows: %s", replicates[k], part->sentence); }
            attention_release(&a);
        }
        results_free(r);
    }
}

/* Where few keys compete, and where one takes all, weights are those of the limit laws: six numbers at 5
 * standard errors, 4e-6. */
static void weights_are_as_their_limits(void **state) {
    (void)state;
    char text[512];
    snprintf(text, sizeof text,
             "seed: 8\nreplicates: %zu\nn: [1e30]\nbeta: {critical: [2, 100]}\n"
             "collapse: {participation: [], top_two_ratio: [], susceptibility: false}\nseries:\n"
             "  - {family: spherical, name: a, dimension: 3, output: true}\n"
             "  - {family: spherical, name: b, dimension: 5, output: true}\n",
             test_size(4096, 512));
    struct results *r = experiment_run(text);
    for (size_t i = 0; i < 2; i++) {
        struct attention a;
        attention_make(&a, &r->series[i], false);
        const struct attention_point *few = &a.point[0], *one = &a.point[1];
        assert_true(few->regime == ATTENTION_CRITICAL && one->regime == ATTENTION_SUPERCRITICAL);
        check_close(few->top_weight_ratio, 1, 5 * few->top_weight_ratio_se);
        check_close(one->deficit_ratio, 1, 5 * one->deficit_ratio_se);
        check_close(one->log_deficit_ratio, 1, 5 * one->log_deficit_ratio_se);
        for (size_t k = ATTENTION_CRITICAL; k <= ATTENTION_SUPERCRITICAL; k++) {
            assert_true(a.part[k].points == 1 && a.part[k].kind != VERDICT_REFUTED && *a.part[k].sentence);
        }
        assert_true(few->top_weight_ratio_se < 0.02 && one->deficit_ratio_se < 0.6 &&
                    one->log_deficit_ratio_se < 0.06);
        attention_release(&a);
    }
    results_free(r);
}

static void normal_values_are_normal(void **state) {
    (void)state;
    enum { N = 500 };
    double x[N];
    for (size_t i = 0; i < N; i++) { x[i] = 3 + 2 * gsl_cdf_ugaussian_Pinv(((double)i + 0.5) / N); }
    assert_true(normality_pvalue(N, x, 3, 2) > 0.999);
    assert_true(normality_pvalue(N, x, 3.5, 2) < 1e-4);
    assert_true(normality_pvalue(N, x, 3, 4) < 1e-4);
    /* a shift of 1.36/sqrt(N) in the distribution function is the 5% point of Kolmogorov's law */
    for (size_t i = 0; i < N; i++) {
        x[i] = gsl_cdf_ugaussian_Pinv(fmin(1 - 1e-9, (double)i / N + 1.3581 / sqrt(N)));
    }
    check_close(normality_pvalue(N, x, 0, 1), 0.05, 0.004);
    assert_true(isnan(normality_pvalue(5, x, 0, 1)));
    x[7] = INFINITY;
    assert_true(isnan(normality_pvalue(N, x, 0, 1)));
    x[7] = NAN;
    assert_true(isnan(normality_pvalue(N, x, 0, 1)));
}

/* True rows that were refuted: with the same rows at every n, whose chi squares were added up (p = 4e-15; 12
 * of 120 were refuted), and by a variance that was low in units of itself (p = 6e-6 of a largest; 4 of 180).
 */
static void skewed_rows_pass(void **state) {
    (void)state;
    static const char *const run[] = {"common_randomness: true\nseed: 20260512\nseries: [{name: s6, ",
                                      "seed: 13\nseries: [{name: s25, "};
    for (size_t i = 0; i < 2; i++) {
        char text[512];
        struct attention a;
        snprintf(text, sizeof text,
                 "replicates: %zu\nn: {from: 2^8, to: 1e6, points: 12}\nordered_weights: 1\n"
                 "collapse: {entropy: [1.0], participation: [], top_two_ratio: [], susceptibility: false}\n"
                 "beta: {critical: [1, 2]}\n%sfamily: spherical, dimension: 3, output: true}]\n",
                 test_size(512, 128), run[i]);
        struct results *r = experiment_run(text);
        attention_make(&a, &r->series[0], r->common_randomness);
        const struct attention_part *part = &a.part[ATTENTION_CRITICAL];
        assert_int_equal(part->points, 24);
        if (part->kind != VERDICT_SUPPORTED) { fail_msg("%s", part->sentence); }
        assert_int_equal(isnan(part->answer[ATTENTION_BIAS].chi_square), r->common_randomness);
        assert_null(strstr(part->sentence, "nan"));
        attention_release(&a);
        results_free(r);
    }
}

/* Rows that few keys take are a hundredth of E Y_2, and so rare that 1024 rows lack them: true ones were
 * refuted (p = 3e-18 of |ATT_tan|^2; half of six seeds). */
static void rows_that_few_keys_take_are_not_missed(void **state) {
    (void)state;
    char text[512];
    snprintf(text, sizeof text,
             "seed: 5\nreplicates: %zu\nn: [1e30]\nbeta: [60, 130, 135, 140]\nordered_weights: 1\n"
             "collapse: {participation: [], top_two_ratio: [], susceptibility: false}\n"
             "series: [{family: spherical, name: b, dimension: 500, output: true}]\n",
             test_size(MOST_ROWS, 128));
    struct results *r = experiment_run(text);
    struct attention a;
    attention_make(&a, &r->series[0], false);
    const struct attention_part *part = &a.part[ATTENTION_SUBCRITICAL];
    if (part->kind != VERDICT_SUPPORTED) { fail_msg("%s", part->sentence); }
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(a.point[i].deviation[ATTENTION_TANGENTIAL].count, i == 0);
    }
    attention_release(&a);
    results_free(r);
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(true_rows_pass),
        cmocka_unit_test(errors_of_covariances_are_of_products),
        cmocka_unit_test(wrong_values_are_caught),
        cmocka_unit_test(the_reason_is_given),
        cmocka_unit_test(too_little_is_undecided),
        cmocka_unit_test(rare_rows_refute_nothing),
        cmocka_unit_test(what_rows_do_not_tell_is_not_asked),
        cmocka_unit_test(weights_are_as_their_limits),
        cmocka_unit_test(normal_values_are_normal),
        cmocka_unit_test(skewed_rows_pass),
        cmocka_unit_test(rows_that_few_keys_take_are_not_missed),
    };
    return cmocka_run_group_tests_name("attention", tests, set_up, tear_down);
}
