/* Tables and JSON: what poor results are told, and that nothing is missing. */
#include "tests/analysis/handmade.h"
#include "tests/experiment.h"

#include <ctype.h>
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/report/report.h"
#include "analysis/study/study.h"
#include "analysis/text/words.h"
#include "sim/base/message.h"
#include "sim/sweep/exact.h"

/* Not inlined: gcc 12 would take the text for a pointer to its own variable. */
__attribute__((noinline)) static char *text_of(void (*print)(FILE *, const struct study *),
                                               const struct study *study) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    print(out, study);
    fclose(out);
    return text;
}

/* No line is too long, nothing that is not a number is printed. */
static void check_table(const char *text) {
    size_t length = 0;
    assert_null(strstr(text, "nan"));
    for (const char *c = text; *c; c++) {
        length = *c == '\n' ? 0 : length + 1;
        if (length > 110) { fail_msg("a line of more than 110 columns in:\n%s", text); }
    }
}

static void check_says(struct results *results, const char *words) {
    struct study study = handmade_study(results, "a.h5");
    char *text = text_of(table_print, &study);
    check_table(text);
    if (!strstr(text, words)) { fail_msg("the table does not say \"%s\":\n%s", words, text); }
    free(text);
    text = text_of(fitjson_print, &study);
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf,"));
    assert_non_null(strstr(text, "\"verdict\": \"undecided\"")); /* too few n, whatever else */
    free(text);
    handmade_free(&study, results);
}

static void poor_results_are_explained(void **state) {
    (void)state;
    struct results *one_n = handmade_results(&(struct handmade_shape){1, 65, 1, 3, 100}, "gaussian");
    handmade_fill(&one_n->series[0], 0, 12, 0, 0, 0.01);
    check_says(one_n, "One n gives no exponents");

    struct results *one_beta = handmade_results(&(struct handmade_shape){2, 1, 1, 0, 100}, "gaussian");
    handmade_fill(&one_beta->series[0], 0, 12, 0, 0, 0.01);
    handmade_fill(&one_beta->series[0], 1, 13, 0, 0, 0.01);
    check_says(one_beta, "No beta_c at 2 of 2 n, the smallest 162755:\n    the beta grid is too thin");

    struct results *one_replicate = handmade_results(&(struct handmade_shape){2, 65, 1, 1, 1}, "gaussian");
    handmade_fill(&one_replicate->series[0], 0, 12, 0, 0, NAN);
    handmade_fill(&one_replicate->series[0], 1, 13, 0, 0, NAN);
    check_says(one_replicate, "One replicate gives no standard errors");

    struct results *empty = handmade_results(&(struct handmade_shape){2, 65, 1, 2, 100}, "gaussian");
    for (size_t n = 0; n < 2; n++) {
        handmade_fill(&empty->series[0], n, 12 + (double)n, 0, 0, NAN);
        for (size_t b = 0; b < 65; b++) { empty->series[0].mean[MEASURE_ENTROPY][n * 65 + b] = NAN; }
        for (size_t r = 0; r < 8; r++) { empty->series[0].collapse[n * 8 + r] = NAN; }
    }
    check_says(empty, "means or betas are not finite");

    static const char *const any_law[] = {"gaussian", "pareto"};
    for (size_t i = 0; i < 2; i++) {
        struct results *none = handmade_results(&(struct handmade_shape){2, 65, 1, 2, 100}, any_law[i]);
        handmade_fill(&none->series[0], 0, 12, 0, 0, 0.1);
        handmade_fill(&none->series[0], 1, 13, 0, 0, 0.1);
        none->series[0].size[RESULTS_CRITERION] = 0;
        check_says(none, "No collapse criterion was asked for");
    }

    struct results *noisy = handmade_results(&(struct handmade_shape){3, 65, 1, 2, 100}, "gaussian");
    for (size_t n = 0; n < 3; n++) {
        handmade_fill(&noisy->series[0], n, 12 + 1e-3 * (double)n, 0, 0.1 * (double)n, 0.1);
    }
    check_says(noisy, "noise"); /* n so close that a slope means nothing */

    struct results *late = handmade_results(&(struct handmade_shape){3, 65, 1, 2, 100}, "gaussian");
    for (size_t n = 0; n < 3; n++) {
        handmade_fill(&late->series[0], n, 12 + 9 * (double)n, 0, n == 0 ? 9 : 0.1 * (double)n, 0.01);
    }
    check_says(late, "beta_c (Lambda^typ):\n    from 1.32e9: "); /* none at the smallest */
}

