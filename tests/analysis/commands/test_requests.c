/* What predict and flow are asked for, read from their words. */
#include "tests/sim/config/scratch.h"

#include "analysis/commands/predict_request.h"
#include "analysis/flow/flow_request.h"

static size_t count_words(char *const *word) {
    size_t count = 0;
    while (word[count]) { count++; }
    return count;
}

static void check_predict(char *const *word, size_t n_count, const double *log_n, enum config_scale scale,
                          size_t beta_count, const double *beta) {
    struct predict_request request;
    assert_true(predict_request_read(&request, count_words(word), word));
    assert_int_equal(request.series.n_count, n_count);
    for (size_t i = 0; i < n_count; i++) { check_close(request.series.log_n[i], log_n[i], 0); }
    assert_int_equal(request.series.beta.scale, scale);
    assert_int_equal(request.series.beta.count, beta_count);
    for (size_t i = 0; i < beta_count; i++) { assert_true(request.series.beta.value[i] == beta[i]); }
    config_series_release(&request.series);
}

static void test_predict(void **state) {
    (void)state;
    const double log_n[] = {log(1e300), log(17)};
    check_predict((char *[]){"gaussian", NULL}, 2, (double[]){log(65536), log(1e300)},
                  CONFIG_SCALE_LAMBDA_TYP, 1, (double[]){1});
    check_predict((char *[]){"gumbel", "n=[1e300, 17.3]", "beta=3,1,1/16,1", NULL}, 2, log_n,
                  CONFIG_SCALE_NONE, 4, (double[]){3, 1, 0.0625, 1});
    check_predict((char *[]){"spherical", "n=17", "dimension={coef:3,log_power:1}", "critical=[2,1]", NULL},
                  1, log_n + 1, CONFIG_SCALE_CRITICAL, 2, (double[]){2, 1});
    check_predict((char *[]){"gumbel", "n=[1e300, 17.3]", "beta_ratio={from: 1/4, to: 4, points: 3}", NULL},
                  2, log_n, CONFIG_SCALE_LAMBDA_TYP, 3, (double[]){0.25, 1, 4});
    check_predict((char *[]){"plateau", "n={from: 2^8, to: 2^10, points: 3}", "beta={values: [2, 1]}", NULL},
                  3, (double[]){log(256), log(512), log(1024)}, CONFIG_SCALE_LAMBDA_TYP, 2, (double[]){1, 2});
    check_predict((char *[]){"grem", "levels=[[1,1]]", NULL}, 1, (double[]){log(65536)},
                  CONFIG_SCALE_LAMBDA_TYP, 1, (double[]){1});
}

static void test_predict_along(void **state) {
    (void)state;
    char *const word[] = {"gumbel", "prescription=log2,const", "trained=100", "n=2^20", NULL};
    struct predict_request request;
    assert_true(predict_request_read(&request, count_words(word), word));
    assert_int_equal(request.prescriptions.count, 2);
    assert_int_equal(request.prescriptions.item[0], PRESCRIPTION_LOG2);
    assert_int_equal(request.prescriptions.item[1], PRESCRIPTION_CONST);
    assert_int_equal(request.series.n_count, 1);
    check_close(request.series.beta.log_trained, log(100), 0);
    check_close(request.series.beta.value[0], 1, 0);
    config_series_release(&request.series);
    char *const far[] = {"spherical", "dimension=3", "prescription=yarn", "coef=2", NULL};
    assert_true(predict_request_read(&request, count_words(far), far));
    check_close(request.series.log_n[request.series.n_count - 1], 1e5, 0);
    check_close(request.series.beta.log_trained, log(4096), 0);
    check_close(request.series.beta.value[0], 2, 0);
    config_series_release(&request.series);
}

/* A beta past the range of a double keeps its logarithm. */
static void test_great_beta(void **state) {
    (void)state;
    char *const word[] = {"gaussian", "beta=[1e400,1e-400]"};
    struct predict_request request;
    assert_true(predict_request_read(&request, 2, word));
    check_relative(config_log_beta(&request.series, 10, 0, 0), 400 * log(10), 1e-15);
    check_relative(config_log_beta(&request.series, 10, 0, 1), -400 * log(10), 1e-15);
    config_series_release(&request.series);
}

static void check_refused(const struct scratch *scratch, char *const *word, const char *name,
                          const char *place, const char *words) {
    char *messages;
    struct predict_request request;
    struct flow_request flow;
    int kept = quiet_start(scratch);
    const bool is_flow = strcmp(name, "flow") == 0;
    bool good = is_flow ? flow_request_read(&flow, count_words(word), word)
                        : predict_request_read(&request, count_words(word), word);
    quiet_end(scratch, kept, &messages);
    if (is_flow) {
        flow_request_free(&flow);
    } else {
        config_series_release(&request.series);
    }
    assert_false(good);
    check_message(messages, name, place, words);
    free(messages);
}

