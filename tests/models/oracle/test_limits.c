#include "tests/test.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_sf_psi.h>
#include <stdlib.h>

#include "models/oracle/limits.h"
#include "models/oracle/oracle.h"

static const double euler = 0.57721566490153286061;

static struct oracle_point oracle_value(const char *family, const double *p, double log_n, double ratio) {
    struct oracle *o = oracle_create(family_find(family), p, log_n);
    struct oracle_point point;
    assert_non_null(o);
    assert_true(oracle_at(o, ratio, &point));
    oracle_free(o);
    return point;
}

static double collapse_of(const char *family, const double *p, double log_n) {
    struct oracle *o = oracle_create(family_find(family), p, log_n);
    double error, root;
    assert_non_null(o);
    root = oracle_collapse_entropy(o, 1, &error);
    oracle_free(o);
    assert_true(error < 1e-8);
    return root;
}

/* ---- Poisson-Dirichlet ---- */

static void test_pd(void **state) {
    (void)state;
    check_close(limits_pd_collapse_entropy(1), 2.4394570691, 5e-11);
    check_close(limits_pd_collapse_participation(0.5), 2, 1e-14);
    const double ratio[] = {1.5, 2, 3, 8, 40}, threshold[] = {1e-3, 0.5, 2, 30};
    for (size_t i = 0; i < 5; i++) {
        struct oracle_point x = oracle_value("gumbel", (double[FAMILY_PARAMETERS]){0, 1}, 200, ratio[i]);
        check_close(limits_pd_entropy(ratio[i]), x.entropy, 1e-9);
        check_close(limits_pd_collapse_participation(x.participation), ratio[i], 1e-9 * ratio[i] * ratio[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        check_relative(limits_pd_entropy(limits_pd_collapse_entropy(threshold[i])), threshold[i], 1e-12);
    }
    const double far[] = {16, 100, 1e4, 1e8, 1e14}, /* digamma to 40 digits */
        entropy[] = {0.10778500959416490945, 0.016570639154062283826, 1.6450542833628117625e-4,
                     1.6449340788687955763e-8, 1.644934066848238457e-14};
    for (size_t i = 0; i < 5; i++) {
        check_relative(limits_pd_entropy(far[i]), entropy[i], 1e-15);
        check_relative(limits_pd_collapse_entropy(entropy[i]), far[i], 1e-14);
    }
    assert_true(isnan(limits_pd_entropy(1)));
    assert_true(isnan(limits_pd_collapse_entropy(0)) && isnan(limits_pd_collapse_participation(1)));
}

static void test_slow_gumbel(void **state) {
    (void)state;
    check_close(limits_slow_gumbel(0.3, 2.4), 1, 0);
    check_close(limits_slow_gumbel(0.5, 2.4), 1.2, 1e-15);
}

/* ---- Weibull class ---- */

/* beta/Lambda^typ for a mass. */
static double ratio_of(double kappa, double mass) { return pow(mass, -1 / kappa) / kappa; }

static void test_weibull_values(void **state) {
    (void)state;
    struct oracle_point x = limits_weibull_at(1, 1);
    check_close(x.top_weight, exp(-euler), 1e-12);
    check_close(x.top_weight, 0.5614594836, 5e-11);
    check_close(x.participation, 1 - exp(-euler), 1e-12);
    check_close(x.entropy, 1.1271791988, 5e-11);
    check_close(limits_weibull_collapse_entropy(2, 1), 1.629168, 5e-7);
    assert_true(isnan(limits_weibull_at(1, 0).entropy) && isinf(limits_weibull_at(1, 0).entropy_error));
    assert_true(isnan(limits_weibull_collapse_entropy(0, 1)));
    assert_true(isnan(limits_weibull_collapse_participation(1, 1)));
}

/* H, Y_2 and p_(1) from nested quadratures over the Poisson process itself (relative errors below 1e-12). */
static void test_weibull_quadratures(void **state) {
    (void)state;
    static const struct {
        double kappa, ratio, entropy, participation, top_weight;
    } known[] = {
        {0.05, 0.5, 0.311447494885, 0.799910830445, 0.807976322564},
        {0.05, 10, 0.247988167759, 0.838470082453, 0.845289327037},
        {0.3, 0.1, 1.16043889865, 0.392906750128, 0.457592648506},
        {0.5, 0.5, 1.04949963203, 0.446798983988, 0.537577205865},
        {0.5, 2, 0.530024556329, 0.691854589252, 0.757698356898},
        {1, 0.5, 1.72445663811, 0.252402079747, 0.373798960127},
        {1, 2, 0.668783217159, 0.635255892673, 0.729488214655},
        {2, 0.5, 2.76196308567, 0.114037870842, 0.230967018454},
        {2, 2, 0.811403266968, 0.593078121037, 0.703550793342},
        {2, 10, 0.151197068713, 0.911728533208, 0.938384588499},
        {4, 0.5, 4.46446049403, 0.0367037080938, 0.120229507934},
        {4, 2, 0.956996041517, 0.561424026332, 0.679027528356},
        {10, 0.1, 25.1044125743, 2.69114443192e-10, 1.07148549969e-07},
        {10, 1, 3.29198353926, 0.171850230369, 0.320680715546},
        {50, 1, 6.70165111495, 0.0885876692202, 0.206786730741},
        {50, 10, 0.175776563326, 0.900846499558, 0.930510032281},
        {500, 0.1, 1155.31895575, 0, 5.15927199345e-307},
        {500, 1, 19.305827938, 0.0318898947233, 0.100271669729},
        {500, 2, 1.37810701991, 0.500825555432, 0.627234151343},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct oracle_point x = limits_weibull_at(known[i].kappa, known[i].ratio);
        check_relative(x.entropy, known[i].entropy, 5e-11);
        check_close(x.participation, known[i].participation, 1e-15 + 5e-11 * known[i].participation);
        check_close(x.top_weight, known[i].top_weight, 1e-14 + 5e-11 * known[i].top_weight);
    }
}

/* The corners: stated errors, and what is known. Many weights: H = log N_eff + kappa. */
static void test_weibull_range(void **state) {
    (void)state;
    const double kappa[] = {0.05, 0.5, 3, 40, 500}, mass[] = {1e-6, 1, 1e6};
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = 0; j < 3; j++) {
            double ratio = ratio_of(kappa[i], mass[j]);
            struct oracle_point x = limits_weibull_at(kappa[i], ratio);
            double log_count = log(mass[j]) + lgamma(kappa[i] + 1);
            if (ratio > 1000) { continue; }
            assert_true(x.entropy > 0 && x.entropy_error < 1e-8 * (1 + x.entropy));
            assert_true(x.participation_error < 1e-8);
            assert_true(x.top_weight_error < 1e-8);
            if (log_count > 13 + kappa[i]) { check_close(x.entropy, log_count + kappa[i], 1e-4); }
        }
    }
}

