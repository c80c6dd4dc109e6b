/* Fits of laws against closed forms, and verdicts on whole small experiments: coverage of every interval, and
 * wrong laws that must be caught.
 *
 * Fixed seeds. A coverage fails when it is so low that a nominal one would give it once in 10^4 (binomial).
 */
#include "test.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../analysis/law.h"
#include "../analysis/verdict.h"
#include "../models/typical.h"
#include "../sim/exact.h"
#include "../sim/sweep.h"

/* ---- laws ---- */

static void test_law_recovers(void **state) {
    (void)state;
    enum { N = 9 };
    static const enum law_term terms[] = {LAW_ONE, LAW_LOG, LAW_INVERSE, LAW_LOG_INVERSE, LAW_LINEAR};
    double log_n[N], y[N], covariance[N * N] = {0};
    const double coefficient[] = {1.5, 0.5, -2, 3, 1e-3};
    for (size_t i = 0; i < N; i++) {
        double l = log_n[i] = 10 * exp(0.5 * (double)i);
        const double value[] = {1, log(l), 1 / l, log(l) / l, l};
        y[i] = 0;
        for (size_t k = 0; k < 5; k++) { y[i] += coefficient[k] * value[k]; }
        for (size_t j = 0; j < N; j++) { covariance[i * N + j] = i == j ? 0.02 : 0.01; }
    }
    struct law_fit fit;
    struct law_data data = {N, log_n, y, NULL, covariance};
    assert_true(law_fit(&data, 5, terms, &fit));
    for (size_t k = 0; k < 5; k++) { check_relative(fit.value[k], coefficient[k], 1e-8); }
    check_close(fit.chi_square, 0, 1e-12);
    data.covariance = NULL;
    assert_true(law_fit(&data, 5, terms, &fit));
    for (size_t k = 0; k < 5; k++) { check_relative(fit.value[k], coefficient[k], 1e-7); }
    assert_true(isnan(fit.chi_square) && fit.se[0] == 0);
}

/* The mean of two correlated numbers: weights and error by hand. A common error drops out of a slope. */
static void test_law_covariance(void **state) {
    (void)state;
    static const enum law_term one[] = {LAW_ONE}, line[] = {LAW_ONE, LAW_LOG};
    const double log_n[] = {10, 10 * M_E}, y[] = {1, 2}, covariance[] = {4, 1, 1, 2};
    struct law_data data = {2, log_n, y, NULL, covariance};
    struct law_fit fit;
    assert_true(law_fit(&data, 1, one, &fit)); /* weights (2 - 1, 4 - 1)/4 */
    check_relative(fit.value[0], 1.75, 1e-12);
    check_relative(fit.se[0], sqrt(7.0 / 4), 1e-12);
    check_relative(fit.chi_square, 1.0 / 4, 1e-12); /* (y_1 - y_2)^2 / (4 + 2 - 2) */
    assert_true(law_fit(&data, 2, line, &fit));
    check_relative(fit.value[1], 1, 1e-12);
    check_relative(fit.se[1], 2, 1e-12);
    assert_true(law_fit(&data, 0, NULL, &fit));
    check_relative(fit.chi_square, (1 * 2 - 2 * 1 * 2 * 1 + 4 * 4) / 7.0, 1e-12);
}

static void test_law_refuses(void **state) {
    (void)state;
    static const enum law_term line[] = {LAW_ONE, LAW_LOG}, twice[] = {LAW_ONE, LAW_GIVEN};
    const double log_n[] = {10, 20, 30}, y[] = {1, 2, 3}, ones[] = {1, 1, 1},
                 bad[] = {1, 2, 0, 2, 1, 0, 0, 0, 1};
    struct law_fit fit;
    assert_false(law_fit(&(struct law_data){1, log_n, y, NULL, NULL}, 2, line, &fit));
    assert_false(law_fit(&(struct law_data){0, log_n, y, NULL, NULL}, 1, line, &fit));
    assert_false(law_fit(&(struct law_data){3, log_n, y, ones, NULL}, 2, twice, &fit));
    assert_false(law_fit(&(struct law_data){3, log_n, y, NULL, bad}, 2, line, &fit));
}

