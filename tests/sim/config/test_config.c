/* What a good config becomes. */
#include "tests/sim/config/scratch.h"

static void test_defaults(void **state) {
    struct config *config = read_good(*state, "series: [{family: plateau}]\n", 0, NULL);
    const struct config_series *series = &config->series[0];
    assert_int_equal(config->seed, 20260512);
    assert_false(config->common_randomness);
    assert_int_equal(config->keep_replicates, 4096);
    assert_int_equal(config->ordered_weights, 8);
    assert_int_equal(config->quantile_count, 5);
    assert_int_equal(series->replicates, 4096);
    assert_int_equal(series->n_count, 24);
    check_close(series->log_n[0], log(256), 0);
    check_close(series->log_n[23], log(1e300), 0);
    check_relative(log(series->log_n[12] / series->log_n[11]), log(log(1e300) / log(256)) / 23, 1e-9);
    assert_int_equal(series->beta.scale, CONFIG_SCALE_LAMBDA_TYP);
    assert_int_equal(series->beta.count, 65);
    check_close(series->beta.value[0], 0.0625, 0);
    check_close(series->beta.value[32], 1, 0);
    check_close(series->beta.value[64], 16, 0);
    assert_int_equal(series->criterion_count, 4);
    assert_int_equal(series->criterion[3].kind, CRITERION_SUSCEPTIBILITY);
    assert_string_equal(series->name, "plateau");
    assert_int_equal(series->rows, CONFIG_ROWS_AUTO);
    config_free(config);
}

/* Lengths of one series with the n written. */
static void check_lengths(const struct scratch *scratch, const char *n, size_t count, const double *log_n) {
    char text[512];
    snprintf(text, sizeof text, "n: %s\nseries: [{family: plateau}]\n", n);
    struct config *config = read_good(scratch, text, 0, NULL);
    if (config->series[0].n_count != count) { fail_msg("%s: %zu lengths", n, config->series[0].n_count); }
    for (size_t i = 0; i < count; i++) { check_close(config->series[0].log_n[i], log_n[i], 0); }
    config_free(config);
}

static void test_lengths(void **state) {
    check_lengths(*state, "[1000, 256.4, 1e3, 2^8]", 2, (double[]){log(256), log(1000)});
    check_lengths(*state, "64", 1, (double[]){log(64)});
    check_lengths(*state, "{from: 2^8, to: 2^12, points: 5}", 5,
                  (double[]){log(256), log(512), log(1024), log(2048), log(4096)});
    check_lengths(*state, "{from: 2, to: 4, points: 9, spacing: linear}", 3,
                  (double[]){log(2), log(3), log(4)});
    check_lengths(*state, "{from: 4, to: 256, points: 3, spacing: loglog}", 3,
                  (double[]){log(4), log(16), log(256)});
    check_lengths(*state, "[e^1000000, 1e300]", 2, (double[]){log(1e300), 1e6});
    check_lengths(*state, "{from: 8, to: 8, points: 1}", 1, (double[]){log(8)});
    struct config *config = read_good(*state, "n: 1e400\nseries: [{family: plateau}]\n", 0, NULL);
    check_relative(config->series[0].log_n[0], 400 * log(10), 1e-15);
    config_free(config);
}

static void test_beta(void **state) {
    struct config *config =
        read_good(*state,
                  "n: 256\nbeta: [3, 1, 2^-1]\nseries:\n"
                  "  - {family: gaussian}\n"
                  "  - {family: gaussian, name: b, beta: {values: [2]}}\n"
                  "  - {family: gaussian, name: c, beta: {relative_to: none, from: 1, to: 8, points: 4}}\n",
                  0, NULL);
    const struct config_series *series = config->series;
    assert_int_equal(series[0].beta.scale, CONFIG_SCALE_NONE);
    assert_int_equal(series[0].beta.count, 3);
    check_close(series[0].beta.value[0], 0.5, 0);
    check_close(series[0].beta.value[2], 3, 0);
    assert_int_equal(series[1].beta.scale, CONFIG_SCALE_LAMBDA_TYP);
    assert_int_equal(series[1].beta.count, 1);
    assert_int_equal(series[2].beta.scale, CONFIG_SCALE_NONE);
    for (size_t i = 0; i < 4; i++) { check_close(series[2].beta.value[i], 1 << i, 0); }
    config_free(config);
}