static void json_is_complete(void **state) {
    (void)state;
    const struct schedule root = {M_SQRT2, 0.5, 0};
    struct results *results = handmade_growing("gaussian", &root);
    exact_fill(results, 1);
    struct study study = handmade_study(results, "odd \"name\"\\\n\xff.h5");
    char *text = text_of(fitjson_print, &study);
    const char *const keys[] = {"{\"schema\": 1, \"series\": [",
                                "\"file\": \"odd \\\"name\\\"\\\\\\u000a\\ufffd.h5\"",
                                "\"name\": \"hand-made\"",
                                "\"variable\": \"log_n\"",
                                "\"exponent\": 0.",
                                "\"low\": ",
                                "\"predicted\": 2.4394",
                                "\"rivals\": [{\"law\": \"log_n^0\", \"excluded_sigma\": ",
                                "\"criterion\": \"entropy=1\""};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!strstr(text, keys[i])) { fail_msg("no %s in %s", keys[i], text); }
    }
    double amplitude = NAN;
    const char *found = strstr(text, "\"amplitude\"");
    assert_non_null(found);
    assert_int_equal(sscanf(found, "\"amplitude\": {\"value\": %lf", &amplitude), 1);
    free(text);
    check_relative(amplitude, exp(0.2), 1e-5);
    handmade_free(&study, results);
}

static void normalisers_are_told(void **state) {
    (void)state;
    struct results *r =
        experiment_run("seed: 4\nreplicates: 400\nn: [1024, e^700]\nbeta: {values: [0.25, 1, 4]}\nseries:\n"
                       "  - {family: gumbel, normalisers: [sparsemax, {entmax: 1.5}, {sink: 7}]}\n");
    struct study study = handmade_study(r, "a.h5");
    char *text = text_of(table_print, &study);
    check_table(text);
    const char *const words[] = {"Other normalisers at n = e^700, beta/Lambda^typ = 0.25, 1, 4 (softmax",
                                 "h the hazard at V = 1/n: in the mean 5, 2, 1.25.",
                                 "    1.5-entmax: ", "    sink of score 7: weight ",
                                 " at all n and beta the furthest is "};
    for (size_t i = 0; i < 5; i++) {
        if (!strstr(text, words[i])) { fail_msg("the table does not say \"%s\":\n%s", words[i], text); }
    }
    free(text);
    text = text_of(fitjson_print, &study);
    const char *const keys[] = {"\"normalisers\": {\"sparsemax\": [{\"log_n\": 6.93",
                                "\"support_limit\": 2, ", "\"entmax\": [{\"alpha\": 1.5, \"points\": [{",
                                "\"sinks\": [{\"score\": 7, \"sigma\": ", "\"weight_exact\": "};
    for (size_t i = 0; i < 5; i++) {
        if (!strstr(text, keys[i])) { fail_msg("JSON lacks %s:\n%s", keys[i], text); }
    }
    free(text);
    handmade_free(&study, r);
}

/* n^(2/(d-1)) is the scale of keys on a sphere whose scores do not fall with distance. */
static void critical_scales_are_powers(void **state) {
    (void)state;
    for (int k = 0; k < 3; k++) {
        struct results *r = experiment_run(
            k == 0   ? "replicates: 64\nn: [64, 4096]\nbeta: {from: 1/4, to: 16, points: 17}\n"
                       "series:\n  - {family: spherical, dimension: 5}\n"
            : k == 1 ? "replicates: 1\nn: [64, 4096]\nbeta: {from: 1/4, to: 16, points: 17}\n"
                       "series:\n  - {family: spherical, dimension: 5}\n"
                     : "replicates: 64\nn: [64, 4096]\nbeta: {from: 1/4, to: 16, points: 17}\n"
                       "series:\n  - {family: spherical, dimension: 5, position: {linear: 0.1}}\n");
        struct study study = handmade_study(r, "a.h5");
        char *text = text_of(table_print, &study);
        assert_int_equal(strstr(text, "Keys on a sphere: the critical scale") != NULL, k < 2);
        check_table(text);
        free(text);
        handmade_free(&study, r);
    }
}

