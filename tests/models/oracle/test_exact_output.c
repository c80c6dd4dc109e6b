/* Exact outputs of finite rows: known values, brute force, rates of convergence, limits; one pass for outputs
 * and ordered weights. */
#include "tests/test.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <stdlib.h>

#include "models/oracle/oracle.h"
#include "models/theory/sphere.h"
#include "models/theory/typical.h"

struct law {
    const char *family;
    double p[FAMILY_PARAMETERS];
};

static double ratio_of(const struct law *law, double log_n, double beta) {
    return exp(log(beta) - typical_scale(family_find(law->family), law->p, log_n).log_lambda);
}

static struct oracle_output output_of(double d, double concentration, double n, double beta) {
    struct law law = {"spherical", {d, concentration}};
    struct oracle *o = oracle_create(family_find(law.family), law.p, log(n));
    struct oracle_output output;
    assert_non_null(o);
    bool good = oracle_output_at(o, ratio_of(&law, log(n), beta), &output);
    oracle_free(o);
    assert_true(good);
    return output;
}

static struct oracle_output output_at(double d, double n, double beta) { return output_of(d, 0, n, beta); }

static void published_values(void **state) {
    (void)state;
    struct oracle_output a = output_at(3, 100, 10), b = output_at(5, 1000, 20);
    check_close(a.bias, 0.1056551528, 6e-11);
    check_close(a.tangential, 0.0107018511, 6e-11);
    check_close(b.bias, 0.1009792474, 6e-11);
    check_close(b.tangential, 0.0071332468, 6e-11);
}

/* ---- a few keys, by brute force ---- */

enum { NODES = 64 };

/* Mean and mean square of the output along q, mean square of what is across. */
struct brute {
    double unit, along, square, across;
};

/* Adds keys of overlap s[0 .. count) with weight w times the density of each, for odd d a polynomial times
 * e^{c s}. */
static void add_keys(struct brute *sum, double d, double c, double beta, int count, const double *s,
                     double w) {
    double z = 0, along = 0, across = 0;
    for (int i = 0; i < count; i++) {
        z += exp(beta * (s[i] - 1));
        w *= pow(1 - s[i] * s[i], (d - 3) / 2) * exp(c * (s[i] - 1));
    }
    for (int i = 0; i < count; i++) {
        double p = exp(beta * (s[i] - 1)) / z;
        along += p * s[i];
        across += p * p * (1 - s[i] * s[i]);
    }
    sum->unit += w;
    sum->along += w * along;
    sum->square += w * along * along;
    sum->across += w * across;
}

/* Two or three keys: Gauss's rule in each overlap. */
static struct brute brute_force(double d, double c, int count, double beta) {
    struct brute sum = {0};
    double s[3], x[NODES], w[NODES];
    gsl_integration_glfixed_table *rule = gsl_integration_glfixed_table_alloc(NODES);
    for (size_t i = 0; i < NODES; i++) { gsl_integration_glfixed_point(-1, 1, i, &x[i], &w[i], rule); }
    for (size_t i = 0; i < NODES * NODES; i++) {
        s[0] = x[i / NODES];
        s[1] = x[i % NODES];
        double weight = w[i / NODES] * w[i % NODES];
        if (count == 2) { add_keys(&sum, d, c, beta, count, s, weight); }
        for (size_t k = 0; count == 3 && k < NODES; k++) {
            s[2] = x[k];
            add_keys(&sum, d, c, beta, count, s, weight * w[k]);
        }
    }
    gsl_integration_glfixed_table_free(rule);
    return sum;
}

