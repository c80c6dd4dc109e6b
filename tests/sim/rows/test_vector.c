#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "models/numeric/vector.h"
#include "sim/rows/isa.h"

enum { POINTS = 100000 };

static const char *const isas[] = {"base", "avx2", "avx512"};
enum { ISAS = sizeof isas / sizeof isas[0] };

static uint64_t splitmix(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static double uniform(uint64_t *state) { return ((double)(splitmix(state) >> 11) + 0.5) * 0x1p-53; }

/* Distance in units of the last place of `exact` as a double. */
static double ulps(double value, long double exact) {
    int exponent;
    frexpl(exact, &exponent);
    return (double)(fabsl((long double)value - exact) / ldexpl(1, exponent - 53));
}

typedef double sampler(double u, uint64_t *state);

static double plain(double u, uint64_t *state) {
    (void)state;
    return u;
}
static double near_one(double u, uint64_t *state) {
    (void)state;
    return 1 + (u - 0.5) * 1e-3;
}
static double whole_range(double u, uint64_t *state) {
    (void)state;
    return exp(-708 + 1417 * u);
}
static double exponents(double u, uint64_t *state) {
    (void)state;
    return -708 + 1417 * u;
}
static double small_signed(double u, uint64_t *state) {
    return (uniform(state) < 0.5 ? -1 : 1) * exp(-40 * u);
}
static double above_minus_one(double u, uint64_t *state) {
    (void)state;
    return 2 * u - 1;
}
static double moderate(double u, uint64_t *state) {
    (void)state;
    return -60 + 769 * u;
}
static double to_one(double u, uint64_t *state) {
    (void)state;
    return 1 - u * u * u;
}
static double tiny(double u, uint64_t *state) {
    (void)state;
    return exp(-40 * u);
}

static void check_ulps(void (*f)(size_t, const double *, double *), long double (*exact)(long double),
                       sampler *sample, double most) {
    double *x = malloc(POINTS * sizeof *x), *y = malloc(POINTS * sizeof *y), worst = 0, at = 0;
    uint64_t state = 1;
    for (size_t i = 0; i < POINTS; i++) { x[i] = sample(uniform(&state), &state); }
    f(POINTS, x, y);
    for (size_t i = 0; i < POINTS; i++) {
        double error = ulps(y[i], exact(x[i]));
        if (!(error <= worst)) {
            worst = error;
            at = x[i];
        }
    }
    free(x);
    free(y);
    if (!(worst <= most)) { fail_msg("off by %.3g ulp at %.17g", worst, at); }
}

/* cos(pi x) - 1. */
static long double cosm1_exact(long double x) {
    const long double half_pi = 1.5707963267948966192313216916397514L, s = sinl(half_pi * x);
    return -2 * s * s;
}

static void test_accuracy(void **state) {
    (void)state;
    const struct vector *v = &vector_base;
    check_ulps(v->log, logl, plain, 1.5);
    check_ulps(v->log, logl, near_one, 1.5);
    check_ulps(v->log, logl, whole_range, 1.5);
    check_ulps(v->log1p, log1pl, above_minus_one, 1.5);
    check_ulps(v->log1p, log1pl, small_signed, 1.5);
    check_ulps(v->exp, expl, exponents, 2);
    check_ulps(v->exp, expl, small_signed, 1.5);
    check_ulps(v->expm1, expm1l, moderate, 2.5);
    check_ulps(v->expm1, expm1l, small_signed, 2.5);
    check_ulps(v->cosm1, cosm1_exact, plain, 3.5);
    check_ulps(v->cosm1, cosm1_exact, tiny, 3.5);
    check_ulps(v->cosm1, cosm1_exact, to_one, 3.5);
}

/* The angle is reduced exactly, as the function itself must: x - quarter/4 loses nothing. */
static void check_turn(sampler *sample) {
    double *x = malloc(3 * POINTS * sizeof *x), *s = x + POINTS, *c = s + POINTS, worst = 0;
    const long double two_pi = 6.283185307179586476925286766559L;
    uint64_t state = 2;
    for (size_t i = 0; i < POINTS; i++) { x[i] = sample(uniform(&state), &state); }
    vector_base.sincos_turn(POINTS, x, s, c);
    for (size_t i = 0; i < POINTS; i++) {
        double quarter = rint(4 * x[i]);
        long double a = two_pi * ((long double)x[i] - quarter / 4), sine = sinl(a), cosine = cosl(a);
        const long double want_s[] = {sine, cosine, -sine, -cosine},
                          want_c[] = {cosine, -sine, -cosine, sine};
        size_t q = (size_t)quarter % 4;
        worst = fmax(worst, want_s[q] == 0 ? s[i] != 0 : ulps(s[i], want_s[q]));
        worst = fmax(worst, want_c[q] == 0 ? c[i] != 0 : ulps(c[i], want_c[q]));
    }
    free(x);
    if (!(worst <= 2)) { fail_msg("off by %.3g ulp", worst); }
}

static void test_turn(void **state) {
    (void)state;
    check_turn(plain);
    check_turn(tiny);
    double x[] = {0, 0.125, 0.25, 0.5, 0.75, 1}, s[6], c[6];
    vector_base.sincos_turn(6, x, s, c);
    check_close(s[0], 0, 0);
    check_close(c[0], 1, 0);
    check_close(s[2], 1, 0);
    check_close(c[2], 0, 0);
    check_close(c[3], -1, 0);
    check_close(s[4], -1, 0);
    check_close(c[5], 1, 0);
    check_close(s[1], sqrt(0.5), 2e-16);
}

static void test_edges(void **state) {
    (void)state;
    double x[] = {-INFINITY, -1000, -708.01, 0, 709.7, 710, INFINITY, NAN}, y[8];
    vector_base.exp(8, x, y);
    for (size_t i = 0; i < 3; i++) { check_close(y[i], 0, 0); }
    check_close(y[3], 1, 0);
    assert_true(isfinite(y[4]));
    assert_true(isinf(y[5]) && y[5] > 0 && isinf(y[6]) && y[6] > 0);
    assert_true(isnan(y[7]));
    double minus[] = {-1e300, -50, 0}, m[3];
    vector_base.expm1(3, minus, m);
    check_close(m[0], -1, 0);
    check_close(m[1], -1, 0);
    check_close(m[2], 0, 0);
}

enum { MOST = 1037 };

/* From what is all but 1 to what is none. */
static void test_exps(void **state) {
    (void)state;
    const double a = 0.375; /* products are exact */
    double x[MOST], e[MOST], less[MOST];
    uint64_t random = 4;
    for (double size = 1e-9; size < 1e5; size *= 1.1) {
        for (size_t i = 0; i < MOST; i++) { x[i] = (double)(float)(-size * uniform(&random)); }
        vector_base.exps(MOST, a, x, e, less);
        for (size_t i = 0; i < MOST; i++) {
            const double at = a * x[i];
            if (at >= -708) { assert_true(ulps(e[i], expl(at)) <= 1.5); }
            assert_true(at >= -708 || e[i] == 0);
            assert_true(ulps(less[i], expm1l(at)) <= 1.5);
        }
    }
}

/* Radii and angles of all sizes, small ones together as well. */
static void test_rcosm1(void **state) {
    (void)state;
    double x[MOST], w[MOST], less[MOST], got[MOST];
    uint64_t random = 5;
    for (double size = 1e-9; size < 1e3; size *= 1.1) {
        for (size_t i = 0; i < MOST; i++) {
            w[i] = -size * uniform(&random);
            x[i] = i % 2 == 0 ? uniform(&random) : exp(-20 * uniform(&random));
        }
        vector_base.exps(MOST, 1, w, w, less);
        vector_base.rcosm1(MOST, w, less, x, got);
        for (size_t i = 0; i < MOST; i++) {
            const long double r = sqrtl(-(long double)less[i]);
            assert_true(ulps(got[i], cosm1_exact(x[i]) * r - w[i] / (1 + r)) <= 4);
        }
    }
}

/* Functions of several arrays, every one of MOST numbers, in place where they may be. */
static void check_several(const struct vector *vector, const double *u) {
    const struct vector *const by[] = {&vector_base, vector};
    double w[2][MOST], less[2][MOST], score[2][MOST], sine[2][MOST], cosine[2][MOST];
    for (size_t k = 0; k < 2; k++) {
        by[k]->log(MOST, u, w[k]);
        by[k]->box_muller(MOST, 1.5, u, u, sine[k], cosine[k]);
        by[k]->exps(MOST, 30, w[k], w[k], less[k]);
        memcpy(score[k], less[k], sizeof score[k]);
        by[k]->rcosm1(MOST, w[k], score[k], u, score[k]);
    }
    assert_memory_equal(w[0], w[1], sizeof w[0]);
    assert_memory_equal(less[0], less[1], sizeof less[0]);
    assert_memory_equal(score[0], score[1], sizeof score[0]);
    assert_memory_equal(sine[0], sine[1], sizeof sine[0]);
    assert_memory_equal(cosine[0], cosine[1], sizeof cosine[0]);
}

/* Every function of every instruction set against base: any length, and in place. */
static void test_same_bits(void **state) {
    (void)state;
    double x[MOST], want[MOST], got[MOST], want_c[MOST], got_c[MOST];
    uint64_t random = 3;
    for (size_t i = 0; i < MOST; i++) { x[i] = uniform(&random); }
    for (size_t k = 0; k < ISAS; k++) {
        const struct isa *isa = isa_find(isas[k]);
        if (!isa) { continue; }
        void (*const base[])(size_t, const double *, double *) = {
            vector_base.log, vector_base.log1p, vector_base.exp, vector_base.expm1, vector_base.cosm1};
        void (*const here[])(size_t, const double *, double *) = {
            isa->vector->log, isa->vector->log1p, isa->vector->exp, isa->vector->expm1, isa->vector->cosm1};
        assert_string_equal(isa->vector->isa, isas[k]);
        for (size_t n = 0; n <= MOST; n = n < 40 ? n + 1 : n + 997) {
            for (size_t f = 0; f < sizeof base / sizeof *base; f++) {
                base[f](n, x, want);
                memcpy(got, x, sizeof x);
                here[f](n, got, got);
                assert_memory_equal(got, want, n * sizeof *x);
            }
            vector_base.sincos_turn(n, x, want, want_c);
            memcpy(got, x, sizeof x);
            isa->vector->sincos_turn(n, got, got, got_c);
            assert_memory_equal(got, want, n * sizeof *x);
            assert_memory_equal(got_c, want_c, n * sizeof *x);
        }
        check_several(isa->vector, x);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accuracy), cmocka_unit_test(test_turn),   cmocka_unit_test(test_edges),
        cmocka_unit_test(test_exps),     cmocka_unit_test(test_rcosm1), cmocka_unit_test(test_same_bits),
    };
    return cmocka_run_group_tests_name("vector", tests, NULL, NULL);
}
