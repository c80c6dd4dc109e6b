/* Names of series in a study: their own where they are the first of it; none that another series has, and
 * `all`, of which figures of all series are, is nobody's. A file that is given twice is refused. */
#include "tests/experiment.h"

#include <gsl/gsl_errno.h>

#include "analysis/study/study.h"
#include "sim/base/message.h"
#include "sim/results/store.h"

static void test_names(void **state) {
    (void)state;
    static const char *const want[] = {"all-3", "all-2", "b", "all-4", "all-2-2", "b-2"};
    char path[] = "/tmp/gapscale-names-XXXXXX", other[] = "/tmp/gapscale-names-XXXXXX",
         *both[] = {path, other}, *twice[] = {path, path};
    struct study study;
    struct results *r = experiment_run(
        "replicates: 2\nn: [16]\nbeta: [1]\n"
        "collapse: {entropy: [1], participation: [], top_two_ratio: [], susceptibility: false}\n"
        "series: [{family: gumbel, name: all}, {family: gumbel, name: all-2}, {family: gumbel, name: b}]\n");
    for (size_t i = 0; i < 2; i++) {
        const struct store_provenance provenance = {.command_line = "test", .threads = 1};
        close(mkstemp(both[i]));
        assert_int_equal(store_write(both[i], r, &provenance), 0);
    }
    assert_int_equal(study_open(&study, 2, twice, false), EXIT_USAGE);
    study_release(&study);
    assert_int_equal(study_open(&study, 2, both, false), 0);
    assert_int_equal(study.count, 6);
    for (size_t i = 0; i < 6; i++) { assert_string_equal(study.fit[i].name, want[i]); }
    study_release(&study);
    results_free(r);
    unlink(path);
    unlink(other);
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
