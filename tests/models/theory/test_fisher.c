/* Keys concentrated about the query (models/families/fisher.h) beside closed forms in three dimensions,
 * adaptive quadrature of the density and Bessel functions (GSL), uniform keys at a vanishing concentration,
 * and a Gamma law at a large one. */
#include "models/theory/sphere.h"
#include "models/theory/typical.h"
#include "tests/test.h"

#include <float.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_bessel.h>
#include <gsl/gsl_sf_gamma.h>

#include "models/families/fisher.h"

static const struct family *spherical(void) { return family_find("spherical"); }

static const struct fisher_law laws[] = {{2, 0.3}, {2, 40},     {2.5, 3},   {4, 1e-3},    {6, 20},   {6, 1e5},
                                         {40, 7},  {129, 1000}, {1000, 5},  {1000, 3000}, {3, 1e-3}, {3, 2.5},
                                         {3, 40},  {3, 1e4},    {1e5, 1e6}, {1e6, 1e5},   {1e9, 1e6}};
enum { LAWS = sizeof laws / sizeof *laws };

/* ---- three dimensions ---- */

static long double sphere_log_mass(double c) { return logl(-expm1l(-2 * (long double)c)); }
static long double sphere_depth(double c, double log_v) {
    return -log1pl(expl(log_v) * expm1l(-2 * (long double)c)) / c;
}

static void three_dimensions(void **state) {
    (void)state;
    const double concentration[] = {1e-3, 0.5, 3, 40, 1e4, 1e6};
    for (int k = 0; k < 6; k++) {
        const double c = concentration[k], p[FAMILY_PARAMETERS] = {3, c};
        for (double t = 1e-200; t < 2; t = t < 0.01 ? t * 40 : t + 0.04) {
            double below = (double)(logl(-expm1l(-(long double)c * t)) - sphere_log_mass(c));
            if (below < -1e-8) {
                check_close(spherical()->log_tail(p, -t), below, 1e-14 * (4 - below + c * t));
            }
        }
        for (double log_v = -600; log_v < -1e-6; log_v *= 0.8) {
            long double t = sphere_depth(c, log_v);
            check_relative(spherical()->quantile(p, log_v), -(double)t, 1e-14 + 2 * DBL_EPSILON * -log_v);
            double hazard = (double)(logl(c) - c * t - logl(-expm1l(-c * t)));
            check_close(spherical()->log_hazard(p, log_v), hazard, 1e-14 * fmax(8, fabs(hazard)));
            double gap = (double)logl(sphere_depth(c, 0.8 * log_v) - t);
            check_close(spherical()->log_gap(p, log_v, -0.2 * log_v), gap, 1e-12 + 1e-15 * fabs(gap));
        }
    }
}

/* int t (2 - t) e^-ct dt, where it keeps its digits in long double. */
static void five_dimensions(void **state) {
    (void)state;
    const double concentration[] = {1, 3, 40, 1e4};
    for (int k = 0; k < 4; k++) {
        const long double c = concentration[k], start = 2 / (c * c) - 2 / (c * c * c);
        const struct fisher_law law = {5, concentration[k]};
        long double end = expl(-2 * c) * (-2 / (c * c) - 2 / (c * c * c)), all = start - end;
        for (double t = 0.1 / concentration[k]; t < 2 && concentration[k] * t < 30; t *= 1.1) {
            long double at =
                expl(-c * t) * ((2 * t - t * (long double)t) / c + (2 - 2 * t) / (c * c) - 2 / (c * c * c));
            double log_v = (double)logl((start - at) / all);
            check_close(fisher_log_tail(law, -t), log_v, 1e-14 * fmax(1e-3, fabs(log_v)));
            double density = t * (2 - t) * (double)(expl(-c * t) / (start - at));
            check_close(fisher_log_hazard(law, fisher_log_tail(law, -t)), log(density), 4e-14);
        }
    }
}

/* n f(Q(1/n)) = c (n/(1 - e^-2c) - 1), at n = 2 .. e^100000. */
static void three_dimensions_typical(void **state) {
    (void)state;
    const double concentration[] = {0.5, 3, 40, 1e6};
    for (int k = 0; k < 4; k++) {
        const double c = concentration[k], p[FAMILY_PARAMETERS] = {3, c};
        for (double log_n = M_LN2; log_n <= 1e5; log_n *= 3) {
            double all = -expm1(-2 * c), expected = log(c) + log_n - log(all) + log1p(-all * exp(-log_n)),
                   log_lambda = typical_scale(spherical(), p, log_n).log_lambda;
            if (log_n > 1) { check_close(log_lambda, expected, 1e-13 * (8 + log_n)); }
            assert_true(log_lambda > expected - 1e-13 * (8 + log_n)); /* a sup */
        }
    }
}

