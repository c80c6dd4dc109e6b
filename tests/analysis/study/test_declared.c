/* A results file whose attributes declare another law than its rows were made for is judged by the law that
 * they declare: a wrong one is refuted by exact values of that law, the right one is left as it is. */
#include "tests/experiment.h"

#include <gsl/gsl_errno.h>

#include "analysis/study/declared.h"
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

/* What is counted within gaps in units of another Lambda^typ is not taken for counts within these. */
static void test_gap_counts(void **state) {
    (void)state;
    struct results *r = experiment_run("replicates: 64\nn: [300, 1e20]\nseries: [{family: gumbel}]\n");
    struct results_series *s = &r->series[0];
    const size_t counts = 2 * s->size[RESULTS_GAP];
    const double *mean = s->mean[RESULTS_LOG_GAP_COUNT], *se = s->se[RESULTS_LOG_GAP_COUNT];
    const double ratio = s->beta_ratio[0];
    assert_true(!declared_apply(s) && isfinite(mean[0]) && isfinite(mean[counts - 1]));
    s->parameter[1].coef = 2;
    assert_true(declared_apply(s));
    check_close(s->beta_ratio[0], 2 * ratio, 1e-12 * ratio);
    for (size_t i = 0; i < counts; i++) { assert_true(isnan(mean[i]) && isnan(se[i])); }
    results_free(r);
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_declared), cmocka_unit_test(test_gap_counts)};
    return cmocka_run_group_tests_name("declared", tests, NULL, NULL);
}