/* However narrow the terminal, what follows beta_c on its line is its error. */
static void errors_stay_beside(void **state) {
    (void)state;
    struct results *results = handmade_results(&(struct handmade_shape){2, 65, 1, 3, 100}, "gaussian");
    handmade_fill(&results->series[0], 0, 12, 0, 0, 0.01);
    handmade_fill(&results->series[0], 1, 13, 0, 0, 0.01);
    struct study study = handmade_study(results, "a.h5");
    for (size_t width = 40; width < 110; width++) {
        char columns[8];
        size_t heads = 0;
        snprintf(columns, sizeof columns, "%zu", width);
        setenv("COLUMNS", columns, 1);
        char *text = text_of(table_print, &study);
        for (const char *at = text; (at = strstr(at, "     beta_c"));) {
            at += strlen("     beta_c");
            if (*at == '/' || isalpha((unsigned char)at[1])) { continue; } /* another head */
            heads++;
            assert_int_equal(strncmp(at + strspn(at, " "), "+- se", 5), 0);
        }
        assert_int_equal(heads, 1);
        free(text);
    }
    unsetenv("COLUMNS");
    handmade_free(&study, results);
}

/* However many digits an exponent has, a blank stands before it. */
static void exponents_stand_apart(void **state) {
    (void)state;
    const struct schedule linear = {.coef = 1, .log_power = 1};
    struct results *results = handmade_growing("gaussian", &linear);
    struct study study = handmade_study(results, "a.h5");
    struct verdict_estimate *exponent = &study.verdict[0].exponent;
    exponent->value = 1.000008;
    exponent->low = 1.000008 - 1.7e-5;
    exponent->high = 1.000008 + 1.7e-5;
    char *text = text_of(table_print, &study);
    if (!strstr(text, "log n 1.000008 +- 0.000017 ")) { fail_msg("no blanks about an exponent:\n%s", text); }
    free(text);
    handmade_free(&study, results);
}

/* However small it is, and whatever the sign. */
static void slopes_have_their_errors(void **state) {
    (void)state;
    const struct schedule falling = {.coef = 1, .log_power = -0.5};
    struct results *results = handmade_growing("gaussian", &falling);
    struct study study = handmade_study(results, "a.h5");
    char *text = text_of(table_print, &study);
    const char *line = strstr(text, " log log n ");
    size_t slopes = 0, errors = 0;
    assert_non_null(line);
    for (line = strchr(line, '\n') + 1; *line != '\n'; line = strchr(line, '\n') + 1) {
        const size_t length = strcspn(line, "\n");
        slopes += memmem(line, length, " -0.5", 5) != NULL;
        errors += memchr(line, '(', length) != NULL;
    }
    assert_true(slopes >= 5);
    assert_int_equal(errors, slopes);
    free(text);
    handmade_free(&study, results);
}

/* Of a constant Lambda^typ beta_c is no power, and none is told. */
static void constant_scales_have_no_power(void **state) {
    (void)state;
    const struct schedule root = {M_SQRT2, 0.5, 0}, one = {1, 0, 0};
    for (int is_constant = 0; is_constant < 2; is_constant++) {
        struct results *results =
            handmade_growing(is_constant ? "gumbel" : "gaussian", is_constant ? &one : &root);
        exact_fill(results, 1);
        struct study study = handmade_study(results, "a.h5");
        char *text = text_of(table_print, &study);
        const char *at = strstr(text, "fitted alike: exponent "),
                   *end = at ? strstr(at, "tending to ") : NULL;
        assert_non_null(end);
        assert_int_equal(strstr(at, "power") && strstr(at, "power") < end, !is_constant);
        free(text);
        handmade_free(&study, results);
    }
}

/* Medians of rows have no exact values; what has is named. */
static void means_are_named(void **state) {
    (void)state;
    check_says(experiment_run("replicates: 512\nn: [2^8, 2^12]\nordered_weights: 1\n"
                              "beta: {relative_to: lambda_typ, from: 1/2, to: 8, points: 13}\n"
                              "series: [{family: dotproduct, dimension: 64}]\n"),
               "  Means against their exact collapse points, nothing fitted: chi^2 = ");
}

