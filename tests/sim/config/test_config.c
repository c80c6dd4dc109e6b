/* Needs the working directory at the top of the repository: reads tests/golden and configs. */
#include "tests/test.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/nearest.h"
#include "sim/base/number.h"
#include "sim/config/config_read.h"
#include "sim/config/value.h"

#define HEAD "n: [256, 512]\nbeta: [1, 2]\n"
#define TAIL "series: [{family: gaussian}]\n"

/* A directory of its own, and stderr kept in a file. */
struct scratch {
    char directory[256], config[288], messages[288];
};

static int set_up(void **state) {
    struct scratch *scratch = calloc(1, sizeof *scratch);
    const char *place = getenv("TMPDIR");
    if (!scratch) { return -1; }
    snprintf(scratch->directory, sizeof scratch->directory, "%s/gapscale-config-XXXXXX",
             place ? place : P_tmpdir);
    if (!mkdtemp(scratch->directory)) { return -1; }
    snprintf(scratch->config, sizeof scratch->config, "%s/c.yaml", scratch->directory);
    snprintf(scratch->messages, sizeof scratch->messages, "%s/stderr", scratch->directory);
    *state = scratch;
    return 0;
}

static int tear_down(void **state) {
    struct scratch *scratch = *state;
    unlink(scratch->config);
    unlink(scratch->messages);
    int status = rmdir(scratch->directory);
    free(scratch);
    return status;
}

static void write_file(const char *path, const char *text, size_t length) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file) { fail_msg("cannot open %s", path); }
    char *text = calloc(1, 1 << 22);
    assert_non_null(text);
    *length = fread(text, 1, (1 << 22) - 1, file);
    fclose(file);
    return text;
}

/* Reads a config with stderr sent to the scratch file; `messages` receives what was said. */
static struct config *read_quietly(const struct scratch *scratch, const char *path, size_t count,
                                   const char *const *set, char **messages) {
    size_t length;
    fflush(stderr);
    int kept = dup(STDERR_FILENO);
    assert_non_null(freopen(scratch->messages, "wb", stderr));
    struct config *config = config_read(path, count, set);
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    if (messages) { *messages = read_file(scratch->messages, &length); }
    return config;
}

static struct config *read_good(const struct scratch *scratch, const char *text, size_t count,
                                const char *const *set) {
    char *messages;
    write_file(scratch->config, text, strlen(text));
    struct config *config = read_quietly(scratch, scratch->config, count, set, &messages);
    if (!config) { fail_msg("refused:\n%s\n%s", text, messages); }
    assert_string_equal(messages, "");
    free(messages);
    return config;
}

/* `place` is "LINE:COLUMN"; the message there must hold `words`. */
static void check_message(const char *messages, const char *name, const char *place, const char *words) {
    char start[512];
    snprintf(start, sizeof start, "%s:%s: error: ", name, place);
    for (const char *at = messages; (at = strstr(at, start)); at++) {
        const char *found = strstr(at, words), *end = strchr(at, '\n');
        if (found && found < end) { return; }
    }
    fail_msg("expected %s... %s ...\nbut got\n%s", start, words, messages);
}

static void check_refused_bytes(const struct scratch *scratch, const char *text, size_t length,
                                const char *place, const char *words) {
    char *messages;
    write_file(scratch->config, text, length);
    struct config *config = read_quietly(scratch, scratch->config, 0, NULL, &messages);
    if (config) { fail_msg("accepted:\n%s", text); }
    check_message(messages, scratch->config, place, words);
    free(messages);
}

static void check_refused_set(const struct scratch *scratch, const char *set, const char *place,
                              const char *words) {
    char *messages;
    write_file(scratch->config, HEAD TAIL, strlen(HEAD TAIL));
    struct config *config = read_quietly(scratch, scratch->config, 1, &set, &messages);
    if (config) { fail_msg("accepted --set %s", set); }
    check_message(messages, "--set", place, words);
    assert_non_null(strstr(messages, set));
    free(messages);
}

