/* Single families and their Lambda^typ against closed forms and long double sums that share no code with
 * them. What every family promises is in test_registry.c. */
#include "models/theory/typical.h"
#include "tests/test.h"

#include <float.h>
#include <string.h>

/* One setting of each kind of parameter value the formulas distinguish. */
static const struct setting {
    const char *family;
    double p[FAMILY_PARAMETERS];
} settings[] = {
    {"gaussian", {1}},       {"gaussian", {2.5}},    {"gumbel", {0, 1}},    {"gumbel", {7, 0.03}},
    {"stretched", {0.3, 1}}, {"stretched", {1, 2}},  {"stretched", {4, 1}}, {"powerlaw", {0.5, 1}},
    {"powerlaw", {2, 3}},    {"powerlaw", {300, 1}}, {"spherical", {2}},    {"spherical", {2.5}},
    {"spherical", {3}},      {"spherical", {5}},     {"spherical", {129}},  {"spherical", {10001}},
    {"spherical", {1e6}},    {"spherical", {1e9}},   {"pareto", {0.5}},     {"pareto", {1}},
    {"pareto", {40}},
};
enum { SETTINGS = sizeof settings / sizeof *settings };

static struct typical typical_of(const char *family, double first, double second, double log_n) {
    double p[FAMILY_PARAMETERS] = {first, second};
    return typical_scale(family_find(family), p, log_n);
}

static void test_schedule(void **state) {
    (void)state;
    struct schedule bare = {0.1, 0, 0}, mixed = {3, -2, 0.5}, gap = {2, 1, 0};
    assert_true(schedule_value(&bare, 1e6) == 0.1);
    assert_true(schedule_is_constant(&bare) && !schedule_is_constant(&mixed) && !schedule_is_constant(&gap));
    check_relative(schedule_value(&mixed, 10), 3 * exp(5) / 100, 4 * DBL_EPSILON);
    check_close(schedule_log(&mixed, 1e6), log(3) - 2 * log(1e6) + 5e5, 1e-9);
    struct schedule ratio = schedule_times(mixed, &gap, -1);
    check_relative(schedule_value(&ratio, 10), schedule_value(&mixed, 10) / 20, 1e-14);
}

/* log P(T <= t) on the sphere in an odd number of dimensions d = 2 kappa + 1, where it is the chance of
 * kappa or more successes among 2 kappa - 1 with probability t/2; -inf where that underflows. */
static long double sphere_log_tail(int kappa, long double t) {
    long double odds = t / (2 - t), term = 1, tail = 1, rest = 0;
    int trials = 2 * kappa - 1;
    for (int j = kappa; j < trials; j++) {
        term *= odds * (trials - j) / (j + 1);
        tail += term;
    }
    term = 1;
    for (int j = kappa; j > 0; j--) {
        term *= j / (odds * (trials - j + 1));
        rest += term;
    }
    return rest > tail ? logl(tail / (tail + rest)) : -log1pl(rest / tail);
}

static void test_spherical_tail_against_the_binomial_sum(void **state) {
    (void)state;
    const struct family *family = family_find("spherical");
    const int kappas[] = {1, 2, 4, 64, 5000};
    for (int k = 0; k < 5; k++) {
        const double d[FAMILY_PARAMETERS] = {2 * kappas[k] + 1};
        for (double depth = 1e-200; depth < 1.99; depth = depth < 1e-3 ? depth * 1e3 : depth + 0.01) {
            double expected = (double)sphere_log_tail(kappas[k], depth);
            if (expected == -INFINITY || expected > -1e-12) { continue; }
            check_close(family->log_tail(d, -depth), expected, 1e-13 * fabs(expected) + 1e-15);
        }
    }
}

/* The gap to V e^y must raise log V by y, computed in long double with the rounding of its sums. */
/* On a circle and in three and five dimensions, to rounding. */
static void test_spherical_tail_in_closed_form(void **state) {
    (void)state;
    const struct family *family = family_find("spherical");
    for (double t = 1e-9; t < 1; t *= 1.01) {
        const double d[] = {2, 3, 5},
                     tail[] = {log(2 / M_PI * asin(sqrt(t / 2))), log(t / 2), log(t * t * (3 - t) / 4)};
        for (int k = 0; k < 3; k++) {
            const double p[FAMILY_PARAMETERS] = {d[k]};
            check_close(family->log_tail(p, -t), tail[k], 2e-15 * (1 - tail[k]));
        }
    }
}