/* ---- quadrature ---- */

struct integrand {
    struct fisher_law law;
    double log_mode;
    bool depth; /* weighed with T */
};

static double log_density(struct fisher_law law, double t) {
    return ((law.d - 1) / 2 - 1) * (log(t) + log(2 - t)) - law.concentration * t;
}

/* Of r, T = 2 sin^2(r/2): smooth at both ends of T. */
static double integrand(double r, void *param) {
    const struct integrand *f = param;
    double t = 2 * sin(r / 2) * sin(r / 2);
    if (!(t > 0 && t < 2)) { return 0; }
    return exp(log_density(f->law, t) - f->log_mode) * sin(r) * (f->depth ? t : 1);
}

static double integral(struct integrand f, double low, double high) {
    static gsl_integration_workspace *room;
    double value, error, from = 2 * asin(sqrt(low / 2)), to = 2 * asin(sqrt(high / 2));
    if (!room) { room = gsl_integration_workspace_alloc(1000); }
    gsl_integration_qag(&(gsl_function){integrand, &f}, from, to, 0, 1e-13, 1000, GSL_INTEG_GAUSS61, room,
                        &value, &error);
    return value;
}

static struct integrand integrand_of(struct fisher_law law) {
    struct integrand f = {.law = law, .log_mode = -INFINITY};
    for (double t = 1e-3; t < 2; t += 1e-3) { f.log_mode = fmax(f.log_mode, log_density(law, t)); }
    return f;
}

static void tails_are_integrals(void **state) {
    (void)state;
    for (int k = 0; k < 10; k++) {
        struct integrand f = integrand_of(laws[k]);
        double typical = -fisher_quantile(laws[k], -M_LN2), step[] = {0.2, 0.5, 0.8, 1, 1.1, 1.4},
               all = integral(f, 0, typical) + integral(f, typical, 2);
        for (int i = 0; i < 6; i++) {
            double t = typical * step[i];
            if (t >= 2) { continue; }
            double log_v = log(integral(f, 0, t) / all);
            if (log_v > -200) { check_close(fisher_log_tail(laws[k], -t), log_v, 2e-11); }
        }
        assert_true(fabs(fisher_log_tail(laws[k], -typical) + M_LN2) < 1e-12);
    }
}

/* ---- Bessel functions ---- */

/* log of Z(c) e^-c, by GSL. */
static double bessel_log_z(struct fisher_law law) {
    double nu = law.d / 2 - 1, c = law.concentration;
    return gsl_sf_lngamma(law.d / 2) + nu * log(2 / c) + log(gsl_sf_bessel_Inu_scaled(nu, c));
}

static void means_are_bessel_ratios(void **state) {
    (void)state;
    for (int k = 0; k < 8; k++) {
        struct integrand f = integrand_of(laws[k]), g = f;
        double nu = laws[k].d / 2 - 1, c = laws[k].concentration, typical = -fisher_quantile(laws[k], -M_LN2);
        g.depth = true;
        double all = integral(f, 0, typical) + integral(f, typical, 2),
               depth = (integral(g, 0, typical) + integral(g, typical, 2)) / all,
               ratio = gsl_sf_bessel_Inu_scaled(nu + 1, c) / gsl_sf_bessel_Inu_scaled(nu, c), sum = 0;
        check_close(depth, 1 - ratio, 2e-13 + 1e-15 * c); /* GSL's error */
        enum { PARTS = 2000 }; /* E T from the quantile, by the midpoint rule in V = 3 w^2 - 2 w^3 */
        for (int i = 0; i < PARTS; i++) {
            double w = (i + 0.5) / PARTS, v = w * w * (3 - 2 * w);
            sum -= fisher_quantile(laws[k], log(v)) * 6 * w * (1 - w) / PARTS;
        }
        check_relative(sum, depth, 2e-6);
    }
}

/* Where the density at the query over that of uniform keys is e^c/Z(c): C, the law of Lambda^typ, and
 * Lambda^typ as n -> inf. */
