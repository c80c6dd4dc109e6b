/* True laws are never refuted: a battery of series whose truth is known, of every family, with laws that are
 * reached at once, slowly and not at all by these n, of every criterion; and points that a beta grid cuts
 * off.
 *
 * Fixed seeds; a right exact test fails once in 10^5 series. A few of them unless GAPSCALE_TEST_LONG is set.
 */
#include "tests/analysis/standard.h"

#include <gsl/gsl_errno.h>

/* Where n lie, and what is judged. */
static const struct {
    const char *n, *collapse;
} shape[] = {
    {"{from: 2^8, to: e^100000, points: 14, spacing: loglog}",
     "entropy: [1], participation: [], top_two_ratio: []"},
    {"{from: 2^8, to: 1e300, points: 12, spacing: loglog}",
     "entropy: [], participation: [0.5], top_two_ratio: []"},
    {"{from: 1e10, to: e^3000, points: 10, spacing: log}",
     "entropy: [3], participation: [], top_two_ratio: []"},
    {"{from: 2^8, to: 1e300, points: 12, spacing: loglog}",
     "entropy: [], participation: [], top_two_ratio: [0.5]"},
    {"{from: 2^8, to: 1e300, points: 12, spacing: loglog}",
     "entropy: [0.2], participation: [], top_two_ratio: []"},
    {"{from: 2^8, to: e^100000, points: 14, spacing: loglog}",
     "entropy: [], participation: [0.25], top_two_ratio: []"},
};
enum { SHAPES = sizeof shape / sizeof shape[0] };

/* The first are slow: their exponents miss the law at these n, and so does theory. */
enum { SLOW = 4 };
static const char *const law[] = {
    "family: spherical, dimension: {log_power: 1.1}",
    "family: plateau, alpha: {log_power: -0.5}",
    "family: plateau, alpha: {log_power: -0.5}, gap: {log_power: -1}",
    "family: stretched, power: 0.5", /* participation 1/2: p c = 1 */
    "family: gaussian",
    "family: gaussian, sigma: {coef: 2, log_power: -0.7}",
    "family: gumbel",
    "family: gumbel, scale: {log_power: -2}",
    "family: gumbel, scale: {coef: 3, log_power: -0.3}",
    "family: stretched, power: 0.1",
    "family: stretched, power: 0.41", /* entropy 1: p c = 1 */
    "family: stretched, power: 0.95", /* the sup of Lambda^typ hardly at the whole row, and hardly at the top
                                       */
    "family: stretched, power: 1",
    "family: stretched, power: 1.05",
    "family: stretched, power: 3",
    "family: stretched, power: 50",
    "family: stretched, power: 0.5, scale: {log_power: -1.5}",
    "family: stretched, power: {coef: 2, log_power: -0.2}", /* from the one kind to the other */
    "family: stretched, power: {coef: 0.3, log_power: 0.3}",
    "family: powerlaw, kappa: 0.5",
    "family: powerlaw, kappa: 2",
    "family: powerlaw, kappa: 20",
    "family: powerlaw, kappa: 3, width: {log_power: -1}",
    "family: powerlaw, kappa: {log_power: 0.5}",
    "family: powerlaw, kappa: {log_power: 1}",
    "family: spherical, dimension: 2",
    "family: spherical, dimension: 5",
    "family: spherical, dimension: 129",
    "family: spherical, dimension: {coef: 3, log_power: 1}",
    "family: spherical, dimension: {log_power: 1.3}",
    "family: spherical, dimension: {coef: 2, log_power: 0.5}",
    "family: pareto, tail: 0.5",
    "family: pareto, tail: 2",
    "family: pareto, tail: {log_power: 0.5}",
    "family: plateau",
    "family: plateau, alpha: 0.3", /* n^alpha is rounded to a whole number */
    "family: plateau, alpha: {log_power: -0.9}",
    "family: plateau, alpha: {log_power: -1}", /* one key beside the first, at every n */
    "family: plateau, gap: {coef: 2, log_power: 0.6}",
};
enum { LAWS = sizeof law / sizeof law[0] };

/* The series of one law in these shapes, judged and counted by kind. */
static void judge_law(size_t which, size_t shapes, size_t replicates, size_t count[3]) {
    char text[4096];
    size_t length =
        (size_t)snprintf(text, sizeof text,
                         "seed: %zu\nreplicates: %zu\nkeep_replicates: 64\nordered_weights: 1\n"
                         "beta: {relative_to: lambda_typ, from: 1/2, to: 8, points: 17}\nseries:\n",
                         100 + which, replicates);
    for (size_t k = 0; k < shapes; k++) {
        size_t at = (which + k) % SHAPES;
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "  - {name: s%zu, %s, n: %s, collapse: {%s, susceptibility: false}}\n", at,
                                   law[which], shape[at].n, shape[at].collapse);
    }
    assert_true(length < sizeof text);
    struct results *r = experiment_run(text);
    for (size_t i = 0; i < r->series_count; i++) {
        char sentence[SENTENCE];
        struct verdict v = standard_judge(r, i, false, sentence);
        count[v.kind]++;
        if (v.kind == VERDICT_REFUTED) {
            print_error("%s, %s: %s\n", law[which], r->series[i].name, sentence);
        }
    }
    results_free(r);
}

