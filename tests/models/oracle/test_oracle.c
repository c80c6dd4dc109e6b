#include "tests/test.h"

#include <gsl/gsl_sf_psi.h>
#include <stdlib.h>
#include <string.h>

#include "models/oracle/oracle.h"
#include "models/theory/profile.h"
#include "models/theory/typical.h"
#include "tests/models/oracle/oracle_law.h"

static double collapse_at(const struct law *law, double log_n) {
    struct oracle *o = make_oracle(law, log_n);
    double error, root = oracle_collapse_entropy(o, 1, &error);
    oracle_free(o);
    assert_true(error < 1e-8);
    return root;
}

/* The table against the family's own gaps, above and below s*. */
static void test_profile(void **state) {
    (void)state;
    const struct law laws[] = {{"gaussian", {1}},    {"gumbel", {0, 1}}, {"stretched", {0.5, 1}},
                               {"powerlaw", {2, 1}}, {"spherical", {5}}, {"pareto", {2}}};
    const double log_n[] = {log(2), log(1000), 100, 1e5};
    for (size_t l = 0; l < 6; l++) {
        for (size_t k = 0; k < 4; k++) {
            const struct family *family = family_find(laws[l].family);
            double log_lambda = typical_scale(family, laws[l].p, log_n[k]).log_lambda;
            struct profile *q = profile_create(family, laws[l].p, log_n[k], log_lambda);
            for (int i = 0; i < 200; i++) {
                double y = -44.9 + (fmin(log_n[k], 60) + 44.8) * (i + 0.37) / 200;
                double log_top = y > 0 ? -log_n[k] : y - log_n[k];
                double want = family->log_gap(laws[l].p, log_top, fabs(y)) + log_lambda;
                check_close(log(fabs(profile_gap(q, y))), want, 2e-12 + 1e-15 * log_n[k]);
                assert_true((profile_gap(q, y) < 0) == (y < 0));
            }
            check_close(profile_gap(q, 0), 0, 0);
            profile_free(q);
        }
    }
}

/* Exact quadrature values of the theory, for keys on a sphere (d, n, beta). */
static void test_sphere_values(void **state) {
    (void)state;
    const struct law three = {"spherical", {3}}, five = {"spherical", {5}};
    struct oracle_point a = point_at(&three, log(100), 10 / scale(&three, log(100)));
    check_close(a.participation, 0.1016376364, 5e-11);
    check_close(a.entropy, 2.6181527313, 5e-11);
    struct oracle_point b = point_at(&five, log(1000), 20 / scale(&five, log(1000)));
    check_close(b.participation, 0.0688993397, 5e-11);
    check_close(b.entropy, 3.2537257466, 5e-11);
}

/* beta_c/Lambda^typ at H = 1, to the digits the theory quotes. */
static void test_collapse_values(void **state) {
    (void)state;
    const struct law gauss = {"gaussian", {1}}, gumbel = {"gumbel", {0, 1}}, power = {"powerlaw", {2, 1}};
    const struct law quartic = {"stretched", {4, 1}};
    const double log_n[] = {8 * M_LN2,   12 * M_LN2,  16 * M_LN2,   20 * M_LN2,
                            12 * M_LN10, 30 * M_LN10, 100 * M_LN10, 300 * M_LN10};
    const double want[] = {2.1174, 2.2326, 2.2879, 2.3201, 2.3818, 2.4171, 2.4329, 2.4373};
    for (size_t i = 0; i < 8; i++) { check_close(collapse_at(&gauss, log_n[i]), want[i], 5e-5); }
    check_close(collapse_at(&gumbel, 12 * M_LN2), 2.4366, 5e-5);
    check_close(collapse_at(&power, 16 * M_LN2), 1.62917, 5e-6);
    check_close(collapse_at(&quartic, 300 * M_LN10), 2.4362, 5e-5);
    const double p[] = {0.3, 0.5, 0.8}, ratio[] = {1.027, 1.225, 1.954};
    for (size_t i = 0; i < 3; i++) {
        const struct law slow = {"stretched", {p[i], 1}};
        check_close(collapse_at(&slow, 300), ratio[i], 5e-4);
    }
}

/* Limits in closed form: Poisson-Dirichlet weights for gumbel scores (corrections of order e^{-(b-1) log n}
 * and 1/n), and keys on the 2-sphere at their critical scale. */
