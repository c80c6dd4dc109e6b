/* Keys on a sphere in closed form: against three dimensions, Bessel functions, other quadrature, and limits.
 */
#include "test.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_bessel.h>
#include <gsl/gsl_sf_gamma.h>

#include "../models/sphere.h"

/* d = 3: Z = sinh(beta)/beta, A = coth(beta) - 1/beta. */
static void three_dimensions(void **state) {
    (void)state;
    const double beta[] = {0.1, 1, 7, 30, 300};
    for (size_t i = 0; i < 5; i++) {
        double b = beta[i], z = sinh(b) / b;
        check_relative(sphere_overlap(3, b), 1 / tanh(b) - 1 / b, 1e-12 / fmin(1, b * b));
        check_close(sphere_log_partition(3, b), log(-expm1(-2 * b) / (2 * b)), 1e-12);
        if (b < 300) { check_close(sphere_log_rho(3, b), log(sinh(2 * b) / (2 * b) / (z * z)), 2e-12); }
        check_relative(sphere_mode_growth(3, b, 1), 1 + 2 / b, 1e-12);
    }
    check_relative(sphere_bias(3, 1e6), 1e-6, 1e-12);
    check_relative(sphere_bias(3, 1e300), 1e-300, 1e-12);
    check_relative(sphere_bias(3, 1e-6), 1 - 1e-6 / 3, 1e-12);
    check_relative(sphere_overlap(3, 1e-6), 1e-6 / 3, 1e-12);
}

static void bessel_functions(void **state) {
    (void)state;
    const double d[] = {2, 2.5, 3, 4, 8, 17, 64}, beta[] = {0.01, 0.7, 5, 40, 600};
    for (size_t k = 0; k < 7; k++) {
        double nu = d[k] / 2 - 1;
        for (size_t i = 0; i < 5; i++) {
            double b = beta[i], low = gsl_sf_bessel_Inu_scaled(nu, b),
                   high = gsl_sf_bessel_Inu_scaled(nu + 1, b);
            if (!(low > 0 && high > 0)) { continue; } /* GSL gives up */
            check_relative(sphere_overlap(d[k], b), high / low, 1e-10);
            check_close(sphere_log_partition(d[k], b), gsl_sf_lngamma(d[k] / 2) + nu * log(2 / b) + log(low),
                        1e-10);
            for (unsigned l = 1; l < 5; l++) {
                double ratio = gsl_sf_bessel_Inu_scaled(nu + l, b) / high, degree = l;
                check_relative(sphere_mode_growth(d[k], b, l), 1 + degree * (degree + d[k] - 2) / b * ratio,
                               1e-10);
            }
        }
    }
}

/* Under weights e^{-beta T}: moment `power` of T, or (-1) of T(2-T), by adaptive quadrature in the angle. */
struct integrand {
    double d, beta;
    int power;
};

static double at_angle(double angle, void *context) {
    const struct integrand *f = context;
    double t = 2 * pow(sin(angle / 2), 2), value = f->power < 0 ? t * (2 - t) : pow(t, f->power);
    return value * exp(-f->beta * t) * pow(sin(angle), f->d - 2);
}

static double integral(struct integrand f) {
    double sum = 0, error, end = fmin(M_PI, 12 / sqrt(fmax(f.beta, f.d) / 2));
    gsl_integration_workspace *work = gsl_integration_workspace_alloc(1000);
    const gsl_function function = {at_angle, &f};
    gsl_integration_qag(&function, 0, f.beta > f.d ? end : M_PI, 0, 1e-12, 1000, GSL_INTEG_GAUSS61, work,
                        &sum, &error);
    gsl_integration_workspace_free(work);
    return sum;
}

