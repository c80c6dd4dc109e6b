/* The JSON of flow tells both tests against no growth, on either of which a verdict rests. Of one seed. */
#include "analysis/flow/flow_answer.h"
#include "analysis/report/report.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

/* The `step`-th object of "verdicts" has this number. */
static void check_told(const char *json, unsigned step, const char *key, double expected) {
    const char *at = strstr(json, "\"verdicts\"");
    for (unsigned s = 0; at && s < step; s++) { at = strstr(at + 1, "{\"step\""); }
    at = at ? strstr(at, key) : NULL;
    if (!at) { fail_msg("no %s", key); }
    check_relative(strtod(at + strlen(key), NULL), expected, 1e-12);
}

static void no_growth_is_told(void **state) {
    (void)state;
    struct flow_request request = {.design = {.dimension = 2,
                                              .count = 128,
                                              .beta = 4,
                                              .tau = INFINITY,
                                              .modes = 3,
                                              .steps = 2,
                                              .replicates = 16,
                                              .seed = 20260512,
                                              .threads = 1}};
    struct flow_answer answer;
    char *json;
    size_t size;
    flow_answer_make(&request, false, &answer);
    FILE *out = open_memstream(&json, &size);
    flow_json_print(out, &request, &answer);
    fclose(out);
    for (unsigned s = 1; s <= request.design.steps; s++) {
        const struct flow_verdict *v = &answer.verdict[s - 1];
        check_told(json, s, "\"pvalue_no_growth\": ", v->still.pvalue);
        check_told(json, s, "\"growths_chi_square_no_growth\": ", v->grown.chi_square);
        check_told(json, s, "\"growths_pvalue_no_growth\": ", v->grown.pvalue);
    }
    assert_true(answer.verdict[1].still.pvalue > 0.001 && answer.verdict[1].grown.pvalue < 1e-6);
    free(json);
    flow_answer_free(&answer);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_growth_is_told)};
    return cmocka_run_group_tests_name("flow json", tests, NULL, NULL);
}
