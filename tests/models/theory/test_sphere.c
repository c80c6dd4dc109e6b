/* Keys on the sphere: closed forms against quadrature of the density sin^{d-2}(theta), known values, limits,
 * recurrences. No randomness. */
#include "models/theory/sphere.h"
#include "tests/test.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_gamma.h>
#include <stdbool.h>

/* Of x -> ATT/|ATT|, n -> inf. */
static double growth(double d, double beta, unsigned l) {
    return sphere_mode_growth_finite(d, beta, INFINITY, INFINITY, l);
}

static const double dimensions[] = {2, 2.5, 3, 4, 5, 8, 21, 100, 500, 1000, 1e4};
static const double betas[] = {1e-3, 0.1, 1,   7,    24.9, 25.1, 60,  149,
                               299,  301, 800, 1000, 3600, 1e5,  3e7, 1e10};
enum { DIMENSIONS = sizeof dimensions / sizeof *dimensions, BETAS = sizeof betas / sizeof *betas };

/* ---- quadrature over theta, T = 2 sin^2(theta/2) ---- */

struct integrand {
    double d, beta, shift, centre;
    unsigned power, mode;
};

static double depth(double theta) { return 2 * sin(theta / 2) * sin(theta / 2); }

static double log_density(const struct integrand *f, double theta) {
    return -f->beta * depth(theta) + (f->d > 2 ? (f->d - 2) * log(sin(theta)) : 0);
}

static double integrand_at(double theta, void *context) {
    const struct integrand *f = context;
    double t = depth(theta), value = exp(log_density(f, theta) - f->shift);
    for (unsigned k = 0; k < f->power; k++) { value *= t - f->centre; }
    return value * sphere_harmonic(f->d, f->mode, 1 - t);
}

/* Where the density is largest: beta sin^2 = (d-2) cos. */
static double peak(double d, double beta) {
    double a = (d - 2) / (2 * beta), c = 1 / (a + sqrt(a * a + 1));
    return a > 1e3 ? acos(c) : 2 * asin(sqrt((a + a * a / (1 + sqrt(1 + a * a))) * c / 2));
}

static double quadrature(struct integrand *f) {
    double top = peak(f->d, f->beta), total = 0;
    double width = 1 / sqrt(fmax(f->d - 2, 1) + f->beta), reach[] = {-9, -3, 0, 3, 9, 14};
    f->shift = f->d > 2 ? log_density(f, fmax(top, 1e-300)) : 0;
    gsl_integration_workspace *room = gsl_integration_workspace_alloc(2000);
    gsl_function function = {integrand_at, f};
    for (size_t i = 0; i + 1 < sizeof reach / sizeof *reach; i++) {
        double from = fmin(M_PI, fmax(0, top + reach[i] * width)), part = 0, error = 0;
        double to = fmin(M_PI, fmax(0, top + reach[i + 1] * width));
        if (to > from) {
            /* its complaint about rounding at 2e-14 is no failure: the values are compared */
            gsl_integration_qags(&function, from, to, 0, 2e-14, 2000, room, &part, &error);
        }
        total += part;
    }
    gsl_integration_workspace_free(room);
    return total;
}

struct moments {
    double log_z, bias, variance;
};

static struct moments moments_at(double d, double beta) {
    struct integrand f = {.d = d, .beta = beta};
    double mass = quadrature(&f), log_z = log(mass) + f.shift - gsl_sf_lnbeta(0.5 * (d - 1), 0.5);
    f.power = 1;
    double bias = quadrature(&f) / mass;
    f.power = 2;
    f.centre = bias;
    return (struct moments){log_z, bias, quadrature(&f) / mass};
}

static void test_moments(void **state) {
    (void)state;
    for (size_t i = 0; i < DIMENSIONS; i++) {
        for (size_t k = 0; k < BETAS; k++) {
            double d = dimensions[i], beta = betas[k];
            struct moments m = moments_at(d, beta);
            check_relative(sphere_bias(d, beta), m.bias, 2e-12);
            check_close(sphere_overlap(d, beta), 1 - m.bias, 2e-12);
            check_relative(sphere_overlap_slope(d, beta), m.variance, 1e-11);
            check_close(sphere_log_partition(d, beta), m.log_z, 2e-13 + 4e-16 * (fabs(m.log_z) + d));
        }
    }
}

