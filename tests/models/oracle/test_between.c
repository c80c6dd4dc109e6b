/* What a law answers between the betas at which it was asked, by asking it. */
#include "tests/models/oracle/oracle_law.h"

#include "models/oracle/between.h"
#include "models/oracle/law.h"

static const struct law gaussian = {"gaussian", {1}};

/* Of a panel at b. */
static double column_at(const struct between *t, size_t place, enum between_column column, double b) {
    const struct between_panel *panel = &t->panel[place];
    const double x = between_x(t, panel, b);
    double share[LEJA_MOST], sum = 0;
    leja_shares(t->x, panel->weight, panel->count, x, share);
    for (size_t j = 0; j < panel->count; j++) { sum += share[j] * panel->value[column][j]; }
    return sum;
}

/* To what answers are foretold; of so many keys that the law's own are off by more, here and there, to the
 * errors that these state. */
static void check_at(const struct between *t, const struct oracle_question *ask, double b) {
    const size_t place = between_place(t, b);
    const double log_n = t->law->log_n, close = 5e-12, of_logarithms = close * fmax(1, log_n / 20),
                 own = log_n > 1000 ? 1 : 0, of_log_z = of_logarithms + 1e-13 * b * log_n;
    struct oracle_answer answer;
    assert_true(law_ask(t->law, b, *ask, &answer));
    const struct oracle_point *p = &answer.point;
    check_close(column_at(t, place, BETWEEN_ENTROPY, b), p->entropy, of_logarithms + own * p->entropy_error);
    check_close(column_at(t, place, BETWEEN_PARTICIPATION, b), p->participation, close);
    check_close(column_at(t, place, BETWEEN_TOP_WEIGHT, b), p->top_weight, close);
    check_close(column_at(t, place, BETWEEN_LOG_TOP, b), p->log_top_weight,
                of_logarithms + own * p->log_top_weight_error);
    check_close(column_at(t, place, BETWEEN_LOG_Z, b) - b * t->law->highest, p->log_partition,
                of_log_z + own * p->log_partition_error);
    check_close(column_at(t, place, BETWEEN_GAP, b), (place == 0 && ask->gap ? 1 : b) * p->gap_mean,
                (ask->gap ? of_logarithms : of_log_z) + own * b * p->gap_mean_error);
    check_close(column_at(t, place, BETWEEN_SUSCEPTIBILITY, b), p->susceptibility,
                1e-11 * (1 + log_n) + own * p->susceptibility_error);
    for (size_t k = 0; k < ask->ranks; k++) {
        check_close(column_at(t, place, BETWEEN_MEANS + (enum between_column)k, b), answer.weight[k], close);
    }
}

static const double log_n[] = {5 * M_LN2, 16 * M_LN2, 50 * M_LN2, 10 * M_LN2, 700, 2500, 1e5};

/* Betas on both sides of the edge and to where weights have settled; the first panel down to b = 0. */
static void test_law(void **state) {
    (void)state;
    const struct oracle_question ask = {.top_weight = true, .errors = true, .slope = true};
    const size_t lengths = getenv("GAPSCALE_TEST_QUICK") ? 3 : 7;
    for (size_t i = 0; i < lengths; i++) {
        struct oracle *o = make_oracle(&gaussian, log_n[i]);
        struct between t;
        between_open(&t, o);
        for (size_t place = 0; place <= between_place(&t, 2000); place++) {
            assert_true(between_make(&t, place, &ask));
            assert_true(t.panel[place].count < 60);
        }
        for (double b = 2e-5; b < 2000; b *= 1.19) { check_at(&t, &ask, b); }
        for (double b = 0.94; b < 1.06; b += 0.007) { check_at(&t, &ask, b); }
        between_close(&t);
        oracle_free(o);
    }
}

/* Panels follow one another, and answer what they were made for and all that is less. */
static void test_panels(void **state) {
    (void)state;
    const struct oracle_question means = {.errors = false}, gap = {.top_weight = true, .gap = true},
                                 ranks = {.ranks = 8, .errors = true, .slope = true};
    struct oracle *o = make_oracle(&gaussian, 16 * M_LN2);
    struct between t;
    between_open(&t, o);
    for (size_t i = 0; i + 1 < BETWEEN_PANELS; i++) {
        const double end = between_b(&t, &t.panel[i], 1);
        check_relative(end, between_b(&t, &t.panel[i + 1], -1), 1e-13);
        assert_int_equal(between_place(&t, end * (1 - 1e-9)), i);
        assert_int_equal(between_place(&t, end * (1 + 1e-9)), i + 1);
        const double place[] = {-0.99, -0.3, 0, 0.7, 1};
        double b[5], x[5];
        for (size_t k = 0; k < 5; k++) { b[k] = between_b(&t, &t.panel[i], place[k]); }
        between_xs(&t, &t.panel[i], 5, b, x);
        for (size_t k = 0; k < 5; k++) {
            check_close(x[k], place[k], 1e-13);
            check_close(between_x(&t, &t.panel[i], b[k]), place[k], 1e-13);
        }
    }
    assert_true(between_place(&t, BETWEEN_LARGEST) < BETWEEN_PANELS);
    assert_true(between_make(&t, 0, &means) && between_make(&t, 1, &means));
    for (size_t c = 0; c < BETWEEN_MEANS; c++) { /* what ends of panels have is asked once */
        assert_true(t.panel[0].value[c][0] == t.panel[1].value[c][1]);
        assert_true(t.panel[0].error[c][0] == t.panel[1].error[c][1]);
    }
    const double entropy = column_at(&t, 1, BETWEEN_ENTROPY, 1.7);
    check_at(&t, &means, 0.6);
    assert_true(between_make(&t, 1, &ranks) && between_make(&t, 0, &gap));
    check_close(column_at(&t, 1, BETWEEN_ENTROPY, 1.7), entropy, 1e-12);
    check_at(&t, &ranks, 1.7);
    check_at(&t, &gap, 0.6);
    check_at(&t, &gap, 1e-3);
    const double *kept = t.panel[1].value[0];
    assert_true(between_make(&t, 1, &means));
    assert_ptr_equal(kept, t.panel[1].value[0]);
    oracle_refine(o, 1.9);
    assert_true(between_make(&t, 1, &means));
    check_close(column_at(&t, 1, BETWEEN_ENTROPY, 1.7), entropy, 1e-11);
    between_close(&t);
    oracle_free(o);
}

/* Gaps have errors that go with 1/b where b is small, asked for or not. */
static void test_gap_errors(void **state) {
    (void)state;
    const struct oracle_question ask = {.errors = true, .gap = true};
    for (size_t i = 1; i < 3; i++) {
        struct oracle *o = make_oracle(&gaussian, log_n[i]);
        struct between t;
        between_open(&t, o);
        assert_true(between_make(&t, 0, &ask));
        const struct between_panel *panel = &t.panel[0];
        for (size_t j = 0; j < panel->count; j++) {
            struct oracle_answer answer;
            assert_true(law_ask(o, between_b(&t, panel, t.x[j]), ask, &answer));
            const double ratio = panel->error[BETWEEN_GAP][j] / answer.point.gap_mean_error;
            assert_true(ratio > 0.25 && ratio < 4);
        }
        between_close(&t);
        oracle_free(o);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_law),
        cmocka_unit_test(test_panels),
        cmocka_unit_test(test_gap_errors),
    };
    return cmocka_run_group_tests_name("between", tests, NULL, NULL);
}
