/* Sums along trees have exact values: true ones agree with their rows, and those of another tree do not, be
 * it of other variances or of another depth. Fixed seeds; a right test fails once in 10^3 series. */
#include "tests/analysis/standard.h"

#include "models/oracle/oracle.h"

static const char experiment[] =
    "seed: 7\nreplicates: 512\nkeep_replicates: 64\nn: [2^6, 700, 2^12]\n"
    "beta: {relative_to: lambda_typ, from: 1/2, to: 8, points: 17}\n"
    "collapse: {entropy: [1], participation: [0.5], top_two_ratio: [], susceptibility: true}\n"
    "series:\n"
    "  - {family: grem, levels: [[1/2, 0.8], [1/2, 0.2]]}\n"
    "  - {family: walk, n: [2^6, 2^9, 2^12]}\n";

/* The collapse points of another law's rows, in the units of these. */
static void pretend(struct results_series *s, const char *family, const double *p) {
    for (size_t n = 0; n < s->size[RESULTS_LOG_N]; n++) {
        struct oracle *o = oracle_create_with(family_find(family), p, s->log_n[n], s->log_lambda_typ[n]);
        assert_non_null(o);
        s->exact_collapse[n * s->size[RESULTS_CRITERION]] = oracle_collapse_entropy(o, 1, NULL);
        oracle_free(o);
    }
}

static void test_trees(void **state) {
    (void)state;
    const double wider[FAMILY_PARAMETERS] = {2, 0.5, 0.8, 0.5, 0.3}, /* a number's sigma by a fifth */
        flat[FAMILY_PARAMETERS] = {1, 1, 1},                         /* one level of the same variance */
        bushy[FAMILY_PARAMETERS] = {8};                              /* a third of the depth */
    struct results *r = experiment_run(experiment);
    char sentence[SENTENCE];
    for (size_t i = 0; i < 2; i++) {
        const struct results_series *s = &r->series[i];
        for (size_t k = 0; k < 3 * s->size[RESULTS_CRITERION]; k++) { assert_true(s->exact_collapse[k] > 0); }
        struct verdict v = standard_judge(r, i, false, sentence);
        assert_int_equal(v.exact_count, 3);
        if (!(v.exact_joint_p > 1e-3)) { fail_msg("%s: %s", s->name, sentence); }
    }
    pretend(&r->series[0], "grem", wider);
    assert_int_equal(standard_judge(r, 0, false, sentence).kind, VERDICT_REFUTED);
    pretend(&r->series[0], "grem", flat);
    assert_int_equal(standard_judge(r, 0, false, sentence).kind, VERDICT_REFUTED);
    pretend(&r->series[1], "walk", bushy);
    assert_int_equal(standard_judge(r, 1, false, sentence).kind, VERDICT_REFUTED);
    results_free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_trees)};
    return cmocka_run_group_tests_name("trees", tests, NULL, NULL);
}