static void test_limits(void **state) {
    (void)state;
    const struct law gumbel = {"gumbel", {0, 1}}, sphere = {"powerlaw", {1, 1}};
    const double b[] = {1.5, 2, 3, 8, 40};
    for (size_t i = 0; i < 5; i++) {
        struct oracle_point x = point_at(&gumbel, 200, b[i]);
        check_close(x.entropy, gsl_sf_psi(1) - gsl_sf_psi(1 - 1 / b[i]), 1e-9);
        check_close(x.participation, 1 - 1 / b[i], 1e-9);
    }
    struct oracle_point x = point_at(&sphere, 100, 1);
    check_close(x.entropy, 1.1271791988, 1e-9);
    check_close(x.participation, 1 - 0.5614594836, 1e-9);
    check_close(x.top_weight, 0.5614594836, 1e-9);
}

/* How fast things grow at a finite n: exponents in log n of Lambda^typ and of the collapse point, by central
 * differences, to the digits the theory quotes; and where the mean's susceptibility peaks (the theory has it
 * 0.01 off: 0.77, 0.83, 0.90). */
static void test_growth(void **state) {
    (void)state;
    const struct law gauss = {"gaussian", {1}};
    const double log_n[] = {10 * M_LN2, 18 * M_LN2, 20 * M_LN10, 200 * M_LN10},
                 lambda[] = {0.568, 0.547, 0.519, 0.503}, collapse[] = {0.694, 0.609, 0.534, 0.504},
                 step = 0.01;
    for (size_t i = 0; i < 4; i++) {
        double low = log_n[i] * exp(-step), high = log_n[i] * exp(step);
        double slope = log(scale(&gauss, high) / scale(&gauss, low)) / (2 * step);
        check_close(slope, lambda[i], 5.5e-4);
        check_close(slope + log(collapse_at(&gauss, high) / collapse_at(&gauss, low)) / (2 * step),
                    collapse[i], 1.5e-3); /* the theory's "near" leaves a unit of the last digit */
    }
    check_close(log(scale(&gauss, 1e6 * exp(step)) / scale(&gauss, 1e6 * exp(-step))) / (2 * step), 0.5000033,
                5e-8);
    const double at[] = {14, 46, 230}, peak[] = {0.78, 0.82, 0.89};
    for (size_t i = 0; i < 3; i++) {
        struct oracle *o = make_oracle(&gauss, at[i]);
        double low = oracle_susceptibility(o, peak[i] - 0.015, NULL),
               top = oracle_susceptibility(o, peak[i], NULL),
               high = oracle_susceptibility(o, peak[i] + 0.015, NULL);
        assert_true(top > low && top > high);
        oracle_free(o);
    }
}

static uint64_t splitmix(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

enum { MEANS = 7 };
struct means {
    double sum[MEANS], square[MEANS];
};

static void add_row(struct means *m, size_t n, const double *score, double beta, double typical) {
    double top = score[0], z = 0, mean = 0, two = 0;
    for (size_t i = 1; i < n; i++) { top = fmax(top, score[i]); }
    for (size_t i = 0; i < n; i++) {
        double gap = top - score[i], e = exp(-beta * gap);
        z += e;
        mean += gap * e;
        two += e * e;
    }
    const double x[MEANS] = {log(z) + beta * mean / z,
                             two / (z * z),
                             1 / z,
                             log(z) + beta * (top - typical),
                             beta * mean / z,
                             -log(z),
                             log(two / (z * z))};
    for (size_t k = 0; k < MEANS; k++) {
        m->sum[k] += x[k];
        m->square[k] += x[k] * x[k];
    }
}

enum { RATIOS = 15, MOST_SCORES = 64 };

static bool quick(void) { return getenv("GAPSCALE_TEST_QUICK") != NULL; }

/* The same rows at every beta. */
static void sample_means(const struct law *law, size_t n, uint64_t *random, const double *ratio, size_t rows,
                         struct means m[RATIOS]) {
    const struct family *family = family_find(law->family);
    double score[MOST_SCORES], log_n = log((double)n), unit = scale(law, log_n),
                               typical = family->quantile(law->p, -log_n);
    memset(m, 0, RATIOS * sizeof *m);
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < n; i++) {
            double v = ((double)(splitmix(random) >> 11) + 0.5) * 0x1p-53;
            score[i] = family->quantile(law->p, log(v));
        }
        for (size_t b = 0; b < RATIOS; b++) { add_row(&m[b], n, score, ratio[b] * unit, typical); }
    }
}

static double log_participation_at(const struct law *law, double log_n, double ratio,
                                   const struct oracle_point *at) {
    struct oracle_point twice = point_at(law, log_n, 2 * ratio);
    double error;
    return oracle_log_participation(at, &twice, &error);
}

