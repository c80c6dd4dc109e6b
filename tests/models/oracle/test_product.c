/* Exact means of keys whose scores fall with their distance: THEORY's values, one pair of keys by Simpson's
 * rule, and penalties so small that the keys are those of one law. */
#include "tests/models/oracle/oracle_law.h"

#include <gsl/gsl_sf_bessel.h>
#include <string.h>

/* THEORY 5, n -> inf: beta_c/Lambda^typ of Gaussian scores with linear penalties. */
static void test_known_values(void **state) {
    (void)state;
    const struct {
        double linear, collapse, digits;
    } known[] = {{0.01, 2.0831, 6e-5}, {0.1, 1.82327, 6e-6}, {1, 1.16087, 7e-6}};
    for (size_t i = 0; i < 3; i++) {
        const struct law law = law_at("gaussian", 1, 0, known[i].linear, 0);
        struct oracle *o = make_oracle(&law, 1e5);
        double error;
        check_close(oracle_collapse_entropy(o, 1, &error), known[i].collapse, known[i].digits);
        assert_true(error < 1e-7);
        oracle_free(o);
    }
}

/* Every key alike: the same as the law's own means, which go another way. */
static void test_no_penalty(void **state) {
    (void)state;
    const struct law plain[] = {{"gaussian", {1.4}},
                                {"gumbel", {0, 0.6}},
                                {"powerlaw", {2, 3}},
                                {"spherical", {5}},
                                {"stretched", {1.5, 1}}};
    const double log_n[] = {M_LN2, log(50), log(3000)}, ratio[] = {0.2, 1, 2.5, 9};
    for (size_t i = 0; i < 5; i++) {
        const struct law alike = law_at(plain[i].family, plain[i].p[0], plain[i].p[1], 1e-300, 0);
        for (size_t k = 0; k < 12; k += getenv("GAPSCALE_TEST_LONG") ? 1 : 5) {
            const struct oracle_point x = point_at(&alike, log_n[k / 4], ratio[k % 4]),
                                      y = point_at(&plain[i], log_n[k / 4], ratio[k % 4]);
            check_close(x.entropy, y.entropy, x.entropy_error + y.entropy_error);
            check_close(x.participation, y.participation, x.participation_error + y.participation_error);
            check_close(x.log_partition, y.log_partition, 1e-8 * (1 + fabs(y.log_partition)));
            check_close(x.gap_mean, y.gap_mean, x.gap_mean_error + y.gap_mean_error + 1e-9);
            assert_true(x.entropy_error < 1e-8 && isnan(x.top_weight));
        }
    }
}

/* Two Gaussian keys: the difference of their scores is N(m + c log 2, 2). */
static void test_pair(void **state) {
    (void)state;
    const double penalties[][2] = {{0.7, 0}, {0, 1.3}, {2, 0.4}}, ratio[] = {0.5, 3};
    for (size_t i = 0; i < 6; i++) {
        const double m = penalties[i / 2][0], c = penalties[i / 2][1], apart = m + c * log(2), h = 1e-3;
        const struct law law = law_at("gaussian", 1, 0, m, c);
        const struct oracle_point point = point_at(&law, log(2), ratio[i % 2]);
        const double beta = ratio[i % 2] * scale(&law, log(2));
        double entropy = 0, participation = 0, gap = 0;
        for (int k = -20000; k <= 20000; k++) { /* the trapezoid rule, smooth but for |difference| */
            const double x = k * h, weight = h * exp(-x * x / 4) / sqrt(4 * M_PI), d = x + apart,
                         p = 1 / (1 + exp(-beta * d)), q = 1 / (1 + exp(beta * d));
            entropy += weight * (p * log1p(exp(-beta * d)) + q * log1p(exp(beta * d)));
            participation += weight * (p * p + q * q);
            gap += weight * fabs(d) * fmin(p, q);
        }
        check_close(point.entropy, entropy, 1e-9);
        check_close(point.participation, participation, 1e-9);
        check_close(point.gap_mean, gap * beta / ratio[i % 2], 1e-6);
    }
}

/* Two Gumbel keys hundreds of spreads apart, whose difference is logistic: at these betas all scores of a key
 * are nearly one. */