static void test_numbers(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double value, log_value;
        bool exact;
    } good[] = {
        {"12", 12, 2.4849066497880004, true},
        {"+1e3", 1000, 6.907755278982137, true},
        {"-2.5", -2.5, NAN, true},
        {"0", 0, NAN, true},
        {".5", 0.5, -M_LN2, true},
        {"1/16", 0.0625, -2.772588722239781, true},
        {"2^16", 65536, 11.090354888959125, true},
        {"2^-4", 0.0625, -2.772588722239781, true},
        {"2^53", 0x1p53, 36.7368005696771, true},
        {"10^15", 1e15, 34.538776394910684, true},
        {"3^33", 5559060566555523., 36.25420552604762, true},
        {"2^1000", 0x1p1000, 693.1471805599453, true},
        {"1e300", 1e300, 690.7755278982137, true},
        {"1e400", INFINITY, 921.0340371976183, true},
        {"10^400", INFINITY, 921.0340371976183, true},
        {"12345e4000", INFINITY, 9219.761378377962, true},
        {"e^100000", INFINITY, 100000, true},
        {"e^-2", 0.1353352832366127, -2, false},
        {"1e-400", 0, -921.0340371976183, true},
        {"-1e400", -INFINITY, NAN, true},
    };
    static const char *const bad[] = {"",      "10abc", "abc",      "-",     "+",       ".",      "e",
                                      "e^",    "2^",    "^2",       "1/",    "/2",      "1/0",    "0x10",
                                      "inf",   "nan",   "1e",       "1e+",   "1 ",      " 1",     "1,5",
                                      "1_000", "--1",   "2^3^4",    "1/2/3", "2^16/4",  "0^2",    "2^1e400",
                                      "1.2.3", "1e3.5", "infinity", "2^+3",  "1e400/2", "1/1e400"};
    double value, log_value;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!number_read(good[i].text, &value, &log_value)) { fail_msg("refused %s", good[i].text); }
        if (isinf(good[i].value)) {
            assert_true(value == good[i].value);
        } else {
            check_relative(value, good[i].value, good[i].exact ? 0 : 4e-15);
        }
        assert_int_equal(isnan(log_value), isnan(good[i].log_value));
        if (!isnan(log_value)) { check_relative(log_value, good[i].log_value, 1e-15); }
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (number_read(bad[i], &value, NULL)) { fail_msg("accepted `%s`", bad[i]); }
    }
}

static void test_number_print(void **state) {
    (void)state;
    static const double value[] = {
        0,      1,      -1.5, 0.1,  1.0 / 3, 1e300, 5e-324, 1.7976931348623157e308, 123456789012345678.,
        100000, 0x1p53, M_PI, 1e15, 2e-5};
    char text[NUMBER_TEXT];
    for (size_t i = 0; i < sizeof value / sizeof *value; i++) {
        assert_true(strtod(number_print(value[i], text), NULL) == value[i]);
    }
    assert_string_equal(number_print(0.1, text), "0.1");
    assert_string_equal(number_print(100000, text), "100000");
    assert_string_equal(number_print(1e300, text), "1e+300");
}

