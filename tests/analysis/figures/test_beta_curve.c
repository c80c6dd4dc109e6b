/* Curves in beta go through what is known, are as exact between, and leave no corner to be seen. */
#include "tests/test.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <string.h>

#include "analysis/figures/beta_curve.h"
#include "models/oracle/oracle.h"
#include "models/theory/typical.h"

enum { BETAS = 9 };

/* Rows at one n, and what is exact and measured there. */
struct made {
    double log_n, log_lambda, ratio[BETAS], exact[BETAS], log_y[BETAS], log_mean_y[BETAS], entropy[BETAS],
        y[BETAS];
    struct results_series series;
    struct oracle *oracle;
};
struct law {
    const char *family;
    double p[FAMILY_PARAMETERS];
};
static const struct law gaussian = {"gaussian", {1}}, dotproduct = {"dotproduct", {3, 1}},
                        circle = {"spherical", {2}};

static void make_from(struct made *m, const struct law *law, double log_n, double first_ratio, double step) {
    const struct family *family = family_find(law->family);
    *m = (struct made){.log_n = log_n, .log_lambda = typical_scale(family, law->p, log_n).log_lambda};
    struct results_series *s = &m->series;
    s->family = family;
    for (size_t i = 0; i < family->parameter_count; i++) {
        s->parameter[i] = (struct schedule){.coef = law->p[i]};
    }
    s->log_n = &m->log_n;
    s->log_lambda_typ = &m->log_lambda;
    s->beta_ratio = m->ratio;
    s->size[RESULTS_LOG_N] = 1;
    s->size[RESULTS_BETA] = BETAS;
    s->exact_entropy = m->exact;
    s->exact_log_participation = m->log_y;
    s->exact_log_mean_participation = m->log_mean_y;
    s->mean[MEASURE_ENTROPY] = m->entropy;
    s->mean[RESULTS_LOG_PARTICIPATION] = m->y;
    m->oracle = oracle_create_with(family, law->p, log_n, m->log_lambda);
    for (size_t b = 0; b < BETAS; b++) {
        struct oracle_point point, twice;
        double error;
        m->ratio[b] = first_ratio * pow(step, (double)b);
        oracle_at(m->oracle, m->ratio[b], &point);
        oracle_at(m->oracle, 2 * m->ratio[b], &twice);
        m->exact[b] = point.entropy;
        m->log_y[b] = oracle_log_participation(&point, &twice, &error);
        m->log_mean_y[b] = point.log_mean_participation;
        m->entropy[b] = 1.01 * m->exact[b];
        m->y[b] = m->log_y[b] + 0.01;
    }
}

/* Betas from 1/4 to 4 Lambda^typ. */
static void make(struct made *m, const struct law *law, double log_n) {
    make_from(m, law, log_n, 0.25, M_SQRT2);
}

static void check_between(const struct law *law, double log_n) {
    struct made m;
    make(&m, law, log_n);
    struct beta_curve h = beta_curve_entropy(&m.series, 0), y = beta_curve_participation(&m.series, 0);
    assert_true(h.is_exact && y.is_exact);
    assert_true(h.count > BETAS && y.count > BETAS);
    size_t own = 0;
    for (size_t i = 0; i < h.count; i++) {
        struct oracle_point point;
        oracle_at(m.oracle, pow(10, h.x[i]), &point);
        check_relative(h.value[i][0], point.entropy, 1e-6);
        own += own < BETAS && fabs(h.x[i] - log10(m.ratio[own])) < 1e-12;
        assert_true(i == 0 || h.x[i] > h.x[i - 1]);
    }
    assert_int_equal(own, BETAS);
    for (size_t i = 0; i < y.count; i++) {
        struct oracle_point point;
        oracle_at(m.oracle, pow(10, y.x[i]), &point);
        check_relative(y.value[i][1], point.log_mean_participation, 1e-6);
    }
    beta_curve_release(&h);
    beta_curve_release(&y);
    oracle_free(m.oracle);
}

static void curves_are_exact_between(void **state) {
    (void)state;
    check_between(&gaussian, 1000);
    check_between(&dotproduct, 16 * M_LN2);
}

/* Where H/log n of long rows ends in a corner, straight pieces follow it within a hundredth of the figure. */
static void corners_are_followed(void **state) {
    struct made m;
    (void)state;
    make(&m, &gaussian, 1e4);
    struct beta_curve c = beta_curve_entropy(&m.series, 0);
    for (double x = log10(0.26); x < log10(3.9); x += 0.004) {
        struct oracle_point point;
        oracle_at(m.oracle, pow(10, x), &point);
        check_close(beta_curve_at(&c, 0, x) / m.log_n, point.entropy / m.log_n, 0.01);
    }
    assert_true(isnan(beta_curve_at(&c, 0, -1)) && isnan(beta_curve_at(&c, 0, 1)));
    beta_curve_release(&c);
    oracle_free(m.oracle);
}

/* Betas that begin far above the collapse show a small part of log n, which fills the figure all the same. */
static void small_values_are_followed(void **state) {
    struct made m;
    (void)state;
    make_from(&m, &circle, 30 * M_LN10, 10, 3);
    struct beta_curve h = beta_curve_entropy(&m.series, 0), y = beta_curve_participation(&m.series, 0);
    for (double x = 1.001; x < 3; x += 0.05) {
        struct oracle_point point;
        oracle_at(m.oracle, pow(10, x), &point);
        check_close(beta_curve_at(&h, 0, x) / m.exact[0], point.entropy / m.exact[0], 0.01);
        check_close(beta_curve_at(&y, 1, x) / m.log_mean_y[0], point.log_mean_participation / m.log_mean_y[0],
                    0.01);
    }
    beta_curve_release(&h);
    beta_curve_release(&y);
    oracle_free(m.oracle);
}

/* Without exact values curves go through measured ones, never up. */
static void measured_curves_are_monotone(void **state) {
    struct made m;
    (void)state;
    make(&m, &gaussian, 50);
    for (size_t b = 0; b < BETAS; b++) { m.exact[b] = m.log_y[b] = m.log_mean_y[b] = NAN; }
    struct beta_curve c = beta_curve_entropy(&m.series, 0), y = beta_curve_participation(&m.series, 0);
    assert_true(!c.is_exact && !y.is_exact && c.count > BETAS);
    for (size_t b = 0; b < BETAS; b++) {
        check_relative(beta_curve_at(&c, 0, log10(m.ratio[b])), m.entropy[b], 1e-9);
        check_close(beta_curve_at(&y, 0, log10(m.ratio[b])), m.y[b], 1e-9);
    }
    for (size_t i = 1; i < c.count; i++) { assert_true(c.value[i][0] <= c.value[i - 1][0]); }
    beta_curve_release(&c);
    beta_curve_release(&y);
    m.entropy[3] = NAN; /* then nothing is put between */
    c = beta_curve_entropy(&m.series, 0);
    assert_int_equal(c.count, BETAS);
    beta_curve_release(&c);
    oracle_free(m.oracle);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curves_are_exact_between),
        cmocka_unit_test(corners_are_followed),
        cmocka_unit_test(small_values_are_followed),
        cmocka_unit_test(measured_curves_are_monotone),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
