/* The oracle's kernels of all instruction sets that there are here give the same bits, every question asked.
 */
#include <gsl/gsl_math.h>

#include "models/numeric/processor.h"
#include "models/oracle/series.h"
#include "tests/models/oracle/oracle_law.h"

static void check_bits(struct oracle *o, double beta, const struct vector *vector,
                       const struct inner_kernel *kernel, const struct series_kernel *series) {
    const struct oracle_question all = {
        .top_weight = true, .gap = true, .errors = true, .output = true, .slope = true, .ranks = 12};
    struct oracle_answer ours, theirs;
    memset(&ours, 0, sizeof ours);
    memset(&theirs, 0, sizeof theirs);
    o->vector = &vector_base;
    o->kernel = &inner_base;
    o->series = &series_base;
    assert_true(oracle_ask(o, beta, all, &ours));
    o->vector = vector;
    o->kernel = kernel;
    o->series = series;
    assert_true(oracle_ask(o, beta, all, &theirs));
    assert_memory_equal(&ours, &theirs, sizeof ours);
}

static void test_kernels(void **state) {
    (void)state;
    const struct law laws[] = {{"gaussian", {1}},       {"spherical", {2}},
                               {"spherical", {5}},      {"pareto", {0.7}},
                               {"stretched", {0.5, 1}}, {"gaussian", {1, 1, 0.1}}}; /* keys at positions */
    const double log_n[] = {M_LN2, 11, 690}, beta[] = {0.1, 1, 40};
    for (size_t i = 0; i < 6 * 9; i += getenv("GAPSCALE_TEST_QUICK") ? 4 : 1) {
        struct oracle *o = make_oracle(&laws[i / 9], log_n[i / 3 % 3]);
#ifdef __x86_64__
        if (processor_runs("avx2")) { check_bits(o, beta[i % 3], &vector_avx2, &inner_avx2, &series_avx2); }
        if (processor_runs("avx512")) {
            check_bits(o, beta[i % 3], &vector_avx512, &inner_avx512, &series_avx512);
        }
#endif
        oracle_free(o);
    }
}

/* What a check with one instruction set leaves in `value`, MOST at most, is the same bits with all. */
enum { MOST = 256 };
typedef void checked_with(const struct vector *vector, double *value);
static void check_same_bits(checked_with *check, size_t count) {
    double base[MOST];
    check(&vector_base, base);
#ifdef __x86_64__
    double other[MOST];
    if (processor_runs("avx2")) {
        check(&vector_avx2, other);
        assert_memory_equal(base, other, count * sizeof *base);
    }
    if (processor_runs("avx512")) {
        check(&vector_avx512, other);
        assert_memory_equal(base, other, count * sizeof *base);
    }
#endif
}

/* Sums of shifted rows, by hand. */
static void slide_with(const struct vector *vector, double *sum) {
    const size_t at[] = {0, 3, 4};
    const double weight[] = {0.3, 2, -0.7};
    double row[VECTOR_ROW + 4];
    for (int i = 0; i < VECTOR_ROW + 4; i++) { row[i] = sin(i * i); }
    vector->slide(3, at, weight, row, sum);
    for (int j = 0; j < VECTOR_ROW; j++) {
        check_close(sum[j], 0.3 * row[j] + 2 * row[j + 3] - 0.7 * row[j + 4], 1e-15);
    }
}

static void test_slide(void **state) {
    (void)state;
    check_same_bits(slide_with, VECTOR_ROW);
}

/* Five sums of one row: each as if alone, and added to what is there. */
enum { TAPS = 3 };
static void check_slides(const struct vector *vector, const double (*weight)[VECTOR_TOGETHER],
                         const double *row) {
    static const size_t at[TAPS] = {0, 1, 2};
    double sum[VECTOR_TOGETHER][VECTOR_ROW], alone[VECTOR_ROW];
    for (int f = 0; f < VECTOR_TOGETHER; f++) {
        for (int j = 0; j < VECTOR_ROW; j++) { sum[f][j] = 0; }
    }
    vector->slides(TAPS, weight, row, sum);
    for (int f = 0; f < VECTOR_TOGETHER; f++) {
        const double own[TAPS] = {weight[0][f], weight[1][f], weight[2][f]};
        vector_base.slide(TAPS, at, own, row, alone);
        assert_memory_equal(sum[f], alone, sizeof alone);
    }
    vector->slides(1, weight, row, sum);
    vector_base.slide(TAPS, at, (double[TAPS]){weight[0][0], weight[1][0], weight[2][0]}, row, alone);
    for (int j = 0; j < VECTOR_ROW; j++) { check_close(sum[0][j], alone[j] + weight[0][0] * row[j], 1e-15); }
}

