/* The small pieces that others are built of: quadrature, bracketed roots, sums of exponentials. */
#include "tests/test.h"

#include <gsl/gsl_errno.h>

#include "models/numeric/legendre.h"
#include "models/numeric/logs.h"
#include "models/numeric/root.h"
#include "models/theory/criterion.h"
#include "models/theory/profile.h"
#include "models/theory/typical.h"

/* Exact for polynomials of degree 2 order - 1; the cumulative rule for those of degree order - 1. */
static void test_legendre(void **state) {
    (void)state;
    struct legendre r;
    for (int order = 2; order <= LEGENDRE_MOST; order++) {
        legendre_make(order, &r);
        for (int power = 0; power < 2 * order; power++) {
            double sum = 0;
            for (int i = 0; i < order; i++) { sum += r.w[i] * pow(r.x[i], power); }
            check_close(sum, power % 2 ? 0 : 2.0 / (power + 1), 4e-15);
        }
        for (int i = 0; i < order; i++) {
            double sum = 0;
            for (int j = 0; j < order; j++) { sum += r.cumulative[j][i] * pow(r.x[j], order - 1); }
            check_close(sum, (pow(r.x[i], order) - pow(-1, order)) / order, 4e-15);
            assert_true(i == 0 || r.x[i] > r.x[i - 1]);
            check_close(r.value[1][i], r.x[i], 0);
        }
    }
}

static void test_ten_nodes(void **state) {
    (void)state;
    for (int power = 0; power < 2 * LEGENDRE_TEN; power++) {
        double sum = 0;
        for (int i = 0; i < LEGENDRE_TEN; i++) {
            const struct legendre_node node = legendre_ten(i);
            sum += node.weight / 2 * pow(node.place, power);
        }
        check_close(sum, 1.0 / (power + 1), 4e-16);
    }
}

static double find(double (*f)(double), double low, double high, int *steps) {
    struct root r = {low, high, f(low), f(high), 0};
    double x = low;
    for (*steps = 0; *steps < 100 && r.high - r.low > 1e-14; ++*steps) {
        x = root_guess(&r);
        double value = f(x);
        if (fabs(value) < 1e-15) { break; }
        root_narrow(&r, x, value);
    }
    return x;
}

static double cubic(double x) { return x * x * x - 2; }
static double wall(double x) { return x < 2 ? x - 1 : INFINITY; }

static void test_root(void **state) {
    (void)state;
    int steps;
    check_close(find(cubic, 0, 10, &steps), cbrt(2), 1e-14);
    assert_true(steps < 20); /* a secant that keeps one end takes hundreds */
    check_close(find(wall, -1, 9, &steps), 1, 1e-14);
}

static double fall(double x, void *level) { return *(double *)level - exp(x); }

static void test_root_between(void **state) {
    (void)state;
    double level = 5;
    check_close(root_between((gsl_function){fall, &level}, 0, 9, 1e-14), log(5), 1e-14);
    check_close(root_near((gsl_function){fall, &level}, -40, -39, 1e-14), log(5), 1e-14);
    check_close(root_near((gsl_function){fall, &level}, 40, 41, 1e-14), log(5), 1e-14);
    assert_true(isnan(root_between((gsl_function){fall, &level}, 2, 9, 1e-14)));
}

/* Smooth ones, skew ones, and kinks, from three points that are far from it or next to it. */
static double hill(double x, void *top) { return -pow(x - *(double *)top, 2); }
static double cliff(double x, void *top) {
    return x < *(double *)top ? exp(x) : exp(*(double *)top) - 90 * (x - *(double *)top);
}
static double tent(double x, void *top) { return -fabs(x - *(double *)top) * (x < *(double *)top ? 1 : 30); }

static void test_root_peak(void **state) {
    (void)state;
    double (*const functions[])(double x, void *top) = {hill, cliff, tent};
    for (double top = -0.99; top < 2; top += 0.0873) {
        for (size_t i = 0; i < 3; i++) {
            struct root_summit s = {{-1, i == 0 ? 0.3 : top - 1e-4, 2}, {0}};
            for (size_t k = 0; k < 3; k++) { s.value[k] = functions[i](s.x[k], &top); }
            if (s.value[1] < fmax(s.value[0], s.value[2])) { continue; }
            const double x = root_peak((gsl_function){functions[i], &top}, s, 1e-15, 1e-12);
            check_close(x, top, i == 0 ? 4e-8 : 1e-12);
        }
    }
}