/* Points whose mean of Y_2 no error covers are counted, and where there are none nothing is said. */
static void rare_rows_are_counted(void **state) {
    (void)state;
    for (size_t rare = 0; rare < 5; rare += 4) {
        struct results *results = handmade_results(&(struct handmade_shape){2, 65, 1, 2, 100}, "gaussian");
        struct results_series *s = &results->series[0];
        handmade_fill(s, 0, 12, 0, 0, 0.01);
        handmade_fill(s, 1, 13, 0, 0, 0.01);
        for (size_t k = 0; k < 2 * 65; k++) { s->participation_carriers[k] = 100; }
        for (size_t k = 0; k < rare; k++) { s->participation_carriers[63 + k] = 24; }
        struct study study = handmade_study(results, "a.h5");
        char *text = text_of(table_print, &study);
        check_table(text);
        assert_int_equal(strstr(text, "Rare rows carry") != NULL, rare > 0);
        assert_true(rare == 0 || strstr(text, "Rare rows carry the mean of Y_2 at 4 of 130 points"));
        free(text);
        handmade_free(&study, results);
    }
}

/* A text whose lines are one, with one blank where there were more. */
static void unfold(char *text) {
    char *to = text;
    for (const char *c = text; *c; c++) {
        if (!isspace((unsigned char)*c)) {
            *to++ = *c;
        } else if (to > text && to[-1] != ' ') {
            *to++ = ' ';
        }
    }
    *to = '\0';
}

static void print_latex(FILE *out, const struct study *study) { fitlatex_print(out, study, false); }

/* Tables of one line a series tell the p on which the verdict rests. */
static void the_p_that_decides_is_told(void **state) {
    (void)state;
    struct results *results = experiment_run(handmade_judged[0]);
    struct study study = handmade_study(results, "a.h5");
    void (*const print[])(FILE *, const struct study *) = {summary_table_print, print_latex};
    char told[WORDS], chi[WORDS];
    words_number(study.verdict[0].exact_joint_p, told);
    words_number(study.verdict[0].exact_p, chi);
    assert_string_not_equal(told, chi);
    for (size_t i = 0; i < sizeof print / sizeof *print; i++) {
        char *text = text_of(print[i], &study);
        if (!strstr(text, told)) { fail_msg("no %s in\n%s", told, text); }
        assert_null(strstr(text, chi));
        free(text);
    }
    handmade_free(&study, results);
}

/* What all n share beside exact values, and how it grows, with half a 95% interval of two digits. */
static void what_all_n_share_is_told(void **state) {
    (void)state;
    for (int along = 0; along < 2; along++) {
        struct results *results = experiment_run(handmade_judged[along]);
        struct study study = handmade_study(results, "a.h5");
        const struct verdict *v = &study.verdict[0];
        const struct contrast *shift = along ? &v->prescribed.exact_shift : &v->exact_shift,
                              *trend = along ? &v->prescribed.exact_trend : &v->exact_trend;
        const double joint_p = along ? v->prescribed.exact_joint_p : v->exact_joint_p,
                     off = 100 * expm1(shift->value);
        double x[7];
        char side[8], *text = text_of(table_print, &study);
        unfold(text);
        const char *at = strstr(text, along ? "At all n alike H lies " : "At all n alike beta_c lies ");
        assert_non_null(at);
        assert_int_equal(sscanf(strstr(at, "lies"),
                                "lies %lf +- %lf%% %5s (p = %lf), and grows beside them as (log n)^(%lf +- "
                                "%lf) (p = %lf); together p = %lf.",
                                &x[0], &x[1], side, &x[2], &x[3], &x[4], &x[5], &x[6]),
                         8);
        assert_string_equal(side, off < 0 ? "below" : "above");
        check_close(x[0], fabs(off), 0.06 * x[1]);
        check_relative(x[1], EXPONENT_SIGMAS_95 * (100 + off) * shift->se, 0.06);
        check_close(x[3], trend->value, 0.06 * x[4]);
        check_relative(x[4], EXPONENT_SIGMAS_95 * trend->se, 0.06);
        const double p[] = {shift->p, trend->p, joint_p}, told[] = {x[2], x[5], x[6]};
        for (size_t i = 0; i < 3; i++) { check_relative(told[i], p[i], 0.06); }
        free(text);
        handmade_free(&study, results);
    }
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(poor_results_are_explained),
        cmocka_unit_test(json_is_complete),
        cmocka_unit_test(normalisers_are_told),
        cmocka_unit_test(critical_scales_are_powers),
        cmocka_unit_test(errors_stay_beside),
        cmocka_unit_test(exponents_stand_apart),
        cmocka_unit_test(slopes_have_their_errors),
        cmocka_unit_test(constant_scales_have_no_power),
        cmocka_unit_test(means_are_named),
        cmocka_unit_test(rare_rows_are_counted),
        cmocka_unit_test(the_p_that_decides_is_told),
        cmocka_unit_test(what_all_n_share_is_told),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