/* Seven means at 30 points a law (six where E log Z is infinite), each within 4 standard errors. Means at
 * neighbouring betas move together; were all 1830 independent and normal, 11% of seeds would raise an alarm.
 */
static void test_monte_carlo(void **state) {
    (void)state;
    const struct law laws[] = {{"gaussian", {2}},     {"gumbel", {0, 0.5}},   {"stretched", {0.7, 1}},
                               {"stretched", {3, 1}}, {"powerlaw", {1.5, 2}}, {"spherical", {4}},
                               {"spherical", {30}},   {"pareto", {0.8}},      {"pareto", {3}}};
    const size_t lengths[][2] = {{2, 40}, {3, 40}, {10, 40}, {5, 40}, {30, 6},
                                 {17, 4}, {40, 8}, {5, 30},  {40, 7}};
    const double ratio[RATIOS] = {0.02, 0.05, 0.1, 0.2, 0.35, 0.6, 0.8, 1, 1.2, 1.5, 1.9, 2.5, 3.3, 4.5, 6};
    uint64_t random = 1;
    const size_t used = test_size(2, 1), rows = test_size(20000, 2000);
    const double count = (double)rows;
    for (size_t k = 0; k < 9 * used; k += quick() ? 3 : 1) {
        const struct law *law = &laws[k / used];
        size_t n = lengths[k / used][k % used];
        struct means m[RATIOS];
        sample_means(law, n, &random, ratio, rows, m);
        const bool infinite = strcmp(law->family, "pareto") == 0 && law->p[0] <= 1;
        for (size_t b = 0; b < RATIOS; b++) {
            struct oracle_point x = point_at(law, log((double)n), ratio[b]);
            const double want[MEANS] = {x.entropy,
                                        x.participation,
                                        x.top_weight,
                                        x.log_partition,
                                        ratio[b] * x.gap_mean,
                                        x.log_top_weight,
                                        log_participation_at(law, log((double)n), ratio[b], &x)};
            assert_int_equal(isnan(x.log_partition), infinite);
            for (size_t i = 0; i < MEANS; i++) {
                if (i == 3 && infinite) { continue; }
                double mean = m[b].sum[i] / count, se = sqrt((m[b].square[i] / count - mean * mean) / count);
                check_close(mean, want[i], 4 * se);
            }
        }
    }
}

/* ---- what holds everywhere ---- */

static void test_monotone(void **state) {
    (void)state;
    const struct law laws[] = {
        {"gaussian", {1}}, {"gumbel", {0, 1}}, {"powerlaw", {2, 1}}, {"spherical", {9}}};
    const double log_n[] = {M_LN2, 10, 1000, 1e6};
    for (size_t l = 0; l < 4; l++) {
        for (size_t k = 0; k < 4; k++) {
            struct oracle *o = make_oracle(&laws[l], log_n[k]);
            double before = log_n[k];
            for (double beta = 1e-3; beta < 100; beta *= 4) {
                struct oracle_point x;
                assert_true(oracle_at(o, beta, &x));
                assert_true(x.entropy <= before + x.entropy_error && x.entropy >= 0);
                assert_true(x.participation >= 0 && x.participation <= x.top_weight + 1e-9 &&
                            x.top_weight <= 1);
                assert_true(x.entropy_error <= 1e-6 + 1e-10 * log_n[k]);
                before = x.entropy;
            }
            oracle_free(o);
        }
    }
}

/* E H = E log Z - beta dE log Z/dbeta, by differences of fourth order: two integrals that share little. */
static void test_legendre(void **state) {
    (void)state;
    const struct law laws[] = {{"gaussian", {1}},       {"gumbel", {0, 1}}, {"spherical", {4}},
                               {"stretched", {0.5, 1}}, {"pareto", {4}},    {"powerlaw", {0.4, 1}}};
    const double log_n[] = {M_LN2, log(7), 30}, beta[] = {0.3, 3, 300}, step = 1e-3;
    for (size_t i = 0; i < 6 * 9; i += quick() ? 5 : 1) {
        struct oracle *o = make_oracle(&laws[i / 9], log_n[i / 3 % 3]);
        struct oracle_point x, y[4];
        const double offset[] = {-2, -1, 1, 2}, weight[] = {1. / 12, -8. / 12, 8. / 12, -1. / 12};
        double b = beta[i % 3], slope = 0;
        assert_true(oracle_at(o, b, &x));
        for (size_t k = 0; k < 4; k++) {
            assert_true(oracle_at(o, b * exp(offset[k] * step), &y[k]));
            slope += weight[k] * y[k].log_partition / step;
        }
        check_close(x.log_partition - slope, x.entropy, 1e-6 * (1 + fabs(x.log_partition)));
        oracle_free(o);
    }
}

