/* Sums over a smooth bulk that are known beforehand, against integrals at the same beta. */
#include "tests/test.h"

#include "models/theory/typical.h"
#include "sim/rows/bulk.h"
#include "sim/rows/isa.h"

enum { ASKED = 300 };

static const struct {
    const char *family;
    double p[FAMILY_PARAMETERS], log_n;
} laws[] = {
    {"gaussian", {1}, 690}, {"gaussian", {1}, 1e5},    {"gumbel", {0, 1}, 690},  {"stretched", {0.5, 1}, 690},
    {"pareto", {2}, 1e5},   {"powerlaw", {2, 1}, 690}, {"spherical", {64}, 1e5},
};

/* Betas where TE factors and roots ask; exponents are rounded, to 2^-53 of themselves. */
static void sums_anywhere(void **state) {
    (void)state;
    const struct kernel *kernel = isa_best()->kernel;
    const double grid[] = {0.25, 1, 3};
    for (size_t l = 0; l < sizeof laws / sizeof *laws; l++) {
        const struct family *family = family_find(laws[l].family);
        double log_n = laws[l].log_n, log_lambda = typical_scale(family, laws[l].p, log_n).log_lambda;
        struct profile *profile = profile_create(family, laws[l].p, log_n, log_lambda);
        struct bulk *known = bulk_create(profile, 36), *plain = bulk_create(profile, 36);
        bulk_prepare(known, kernel, profile_gap(profile, 3), 3, grid);
        for (int i = 0; i < ASKED; i++) {
            double beta = exp2(-9 + 12 * (i + 0.5) / ASKED);
            struct bulk_sums a = bulk_sums(plain, kernel, beta, -INFINITY),
                             b = bulk_sums(known, kernel, beta, -INFINITY);
            double spread = sqrt(a.variance), variance = a.variance,
                   rounding = 1e-12 + 4e-15 * (fabs(a.log_z) + beta * a.mean);
            check_close(b.log_z, a.log_z, rounding);
            check_close(beta * b.mean, beta * a.mean, rounding * beta * spread + 2e-14 * beta * a.mean);
            check_close(b.variance, variance, 10 * rounding * variance);
            check_close(b.third, a.third, 50 * rounding * sqrt(variance * a.fourth));
            check_close(b.fourth, a.fourth, 100 * rounding * a.fourth);
        }
        bulk_free(known);
        bulk_free(plain);
        profile_free(profile);
    }
}

/* At betas so large that exponents have no digits. */
static void nothing_at_the_end(void **state) {
    (void)state;
    const struct kernel *kernel = isa_best()->kernel;
    const double beta[] = {1, 1e40, 1e300}, top = 3;
    for (size_t l = 0; l < sizeof laws / sizeof *laws; l++) {
        const struct family *family = family_find(laws[l].family);
        double log_n = laws[l].log_n, log_lambda = typical_scale(family, laws[l].p, log_n).log_lambda;
        struct profile *profile = profile_create(family, laws[l].p, log_n, log_lambda);
        struct bulk *bulk = bulk_create(profile, 36);
        struct bulk_sums sums[3];
        bulk_prepare(bulk, kernel, profile_gap(profile, top), 3, beta);
        bulk_sums_along(bulk, kernel, -profile_gap(profile, 1), profile_gap(profile, 2), 3, beta, sums);
        assert_true(isfinite(sums[0].log_z) && sums[1].log_z == -INFINITY && sums[2].log_z == -INFINITY);
        bulk_free(bulk);
        profile_free(profile);
    }
}

/* Far below the critical beta, of gaps that are powers of V: beta times them is a Gamma variable of shape
 * kappa, but for what one of them is off. */
static void sums_of_powers(void **state) {
    (void)state;
    const double log_n = 140;
    for (double kappa = 0.25; kappa <= 4; kappa *= 2) {
        const double p[FAMILY_PARAMETERS] = {kappa, 1},
                     log_lambda = typical_scale(&family_powerlaw, p, log_n).log_lambda,
                     log_unit = log_lambda - log_n / kappa;
        struct profile *profile = profile_create(&family_powerlaw, p, log_n, log_lambda);
        struct bulk *bulk = bulk_create(profile, 36);
        for (double y = 80; y < 88; y += 0.3) {
            const double beta = exp(-log_unit - y / kappa), off = exp(-y / kappa);
            const struct bulk_sums sums = bulk_sums(bulk, isa_best()->kernel, beta, -INFINITY);
            check_close(sums.log_z, off + lgamma(kappa + 1) + y, 1e-12);
            check_close(beta * sums.mean, kappa - off, 1e-11 * kappa);
            check_close(beta * beta * sums.variance, kappa, 5e-11 * kappa);
        }
        bulk_free(bulk);
        profile_free(profile);
    }
}