/* To 1e-11: of weights 1/(1 + e^{12 (t - s)}), with poles at distance pi/12, 64 nodes leave (1.3)^-128. */
static void few_keys(void **state) {
    (void)state;
    const double d[] = {3, 5, 7}, beta[] = {0.2, 3, 12};
    for (int i = 0; i < 36; i++) {
        int n = 2 + i / 9 % 2;
        const double c = i < 18 ? 0 : 4;
        struct brute b = brute_force(d[i % 3], c, n, beta[i / 3 % 3]);
        double along = b.along / b.unit;
        struct oracle_output o = output_of(d[i % 3], c, n, beta[i / 3 % 3]);
        check_close(o.bias, 1 - along, o.bias_error + 1e-11);
        check_close(o.tangential, b.across / b.unit, o.tangential_error + 1e-11);
        check_close(o.radial_variance, b.square / b.unit - along * along, o.radial_variance_error + 1e-11);
        assert_true(o.bias_error < 1e-9 && o.tangential_error < 1e-8 && o.radial_variance_error < 1e-9);
    }
}

/* ---- rates ---- */

enum { SERIES = 5 };

/* What the series leaves out at n_eff keys that take part: of H and of the bias, beyond their 1/n terms, and
 * of Y_2 and of the two variances, beyond their leading ones. */
static void left_out(double d, double concentration, double beta, double n_eff, double *off) {
    const double log_n = sphere_log_rho(d, concentration, beta) + log(n_eff);
    struct law law = {"spherical", {d, concentration}};
    struct oracle *o = oracle_create(family_find(law.family), law.p, log_n);
    struct sphere_subcritical series;
    struct oracle_output output;
    struct oracle_point point;
    double ratio = ratio_of(&law, log_n, beta);
    assert_true(o && oracle_output_at(o, ratio, &output) && oracle_at(o, ratio, &point));
    sphere_subcritical(d, concentration, beta, log_n, &series);
    off[0] = point.entropy - series.entropy;
    off[1] = output.bias - series.bias;
    off[2] = point.participation - series.participation;
    off[3] = output.radial_variance - series.radial_variance;
    off[4] = output.tangential - (d - 1) * series.tangential_variance;
    oracle_free(o);
}

/* All of it is c/n^2 + e/n^3 + f/n^4 + ..., so that x(n) - 12 x(2n) + 32 x(4n) leaves f/n^4; an error in what
 * is of order 1/n would leave three times itself. In units of that order over n_eff, c is off[0] and
 * coefficients grow like powers of it: (1 + |c|)^3/n_eff^2 are allowed. */
static void series_converge(void **state) {
    (void)state;
    const double dimension[] = {2, 3, 6, 12, 3, 6}, betas[] = {1, 3, 8, 40}, n_eff = 400;
    for (size_t i = 0; i < 22; i += i < 20 ? 1 : 2) {
        const double d = dimension[i / 4], beta = betas[i % 4], concentration = i < 16 ? 0 : 6;
        double off[3][SERIES];
        struct sphere_subcritical s;
        sphere_subcritical(d, concentration, beta, log(n_eff) + sphere_log_rho(d, concentration, beta), &s);
        const double unit[SERIES] = {0.5 / n_eff, s.bias - sphere_bias(d, beta + concentration),
                                     s.participation, s.radial_variance, (d - 1) * s.tangential_variance};
        for (int j = 0; j < 3; j++) { left_out(d, concentration, beta, n_eff * (1 << j), off[j]); }
        for (int q = 0; q < SERIES; q++) {
            double c = off[0][q] * n_eff / unit[q], left = off[0][q] - 12 * off[1][q] + 32 * off[2][q];
            check_close(left * n_eff / unit[q], 0, pow((1 + fabs(c)) / n_eff, 2) * (1 + fabs(c)));
        }
    }
}

/* At a beta so small that scores hardly differ, in cumulants of T: E T - beta V (1 - 1/n) + beta^2 M (1 -
 * 1/n)(1 - 2/n)/2, and E p^2 T (2 - T) alike; V = A', M = -A'' of A = coth c - 1/c. */