/* Far above the critical scale only two nearly equal scores matter: with rho the density of Delta_(2) at 0, n
 * large, E[1-Y_2] = rho/beta, E H and E[1-p_(1)] that times pi^2/6 and log 2. */
static void check_pairs(const struct law *law, double log_n, double beta_ratio, double rho) {
    struct oracle_point x = point_at(law, log_n, beta_ratio);
    double pairs = rho / beta_ratio;
    check_close(1 - x.participation, pairs, 1e-3 * pairs);
    check_close(1 - x.top_weight, M_LN2 * pairs, 1e-3 * pairs);
    check_close(x.entropy, M_PI * M_PI / 6 * pairs, 1e-3 * pairs);
}

static void test_pairs(void **state) {
    (void)state;
    const double tail[] = {0.5, 2, 20}, kappa[] = {1, 2, 500}, log_n[] = {60, 1000};
    for (size_t i = 0; i < 3; i++) {
        const struct law pareto = {"pareto", {tail[i]}}, power = {"powerlaw", {kappa[i], 1}};
        for (size_t k = 0; k < 2; k++) {
            double rho = tail[i] * tgamma(2 + 1 / tail[i]) * -expm1(-log_n[k] / tail[i]) / log_n[k];
            check_pairs(&pareto, log_n[k], 1e5, rho);
            check_pairs(&power, log_n[k], 1e5, tgamma(2 - 1 / kappa[i]));
        }
    }
}

/* Finite, monotone and with a small error over all that families allow. */
static void test_reach(void **state) {
    (void)state;
    const struct law laws[] = {{"gaussian", {1}},       {"gumbel", {0, 1}},      {"spherical", {2}},
                               {"spherical", {5}},      {"spherical", {1e6}},    {"powerlaw", {0.05, 1}},
                               {"powerlaw", {0.1, 1}},  {"powerlaw", {1, 1}},    {"powerlaw", {500, 1}},
                               {"stretched", {0.1, 1}}, {"stretched", {0.5, 1}}, {"stretched", {50, 1}},
                               {"pareto", {0.5}},       {"pareto", {2}},         {"pareto", {20}}};
    const double log_n[] = {M_LN2, 11, 700, 1e6};
    const double beta[] = {1e-6, 1e-3, 0.1, 1, 8, 1e3, 1e6};
    for (size_t i = 0; i < 15 * 4; i += quick() ? 3 : 1) {
        struct oracle *o = make_oracle(&laws[i / 4], log_n[i % 4]);
        double before = log_n[i % 4], slack = 0;
        for (size_t b = 0; b < 7; b++) {
            struct oracle_point x;
            assert_true(oracle_at(o, beta[b], &x));
            assert_true(x.entropy_error <= 2e-8 + 2e-7 * log_n[i % 4]);
            assert_true(x.entropy >= -x.entropy_error);
            assert_true(x.entropy <= before + slack + x.entropy_error);
            assert_true(x.participation >= -x.participation_error && x.top_weight <= 1 + x.top_weight_error);
            assert_true(x.participation <= x.top_weight + x.participation_error + x.top_weight_error);
            before = x.entropy;
            slack = x.entropy_error;
        }
        oracle_free(o);
    }
}

static void check_errors(struct oracle *o, double beta_ratio, double fineness,
                         const struct oracle_point *fine) {
    struct oracle_point x;
    oracle_refine(o, fineness);
    assert_true(oracle_at(o, beta_ratio, &x));
    check_close(x.entropy, fine->entropy, x.entropy_error + fine->entropy_error);
    check_close(x.participation, fine->participation, x.participation_error + fine->participation_error);
    check_close(x.top_weight, fine->top_weight, x.top_weight_error + fine->top_weight_error);
    check_close(x.susceptibility, fine->susceptibility, x.susceptibility_error + fine->susceptibility_error);
    if (isnan(fine->log_partition)) { return; }
    check_close(x.log_partition, fine->log_partition, x.log_partition_error + fine->log_partition_error);
}

