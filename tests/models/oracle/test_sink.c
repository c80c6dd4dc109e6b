/* The mean weight of a sink: against a sum over all pairs of scores for n = 2, where every key may be the
 * sink, against Z where it is known, and with finer panels. */
#include <stdio.h>
#include <stdlib.h>

#include "models/oracle/sink.h"
#include "tests/models/oracle/oracle_law.h"

static double sink_at(const struct law *law, double log_n, double beta_ratio, double score, double *error) {
    struct oracle *o = make_oracle(law, log_n);
    double value;
    assert_true(sink_mean(o, beta_ratio, score, &value, error));
    oracle_free(o);
    return value;
}

/* E e^{beta S}/(e^{beta S} + e^{beta s} + e^{beta t}), s and t by the midpoints of equal parts of V. */
static double two_keys(const struct law *law, double beta, double score) {
    enum { PARTS = 1500 };
    double weight[PARTS], sum = 0;
    for (size_t i = 0; i < PARTS; i++) {
        weight[i] = exp(beta * (family_find(law->family)->quantile(law->p, log((i + 0.5) / PARTS)) - score));
    }
    for (size_t i = 0; i < PARTS; i++) {
        for (size_t j = 0; j < PARTS; j++) { sum += 1 / (1 + weight[i] + weight[j]); }
    }
    return sum / PARTS / PARTS;
}

/* The rule of midpoints leaves 1/24 of the square of a part's width times a second derivative, or the two
 * outer parts' share of the tail: 1e-4. */
static void test_two_keys(void **state) {
    (void)state;
    const struct law laws[] = {{"gaussian", {1}}, {"gumbel", {0, 0.5}}, {"spherical", {3}}, {"pareto", {2}}};
    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < 3; k++) {
            double ratio = 0.3 * pow(4, (double)k), score = (double)k - 1, error,
                   want = two_keys(&laws[i], ratio * scale(&laws[i], M_LN2), score),
                   got = sink_at(&laws[i], M_LN2, ratio, score, &error);
            check_close(got, want, 1e-4);
            assert_true(error < 1e-6);
        }
    }
}

/* Below freezing Z = n E e^{beta s}, e^20 keys: gumbel Gamma(1 - beta) e^{beta location}; from the origin the
 * location is nothing. Gaussian e^{beta^2/2}. */
static void test_many_keys(void **state) {
    (void)state;
    const struct law gumbel = {"gumbel", {2, 1}}, gaussian = {"gaussian", {1}};
    double error, beta = 0.25;
    check_relative(sink_at(&gumbel, 40, beta / scale(&gumbel, 40), 160, &error), 1 / (1 + tgamma(0.75)),
                   1e-7);
    assert_true(error < 1e-7);
    beta = 2;
    check_relative(sink_at(&gaussian, 60, beta / scale(&gaussian, 60), 30, &error), 1 / (1 + exp(2)), 1e-7);
    assert_true(error < 1e-7);
    /* far from the others */
    check_close(sink_at(&gaussian, 60, 1, 1e3, &error), 1, 1e-12);
    check_close(sink_at(&gaussian, 60, 1, -1e3, &error), 0, 1e-12);
}

/* A sink far below all keys has e^{beta S} E 1/Z: of so many keys 1/Z = e^{-beta^2/2}/n, of all numbers of
 * keys a sink that is lower by so much has e^-so much times beta of it. */
static void test_faint(void **state) {
    (void)state;
    const struct law gaussian = {"gaussian", {1}};
    static const double log_n[] = {5.7, 13.86, 230};
    double error;
    for (size_t i = 0; i < 3; i++) {
        for (double ratio = 0.25; ratio < 9 && ratio * log_n[i] < 250; ratio *= 2) { /* else 0 */
            const double lower = 60 / (ratio * scale(&gaussian, log_n[i])),
                         far = sink_at(&gaussian, log_n[i], ratio, -lower, &error);
            assert_true(error < 1e-7 * far);
            check_relative(sink_at(&gaussian, log_n[i], ratio, -2 * lower, &error), exp(-60) * far, 1e-7);
        }
    }
    const double beta = 0.25 * scale(&gaussian, 230);
    check_relative(sink_at(&gaussian, 230, 0.25, 0, &error), exp(-230 - beta * beta / 2), 1e-9);
    assert_true(error < 1e-9 * exp(-230));
}

