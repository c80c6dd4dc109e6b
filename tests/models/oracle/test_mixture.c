/* Means over rows that differ in scale, by other integrals of Gaussian rows, by pairs of scores in closed
 * form, and at a value found elsewhere. */
#include "tests/models/oracle/oracle_law.h"

#include <gsl/gsl_cdf.h>

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
    assert_true(isnan(oracle_collapse_susceptibility(o, &error))); /* not looked for */
    oracle_free(o);
    oracle_free(w);
}

/* Integrals over r itself by Simpson's rule, of Gaussian rows with sigma = r; `accuracy` is that rule's. */
static void check_by_density(double d, double log_n, double beta, int cells, double accuracy) {
    const struct law law = dotproduct(d, 1);
    const double wide = fmin(9 / sqrt(2 * d), 5), low = fmax(0, 1 - wide), high = 1 + wide,
                 h = (high - low) / (2 * cells), typical = scale(&law, log_n);
    double weight = 0, entropy = 0, participation = 0, top = 0, gap = 0, log_z = 0;
    for (int i = 0; i <= 2 * cells; i++) {
        double r = fmax(low + i * h, 1e-4 * h), density = exp((d - 1) * log(r) - d * (r * r - 1) / 2);
        double w = density * (i == 0 || i == 2 * cells ? 1 : i % 2 ? 4 : 2);
        const struct law row = {"gaussian", {r}};
        double own = scale(&row, log_n);
        if (w < 1e-13) { continue; }
        struct oracle_point point = point_at(&row, log_n, beta * typical / own);
        weight += w;
        entropy += w * point.entropy;
        participation += w * point.participation;
        top += w * point.top_weight;
        gap += w * point.gap_mean * typical / own;
        log_z += w * (point.log_partition +
                      beta * typical * (r - 1) * family_find("gaussian")->quantile((double[]){1}, -log_n));
    }
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
        cmocka_unit_test(test_factor),      cmocka_unit_test(test_one_dimension),
        cmocka_unit_test(test_known_value), cmocka_unit_test(test_by_density),
        cmocka_unit_test(test_pair),
    };
    return cmocka_run_group_tests_name("mixture", tests, NULL, NULL);
}