static void test_slides(void **state) {
    (void)state;
    double weight[TAPS][VECTOR_TOGETHER], row[VECTOR_ROW + TAPS];
    for (int i = 0; i < TAPS * VECTOR_TOGETHER; i++) {
        weight[i / VECTOR_TOGETHER][i % VECTOR_TOGETHER] = cos(i);
    }
    for (int i = 0; i < VECTOR_ROW + TAPS; i++) { row[i] = sin(i * i); }
    check_slides(&vector_base, weight, row);
#ifdef __x86_64__
    if (processor_runs("avx2")) { check_slides(&vector_avx2, weight, row); }
    if (processor_runs("avx512")) { check_slides(&vector_avx512, weight, row); }
#endif
}

/* Points of a polynomial's degree give back its value where the masses are, at points of the row as well. */
enum { SPREAD = 3, POINTS = 40 };
static void spread_with(const struct vector *vector, double *row) {
    static const double at[SPREAD] = {12.3, 20, 25.999}, mass[SPREAD] = {1, 0.5, 3};
    for (int i = 0; i < POINTS; i++) { row[i] = 0; }
    vector->spread(SPREAD, at, mass, row);
    for (int degree = 0; degree < VECTOR_TAPS; degree++) {
        double sum = 0, want = 0;
        for (int i = 0; i < POINTS; i++) { sum += row[i] * gsl_pow_int((i - 20) / 10.0, degree); }
        for (int i = 0; i < SPREAD; i++) { want += mass[i] * gsl_pow_int((at[i] - 20) / 10, degree); }
        check_close(sum, want, 1e-12);
    }
}

static void test_spread(void **state) {
    (void)state;
    check_same_bits(spread_with, POINTS);
}

/* T_k(t) is cos(k arccos t); at any number of points, and nowhere else. */
enum { PLACES = 21, SUMS = 3 };
static void series_with(const struct vector *vector, double *value) {
    const double centre = 3, scale = 0.5, untouched = 7;
    double c[VECTOR_TERMS][VECTOR_SERIES], x[PLACES], *row[SUMS];
    for (int k = 0; k < VECTOR_TERMS; k++) {
        for (int f = 0; f < VECTOR_SERIES; f++) { c[k][f] = sin(1 + 5 * k + 3 * f) * exp(-0.1 * k); }
    }
    for (int i = 0; i < PLACES; i++) { x[i] = centre - 1 / scale + 2 / scale * i / (PLACES - 1); }
    for (int f = 0; f < SUMS; f++) { row[f] = value + f * PLACES; }
    for (size_t count = 0; count <= PLACES; count++) {
        for (int i = 0; i < SUMS * PLACES; i++) { value[i] = untouched; }
        vector->chebyshevs(count, c, SUMS, centre, scale, x, row);
        for (int i = 0; i < SUMS * PLACES; i++) {
            const int f = i / PLACES, j = i % PLACES;
            double want = 0;
            for (int k = 0; k < VECTOR_TERMS; k++) {
                want += c[k][f] * cos(k * acos((x[j] - centre) * scale));
            }
            check_close(value[i], (size_t)j < count ? want : untouched, 1e-13);
        }
    }
}

static void test_series(void **state) {
    (void)state;
    check_same_bits(series_with, SUMS * PLACES);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kernels), cmocka_unit_test(test_slide),
                                       cmocka_unit_test(test_slides), cmocka_unit_test(test_spread),
                                       cmocka_unit_test(test_series)};
    return cmocka_run_group_tests_name("kernels", tests, NULL, NULL);
}