/* In three dimensions Z = sinh(beta)/beta. */
static void test_scaled_beta(void **state) {
    struct config *config =
        read_good(*state,
                  "n: 256\nseries:\n"
                  "  - {family: spherical, name: a, dimension: 3, beta: {n_eff: [2, 50]}}\n"
                  "  - {family: spherical, name: b, dimension: 3, beta: {critical: [2, 1/2]}}\n"
                  "  - {family: gumbel, name: c, beta: {coef: [3, 1], power: -1/2}}\n"
                  "  - {family: gumbel, name: d, beta: {coef: 3, power: 1}}\n",
                  0, NULL);
    const struct config_series *series = config->series;
    const double log_n = log(256);
    check_close(series[0].beta.value[0], 50, 0);
    for (size_t i = 0; i < 2; i++) {
        double beta = exp(config_log_beta(&series[0], log_n, 7, i)), z = sinh(beta) / beta,
               rho = sinh(2 * beta) / (2 * beta) / (z * z);
        check_relative(256 / rho, series[0].beta.value[i], 1e-9);
    }
    check_relative(exp(config_log_beta(&series[1], log_n, 7, 0)), 0.5 * 256, 1e-13);
    check_relative(exp(config_log_beta(&series[2], log_n, 7, 1)), 3 / 16.0, 1e-13);
    check_relative(exp(config_log_beta(&series[3], log_n, 7, 0)), 3 * 256, 1e-13);
    config_free(config);
}

static void test_output(void **state) {
    struct config *config =
        read_good(*state,
                  "n: 256\nseries:\n"
                  "  - {family: spherical, name: a, dimension: 3, output: true}\n"
                  "  - {family: spherical, name: b, dimension: 2, output: true,\n"
                  "     value_matrix: {rows: [[1, 2], [3, 4], [5, -6e-1]]}}\n"
                  "  - {family: spherical, name: c, dimension: 9, output: true, value_matrix: {random: 7}}\n"
                  "  - {family: spherical, name: d, dimension: 2.5, output: false}\n",
                  0, NULL);
    const struct config_series *series = config->series;
    assert_true(series[0].output.asked && series[1].output.asked && series[2].output.asked);
    assert_false(series[3].output.asked);
    assert_int_equal(series[0].output.rows, 3);
    assert_int_equal(series[0].output.matrix, CONFIG_MATRIX_IDENTITY);
    assert_int_equal(series[1].output.rows, 3);
    assert_int_equal(series[1].output.columns, 2);
    check_close(series[1].output.value[5], -0.6, 0);
    assert_int_equal(series[2].output.seed, 7);
    config_free(config);
}

static void test_schedules(void **state) {
    struct config *config = read_good(*state,
                                      "n: [256, 65536]\nseries:\n"
                                      "  - {family: gumbel, scale: {coef: 2, log_power: -2, power: 1/4}}\n",
                                      0, NULL);
    double p[FAMILY_PARAMETERS];
    config_parameters(&config->series[0], log(65536), p);
    check_close(p[0], config->series[0].family->parameter[0].initial, 0);
    check_relative(p[1], 2 / (log(65536) * log(65536)) * 16, 1e-14);
    config_free(config);
}

static void test_overriding_series(void **state) {
    struct config *config =
        read_good(*state,
                  HEAD "seed: 18446744073709551615\nreplicates: 2^10\nseries:\n"
                       "  - {family: gaussian}\n"
                       "  - {family: gaussian, name: b, n: 64, replicates: 1e3, rows: drawn,\n"
                       "     collapse: {entropy: [2, 1], participation: [], susceptibility: false}}\n",
                  0, NULL);
    const struct config_series *b = &config->series[1];
    assert_true(config->seed == UINT64_MAX);
    assert_int_equal(config->series[0].replicates, 1024);
    assert_int_equal(config->series[0].criterion_count, 4);
    assert_int_equal(b->replicates, 1000);
    assert_int_equal(b->n_count, 1);
    assert_int_equal(b->beta.count, 2);
    assert_int_equal(b->rows, CONFIG_ROWS_DRAWN);
    assert_int_equal(b->criterion_count, 3);
    check_close(b->criterion[0].threshold, 1, 0);
    check_close(b->criterion[1].threshold, 2, 0);
    assert_int_equal(b->criterion[2].kind, CRITERION_TOP_TWO_RATIO);
    config_free(config);
}

