/* The resolved text, and the page configs/README.md. Needs the working directory at the top of the
 * repository: reads tests/golden and configs. */
#include "tests/sim/config/scratch.h"

#include <dirent.h>

/* Resolving the resolved text changes nothing. */
static void check_resolved_stays(const struct scratch *scratch, const struct config *config) {
    struct config *again = read_good(scratch, config->resolved, 0, NULL);
    assert_string_equal(again->resolved, config->resolved);
    assert_int_equal(again->series_count, config->series_count);
    for (size_t i = 0; i < config->series_count; i++) {
        const struct config_series *a = &config->series[i], *b = &again->series[i];
        assert_int_equal(a->n_count, b->n_count);
        assert_memory_equal(a->log_n, b->log_n, a->n_count * sizeof *a->log_n);
        assert_int_equal(a->beta.count, b->beta.count);
        assert_memory_equal(a->beta.value, b->beta.value, a->beta.count * sizeof *a->beta.value);
        for (size_t j = 0; j < a->family->parameter_count; j++) {
            assert_memory_equal(&a->parameter[j], &b->parameter[j], sizeof a->parameter[j]);
        }
    }
    config_free(again);
}

static void test_golden(void **state) {
    size_t length;
    char *messages, *expected = read_file("tests/golden/complete.resolved.yaml", &length);
    struct config *config = read_quietly(*state, "tests/golden/complete.yaml", 0, NULL, &messages);
    if (!config) { fail_msg("%s", messages); }
    assert_string_equal(config->resolved, expected);
    check_resolved_stays(*state, config);
    config_free(config);
    free(messages);
    free(expected);
}

static size_t check_directory(const struct scratch *scratch, const char *name) {
    size_t found = 0;
    DIR *directory = opendir(name);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        char path[512], *messages;
        const char *dot = strrchr(entry->d_name, '.');
        if (!dot || strcmp(dot, ".yaml") != 0) { continue; }
        snprintf(path, sizeof path, "%s/%s", name, entry->d_name);
        struct config *config = read_quietly(scratch, path, 0, NULL, &messages);
        if (!config) { fail_msg("%s", messages); }
        check_resolved_stays(scratch, config);
        config_free(config);
        free(messages);
        found++;
    }
    closedir(directory);
    return found;
}

static void test_shipped_configs(void **state) {
    assert_true(check_directory(*state, "configs") + check_directory(*state, "configs/examples") >= 6);
}

/* Words and mappings in the place of numbers stay what they are. */
static void test_words(void **state) {
    struct config *config = read_good(
        *state,
        "n: 64\nseries:\n  - {family: attention, tokens: {zipf: {coef: 2, log_power: -1}, vocabulary: 9},\n"
        "     rotary: 1e4, normalise: qk}\n  - {name: b, family: attention}\n",
        0, NULL);
    const char *const lines[] = {
        "    tokens: {zipf: {coef: 2, log_power: -1, power: 0}, vocabulary: 9}\n    normalise: qk\n",
        "    rotary: 10000\n", "    tokens: gaussian\n    normalise: none\n    rotary: none\n    bias: 0\n"};
    for (size_t i = 0; i < 3; i++) { assert_non_null(strstr(config->resolved, lines[i])); }
    check_resolved_stays(*state, config);
    config_free(config);
}

/* A target is written where there is one, or where a series has none and the top does. */
static void test_target(void **state) {
    struct config *config = read_good(*state,
                                      "n: 64\ntarget: {collapse: 1/100}\nseries:\n  - {family: gaussian}\n  "
                                      "- {family: plateau, target: none}\n",
                                      0, NULL);
    assert_non_null(strstr(config->resolved, "replicates: 4096\ntarget: {collapse: 0.01}\nn:"));
    assert_non_null(strstr(config->resolved, "    alpha: 1\n    target: none\n"));
    check_resolved_stays(*state, config);
    config_free(config);
    config = read_good(*state, "n: 64\ntarget: none\nseries: [{family: gaussian}]\n", 0, NULL);
    assert_null(strstr(config->resolved, "target"));
    config_free(config);
}

/* Normalisers are written where there are any, or where a series turns off those at the top. */
static void test_normalisers(void **state) {
    struct config *config = read_good(
        *state,
        "n: 64\nnormalisers: [{entmax: 2}, sparsemax]\nseries:\n  - {family: gaussian}\n"
        "  - {family: plateau, normalisers: []}\n  - {family: pareto, tail: 2, normalisers: [{sink: 1}]}\n",
        0, NULL);
    assert_non_null(strstr(config->resolved, "rows: auto\nnormalisers: [sparsemax, {entmax: 2}]\ncommon"));
    assert_non_null(strstr(config->resolved, "    alpha: 1\n    normalisers: []\n"));
    assert_non_null(strstr(config->resolved, "    tail: 2\n    normalisers: [{sink: 1}]\n"));
    check_resolved_stays(*state, config);
    config_free(config);
    const char *const set[] = {"normalisers=[]"};
    config = read_good(*state, "n: 64\nnormalisers: sparsemax\nseries: [{family: gaussian}]\n", 1, set);
    assert_null(strstr(config->resolved, "normalisers"));
    config_free(config);
}