/* The roots are roots, and kappa -> inf is the Gumbel class with corrections of order 1/kappa. */
static void test_weibull_collapse(void **state) {
    (void)state;
    const double kappa[] = {0.7, 1, 5};
    for (size_t i = 0; i < 3; i++) {
        double h = limits_weibull_collapse_entropy(kappa[i], 0.1);
        check_relative(limits_weibull_at(kappa[i], h).entropy, 0.1, 1e-9);
        double y = limits_weibull_collapse_participation(kappa[i], 0.7);
        check_relative(limits_weibull_at(kappa[i], y).participation, 0.7, 1e-9);
    }
    double c = limits_pd_collapse_entropy(1);
    double far = c - limits_weibull_collapse_entropy(50, 1),
           near = c - limits_weibull_collapse_entropy(200, 1);
    check_close(far / near, 4, 0.2);
}

/* Corrections of relative order 1/ratio. */
static void test_near_ties(void **state) {
    (void)state;
    const double kappa[] = {1, 2, 5};
    for (size_t i = 0; i < 3; i++) {
        double before = INFINITY;
        for (double ratio = 10; ratio <= 1e4; ratio *= 10) {
            double a = limits_weibull_near_ties(kappa[i], ratio);
            struct oracle_point x = limits_weibull_at(kappa[i], ratio);
            double off_top = (1 - x.top_weight) / (a * M_LN2) - 1, off_two = (1 - x.participation) / a - 1;
            double off = x.entropy / (a * M_PI * M_PI / 6) - 1;
            check_close(off, 0, 6 / ratio);
            check_close(off_two, 0, 6 / ratio);
            check_close(off_top, 0, 6 / ratio);
            assert_true(fabs(off) < 0.2 * before);
            before = fabs(off);
        }
    }
    assert_true(isnan(limits_weibull_near_ties(0.5, 1)));
}