static void test_set(void **state) {
    static const char *const set[] = {"n={from: 16, points: 2}",
                                      "n.to=64",
                                      "seed=18446744073709551615",
                                      "series.g.scale.coef=1/2",
                                      "series.g.scale.power=0",
                                      "series.g.replicates=5",
                                      "replicates=78"};
    struct config *config =
        read_good(*state, HEAD "series: [{family: gaussian}, {name: g, family: gumbel}]\n",
                  sizeof set / sizeof *set, set);
    assert_true(config->seed == UINT64_MAX);
    assert_int_equal(config->series[0].replicates, 78);
    assert_int_equal(config->series[1].replicates, 5);
    assert_int_equal(config->series[0].n_count, 2);
    check_close(config->series[0].log_n[1], log(64), 0);
    check_close(config->series[1].parameter[1].coef, 0.5, 0);
    assert_string_equal(config->text, HEAD "series: [{family: gaussian}, {name: g, family: gumbel}]\n");
    config_free(config);
}

/* Names may hold dots; of those that fit, a key behind them, --set takes the longest. */
static void test_set_takes_the_longest_name(void **state) {
    static const char *const set[] = {"series.a.b.sigma=3", "series.a.sigma=2",
                                      "series.a.b.c.sigma.power=1/4", "series.a.sigma.sigma=5"};
    struct config *config = read_good(
        *state,
        HEAD "series: [{family: gaussian, name: a}, {family: gaussian, name: a.b, sigma: {coef: 1}}, "
             "{family: gaussian, name: a.b.c}, {family: gaussian, name: a.sigma}]\n",
        4, set);
    check_close(config->series[0].parameter[0].coef, 2, 0);
    check_close(config->series[1].parameter[0].coef, 3, 0);
    check_close(config->series[2].parameter[0].power, 0.25, 0);
    check_close(config->series[3].parameter[0].coef, 5, 0);
    assert_string_equal(config->series[1].name, "a.b");
    config_free(config);
}

/* Whole numbers that are no doubles. */
static void test_exact_seeds(void **state) {
    static const struct {
        const char *text;
        uint64_t seed;
    } known[] = {{"9007199254740993.0", 9007199254740993},    {"9007199254740993e0", 9007199254740993},
                 {"900719925474099300e-2", 9007199254740993}, {"1.8446744073709551615e19", UINT64_MAX},
                 {"18446744073709551615/5", UINT64_MAX / 5},  {"3^40", 12157665459056928801u}};
    char text[128];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        snprintf(text, sizeof text, "seed: %s\n" HEAD TAIL, known[i].text);
        struct config *config = read_good(*state, text, 0, NULL);
        if (config->seed != known[i].seed) {
            fail_msg("%s became %ju", known[i].text, (uintmax_t)config->seed);
        }
        config_free(config);
    }
}

static void test_great_n_as_decimals(void **state) {
    char text[2048] = "n: 1";
    memset(text + 4, '0', 1000);
    strcat(text, ".0\nseries: [{family: plateau}]\n");
    struct config *config = read_good(*state, text, 0, NULL);
    check_relative(config->series[0].log_n[0], 1000 * log(10), 1e-15);
    config_free(config);
}

/* Either penalty alone, schedules, none; and what it makes of rows. What is not there is not in the resolved
 * text. */
static void test_positions(void **state) {
    const char *text =
        "n: [256, 2^30]\nseries:\n"
        "  - {family: gaussian, position: {linear: 0.1}}\n"
        "  - {family: gumbel, position: {log: {coef: 2, log_power: -1}}, rows: drawn}\n"
        "  - {name: none, family: gaussian, position: none}\n"
        "  - {name: drawn, family: gaussian, position: {linear: 0.1, log: 0.2}, rows: drawn}\n";
    struct config *config = read_good(*state, text, 0, NULL);
    double p[FAMILY_PARAMETERS];
    const struct config_series *s = config->series;
    config_parameters(&s[0], 5, p);
    struct family_position position = family_position(s[0].family, p);
    assert_true(position.linear == 0.1 && position.log == 0);
    config_parameters(&s[1], 5, p);
    position = family_position(s[1].family, p);
    assert_true(position.linear == 0 && position.log == 0.4);
    assert_true(config_has_position(&s[0]) && config_has_position(&s[1]) && !config_has_position(&s[2]));
    assert_true(config_counted(&s[0], 20) && !config_counted(&s[1], 20) && config_counted(&s[2], 20));
    assert_true(!config_counted(&s[3], 20) && !config_counted(&s[0], 5));
    assert_true(config_log_window(&s[0], 30 * M_LN2) < 20 * M_LN2);
    assert_non_null(strstr(config->resolved, "    position: {linear: 0.1, log: 0}\n"));
    assert_null(strstr(config->resolved, "none\n    position"));
    assert_null(strstr(config->resolved, "position: none"));
    config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_positions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lengths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_beta, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_scaled_beta, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_output, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_schedules, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_overriding_series, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_set, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_set_takes_the_longest_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_exact_seeds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_great_n_as_decimals, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