static void test_modes(void **state) {
    (void)state;
    for (size_t i = 0; i < 7; i++) {
        for (size_t k = 2; k < 8; k++) {
            double d = dimensions[i], beta = betas[k];
            struct integrand f = {.d = d, .beta = beta, .mode = 1};
            double first = quadrature(&f);
            for (unsigned l = 1; l <= 6; l++) {
                f.mode = l;
                double eigenvalue = l * (l + d - 2);
                check_relative(growth(d, beta, l) - 1, eigenvalue / beta * quadrature(&f) / first,
                               1e-10 + 1e-15 * beta / eigenvalue * first);
            }
        }
    }
}

/* d = 3: everything is elementary. */
static void test_three_dimensions(void **state) {
    (void)state;
    for (size_t k = 0; k < BETAS; k++) {
        double beta = betas[k], coth = -1 - 2 / expm1(-2 * beta);
        if (beta < 0.05) { continue; } /* coth b - 1/b loses its digits */
        check_relative(sphere_overlap(3, beta), coth - 1 / beta, 2e-14 + 2e-16 / (beta * beta));
        check_relative(sphere_bias(3, beta), 1 / beta - (coth - 1), 2e-14);
        check_close(sphere_log_partition(3, beta), log(-expm1(-2 * beta) / (2 * beta)), 1e-13);
        double sinh_ratio = -expm1(-4 * beta) * beta / (expm1(-2 * beta) * expm1(-2 * beta));
        check_close(sphere_log_rho(3, 0, beta), log(sinh_ratio), 2e-13);
    }
}

static double langevin(double x) { return -1 - 2 / expm1(-2 * x) - 1 / x; }
static double log_sinhc(double x) { return x + log(-expm1(-2 * x) / (2 * x)); }

/* Concentrated keys in three dimensions: Z(x) = sinh x/x, A = coth x - 1/x, A' = 1 - A^2 - 2 A/x. */
static void test_concentrated_keys(void **state) {
    (void)state;
    const double concentration[] = {0.3, 4, 60}, beta[] = {0.5, 7, 90}, log_n = log(1e7);
    for (int i = 0; i < 9; i++) {
        const double c = concentration[i / 3], b = beta[i % 3], once = b + c, twice = 2 * b + c,
                     log_rho = log_sinhc(twice) - 2 * log_sinhc(once) + log_sinhc(c),
                     share = exp(log_rho - log_n), far = langevin(twice), apart = far - langevin(once);
        struct sphere_subcritical s;
        sphere_subcritical(3, c, b, log_n, &s);
        check_close(sphere_log_rho(3, c, b), log_rho, 1e-12);
        check_relative(s.participation, share, 1e-11);
        check_close(s.bias, 1 - langevin(once) + share * apart, 1e-13);
        check_relative(s.tangential_variance, share * far / twice, 1e-11);
        check_relative(s.radial_variance, share * (1 - far * far - 2 * far / twice + apart * apart), 1e-9);
        double entropy = log_n - b * langevin(once) + log_sinhc(once) - log_sinhc(c) -
                         0.5 * (exp(log_rho) - 1) / exp(log_n) + b * share * apart;
        check_close(s.entropy, entropy, 1e-12);
        check_relative(sphere_beta_of_n_eff(3, c, log_n, exp(log_n - log_rho)), b, 1e-8);
    }
}

/* Abramowitz & Stegun, tables 9.8 and 9.10: I_1(1)/I_0(1), I_0(10) e^-10. */
static void test_known_values(void **state) {
    (void)state;
    check_relative(sphere_overlap(2, 1), 0.5651591039924851 / 1.2660658777520084, 1e-14);
    check_relative(sphere_log_partition(2, 10), log(0.12783333716342861), 1e-13);
    check_relative(growth(2, 1, 2), 1 + 4 * 0.13574766976703828 / 0.5651591039924851, 1e-14);
    check_relative(growth(7, 3, 1), 1 + 6.0 / 3, 1e-15);
}