static void only_the_density_at_the_query_moves_the_scale(void **state) {
    (void)state;
    for (int k = 0; k < 10; k++) {
        const double d = laws[k].d, kappa = (d - 1) / 2, log_n = 1e5,
                     density = d < 1000 ? -bessel_log_z(laws[k]) /* GSL's underflows */
                                        : -sphere_log_partition(d, laws[k].concentration),
                     p[FAMILY_PARAMETERS] = {d, laws[k].concentration}, uniform[FAMILY_PARAMETERS] = {d, 0};
        const struct schedule with[FAMILY_PARAMETERS] = {{d, 0, 0}, {laws[k].concentration, 0, 0}},
                              without[FAMILY_PARAMETERS] = {{d, 0, 0}, {0, 0, 0}};
        const double noise = 1e-13 + 1e-15 * laws[k].concentration; /* GSL's */
        struct schedule law, uniform_law;
        assert_true(spherical()->law(with, &law) && spherical()->law(without, &uniform_law));
        assert_true(law.power == uniform_law.power && law.log_power == 0);
        check_close(log(law.coef / uniform_law.coef), density / kappa, noise);
        check_close(typical_scale(spherical(), p, log_n).log_lambda -
                        typical_scale(spherical(), uniform, log_n).log_lambda,
                    density / kappa, 1e-10);
        check_close(-sphere_log_partition(d, laws[k].concentration), density, noise * kappa);
    }
    double c = 3, closed = log(c * exp(c) / sinh(c)); /* d = 3 */
    check_close(fisher_log_endpoint((struct fisher_law){3, c}), closed - M_LN2, 1e-15);
}

/* ---- limits of the concentration ---- */

static void vanishing_concentration_is_none(void **state) {
    (void)state;
    const double dimension[] = {2, 2.3, 3, 8, 500, 1e6};
    for (int k = 0; k < 6; k++) {
        const double uniform[FAMILY_PARAMETERS] = {dimension[k], 0},
                     p[FAMILY_PARAMETERS] = {dimension[k], 1e-14};
        for (double log_v = -3e4; log_v < -1e-5; log_v *= 0.6) {
            check_relative(spherical()->quantile(p, log_v), spherical()->quantile(uniform, log_v),
                           1e-13 + 1e-15 * fabs(log_v));
            check_close(spherical()->log_hazard(p, log_v), spherical()->log_hazard(uniform, log_v),
                        2e-12 + 4 * DBL_EPSILON * fabs(spherical()->log_hazard(p, log_v)));
            double gap = spherical()->log_gap(uniform, log_v, -0.3 * log_v);
            check_close(spherical()->log_gap(p, log_v, -0.3 * log_v), gap, 1e-11 + 1e-14 * fabs(gap));
        }
    }
}

/* c T -> Gamma(kappa). */
static void large_concentration_is_a_gamma_law(void **state) {
    (void)state;
    const double dimension[] = {2, 5, 30}, c = 1e6;
    for (int k = 0; k < 3; k++) {
        double kappa = (dimension[k] - 1) / 2;
        for (double x = 0.1 * kappa; x < 4 * kappa; x *= 1.5) {
            double v = gsl_sf_gamma_inc_P(kappa, x);
            check_relative(exp(fisher_log_tail((struct fisher_law){dimension[k], c}, -x / c)), v,
                           (1 + kappa) * (1 + kappa) / c);
        }
    }
}

/* Of a concentration that grows, to the order of its inverse, and of one that vanishes. */
static void laws_of_schedules(void **state) {
    (void)state;
    const struct schedule concentration[] = {{3, 0.5, 0}, {0.2, 1, 0}, {2, 0, 1e-5}, {5, -3, 0}};
    const double log_n = 1e6;
    for (int i = 0; i < 8; i++) {
        const double d = i < 4 ? 2 : 6, kappa = (d - 1) / 2, c = schedule_value(&concentration[i % 4], log_n),
                     p[FAMILY_PARAMETERS] = {d, c};
        const struct schedule parameter[FAMILY_PARAMETERS] = {{d, 0, 0}, concentration[i % 4]};
        struct schedule law;
        assert_true(spherical()->law(parameter, &law));
        check_close(schedule_log(&law, log_n), typical_scale(spherical(), p, log_n).log_lambda,
                    1e-8 + (1 + kappa) / fmax(c, 1 / c));
    }
}