/* ---- Lambda ---- */

static void test_gumbel_lambda(void **state) {
    (void)state;
    check_close(limits_gumbel_lambda_quantile(0.5), 1.274642, 5e-7);
    check_close(limits_gumbel_lambda_cdf(limits_gumbel_lambda_quantile(0.5)), 0.5, 3e-10);
    check_close(limits_gumbel_lambda_quantile(0.75), 2.659263, 5e-7);
    check_close(limits_gumbel_lambda_quantile(0.95), 13.752639, 5e-7);
    check_close(limits_gumbel_lambda_quantile(0.36), 1, 0);
    check_close(limits_gumbel_lambda_cdf(1), exp(-1), 1e-15);
    check_close(limits_gumbel_lambda_cdf(0.999), 0, 0);
    check_close(1e6 * (1 - limits_gumbel_lambda_cdf(1e6)), M_LN2, 1e-5);
    assert_true(isnan(limits_gumbel_lambda_quantile(1)) && isnan(limits_gumbel_lambda_cdf(NAN)));
    double before = exp(-1);
    for (double z = 1.003; z < 1.3; z = 1 + 2 * (z - 1)) {
        double cdf = limits_gumbel_lambda_cdf(z);
        assert_true(cdf > before);
        before = cdf;
    }
}

/* Medians of Lambda_n/n^(1/kappa) for keys on spheres. */
static void test_weibull_lambda(void **state) {
    (void)state;
    const double d[] = {2, 3, 4, 5, 7, 9};
    const double want[] = {0.094782, 0.552605, 1.203484, 1.971701, 3.749131, 5.731306};
    for (size_t i = 0; i < 6; i++) {
        double kappa = (d[i] - 1) / 2;
        double log_c = (kappa - 1) * M_LN2 + lgamma(d[i] / 2) - 0.5 * log(M_PI) - lgamma((d[i] + 1) / 2);
        double median = limits_weibull_lambda_quantile(kappa, 0.5);
        check_close(median * kappa * exp(log_c / kappa), want[i], 5e-7);
    }
    check_close(limits_weibull_lambda_cdf(2, limits_weibull_lambda_quantile(2, 0.05)), 0.05, 1e-9);
    check_close(limits_weibull_lambda_cdf(2, 0), 0, 0);
    /* far boundaries decide: the same with 16384 of them */
    check_close(limits_weibull_lambda_cdf(12, 0.6), 0.0646861733595, 1e-9);
    /* the Gumbel class from kappa, corrections of order 1/kappa */
    double c = limits_gumbel_lambda_cdf(2), far = limits_weibull_lambda_cdf(50, 2) - c;
    check_close(far / (limits_weibull_lambda_cdf(200, 2) - c), 4, 0.2);
    assert_true(isnan(limits_weibull_lambda_cdf(0, 1)) && isnan(limits_weibull_lambda_quantile(1, 0)));
    assert_true(isnan(limits_weibull_lambda_cdf(500, 0.95))); /* decided among more than 4096 points */
}

static double uniform(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}