static void test_nearest(void **state) {
    (void)state;
    static const char *const names[] = {"replicates", "beta", "n", "collapse"};
    assert_string_equal(nearest_name("replicats", 4, names), "replicates");
    assert_string_equal(nearest_name("BETA", 4, names), "beta");
    assert_string_equal(nearest_name("ebta", 4, names), "beta");
    assert_string_equal(nearest_name("collpase", 4, names), "collapse");
    assert_null(nearest_name("temperature", 4, names));
    assert_null(nearest_name("", 4, names));
    assert_null(nearest_name("m", 4, names));
    char word[200] = {0};
    memset(word, 'a', sizeof word - 1);
    assert_null(nearest_name(word, 4, names));
}

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
    static const char *const set[] = {"replicates=77",
                                      "n={from: 16, points: 2}",
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

static void test_bad_set(void **state) {
    check_refused_set(*state, "replicates=10abc", "1:12", "`replicates` must be a whole number from 1");
    check_refused_set(*state, "n={from: 16, two: 3}", "1:14", "`n` has no key `two`");
    check_refused_set(*state, "replicats=3", "1:11", "did you mean `replicates`?");
    check_refused_set(*state, "n.from=3", "1:1", "`n` has no keys in this config");
    check_refused_set(*state, "series.gausian.sigma=2", "1:8", "did you mean `gaussian`?");
    check_refused_set(*state, "series.gaussian.sigma.coef=-1", "1:28",
                      "`sigma` is -1; it must be a number from");
    check_refused_set(*state, "series.gaussian=3", "1:8", "cannot be replaced as a whole");
    check_refused_set(*state, "replicates", "1:1", "write PATH=VALUE");
    check_refused_set(*state, "=3", "1:1", "write PATH=VALUE");
    check_refused_set(*state, "replicates=", "1:12", "no value is written");
    check_refused_set(*state, "n=from: 3", "1:3", "mappings as {key: value}");
    check_refused_set(*state, "n=[1", "1:5", "not valid YAML");
    check_refused_set(*state, "seed=*a", "1:7", "aliases");
}

/* One mistake each, with its place in the file and words of its message. */
static const struct mistake {
    const char *text, *place, *words;
} mistakes[] = {
    {HEAD "replicats: 10\n" TAIL, "3:1", "no key `replicats`; did you mean `replicates`?"},
    {HEAD "temperature: 10\n" TAIL, "3:1", "its keys are: n, beta,"},
    {HEAD "replicates: 10abc\n" TAIL, "3:13", "whole number from 1 to 1000000000, not `10abc`"},
    {HEAD "replicates: 0\n" TAIL, "3:13", "not `0`"},
    {HEAD "replicates: 1.5\n" TAIL, "3:13", "not `1.5`"},
    {HEAD "replicates: 1e10\n" TAIL, "3:13", "not `1e10`"},
    {HEAD "replicates: [1]\n" TAIL, "3:13", "not a list"},
    {HEAD "replicates: '3'\n" TAIL, "3:13", "not the quoted text `3`"},
    {HEAD "replicates:\n" TAIL, "3:1", "not nothing"},
    {HEAD "seed: -1\n" TAIL, "3:7", "`seed` must be a whole number"},
    {HEAD "seed: 18446744073709551616\n" TAIL, "3:7", "past 2^53 in plain digits"},
    {HEAD "keep_replicates: 0\n" TAIL, "3:18", "`keep_replicates` must be"},
    {HEAD "ordered_weights: 65\n" TAIL, "3:18", "from 1 to 64"},
    {HEAD "ordered_weights: 0\n" TAIL, "3:18", "from 1 to 64"},
    {HEAD "common_randomness: yes\n" TAIL, "3:20", "true or false, not `yes`"},
    {HEAD "quantiles: []\n" TAIL, "3:12", "a list of 1 to 32 numbers"},
    {HEAD "quantiles: [0.5, 1]\n" TAIL, "3:18", "above 0, below 1, not `1`"},
    {HEAD "quantiles: [0.5, 0.5]\n" TAIL, "3:12", "holds 0.5 twice"},
    {HEAD "series: [{family: plateau, rows: counted}]\n", "3:34", "have nothing to count"},
    {HEAD "rows: counted\nseries: [{family: plateau}]\n", "4:10", "write `rows: auto` in this series"},
    {HEAD "rows: drown\n" TAIL, "3:7", "did you mean `drawn`?"},
    {HEAD "collapse: 3\n" TAIL, "3:11", "`collapse` must be a mapping"},
    {HEAD "collapse: {entropy: [0]}\n" TAIL, "3:22", "`collapse.entropy` must be a finite number above 0"},
    {HEAD "collapse: {entropy: [1, 1]}\n" TAIL, "3:21", "holds 1 twice"},
    {HEAD "collapse: {entropy: [1, 1.0000000000000002]}\n" TAIL, "3:21", "twice to 15 digits"},
    {HEAD "collapse: {participation: 1}\n" TAIL, "3:27", "above 0, below 1"},
    {HEAD "collapse: {top_two_ratio: [0.5, 0]}\n" TAIL, "3:33", "above 0, below 1"},
    {HEAD "collapse: {susceptibility: 1}\n" TAIL, "3:28", "true or false"},
    {HEAD "collapse: {entropi: 1}\n" TAIL, "3:12", "did you mean `entropy`?"},
    {HEAD "collapse: {entropy: [], participation: [], top_two_ratio: [], susceptibility: false}\n" TAIL,
     "3:11", "keep at least one"},
    {HEAD "collapse: {entropy: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]}\n" TAIL, "3:11",
     "more than 16 collapse"},
    {"n: [256, -5]\nseries: [{family: gaussian}]\n", "1:10", "from 2 to e^1000000"},
    {"n: [1]\n" TAIL, "1:5", "not `1`"},
    {"n: 1.9\n" TAIL, "1:4", "not `1.9`"},
    {"n: []\n" TAIL, "1:4", "a list of 1 to 100000 numbers, not of 0"},
    {"n: [e^1000001]\n" TAIL, "1:5", "from 2 to e^1000000"},
    {"n: [256, [3]]\n" TAIL, "1:10", "not a list"},
    {"n: {from: 16, to: 8}\n" TAIL, "1:19", "`n.to` must be above `n.from`"},
    {"n: {from: 16, to: 64, points: 1}\n" TAIL, "1:4", "one point cannot have two ends"},
    {"n: {from: 16, to: 64, points: 100001}\n" TAIL, "1:31", "from 1 to 100000"},
    {"n: {from: 16, to: 64, spacing: lin}\n" TAIL, "1:32", "one of linear, log, loglog"},
    {"n: {from: 16, to: 1e400, spacing: linear}\n" TAIL, "1:4", "needs `to` below 1e308"},
    {"rows: drawn\nn: [256, 2^41]\n" TAIL, "2:10", "draws every score, which needs n <= 2^40"},
    {"rows: drawn\nn: {from: 256, to: 1e300}\n" TAIL, "2:20", "n <= 2^40"},
    {"rows: drawn\n" TAIL, "2:10", "by default"},
    {"n: 256\nbeta: [0]\n" TAIL, "2:8", "`beta` must be a finite number above 0, not `0`"},
    {"n: 256\nbeta: [-1]\n" TAIL, "2:8", "not `-1`"},
    {"n: 256\nbeta: [1e400]\n" TAIL, "2:8", "finite"},
    {"n: 256\nbeta: [1, 2, 1]\n" TAIL, "2:7", "holds 1 twice"},
    {"n: 256\nbeta: {from: 2, to: 1}\n" TAIL, "2:21", "`beta.to` must be above"},
    {"n: 256\nbeta: {from: 1, to: 1.0000000000000002, points: 9}\n" TAIL, "2:7",
     "too many for so short a range"},
    {"n: 256\nbeta: {values: [1], from: 2}\n" TAIL, "2:16", "both `values` and a range"},
    {"n: 256\nbeta: {relative_to: lambda}\n" TAIL, "2:21", "one of none, lambda_typ"},
    {"n: 256\nbeta: {n_eff: [300]}\nseries: [{family: spherical, dimension: 3}]\n", "3:10",
     "must be below every n"},
    {"n: 256\nbeta: {n_eff: [0]}\nseries: [{family: spherical, dimension: 3}]\n", "2:16",
     "finite number above 0"},
    {"n: 256\nbeta: {critical: [-1]}\nseries: [{family: spherical, dimension: 3}]\n", "2:19",
     "above 0, not `-1`"},
    {"n: 256\nbeta: {critical: [1], n_eff: [2]}\nseries: [{family: spherical, dimension: 3}]\n", "2:18",
     "`beta.critical` does not go with `beta.n_eff`"},
    {"n: 256\nbeta: {n_eff: [2], points: 3}\nseries: [{family: spherical, dimension: 3}]\n", "2:28",
     "`beta.points` does not go with"},
    {"n: 256\nbeta: {power: 2}\n" TAIL, "2:7", "needs `coef`"},
    {"n: 256\nbeta: {coef: 2}\n" TAIL, "2:7", "needs `power`"},
    {"n: 256\nseries: [{family: gaussian, beta: {n_eff: [2]}}]\n", "2:35", "needs keys on a sphere"},
    {"n: 256\nbeta: {critical: [2]}\n" TAIL, "3:10", "needs keys on a sphere; series `gaussian`"},
    {HEAD "series: [{family: spherical, dimension: 2.5, output: true}]\n", "3:54", "one whole number from 2"},
    {HEAD "series: [{family: spherical, dimension: {coef: 2, log_power: 1}, output: true}]\n", "3:74",
     "one whole number from 2"},
    {HEAD "series: [{family: spherical, dimension: 3, output: yes}]\n", "3:52", "true or false"},
    {HEAD "series: [{family: spherical, dimension: 3, value_matrix: identity}]\n", "3:58",
     "write `output: true`"},
    {HEAD "series: [{family: spherical, dimension: 3, output: true, value_matrix: unity}]\n", "3:72",
     "identity, {rows: [[...], ...]} or {random: SEED}"},
    {HEAD "series: [{family: spherical, dimension: 3, output: true, value_matrix: {rows: [[1, 2]]}}]\n",
     "3:80", "a list of 3 numbers, as many as the dimension"},
    {HEAD "series: [{family: spherical, dimension: 3, output: true, value_matrix: {rows: []}}]\n", "3:79",
     "a list of rows"},
    {HEAD "series: [{family: spherical, dimension: 2, output: true, value_matrix: {rows: [[1, x]]}}]\n",
     "3:84", "finite number"},
    {HEAD "series: [{family: spherical, dimension: 2000, output: true, value_matrix: {random: 1}}]\n", "3:84",
     "at most 1024"},
    {"n: e^1000\nseries: [{family: spherical, dimension: 2, output: true}]\n", "2:10",
     "leaves the range of doubles"},
    {HEAD, "1:1", "no `series`"},
    {HEAD "series: []\n", "3:9", "at least one series"},
    {HEAD "series: 3\n", "3:9", "a list of at least one series"},
    {HEAD "series: [3]\n", "3:10", "a list of mappings"},
    {HEAD "series: [{sigma: 1}]\n", "3:10", "names no family"},
    {HEAD "series: [{famly: gaussian}]\n", "3:11", "a series has no key `famly`; did you mean `family`?"},
    {HEAD "series: [{x: 1}]\n", "3:11", "rows, family, name, output, value_matrix, sigma, location"},
    {HEAD "series: [{family: gausian}]\n", "3:19", "did you mean `gaussian`?"},
    {HEAD "series: [{family: gaussian, simga: 2}]\n", "3:29", "did you mean `sigma`?"},
    {HEAD "series: [{family: gaussian, output: true}]\n", "3:29", "no key `output`"},
    {HEAD "series: [{family: gaussian, sigma: 0}]\n", "3:36", "`sigma` is 0; it must be"},
    {HEAD "series: [{family: gaussian, sigma: [1]}]\n", "3:36", "a number or a mapping"},
    {HEAD "series: [{family: gaussian, sigma: {coef: 1, powr: 2}}]\n", "3:46", "did you mean `power`?"},
    {HEAD "series: [{family: gaussian, sigma: {coef: x}}]\n", "3:43", "`sigma.coef` must be a finite number"},
    {HEAD "series: [{family: gaussian, sigma: {power: 400}}]\n", "3:36", "at n = 256; it must be"},
    {HEAD "series: [{family: powerlaw}]\n", "3:10", "needs `kappa`"},
    {HEAD "series: [{family: powerlaw, kappa: 0}]\n", "3:36", "`kappa` is 0; it must be"},
    {HEAD "series: [{family: powerlaw, kappa: -2}]\n", "3:36", "`kappa` is -2; it must be"},
    {HEAD "series: [{family: spherical, dimension: 1}]\n", "3:41",
     "`dimension` is 1; it must be a number from 2"},
    {HEAD "series: [{family: spherical, dimension: {coef: 5, log_power: -1}}]\n", "3:41", "at n = 256"},
    {HEAD "series: [{family: gaussian}, {family: gaussian}]\n", "3:30", "two series are called `gaussian`"},
    {HEAD "series: [{family: gaussian, name: a b}]\n", "3:35", "letters, digits"},
    {HEAD "series: [{family: gaussian, name: -a}]\n", "3:35", "the first a letter or digit"},
    {HEAD "series: [{family: gaussian, name: ''}]\n", "3:35", "letters, digits"},
    {"", "1:1", "the file is empty"},
    {"# nothing\n", "1:1", "nothing is written here"},
    {"[1]\n", "1:1", "`config` must be a mapping"},
    {"hello\n", "1:1", "`config` must be a mapping"},
    {HEAD "seed: 1\nseed: 2\n" TAIL, "4:1", "key `seed` is written 2 times, first on line 3"},
    {HEAD TAIL "---\nseed: 1\n", "4:1", "a second document"},
    {"a: &x [1]\n" TAIL, "1:7", "anchors"},
    {HEAD "seed: !!int 3\n" TAIL, "3:13", "tags"},
    {"series: [*a]\n", "1:11", "aliases"},
    {"seed: \"1\\0\"\n" TAIL, "1:7", "NUL"},
    {"? [a]\n: 1\n", "1:3", "a key must be a plain word"},
    {"n: [1, 2\n", "1:9", "not valid YAML"},
    {"series:\n\t- family: gaussian\n", "2:1", "not valid YAML: tab"},
    {"seed: \xff\n", "1:1", "not a UTF-8 text"},
    {"\xef\xbb\xbfsede: 1\n", "1:1", "did you mean `seed`?"},
    {"seed: 1\r\nsede: 1\r\n", "2:1", "did you mean `seed`?"},
    {"\"\xc3\xa9\xc3\xa9\": 1\n\"\xc3\xa9\": {a: b}\n", "1:1", "no key `\xc3\xa9\xc3\xa9`"},
};

static void test_mistakes(void **state) {
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        const struct mistake *m = &mistakes[i];
        check_refused_bytes(*state, m->text, strlen(m->text), m->place, m->words);
    }
}