static void slight_differences(void **state) {
    (void)state;
    const double c = 5, beta = 1e-4, n = 3, coth = 1 / tanh(c), csch = 1 / sinh(c),
                 variance = 1 / (c * c) - csch * csch, skew = 2 / (c * c * c) - 2 * coth * csch * csch,
                 mean = 1 - (coth - 1 / c);
    struct oracle_output o = output_of(3, c, n, beta);
    double along =
        mean - beta * variance * (1 - 1 / n) + 0.5 * beta * beta * skew * (1 - 1 / n) * (1 - 2 / n);
    check_close(o.bias, along, o.bias_error);
    check_close(o.tangential, 2 * (1 - mean) / c / n, 3 * beta * o.tangential);
    check_relative(o.radial_variance, variance / n, 3 * beta);
    assert_true(o.bias_error < 1e-8);
}

/* One key takes all: the smallest T of n. On the 2-sphere T/2 is uniform; on the circle T = 1 - cos(pi V). */
static void variance_of_the_nearest(void **state) {
    (void)state;
    const double n[] = {2, 3, 100, 1e6};
    for (size_t i = 0; i < 4; i++) {
        struct oracle_output o = output_at(3, n[i], n[i] * 1e9);
        check_relative(o.radial_variance, 4 * n[i] / ((n[i] + 1) * (n[i] + 1) * (n[i] + 2)), 1e-9);
    }
    check_relative(output_at(2, 2, 1e11).radial_variance, 0.5 - 16 / pow(M_PI, 4), 1e-9);
}

/* Every error covers the distance to a finer value, also with panels so long that it is far from rounding. */
static void errors_cover_distances(void **state) {
    (void)state;
    const double d[] = {2, 3, 8, 100, 1e6}, log_n[] = {log(3), 9, 60, 700}, ratio[] = {1e-4, 0.1, 3, 1e5};
    const size_t step = getenv("GAPSCALE_TEST_QUICK") ? 3 : 1;
    for (size_t i = 0; i < 20; i += step) {
        struct law law = {"spherical", {d[i / 4]}};
        struct oracle *o = oracle_create(family_find(law.family), law.p, log_n[i % 4]);
        for (size_t b = 0; b < 4; b++) {
            const double fineness[] = {1.9, 1, 0.75};
            struct oracle_output x[3];
            for (int k = 0; k < 3; k++) {
                oracle_refine(o, fineness[k]);
                assert_true(oracle_output_at(o, ratio[b], &x[k]));
                assert_true(isnan(x[k].radial_variance) == isinf(x[k].radial_variance_error));
                if (isnan(x[0].radial_variance + x[k].radial_variance)) { continue; }
                check_close(x[k].bias, x[0].bias, x[k].bias_error + x[0].bias_error);
                check_close(x[k].tangential, x[0].tangential, x[k].tangential_error + x[0].tangential_error);
                check_close(x[k].radial_variance, x[0].radial_variance,
                            x[k].radial_variance_error + x[0].radial_variance_error);
            }
        }
        oracle_free(o);
    }
}

/* Depths of e^-1000, of which no beta is a double. */
static void underflowing_depths(void **state) {
    (void)state;
    struct law law = {"spherical", {3}};
    struct oracle *o = oracle_create(family_find(law.family), law.p, 1000);
    for (double ratio = 0.5; ratio < 10; ratio *= 4) {
        struct oracle_output output;
        struct oracle_point point;
        assert_true(oracle_output_at(o, ratio, &output) && oracle_at(o, ratio, &point));
        assert_true(isnan(output.bias) && isinf(output.bias_error));
        assert_true(isnan(output.tangential) && isinf(output.tangential_error));
        assert_true(isnan(output.radial_variance) && isinf(output.radial_variance_error));
        assert_true(point.participation > 0.2 && point.participation_error < 1e-8);
    }
    struct oracle_answer answer;
    const struct oracle_question all = {.errors = true, .output = true};
    assert_true(oracle_ask(o, 1e-9, all, &answer)); /* with no output it had all digits */
    check_relative(answer.point.participation, 0.5e-9, 2e-9);
    assert_true(answer.point.participation_error < 1e-9 * 0.5e-9);
    oracle_free(o);
}