static void test_log_sum_exp(void **state) {
    (void)state;
    check_close(log_sum_exp(log(3), log(4)), log(7), 1e-15);
    check_close(log_sum_exp(1e6, 1e6 + 1), 1e6 + log1p(exp(1)), 1e-9);
    check_close(log_sum_exp(-INFINITY, 5), 5, 0);
    assert_true(log_sum_exp(-INFINITY, -INFINITY) == -INFINITY);
}

/* powerlaw: g = kappa (e^{y/kappa} - 1), so (g'/g'')^{1/2} = kappa^{1/2}; stretched p < 1 is concave. */
static void test_peak_width(void **state) {
    (void)state;
    const double p[FAMILY_PARAMETERS] = {4, 1}, half[FAMILY_PARAMETERS] = {0.5, 1};
    const struct family *powerlaw = family_find("powerlaw"), *stretched = family_find("stretched");
    struct profile *q = profile_create(powerlaw, p, 100, typical_scale(powerlaw, p, 100).log_lambda);
    check_relative(profile_peak_width(q, 10, 0.1), 2, 1e-4);
    profile_free(q);
    q = profile_create(stretched, half, 100, typical_scale(stretched, half, 100).log_lambda);
    assert_true(isinf(profile_peak_width(q, 10, 0.1)));
    profile_free(q);
}

/* To where V is 1: gumbel scores leave their straight line there, over a few units of y however large log n
 * is, gaussian ones fall with the root of what is left. */
static void test_profile_to_the_end(void **state) {
    (void)state;
    const char *name[] = {"gumbel", "gaussian"};
    const double log_n[] = {40, 700, 14331, 25784, 1e5, 1e6};
    for (size_t i = 0; i < 2 * sizeof log_n / sizeof *log_n; i++) {
        const struct family *family = family_find(name[i % 2]);
        const double n = log_n[i / 2], p[FAMILY_PARAMETERS] = {i % 2, 1},
                     log_lambda = typical_scale(family, p, n).log_lambda;
        struct profile *q = profile_create(family, p, n, log_lambda);
        for (double left = 1e-3; left < n / 2; left *= 1.3) {
            double right = family->log_gap(p, -n, n - left) + log_lambda;
            check_close(log(profile_gap(q, n - left)), right, fmax(1e-12, 4e-15 * n));
        }
        profile_free(q);
    }
}

/* In the last few ulp of log n, too, where scores of many dimensions fall from the equator to the far pole.
 */
static void test_profile_at_the_end(void **state) {
    (void)state;
    enum { PLACES = 64 };
    const double n = 1e6, p[FAMILY_PARAMETERS] = {1e8};
    const struct family *family = family_find("spherical");
    const double log_lambda = typical_scale(family, p, n).log_lambda;
    struct profile *q = profile_create(family, p, n, log_lambda);
    double y[PLACES], gap[PLACES];
    for (int i = 0; i < PLACES; i++) { y[i] = n - ldexp(PLACES - i, -33); }
    profile_gaps(q, &vector_base, PLACES, y, gap);
    for (int i = 0; i < PLACES; i++) {
        check_relative(profile_gap(q, y[i]), exp(family->log_gap(p, -n, y[i]) + log_lambda),
                       1e-5); /* a few ulp of y */
        check_close(gap[i], profile_gap(q, y[i]), 0);
    }
    profile_free(q);
}

/* A label is read as it was written, and nothing else is one. */
static void test_criterion_labels(void **state) {
    (void)state;
    static const struct criterion known[] = {
        {CRITERION_ENTROPY, 0.1}, {CRITERION_PARTICIPATION, 0.5}, {CRITERION_SUSCEPTIBILITY, 0}};
    static const char *const others[] = {"entropy",          "entropy=", "entropy=1x",
                                         "susceptibility=1", "lambda=1", ""};
    char label[CRITERION_LABEL];
    struct criterion read;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        criterion_label(&known[i], label);
        assert_true(criterion_parse(label, &read));
        assert_int_equal(read.kind, known[i].kind);
        check_close(read.threshold, known[i].threshold, 0);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_false(criterion_parse(others[i], &read));
    }
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_criterion_labels),   cmocka_unit_test(test_legendre),
        cmocka_unit_test(test_ten_nodes),          cmocka_unit_test(test_root),
        cmocka_unit_test(test_root_between),       cmocka_unit_test(test_root_peak),
        cmocka_unit_test(test_log_sum_exp),        cmocka_unit_test(test_peak_width),
        cmocka_unit_test(test_profile_to_the_end), cmocka_unit_test(test_profile_at_the_end),
    };
    return cmocka_run_group_tests_name("numerics", tests, NULL, NULL);
}
