/* Exact outputs and ordered weights of finite rows: known values, brute force, rates of convergence, limits.
 *
 * One Monte Carlo with a fixed seed: 6 means at 4.5 standard errors, 4e-5 in all were the seed drawn anew. */
#include "test.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <stdlib.h>

#include "../models/oracle.h"
#include "../models/sphere.h"
#include "../models/typical.h"

struct law {
    const char *family;
    double p[FAMILY_PARAMETERS];
};

static double ratio_of(const struct law *law, double log_n, double beta) {
    return exp(log(beta) - typical_scale(family_find(law->family), law->p, log_n).log_lambda);
}

static struct oracle_output output_at(double d, double n, double beta) {
    struct law law = {"spherical", {d}};
    struct oracle *o = oracle_create(family_find(law.family), law.p, log(n));
    struct oracle_output output = {NAN, NAN, NAN, NAN};
    assert_true(o && oracle_output_at(o, ratio_of(&law, log(n), beta), &output));
    oracle_free(o);
    return output;
}

static void published_values(void **state) {
    (void)state;
    struct oracle_output a = output_at(3, 100, 10), b = output_at(5, 1000, 20);
    check_close(a.bias, 0.1056551528, 6e-11);
    check_close(a.tangential, 0.0107018511, 6e-11);
    check_close(b.bias, 0.1009792474, 6e-11);
    check_close(b.tangential, 0.0071332468, 6e-11);
}

/* Two keys: the double integral over their overlaps, whose density is a polynomial for odd d. */
static void two_keys(void **state) {
    (void)state;
    enum { NODES = 64 };
    gsl_integration_glfixed_table *rule = gsl_integration_glfixed_table_alloc(NODES);
    const double d[] = {3, 5, 7}, beta[] = {0.2, 3, 12};
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < 3; i++) {
            double unit = 0, bias = 0, tangential = 0;
            for (size_t a = 0; a < NODES; a++) {
                for (size_t b = 0; b < NODES; b++) {
                    double s, t, ws, wt;
                    gsl_integration_glfixed_point(-1, 1, a, &s, &ws, rule);
                    gsl_integration_glfixed_point(-1, 1, b, &t, &wt, rule);
                    double w = ws * wt * pow((1 - s * s) * (1 - t * t), (d[k] - 3) / 2),
                           p = 1 / (1 + exp(beta[i] * (t - s)));
                    unit += w;
                    bias += w * (1 - p * s - (1 - p) * t);
                    tangential += w * (p * p * (1 - s * s) + (1 - p) * (1 - p) * (1 - t * t));
                }
            }
            struct oracle_output o = output_at(d[k], 2, beta[i]);
            check_close(o.bias, bias / unit, o.bias_error + 1e-11);
            check_close(o.tangential, tangential / unit, o.tangential_error + 1e-11);
            assert_true(o.bias_error < 1e-8 && o.tangential_error < 1e-8);
        }
    }
    gsl_integration_glfixed_table_free(rule);
}

/* What is left out of the series to order 1/n falls by 4 when n doubles. */
static void series_converge(void **state) {
    (void)state;
    const double d[] = {2, 3, 6}, beta[] = {3, 8};
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < 2; i++) {
            double off[2][2];
            for (int j = 0; j < 2; j++) {
                double n = 4000 * (j + 1);
                struct sphere_subcritical series;
                struct oracle_output exact = output_at(d[k], n, beta[i]);
                sphere_subcritical(d[k], beta[i], log(n), &series);
                off[j][0] = exact.bias - series.bias;
                off[j][1] = exact.tangential - (d[k] - 1) * series.tangential_variance;
            }
            for (int q = 0; q < 2; q++) { check_close(off[0][q] / off[1][q], 4, 0.4); }
        }
    }
}

static void far_below_one_key_a_limit(void **state) {
    (void)state;
    struct sphere_subcritical limit;
    struct oracle_output o = output_at(9, 1e217, 1e-3 * 5e54); /* n_eff beyond 1e12 */
    sphere_subcritical(9, 1e-3 * 5e54, log(1e217), &limit);
    check_relative(o.tangential, 8 * limit.tangential_variance, 1e-6);
    check_relative(o.bias, limit.bias, 1e-6);
}

/* Of so many keys that quadrature leaves rounding only; at betas so small that keys hardly differ; and where
 * the limit's moments are those of keys that are not there: nothing rather than more than there can be. */
static void many_keys_or_none(void **state) {
    (void)state;
    static const struct {
        double d, log_n, beta, participation, bias, tangential; /* the last three NaN: not to be known */
    } at[] = {{3, 40 * M_LN10, 1e20, 1e-20, 1e-20, 1e-40},
              {3, 20 * M_LN10, 100, 1e-18, 0.01, 9.95e-21},
              {3, 3 * M_LN10, 1e-100, 1e-3, 1, 2e-3 / 3},
              {10000, 2000, 6203.66, NAN, 0.521598, NAN},
              {10000, 2000, 7500, NAN, 0.464803, NAN}};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        struct law law = {"spherical", {at[i].d}};
        struct oracle *o = oracle_create(family_find(law.family), law.p, at[i].log_n);
        double ratio = ratio_of(&law, at[i].log_n, at[i].beta);
        struct oracle_output output;
        struct oracle_point point;
        assert_true(oracle_output_at(o, ratio, &output) && oracle_at(o, ratio, &point));
        check_relative(output.bias, at[i].bias, 1e-5);
        if (isnan(at[i].tangential)) {
            assert_true(isnan(output.tangential) && point.participation_error >= point.participation);
        } else {
            check_relative(output.tangential, at[i].tangential, 1e-5);
            check_relative(point.participation, at[i].participation, 1e-5);
        }
        oracle_free(o);
    }
}

