/* The mean gap and the maximum of the susceptibility: pairs of scores against closed densities, heavy tails
 * against a double integral, sharp and flat maxima; roots that begin with answers of a grid. */
#include "tests/test.h"

#include <gsl/gsl_sf_psi.h>
#include <stdlib.h>
#include <string.h>

#include "models/oracle/oracle.h"
#include "models/theory/profile.h"
#include "models/theory/typical.h"
#include "tests/models/oracle/oracle_law.h"

/* ---- the mean gap of two scores ---- */

/* E gap/(1 + e^{beta gap}), the gap's density known. Simpson's rule over log gap. */
static double gaussian_density(double gap) { return exp(-gap * gap / 4) / sqrt(M_PI); }
static double gumbel_density(double gap) { return 2 * exp(-gap) / pow(1 + exp(-gap), 2); }
static double uniform_density(double gap) { return 2 * (1 - gap); }
static double exponential_density(double gap) { return exp(-gap); }
/* Of cosines of two uniform angles: a complete elliptic integral, by the arithmetic-geometric mean. */
static double circle_density(double gap) {
    double a = 1, b = gap / 2;
    for (int i = 0; i < 60; i++) {
        double middle = (a + b) / 2;
        b = sqrt(a * b);
        a = middle;
    }
    return 1 / (M_PI * a);
}

static double pair_gap(double (*density)(double), double most, double beta) {
    enum { STEPS = 200000 };
    const double low = -60, h = (log(most) - low) / STEPS;
    double sum = 0;
    for (int i = 0; i <= STEPS; i++) {
        double gap = exp(low + h * i), weight = i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2;
        sum += weight * gap * gap * density(fmin(gap, most)) / (1 + exp(fmin(700, beta * gap)));
    }
    return sum * h / 3;
}

/* From beta so small that both count to 10^6 Lambda, where near ties are all there is. */
static void test_gap_of_pairs(void **state) {
    (void)state;
    const struct {
        struct law law;
        double (*density)(double);
        double most;
    } pairs[] = {{{"gaussian", {1}}, gaussian_density, 40},
                 {{"gumbel", {0, 1}}, gumbel_density, 60},
                 {{"powerlaw", {1, 1}}, uniform_density, 1},
                 {{"stretched", {1, 1}}, exponential_density, 60},
                 {{"spherical", {2}}, circle_density, 2}};
    const double ratio[] = {0.01, 1, 100, 1e6};
    for (size_t i = 0; i < 5; i++) {
        double unit = scale(&pairs[i].law, M_LN2);
        for (size_t b = 0; b < 4; b++) {
            struct oracle_point x = point_at(&pairs[i].law, M_LN2, ratio[b]);
            double want = unit * pair_gap(pairs[i].density, pairs[i].most, ratio[b] * unit);
            assert_true(x.gap_mean_error < (b == 3 ? 1e-4 : 1e-6) * want);
            check_close(x.gap_mean, want, x.gap_mean_error + 1e-10 * want);
        }
    }
}

/* A tail so heavy that neither score has a mean: V_1 < V_2, over x = log V_1 and log(log V_2 - x). */
static void test_gap_of_heavy_pairs(void **state) {
    (void)state;
    enum { OUTER_STEPS = 1200, STEPS = 2400 };
    const struct law law = {"pareto", {0.3}};
    const double unit = scale(&law, M_LN2), h = 60.0 / OUTER_STEPS;
    double sum = 0;
    for (int i = 1; i <= OUTER_STEPS; i++) { /* 0 at x = 0 */
        const double x = -h * i, step = (log(-x) + 40) / STEPS;
        double inner = 0;
        for (int j = 0; j <= STEPS; j++) {
            double apart = exp(-40 + step * j), y = x + apart,
                   gap = exp(-y / 0.3) * expm1(fmin(apart / 0.3, 300));
            inner += (j == 0 || j == STEPS ? 1
                      : j % 2              ? 4
                                           : 2) *
                     exp(y) * apart * gap / (1 + exp(fmin(700, unit * gap)));
        }
        sum += (i == OUTER_STEPS ? 1 : i % 2 ? 4 : 2) * exp(x) * inner * step / 3;
    }
    struct oracle_point point = point_at(&law, M_LN2, 1);
    assert_true(point.gap_mean_error < 1e-8 * point.gap_mean && isnan(point.log_partition));
    check_relative(point.gap_mean, 2 * unit * sum * h / 3, 1e-6);
    check_relative(point.gap_mean, 0.0768226783, 1e-8);
}

/* ---- the susceptibility's maximum ---- */

