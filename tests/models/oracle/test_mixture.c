/* Means over rows that differ in scale, by other integrals of Gaussian rows, by pairs of scores in closed
 * form, and at a value found elsewhere. */
#include "tests/models/oracle/oracle_law.h"

#include <gsl/gsl_cdf.h>

#include "models/numeric/legendre.h"

static struct law dotproduct(double d, double sigma) { return (struct law){"dotproduct", {d, sigma}}; }

/* The factor's law: |q|^2 = d r^2 is a chi square. E 1/r is that of the laws' Lambda^typ. */
static void test_factor(void **state) {
    (void)state;
    const struct family *family = family_find("dotproduct");
    const double dimension[] = {1, 2.5, 3, 64, 1000}, inverse[] = {NAN, NAN, 1.38198, 1.01191, NAN};
    for (size_t i = 0; i < 5; i++) {
        double d = dimension[i], p[] = {d, 1}, sum = 0, square = 0, step = 1e-4;
        for (double u = 1e-9; u < 1; u = u < 0.9 ? u * 3 : u + 0.033) {
            double r = family->row_scale(p, u);
            check_relative(gsl_cdf_chisq_P(d * r * r, d), u, 1e-8);
        }
        for (double u = step / 2; u < 1; u += step) {
            double r = family->row_scale(p, u);
            sum += step / r;
            square += step * r * r;
        }
        check_close(square, 1, 2e-3);
        if (!isnan(inverse[i])) { check_close(sum, inverse[i], 2e-3); }
    }
}

/* By how much log r is off at a uniform, for an even number d = 2 k of dimensions: |q|^2 > d r^2 has the
 * probability of fewer than k events where k r^2 are the mean. Terms are relative to that of k. */
static double factor_off(long double k, long double r, long double uniform) {
    const long double x = k * r * r;
    long double few = 0, many = 0;
    for (long double j = k, term = 1; j > 0 && term > 1e-22L * few; j--) { few += term *= j / x; }
    for (long double j = k + 1, term = 1; term > 1e-22L * many; term *= x / j++) { many += term; }
    return (double)((many * (1 - uniform) - few * uniform) / (2 * k));
}

static void check_factor(double half, double uniform) {
    const double p[] = {2 * half, 1}, r = family_find("dotproduct")->row_scale(p, uniform);
    check_close(factor_off(half, r, uniform), 0, 4e-16 * (5 + fabs(log(r))));
}

static void test_factor_in_many_dimensions(void **state) {
    (void)state;
    const double half[] = {1, 2, 32, 500, 2048, 5e4, 5e5};
    for (size_t i = 0; i < 7; i++) {
        for (double u = 1e-200; u < 1; u = u < 1e-3 ? u * 1e9 : u + 0.0313) { check_factor(half[i], u); }
        for (double rest = 1e-3; rest > 0x1p-50; rest /= 8) { check_factor(half[i], 1 - rest); }
    }
}

/* In one dimension it is |N(0, 1)|, with all digits that the probabilities of both its sides have. */
static void test_one_dimension(void **state) {
    (void)state;
    const struct family *family = family_find("dotproduct");
    const double p[] = {1, 1};
    for (double u = 1e-300; u < 0.5; u *= 1.37) {
        check_relative(erf(family->row_scale(p, u) * M_SQRT1_2), u, 1e-15);
    }
    for (double rest = 0.5; rest > 0x1p-50; rest /= 2) {
        const double r = family->row_scale(p, 1 - rest);
        check_relative(erfc(r * M_SQRT1_2), rest, 1e-15 * (1 + r * r));
    }
    assert_true(family->row_scale(p, 0) == 0 && isinf(family->row_scale(p, 1)));
}

/* Its density against its quantiles: what the logarithm covers of each percent. */
static void test_density(void **state) {
    (void)state;
    const struct family *family = family_find("dotproduct");
    const double dimension[] = {1, 2.5, 64, 1e4}, step = 0.01;
    for (size_t i = 0; i < 4; i++) {
        const double p[] = {dimension[i], 1}, middle = log(family->row_scale(p, 0.5));
        double constant = NAN;
        for (double u = 0.1; u < 0.9; u += step) {
            const double low = log(family->row_scale(p, u)), high = log(family->row_scale(p, u + step)),
                         density = exp(family->log_scale_density(p, (low + high) / 2) -
                                       family->log_scale_density(p, middle));
            if (isnan(constant)) { constant = step / (high - low) / density; }
            check_relative(step / (high - low), constant * density, 2e-3);
        }
    }
}

