/* E Y_2 where it is small: against sums over a plain grid of log scores and log u, which share nothing with
 * the oracle but the family's gaps; against the pass over x where that still has digits; with finer panels.
 */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "models/oracle/knots.h"
#include "models/oracle/outer.h"
#include "models/oracle/pairs.h"
#include "tests/models/oracle/oracle_law.h"

/* ---- a plain grid ---- */

/* Scores with y = log(n V) from -220 on, a step apart: beta times their gaps below s*, logarithms of masses.
 */
struct grid {
    size_t count;
    double step, *b, *mass;
};

static struct grid grid_make(const struct law *law, double log_n, double beta_ratio, double step) {
    const double deepest = -220, beta = beta_ratio * scale(law, log_n);
    struct grid g = {.count = (size_t)((log_n - deepest) / step), .step = step};
    g.b = calloc(2 * g.count, sizeof *g.b);
    assert_non_null(g.b);
    g.mass = g.b + g.count;
    for (size_t i = 0; i < g.count; i++) {
        double y = deepest + step * ((double)i + 0.5),
               gap = exp(family_find(law->family)->log_gap(law->p, fmin(y, 0) - log_n, fabs(y)));
        g.b[i] = beta * (y < 0 ? -gap : gap);
        g.mass[i] = y + log(step);
    }
    return g;
}

/* n E (1 - e^{-a}), and n E a^2 e^{-a}, at a = e^{x - b}. */
static void grid_at(const struct grid *g, double x, double *psi, double *pairs) {
    *psi = *pairs = 0;
    for (size_t i = 0; i < g->count; i++) {
        double log_a = x - g->b[i], a = exp(fmin(log_a, 100));
        *psi += a > 1e-8 ? exp(g->mass[i]) * -expm1(-a) : exp(g->mass[i] + log_a);
        *pairs += exp(g->mass[i] + 2 * log_a - a);
    }
}

static double grid_mean(const struct law *law, double log_n, double beta_ratio, double step) {
    struct grid g = grid_make(law, log_n, beta_ratio, step);
    double low = -1e4, high = 1e4, psi, pairs, sum = 0;
    while (high - low > step) {
        double middle = (low + high) / 2;
        grid_at(&g, middle, &psi, &pairs);
        *(psi > 50 ? &high : &low) = middle;
    }
    /* from the top down to where nothing is left */
    for (double x = high, most = 0, term = 1; x > high - 400 && (term > 1e-14 * most || x > high - 50);
         x -= step) {
        grid_at(&g, x, &psi, &pairs);
        term = pairs * exp(-psi);
        most = fmax(most, term);
        sum += step * term;
    }
    free(g.b);
    return sum;
}

static void test_grid(void **state) {
    (void)state;
    static const struct {
        struct law law;
        double log_n, beta_ratio;
    } at[] = {
        {{"stretched", {2.7, 1}}, 115.12925464970229, 0.54475},
        {{"stretched", {5, 1}}, 115, 0.4},
        {{"gaussian", {1}}, 60, 0.5},
        {{"gaussian", {1}}, 115, 0.62},
        {{"powerlaw", {40, 1}}, 115, 0.3},
        {{"spherical", {129}}, 115, 0.3},
        {{"spherical", {10000}}, 2000, 0.72556245735},
        {{"spherical", {10000}}, 2000, 0.87717870259},
    };
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        struct oracle_point point = point_at(&at[i].law, at[i].log_n, at[i].beta_ratio);
        double coarse = grid_mean(&at[i].law, at[i].log_n, at[i].beta_ratio, 0.2),
               fine = grid_mean(&at[i].law, at[i].log_n, at[i].beta_ratio, 0.1), off = fabs(fine - coarse);
        printf("    %s %g, log n = %g, beta = %g: %.10g +- %.1g, grid %.10g\n", at[i].law.family,
               at[i].law.p[0], at[i].log_n, at[i].beta_ratio, point.participation, point.participation_error,
               fine);
        assert_true(point.participation < 1e-8 && point.participation_error < 1e-6 * point.participation);
        assert_true(off < 1e-8 * fine);
        check_close(point.participation, fine, point.participation_error + off);
    }
}

/* ---- the pass over x, and finer panels ---- */