/* Gumbel class for kappa inf. */
static double sample_lambda(double kappa, uint64_t *random) {
    enum { POINTS = 1000 };
    double first = -log(uniform(random)), point = first, lambda = 0;
    for (int k = 2; k <= POINTS; k++) {
        point -= log(uniform(random));
        double gap =
            isinf(kappa) ? log(point / first) : kappa * (pow(point, 1 / kappa) - pow(first, 1 / kappa));
        lambda = fmax(lambda, log(k) / gap);
    }
    return lambda;
}

/* Counts below 8 values within 4.4 standard deviations: false alarm 1e-4 over the test. What happens beyond
 * 1000 points matters with probability below 1e-8 at these z. */
static void test_lambda_monte_carlo(void **state) {
    (void)state;
    enum { ROWS = 5000, LEVELS = 4 };
    const double kappa[] = {INFINITY, 1.5}, z[2][LEVELS] = {{1.5, 2, 5, 20}, {0.5, 1, 2, 10}};
    uint64_t random = 7;
    for (size_t l = 0; l < 2; l++) {
        int below[LEVELS] = {0};
        for (int r = 0; r < ROWS; r++) {
            double lambda = sample_lambda(kappa[l], &random);
            for (size_t k = 0; k < LEVELS; k++) { below[k] += lambda <= z[l][k]; }
        }
        for (size_t k = 0; k < LEVELS; k++) {
            double cdf = l ? limits_weibull_lambda_cdf(kappa[l], z[l][k]) : limits_gumbel_lambda_cdf(z[l][k]);
            check_close(below[k] / (double)ROWS, cdf, 4.4 * sqrt(cdf * (1 - cdf) / ROWS));
        }
    }
}

/* ---- families ---- */

static void test_laws(void **state) {
    (void)state;
    const double c = limits_pd_collapse_entropy(1);
    struct limits x = limits_of(family_find("gaussian"), (double[FAMILY_PARAMETERS]){2}, 100);
    assert_true(x.law == LIMITS_GUMBEL && isnan(x.exponent));
    check_close(x.collapse_entropy, c, 1e-14);
    check_close(x.collapse_participation, 2, 1e-14);
    check_close(x.lambda[0], 1, 0);
    check_close(x.lambda[1], 1.274642, 5e-7);
    x = limits_of(family_find("stretched"), (double[FAMILY_PARAMETERS]){0.8, 3}, 300);
    assert_true(x.law == LIMITS_SLOW_GUMBEL);
    check_close(x.exponent, 0.8, 1e-12);
    check_close(x.collapse_entropy, 0.8 * c, 1e-11);
    check_close(x.collapse_participation, 1.6, 1e-11);
    check_close(x.lambda[1], 0.8 * 1.274642, 5e-7);
    check_close(x.lambda[2], 0.8 * 13.752639, 5e-7);
    x = limits_of(family_find("stretched"), (double[FAMILY_PARAMETERS]){0.3, 1}, 300);
    check_close(x.collapse_entropy, 1, 0);
    check_close(x.lambda[1], 1, 0);
    x = limits_of(family_find("plateau"), (double[FAMILY_PARAMETERS]){1, 1}, 10);
    assert_true(x.law == LIMITS_NONE && isnan(x.collapse_entropy) && isnan(x.lambda[1]));
}

static void test_laws_weibull(void **state) {
    (void)state;
    struct limits x = limits_of(family_find("powerlaw"), (double[FAMILY_PARAMETERS]){2, 7}, 1e6);
    assert_true(x.law == LIMITS_WEIBULL);
    check_close(x.exponent, 2, 1e-9);
    check_close(x.collapse_entropy, 1.629168, 5e-7);
    check_relative(limits_weibull_at(2, x.collapse_participation).participation, 0.5, 1e-9);
    check_close(limits_weibull_lambda_cdf(2, x.lambda[0]), 0.05, 1e-8);
    check_close(limits_weibull_lambda_cdf(2, x.lambda[2]), 0.95, 1e-8);
    x = limits_of(family_find("spherical"), (double[FAMILY_PARAMETERS]){3}, 100);
    check_close(x.exponent, 1, 1e-9);
    check_close(x.lambda[1], 2 * 0.552605, 1e-6);
}