/* d = 64, n = 2^16: beta_c = 10.1894 = 2.3224 Lambda(sigma = 1). */
static void test_known_value(void **state) {
    (void)state;
    const struct law law = dotproduct(64, 1), wide = dotproduct(64, 5);
    const double log_n = 16 * M_LN2;
    double error;
    struct oracle *o = make_oracle(&law, log_n), *w = make_oracle(&wide, log_n);
    double ratio = oracle_collapse_entropy(o, 1, &error);
    check_close(ratio, 2.3224, 5e-5);
    check_close(ratio * scale(&law, log_n), 10.1894, 2e-4);
    assert_true(error < 1e-7);
    check_close(oracle_collapse_entropy(w, 1, &error), ratio, 1e-7);
    oracle_free(o);
    oracle_free(w);
}

/* By differences of log chi; the same with and without betas that are known. */
static void test_peak(void **state) {
    (void)state;
    const double dimension[] = {1, 3, 64}, log_n[] = {5 * M_LN2, 16 * M_LN2, 700}, h = 1e-3;
    for (size_t i = 0; i < 3; i++) {
        const struct law law = dotproduct(dimension[i], 1);
        struct oracle *o = make_oracle(&law, log_n[i]);
        double curvature, ratio[33], log_chi[3];
        struct oracle_point point[33];
        const double peak = oracle_collapse_susceptibility(o, &curvature);
        for (int k = -1; k <= 1; k++) {
            log_chi[k + 1] = log(oracle_susceptibility(o, peak * exp(k * h), NULL));
        }
        check_close((log_chi[2] - log_chi[0]) / (2 * h), 0, 1e-3 * h * fabs(curvature) + h * h * 1e3);
        check_relative((log_chi[0] - 2 * log_chi[1] + log_chi[2]) / (h * h), curvature, 1e-3);
        for (size_t b = 0; b < 33; b++) {
            ratio[b] = exp2(((double)b - 16) / 4);
            assert_true(oracle_at(o, ratio[b], &point[b]));
        }
        oracle_recall(o, 33, ratio, point);
        check_relative(oracle_collapse_susceptibility(o, &curvature), peak, 1e-9);
        oracle_free(o);
    }
}

/* Integrals over r itself by Simpson's rule, of Gaussian rows whose Lambda^typ is `own`/r; `accuracy` is that
 * rule's. */
static void check_by_density(double d, double log_n, double beta, int cells, double accuracy) {
    const struct law law = dotproduct(d, 1), row = {"gaussian", {1}};
    const double wide = fmin(9 / sqrt(2 * d), 5), low = fmax(0, 1 - wide), high = 1 + wide,
                 h = (high - low) / (2 * cells), typical = scale(&law, log_n), own = scale(&row, log_n);
    struct oracle *rows = make_oracle(&row, log_n);
    double weight = 0, entropy = 0, participation = 0, top = 0, gap = 0, log_z = 0;
    for (int i = 0; i <= 2 * cells; i++) {
        double r = fmax(low + i * h, 1e-4 * h), density = exp((d - 1) * log(r) - d * (r * r - 1) / 2);
        double w = density * (i == 0 || i == 2 * cells ? 1 : i % 2 ? 4 : 2);
        struct oracle_point point;
        if (w < 1e-13) { continue; }
        assert_true(oracle_at(rows, beta * r * typical / own, &point));
        weight += w;
        entropy += w * point.entropy;
        participation += w * point.participation;
        top += w * point.top_weight;
        gap += w * r * point.gap_mean * typical / own;
        log_z += w * (point.log_partition +
                      beta * typical * (r - 1) * family_find("gaussian")->quantile((double[]){1}, -log_n));
    }
    oracle_free(rows);
    struct oracle_point mean = point_at(&law, log_n, beta);
    check_close(mean.entropy, entropy / weight, mean.entropy_error + accuracy);
    check_close(mean.participation, participation / weight, mean.participation_error + accuracy);
    check_close(mean.top_weight, top / weight, mean.top_weight_error + accuracy);
    check_close(mean.gap_mean, gap / weight, mean.gap_mean_error + accuracy);
    check_close(mean.log_partition, log_z / weight, accuracy);
    assert_true(mean.entropy_error < 1e-7 && mean.participation_error < 1e-7);
}