static void test_spherical_gap_against_the_binomial_sum(void **state) {
    (void)state;
    const struct family *family = family_find("spherical");
    const int kappas[] = {1, 2, 4, 64, 5000};
    for (int k = 0; k < 5; k++) {
        const double d[FAMILY_PARAMETERS] = {2 * kappas[k] + 1};
        for (double x = 1; x < 400; x *= 1.9) {
            for (double y = 1e-4; y < 0.9 * x; y *= 3.3) {
                long double top = -family->quantile(d, -x), gap = expl(family->log_gap(d, -x, y));
                long double rise = sphere_log_tail(kappas[k], top + gap) - sphere_log_tail(kappas[k], top);
                check_close((double)rise, y, 1e-12 * y + (double)LDBL_EPSILON * (x + kappas[k]));
            }
        }
    }
}

static long double gaussian_quantile(long double log_v) {
    double p = 1;
    long double z = family_find("gaussian")->quantile(&p, (double)log_v);
    for (int i = 0; i < 3; i++) {
        long double v = erfcl(z / sqrtl(2)) / 2, density = expl(-z * z / 2) / sqrtl(2 * acosl(-1));
        z += (logl(v) - log_v) * v / density;
    }
    return z;
}

static long double exact_quantile(const struct setting *setting, long double log_v) {
    const double *p = setting->p;
    switch (setting->family[0] + setting->family[1]) {
    case 'g' + 'a': return p[0] * gaussian_quantile(log_v);
    case 'g' + 'u': return -p[1] * logl(-log1pl(-expl(log_v)));
    case 's' + 't': return p[1] * powl(-log_v, 1 / (long double)p[0]);
    case 'p' + 'o': return -p[1] * expl(log_v / p[0]);
    case 'p' + 'a': return expl(-log_v / p[0]);
    default: return p[0] == 3 ? -2 * expl(log_v) : -2 * powl(sinl(acosl(-1) / 2 * expl(log_v)), 2);
    }
}

/* Long double differences, where they keep 13 digits. */
static void test_gap_against_long_double(void **state) {
    (void)state;
    for (int k = 0; k < SETTINGS; k++) {
        const struct family *family = family_find(settings[k].family);
        bool spherical = strcmp(family->name, "spherical") == 0;
        if (spherical && settings[k].p[0] != 2 && settings[k].p[0] != 3) { continue; }
        int seen = 0;
        for (double x = 1e-3; x < 1e4; x *= 2.1) {
            for (double y = x * 1e-6; y < x; y *= 2.9) {
                long double top = exact_quantile(&settings[k], -(long double)x);
                long double bottom = exact_quantile(&settings[k], -(long double)x + y);
                if (!(top - bottom > 1e-5L * fabsl(top)) || !isfinite(top)) { continue; }
                double expected = (double)logl(top - bottom);
                double actual = family->log_gap(settings[k].p, -x, y);
                check_close(actual, expected, 2e-13 + 4 * DBL_EPSILON * fabs(expected));
                seen++;
            }
        }
        assert_true(seen > 20);
    }
}

static void test_ends_of_the_range(void **state) {
    (void)state;
    const struct {
        const char *family;
        double p[FAMILY_PARAMETERS], lowest, beyond, top;
    } ends[] = {{"gaussian", {1, 0}, -INFINITY, 0, INFINITY},
                {"gumbel", {0, 1}, -INFINITY, 0, INFINITY},
                {"stretched", {2, 1}, 0, -1, INFINITY},
                {"powerlaw", {2, 3}, -3, -4, 0},
                {"spherical", {9, 0}, -2, -3, 0},
                {"pareto", {2, 0}, 1, 0.5, INFINITY}};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const struct family *family = family_find(ends[i].family);
        assert_true(family->quantile(ends[i].p, 0) == ends[i].lowest);
        if (isfinite(ends[i].lowest)) {
            assert_true(family->log_tail(ends[i].p, ends[i].lowest) == 0);
            assert_true(family->log_tail(ends[i].p, ends[i].beyond) == 0);
            double expected = log(family->quantile(ends[i].p, -3) - ends[i].lowest);
            check_close(family->log_gap(ends[i].p, -3, 3), expected, 1e-13);
        } else {
            assert_true(family->log_gap(ends[i].p, -3, 3) == INFINITY);
        }
        assert_true(family->log_tail(ends[i].p, ends[i].top) == -INFINITY);
    }
}