/* Far below the critical beta overlaps of many dimensions are Gaussian at any n. */
static void sums_of_dimensions(void **state) {
    (void)state;
    const double log_n = 1e6;
    for (double d = 1e6; d <= 1e9; d *= 10) {
        const double p[FAMILY_PARAMETERS] = {d};
        const struct family *family = family_find("spherical");
        const double log_lambda = typical_scale(family, p, log_n).log_lambda,
                     unit = sqrt(d) * exp(-log_lambda);
        struct profile *profile = profile_create(family, p, log_n, log_lambda);
        struct bulk *bulk = bulk_create(profile, 36);
        for (double b = 1.0 / 64; b < 2; b *= 2) { /* over a deviation */
            const double beta = b * unit;
            const struct bulk_sums sums = bulk_sums(bulk, isa_best()->kernel, beta, -INFINITY);
            check_close(beta * beta * sums.variance, b * b, 1e-5 * b * b);
            check_close(sums.log_z + beta * sums.mean, log_n - b * b / 2, 1e-5 * b * b);
        }
        bulk_free(bulk);
        profile_free(profile);
    }
}

/* Also where the gap's last part is as steep as that of 10^8 dimensions, and the profile is inverted from
 * wherever a top may end. */
static void counts_up_to_the_end(void **state) {
    (void)state;
    enum { GAPS = 400 };
    const double log_n = 506.56872045869005, dimension[FAMILY_PARAMETERS] = {log_n * log_n * log_n};
    const struct family *family = family_find("spherical");
    double log_lambda = typical_scale(family, dimension, log_n).log_lambda, gap[GAPS], count[GAPS];
    for (double low = 5; low < 6; low += 0.0625) {
        struct profile *profile = profile_create(family, dimension, log_n, log_lambda);
        assert_true(profile_invert(profile, low, log_n));
        struct bulk *bulk = bulk_create(profile, 36);
        for (size_t i = 0; i < GAPS; i++) {
            gap[i] = profile_gap(profile, 37 + (log_n - 37) * (double)i / GAPS);
        }
        bulk_log_counts(bulk, isa_best()->kernel, 0, GAPS, gap, count);
        for (size_t i = 0; i < GAPS; i++) {
            check_close(profile_gap(profile, count[i]), gap[i], 1e-11 * gap[i]);
        }
        bulk_free(bulk);
        profile_free(profile);
    }
}

/* sup y/(g(y) + offset): offsets for which it is attained close behind the first end, or else where it is.
 */
static void accumulation_anywhere(void **state) {
    (void)state;
    enum { GRID = 2000 };
    const double behind[] = {0, 1e-3, 0.1, 0.7}, step = 1e-4;
    for (size_t l = 0; l < sizeof laws / sizeof *laws; l++) {
        const struct family *family = family_find(laws[l].family);
        double log_n = laws[l].log_n, log_lambda = typical_scale(family, laws[l].p, log_n).log_lambda;
        struct profile *profile = profile_create(family, laws[l].p, log_n, log_lambda);
        struct bulk *bulk = bulk_create(profile, 36);
        double first, last, y, gap;
        bulk_ranks(bulk, &first, &last);
        for (size_t k = 0; k < sizeof behind / sizeof *behind; k++) {
            const double at = first + behind[k],
                         rise = profile_gap(profile, at + step) - profile_gap(profile, at - step),
                         offset = at * rise / (2 * step) - profile_gap(profile, at);
            if (!(offset + profile_gap(profile, first) > 0)) { continue; }
            double most = at / (profile_gap(profile, at) + offset);
            for (size_t i = 0; i <= GRID; i++) {
                const double there = first + (last - first) * (double)i / GRID;
                most = fmax(most, there / (profile_gap(profile, there) + offset));
            }
            assert_true(bulk_accumulation(bulk, offset, 0, &y, &gap));
            assert_true(y >= first && y <= last);
            check_relative(gap, bulk_rank_gap(bulk, offset, y), 1e-14);
            assert_true(y / gap >= most * (1 - 1e-13));
            assert_false(bulk_accumulation(bulk, offset, y / gap, &y, &gap));
        }
        bulk_free(bulk);
        profile_free(profile);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_anywhere),        cmocka_unit_test(sums_of_powers),
        cmocka_unit_test(sums_of_dimensions),   cmocka_unit_test(nothing_at_the_end),
        cmocka_unit_test(counts_up_to_the_end), cmocka_unit_test(accumulation_anywhere)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