static void subcritical_moments(void **state) {
    (void)state;
    const double d[] = {2, 3, 5.5, 20}, beta[] = {0.3, 4, 50}, log_n = log(1e5);
    for (size_t k = 0; k < 4; k++) {
        for (size_t i = 0; i < 3; i++) {
            struct integrand once = {d[k], beta[i], 0}, twice = {d[k], 2 * beta[i], 0}, none = {d[k], 0, 0};
            double z = integral(once), z2 = integral(twice), unit = integral(none), rho = z2 * unit / (z * z);
            once.power = twice.power = 1;
            double mean = integral(once) / z, mean2 = integral(twice) / z2;
            twice.power = 2;
            double square2 = integral(twice) / z2;
            twice.power = -1;
            double chord2 = integral(twice) / z2, shift = mean - mean2;
            struct sphere_subcritical s;
            sphere_subcritical(d[k], beta[i], log_n, &s);
            check_relative(sphere_bias(d[k], beta[i]), mean, 1e-10);
            check_relative(s.bias, mean + rho * shift / 1e5, 1e-10);
            check_relative(s.radial_variance, rho * (square2 - mean2 * mean2 + shift * shift) / 1e5, 1e-8);
            check_relative(s.tangential_variance, rho * chord2 / (d[k] - 1) / 1e5, 1e-10);
            check_relative(s.participation, rho / 1e5, 1e-10);
            check_relative(s.entropy,
                           log_n + beta[i] * mean + log(z / unit) - (rho - 1) / 2e5 +
                               beta[i] * rho * shift / 1e5,
                           1e-10);
        }
    }
}

/* 1 - A = (d-1)/(2 beta) - (d-1)(d-3)/(8 beta^2) - ..; rho ~ (4 pi beta/2)^.. grows as beta^kappa. */
static void extremes_are_finite(void **state) {
    (void)state;
    const double d[] = {2, 3, 100, 1e4}, beta[] = {1e-6, 1, 1e6, 1e300};
    for (size_t k = 0; k < 4; k++) {
        for (size_t i = 0; i < 4; i++) {
            struct sphere_subcritical s;
            sphere_subcritical(d[k], beta[i], 1e7, &s); /* n >> rho */
            assert_true(isfinite(s.bias) && s.bias > 0 && s.bias < 2);
            assert_true(isfinite(sphere_log_rho(d[k], fmin(beta[i], 1e299))));
            assert_true(sphere_overlap(d[k], beta[i]) > 0 && sphere_overlap(d[k], beta[i]) <= 1);
            assert_true(sphere_mode_growth(d[k], beta[i], 3) > 1 || beta[i] > 1e15);
        }
        double b = 1e8 * d[k];
        check_relative(sphere_bias(d[k], b), (d[k] - 1) / (2 * b) - (d[k] - 1) * (d[k] - 3) / (8 * b * b),
                       1e-12);
        check_relative(sphere_log_rho(d[k], 2e200) - sphere_log_rho(d[k], 1e200), (d[k] - 1) / 2 * M_LN2,
                       1e-9);
    }
    assert_true(isnan(sphere_bias(1.5, 1)) && isnan(sphere_bias(3, -1)) && isnan(sphere_bias(3, INFINITY)));
}

static void effective_number_inverts(void **state) {
    (void)state;
    const double d[] = {2, 3, 9, 500}, log_n[] = {log(1000), 30, 690}, n_eff[] = {0.01, 1, 100};
    for (size_t k = 0; k < 4; k++) {
        for (size_t i = 0; i < 3; i++) {
            for (size_t j = 0; j < 3; j++) {
                double beta = sphere_beta_of_n_eff(d[k], log_n[i], n_eff[j]);
                if (isnan(beta)) { /* beyond the doubles */
                    assert_true(d[k] == 2 && log_n[i] > 600);
                    continue;
                }
                check_close(log_n[i] - sphere_log_rho(d[k], beta), log(n_eff[j]), 1e-9);
            }
        }
    }
    assert_true(isnan(sphere_beta_of_n_eff(3, log(100), 100)));
    assert_true(isnan(sphere_beta_of_n_eff(3, log(100), 0)));
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_dimensions),         cmocka_unit_test(bessel_functions),
        cmocka_unit_test(subcritical_moments),      cmocka_unit_test(extremes_are_finite),
        cmocka_unit_test(effective_number_inverts),
    };
    return cmocka_run_group_tests_name("sphere", tests, NULL, NULL);
}