/* The closed forms of THEORY 3, from n = 2 to log n = 1e6. */
static void test_typical_scale_is_exact(void **state) {
    (void)state;
    for (double log_n = M_LN2; log_n <= 1e6; log_n *= 1.7) {
        double n = exp(log_n), count = log_n < 30 ? (n - 1) * -log1p(-1 / n) : 1;
        check_relative(exp(typical_of("gumbel", 5, 0.25, log_n).log_lambda), count / 0.25, 1e-12);
        double convex = 1.5 * pow(log_n, 2.0 / 3), rounding = 1e-12 + 1e-15 * log_n;
        check_relative(exp(typical_of("stretched", 3, 2, log_n).log_lambda), convex, 1e-12);
        struct typical straight = typical_of("stretched", 1, 2, log_n); /* every y attains the sup */
        check_relative(exp(straight.log_lambda), 0.5, 1e-12);
        assert_true(straight.log_rank == 0 && straight.log_gap == -INFINITY);
        struct typical concave = typical_of("stretched", 0.5, 2, log_n);
        check_relative(exp(concave.log_lambda), 0.5 / log_n, 1e-12);
        check_relative(concave.log_rank, log_n, 1e-15);
        check_close(typical_of("powerlaw", 0.5, 2, log_n).log_lambda, log(0.25) + 2 * log_n, rounding);
        check_close(typical_of("powerlaw", 7, 1, log_n).log_lambda, log(7) + log_n / 7, rounding);
        double pareto = log(log_n) - log_n / 3 - log1p(-exp(-log_n / 3));
        check_close(typical_of("pareto", 3, 0, log_n).log_lambda, pareto, rounding);
        /* d = 3: T = 2V, so the hazard at 1/n is n/2. */
        check_close(typical_of("spherical", 3, 0, log_n).log_lambda, log_n - M_LN2, rounding);
    }
}

/* THEORY 3: the power of n overestimates; d = (log n)^3 and d = 2 log n. */
static void test_spherical_figures(void **state) {
    (void)state;
    const struct family *family = family_find("spherical");
    const struct { double d, log_n, ratio; } power[] = {{9, 12 * M_LN2, 1.07}, {129, 20 * M_LN2, 2.36}};
    for (int i = 0; i < 2; i++) {
        struct schedule p[FAMILY_PARAMETERS] = {{power[i].d, 0, 0}}, lambda;
        assert_true(family->law(p, &lambda));
        double exact = typical_of("spherical", power[i].d, 0, power[i].log_n).log_lambda;
        check_close(exp(schedule_log(&lambda, power[i].log_n) - exact), power[i].ratio, 0.005);
    }
    const double cubic[][2] = {{10, 0.937}, {100, 0.987}, {700, 0.9975}};
    for (int i = 0; i < 3; i++) {
        double log_n = cubic[i][0], log_lambda = typical_of("spherical", pow(log_n, 3), 0, log_n).log_lambda;
        check_close(exp(log_lambda) / (M_SQRT2 * log_n * log_n), cubic[i][1], 5e-4);
    }
    const double linear[][3] = {
        {20, 3.74, 0.005}, {100, 4.16, 0.005}, {1e3, 4.299, 5e-4}, {1e5, 4.322, 5e-4}};
    for (int i = 0; i < 4; i++) {
        double log_n = linear[i][0], log_lambda = typical_of("spherical", 2 * log_n, 0, log_n).log_lambda;
        check_close(exp(log_lambda) / log_n, linear[i][1], linear[i][2]);
    }
}

/* On the circle at n = 2 the sup is inside. */
static void test_circle_of_two(void **state) {
    (void)state;
    assert_true(typical_of("spherical", 2, 0, M_LN2).log_rank > 0);
}