static void far_below_one_key_a_limit(void **state) {
    (void)state;
    struct sphere_subcritical limit;
    struct oracle_output o = output_at(9, 1e217, 1e-3 * 5e54); /* n_eff beyond 1e12 */
    sphere_subcritical(9, 0, 1e-3 * 5e54, log(1e217), &limit);
    check_relative(o.tangential, 8 * limit.tangential_variance, 1e-6);
    check_relative(o.radial_variance, limit.radial_variance, 1e-6);
    check_relative(o.bias, limit.bias, 1e-6);
}

/* Of so many keys that quadrature leaves rounding only; at betas so small that keys hardly differ; and where
 * the limit's moments are those of keys that are not there: nothing rather than more than there can be; nor
 * of what is less than a double holds. */
static void many_keys_or_none(void **state) {
    (void)state;
    static const struct {
        double d, log_n, beta, participation, bias, tangential, radial; /* NaN: not to be known */
    } at[] = {{3, 40 * M_LN10, 1e20, 1e-20, 1e-20, 1e-40, 5e-61},
              {3, 20 * M_LN10, 100, 1e-18, 0.01, 9.95e-21, 5e-23},
              {3, 3 * M_LN10, 1e-100, 1e-3, 1, 2e-3 / 3, 1e-3 / 3},
              {1e9, 2 * M_LN10, 1e3, 0.010009908, 0.99999901, 0.010009908, 1.0019717e-11},
              {10000, 2000, 6203.66, 3.3282037e-68, 0.521598, 2.1655767e-68, 4.2224880e-70},
              {10000, 2000, 7500, 7.9948078e-13, 0.464803, 5.3348286e-13, 1.3846667e-15},
              {200, 2000, 1415.58, 0, 0.06784501, NAN, NAN}};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        struct law law = {"spherical", {at[i].d}};
        struct oracle *o = oracle_create(family_find(law.family), law.p, at[i].log_n);
        double ratio = ratio_of(&law, at[i].log_n, at[i].beta);
        struct oracle_output output;
        struct oracle_point point;
        assert_true(oracle_output_at(o, ratio, &output) && oracle_at(o, ratio, &point));
        check_relative(output.bias, at[i].bias, 1e-5);
        if (isnan(at[i].tangential)) {
            assert_true(isnan(output.tangential) && isinf(output.tangential_error));
        } else {
            check_relative(output.tangential, at[i].tangential, 1e-5);
        }
        if (isnan(at[i].radial)) {
            assert_true(isnan(output.radial_variance) && isinf(output.radial_variance_error));
        } else {
            check_relative(output.radial_variance, at[i].radial, 1e-5);
        }
        check_relative(point.participation, at[i].participation, 1e-5);
        oracle_free(o);
    }
}

static void check_same(const struct oracle_point *x, const struct oracle_point *y) {
    check_close(x->entropy, y->entropy, x->entropy_error + y->entropy_error);
    check_close(x->participation, y->participation, x->participation_error + y->participation_error);
    check_close(x->top_weight, y->top_weight, x->top_weight_error + y->top_weight_error);
    check_close(x->log_partition, y->log_partition, 1e-9 * (1 + fabs(y->log_partition)));
    check_close(x->gap_mean, y->gap_mean, x->gap_mean_error + y->gap_mean_error);
}

static void check_known(double x, double y, double tolerance) {
    assert_int_equal(isnan(x), isnan(y));
    if (!isnan(x)) { check_close(x, y, tolerance); }
}

/* One pass for everything says what a pass for each says, in the central limit too; beyond what doubles tell
 * apart it stays at the limit. */