static void test_refused_predictions(void **state) {
    static const struct {
        char *word[5];
        const char *name, *place, *words;
    } known[] = {
        {{"spherical"}, "predict spherical", "1:1", "needs `dimension`"},
        {{"spherical", "dimension=1"}, "predict spherical", "1:11", "it must be a number from 2"},
        {{"spherical", "dimension={coef:3,c:2}"}, "predict spherical", "1:19", "`dimension` has no key `c`"},
        {{"spherical", "dimensoin=3"}, "predict spherical", "1:1", "did you mean `dimension`?"},
        {{"spherical", "dimension=3", "concentration=-1"}, "predict spherical", "1:15", "from 0 to 1000000"},
        {{"plateau", "position={linear: 1}"}, "predict plateau", "1:10", "one deterministic row"},
        {{"gaussian", "position={log: 0}"}, "predict gaussian", "1:10", "both penalties are 0"},
        {{"spherical", "dimension=3", "position={linear: 1}", "n_eff=2"},
         "predict spherical",
         "1:7",
         "without a `position`"},
        {{"pareto", "tail=10", "position={log: 1}", "n=e^2000"}, "predict pareto", "1:10", "out of reach"},
        {{"grem", "levels=[[1/2,1],[1/4,1]]"}, "predict grem", "1:1", "add up to 0.75"},
        {{"grem", "levels=[[1,1]]", "n=1e8"}, "predict grem", "1:3", "which needs n <= 2^26"},
        {{"gaussian", "n=1"}, "predict gaussian", "1:3", "from 2 to e^1000000, such as"},
        {{"gaussian", "n=[2,x]"}, "predict gaussian", "1:6", "not `x`"},
        {{"gaussian", "beta=1", "beta_ratio=2"}, "predict gaussian", "1:1", "does not go with `beta`"},
        {{"gaussian", "beta=[1,-1]"}, "predict gaussian", "1:9", "positive number"},
        {{"gaussian", "beta_ratio={relative_to: none}"}, "predict gaussian", "1:12", "is over Lambda^typ"},
        {{"gaussian", "prescription=[log, yran]"}, "predict gaussian", "1:20", "did you mean `yarn`?"},
        {{"gaussian", "prescription=log", "beta=2"}, "predict gaussian", "1:1", "does not go with `beta`"},
        {{"gaussian", "trained=100"}, "predict gaussian", "1:1", "`trained` needs `prescription`"},
        {{"spherical", "dimension={coef: 1, log_power: -1}", "prescription=log"},
         "predict spherical",
         "1:11",
         "`dimension` of series `spherical` is"},
        {{"gaussian", "n_eff=5"}, "predict gaussian", "1:7", "needs keys on a sphere"},
        {{"gaussian", "sigma=1/(log n)^1.5"}, "predict gaussian", "1:7", "{coef: 1, log_power: -1.5}"},
        {{"gaussian", "n={from: 1e6, to: 1e9, points: 1025}"}, "predict gaussian", "1:3", "at most 1024"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        check_refused(*state, known[i].word, known[i].name, known[i].place, known[i].words);
    }
}

/* Families whose rows alone tell a law, or its scale. */
static void test_rows_alone(void **state) {
    char *const family[] = {"attention", "walk"}, *const words[] = {"no law of family", "that of pilot rows"};
    for (size_t i = 0; i < 2; i++) {
        struct predict_request request;
        char *messages;
        int kept = quiet_start(*state);
        const bool good = predict_request_read(&request, 1, &family[i]);
        quiet_end(*state, kept, &messages);
        assert_false(good);
        assert_non_null(strstr(messages, words[i]));
        free(messages);
    }
}

static void test_flow(void **state) {
    (void)state;
    char *const word[] = {
        "n=2^7",       "tau=inf", "seed=9007199254740991", "concentration=[2,5]", "direction=[[2,0],[0,3]]",
        "share=[3,1]", NULL};
    struct flow_request flow;
    assert_true(flow_request_read(&flow, count_words(word), word));
    assert_int_equal(flow.design.count, 128);
    assert_true(flow.design.seed == 9007199254740991 && flow.design.tau == INFINITY);
    assert_int_equal(flow.keys.count, 2);
    check_close(flow.component[1].concentration, 5, 0);
    check_close(flow.component[0].share, 3, 0);
    check_close(flow.mean[0], 1, 0);
    check_close(flow.mean[3], 1, 0);
    flow_request_free(&flow);
}

static void test_refused_flows(void **state) {
    static const struct {
        char *word[4];
        const char *place, *words;
    } known[] = {
        {{"dimension=1.5"}, "1:11", "a whole number from 2 to 1000"},
        {{"seed=9007199254740993.0"}, "1:6", "from 0 to 9007199254740992"},
        {{"beta=inf"}, "1:6", "not `inf`"},
        {{"tau=0"}, "1:5", "above 0"},
        {{"modes=32", "replicates=63"}, "1:12", "needs at least 64"},
        {{"concentration=[2,-1]"}, "1:18", "from 0 to 1000000"},
        {{"concentration=[2,5]"}, "1:15", "as many directions"},
        {{"concentration=2", "direction=1"}, "1:11", "a list [a, b, ...]"},
        {{"concentration=2", "direction=[[1,0],[0]]"}, "1:11", "all as long"},
        {{"concentration=2", "direction=[1,0,0]"}, "1:11", "dimension=2 needs 2"},
        {{"concentration=2", "direction=[0,0]"}, "1:11", "a direction is zero"},
        {{"concentration=2", "share=[1,2]"}, "1:7", "`share` has 2 numbers"},
        {{"share=1"}, "1:7", "concentration=C, C > 0"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        check_refused(*state, known[i].word, "flow", known[i].place, known[i].words);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_predict),
        cmocka_unit_test(test_predict_along),
        cmocka_unit_test(test_great_beta),
        cmocka_unit_test_setup_teardown(test_refused_predictions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rows_alone, set_up, tear_down),
        cmocka_unit_test(test_flow),
        cmocka_unit_test_setup_teardown(test_refused_flows, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("requests", tests, NULL, NULL);
}