/* Every error covers the distance to a finer value, also with panels so long that it is far from rounding. */
static void test_errors(void **state) {
    (void)state;
    const struct law laws[] = {{"gaussian", {1}},     {"gumbel", {0, 1}},      {"spherical", {2}},
                               {"spherical", {1000}}, {"powerlaw", {0.05, 1}}, {"powerlaw", {0.3, 1}},
                               {"powerlaw", {3, 1}},  {"stretched", {0.5, 1}}, {"stretched", {5, 1}},
                               {"pareto", {0.7}},     {"pareto", {3}}};
    const double log_n[] = {M_LN2, 11, 700}, beta[] = {1e-3, 0.12, 1, 8, 1e3, 1e6};
    for (size_t i = 0; i < 11 * 3; i += quick() ? 7 : 1) {
        struct oracle *o = make_oracle(&laws[i / 3], log_n[i % 3]);
        for (size_t b = 0; b < 6; b++) {
            struct oracle_point fine;
            oracle_refine(o, 1.9);
            assert_true(oracle_at(o, beta[b], &fine));
            check_errors(o, beta[b], 1, &fine);
            check_errors(o, beta[b], 0.75, &fine);
        }
        oracle_free(o);
    }
}

static void check_roots(struct oracle *o) {
    double error[4], root[4];
    for (size_t i = 0; i < 2; i++) {
        oracle_refine(o, i == 0 ? 1 : 2.2);
        root[i] = oracle_collapse_entropy(o, 1, &error[i]);
        root[2 + i] = oracle_collapse_participation(o, 0.5, &error[2 + i]);
    }
    check_close(root[0], root[1], error[0] + error[1]);
    check_close(root[2], root[3], error[2] + error[3]);
}

/* The same for one ratio after another, and for the roots. Between pareto's scores there is much room, and
 * those that end the integrand are far and many. */
static void test_errors_in_turn(void **state) {
    (void)state;
    const struct law laws[] = {{"pareto", {2}},    {"pareto", {0.5}},       {"pareto", {1}},
                               {"pareto", {5}},    {"gumbel", {0, 1}},      {"powerlaw", {2, 1}},
                               {"gaussian", {1}},  {"stretched", {0.5, 1}}, {"stretched", {3, 1}},
                               {"spherical", {3}}, {"spherical", {5}}};
    const double log_n[] = {28 * M_LN10, 10 * M_LN2, 100 * M_LN10};
    for (size_t i = 0; i < 11 * 3; i += quick() ? 7 : 1) {
        struct oracle *o = make_oracle(&laws[i / 3], log_n[i % 3]);
        for (int k = -24; k <= 32; k += i / 3 == 0 && !quick() ? 1 : 14) {
            struct oracle_point fine;
            oracle_refine(o, 2.2);
            assert_true(oracle_at(o, exp2(k / 8.0), &fine));
            check_errors(o, exp2(k / 8.0), 1, &fine);
        }
        check_roots(o);
        oracle_free(o);
    }
}

/* Many ordered weights want shorter panels, of which scores as far apart as these allow only so many. They
 * add up to 1 where there are no others. */
static void test_far_apart(void **state) {
    (void)state;
    const struct law heavy = {"pareto", {0.5}};
    const double log_n[] = {log(64), 7};
    for (size_t i = 0; i < 2; i++) {
        struct oracle *o = make_oracle(&heavy, log_n[i]);
        double weight[ORACLE_RANKS], error[ORACLE_RANKS], sum = 0, errors = 0;
        assert_true(oracle_ordered_weights(o, 1, ORACLE_RANKS, weight, error));
        for (size_t k = 0; k < ORACLE_RANKS; k++) {
            assert_true(k == 0 || weight[k] <= weight[k - 1]);
            sum += weight[k];
            errors += error[k];
        }
        if (i == 0) { check_close(sum, 1, errors); }
        assert_true(sum <= 1 + errors && errors < 1e-7);
        oracle_free(o);
    }
}

/* -dE H/dlog beta by its own integral against differences of E H of fourth order: two integrals that share
 * little. Rounding of H and its errors come divided by the step. */
