/* What is said of two series of one law: whether they are independent, and what is compared. */
#include "tests/experiment.h"

#include <gsl/gsl_cdf.h>
#include <stdio.h>

#include "analysis/study/twins.h"

/* Chi square of two collapse points by what their rows make of them alone. */
static double by_rows(const struct fit fit[2]) {
    const struct ensemble_point *x = fit[0].collapse, *y = fit[1].collapse;
    return pow((x->log_ratio - y->log_ratio) / hypot(x->se, y->se), 2);
}

/* Two runs as the results of one study, told about; `chi_square`, if not NULL: by_rows. Free with free(). */
static char *told(struct results *first, struct results *second, double *chi_square) {
    struct results *both[] = {first, second};
    struct fit fit[2];
    char *text = NULL;
    size_t length;
    for (size_t i = 0; i < 2; i++) { fit_make(&fit[i], both[i], 0, "x.h5"); }
    if (chi_square) { *chi_square = by_rows(fit); }
    FILE *out = open_memstream(&text, &length);
    twins_print(out, &(struct study){.count = 2, .fit = fit});
    fclose(out);
    for (size_t i = 0; i < 2; i++) {
        fit_release(&fit[i]);
        results_free(both[i]);
    }
    return text;
}

/* Two runs of a config in which one number differs. */
static char *told_of(struct results *make(const char *text), const char *format, int first, int second,
                     double *chi_square) {
    char text[2][512];
    snprintf(text[0], sizeof text[0], format, first);
    snprintf(text[1], sizeof text[1], format, second);
    return told(make(text[0]), make(text[1]), chi_square);
}

/* The only p that is told, of one law twice: a false alarm in a thousand. */
static void check_p(const char *text) {
    const char *found = strstr(text, "p = ");
    double p = 0;
    if (!found || sscanf(found, "p = %lf", &p) != 1 || p < 1e-3) { fail_msg("%s", text); }
}

static struct results *run(const char *top, const char *series) {
    char text[512];
    snprintf(
        text, sizeof text,
        "%s\nreplicates: 128\nkeep_replicates: 8\nn: [256, 1e6]\n"
        "beta: {relative_to: lambda_typ, from: 1/2, to: 8, points: 9}\nseries: [{family: gaussian, %s}]\n",
        top, series);
    return experiment_sweep(text);
}

/* A line an n: beta_c of each with its error, and how many errors they are apart; their squares are chi^2.
 * Numbers have two digits of an error, deviations one decimal. */
static void check_table(const char *text, size_t lengths) {
    const char *line = strstr(text, "differ (se)\n");
    double squares = 0, rounding = 0, chi_square = NAN;
    assert_non_null(line);
    for (size_t n = 0; n < lengths; n++) {
        double first, second, se[2], apart;
        line = strchr(line, '\n') + 1;
        assert_int_equal(
            sscanf(line, "%*s %lf +- %lf %lf +- %lf %lf", &first, &se[0], &second, &se[1], &apart), 5);
        check_close(apart, (first - second) / hypot(se[0], se[1]), 0.12 + 0.05 * fabs(apart));
        squares += apart * apart;
        rounding += 0.05 * (2 * fabs(apart) + 0.05);
    }
    assert_int_equal(sscanf(strstr(line, "chi^2"), "chi^2 = %lf", &chi_square), 1);
    check_close(chi_square, squares, 0.05 + rounding);
}

static void test_twins(void **state) {
    (void)state;
    static const struct {
        const char *top, *series, *says;
        bool has_chi_square;
    } second[] = {
        {"seed: 1", "name: a", "the same rows,", false},
        {"seed: 2", "name: a", "Independent (other seeds): chi^2 =", true},
        {"seed: 1", "name: b", "Independent (other names, other streams): chi^2 =", true},
        {"seed: 1", "name: b, replicates: 8", "too few rows for errors that cover: no chi^2", false},
        {"seed: 1", "name: a, replicates: 192", "not independent", false},
        {"seed: 1", "name: a, rows: counted", "not independent", false},
        {"seed: 2\ncommon_randomness: true", "name: a", "go together: no chi^2", false},
        {"seed: 2", "name: a, sigma: 2", "", false},
        {"seed: 1", "name: b, sigma: 2", "", false},
        {"seed: 1", "name: a, sigma: 2", "are not two witnesses", false},
        {"seed: 1\ncommon_randomness: true", "name: a, sigma: 2", "", false},
    };
    for (size_t i = 0; i < sizeof second / sizeof second[0]; i++) {
        char *text = told(run("seed: 1", "name: a"), run(second[i].top, second[i].series), NULL);
        if (!strstr(text, second[i].says) || (strstr(text, "chi^2 =") != NULL) != second[i].has_chi_square ||
            (*second[i].says == '\0' && *text != '\0')) {
            fail_msg("%s, %s: %s", second[i].top, second[i].series, text);
        }
        if (i == 1) { check_table(text, 2); }
        assert_true(i != 5 || strstr(text, "counted rows, seed 1, series `a`, 128 replicates"));
        free(text);
    }
}