static void test_true_laws(void **state) {
    (void)state;
    bool all = getenv("GAPSCALE_TEST_LONG") != NULL, quick = getenv("GAPSCALE_TEST_QUICK") != NULL;
    size_t count[3] = {0}, step = quick ? 9 : 4;
    for (size_t i = 0; i < LAWS; i += all || (!quick && i + 1 < SLOW) ? 1 : step) {
        judge_law(i, all ? SHAPES : 1, all ? 256 : 128, count);
    }
    printf("    true laws: %zu supported, %zu undecided, %zu refuted\n", count[VERDICT_SUPPORTED],
           count[VERDICT_UNDECIDED], count[VERDICT_REFUTED]);
    assert_int_equal(count[VERDICT_REFUTED], 0);
}

/* The tops of rows with tails s^-a, which are those of exponential scores, decide up to log n = c a, and
 * corrections are trusted from there on; from log n = 10 on a = 100 and 300 were refuted. */
static void test_steep_tails(void **state) {
    (void)state;
    const double tail[] = {20, 100, 300};
    const size_t lengths = test_size(24, 12);
    char sentence[SENTENCE], text[640], reached[64];
    snprintf(text, sizeof text,
             "seed: 78\nreplicates: 512\nordered_weights: 1\n"
             "beta: {relative_to: lambda_typ, from: 1/2, to: 8, points: 17}\n"
             "collapse: {entropy: [1], participation: [], top_two_ratio: [], susceptibility: false}\n"
             "n: {from: 2^8, to: 1e300, points: %zu, spacing: loglog}\nseries:\n"
             "  - {name: a, family: pareto, tail: 20}\n  - {name: b, family: pareto, tail: 100}\n"
             "  - {name: c, family: pareto, tail: 300}\n",
             lengths);
    snprintf(reached, sizeof reached, "0 of %zu n are from log n = 731.8 on", lengths);
    struct results *r = experiment_run(text);
    for (size_t i = 0; i < 3; i++) {
        const struct verdict v = standard_judge(r, i, false, sentence);
        check_relative(v.trusted_from, 2.4394570691 * tail[i], 1e-9);
        assert_int_equal(v.kind, i == 0 ? VERDICT_SUPPORTED : VERDICT_UNDECIDED);
        if (i > 0) { assert_int_equal(v.ground, GROUND_SMALL); }
    }
    assert_non_null(strstr(sentence, reached));
    assert_non_null(strstr(sentence, "to n = e^5900 or beyond"));
    results_free(r);
}

/* Where theory itself misses its law the reason says so. */
static void test_reach(void **state) {
    (void)state;
    char sentence[SENTENCE];
    struct results *r = experiment_run(
        "seed: 7\nreplicates: 256\nkeep_replicates: 8\nordered_weights: 1\n"
        "beta: {relative_to: lambda_typ, from: 1/2, to: 8, points: 17}\n"
        "collapse: {entropy: [1], participation: [], top_two_ratio: [], susceptibility: false}\n"
        "n: {from: 2^8, to: 1e300, points: 16, spacing: loglog}\n"
        "series: [{family: plateau, alpha: {log_power: -0.5}}]\n");
    struct verdict v = standard_judge(r, 0, false, sentence);
    assert_int_equal(v.kind, VERDICT_UNDECIDED);
    assert_int_equal(v.ground, GROUND_REACH);
    assert_int_equal(v.missed, GROUND_EXPONENT);
    assert_int_equal(v.theory, THEORY_EXACT);
    check_close(v.exponent.finite, v.exponent.value, 1e-4);
    assert_true(v.local_exponent > 0.4 && v.local_exponent < 0.5);
    assert_non_null(strstr(sentence, "the n do not reach the law"));
    results_free(r);
}