/* In high dimension sqrt(d) s is a standard Gaussian, up to O((log n)^2 / d). */
static void test_spherical_becomes_gaussian(void **state) {
    (void)state;
    for (double log_n = 1; log_n < 100; log_n *= 2) {
        double sphere = typical_of("spherical", 1e9, 0, log_n).log_lambda;
        double gaussian = typical_of("gaussian", 1, 0, log_n).log_lambda;
        check_close(sphere - 0.5 * log(1e9), gaussian, 3e-9 * (1 + log_n * log_n));
    }
}

static double local_exponent(double log_n) {
    const double e = 1e-4;
    return (typical_of("gaussian", 1, 0, log_n * (1 + e)).log_lambda -
            typical_of("gaussian", 1, 0, log_n * (1 - e)).log_lambda) /
           (log1p(e) - log1p(-e));
}

/* Local exponents of the random-energy model. */
static void test_gaussian_figures(void **state) {
    (void)state;
    check_close(local_exponent(10 * M_LN2), 0.568, 5e-4);
    check_close(local_exponent(18 * M_LN2), 0.547, 5e-4);
    check_close(local_exponent(20 * log(10)), 0.519, 5e-4);
    check_close(local_exponent(200 * log(10)), 0.503, 5e-4);
    check_close(local_exponent(1e6), 0.5000033, 5e-8);
}

/* Asymptotic laws at log n = 1e6, with schedules in every parameter that may have one. The corrections
 * are at most of the order log log n / log n, and about 3 log n / (2 d) where the dimension d grows
 * faster. */
static void test_laws(void **state) {
    (void)state;
    const struct {
        const char *family;
        struct schedule p[FAMILY_PARAMETERS];
        double excess; /* log n / d, where d grows faster than log n */
    } known[] = {
        {"gaussian", {{2, 0.5, 1e-5}, {0, 0, 0}}, 0},
        {"gumbel", {{3, 0, 0}, {2, -2, 0}}, 0},
        {"stretched", {{3, 0, 0}, {2, -1, 0}}, 0},
        {"stretched", {{0.5, 0, 0}, {2, 1, 1e-5}}, 0},
        {"powerlaw", {{2, 0, 0}, {3, 1, 0}}, 0},
        {"spherical", {{2, 0, 0}, {0, 0, 0}}, 0},
        {"spherical", {{17.5, 0, 0}, {0, 0, 0}}, 0},
        {"spherical", {{2, 1, 0}, {0, 0, 0}}, 0},
        {"spherical", {{3, 1.4, 0}, {0, 0, 0}}, 1e6 / (3 * pow(1e6, 1.4))},
        {"spherical", {{3, 0, 1.9e-5}, {0, 0, 0}}, 1e6 / (3 * exp(19))},
        {"pareto", {{2, 0, 0}, {0, 0, 0}}, 0},
        {"plateau", {{2, -1, 0}, {0.5, 0, 0}}, 0},
        {"plateau", {{2, 0, 1e-5}, {0.5, -0.5, 0}}, 0},
    };
    const double log_n = 1e6;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct family *family = family_find(known[i].family);
        struct schedule lambda;
        double p[FAMILY_PARAMETERS] = {0};
        assert_true(family->law(known[i].p, &lambda));
        for (size_t k = 0; k < family->parameter_count; k++) { p[k] = schedule_value(&known[i].p[k], log_n); }
        double exact = typical_scale(family, p, log_n).log_lambda;
        check_close(schedule_log(&lambda, log_n), exact, 1.6 * known[i].excess + 2e-5 + 1e-14 * fabs(exact));
    }
    const struct schedule growing[FAMILY_PARAMETERS] = {{1, 0.5, 0}, {1, 0, 0}},
                          shrinking[FAMILY_PARAMETERS] = {{1, 0, 0}, {1, -1, 0}};
    struct schedule lambda;
    assert_false(family_find("powerlaw")->law(growing, &lambda));
    assert_false(family_find("stretched")->law(growing, &lambda));
    assert_false(family_find("spherical")->law(growing, &lambda));
    assert_false(family_find("pareto")->law(growing, &lambda));
    assert_false(family_find("plateau")->law(shrinking, &lambda));
}