static void test_pair_far_apart(void **state) {
    (void)state;
    const double penalties[][2] = {{574.2, 0}, {955.4, 0}, {0, 253.9}}, ratio[] = {5, 16}, h = 0.125;
    for (size_t i = 0; i < 6; i++) {
        const double m = penalties[i / 2][0], c = penalties[i / 2][1], apart = m + c * log(2);
        const struct law law = law_at("gumbel", 0, 1, m, c);
        const struct oracle_point point = point_at(&law, log(2), ratio[i % 2]);
        const double beta = ratio[i % 2] * scale(&law, log(2));
        double entropy = 0, participation = 0;
        for (int k = -480; k <= 480; k++) {
            const double x = k * h, weight = h / (2 + 2 * cosh(x)), d = x + apart,
                         p = 1 / (1 + exp(-beta * d)), q = 1 / (1 + exp(beta * d));
            entropy += weight * (p * log1p(exp(-beta * d)) + q * log1p(exp(beta * d)));
            participation += weight * (p * p + q * q);
        }
        check_close(point.entropy, entropy, point.entropy_error);
        check_close(point.participation, participation, point.participation_error);
        assert_true(point.entropy_error < 4e-11 && point.participation_error < 4e-11);
    }
}

/* chi of two such keys is the mean of p (1 - p) (beta difference)^2: what is told is within its error, which
 * is small where chi is; what is not told is below it. */
static void test_susceptibility(void **state) {
    (void)state;
    const struct {
        double linear, ratio, relative; /* of the error, at most; infinite: it is not told */
    } at[] = {{0.7, 0.5, 1e-6}, {0.7, 3, 1e-6},          {0.001, 0.001, 0.2},
              {0.001, 1e-5, 1}, {0.001, 1e-6, INFINITY}, {1e6, 1000, INFINITY}};
    for (size_t i = 0; i < 6; i++) {
        const struct law law = law_at("gaussian", 1, 0, at[i].linear, 0);
        struct oracle *o = make_oracle(&law, M_LN2);
        const double beta = at[i].ratio * scale(&law, M_LN2), h = 1e-3;
        double mean = 0, error;
        for (int k = -20000; k <= 20000; k++) {
            const double x = k * h, b = beta * (x + at[i].linear);
            mean += h * exp(-x * x / 4) / sqrt(4 * M_PI) * b * b / (2 + 2 * cosh(fmin(fabs(b), 700)));
        }
        const double chi = oracle_susceptibility(o, at[i].ratio, &error);
        if (isinf(at[i].relative)) {
            assert_true(isnan(chi) && mean < error && error < 1e-8);
        } else {
            check_close(chi, mean, error);
            assert_true(error < at[i].relative * mean);
        }
        oracle_free(o);
    }
}

/* Keys of all scales at once, far below the critical beta: those of log penalties c weigh m w^{-c beta}, w =
 * 1 to n, with m = E e^{beta s}: e^{beta^2/2} of Gaussian scores, e^-beta I_0(beta) on a circle. */
static void test_keys_of_all_scales(void **state) {
    (void)state;
    const struct law law = law_at("gaussian", 1, 0, 0, 1);
    const double log_n[] = {500, 690}, ratio[] = {0.001, 0.0625, 0.3};
    for (size_t i = 0; i < 6; i++) {
        const double b = ratio[i / 2] * scale(&law, log_n[i % 2]);
        const struct oracle_point point = point_at(&law, log_n[i % 2], ratio[i / 2]);
        check_close(point.entropy, log_n[i % 2] - log1p(-b) - b / (1 - b) - b * b / 2, point.entropy_error);
        check_close(point.susceptibility, b * b + b * b / ((1 - b) * (1 - b)), point.susceptibility_error);
        assert_true(point.entropy_error < 2e-8 && point.susceptibility_error < 2e-9);
    }
    const struct law circle = law_at("spherical", 2, 0, 0, 0.3);
    for (size_t i = 0; i < 3; i++) {
        const double b = ratio[i] * scale(&circle, 690), c = 0.3 * b;
        const struct oracle_point point = point_at(&circle, 690, ratio[i]);
        const double mean = gsl_sf_bessel_I0(b);
        check_close(point.entropy, 690 - log1p(-c) - c / (1 - c) + log(mean) - b * gsl_sf_bessel_I1(b) / mean,
                    point.entropy_error);
    }
}

/* Far below the critical beta rows are alike, and chi is that of all keys: of Gumbel scores beta^2
 * psi'(1 - beta), and of c log k the variance by the weights k^{-c beta}, to 40 digits by zeta(c beta) and
 * Euler-Maclaurin. `unlike`: Y_2 = 1e-12 times (b - mean)^2 = 2000 of the nearest. */
static void test_susceptibility_of_many(void **state) {
    (void)state;
    const double ratio[] = {0.01, 0.1, 0.5},
                 exact[] = {3.72478006552729e-4, 0.0484204748162601, 16.9160959899861},
                 relative[] = {1e-6, 1e-8, 1e-9}, unlike[] = {0, 0, 1e-8};
    const struct law law = law_at("gumbel", 0, 1, 0, 2);
    struct oracle *o = make_oracle(&law, 28 * M_LN10);
    for (size_t i = 0; i < 3; i++) {
        double error, chi = oracle_susceptibility(o, ratio[i], &error);
        check_close(chi, exact[i], error + unlike[i]);
        assert_true(error < relative[i] * exact[i]);
    }
    oracle_free(o);
}