static void ranks_of(const struct law *law, double log_n, double ratio, size_t count, double *weight,
                     double *error) {
    struct oracle *o = oracle_create(family_find(law->family), law->p, log_n);
    assert_true(o && oracle_ordered_weights(o, ratio, count, weight, error));
    oracle_free(o);
}

static const struct law laws[] = {
    {"gaussian", {1}},  {"gumbel", {0, 1}}, {"stretched", {0.5, 1}}, {"powerlaw", {2, 1}},
    {"spherical", {2}}, {"spherical", {5}}, {"pareto", {3}},         {"plateau", {1, 0.5}},
};
enum { LAWS = sizeof laws / sizeof *laws };

static void weights_sum_to_one(void **state) {
    (void)state;
    const double n[] = {2, 50, 3, 16}, ratio[] = {0.01, 1, 30};
    size_t lengths = getenv("GAPSCALE_TEST_QUICK") ? 2 : 4;
    for (size_t l = 0; l < LAWS - 1; l++) {
        for (size_t k = 0; k < lengths; k++) {
            for (size_t i = 0; i < 3; i++) {
                double weight[ORACLE_RANKS], error[ORACLE_RANKS], sum = 0, bound = 0;
                ranks_of(&laws[l], log(n[k]), ratio[i], ORACLE_RANKS, weight, error);
                for (size_t r = 0; r < ORACLE_RANKS; r++) {
                    sum += weight[r];
                    bound += error[r];
                    assert_true(weight[r] >= 0 && (r == 0 || weight[r] <= weight[r - 1] + 1e-9));
                    if ((double)r >= n[k]) { check_close(weight[r], 0, 1e-15); }
                }
                check_close(sum, 1, bound + 1e-9);
                assert_true(bound < 1e-7);
            }
        }
    }
}

static void the_first_is_the_top_weight(void **state) {
    (void)state;
    const double log_n[] = {log(2), log(1000), log(1e12), log(1e300)}, ratio[] = {0.1, 1, 2.5, 100};
    for (size_t l = 0; l < LAWS; l++) {
        for (size_t k = 0; k < 4; k++) {
            for (size_t i = 0; i < 4; i++) {
                double weight[3], error[3];
                struct oracle *o = oracle_create(family_find(laws[l].family), laws[l].p, log_n[k]);
                struct oracle_point point;
                assert_true(oracle_at(o, ratio[i], &point));
                ranks_of(&laws[l], log_n[k], ratio[i], 3, weight, error);
                check_close(weight[0], point.top_weight, error[0] + point.top_weight_error + 1e-9);
                oracle_free(o);
            }
        }
    }
}

/* One score above N equal ones. */
static void plateaus(void **state) {
    (void)state;
    const struct law law = {"plateau", {1, 0.5}};
    double weight[8], error[8];
    ranks_of(&law, log(25), 1, 8, weight, error); /* N = 5 */
    for (size_t k = 2; k < 6; k++) { check_close(weight[k], weight[1], 1e-15); }
    check_close(weight[6], 0, 0);
    check_close(weight[0] + 5 * weight[1], 1, 1e-14);
}

/* SplitMix64 (Steele, Lea & Flood). */
static double next_exponential(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return -log(((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53);
}

/* d = 3, beta = n/2: weights e^{-Gamma_k} of the points of a unit Poisson process, E p_(1) = e^{-gamma}. */
static void poisson_limit(void **state) {
    (void)state;
    enum { ROWS = 200000, POINTS = 45, RANKS = 6 };
    const struct law law = {"spherical", {3}};
    const double log_n = log(1e12);
    double weight[RANKS], error[RANKS], mean[RANKS] = {0}, square[RANKS] = {0};
    ranks_of(&law, log_n, ratio_of(&law, log_n, 0.5e12), RANKS, weight, error);
    check_close(weight[0], exp(-0.57721566490153286), 1e-9);
    uint64_t random = 20260512;
    for (size_t i = 0; i < ROWS; i++) {
        double y[POINTS], sum = 0, at = 0;
        for (size_t k = 0; k < POINTS; k++) {
            at += next_exponential(&random);
            sum += y[k] = exp(-at);
        }
        for (size_t k = 0; k < RANKS; k++) {
            mean[k] += y[k] / sum / ROWS;
            square[k] += y[k] * y[k] / (sum * sum) / ROWS;
        }
    }
    for (size_t k = 0; k < RANKS; k++) {
        check_close(weight[k], mean[k], 4.5 * sqrt((square[k] - mean[k] * mean[k]) / ROWS));
    }
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_values),
        cmocka_unit_test(two_keys),
        cmocka_unit_test(series_converge),
        cmocka_unit_test(far_below_one_key_a_limit),
        cmocka_unit_test(many_keys_or_none),
        cmocka_unit_test(weights_sum_to_one),
        cmocka_unit_test(the_first_is_the_top_weight),
        cmocka_unit_test(plateaus),
        cmocka_unit_test(poisson_limit),
    };
    return cmocka_run_group_tests_name("exact output", tests, NULL, NULL);
}