/* Medians of rows have a chi square, too. */
static void test_medians(void **state) {
    (void)state;
    static const char format[] = "seed: %d\nreplicates: 64\nn: [1e4, 1e8]\nordered_weights: 1\nbeta: [1]\n"
                                 "collapse: {participation: [], top_two_ratio: [], susceptibility: false}\n"
                                 "series: [{family: pareto, tail: 2}]\n";
    char *text = told_of(experiment_sweep, format, 1, 2, NULL);
    if (!strstr(text, "Independent (other seeds): chi^2 =")) { fail_msg("%s", text); }
    free(text);
}

/* Of one law with enough rows that a coarse grid of betas is off by four of their errors: with a finer grid p
 * was 3.9e-5, and where both have the same they are off alike, and rows alone make the difference. A grid of
 * as many betas that reaches further is another one. */
static void test_coarse_betas(void **state) {
    (void)state;
    static const char head[] = "replicates: 8192\nkeep_replicates: 1\nn: [1e20]\nordered_weights: 1\n"
                               "collapse: {entropy: [], participation: [0.5], top_two_ratio: [], "
                               "susceptibility: false}\nbeta: {relative_to: lambda_typ, from: 1/2, to: %s, "
                               "points: %d}\nseries: [{family: gaussian, name: %s}]\n";
    static const struct {
        const char *to;
        int points;
    } grid[] = {{"8", 6}, {"8", 25}, {"9", 6}};
    char few[512], second[512];
    snprintf(few, sizeof few, head, "8", 6, "few");
    for (size_t k = 0; k < 3; k++) {
        double p = 0, chi_square = 0, expected;
        snprintf(second, sizeof second, head, grid[k].to, grid[k].points, "many");
        char *text = told(experiment_sweep(few), experiment_sweep(second), &expected),
             *found = strstr(text, "chi^2 = ");
        assert_non_null(found);
        assert_int_equal(sscanf(found, "chi^2 = %lf for 1 n, p = %lf", &chi_square, &p), 2);
        printf("    chi^2 %g, by rows alone %g\n", chi_square, expected);
        assert_true(p > 1e-3);
        assert_true(k == 0 ? fabs(chi_square - expected) < 0.06 : chi_square < expected - 1);
        assert_true(k != 1 || expected > 15);
        free(text);
    }
}

/* What a deviation of Student's law amounts to. */
static double normal_square(double square, double freedom) {
    return pow(gsl_cdf_ugaussian_Qinv(gsl_cdf_tdist_Q(sqrt(square), freedom)), 2);
}

/* Of 16 replicates errors are off themselves: over 24 n, of 40 pairs one had p = 2.6e-4. */
static void test_few_replicates(void **state) {
    (void)state;
    static const char head[] = "replicates: 16\nkeep_replicates: 1\nn: [1e20]\nordered_weights: 1\n"
                               "collapse: {entropy: [1], participation: [], top_two_ratio: [], "
                               "susceptibility: false}\nbeta: {relative_to: lambda_typ, from: 1/2, to: 8, "
                               "points: 13}\nseed: %d\nseries: [{family: gaussian}]\n";
    double largest = 0;
    for (int seed = 2; seed < 12; seed++) {
        double chi_square = 0, by_errors;
        char *text = told_of(experiment_sweep, head, 1, seed, &by_errors), *found = strstr(text, "chi^2 = ");
        assert_non_null(found);
        assert_int_equal(sscanf(found, "chi^2 = %lf", &chi_square), 1);
        assert_true(chi_square < normal_square(by_errors, 30) + 0.06);
        assert_true(chi_square > normal_square(by_errors, 15) - 0.06);
        largest = fmax(largest, by_errors - normal_square(by_errors, 30));
        free(text);
    }
    assert_true(largest > 0.12);
}

/* Maxima of the susceptibility have errors from blocks, of which 128 replicates make two: by as many degrees
 * of freedom as replicates p was 1.8e-20. */
static void test_few_blocks(void **state) {
    (void)state;
    static const char format[] = "seed: %d\nreplicates: 128\nkeep_replicates: 1\nordered_weights: 1\n"
                                 "n: {from: 2^10, to: 1e30, points: 16, spacing: loglog}\n"
                                 "collapse: {entropy: [], participation: [], top_two_ratio: []}\n"
                                 "beta: {relative_to: lambda_typ, from: 1/2, to: 4, points: 13}\n"
                                 "series: [{family: gaussian}]\n";
    char *text = told_of(experiment_run, format, 2, 5, NULL);
    check_p(text);
    free(text);
}

/* Each has a Lambda^typ of its own pilot rows, some 8% off: the betas of the two are compared. By ratios p
 * was 6.7e-32. */
static void test_pilots(void **state) {
    (void)state;
    static const char format[] = "replicates: 2048\nkeep_replicates: 1\nn: [64, 128]\nordered_weights: 1\n"
                                 "beta: {relative_to: lambda_typ, from: 1/2, to: 8, points: 17}\n"
                                 "collapse: {participation: [], top_two_ratio: [], susceptibility: false}\n"
                                 "series: [{family: walk, name: %c}]\n";
    char *text = told_of(experiment_sweep, format, 'a', 'b', NULL);
    if (!strstr(text, ": beta_c of one law")) { fail_msg("%s", text); }
    check_p(text);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_twins),          cmocka_unit_test(test_medians),
        cmocka_unit_test(test_coarse_betas),   cmocka_unit_test(test_pilots),
        cmocka_unit_test(test_few_replicates), cmocka_unit_test(test_few_blocks)};
    return cmocka_run_group_tests_name("twins", tests, NULL, NULL);
}