static void test_all_mistakes_at_once(void **state) {
    const struct scratch *scratch = *state;
    char expected[2048], *messages;
    static const char text[] =
        "replicates: 10abc\nn: [1]\nbeta: [0]\nsred: 1\nseries:\n  - family: powerlaw\n    kappa: 0\n";
    write_file(scratch->config, text, strlen(text));
    assert_null(read_quietly(scratch, scratch->config, 0, NULL, &messages));
    const char *f = scratch->config;
    snprintf(expected, sizeof expected,
             "%s:1:13: error: `replicates` must be a whole number from 1 to 1000000000, not `10abc`\n"
             "    replicates: 10abc\n                ^\n"
             "%s:2:5: error: `n` must be a number from 2 to e^1000000, such as 4096, 2^16, 1e300 or e^1000, "
             "not `1`\n"
             "    n: [1]\n        ^\n"
             "%s:3:8: error: `beta` must be a finite number above 0, not `0`\n    beta: [0]\n           ^\n"
             "%s:4:1: error: the config has no key `sred`; did you mean `seed`?\n    sred: 1\n    ^\n",
             f, f, f, f);
    if (strncmp(messages, expected, strlen(expected)) != 0) { fail_msg("got\n%s", messages); }
    check_message(messages, f, "7:12", "`kappa` is 0");
    free(messages);
}

