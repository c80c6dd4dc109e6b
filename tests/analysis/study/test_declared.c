/* A results file whose attributes declare another law than its rows were made for is judged by the law that
 * they declare: a wrong one is refuted by exact values of that law, the right one is left as it is. */
#include "tests/experiment.h"

#include <gsl/gsl_errno.h>

#include "analysis/study/study.h"
#include "sim/results/store.h"

static struct verdict judged(char *path) {
    struct study study;
    assert_int_equal(study_open(&study, 1, &path, false), 0);
    study_judge(&study);
    struct verdict v = study.verdict[0];
    study_release(&study);
    return v;
}

static void test_declared(void **state) {
    (void)state;
    static const struct {
        const char *family;
        struct schedule parameter[FAMILY_PARAMETERS];
    } law[] = {{"gumbel", {{0, 0, 0}, {1, -1, 0}}},
               {"gumbel", {{0, 0, 0}, {1.2, -1, 0}}},
               {"gumbel", {{0, 0, 0}, {1, -0.9, 0}}},
               {"gaussian", {{1, 0, 0}}},
               {"stretched", {{0.5, 0, 0}, {1, 0, 0}}}};
    char path[] = "/tmp/gapscale-declared-XXXXXX";
    struct results *r = experiment_run(
        "seed: 5\nreplicates: 512\nkeep_replicates: 16\nn: {from: 1e5, "
        "to: 1e300, points: 8, spacing: loglog}\n"
        "beta: {relative_to: lambda_typ, from: 1/2, to: 8, points: 17}\n"
        "collapse: {entropy: [1], participation: [], top_two_ratio: [], susceptibility: false}\n"
        "series: [{family: gumbel, name: x, scale: {log_power: -1}}]\n");
    close(mkstemp(path));
    for (size_t i = 0; i < sizeof law / sizeof law[0]; i++) {
        r->series[0].family = family_find(law[i].family);
        memcpy(r->series[0].parameter, law[i].parameter, sizeof law[i].parameter);
        assert_int_equal(
            store_write(path, r, &(struct store_provenance){.command_line = "test", .threads = 1}), 0);
        struct verdict v = judged(path);
        assert_true(i == 0 ? v.exact_p > 1e-3 : v.exact_p < 1e-4);
        assert_true((v.kind == VERDICT_REFUTED) == (i > 0));
    }
    results_free(r);
    unlink(path);
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_declared)};
    return cmocka_run_group_tests_name("declared", tests, NULL, NULL);
}