static bool pairs_at(const struct oracle *o, double beta_ratio, double *value, double *error) {
    struct outer outer;
    assert_true(outer_integrate(&outer, o, beta_ratio, (struct oracle_question){.errors = true}));
    struct pairs_answer at;
    bool found = pairs_mean(&outer.field, NAN, &at);
    *value = exp(at.log_mean);
    *error = at.error * *value;
    outer_close(&outer);
    return found;
}

/* Both are right where both can be had: here 1e-8 is no limit. */
static void test_bridge(void **state) {
    (void)state;
    const struct law laws[] = {{"gaussian", {1}},      {"gumbel", {0, 1}},   {"spherical", {5}},
                               {"powerlaw", {0.3, 1}}, {"powerlaw", {3, 1}}, {"stretched", {0.5, 1}},
                               {"stretched", {5, 1}},  {"spherical", {129}}, {"pareto", {3}}};
    const double log_n[] = {11, 27, 115, 700};
    const size_t step = getenv("GAPSCALE_TEST_QUICK") ? 5 : 1;
    size_t both = 0, small = 0;
    for (size_t i = 0; i < 9 * 4; i += step) {
        struct oracle *o = make_oracle(&laws[i / 4], log_n[i % 4]);
        for (double beta = 1e-3; beta < 2; beta *= 2.5) {
            struct oracle_answer pass;
            double value, error, fine, fine_error;
            oracle_refine(o, 1);
            if (!pairs_at(o, beta, &value, &error)) { continue; }
            assert_true(oracle_ask(o, beta, (struct oracle_question){.ranks = 0}, &pass));
            check_close(value, pass.point.participation, error + pass.point.participation_error);
            both += pass.point.participation_error < 1e-3 * value;
            small += value < 1e-8;
            oracle_refine(o, 1.9);
            assert_true(pairs_at(o, beta, &fine, &fine_error));
            check_close(value, fine, error + fine_error);
        }
        oracle_free(o);
    }
    printf("    %zu by both, %zu small\n", both, small);
    assert_true(both > 50 / step && small > 50 / step);
}

/* Of equal weights, and none that doubles do not hold. */
static void test_ends(void **state) {
    (void)state;
    const struct law gauss = {"gaussian", {1}};
    struct oracle_point uniform = point_at(&gauss, 100, 1e-9), far = point_at(&gauss, 1e5, 0.1);
    check_close(uniform.participation, exp(-100), uniform.participation_error + 1e-14 * exp(-100));
    assert_true(uniform.participation_error < 1e-9 * exp(-100));
    assert_true(far.participation_error > far.participation);
}

/* Where E Y_2 is less than a double holds: weights of many keys add up, so that Y_2 = E w^2/(n (E w)^2),
 * whose logarithm is beta^2 - log n for Gaussian scores, and its mean and the mean's logarithm agree. */
static void test_below_doubles(void **state) {
    (void)state;
    const struct law law = {"gaussian", {1}};
    const double log_n[] = {1000, 3000};
    for (size_t i = 0; i < 2; i++) {
        struct oracle *o = make_oracle(&law, log_n[i]);
        const double ratio = 0.1, beta = ratio * scale(&law, log_n[i]), want = beta * beta - log_n[i];
        struct oracle_point at, twice;
        assert_true(oracle_at(o, ratio, &at) && oracle_at(o, 2 * ratio, &twice));
        double error, typical = oracle_log_participation(&at, &twice, &error);
        assert_true(at.log_mean_participation_error < 1e-8 && error < 1e-8);
        check_close(at.log_mean_participation, want, at.log_mean_participation_error);
        check_close(typical, want, error);
        oracle_free(o);
    }
}

/* E p_(1) of Gumbel scores below b = 1: the largest is one of them above s*, E e^{-beta g} = Gamma(1 - b),
 * and E Z = n^{1-b} Gamma(1 - b), but for rows in which it has all the weight, n^{1-1/b} of them. */