/* ---- whole experiments ---- */

static struct results *experiment(const char *text, const struct results *twin) {
    char path[] = "/tmp/gapscale-verdict-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0 && write(descriptor, text, strlen(text)) == (ssize_t)strlen(text));
    close(descriptor);
    struct config *config = config_read(path, 0, NULL);
    unlink(path);
    assert_non_null(config);
    struct results *r = results_create(config, "base");
    assert_int_equal(sweep_run(config, isa_best(), 2, true, r), 0);
    config_free(config);
    if (!twin) {
        assert_int_equal(exact_fill(r, 2), 0);
        return r;
    }
    for (size_t i = 0; i < r->series_count; i++) { /* exact values do not depend on the seed */
        struct results_series *s = &r->series[i];
        const struct results_series *t = &twin->series[i];
        size_t points = s->size[RESULTS_LOG_N] * s->size[RESULTS_BETA] * sizeof(double);
        memcpy(s->exact_collapse, t->exact_collapse,
               s->size[RESULTS_LOG_N] * s->size[RESULTS_CRITERION] * sizeof(double));
        memcpy(s->exact_participation, t->exact_participation, points);
        memcpy(s->exact_top_weight, t->exact_top_weight, points);
    }
    return r;
}

static struct verdict judge(const struct results *r, size_t series, bool common) {
    struct fit fit;
    struct verdict v;
    assert_true(fit_make(&fit, &r->series[series], "a.h5"));
    assert_true(verdict_make(&v, &fit, common));
    fit_release(&fit);
    return v;
}

/* How often the truth lies within `part` of an interval. */
struct coverage {
    const char *name;
    size_t trials, half, whole; /* within 68%, within 95% */
};

static void cover(struct coverage *c, const struct verdict_estimate *e, double truth) {
    assert_false(isnan(e->value));
    double off = fabs(truth - e->value) / (truth > e->value ? e->high - e->value : e->value - e->low);
    c->trials++;
    c->whole += off <= 1;
    c->half += off <= 1 / 1.959963984540054;
}

/* At least nominal: intervals with a systematic part may cover more. Of medians there is a 95% interval only.
 */
static void check_coverage(const struct coverage *c, bool whole_only) {
    printf("      %-26s", c->name);
    if (!whole_only) { printf(" 68%%: %.3f ", (double)c->half / (double)c->trials); }
    printf(" 95%%: %.3f  of %zu\n", (double)c->whole / (double)c->trials, c->trials);
    assert_true(gsl_cdf_binomial_P((unsigned)c->whole, 0.95, (unsigned)c->trials) > 1e-4);
    assert_true(whole_only || gsl_cdf_binomial_P((unsigned)c->half, 0.6827, (unsigned)c->trials) > 1e-4);
}

static const char series_text[] =
    "n: [e^10, e^16, e^26, e^45, e^80, e^150, e^300, e^700, e^2000, e^10000, e^100000]\n"
    "beta: {relative_to: lambda_typ, from: 1/2, to: 8, points: 17}\n"
    "collapse: {entropy: [1.0], participation: [], top_two_ratio: [0.5], susceptibility: false}\n"
    "keep_replicates: 128\nordered_weights: 1\nreplicates: 1024\n"
    "series:\n"
    "  - family: gaussian\n"
    "  - {name: log2, family: gumbel, scale: {coef: 1, log_power: -2}}\n"
    "  - {family: spherical, dimension: 5}\n"
    "  - {family: pareto, tail: 2}\n";