/* A frozen row: Z = e^{beta s_(1)} (1 + ..), and at beta = inf the sink has all weight or none: P(s_(1) < S).
 */
static void test_frozen(void **state) {
    (void)state;
    const struct law gumbel = {"gumbel", {0, 1}};
    double error, log_n = log(1000), beta = 1e5, score = 7;
    check_close(sink_at(&gumbel, log_n, beta / scale(&gumbel, log_n), score, &error),
                exp(-1000 * exp(-score)), 1e-5);
    const struct law gaussian = {"gaussian", {1}};
    const double rare = sink_at(&gaussian, log(300), 3e4, 0, &error);
    check_relative(rare, exp2(-300), 1e-5);
    assert_true(error < 1e-7 * rare);
}

/* Weights far below e^-40, which were that, with errors of 1e-29: A E 1/Z of Gaussian rows whose Z hardly
 * fluctuates, and of exponential tails at b > 1, where E e^{-u Z} = exp(-Gamma(1 - 1/b) u^{1/b}): at b = 48
 * rows that are as rare as e^-48 make it. */
static void test_little(void **state) {
    (void)state;
    const struct law gaussian = {"gaussian", {1}};
    double error, beta = 2, log_n = 300;
    for (double score = 4; score > -150; score -= 50) {
        check_relative(sink_at(&gaussian, log_n, beta / scale(&gaussian, log_n), score, &error) /
                           exp(beta * score - log_n - beta * beta / 2),
                       1, 1e-9);
        assert_true(error < 1e-9 * exp(beta * score - log_n - beta * beta / 2));
    }
    const struct law gumbel = {"gumbel", {0, 1}};
    for (double b = 1.5; b < 60; b *= 2) {
        const double got = sink_at(&gumbel, 100, b / scale(&gumbel, 100), 100 - 400 / b, &error),
                     want = exp(-400 - b * lgamma(1 - 1 / b) + lgamma(1 + b));
        printf("    b = %g: %g, off by %.1e, error %.1e of it\n", b, want, got / want - 1, error / want);
        check_close(got, want, error);
        assert_true(error < 1e-9 * want);
    }
}

static void test_finer(void **state) {
    (void)state;
    const struct law laws[] = {{"gaussian", {1}}, {"gumbel", {0, 0.5}}, {"spherical", {5}}, {"pareto", {2}}};
    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < 5; k++) {
            double log_n = 12, ratio = 0.2 * pow(3, (double)k), error, finer, value,
                   score = family_find(laws[i].family)->quantile(laws[i].p, -log_n),
                   rough = sink_at(&laws[i], log_n, ratio, score, &error);
            struct oracle *o = make_oracle(&laws[i], log_n);
            oracle_refine(o, 1.9);
            assert_true(sink_mean(o, ratio, score, &value, &finer));
            oracle_free(o);
            assert_true(rough > 0 && error < 1e-6 * rough);
            check_close(rough, value, error);
        }
    }
}

/* One key at 0 above N = 9 at -gap, and what has no answer. */
static void test_fixed(void **state) {
    (void)state;
    const struct law plateau = {"plateau", {2, 1}}, query = {"dotproduct", {3, 1}};
    double error, ratio = 0.7 / scale(&plateau, log(10)), z = 1 + 9 * exp(-1.4), sink = exp(0.7 * 0.5);
    check_relative(sink_at(&plateau, log(10), ratio, 0.5, &error), sink / (sink + z), 1e-13);
    assert_true(isnan(sink_at(&query, 5, 1, 0, &error)) && error == INFINITY);
    struct law near = {"gaussian", {1}};
    const size_t at = family_position_index(family_find(near.family));
    near.p[at] = 1;
    near.p[at + 1] = 0.1;
    assert_true(isnan(sink_at(&near, 5, 1, 0, &error)) && error == INFINITY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_keys), cmocka_unit_test(test_many_keys), cmocka_unit_test(test_faint),
        cmocka_unit_test(test_frozen),   cmocka_unit_test(test_finer),     cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_little),
    };
    return cmocka_run_group_tests_name("sink", tests, NULL, NULL);
}
