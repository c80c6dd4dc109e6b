/* What `check` foretells of `fit` against what `fit` says of the same sweep. */
#include "tests/experiment.h"

#include <gsl/gsl_errno.h>
#include <math.h>

#include "analysis/study/forecast.h"
#include "analysis/verdict/verdict.h"
#include "sim/base/memory.h"

static char *foretold(const char *text) {
    char *out;
    size_t length;
    struct config *config = experiment_config(text);
    FILE *stream = memory_stream_open(&out, &length);
    forecast_print(stream, config, 2);
    memory_stream_close(stream, &out);
    config_free(config);
    return out;
}

/* The half width that is told in the line of a series. */
static double half_width(const char *text, const char *series) {
    const char *line = strstr(text, series), *sign = line ? strstr(line, "+- ") : NULL;
    return sign ? atof(sign + 3) : NAN;
}

#define SWEEP                                                                                                \
    "seed: 11\nreplicates: 512\nkeep_replicates: 16\n"                                                       \
    "n: {from: 2^10, to: e^100000, points: 14, spacing: loglog}\n"                                           \
    "beta: {relative_to: lambda_typ, from: 1/4, to: 8, points: 21}\n"                                        \
    "collapse: {entropy: [1], participation: [], top_two_ratio: [], susceptibility: false}\n"

/* Errors of errors: 512 rows know theirs to some percent, the systematic part of intervals is noise itself.
 */
static void test_widths(void **state) {
    (void)state;
    const char *const text =
        SWEEP "series: [{family: gaussian}, {family: spherical, name: circle, dimension: 2}]\n";
    char *told = foretold(text);
    struct results *r = experiment_run(text);
    for (size_t i = 0; i < r->series_count; i++) {
        struct fit fit;
        struct verdict v;
        fit_make(&fit, r, i, "");
        verdict_make(&v, &fit);
        assert_int_equal(v.kind, VERDICT_SUPPORTED);
        double ratio = half_width(told, r->series[i].name) / ((v.exponent.high - v.exponent.low) / 2);
        assert_true(ratio > 0.5 && ratio < 2);
        fit_release(&fit);
    }
    results_free(r);
    free(told);
}

static void check_word(const char *text, const char *word) {
    char *told = foretold(text);
    if (!strstr(told, word)) { fail_msg("'%s' is not in\n%s", word, told); }
    free(told);
}

#define EIGHT                                                                                                \
    "n: {from: 2^15, to: 1e300, points: 8, spacing: loglog}\nseries: [{family: gaussian}]\n"                 \
    "beta: {relative_to: lambda_typ, from: 1/8, to: 16, points: 31}\n"

static void test_grounds(void **state) {
    (void)state;
    check_word("n: [256, 1024, 4096]\nseries: [{family: gaussian}]\n", "Undecided");
    check_word("n: [256, 1024]\nseries: [{family: grem, levels: [[0.5, 0.8], [0.5, 0.2]]}]\n",
               "2 n with a collapse point");
    check_word(SWEEP "series: [{family: gaussian, replicates: 8}]\n", "replicates are too few");
    check_word("n: {from: 1e5, to: 1e300, points: 9}\nbeta: {relative_to: lambda_typ, from: 1/8, to: 2, "
               "points: 9}\nseries: [{family: gumbel}]\n",
               "Undecided");
    check_word(
        "replicates: 256\nn: {from: 2^15, to: 1e300, points: 10, spacing: loglog}\nbeta: {relative_to: "
        "lambda_typ, from: 1/64, to: 16, points: 41}\nseries: [{family: powerlaw, kappa: 0.2}]\n",
        "supported");
    check_word("common_randomness: true\nreplicates: 1600\n" EIGHT, "supported");
    check_word("common_randomness: true\nreplicates: 768\n" EIGHT,
               "with the same randomness at 8 n there are too");
    check_word("n: {from: 2, to: 2000, points: 1500}\nseries: [{family: gaussian}]\n", "too long to tell");
}

/* Heavy tails and sampled rows have no such means, walks no known scale. */
static void test_silence(void **state) {
    (void)state;
    char *told = foretold(
        "n: [256]\nseries: [{family: pareto, tail: 2}, {family: attention, rows: drawn}, {family: walk}]\n");
    assert_string_equal(told, "");
    free(told);
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_widths), cmocka_unit_test(test_grounds),
                                       cmocka_unit_test(test_silence)};
    return cmocka_run_group_tests_name("forecast", tests, NULL, NULL);
}