static void test_small_top_weights(void **state) {
    (void)state;
    const struct law gumbel = {"gumbel", {0, 1}};
    const double log_n[] = {40, 60, 200, 600};
    for (size_t i = 0; i < 4; i++) {
        struct oracle *o = make_oracle(&gumbel, log_n[i]);
        for (double b = 1e-3; b < 0.9; b += 0.07) {
            const struct oracle_question ask = {.top_weight = true, .errors = true};
            const double mean = exp((b - 1) * log_n[i]);
            struct oracle_answer answer;
            assert_true(oracle_ask(o, b, ask, &answer));
            if (mean > 1e-11) { continue; }
            check_close(answer.point.top_weight, mean, answer.point.top_weight_error);
            assert_true(answer.point.top_weight_error <
                        mean * (1e-9 + 100 * exp(-(1 - b) * (1 - b) / b * log_n[i])));
        }
        oracle_free(o);
    }
}

/* Of n Gumbel scores E e^{-b g} of the largest is Gamma(1 - b) (n E)^b at E = -log(1 - 1/n). From b = 0.4 on
 * more of it lies below the profile, which ends at y = -45, than panels leave. */
static void test_largest_below_the_profile(void **state) {
    (void)state;
    const struct law gumbel = {"gumbel", {0, 1}};
    const double n = 16;
    struct oracle *o = make_oracle(&gumbel, log(n));
    for (int i = 0; i < 3; i++) {
        const double b = 0.4 + 0.03 * i;
        const struct knots_largest largest = knots_largest(o, b / scale(&gumbel, log(n)));
        check_relative(largest.mean, tgamma(1 - b) * pow(-n * log1p(-1 / n), b), largest.error);
        assert_true(largest.error < 2.5 * exp(-45 * (1 - b)) + 1e-12);
    }
    oracle_free(o);
}

/* Both ways to the mean of log p_(1), by log Z and the highest score or by the gap's own integral, at beta;
 * E log Y_2, of the latter. */
static double log_top_weight_at(const struct oracle *o, double beta) {
    struct oracle_answer answer;
    struct oracle_point own, twice;
    double error, typical, difference;
    const struct oracle_point *x = &answer.point;
    assert_true(oracle_ask(o, beta, (struct oracle_question){.top_weight = true, .errors = true}, &answer));
    assert_true(oracle_at(o, beta, &own) && oracle_at(o, 2 * beta, &twice));
    typical = oracle_log_participation(&own, &twice, &error);
    assert_true(typical <= own.log_top_weight && typical >= -own.entropy);
    if (isnan(x->log_top_weight)) { return INFINITY; }
    difference = x->log_top_weight_error + own.log_top_weight_error;
    check_close(x->log_top_weight, own.log_top_weight, difference);
    check_close(beta * x->gap_mean, beta * own.gap_mean, beta * (x->gap_mean_error + own.gap_mean_error));
    check_close(oracle_log_participation(x, &twice, &error), typical, error);
    assert_true(x->log_top_weight <= 0 && x->log_top_weight >= -x->entropy - difference);
    return difference;
}

/* Endpoints so flat that a row's log Z is of 1e5 to 1e60, of which nothing is left at the largest weight, and
 * rows that are rarer than e^-42 carry its mean; tails so heavy that rows which are rarer than e^-36 do. */
static void test_rare_rows(void **state) {
    (void)state;
    const struct law laws[] = {{"powerlaw", {0.02, 1}}, {"powerlaw", {0.05, 1}}, {"powerlaw", {0.07, 1}},
                               {"powerlaw", {0.1, 1}},  {"powerlaw", {0.2, 1}},  {"pareto", {1.5}},
                               {"pareto", {2}}};
    const double log_n[] = {5 * M_LN2, 16 * M_LN2, 1e5};
    for (size_t i = 0; i < 7 * 3; i += test_size(1, 2)) {
        struct oracle *o = make_oracle(&laws[i / 3], log_n[i % 3]);
        for (double beta = 1.0 / 16; beta < 1000; beta *= 8) {
            const double error = log_top_weight_at(o, beta);
            assert_true(error < 3e-2 || i / 3 >= 5);
        }
        oracle_free(o);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grid),
        cmocka_unit_test(test_bridge),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_below_doubles),
        cmocka_unit_test(test_small_top_weights),
        cmocka_unit_test(test_largest_below_the_profile),
        cmocka_unit_test(test_rare_rows),
    };
    return cmocka_run_group_tests_name("pairs", tests, NULL, NULL);
}