/* Everything that is quoted of one series. */
enum { EXPONENT, SLOPE, AMPLITUDE, POINT, BOOTSTRAP, CONTROLLED, ROWS, LAMBDA, XI, QUOTED };
static const char *const quoted_name[QUOTED] = {
    "exponent",
    "scale exponent",
    "amplitude",
    "collapse points, delta",
    "the same, bootstrap",
    "the same, controls",
    "median of rows' top two",
    "median Lambda_n",
    "xi_Lambda",
};

static struct verdict_estimate interval(double value, double se) {
    return (struct verdict_estimate){value, value - EXPONENT_SIGMAS_95 * se, value + EXPONENT_SIGMAS_95 * se,
                                     NAN};
}

/* Collapse points at every n beside exact values; medians at the largest, where limit laws hold. */
static void cover_points(struct coverage quoted[QUOTED], const struct fit *fit) {
    for (size_t n = 0; n < fit->lengths; n++) {
        const struct ensemble_point *p = &fit->collapse[n * fit->criteria + fit->primary];
        struct verdict_estimate delta = interval(p->log_ratio, p->se),
                                bootstrap = interval(p->log_ratio, fit->collapse_se_bootstrap[n]),
                                controlled = interval(fit->controls[n].log_ratio, fit->controls[n].se);
        cover(&quoted[POINT], &delta, log(fit->exact[n]));
        cover(&quoted[BOOTSTRAP], &bootstrap, log(fit->exact[n]));
        cover(&quoted[CONTROLLED], &controlled, log(fit->exact[n]));
    }
}

/* An interval of order statistics is one of 95% only. */
static void cover_order(struct coverage *c, const struct order *o, double truth) {
    c->trials++;
    c->whole += o->median_low <= truth && truth <= o->median_high;
}

struct truth {
    double exponent, amplitude, lambda, xi; /* NaN: not looked at */
};

static void cover_series(struct coverage quoted[QUOTED], const struct results *r, size_t series,
                         const struct truth *truth, size_t *refuted, double *p) {
    struct fit fit;
    struct verdict v;
    assert_true(fit_make(&fit, &r->series[series], "a.h5"));
    assert_true(verdict_make(&v, &fit, false));
    size_t last = fit.lengths - 1;
    cover(&quoted[EXPONENT], &v.exponent, truth->exponent);
    if (!isnan(v.slope.value)) { cover(&quoted[SLOPE], &v.slope, 1); }
    cover(&quoted[AMPLITUDE], &v.amplitude, truth->amplitude);
    if (fit.series->family->class != FAMILY_FRECHET) { cover_points(quoted, &fit); }
    if (!isnan(truth->lambda)) { cover_order(&quoted[LAMBDA], &fit.row_lambda[last], truth->lambda); }
    if (!isnan(truth->xi)) {
        cover_order(&quoted[ROWS], &fit.row_collapse[last * fit.criteria + 1], 1);
        struct verdict_estimate xi = interval(v.accumulation.xi_lambda.value, v.accumulation.xi_lambda.se);
        cover(&quoted[XI], &xi, truth->xi);
    }
    *refuted += v.kind == VERDICT_REFUTED;
    *p = v.exact_p;
    verdict_release(&v);
    fit_release(&fit);
}