static void check_unreadable(const struct scratch *scratch, const char *path, const char *words) {
    char *messages;
    assert_null(read_quietly(scratch, path, 0, NULL, &messages));
    check_message(messages, path, "1:1", words);
    free(messages);
}

static void test_files(void **state) {
    const struct scratch *scratch = *state;
    check_unreadable(scratch, scratch->directory, "a directory");
    check_unreadable(scratch, "no/such/file.yaml", "cannot be opened: No such file");
    check_unreadable(scratch, "/dev/null", "not a regular file");
    write_file(scratch->config, "", 0);
    assert_int_equal(truncate(scratch->config, 100000000), 0);
    check_unreadable(scratch, scratch->config, "longer than 64 KiB");
    unlink(scratch->config);
    assert_int_equal(mkfifo(scratch->config, 0600), 0);
    check_unreadable(scratch, scratch->config, "not a regular file");
    unlink(scratch->config);
    check_refused_bytes(scratch, "seed: 1\0: 2\n", 12, "1:1", "not a UTF-8 text");
    check_refused_bytes(scratch, "\x7f\x45LF\2\1\1\0\0", 9, "1:1", "not a UTF-8 text");
    check_refused_bytes(scratch, "\xff\xfes\0e\0", 6, "1:1", "not a UTF-8 text");
}