/* Both ends of beta, at every d; 0 < A < 1, A' > 0, and what the leading orders say. */
static void test_limits(void **state) {
    (void)state;
    for (size_t i = 0; i < DIMENSIONS; i++) {
        double d = dimensions[i], kappa = 0.5 * (d - 1), small = 1e-6, huge = 1e300;
        check_relative(sphere_overlap(d, small), small / d, 1e-12);
        check_relative(sphere_log_rho(d, 0, small), small * small / d, 1e-11);
        check_relative(sphere_log_partition(d, small), -small, 1e-6);
        check_relative(sphere_overlap_slope(d, small), 1 / d, 1e-11);
        check_relative(sphere_bias(d, huge), kappa / huge, 1e-14);
        check_relative(sphere_overlap_slope(d, huge), kappa / huge / huge, 1e-14);
        check_relative(sphere_log_rho(d, 0, 1e299),
                       -(2 * sphere_log_partition(d, 1e299) - sphere_log_partition(d, 2e299)), 1e-14);
        double leading =
            gsl_sf_lngamma(kappa + 0.5) - 0.5 * log(M_PI) + (kappa - 1) * M_LN2 - kappa * log(huge);
        check_relative(sphere_log_partition(d, huge), leading, 1e-13);
        check_relative(growth(d, huge, 3), 1, 1e-15);
        for (double log_beta = -13; log_beta < 690; log_beta += 0.37) {
            double beta = exp(log_beta), bias = sphere_bias(d, beta);
            assert_true(bias > 0 && bias < 1);
            assert_true(sphere_overlap(d, beta) > 0);
            assert_true(isfinite(sphere_log_partition(d, beta)) && isfinite(sphere_log_rho(d, 0, beta)));
            assert_true(isfinite(sphere_mode_growth_finite(d, beta, INFINITY, 1, 7)));
        }
    }
}

/* A' = 1 - A^2 - (d-1) A/beta where that keeps digits; log Z' = A by differences across every change of
 * method; 1/A_d = d/beta + A_{d+2}. */
static void test_recurrences(void **state) {
    (void)state;
    for (size_t i = 0; i < DIMENSIONS; i++) {
        double d = dimensions[i];
        for (double beta = 0.5; beta < 1e9; beta *= 1.3) {
            double a = sphere_overlap(d, beta), step = 1e-3 * fmin(beta, 10);
            check_close(sphere_overlap_slope(d, beta), 1 - a * a - (d - 1) * a / beta,
                        1e-14 * (1 + d / beta));
            check_relative(1 / a, d / beta + sphere_overlap(d + 2, beta), 1e-14);
            double change = sphere_log_partition(d, beta + step) - sphere_log_partition(d, beta - step);
            double bias = sphere_bias(d, beta), scale = fabs(sphere_log_partition(d, beta));
            check_close(change / (2 * step), -bias, (1e-6 * bias) + 1e-14 * scale / step);
        }
    }
}

/* The last of these at dimensions that no double holds, as those are that grow with log n. */
static void test_any_dimension(void **state) {
    (void)state;
    for (double d = 2; d < 60; d += 0.1) {
        for (double beta = 1e-4; beta < 1e3; beta *= 1.7) {
            check_relative(1 / sphere_overlap(d, beta), d / beta + sphere_overlap(d + 2, beta), 1e-13);
        }
    }
}

static void test_subcritical(void **state) {
    (void)state;
    struct sphere_subcritical s;
    for (size_t i = 0; i < DIMENSIONS; i++) {
        double d = dimensions[i];
        for (size_t k = 0; k < BETAS; k++) {
            double beta = betas[k], log_n = sphere_log_rho(d, 0, beta) + log(1e4);
            sphere_subcritical(d, 0, beta, log_n, &s);
            double a = sphere_overlap(d, beta), log_z = sphere_log_partition(d, beta) + beta;
            check_relative(s.participation, 1e-4, 1e-14 + 4e-16 * log_n); /* rounding of log n */
            check_close(s.entropy, log_n - (beta * a - log_z), 0.01 * (1 + d) + 1e-12 * beta);
            assert_true(s.bias > sphere_bias(d, beta));
            assert_true(s.radial_variance > 0 && s.tangential_variance > 0);
            check_relative(s.tangential_variance, 1e-4 * sphere_overlap(d, 2 * beta) / (2 * beta),
                           1e-14 + 4e-16 * log_n);
        }
    }
    sphere_subcritical(3, 0, 1e-3, log(1e6), &s); /* weights all equal: variances of a mean of n keys */
    check_relative(s.radial_variance, 1e-6 / 3, 1e-3);
    check_relative(s.tangential_variance, 1e-6 / 3, 1e-3);
    check_relative(s.entropy, log(1e6), 1e-6);
}