static void test_by_density(void **state) {
    (void)state;
    check_by_density(64, 16 * M_LN2, 2, 60, 1e-10);
    if (getenv("GAPSCALE_TEST_QUICK")) { return; }
    check_by_density(64, 230, 0.5, 60, 1e-9);
    check_by_density(7.5, log(500), 1.5, 120, 1e-9);
    check_by_density(3, 16 * M_LN2, 4, 240, 1e-7);
}

/* Integrals over log r by Gauss-Legendre rules on short pieces, of answers of Gaussian rows at every node. */
struct direct {
    double weight, entropy, participation, top, log_top, log_z, chi, gap, rank[4];
};

static struct direct direct_mean(double d, double log_n, double beta, size_t ranks) {
    const struct law law = {"gaussian", {1}};
    const struct oracle_question ask = {.top_weight = true, .slope = true, .ranks = ranks};
    const double first = -34 / d - 5 / sqrt(2 * d), last = 7 / sqrt(2 * d), step = 0.7 / sqrt(2 * d);
    const double typical = beta * scale(&law, log_n) * family_find("gaussian")->quantile(law.p, -log_n);
    struct direct sum = {0};
    struct legendre rule;
    struct oracle *o = make_oracle(&law, log_n);
    legendre_make(16, &rule);
    for (double t = first; t < last; t += step) {
        for (int i = 0; i < 16; i++) {
            const double at = t + step * (1 + rule.x[i]) / 2, r = exp(at),
                         w = rule.w[i] * exp(d * at - d * expm1(2 * at) / 2);
            struct oracle_answer answer;
            if (w < 1e-17) { continue; }
            assert_true(oracle_ask(o, beta * r, ask, &answer));
            sum.weight += w;
            sum.entropy += w * answer.point.entropy;
            sum.participation += w * answer.point.participation;
            sum.top += w * answer.point.top_weight;
            sum.log_top += w * answer.point.log_top_weight;
            sum.log_z += w * (answer.point.log_partition + (r - 1) * typical);
            sum.chi += w * answer.point.susceptibility;
            sum.gap += w * r * answer.point.gap_mean;
            for (size_t k = 0; k < ranks; k++) { sum.rank[k] += w * answer.weight[k]; }
        }
    }
    oracle_free(o);
    return sum;
}

/* A mean is as far off as what it is made of is between its points, or less; old answers do not change what
 * is asked later. */
static void check_directly(double d, double log_n, double beta, size_t ranks) {
    const struct law law = dotproduct(d, 1);
    const struct oracle_question means = {.errors = false},
                                 all = {.top_weight = true, .slope = true, .ranks = ranks};
    const struct direct direct = direct_mean(d, log_n, beta, ranks);
    const double close = 2e-12 * fmax(1, log_n / 20);
    struct oracle *o = make_oracle(&law, log_n);
    struct oracle_answer answer;
    assert_true(oracle_ask(o, beta, means, &answer));
    check_close(answer.point.entropy, direct.entropy / direct.weight, close);
    assert_true(oracle_ask(o, 3 * beta, means, &answer) && oracle_ask(o, beta, all, &answer));
    check_close(answer.point.entropy, direct.entropy / direct.weight, close);
    check_close(answer.point.participation, direct.participation / direct.weight, 2e-12);
    check_close(answer.point.top_weight, direct.top / direct.weight, 2e-12);
    check_close(answer.point.log_top_weight, direct.log_top / direct.weight, close);
    check_close(answer.point.log_partition, direct.log_z / direct.weight, close * fmax(1, beta));
    check_close(answer.point.susceptibility, direct.chi / direct.weight, 10 * close);
    check_close(answer.point.gap_mean, direct.gap / direct.weight, 2 * close / beta);
    for (size_t k = 0; k < ranks; k++) {
        check_close(answer.weight[k], direct.rank[k] / direct.weight, 2e-12);
    }
    oracle_free(o);
}

static void test_directly(void **state) {
    (void)state;
    check_directly((double)test_size(1, 64), 5 * M_LN2, 0.2, 0);
    check_directly((double)test_size(3, 64), 10 * M_LN2, 2.3, 4);
    if (getenv("GAPSCALE_TEST_QUICK")) { return; }
    check_directly(64, 50 * M_LN2, 0.3, 0);
    if (!getenv("GAPSCALE_TEST_LONG")) { return; }
    check_directly(8, 40 * M_LN2, 1.3, 4);
    check_directly(64, 700, 1.01, 4);
}