static void one_pass_for_all(void **state) {
    (void)state;
    const double d[] = {2, 5, 100}, log_n[] = {log(3), 30, 700}, ratio[] = {1e-5, 0.3, 2, 1e4};
    const struct oracle_question all = {
        .top_weight = true, .errors = true, .output = true, .ranks = 8}; /* the gap by the other way */
    for (size_t i = 0; i < 36; i += getenv("GAPSCALE_TEST_QUICK") ? 5 : 1) {
        const double p[FAMILY_PARAMETERS] = {d[i / 12]};
        struct oracle *o = oracle_create(family_find("spherical"), p, log_n[i / 4 % 3]);
        struct oracle_answer answer;
        struct oracle_point point;
        struct oracle_output output;
        double weight[8], error[8];
        assert_true(oracle_ask(o, ratio[i % 4], all, &answer) && oracle_at(o, ratio[i % 4], &point));
        assert_true(oracle_output_at(o, ratio[i % 4], &output));
        assert_true(oracle_ordered_weights(o, ratio[i % 4], 8, weight, error));
        check_same(&answer.point, &point);
        const struct oracle_output *own = &answer.output;
        check_known(own->bias, output.bias, own->bias_error + output.bias_error);
        check_known(own->tangential, output.tangential, own->tangential_error + output.tangential_error);
        check_known(own->radial_variance, output.radial_variance,
                    own->radial_variance_error + output.radial_variance_error);
        for (size_t k = 0; k < 8; k++) {
            check_close(answer.weight[k], weight[k], error[k] + answer.weight_error[k]);
        }
        assert_true(oracle_ask(o, INFINITY, all, &answer));
        check_close(answer.point.top_weight, 1, 1e-9);
        check_close(answer.weight[0], 1, 1e-9);
        oracle_free(o);
    }
}

/* Where Y_2 is small and no central limit holds yet, or never will: as near to it as 1/n_eff where it is
 * about to, and values of trapezoidal sums over logit(T/2) (to 1e-11, by halves of their steps) where rare
 * rows carry the mean, of the variance with its covariances. */
static void small_outputs(void **state) {
    (void)state;
    const struct { double d, n, beta; } near[] = {{9, 1e13, 44}, {8.549, 1e290, 1e75}};
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        struct sphere_subcritical limit;
        sphere_subcritical(near[i].d, 0, near[i].beta, log(near[i].n), &limit);
        struct oracle_output at = output_at(near[i].d, near[i].n, near[i].beta);
        double across = (near[i].d - 1) * limit.tangential_variance;
        assert_true(at.tangential_error < 1e-9 * at.tangential);
        assert_true(at.radial_variance_error < 1e-7 * at.radial_variance);
        check_close(at.tangential / across, 1, 30 * limit.participation + 1e-9);
        check_close(at.radial_variance / limit.radial_variance, 1, 100 * limit.participation + 1e-9);
    }
    const struct {
        double d, beta, across, along;
    } rare[] = {{50, 176.97, 1.78776431940e-13, 5.62786715335e-15},
                {500, 124.9, 1.83767926723e-19, 7.31490632932e-21},
                {500, 157.36, 3.20400009386e-14, 1.61938079225e-15},
                {2000, 271.25, 1.04167811432e-15, 1.66292852094e-17}};
    for (size_t i = 0; i < sizeof rare / sizeof *rare; i++) {
        struct oracle_output at = output_at(rare[i].d, 1e30, rare[i].beta);
        check_close(at.tangential / rare[i].across, 1, 2e-9);
        check_close(at.radial_variance / rare[i].along, 1, 2e-9);
    }
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_values),
        cmocka_unit_test(few_keys),
        cmocka_unit_test(series_converge),
        cmocka_unit_test(slight_differences),
        cmocka_unit_test(variance_of_the_nearest),
        cmocka_unit_test(errors_cover_distances),
        cmocka_unit_test(far_below_one_key_a_limit),
        cmocka_unit_test(many_keys_or_none),
        cmocka_unit_test(underflowing_depths),
        cmocka_unit_test(one_pass_for_all),
        cmocka_unit_test(small_outputs),
    };
    return cmocka_run_group_tests_name("exact output", tests, NULL, NULL);
}