/* Of two scores with the gap's density known: chi = E (beta gap)^2 p (1 - p), p = 1/(1 + e^{beta gap}). */
static double pair_chi(double (*density)(double), double most, double beta) {
    enum { STEPS = 20000 };
    const double low = -40, h = (log(most) - low) / STEPS;
    double sum = 0;
    for (int i = 0; i <= STEPS; i++) {
        double gap = exp(low + h * i),
               weight = i == 0 || i == STEPS ? 1
                        : i % 2              ? 4
                                             : 2,
               half = beta * gap / 2, share = 0.5 / cosh(fmin(half, 300));
        sum += weight * gap * density(fmin(gap, most)) * 4 * half * half * share * share;
    }
    return sum * h / 3;
}

static void test_peak_of_pairs(void **state) {
    (void)state;
    const struct law laws[] = {{"gaussian", {1}}, {"gumbel", {0, 1}}, {"powerlaw", {1, 1}}};
    double (*const density[])(double) = {gaussian_density, gumbel_density, uniform_density};
    const double most[] = {40, 60, 1};
    for (size_t i = 0; i < 3; i++) {
        struct oracle *o = make_oracle(&laws[i], M_LN2);
        double curvature, peak = oracle_collapse_susceptibility(o, &curvature), unit = scale(&laws[i], M_LN2),
                          step = 0.01, chi[3];
        for (int k = 0; k < 3; k++) {
            chi[k] = log(pair_chi(density[i], most[i], unit * peak * exp(step * (k - 1))));
        }
        check_close((chi[2] - chi[0]) / (2 * step), 0, 1e-4); /* step^2/6 times the third derivative */
        check_relative((chi[2] - 2 * chi[1] + chi[0]) / (step * step), curvature, 1e-3);
        check_relative(oracle_susceptibility(o, peak, NULL), exp(chi[1]), 1e-7);
        oracle_free(o);
    }
}

/* However sharp: one score above N = e^{alpha log n}, chi = (beta gap)^2 x/(1 + x)^2, x = N e^{-beta gap};
 * and none where chi is a plateau. */
static void test_peak_elsewhere(void **state) {
    (void)state;
    const struct law sharp = {"plateau", {1, 1}}, flat = {"powerlaw", {2, 1}};
    const double log_n[] = {5, 20, 100, 200};
    double curvature;
    for (size_t i = 0; i < 4; i++) {
        struct oracle *o = make_oracle(&sharp, log_n[i]);
        double unit = scale(&sharp, log_n[i]), count = log(floor(exp(fmin(log_n[i], 30)) + 0.5) - 1),
               c = unit * oracle_collapse_susceptibility(o, &curvature);
        if (log_n[i] > 30) { count = log_n[i]; }
        /* d log chi/d log beta = 2 - c tanh((c - count)/2) */
        check_close(2 - c * tanh((c - count) / 2), 0, 1e-3 * c);
        oracle_free(o);
    }
    struct oracle *o = make_oracle(&flat, 200);
    assert_true(isnan(oracle_collapse_susceptibility(o, &curvature)));
    oracle_free(o);
}

/* ---- roots that begin with answers of a grid ---- */

static void test_recalled_roots(void **state) {
    (void)state;
    enum { BETAS = 65 };
    const struct law laws[] = {
        {"gaussian", {1}}, {"pareto", {2}}, {"stretched", {0.5, 1}}, {"pareto", {0.7}}};
    const double log_n[] = {5, 11, 1000, 300};
    for (size_t i = 0; i < 4; i++) {
        struct oracle *o = make_oracle(&laws[i], log_n[i]);
        static double ratio[BETAS];
        static struct oracle_point point[BETAS];
        for (size_t b = 0; b < BETAS; b++) {
            ratio[b] = exp2(-4 + (double)b / 8);
            assert_true(oracle_at(o, ratio[b], &point[b]));
        }
        double error[2], curvature, entropy = oracle_collapse_entropy(o, 1, &error[0]),
                                    shared = oracle_collapse_participation(o, 0.5, &error[1]),
                                    peak = oracle_collapse_susceptibility(o, &curvature);
        oracle_recall(o, BETAS, ratio, point);
        check_close(oracle_collapse_entropy(o, 1, NULL), entropy, error[0]);
        check_close(oracle_collapse_participation(o, 0.5, NULL), shared, error[1]);
        const double again = oracle_collapse_susceptibility(o, &curvature);
        assert_true(isnan(peak) == isnan(again) && !(fabs(again - peak) > 2e-7 * peak));
        oracle_free(o);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gap_of_pairs),   cmocka_unit_test(test_gap_of_heavy_pairs),
        cmocka_unit_test(test_peak_of_pairs),  cmocka_unit_test(test_peak_elsewhere),
        cmocka_unit_test(test_recalled_roots),
    };
    return cmocka_run_group_tests_name("gap_and_peak", tests, NULL, NULL);
}