/* With finer panels, and more nodes over r: what errors say. */
static void test_finer(void **state) {
    (void)state;
    const struct law law = dotproduct(8, 1);
    const struct oracle_question ask = {.top_weight = true, .errors = true};
    const double log_n[] = {50 * M_LN2, 1e5, 1e6}, beta[] = {0.2, 1, 1.4};
    for (size_t i = 0; i < 3; i++) {
        struct oracle *o = make_oracle(&law, log_n[i]);
        struct oracle_answer plain[3], fine;
        for (size_t b = 0; b < 3; b++) { assert_true(oracle_ask(o, beta[b], ask, &plain[b])); }
        oracle_refine(o, 1.9);
        for (size_t b = 0; b < 3; b++) {
            const struct oracle_point *p = &plain[b].point, *q = &fine.point;
            assert_true(oracle_ask(o, beta[b], ask, &fine));
            check_close(p->entropy, q->entropy, p->entropy_error);
            check_close(p->participation, q->participation, p->participation_error);
            check_close(p->top_weight, q->top_weight, p->top_weight_error);
            check_close(p->log_top_weight, q->log_top_weight, p->log_top_weight_error);
            check_close(p->susceptibility, q->susceptibility, p->susceptibility_error);
        }
        oracle_free(o);
    }
}

/* Where all rows are spread, or all have collapsed, or beta is not to be reached. */
static void test_ends(void **state) {
    (void)state;
    const double dimension[] = {1, 64, 1e6}, log_n = 16 * M_LN2;
    for (size_t i = 0; i < 3; i++) {
        const struct law law = dotproduct(dimension[i], 1);
        struct oracle *o = make_oracle(&law, log_n);
        struct oracle_point point;
        assert_true(oracle_at(o, 1e-9, &point));
        check_close(point.entropy, log_n, 1e-10);
        check_relative(point.participation, exp(-log_n), 1e-6);
        check_close(point.log_partition, log_n, 1e-6);
        assert_true(oracle_at(o, 1e9, &point));
        check_close(point.entropy, 0, point.entropy_error + 1e-7);
        check_close(point.participation, 1, point.participation_error + 1e-7);
        check_close(point.log_top_weight, 0, point.log_top_weight_error + 1e-7);
        assert_true(oracle_at(o, INFINITY, &point));
        check_close(point.entropy, 0, point.entropy_error + 1e-10);
        assert_true(isnan(point.log_partition) && point.log_partition_error == INFINITY);
        oracle_free(o);
    }
}

/* Two scores, d = 2: their gap is r sqrt(2) |g| with r^2 exponential of mean 1, hence the modulus of a
 * Laplace variable, exponential of mean 1. */
static void test_pair(void **state) {
    (void)state;
    const struct law law = dotproduct(2, 1);
    const double typical = scale(&law, M_LN2), beta = 3;
    double entropy = 0, participation = 0, gap_mean = 0, step = 1e-3;
    for (double g = step / 2; g < 45; g += step) { /* density e^{-g} */
        double e = exp(-beta * g), low = e / (1 + e), w = step * exp(-g);
        entropy += w * (log1p(e) + low * beta * g);
        participation += w * (1 + e * e) / ((1 + e) * (1 + e));
        gap_mean += w * low * g;
    }
    struct oracle_point point = point_at(&law, M_LN2, beta / typical);
    check_close(point.entropy, entropy, 2e-6);
    check_close(point.participation, participation, 2e-6);
    check_close(point.gap_mean, gap_mean * typical, 2e-6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_factor),        cmocka_unit_test(test_factor_in_many_dimensions),
        cmocka_unit_test(test_one_dimension), cmocka_unit_test(test_density),
        cmocka_unit_test(test_known_value),   cmocka_unit_test(test_peak),
        cmocka_unit_test(test_by_density),    cmocka_unit_test(test_directly),
        cmocka_unit_test(test_finer),         cmocka_unit_test(test_ends),
        cmocka_unit_test(test_pair),
    };
    return cmocka_run_group_tests_name("mixture", tests, NULL, NULL);
}
