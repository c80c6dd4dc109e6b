/* Verdicts on keys whose scores fall with their distance. */
#include "tests/analysis/standard.h"

static const char text[] =
    "replicates: 256\nkeep_replicates: 64\nordered_weights: 1\n"
    "n: [e^10, e^20, e^45, e^100, e^300, e^1000, e^10000, e^100000]\n"
    "beta: {relative_to: lambda_typ, from: 1/2, to: 8, points: 9}\n"
    "collapse: {entropy: [1.0], participation: [], top_two_ratio: [], susceptibility: false}\nseries:\n"
    "  - {name: near, family: gaussian, position: {linear: 1}}\n"
    "  - {name: slow, family: stretched, power: 1, position: {log: 0.5}, n: [300, 1000]}\n"
    "  - {name: plain, family: gaussian, n: [300, 1000]}\n";

/* A linear penalty: Lambda does not grow (THEORY 5: .830057), beta_c/Lambda^typ stays at 1.16087, and with
 * 256 rows at each of eight n the square root of log n is excluded. Three keys hold 99% of the competitors:
 * V(s* + i) of 1 at s* = -.412921 is .6602, .2786, .0563, .0048. An exponential tail of scale 1 and c = 1/2
 * has sum (1 + i)^-1/2 keys alike, and goes on growing. */
static void test_verdicts(void **state) {
    (void)state;
    struct results *r = experiment_run(text);
    char sentence[SENTENCE];
    struct verdict v = standard_judge(r, 0, false, sentence);
    assert_int_equal(v.kind, VERDICT_SUPPORTED);
    assert_true(v.exponent.predicted == 0 && v.exponent.low < 0 && v.exponent.high > 0);
    assert_true(v.rival[1].excluded_sigma > 5 && v.exact_p > 1e-3);
    assert_true(fabs(v.amplitude.value - 1.16087) < v.amplitude.high - v.amplitude.value + 1e-3);
    assert_true(v.reach.present && v.reach.linear && v.reach.window == 3);
    check_close(v.reach.limit, 0.830057, 1e-6);
    check_close(v.reach.effective, 2 / erfc(-0.412921 / sqrt(2)), 1e-5);
    assert_non_null(strstr(sentence, "Lambda does not grow with n: Lambda^typ tends to 0.830057."));
    assert_non_null(strstr(sentence, "nearest 3 keys"));
    v = standard_judge(r, 1, false, sentence);
    double alike = 0;
    for (double i = 1; i <= 1000; i++) { alike += 1 / sqrt(i); }
    assert_true(v.reach.present && !v.reach.linear);
    check_close(v.reach.limit, 1, 1e-9); /* the scale's inverse, whatever n */
    check_close(v.reach.effective, alike, 1e-8);
    v = standard_judge(r, 2, false, sentence);
    assert_true(!v.reach.present && isnan(v.reach.window) && !strstr(sentence, "competitors"));
    results_free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_verdicts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