/* A grid that begins at collapse points finds those that noise moves into it, and they say nothing. */
static void test_cut_off(void **state) {
    (void)state;
    static const struct {
        const char *from;
        size_t cut_off;
    } grid[] = {{"0.2", 0}, {"0.545", 12}, {"0.7", 12}};
    for (size_t i = 0; i < sizeof grid / sizeof grid[0]; i += getenv("GAPSCALE_TEST_QUICK") ? 2 : 1) {
        char text[512], sentence[SENTENCE];
        snprintf(text, sizeof text,
                 "seed: 3\nreplicates: 256\nkeep_replicates: 8\nordered_weights: 1\n"
                 "beta: {relative_to: lambda_typ, from: %s, to: 8, points: 17}\n"
                 "collapse: {entropy: [1], participation: [], top_two_ratio: [], susceptibility: false}\n"
                 "n: {from: 1e4, to: 1e300, points: 12, spacing: loglog}\n"
                 "series: [{family: powerlaw, kappa: 0.5}]\n",
                 grid[i].from);
        struct results *r = experiment_run(text);
        struct verdict v = standard_judge(r, 0, false, sentence);
        printf("    %s\n", sentence);
        assert_int_equal(v.cut_off, grid[i].cut_off);
        assert_int_equal(v.exact_count, 12 - grid[i].cut_off);
        assert_true(grid[i].cut_off > 0 ? isnan(v.exact_p) : v.exact_p > 1e-3);
        results_free(r);
    }
}

/* H = 0.01 is made by the one row in a hundred and fifty whose largest two scores nearly tie: 64 rows have
 * one or none, and errors that cover nothing. Of 100 such series 44 were refuted. */
static void test_few_carry(void **state) {
    (void)state;
    char sentence[SENTENCE], text[1024] = "seed: 1\nreplicates: 64\nkeep_replicates: 8\nordered_weights: 1\n"
                                          "n: [e^20, e^100, e^300]\n"
                                          "beta: {relative_to: lambda_typ, from: 1, to: 1024, points: 21}\n"
                                          "collapse: {entropy: [0.01], participation: [], top_two_ratio: [], "
                                          "susceptibility: false}\n"
                                          "series:\n  - {name: g0, family: gumbel}\n";
    struct results *exact_values = experiment_run(text);
    strcat(text, "  - {name: g1, family: gumbel}\n  - {name: g2, family: gumbel}\n"
                 "  - {name: g3, family: gumbel}\n  - {name: g4, family: gumbel}\n");
    struct results *r = standard_twin(text, exact_values);
    for (size_t i = 0; i < r->series_count; i++) {
        struct verdict v = standard_judge(r, i, false, sentence);
        assert_int_equal(v.few_carry, 3);
        assert_int_equal(v.ground, GROUND_FEW_CARRY);
        assert_true(isnan(v.exact_p));
    }
    assert_non_null(strstr(sentence, "few rows carry the mean"));
    results_free(r);
    results_free(exact_values);
}

/* Errors of susceptibility's maximum come from two blocks here: Student's law with one degree of freedom. Of
 * p below 0.01 the 24 series have more than two once in 500 seeds, 8 more than one once in 370, 3 more than
 * one once in 3000. */
static void test_few_blocks(void **state) {
    (void)state;
    const bool all = getenv("GAPSCALE_TEST_LONG") != NULL;
    const size_t count = all ? 24 : getenv("GAPSCALE_TEST_QUICK") ? 3 : 8;
    char text[2048], sentence[SENTENCE];
    int length =
        snprintf(text, sizeof text,
                 "seed: 1\nreplicates: 128\nkeep_replicates: 8\nordered_weights: 1\n"
                 "n: {from: e^12, to: 1e300, points: 8, spacing: loglog}\n"
                 "beta: {relative_to: lambda_typ, from: 1/4, to: 4, points: 25}\n"
                 "collapse: {entropy: [], participation: [], top_two_ratio: [], susceptibility: true}\n"
                 "series:\n  - {name: g0, family: gaussian}\n");
    struct results *exact_values = experiment_run(text);
    for (size_t i = 1; i < count; i++) {
        length +=
            snprintf(text + length, sizeof text - (size_t)length, "  - {name: g%zu, family: gaussian}\n", i);
    }
    struct results *r = standard_twin(text, exact_values);
    size_t unlikely = 0;
    for (size_t i = 0; i < count; i++) {
        struct verdict v = standard_judge(r, i, false, sentence);
        if (v.kind == VERDICT_REFUTED) { fail_msg("%s: %s", r->series[i].name, sentence); }
        assert_int_equal(v.exact_count, 8);
        unlikely += v.exact_p < 0.01;
    }
    assert_true(unlikely <= (all ? 2 : 1));
    results_free(r);
    results_free(exact_values);
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_true_laws), cmocka_unit_test(test_steep_tails),
        cmocka_unit_test(test_reach),     cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_few_carry), cmocka_unit_test(test_few_blocks),
    };
    return cmocka_run_group_tests_name("truth", tests, NULL, NULL);
}