/* Gaussian keys one by one: phi and the like by the trapezoid rule over scores, at multiples of a part of
 * beta m. */
static void test_one_by_one(void **state) {
    (void)state;
    enum { KEYS = 40, POINTS = 1000, KINDS = 5 };
    const double linear = 0.1, ratios[] = {0.3, 1, 4}, step = 0.02, euler = 0.57721566490153286061;
    static double own[POINTS + KEYS * 10][KINDS];
    for (size_t r = 0; r < 3; r++) {
        const struct law law = law_at("gaussian", 1, 0, linear, 0);
        const double beta = ratios[r] * scale(&law, log(KEYS)), parts = ceil(beta * linear / 0.3),
                     h = beta * linear / parts, top = 4 * (1 + beta);
        double all[4] = {0};
        for (int k = 0; k < POINTS + KEYS * (int)parts; k++) {
            double missed = 0, *at = own[k];
            memset(at, 0, sizeof own[k]);
            for (double s = -10; s <= 10; s += step) {
                const double log_a = top - k * h + beta * s, a = exp(fmin(log_a, 6)), t = -euler - log_a,
                             weight = step * exp(-s * s / 2) / sqrt(2 * M_PI), w = weight * a * exp(-a);
                missed -= weight * expm1(-a);
                at[1] += w;
                at[2] += w * a;
                at[3] += w * t;
                at[4] += w * t * t;
            }
            at[0] = log1p(-fmin(missed, 1 - 1e-15));
            for (int i = 1; i < KINDS; i++) { at[i] /= exp(at[0]); }
        }
        for (int k = 0; k < POINTS; k++) {
            double sum[KINDS] = {0}, same = 0;
            for (int j = 0; j < KEYS; j++) {
                const double *at = own[k + j * (int)parts];
                for (int i = 0; i < KINDS; i++) { sum[i] += at[i]; }
                same += at[1] * at[4] - at[3] * at[3];
            }
            const double power = h * exp(sum[0]);
            all[0] += power * sum[1];
            all[1] += power * sum[2];
            all[2] += power * sum[3];
            all[3] += power * (sum[1] * sum[4] - sum[3] * sum[3] - same);
        }
        const struct oracle_point x = point_at(&law, log(KEYS), ratios[r]);
        check_close(all[0], 1, 1e-11);
        check_close(x.participation, all[1], 1e-11);
        check_close(x.entropy, all[2], 1e-11);
        check_close(x.susceptibility, all[3], 1e-11);
    }
}

/* The susceptibility's maximum: that of the law where every key is alike, and one that has chi below it on
 * both sides. */
static void test_peak(void **state) {
    (void)state;
    const struct law plain = {"gaussian", {1}}, alike = law_at("gaussian", 1, 0, 1e-300, 0),
                     apart = law_at("gaussian", 1, 0, 0.1, 0);
    const double log_n = log(20000);
    struct oracle *o[] = {make_oracle(&plain, log_n), make_oracle(&alike, log_n), make_oracle(&apart, log_n)};
    double top[3], curvature[3], value[3];
    for (size_t i = 0; i < 3; i++) { top[i] = oracle_collapse_susceptibility(o[i], &curvature[i]); }
    check_close(top[1], top[0], 1e-8);
    check_close(curvature[1], curvature[0], 1e-5);
    for (int k = 0; k < 3; k++) {
        value[k] = oracle_susceptibility(o[2], top[2] * exp(0.01 * (k - 1)), NULL);
    }
    check_close((log(value[0]) + log(value[2]) - 2 * log(value[1])) / 1e-4, curvature[2], 1e-3);
    check_close((log(value[2]) - log(value[0])) / 0.02, 0, 1e-4);
    for (size_t i = 0; i < 3; i++) { oracle_free(o[i]); }
}

/* n = e^100000 is n = 10^4 where no key beyond it matters; with a log penalty, exponential scores and c above
 * their scale the number of keys that compete is finite; out of reach says so. */