static void test_coverage(void **state) {
    (void)state;
    enum { SERIES = 4 };
    /* (log n)^2 of the Gumbel law is exact; so are its xi, and the median 1 of rows' top two as n -> inf */
    const struct truth truth[SERIES] = {{0.5, 2.43946, NAN, NAN},
                                        {2, 2.43946, 1.274642, 2},
                                        {0.5, 1.629168, NAN, NAN},
                                        {-0.5, 0.832555, NAN, NAN}};
    size_t trials = getenv("GAPSCALE_TEST_LONG") ? 400 : getenv("GAPSCALE_TEST_QUICK") ? 3 : 12;
    static struct coverage quoted[SERIES][QUOTED];
    struct results *first = NULL;
    double *p = malloc(SERIES * trials * sizeof *p);
    size_t refuted = 0, tests = 0, small = 0;
    for (size_t t = 0; t < trials; t++) {
        char text[2048];
        snprintf(text, sizeof text, "seed: %zu\n%s", 1000 + t, series_text);
        struct results *r = experiment(text, first);
        for (size_t i = 0; i < SERIES; i++) {
            cover_series(quoted[i], r, i, &truth[i], &refuted, &p[tests]);
            tests += !isnan(p[tests]);
        }
        if (first) {
            results_free(r);
        } else {
            first = r;
        }
    }
    for (size_t i = 0; i < SERIES; i++) {
        printf("    %s\n", first->series[i].name);
        for (size_t q = 0; q < QUOTED; q++) {
            quoted[i][q].name = quoted_name[q];
            if (quoted[i][q].trials > 0) { check_coverage(&quoted[i][q], q == ROWS || q == LAMBDA); }
        }
    }
    results_free(first);
    for (size_t k = 0; k < tests; k++) { small += p[k] < 0.01; }
    printf("    true laws refuted: %zu of %zu; exact p < 0.01: %zu of %zu\n", refuted, SERIES * trials, small,
           tests);
    assert_true(refuted <= trials / 50 + 1);
    assert_true(gsl_cdf_binomial_Q((unsigned)small, 0.02, (unsigned)tests) >
                1e-4); /* noise is not quite normal */
    free(p);
}

/* ---- wrong laws ---- */

/* Claims that the rows of a series are of another law: its Lambda^typ takes the place of the true one. */
static void claim(struct results_series *s, const char *family, const struct schedule *parameter) {
    size_t betas = s->size[RESULTS_BETA];
    s->family = family_find(family);
    memcpy(s->parameter, parameter, s->family->parameter_count * sizeof *parameter);
    for (size_t n = 0; n < s->size[RESULTS_LOG_N]; n++) {
        double p[FAMILY_PARAMETERS] = {0};
        for (size_t i = 0; i < s->family->parameter_count; i++) {
            p[i] = schedule_value(&s->parameter[i], s->log_n[n]);
        }
        double log_lambda = typical_scale(s->family, p, s->log_n[n]).log_lambda,
               shift = exp(s->log_lambda_typ[n] - log_lambda);
        s->log_lambda_typ[n] = log_lambda;
        for (size_t b = n * betas; b < (n + 1) * betas; b++) {
            s->beta_ratio[b] *= shift;
            s->exact_entropy[b] = NAN; /* to be computed again */
        }
    }
}

static void test_wrong_laws(void **state) {
    (void)state;
    static const struct schedule cubic[] = {{3, 0, 0}, {1, 0, 0}}, two[] = {{2, 0, 0}, {1, 0, 0}},
                                 nine[] = {{9, 0, 0}}, gumbel[] = {{0, 0, 0}, {1, -1, 0}};
    const struct {
        size_t series;
        const char *family;
        const struct schedule *parameter;
    } wrong[] = {{0, "stretched", cubic}, {0, "gumbel", gumbel},    {1, "gumbel", gumbel},
                 {2, "spherical", nine},  {2, "gaussian", &two[1]}, {0, "powerlaw", two}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct results *r = experiment(series_text, NULL);
        struct results_series *s = &r->series[wrong[i].series];
        claim(s, wrong[i].family, wrong[i].parameter);
        assert_int_equal(exact_fill(r, 2), 0);
        struct verdict v = judge(r, wrong[i].series, false);
        if (v.kind != VERDICT_REFUTED) {
            fail_msg("%s passes for %s: %s", r->series[wrong[i].series].name, wrong[i].family, v.sentence);
        }
        verdict_release(&v);
        results_free(r);
    }
}

/* ---- common randomness, and too little to judge ---- */