static void test_beta_of_n_eff(void **state) {
    (void)state;
    const double log_n[] = {log(10), log(1e6), 690, 1e4};
    const double share[] = {0.999999, 0.9, 0.1, 1e-3};
    for (size_t i = 0; i < DIMENSIONS; i++) {
        for (size_t k = 0; k < 16; k++) {
            double log_target = log_n[k / 4] + log(share[k % 4]);
            if (log_target > 700) { continue; }
            double beta = sphere_beta_of_n_eff(dimensions[i], 0, log_n[k / 4], exp(log_target));
            double back = log_n[k / 4] - sphere_log_rho(dimensions[i], 0, beta);
            check_close(back, log_target, 1e-12 * fmax(1, log_n[k / 4]));
        }
    }
    assert_true(isnan(sphere_beta_of_n_eff(3, 0, log(100), 100)));
    assert_true(isnan(sphere_beta_of_n_eff(3, 0, log(100), 101)));
    assert_true(isnan(sphere_beta_of_n_eff(3, 0, log(100), 0)));
    assert_true(isnan(sphere_beta_of_n_eff(3, 0, log(100), -1)));
    assert_true(isnan(sphere_beta_of_n_eff(3, 0, log(100), NAN)));
    assert_true(isinf(sphere_beta_of_n_eff(2, 0, 1e6, 10)));
    check_relative(sphere_beta_of_n_eff(2, 0, 300, 10), exp(2 * (300 - log(10))) / M_PI, 1e-9);
}

/* rho ~ sqrt(pi beta) on the circle; G - 1 shrinks by (1 - 2^{-kappa-1})/N_eff for beta >> l^2. */
static void test_finite_growth(void **state) {
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        double d = dimensions[i], kappa = 0.5 * (d - 1), beta = 1e6;
        double log_n = log(100) - sphere_log_partition(d, beta);
        for (unsigned l = 1; l < 4; l++) {
            double all = growth(d, beta, l) - 1;
            double some = sphere_mode_growth_finite(d, beta, log_n, INFINITY, l) - 1;
            check_close(100 * (1 - some / all), 1 - pow(2, -kappa - 1), 1e-4 * l * l * d);
            double half = sphere_mode_growth_finite(d, beta, INFINITY, 0.5, l) - 1;
            check_relative(half / all, 0.5 * sphere_overlap(d, beta) / (1 + 0.5 * sphere_overlap(d, beta)),
                           1e-8);
        }
        assert_true(growth(d, 3, 0) == 1);
    }
}

/* cos(l theta), Legendre's polynomials, and the mean square against the count. */
static void test_harmonics(void **state) {
    (void)state;
    for (double s = -1; s <= 1; s += 0.125) {
        check_close(sphere_harmonic(2, 7, s), cos(7 * acos(s)), 1e-14);
        check_close(sphere_harmonic(3, 4, s), (35 * pow(s, 4) - 30 * s * s + 3) / 8, 1e-14);
        check_close(sphere_harmonic(5, 2, s), (5 * s * s - 1) / 4, 1e-15);
        assert_true(sphere_harmonic(9, 0, s) == 1);
    }
    const double counts[][3] = {{2, 5, 2}, {3, 5, 11}, {4, 5, 36}, {5, 2, 14}, {100, 1, 100}, {7, 0, 1}};
    for (size_t i = 0; i < 6; i++) {
        double d = counts[i][0], l = counts[i][1], square = 0, mass = 0;
        check_relative(sphere_harmonic_count(d, (unsigned)l), counts[i][2], 1e-14);
        for (int k = 0; k < 2000; k++) {
            double theta = M_PI * (k + 0.5) / 2000, y = sphere_harmonic(d, (unsigned)l, cos(theta));
            mass += pow(sin(theta), d - 2);
            square += y * y * pow(sin(theta), d - 2);
        }
        check_relative(square / mass, 1 / counts[i][2], pow((l + 1) * M_PI / 2000, 2)); /* the rule's error */
    }
}

/* ---- mixtures of von Mises-Fisher's laws ---- */

/* Mass under the weights e^{beta (s - 1)} and ATT of a mixture by quadrature, d = 2 or 3: the trapezoidal
 * rule around, midpoints of the polar angle; the circle is the equator. */