/* Mistakes of several series and kinds, all told at once. */
static void test_mistakes_of_several_series(void **state) {
    const struct scratch *scratch = *state;
    static const char text[] = "n: 256\nseries:\n"
                               "  - {family: spherical, name: a, dimension: 3, beta: {n_eff: [300]}}\n"
                               "  - {family: gaussian, name: b, beta: {n_eff: [2]}}\n"
                               "  - {family: spherical, name: c, dimension: 1.5, output: true}\n"
                               "  - {family: gaussian, name: d, beta: {critical: [2]}}\n";
    char *messages;
    write_file(scratch->config, text, strlen(text));
    assert_null(read_quietly(scratch, scratch->config, 0, NULL, &messages));
    check_message(messages, scratch->config, "3:54", "n_eff must be below every n");
    check_message(messages, scratch->config, "4:39", "needs keys on a sphere");
    check_message(messages, scratch->config, "5:45", "it must be a number from 2");
    check_message(messages, scratch->config, "6:39", "needs keys on a sphere");
    size_t count = 0;
    for (const char *at = messages; (at = strstr(at, ": error: ")); at++) { count++; }
    assert_int_equal(count, 4);
    free(messages);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A config of `count` times the same piece behind a head; refused within a second of processor time. */
static void check_fast(const struct scratch *scratch, const char *head, const char *piece, size_t count,
                       const char *place, const char *words) {
    size_t head_length = strlen(head), length = strlen(piece);
    char *text = malloc(head_length + count * length + 1);
    assert_non_null(text);
    strcpy(text, head);
    for (size_t i = 0; i < count; i++) { strcpy(text + head_length + i * length, piece); }
    double start = seconds();
    check_refused_bytes(scratch, text, head_length + count * length, place, words);
    double took = seconds() - start;
    if (took > 1) { fail_msg("%zu times %s took %.1f s", count, piece, took); }
    free(text);
}

static void test_traps(void **state) {
    check_fast(*state, "", "a:\n", 20000, "2:1", "key `a` is written 20000 times");
    check_fast(*state, "", "{n: 2, n: 3}: ", 1, "1:1", "plain word");
    check_fast(*state, "", "[", 60000, "1:17", "nested too deeply");
    check_fast(*state, "", "- ", 30000, "1:33", "nested too deeply");
    check_fast(*state, "", "{a: ", 15000, "1:65", "nested too deeply");
    check_fast(*state, "a: &a [x]\nb: ", "[*a,", 12, "1:7", "anchors");
    check_fast(*state, "", "&a ", 20000, "1:1", "");
    check_fast(*state, "seed: ", "9", 65000, "1:7", "`seed` must be");
    check_fast(*state, "n: ", "9", 65000, "1:1", "no `series`");
    check_fast(*state, "n: [", "2, ", 20000, "1:60004", "not valid YAML");
    check_fast(*state, HEAD "series:\n", "- {family: gaussian}\n", 3000, "5:3", "two series are called");
}

static void test_great_n_as_decimals(void **state) {
    char text[2048] = "n: 1";
    memset(text + 4, '0', 1000);
    strcat(text, ".0\nseries: [{family: plateau}]\n");
    struct config *config = read_good(*state, text, 0, NULL);
    check_relative(config->series[0].log_n[0], 1000 * log(10), 1e-15);
    config_free(config);
}

static void test_too_many_points(void **state) {
    char text[4096] = "n: {from: 2, to: e^1000000, points: 100000}\nbeta: [1]\nseries:\n";
    for (int i = 0; i < 20; i++) { sprintf(text + strlen(text), "  - {family: plateau, name: s%d}\n", i); }
    check_refused_bytes(*state, text, strlen(text), "14:5", "more than 1000000 values");
}

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

/* Bytes of the golden config overwritten, removed and repeated at random: refused or read, nothing else. */
static void test_mutations(void **state) {
    const struct scratch *scratch = *state;
    static const char bytes[] = "{}[]:,-#&*!|>'\"%@`\n\t ~?^/=.0129enXx\\\0\x80\xff";
    size_t length, refused = 0;
    unsigned long long random = 20260512;
    char *golden = read_file("tests/golden/complete.yaml", &length), *text = malloc(2 * length);
    assert_non_null(text);
    double start = seconds();
    for (int round = 0; round < 1500 && seconds() < start + 1.5; round++) {
        size_t size = length;
        memcpy(text, golden, length);
        for (int edit = 0; edit <= round % 4; edit++) {
            random = random * 6364136223846793005ULL + 1442695040888963407ULL;
            size_t at = (size_t)(random >> 33) % size, span = (size_t)(random >> 20) % 12;
            if (span == 0 && size < length + 8) {
                memmove(text + at + 1, text + at, size - at);
                size++;
            } else if (span == 1) {
                memmove(text + at, text + at + 1, size - at - 1);
                size--;
            }
            text[at] = bytes[(random >> 50) % (sizeof bytes - 1)];
        }
        write_file(scratch->config, text, size);
        struct config *config = read_quietly(scratch, scratch->config, 0, NULL, NULL);
        refused += !config;
        config_free(config);
    }
    assert_true(refused > 50);
    free(text);
    free(golden);
}

static char *find_block(char *text, const char *first_words) {
    char *start = strstr(text, first_words), *end = start ? strstr(start, "```") : NULL;
    if (!end) { fail_msg("configs/README.md has no block that starts with %s", first_words); }
    *end = 0;
    return start;
}

static void test_manual(void **state) {
    size_t length;
    char *manual = read_file("configs/README.md", &length), text[2048];
    for (size_t i = 0; i < family_count(); i++) {
        const struct family *family = family_at(i);
        for (size_t j = 0; j < family->parameter_count; j++) {
            const struct family_parameter *p = &family->parameter[j];
            struct value_range range = {p->low, p->high, p->open, false};
            char initial[NUMBER_TEXT], described[VALUE_TEXT];
            snprintf(text, sizeof text, "| `%s` | `%s` | %s | %s | %s |\n", family->name, p->name,
                     isnan(p->initial) ? "must be given" : number_print(p->initial, initial),
                     value_describe(&range, described), p->doc);
            if (!strstr(manual, text)) { fail_msg("configs/README.md lacks the row\n%s", text); }
        }
    }
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
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_number_print),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test_setup_teardown(test_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lengths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_beta, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_scaled_beta, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_output, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_schedules, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_overriding_series, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_set, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_set, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_mistakes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_all_mistakes_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_mistakes_of_several_series, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_traps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_great_n_as_decimals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_many_points, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_golden, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shipped_configs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_resolved_lengths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_same_question_same_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_mutations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_manual, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