static void test_common_randomness(void **state) {
    (void)state;
    char text[2048];
    snprintf(
        text, sizeof text,
        "seed: 5\ncommon_randomness: true\nn: [e^10, e^16, e^26, e^45, e^80, e^150, e^300, e^700]\n"
        "beta: {relative_to: lambda_typ, from: 1, to: 8, points: 25}\nreplicates: 4096\nkeep_replicates: 64\n"
        "collapse: {entropy: [1.0], participation: [], top_two_ratio: [], susceptibility: false}\n"
        "series:\n  - family: gaussian\n");
    struct results *r = experiment(text, NULL);
    struct verdict joint = judge(r, 0, true), apart = judge(r, 0, false);
    double with = joint.exponent.high - joint.exponent.low,
           without = apart.exponent.high - apart.exponent.low;
    printf("    exponent with the joint covariance %.4f +- %.4f, without %.4f +- %.4f; exact p %.3f\n",
           joint.exponent.value, with / 2, apart.exponent.value, without / 2, joint.exact_p);
    assert_true(with < without / 3);
    assert_true(joint.exponent.low <= 0.5 && joint.exponent.high >= 0.5);
    assert_true(joint.exact_p > 1e-3);
    verdict_release(&joint);
    verdict_release(&apart);
    results_free(r);
}

/* Intervals of the exponent from the joint covariance. */
static void test_common_coverage(void **state) {
    (void)state;
    size_t trials = getenv("GAPSCALE_TEST_LONG") ? 200 : getenv("GAPSCALE_TEST_QUICK") ? 2 : 8;
    struct coverage exponent = {.name = "exponent, common"};
    struct results *first = NULL;
    for (size_t t = 0; t < trials; t++) {
        char text[2048];
        snprintf(text, sizeof text,
                 "seed: %zu\ncommon_randomness: true\nn: [e^10, e^20, e^45, e^100, e^200, e^400, e^700]\n"
                 "beta: {relative_to: lambda_typ, from: 1, to: 8, points: 13}\nreplicates: 2048\n"
                 "keep_replicates: 16\nordered_weights: 1\n"
                 "collapse: {entropy: [1.0], participation: [], top_two_ratio: [], susceptibility: false}\n"
                 "series:\n  - family: gaussian\n",
                 7000 + t);
        struct results *r = experiment(text, first);
        struct verdict v = judge(r, 0, true);
        cover(&exponent, &v.exponent, 0.5);
        verdict_release(&v);
        if (first) {
            results_free(r);
        } else {
            first = r;
        }
    }
    results_free(first);
    check_coverage(&exponent, false);
}

static void test_too_little(void **state) {
    (void)state;
    const char *const few[] = {
        "n: [1000]\nreplicates: 100\nseries: [{family: gaussian}]\n",
        "n: [1000, 1e10]\nreplicates: 100\nseries: [{family: gaussian}]\n",
        "n: [2, 3]\nreplicates: 2\nseries: [{family: gaussian}]\n",
        "n: [1e3, 1e6, 1e9, 1e20, 1e40, 1e80, 1e160]\nreplicates: 1\nseries: [{family: gaussian}]\n",
        "n: [1e3, 1e6, 1e9, 1e20]\nreplicates: 50\nbeta: {relative_to: lambda_typ, values: [100, "
        "200]}\nseries: [{family: "
        "gumbel}]\n",
    };
    for (size_t i = 0; i < sizeof few / sizeof few[0]; i++) {
        struct results *r = experiment(few[i], NULL);
        struct verdict v = judge(r, 0, false);
        assert_int_equal(v.kind, VERDICT_UNDECIDED);
        assert_true(strlen(v.sentence) > 20 && !strstr(v.sentence, "nan"));
        verdict_release(&v);
        results_free(r);
    }
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_law_recovers),    cmocka_unit_test(test_law_covariance),
        cmocka_unit_test(test_law_refuses),     cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_wrong_laws),      cmocka_unit_test(test_common_randomness),
        cmocka_unit_test(test_common_coverage), cmocka_unit_test(test_too_little),
    };
    return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