/* ---- every law ---- */

/* log V of the score at log V: the score is rounded. */
static void inverse(void **state) {
    (void)state;
    for (int k = 0; k < LAWS; k++) {
        for (double log_v = -1e6; log_v < -1e-6; log_v *= 0.7) {
            double score = fisher_quantile(laws[k], log_v);
            if (!isnormal(score)) { continue; }
            double sensitivity = fabs(score) * exp(fisher_log_hazard(laws[k], log_v));
            check_close(fisher_log_tail(laws[k], score), log_v,
                        8 * DBL_EPSILON * (fabs(log_v) + sensitivity));
        }
    }
}

static void gaps_add_up(void **state) {
    (void)state;
    for (int k = 0; k < LAWS; k++) {
        const double p[FAMILY_PARAMETERS] = {laws[k].d, laws[k].concentration};
        for (double x = 1e-3; x <= 1e6; x *= 37) {
            for (double part = 1e-5; part < 0.9; part *= 7) {
                double y = part * x, rest = 0.7 * (x - y), upper = spherical()->log_gap(p, -x, y),
                       lower = spherical()->log_gap(p, y - x, rest),
                       whole = spherical()->log_gap(p, -x, y + rest),
                       sum = fmax(upper, lower) + log1p(exp(-fabs(upper - lower)));
                check_close(whole, sum, 3e-12 + 16 * DBL_EPSILON * (fabs(whole) + x));
            }
        }
    }
}

/* Uniforms of every size, and their scores. */
static void draw_widely(struct fisher_law law, double u[FAMILY_CHUNK], double score[FAMILY_CHUNK]) {
    const double p[FAMILY_PARAMETERS] = {law.d, law.concentration};
    double room[2 * FAMILY_CHUNK];
    for (size_t i = 0; i < FAMILY_CHUNK; i++) {
        const double even = fmod(0.6180339887498949 * (double)i, 1), logit = 26 * even - 13;
        u[i] = room[i] = i < 8 ? pow(10, -40.0 + 5 * (double)i) : (i % 2 == 0 ? even : 1 / (1 + exp(-logit)));
        room[FAMILY_CHUNK + i] = 0.5;
    }
    spherical()->draw(p, &vector_base, FAMILY_CHUNK, room, score);
}

/* V of a draw is its uniform, near 0 too. */
static void draws_invert(void **state) {
    (void)state;
    double u[FAMILY_CHUNK], score[FAMILY_CHUNK];
    for (int k = 0; k < LAWS; k++) {
        draw_widely(laws[k], u, score);
        for (size_t i = 0; i < FAMILY_CHUNK; i += i < 8 ? 1 : 7) {
            double sensitivity = fabs(score[i]) * exp(fisher_log_hazard(laws[k], log(u[i])));
            check_close(fisher_log_tail(laws[k], score[i]), log(u[i]),
                        1e-12 + 8 * DBL_EPSILON * (sensitivity + fabs(log(u[i]))));
        }
    }
}

/* The same, whatever was drawn and asked before. */
static void draws_have_no_memory(void **state) {
    (void)state;
    double u[FAMILY_CHUNK], first[FAMILY_CHUNK], again[FAMILY_CHUNK];
    draw_widely(laws[4], u, first);
    draw_widely(laws[5], u, again);
    assert_memory_not_equal(first, again, sizeof first);
    fisher_log_tail(laws[4], -0.1);
    draw_widely(laws[4], u, again);
    assert_memory_equal(first, again, sizeof first);
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_dimensions),
        cmocka_unit_test(five_dimensions),
        cmocka_unit_test(three_dimensions_typical),
        cmocka_unit_test(tails_are_integrals),
        cmocka_unit_test(means_are_bessel_ratios),
        cmocka_unit_test(only_the_density_at_the_query_moves_the_scale),
        cmocka_unit_test(vanishing_concentration_is_none),
        cmocka_unit_test(large_concentration_is_a_gamma_law),
        cmocka_unit_test(laws_of_schedules),
        cmocka_unit_test(inverse),
        cmocka_unit_test(gaps_add_up),
        cmocka_unit_test(draws_invert),
        cmocka_unit_test(draws_have_no_memory),
    };
    return cmocka_run_group_tests_name("fisher", tests, NULL, NULL);
}
