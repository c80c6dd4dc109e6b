/* beta along prescriptions: what it is, the series that a list makes, and what is refused. */
#include "tests/sim/config/scratch.h"

#include "models/theory/typical.h"

static double log_beta(const struct config_series *s, size_t n) {
    double p[FAMILY_PARAMETERS], trained = s->beta.log_trained;
    config_parameters(s, trained, p);
    return config_log_beta(s, s->log_n[n], typical_scale(s->family, p, trained).log_lambda, 0);
}

/* Of laws whose Lambda^typ is known in closed form; m(n) is written out as in the papers. */
static void test_betas(void **state) {
    struct config *config =
        read_good(*state,
                  "n: [64, 65536]\nbeta: {prescription: yarn, trained: 2048, coef: 3}\nseries:\n"
                  "  - {family: powerlaw, kappa: 2}\n"
                  "  - {family: gumbel, beta: {prescription: log}}\n"
                  "  - {family: plateau, beta: {prescription: sqrt_log, trained: e^10, coef: 1/2}}\n"
                  "  - {family: gumbel, name: b, scale: {coef: 1, log_power: -1}, beta: {prescription: log2, "
                  "trained: 100}}\n"
                  "  - {family: pareto, tail: 1, beta: {prescription: const, trained: 100}}\n",
                  0, NULL);
    const struct config_series *s = config->series;
    const double l = log(65536), lambda_gumbel = 4095 * log(4096.0 / 4095);
    assert_int_equal(config->series_count, 5);
    check_relative(exp(log_beta(&s[0], 1)), 3 * 2 * sqrt(2048) * 1.81326, 3e-6); /* at n/n_0 = 32 */
    check_relative(exp(log_beta(&s[0], 0)), 3 * 2 * sqrt(2048), 1e-12);          /* below n_0 nothing grows */
    check_relative(exp(log_beta(&s[1], 1)), lambda_gumbel * 16 / 12, 1e-12);
    check_relative(exp(log_beta(&s[2], 1)), 0.5 * log(22026) * sqrt(l / log(22026)), 1e-12);
    check_relative(exp(log_beta(&s[3], 1)), 99 * log(100 / 99.0) * log(100) * pow(l / log(100), 2), 1e-12);
    check_relative(exp(log_beta(&s[4], 1)), log(100) / 99, 1e-12);
    config_free(config);
}

/* A list makes a series of each, in its order, after the series' own name; a word keeps the name. */
static void test_list(void **state) {
    const char *const set = "series.b.beta.coef=5";
    struct config *config = read_good(*state,
                                      "n: 256\nbeta: {prescription: [log2, const], trained: 2^9}\nseries:\n"
                                      "  - {family: gaussian}\n"
                                      "  - {family: gumbel, beta: {prescription: yarn}}\n"
                                      "  - {family: spherical, name: s, dimension: 2, output: true,\n"
                                      "     value_matrix: {rows: [[1, 2], [3, 4]]}}\n"
                                      "  - {family: gaussian, name: b, beta: {prescription: [sqrt_log]}}\n"
                                      "  - {family: gaussian, name: c, beta: [1, 2]}\n",
                                      1, &set);
    static const struct {
        const char *name;
        enum prescription prescription;
    } known[] = {{"gaussian-log2", PRESCRIPTION_LOG2}, {"gaussian-const", PRESCRIPTION_CONST},
                 {"gumbel", PRESCRIPTION_YARN},        {"s-log2", PRESCRIPTION_LOG2},
                 {"s-const", PRESCRIPTION_CONST},      {"b-sqrt_log", PRESCRIPTION_SQRT_LOG}};
    const struct config_series *s = config->series;
    assert_int_equal(config->series_count, 7);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(s[i].name, known[i].name);
        assert_int_equal(s[i].beta.scale, CONFIG_SCALE_PRESCRIPTION);
        assert_int_equal(s[i].beta.prescription, known[i].prescription);
        check_close(s[i].beta.log_trained, log(i == 2 || i == 5 ? 4096 : 512), 0);
        check_close(s[i].beta.value[0], i == 5 ? 5 : 1, 0);
    }
    assert_string_equal(s[6].name, "c");
    assert_int_equal(s[6].beta.scale, CONFIG_SCALE_NONE);
    assert_ptr_not_equal(s[3].output.value, s[4].output.value);
    assert_memory_equal(s[3].output.value, s[4].output.value, 4 * sizeof(double));
    struct config *again = read_good(*state, config->resolved, 0, NULL);
    assert_string_equal(again->resolved, config->resolved);
    assert_non_null(strstr(config->resolved, "beta: {prescription: log2, trained: 512, coef: 1}\n"));
    assert_non_null(strstr(config->resolved, "    beta: {prescription: yarn, trained: 4096, coef: 1}\n"));
    config_free(again);
    config_free(config);
}

static void test_mistakes(void **state) {
    static const struct {
        const char *text, *place, *words;
    } known[] = {
        {"beta: {prescription: lgo}\n" TAIL, "2:22", "did you mean `log`?"},
        {"beta: {prescription: []}\n" TAIL, "2:22",
         "a prescription such as log, or a list of them, not an empty"},
        {"beta: {prescription: [log, yarn, log]}\n" TAIL, "2:34", "holds log twice; keep one"},
        {"beta: {prescription: log, trained: 1}\n" TAIL, "2:36", "`trained` must be a number from 2"},
        {"beta: {prescription: log, coef: 0}\n" TAIL, "2:33", "`coef` must be a finite number above 0"},
        {"beta: {prescription: log, coef: [1, 2]}\n" TAIL, "2:33", "`coef` must be"},
        {"beta: {prescription: log, power: 2}\n" TAIL, "2:34", "does not go with `beta.prescription`"},
        {"beta: {prescription: log, from: 2}\n" TAIL, "2:33", "`beta.from` does not go with"},
        {"beta: {prescription: log, train: 2}\n" TAIL, "2:27", "did you mean `trained`?"},
        {"beta: {trained: 100}\n" TAIL, "2:7", "`beta.trained` needs `prescription`"},
        {"beta: {prescription: log, trained: 2^27}\nseries: [{family: attention}]\n", "3:10",
         "cannot have been trained at 134217728"},
        {"beta: {prescription: log, trained: 100}\nseries: [{family: walk}]\n", "3:10",
         "no rows at the trained length 100: a tree of branching 2"},
        {"beta: {prescription: log, trained: e^2000}\n"
         "series: [{family: spherical, dimension: {coef: 1, log_power: 3}}]\n",
         "3:10", "`dimension` of series `spherical` is 8e+09 at the trained length e^2000"},
        {"n: e^2000\nbeta: {prescription: log}\nseries: [{family: spherical, dimension: 3}]\n", "4:10",
         "along `log` beta is e^-1986 Lambda^typ of series `spherical` at n = e^2000"},
        {"beta: {prescription: [log]}\nseries: [{family: gaussian, name: "
         "n1234567890123456789012345678901234567890123456789012345678901}]\n",
         "3:10", "is longer than 64 letters; write a shorter `name`"},
        {"beta: {prescription: [log]}\nseries: [{family: gaussian}, {family: gumbel, name: gaussian-log,\n"
         "  beta: 1}]\n",
         "3:30", "two series are called `gaussian-log` (the other on line 3)"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char text[512];
        bool own_n = known[i].text[0] == 'n';
        snprintf(text, sizeof text, "%s%s", own_n ? "seed: 1\n" : "n: 256\n", known[i].text);
        check_refused_bytes(*state, text, strlen(text), known[i].place, known[i].words);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_betas, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_mistakes, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("prescriptions", tests, NULL, NULL);
}
