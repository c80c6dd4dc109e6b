/* Tokens on the sphere: the laws they are placed by.
 *
 * Fixed seeds. Statistical tests, were the seeds drawn anew: 12 Kolmogorov-Smirnov tests failing once in 1e5
 * each and 17 comparisons at 5 standard errors (6e-7 each for normal errors): below 2e-4 for the whole file.
 */
#include "sim/flow/tokens.h"
#include "tests/test.h"

#include <float.h>
#include <stdlib.h>

static const double least_pvalue = 1e-5, standard_errors = 5;

static struct stream stream_of(uint64_t replicate) { return stream_make(7, "test", 0, true, replicate); }

static double norm(const struct tokens *t, size_t i) {
    double square = 0;
    for (size_t c = 0; c < t->dimension; c++) { square += t->x[c * t->stride + i] * t->x[c * t->stride + i]; }
    return sqrt(square);
}

static void check_norms(const struct tokens *t) {
    for (size_t i = 0; i < t->count; i++) { check_close(norm(t, i), 1, 8 * DBL_EPSILON); }
}

static void make_unit(size_t d, double *x) {
    double square = 0;
    for (size_t c = 0; c < d; c++) { square += x[c] * x[c]; }
    for (size_t c = 0; c < d; c++) { x[c] /= sqrt(square); }
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Along one direction the density is exp(c s) (1 + eps Y(s)) (1 - s^2)^{(d-3)/2}: its distribution function
 * on a grid in theta. */
enum { GRID = 20000 };
struct law {
    double d, c, eps;
    unsigned mode;
    double cumulative[GRID + 1];
};

static double law_density(const struct law *law, double theta) {
    double s = cos(theta), y = law->eps != 0 ? sphere_harmonic(law->d, law->mode, s) : 0;
    return exp(law->c * (s - 1)) * (1 + law->eps * y) * (law->d > 2 ? pow(sin(theta), law->d - 2) : 1);
}

static void law_fill(struct law *law) {
    const double h = M_PI / GRID;
    law->cumulative[0] = 0;
    for (int k = 0; k < GRID; k++) { /* Simpson's rule */
        double part =
            law_density(law, k * h) + 4 * law_density(law, (k + 0.5) * h) + law_density(law, (k + 1) * h);
        law->cumulative[k + 1] = law->cumulative[k] + part;
    }
}

static double law_probability(const struct law *law, double s) {
    double at = acos(fmin(1, fmax(-1, s))) * GRID / M_PI;
    int k = at < GRID ? (int)at : GRID - 1;
    double low = law->cumulative[k], high = law->cumulative[k + 1];
    return (low + (at - k) * (high - low)) / law->cumulative[GRID];
}

/* p-value of the tokens' components along `direction`. */
static double ks_along(const struct tokens *t, const double *direction, const struct law *law) {
    double *v = malloc(t->count * sizeof *v), length = 0;
    assert_non_null(v);
    for (size_t c = 0; c < t->dimension; c++) { length += direction[c] * direction[c]; }
    for (size_t i = 0; i < t->count; i++) {
        double s = 0;
        for (size_t c = 0; c < t->dimension; c++) { s += direction[c] * t->x[c * t->stride + i]; }
        v[i] = law_probability(law, s / sqrt(length));
    }
    qsort(v, t->count, sizeof *v, compare);
    double pvalue = test_ks_pvalue(t->count, v);
    free(v);
    return pvalue;
}

static void check_along(const struct tokens *t, const double *direction, double c, unsigned mode,
                        double eps) {
    struct law *law = malloc(sizeof *law);
    assert_non_null(law);
    law->d = (double)t->dimension;
    law->c = c;
    law->mode = mode;
    law->eps = eps;
    law_fill(law);
    double pvalue = ks_along(t, direction, law);
    free(law);
    if (!(pvalue > least_pvalue)) {
        fail_msg("d = %zu, c = %g, mode %u: p = %g", t->dimension, c, mode, pvalue);
    }
}

enum { DRAWS = 50000 };

static void test_von_mises_fisher(void **state) {
    (void)state;
    const struct {
        size_t d;
        double c;
    } settings[] = {{2, 0}, {2, 3}, {2, 200}, {3, 5}, {4, 0.5}, {7, 40}, {100, 60}};
    for (size_t k = 0; k < 7; k++) {
        size_t d = settings[k].d;
        double c = settings[k].c, direction[100] = {0.5, -2, 1}, first = 0, second = 0, count = DRAWS;
        if (d == 2) { direction[2] = 0; }
        make_unit(d, direction);
        struct tokens t = tokens_create(d, DRAWS);
        struct sphere_component component = {1, c, direction};
        struct stream stream = stream_of(k);
        tokens_place_mixture(&stream, &(struct sphere_mixture){d, 1, &component}, &t);
        check_norms(&t);
        check_along(&t, direction, c, 0, 0);
        for (size_t i = 0; i < DRAWS; i++) {
            double s = direction[0] * t.x[i] + direction[1] * t.x[t.stride + i] +
                       direction[2] * (d > 2 ? t.x[2 * t.stride + i] : 0);
            first += s / count;
            second += s * s / count;
        }
        if (c > 0) { /* mean resultant A(c), variance A'(c); a variance of s^2 of at most 4 Var s */
            double a = sphere_overlap((double)d, c), slope = sphere_overlap_slope((double)d, c);
            check_close(first, a, standard_errors * sqrt(slope / count));
            check_close(second, slope + a * a, standard_errors * sqrt(4 * slope / count));
        }
        tokens_free(&t);
    }
}

/* Across the mean direction all is symmetric. */
static void test_around_the_mean(void **state) {
    (void)state;
    const double direction[4] = {0, 0, 1, 0};
    struct tokens t = tokens_create(4, DRAWS);
    struct sphere_component component = {1, 4, direction};
    struct stream stream = stream_of(20);
    tokens_place_mixture(&stream, &(struct sphere_mixture){4, 1, &component}, &t);
    double variance = (1 - sphere_overlap_slope(4, 4) - pow(sphere_overlap(4, 4), 2)) / 3;
    for (size_t c = 0; c < 4; c += c == 1 ? 2 : 1) {
        double sum = 0, square = 0;
        for (size_t i = 0; i < DRAWS; i++) {
            sum += t.x[c * t.stride + i];
            square += t.x[c * t.stride + i] * t.x[c * t.stride + i];
        }
        check_close(sum / sqrt(DRAWS * variance), 0, standard_errors);
        check_close(square / DRAWS, variance, standard_errors * sqrt(2 * variance * variance / DRAWS) * 1.5);
    }
    tokens_free(&t);
}

/* Two narrow clouds: their shares, and each cloud's own law. */
static void test_mixture(void **state) {
    (void)state;
    const double up[3] = {0, 0, 1}, side[3] = {1, 0, 0};
    const struct sphere_component component[] = {{3, 200, up}, {1, 200, side}};
    struct tokens t = tokens_create(3, DRAWS);
    struct stream stream = stream_of(21);
    tokens_place_mixture(&stream, &(struct sphere_mixture){3, 2, component}, &t);
    double above = 0;
    for (size_t i = 0; i < DRAWS; i++) { above += t.x[2 * t.stride + i] > t.x[i]; }
    check_close(above / DRAWS, 0.75, standard_errors * sqrt(0.75 * 0.25 / DRAWS));
    tokens_free(&t);
}

static void test_uniform_and_zonal(void **state) {
    (void)state;
    const size_t dimension[] = {2, 3, 5};
    const double axis[5] = {1}, other[5] = {0.3, 1};
    for (size_t k = 0; k < 3; k++) {
        struct tokens t = tokens_create(dimension[k], DRAWS);
        struct stream stream = stream_of(30 + k);
        tokens_place_uniform(&stream, &t);
        check_norms(&t);
        if (k != 1) { check_along(&t, other, 0, 0, 0); }
        tokens_place_zonal(&stream, 3, 0.8, &t);
        check_norms(&t);
        check_along(&t, axis, 0, 3, 0.8);
        tokens_free(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_von_mises_fisher),
        cmocka_unit_test(test_around_the_mean),
        cmocka_unit_test(test_mixture),
        cmocka_unit_test(test_uniform_and_zonal),
    };
    return cmocka_run_group_tests_name("tokens", tests, NULL, NULL);
}