enum { AROUND = 600, ACROSS = 600 };
static double density_at(const struct sphere_mixture *keys, const double *x) {
    double sum = 0, shares = 0, d = (double)keys->dimension;
    for (size_t k = 0; k < keys->count; k++) {
        const struct sphere_component *law = &keys->component[k];
        double s = 0;
        for (size_t c = 0; c < keys->dimension; c++) { s += x[c] * law->mean[c]; }
        sum += law->share * exp(law->concentration * (s - 1) - sphere_log_partition(d, law->concentration));
        shares += law->share;
    }
    return sum / shares;
}

static double integrate(const struct sphere_mixture *keys, double beta, const double *query, double *output) {
    size_t rows = keys->dimension == 3 ? ACROSS : 1;
    double mass = 0, x[3] = {0};
    for (size_t c = 0; c < keys->dimension; c++) { output[c] = 0; }
    for (size_t k = 0; k < rows * AROUND; k++) {
        double z = rows > 1 ? cos(M_PI * ((double)(k / AROUND) + 0.5) / ACROSS) : 0, s = 0;
        double part = rows > 1 ? M_PI_2 * sqrt(1 - z * z) / ACROSS : 1,
               phi = 2 * M_PI * (k % AROUND) / AROUND;
        x[0] = sqrt(1 - z * z) * cos(phi);
        x[1] = sqrt(1 - z * z) * sin(phi);
        x[2] = z;
        for (size_t c = 0; c < keys->dimension; c++) { s += query[c] * x[c]; }
        double w = part / AROUND * density_at(keys, x) * exp(beta * (s - 1));
        for (size_t c = 0; c < keys->dimension; c++) { output[c] += w * x[c]; }
        mass += w;
    }
    for (size_t c = 0; c < keys->dimension; c++) { output[c] /= mass; }
    return mass;
}

static void add_means(const struct sphere_mixture *keys, const double *along, double along_query,
                      const double *query, double *out) {
    for (size_t c = 0; c < keys->dimension; c++) {
        out[c] = along_query * query[c];
        for (size_t k = 0; k < keys->count; k++) { out[c] += along[k] * keys->component[k].mean[c]; }
    }
}

/* The output, its correction and rho against quadrature, which is good to rounding on the circle, to
 * 1/ACROSS^2 on the sphere. */
static void check_mixture(const struct sphere_mixture *keys, double beta, const double *query,
                          double tolerance) {
    double along[3], once[3], twice[3], output[3], log_n = log(1000);
    double mass = integrate(keys, beta, query, once), mass2 = integrate(keys, 2 * beta, query, twice);
    double rho = mass2 / (mass * mass), along_query = sphere_mixture_output(keys, beta, query, along);
    add_means(keys, along, along_query, query, output);
    for (size_t c = 0; c < keys->dimension; c++) { check_close(output[c], once[c], tolerance); }
    check_close(sphere_mixture_log_rho(keys, beta, query), log(rho), tolerance);
    along_query = sphere_mixture_output_finite(keys, beta, query, log_n, along);
    add_means(keys, along, along_query, query, output);
    for (size_t c = 0; c < keys->dimension; c++) {
        check_close(output[c], once[c] - rho / 1000 * (twice[c] - once[c]), tolerance);
    }
}

static void test_mixtures(void **state) {
    (void)state;
    const double up[2] = {0, 1}, side[2] = {0.6, -0.8}, back[2] = {-1, 0}, query[2] = {0.28, 0.96};
    const double pole[3] = {0, 0.6, 0.8}, low[3] = {-0.64, 0.48, -0.6}, seen[3] = {0.36, 0.48, 0.8};
    const struct sphere_component circle[] = {{3, 2, up}, {1, 7, side}, {0.2, 30, back}};
    const struct sphere_component ball[] = {{1, 4, pole}, {5, 1.5, low}, {2, 0, seen}};
    for (size_t count = 1; count <= 3; count++) {
        const struct sphere_mixture flat = {2, count, circle}, round = {3, count, ball};
        for (double beta = 0.5; beta < 40; beta *= 3) { check_mixture(&flat, beta, query, 1e-13); }
        check_mixture(&round, 0.5, seen, 1e-5);
        check_mixture(&round, 9, seen, 1e-5);
    }
    double along[3], output[2];
    const struct sphere_mixture keys = {2, 2, circle}; /* beta = 0: the mean of all keys */
    assert_true(sphere_mixture_output(&keys, 0, query, along) == 0);
    check_relative(along[0], 0.75 * sphere_overlap(2, 2), 1e-14);
    check_relative(along[1], 0.25 * sphere_overlap(2, 7), 1e-14);
    const struct sphere_component opposite = {1, 4, up}; /* R = 0 */
    const struct sphere_mixture one = {2, 1, &opposite};
    const double down[2] = {0, -1};
    double along_query = sphere_mixture_output(&one, 4, down, along);
    add_means(&one, along, along_query, down, output);
    check_relative(along_query, 2, 1e-14);
    check_close(output[1], 0, 1e-14);
}

