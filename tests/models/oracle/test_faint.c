/* E Y_2 where it is small: of one law between the betas at which it was asked, and over rows that differ in
 * scale, rare ones included. */
#include "tests/models/oracle/oracle_law.h"

#include "models/oracle/faint.h"
#include "models/oracle/law.h"
#include "models/oracle/outer.h"
#include "models/oracle/pairs.h"

static const struct law gaussian = {"gaussian", {1}};

/* log E Y_2 of one law, directly. */
static double directly(const struct oracle *o, double b) {
    struct field field;
    struct pairs_answer at;
    assert_true(outer_field(&field, o, b, (struct oracle_question){.errors = true}));
    assert_true(pairs_mean(&field, NAN, &at));
    field_close(&field);
    return at.log_mean;
}

/* By other means: not the closed form, and whatever Z fluctuates by. */
static void test_between(void **state) {
    (void)state;
    const double log_n[] = {14.5, 25, 35, 40, 45, 90, 700, 3900};
    double x[LEJA_MOST];
    leja_points(x);
    for (size_t i = 0; i < 8; i++) {
        struct oracle *o = make_oracle(&gaussian, log_n[i]);
        struct faint f;
        faint_open(&f, log_n[i], o->vector, x);
        assert_true(directly(o, f.end) < -13.5);
        for (double b = 1e-3; b < f.end; b = fmin(1.1 * b + 1e-3, b < 0.99 * f.end ? 0.999 * f.end : 1)) {
            double error;
            const double value = faint_at(&f, b, &error);
            assert_true(error < 3e-10);
            check_close(value, directly(o, b), 1e-10);
        }
        oracle_free(o);
    }
}

/* Nowhere where no mean is so small, or it is not told: nor is that over rows then. */
static void test_none(void **state) {
    (void)state;
    const double log_n[] = {13.9, 4000};
    double x[LEJA_MOST];
    leja_points(x);
    for (size_t i = 0; i < 2; i++) {
        struct oracle *o = make_oracle(&gaussian, log_n[i]);
        struct faint f;
        faint_open(&f, log_n[i], o->vector, x);
        assert_true(f.end == 0);
        oracle_free(o);
    }
    const struct law rows = {"dotproduct", {64, 1}};
    const struct oracle_point point = point_at(&rows, 5000, 0.3);
    assert_true(isnan(point.log_mean_participation) && point.log_mean_participation_error == INFINITY);
}

/* By the trapezoidal rule over log r, which ends as fast as its integrand at both ends. The density goes as
 * r^d e^{-d r^2/2}. */
static void check_rows(double d, double log_n, double beta, double step) {
    const struct law law = {"dotproduct", {d, 1}};
    struct oracle *o = make_oracle(&law, log_n), *row = make_oracle(&gaussian, log_n);
    double mean = 0, rows = 0, most = -INFINITY;
    struct oracle_point point, of_row;
    for (int pass = 0; pass < 2; pass++) {
        for (double t = -40 / d - 6 / sqrt(2 * d); t < log(3 / beta); t += step) {
            const double b = beta * exp(t), log_q = d * t - d * expm1(2 * t) / 2;
            if (log_q < -log_n - 40) { continue; }
            assert_true(b < 0.9 || oracle_at(row, b, &of_row));
            const double term = log_q + (b < 0.9 ? directly(row, b) : of_row.log_mean_participation);
            if (pass == 0) { most = fmax(most, term); }
            if (pass == 1) {
                mean += exp(term - most);
                rows += exp(log_q);
            }
        }
    }
    assert_true(oracle_at(o, beta, &point));
    assert_true(point.log_mean_participation_error < 1e-8);
    check_close(point.log_mean_participation, most + log(mean / rows), 1e-9);
    check_relative(point.participation, exp(point.log_mean_participation), 1e-12);
    oracle_free(o);
    oracle_free(row);
}

static void test_rows(void **state) {
    (void)state;
    check_rows(64, 50 * M_LN2, 0.2, 0.02);
    check_rows(3, 50 * M_LN2, 0.05, 0.05);
    check_rows(64, 700, 0.3, 0.01);
}

/* ---- from the definition, without what faint.h leaves out ---- */

/* Gaussian scores, n = e^log_n, w = e^{beta s}: n times the means of 1 - e^{-u w} and (u w)^2 e^{-u w}, u =
 * e^x, over the line by the trapezoid rule, which leaves 1e-14. */
static void means_of(double log_n, double beta, double x, double mean[2]) {
    const double step = fmin(0.3 / beta, 0.25), reach = sqrt(2 * log_n) + 9;
    mean[0] = mean[1] = 0;
    for (double s = fmax(-9, -(x + log_n + 80) / beta); s < reach; s += step) {
        const double a = exp(fmin(x + beta * s, 7)), density = step * exp(log_n - s * s / 2) / sqrt(2 * M_PI);
        mean[0] -= density * expm1(-a);
        mean[1] += density * a * a * exp(-a);
    }
}

/* log of E Y_2 = int n E[(u w)^2 e^{-u w}] phi^{n-1} dx, phi^{n-1} = e^{-n (1 - phi)} to e^-log_n. */
static double log_pairs(double log_n, double beta) {
    double low = -log_n - 60 * beta, high = 40, mean[2], sum = 0;
    const double step = 0.25, longest = fmax(1, beta / sqrt(2 * log_n));
    while (high - low > 0.1) { /* to where no row is left */
        const double middle = (low + high) / 2;
        means_of(log_n, beta, middle, mean);
        *(mean[0] < 50 ? &low : &high) = middle;
    }
    for (double x = high; x > high - 45 * longest - 8; x -= step) {
        means_of(log_n, beta, x, mean);
        sum += step * mean[1] * exp(-mean[0]);
    }
    return log(sum);
}

/* Rows of all lengths t = log r of the query, by the trapezoid rule where they count. */
static double log_mean_of_rows(double d, double log_n, double beta) {
    const double coarse = 0.2, fine = 0.02,
                 norm = M_LN2 + d / 2 * log(d / 2) - lgamma(d / 2) - d / 2; /* of the density at r = 1 */
    double most = -INFINITY, top = 0, sum = 0;
    for (double t = -6; t < 3; t += coarse) {
        const double here = norm + d * t - d * expm1(2 * t) / 2 + log_pairs(log_n, beta * exp(t));
        if (here > most) {
            most = here;
            top = t;
        }
    }
    for (int side = -1; side <= 1; side += 2) {
        double part = 1;
        for (int i = side < 0 ? 1 : 0; part > 1e-14; i++) {
            const double t = top + side * i * fine;
            part = exp(norm + d * t - d * expm1(2 * t) / 2 + log_pairs(log_n, beta * exp(t)) - most);
            sum += fine * part;
        }
    }
    return most + log(sum);
}

static void test_rows_from_the_definition(void **state) {
    (void)state;
    const struct { double d, ratio; } at[] = {{3, 0.05}, {20, 0.2}, {300, 0.45}};
    for (size_t i = 0; i < sizeof at / sizeof *at; i += test_size(1, 3)) {
        const struct law law = {"dotproduct", {at[i].d, 1}};
        const double log_n = 200, beta = at[i].ratio * scale(&law, log_n);
        const struct oracle_point x = point_at(&law, log_n, at[i].ratio);
        check_close(x.log_mean_participation, log_mean_of_rows(at[i].d, log_n, beta), 1e-10);
        assert_true(x.log_mean_participation_error < 1e-9);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_between),
        cmocka_unit_test(test_rows_from_the_definition),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests_name("faint", tests, NULL, NULL);
}