static void test_reach(void **state) {
    (void)state;
    const struct law near = law_at("gaussian", 1, 0, 0.1, 0), heavy = law_at("pareto", 2.5, 0, 0.1, 0);
    const struct oracle_point x = point_at(&near, log(1e4), 1.5), y = point_at(&near, 1e5, 1.5);
    check_close(x.entropy, y.entropy, 1e-11);
    const struct law fading = law_at("stretched", 1, 1, 0, 3);
    const struct oracle_point u = point_at(&fading, log(1e5), 2), v = point_at(&fading, log(1e9), 2);
    check_close(u.entropy, v.entropy, 1e-8);
    const struct law apart = law_at("gaussian", 1, 0, 1e6, 0); /* keys that never meet */
    const struct oracle_point alone = point_at(&apart, 1e5, 100);
    assert_true(alone.entropy < 1e-10 && alone.participation > 1 - 1e-10);
    const struct oracle_point none = point_at(&heavy, 10, 1);
    assert_true(isnan(none.entropy) && isinf(none.entropy_error) && isnan(none.participation));
}

/* Heavy tails, of which rare scores of far keys are known however deep the grid goes: as grids had it that
 * did not end where an a counts alone. */
static void test_rare_scores_of_far_keys(void **state) {
    (void)state;
    const struct law law = law_at("pareto", 10, 0, 0, 0.3);
    const struct oracle_point x = point_at(&law, 28 * M_LN10, 0.25);
    check_close(x.entropy, 64.47228360662, 1e-10);
    check_close(x.participation, 8.4671311383e-7, 1e-15);
    check_close(x.susceptibility, 7.11531506e-4, x.susceptibility_error);
}

/* All scores that rows have lie before the top of a grid: as it had them that made room step by step. */
static void test_end_before_top(void **state) {
    (void)state;
    const struct law law = law_at("gaussian", 1, 0, 0, 0.01);
    check_close(point_at(&law, 230, 0.0625).entropy, 229.113239503, 1e-9);
}

/* Steps of 10^13 keys: against every point of such a grid, key by key or by Gram's rule. */
static void test_many_keys_of_a_step(void **state) {
    (void)state;
    const struct law law = law_at("stretched", 0.1, 1, 3, 0);
    const struct oracle_point x = point_at(&law, 230, 0.0625);
    check_close(x.entropy, 34.2393115417342, 1e-10);
    check_close(x.participation, 1.78638417215937e-4, 1e-13);
    check_close(x.log_partition, 31.4064530248543, 1e-10);
}

/* Panels, cells and stretches 1.9 times finer change nothing beyond the stated errors. */
static void test_errors(void **state) {
    (void)state;
    const struct law laws[] = {law_at("gaussian", 1, 0, 0.02, 0), law_at("gaussian", 1, 0, 0, 0.2),
                               law_at("powerlaw", 2, 3, 0.01, 0.1), law_at("stretched", 0.5, 1, 0.1, 0)};
    const double ratio[] = {0.3, 1, 3};
    for (size_t i = 0; i < 12; i++) {
        const struct oracle_point x = point_at(&laws[i / 3], log(1e6), ratio[i % 3]);
        struct oracle *finer = make_oracle(&laws[i / 3], log(1e6));
        struct oracle_point y;
        oracle_refine(finer, 1.9);
        assert_true(oracle_at(finer, ratio[i % 3], &y));
        check_close(x.entropy, y.entropy, x.entropy_error);
        check_close(x.participation, y.participation, x.participation_error);
        check_close(x.gap_mean, y.gap_mean, x.gap_mean_error);
        assert_true(x.entropy_error < 1e-8);
        oracle_free(finer);
    }
}

/* Where curves of heavy tails decide what the susceptibility may be off: steps half as long change it by
 * less. */
static void test_error_of_curves(void **state) {
    (void)state;
    const struct law law = law_at("pareto", 10, 0, 0, 0.1);
    const double log_n = 100 * M_LN10, ratio = exp2(-0.875);
    struct oracle *o = make_oracle(&law, log_n);
    double error, finer_error;
    const double chi = oracle_susceptibility(o, ratio, &error);
    oracle_refine(o, 1.9);
    check_close(chi, oracle_susceptibility(o, ratio, &finer_error), error);
    assert_true(error < 1e-8 * chi);
    oracle_free(o);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_susceptibility),
                                       cmocka_unit_test(test_keys_of_all_scales),
                                       cmocka_unit_test(test_susceptibility_of_many),
                                       cmocka_unit_test(test_error_of_curves),
                                       cmocka_unit_test(test_known_values),
                                       cmocka_unit_test(test_no_penalty),
                                       cmocka_unit_test(test_one_by_one),
                                       cmocka_unit_test(test_peak),
                                       cmocka_unit_test(test_pair),
                                       cmocka_unit_test(test_pair_far_apart),
                                       cmocka_unit_test(test_reach),
                                       cmocka_unit_test(test_errors),
                                       cmocka_unit_test(test_end_before_top),
                                       cmocka_unit_test(test_many_keys_of_a_step),
                                       cmocka_unit_test(test_rare_scores_of_far_keys)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