/* Two copies of a law are that law; a law of concentration 0 is the uniform one. */
static void test_mixtures_of_one_law(void **state) {
    (void)state;
    const double mean[6] = {0, 1}, query[6] = {0.8, 0.6};
    const struct sphere_component same[] = {{2, 3, mean}, {1, 3, mean}}, none = {7, 0, mean};
    const struct sphere_mixture once = {6, 1, same}, twice = {6, 2, same}, uniform = {6, 1, &none};
    double one[1], two[2], log_n = log(1e4);
    struct sphere_subcritical expected;
    check_relative(sphere_mixture_output_finite(&once, 5, query, log_n, one),
                   sphere_mixture_output_finite(&twice, 5, query, log_n, two), 1e-14);
    check_relative(two[0] + two[1], one[0], 1e-14);
    check_relative(two[0], 2 * two[1], 1e-14);
    sphere_subcritical(6, 0, 9, log_n, &expected);
    check_relative(1 - sphere_mixture_output_finite(&uniform, 9, query, log_n, one), expected.bias, 1e-13);
    check_relative(sphere_mixture_log_rho(&uniform, 9, query), sphere_log_rho(6, 0, 9), 1e-13);
    assert_true(one[0] == 0);
}

/* beta times what is along the means becomes the gradient of log density: against the difference of log
 * density along the circle, and for laws as narrow and betas as large as there are. */
static void test_mixtures_at_large_beta(void **state) {
    (void)state;
    const double first[2] = {1, 0}, second[2] = {0, 1}, step = 1e-5;
    const double concentration[] = {0.5, 20, 1e6}, beta[] = {1e9, 1e17, 1e299};
    for (size_t i = 0; i < 3; i++) {
        double c = concentration[i], along[2], gradient[2];
        const struct sphere_component laws[] = {{3, c, first}, {1, c, second}};
        const struct sphere_mixture keys = {2, 2, laws};
        const double middle[2] = {M_SQRT1_2, M_SQRT1_2};
        sphere_mixture_gradient(&keys, middle, gradient);
        check_relative(gradient[0], 0.75 * c, 1e-9); /* c eps off the middle, at 1e6 */
        check_relative(gradient[1], 0.25 * c, 1e-9);
        for (size_t k = i < 2 ? 0 : 1; k < 3; k++) { /* c << beta */
            sphere_mixture_output(&keys, beta[k], middle, along);
            check_relative(beta[k] * along[0], gradient[0], 1e-6);
            check_relative(beta[k] * along[1], gradient[1], 1e-6);
            double log_n = sphere_mixture_log_rho(&keys, beta[k], middle) + 5;
            sphere_mixture_output_finite(&keys, beta[k], middle, log_n, along);
            check_relative(beta[k] * along[0], gradient[0] * (1 + exp(-5) / 2), 1e-6);
        }
        if (c > 100) { continue; }
        double theta = 0.3, at[2] = {cos(theta), sin(theta)};
        double ahead[2] = {cos(theta + step), sin(theta + step)};
        double behind[2] = {cos(theta - step), sin(theta - step)};
        double slope = log(density_at(&keys, ahead) / density_at(&keys, behind)) / (2 * step);
        sphere_mixture_gradient(&keys, at, gradient);
        check_relative(-gradient[0] * sin(theta) + gradient[1] * cos(theta), slope, 1e-7);
    }
}

int main(void) {
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_three_dimensions),
        cmocka_unit_test(test_concentrated_keys),
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_recurrences),
        cmocka_unit_test(test_any_dimension),
        cmocka_unit_test(test_subcritical),
        cmocka_unit_test(test_beta_of_n_eff),
        cmocka_unit_test(test_finite_growth),
        cmocka_unit_test(test_harmonics),
        cmocka_unit_test(test_mixtures),
        cmocka_unit_test(test_mixtures_of_one_law),
        cmocka_unit_test(test_mixtures_at_large_beta),
    };
    return cmocka_run_group_tests_name("sphere", tests, NULL, NULL);
}