/* Lambda_n = sup_k log k/(s_(1) - s_(k)) of sampled rows of pareto scores against Gamma_1^(1/tail): the
 * shares below three quantiles within 4.4 standard deviations (false alarm 3e-5) and 0.1/log n for
 * the limit itself. */
static void test_laws_frechet(void **state) {
    (void)state;
    enum { ROWS = 4000, LENGTH = 400 };
    const double want[] = {0.05, 0.5, 0.95}, tail = 0.5, p[FAMILY_PARAMETERS] = {0.5};
    struct limits x = limits_of(family_find("pareto"), p, 30);
    assert_true(x.law == LIMITS_FRECHET && isnan(x.collapse_entropy) && isnan(x.collapse_participation));
    check_close(x.exponent, tail, 1e-12);
    check_relative(x.lambda[1], pow(M_LN2, 1 / tail), 1e-12);
    double below[3] = {0}, typical = log(LENGTH) / (pow(LENGTH, 1 / tail) - 1);
    uint64_t random = 3;
    for (int r = 0; r < ROWS; r++) {
        double point = 0, first = 0, lambda = 0;
        for (int k = 1; k <= LENGTH; k++) {
            point -= log(uniform(&random));
            double score = pow(LENGTH / point, 1 / tail);
            if (k == 1) { first = score; }
            if (k > 1) { lambda = fmax(lambda, log(k) / (first - score)); }
        }
        for (size_t i = 0; i < 3; i++) { below[i] += lambda <= x.lambda[i] * typical; }
    }
    for (size_t i = 0; i < 3; i++) {
        double se = sqrt(want[i] * (1 - want[i]) / ROWS);
        check_close(below[i] / ROWS, want[i], 4.4 * se + 0.1 / log(LENGTH));
    }
}

/* The oracle's collapse approaches the constants: gaussian as 1/log n (tenfold log n, tenfold nearer), the
 * power law at once, the sphere as n^(-1/kappa). */
static void test_convergence(void **state) {
    (void)state;
    const double c = limits_pd_collapse_entropy(1), w = limits_weibull_collapse_entropy(2, 1);
    double far = c - collapse_of("gaussian", (double[FAMILY_PARAMETERS]){1}, 1e3);
    double near = c - collapse_of("gaussian", (double[FAMILY_PARAMETERS]){1}, 1e4);
    check_close(far * 1e3, near * 1e4, 0.1 * near * 1e4);
    check_close(collapse_of("gumbel", (double[FAMILY_PARAMETERS]){0, 1}, 100), c, 1e-8);
    check_close(collapse_of("powerlaw", (double[FAMILY_PARAMETERS]){2, 1}, 100), w, 1e-8);
    far = w - collapse_of("spherical", (double[FAMILY_PARAMETERS]){5}, 10);
    near = w - collapse_of("spherical", (double[FAMILY_PARAMETERS]){5}, 14);
    check_close(far / near, exp(2), 0.5);
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pd),
        cmocka_unit_test(test_slow_gumbel),
        cmocka_unit_test(test_weibull_values),
        cmocka_unit_test(test_weibull_quadratures),
        cmocka_unit_test(test_weibull_range),
        cmocka_unit_test(test_weibull_collapse),
        cmocka_unit_test(test_near_ties),
        cmocka_unit_test(test_gumbel_lambda),
        cmocka_unit_test(test_weibull_lambda),
        cmocka_unit_test(test_lambda_monte_carlo),
        cmocka_unit_test(test_laws),
        cmocka_unit_test(test_laws_weibull),
        cmocka_unit_test(test_laws_frechet),
        cmocka_unit_test(test_convergence),
    };
    return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