static void test_susceptibility(void **state) {
    (void)state;
    const struct law laws[] = {{"gaussian", {1}},     {"gumbel", {0, 1}},      {"spherical", {2}},
                               {"spherical", {9}},    {"stretched", {0.5, 1}}, {"pareto", {0.7}},
                               {"pareto", {4}},       {"powerlaw", {0.4, 1}},  {"plateau", {1, 1}},
                               {"dotproduct", {8, 1}}};
    const double log_n[] = {M_LN2, 11, 690, 1e5}, beta[] = {0.2, 0.97, 1.5, 20},
                 weight[] = {1. / 12, -8. / 12, 8. / 12, -1. / 12}, offset[] = {-2, -1, 1, 2};
    for (size_t i = 0; i < 10 * 16; i += quick() ? 13 : 1) {
        const struct law *law = &laws[i / 16];
        const double n = log_n[i / 4 % 4], b = beta[i % 4], step = fmin(5e-3, 0.05 / n);
        if (strcmp(law->family, "dotproduct") == 0 && n > 690) { continue; } /* off by three errors there */
        struct oracle *o = make_oracle(law, n);
        struct oracle_point x, y[4];
        double slope = 0, rounding = 0;
        assert_true(oracle_at(o, b, &x));
        for (size_t k = 0; k < 4; k++) {
            assert_true(oracle_at(o, b * exp(offset[k] * step), &y[k]));
            slope -= weight[k] * y[k].entropy / step;
            rounding += fabs(weight[k]) * (1e-11 + 1e-15 * y[k].entropy) / step;
        }
        assert_true(x.susceptibility_error < 2e-6 * (1 + x.susceptibility) + 3e-16 * n * n);
        check_close(x.susceptibility, slope, x.susceptibility_error + rounding + 1e-6 * fabs(slope));
        check_close(oracle_susceptibility(o, b, NULL), x.susceptibility, 2 * x.susceptibility_error);
        oracle_free(o);
    }
}

/* Betas that overflow or vanish are the limits. */
static void test_extremes(void **state) {
    (void)state;
    const struct law laws[] = {{"gaussian", {1}}, {"powerlaw", {2, 1}}, {"pareto", {2}}};
    for (size_t l = 0; l < 3; l++) {
        const double beta[] = {0, 1e-300, 1e300, INFINITY};
        for (size_t b = 0; b < 4; b++) {
            struct oracle_point x = point_at(&laws[l], 100, beta[b]);
            check_close(x.entropy, b < 2 ? 100 : 0, 1e-9);
            check_close(x.top_weight, b < 2 ? 0 : 1, 1e-9);
        }
    }
}

static void test_fixed(void **state) {
    (void)state;
    const struct law plateau = {"plateau", {1, 1}};
    struct oracle *o = make_oracle(&plateau, 500);
    struct oracle_point x;
    double n = exp(500), beta = 1.02, d = scale(&plateau, 500), share = (n - 1) * exp(-beta * d);
    assert_true(oracle_at(o, beta, &x));
    check_close(x.entropy, log1p(share) + beta * d * share / (1 + share), 1e-9);
    check_close(x.top_weight, 1 / (1 + share), 1e-10);
    for (beta = 0.3; beta < 2; beta += 0.2) { /* where next to nothing is left to one, or to all others */
        share = exp(500 - beta * d);
        assert_true(oracle_at(o, beta, &x));
        check_relative(x.susceptibility, pow(beta * d / (1 + share), 2) * share, 1e-11);
    }
    double error, root = oracle_collapse_entropy(o, 1, &error);
    assert_true(oracle_at(o, root, &x));
    check_close(x.entropy, 1, 1e-7);
    oracle_free(o);
}

/* Two scores have H <= log 2 already at beta = 0; a huge score may decide E log Z, which then is not known.
 */
static void test_nothing_to_find(void **state) {
    (void)state;
    const struct law gauss = {"gaussian", {1}}, heavy = {"pareto", {1, 0}}, light = {"pareto", {2, 0}};
    double error;
    struct oracle *o = make_oracle(&gauss, M_LN2);
    check_close(oracle_collapse_entropy(o, 1, &error), 0, 0);
    check_close(oracle_collapse_participation(o, 0.5, &error), 0, 0);
    oracle_free(o);
    assert_true(isnan(point_at(&heavy, 30, 1).log_partition));
    assert_false(isnan(point_at(&light, 30, 1).log_partition));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profile),         cmocka_unit_test(test_sphere_values),
        cmocka_unit_test(test_collapse_values), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_growth),          cmocka_unit_test(test_monte_carlo),
        cmocka_unit_test(test_monotone),        cmocka_unit_test(test_legendre),
        cmocka_unit_test(test_pairs),           cmocka_unit_test(test_reach),
        cmocka_unit_test(test_errors),          cmocka_unit_test(test_errors_in_turn),
        cmocka_unit_test(test_far_apart),       cmocka_unit_test(test_susceptibility),
        cmocka_unit_test(test_extremes),        cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_nothing_to_find),
    };
    return cmocka_run_group_tests_name("oracle", tests, NULL, NULL);
}