static void test_plateau(void **state) {
    (void)state;
    const struct {
        double n, alpha, count;
    } cases[] = {{2, 1, 1},          {1000, 1, 999},          {0x1p20, 0.5, 1024}, {1000, 1.0 / 3, 10},
                 {1000, 0.01, 1},    {0x1p50, 1, 0x1p50 - 1}, {10, 0.99, 9},       {0x1p40, 0.25, 1024},
                 {1e300, 0.01, 1e3}, {1e300, 0.010001, 1000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct family_atom atoms[FAMILY_ATOMS];
        double p[FAMILY_PARAMETERS] = {0.7, cases[i].alpha};
        assert_int_equal(family_find("plateau")->atoms(p, log(cases[i].n), true, atoms), 2);
        assert_true(atoms[0].gap == 0 && atoms[0].log_count == 0 && atoms[1].gap == 0.7);
        check_relative(exp(atoms[1].log_count), cases[i].count, 1e-14);
        struct typical typical = typical_of("plateau", 0.7, cases[i].alpha, log(cases[i].n));
        check_relative(exp(typical.log_lambda), log1p(cases[i].count) / 0.7, 1e-13);
        check_relative(typical.log_rank, log1p(cases[i].count), 1e-13);
        check_close(typical.log_gap, log(0.7), 1e-15);
    }
    check_relative(exp(typical_of("plateau", 0.7, 0.3, 1e6).log_lambda), 3e5 / 0.7, 1e-13);
}

/* Slopes of log(1 + n^alpha)/gap, at n where n^alpha is a whole number and where it is not. */
static void test_plateau_slopes(void **state) {
    (void)state;
    const double n[] = {1000, 1024, 0x1p20, 1e15, 1e30}, alpha[] = {0.1, 0.5};
    for (size_t i = 0; i < 10; i++) {
        const double a = alpha[i % 2], log_n = log(n[i / 2]), x = pow(n[i / 2], a),
                     rank = a * log_n * x / ((1 + x) * log1p(x));
        const struct schedule p[FAMILY_PARAMETERS] = {{1, -1, 0}, {a, 0, 0}};
        const struct typical_slopes slope = typical_slopes(family_find("plateau"), p, log_n);
        check_close(slope.log_rank, rank, 1e-6);
        check_close(slope.gap, -1, 1e-9);
        check_close(slope.lambda, slope.log_rank - slope.gap, 1e-9);
    }
    const struct schedule simplex[FAMILY_PARAMETERS] = {{1, 0, 0}, {1, 0, 0}};
    for (double count = 2; count < 1e6; count *= 3) {
        check_close(typical_slopes(family_find("plateau"), simplex, log(count)).lambda, 1, 1e-9);
    }
    assert_true(isnan(typical_slopes(family_find("gaussian"), simplex, 30).gap));
}

/* Between whole n, where the keys are: against secants from .9 n to 1.1 n. */
static void test_slopes_at_positions(void **state) {
    (void)state;
    const struct family *f = family_find("gaussian");
    struct schedule p[FAMILY_PARAMETERS] = {{1, 0, 0}};
    const size_t position = family_position_index(f); /* whether there is one, linear, log */
    p[position] = (struct schedule){1, 0, 0};
    p[position + 2] = (struct schedule){0.2, 0, 0};
    for (double n = 10; n < 2e6; n *= 7) {
        const double low = log(rint(0.9 * n)), high = log(rint(1.1 * n)),
                     secant = (typical_along(f, p, high).log_lambda - typical_along(f, p, low).log_lambda) /
                              log(high / low);
        check_close(typical_slopes(f, p, log(n)).lambda / secant, 1, 0.01);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schedule),
        cmocka_unit_test(test_spherical_tail_against_the_binomial_sum),
        cmocka_unit_test(test_spherical_tail_in_closed_form),
        cmocka_unit_test(test_spherical_gap_against_the_binomial_sum),
        cmocka_unit_test(test_gap_against_long_double),
        cmocka_unit_test(test_ends_of_the_range),
        cmocka_unit_test(test_typical_scale_is_exact),
        cmocka_unit_test(test_spherical_figures),
        cmocka_unit_test(test_circle_of_two),
        cmocka_unit_test(test_spherical_becomes_gaussian),
        cmocka_unit_test(test_gaussian_figures),
        cmocka_unit_test(test_laws),
        cmocka_unit_test(test_plateau),
        cmocka_unit_test(test_plateau_slopes),
        cmocka_unit_test(test_slopes_at_positions),
    };
    return cmocka_run_group_tests_name("families", tests, NULL, NULL);
}