/* Parameters that came later are told where they are not at their defaults. */
static void test_later_parameters(void **state) {
    struct config *config =
        read_good(*state,
                  "n: 64\nseries:\n  - {family: spherical, dimension: 3, concentration: 0}\n"
                  "  - {name: b, family: spherical, dimension: 3, concentration: 2}\n",
                  0, NULL);
    const char *first = strstr(config->resolved, "concentration");
    assert_true(first && first > strstr(config->resolved, "name: b"));
    assert_null(strstr(first + 1, "concentration"));
    check_resolved_stays(*state, config);
    config_free(config);
}

/* And so do lists of lists. */
static void test_lists(void **state) {
    struct config *config =
        read_good(*state,
                  "n: 64\nseries:\n  - {family: grem, levels: [[1/2, {coef: 2, log_power: -1}], [.5, 3]]}\n"
                  "  - {name: b, family: grem, levels: [[.5, 1e-34], [.5, 1]]}\n",
                  0, NULL);
    assert_non_null(
        strstr(config->resolved, "    levels: [[0.5, {coef: 2, log_power: -1, power: 0}], [0.5, 3]]\n"));
    assert_non_null(strstr(config->resolved, "    levels: [[0.5, 1e-34], [0.5, 1]]\n"));
    check_resolved_stays(*state, config);
    config_free(config);
}

/* Lengths where the text changes its form: around 2^46, 2^53 and the end of the doubles. */
static void test_resolved_lengths(void **state) {
    char text[256];
    unsigned long long random = 1;
    for (int i = 0; i < 400; i++) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        double at = (double)(random >> 11) * 0x1p-53;
        static const double low[] = {1.5, 44, 52.9, 1020}, high[] = {44, 53.1, 53.1, 1028};
        double octave = low[i % 4] + at * (high[i % 4] - low[i % 4]);
        snprintf(text, sizeof text, "n: [2, e^%.17g]\nbeta: %.17g\nseries: [{family: plateau, gap: %.17g}]\n",
                 octave * M_LN2, 0.01 + at, 1 / (1e-3 + at));
        struct config *config = read_good(*state, text, 0, NULL);
        check_resolved_stays(*state, config);
        config_free(config);
    }
}

static void test_same_question_same_text(void **state) {
    struct config *a =
        read_good(*state, "n: [256, 2^9]\nbeta: [2, 1]\nseries: [{family: gaussian}]\n", 0, NULL);
    struct config *b =
        read_good(*state,
                  "seed: 20260512 # as it is\nn: 7\nseries: [{name: gaussian, family: gaussian, "
                  "n: {from: 256, to: 512, points: 2}, beta: {relative_to: none, values: [1, 2]}, "
                  "sigma: {coef: 1}}]\n",
                  0, NULL);
    struct config *c =
        read_good(*state, "n: [256, 2^9]\nbeta: {values: [2, 1]}\nseries: [{family: gaussian}]\n", 0, NULL);
    assert_string_equal(a->resolved, b->resolved);
    assert_string_not_equal(a->resolved, c->resolved);
    config_free(a);
    config_free(b);
    config_free(c);
}

static char *find_block(char *text, const char *first_words) {
    char *start = strstr(text, first_words), *end = start ? strstr(start, "```") : NULL;
    if (!end) { fail_msg("configs/README.md has no block that starts with %s", first_words); }
    *end = 0;
    return start;
}

/* Its defaults are those of the code. */
static void test_manual(void **state) {
    size_t length;
    char *manual = read_file("configs/README.md", &length), text[2048];
    const char *defaults = find_block(manual, "seed: 20260512");
    snprintf(text, sizeof text, "%sseries: [{family: plateau}]\n", defaults);
    struct config *a = read_good(*state, text, 0, NULL);
    struct config *b = read_good(*state, "series: [{family: plateau}]\n", 0, NULL);
    assert_string_equal(a->resolved, b->resolved);
    config_free(a);
    config_free(b);
    free(manual);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_golden, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shipped_configs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lists, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_target, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_normalisers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_later_parameters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_resolved_lengths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_same_question_same_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_manual, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("resolve", tests, NULL, NULL);
}
