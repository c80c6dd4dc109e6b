/* The largest scores and Lambda_n found without a row: those of the row, to the bit, whatever the scores. */
#include "tests/test.h"

#include <stdlib.h>

#include "sim/measures/leading.h"
#include "sim/rows/compress.h"
#include "sim/rows/measured.h"
#include "sim/rows/stream.h"

enum { MOST = 20000, WIDEST = 10, SHAPES = 12 };

static int descending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Gaussian rows, and what is hard about others: a far top, no tail, scores in order, ties of all kinds, a
 * shelf of some hundred scores on which Lambda_n is decided, gaps that differ by less than rounding; gaps
 * near the ends of what doubles hold. */
static double shape(size_t which, size_t n, size_t i, double gaussian, double uniform) {
    switch (which) {
    case 0: return 3 * gaussian;
    case 1: return i == n / 2 ? 30 : gaussian;
    case 2: return pow(uniform, 0.1);
    case 3: return 1 / sqrt(uniform);
    case 4: return -0.01 * (double)i;
    case 5: return floor(2 * gaussian);
    case 6: return 1e-3 * floor(1e3 * gaussian) + 1e5;
    case 7: return i == 0 ? 0 : i % 16 == 1 ? -1 - 1e-3 * uniform : -10 - uniform;
    case 8: return i % 5 == 0 ? 1 : -uniform;
    case 9: return i == n / 2 ? 1e17 : 4 * gaussian;
    case WIDEST: return 1e307 * (i == n / 2 ? 3 : i % 5 == 0 ? 1 : -uniform);
    default: return 1e-307 * (i % 128 == 5 ? -1 - uniform : shape(7, n, i, gaussian, uniform));
    }
}

/* Of scores in order; gaps below 2^-1000 are ties in rows. */
static struct accumulation expected(struct measured *measured, size_t n, const double *score,
                                    const double *sorted) {
    struct accumulation best = {0, 0, 0};
    if (sorted[0] - sorted[n - 1] > 1e-300) {
        return measure_accumulation(measured_row(measured, n, score, 1));
    }
    for (size_t k = 1; k < n; k++) {
        double gap = sorted[0] - sorted[k], log_rank = log((double)k + 1);
        if (log_rank > best.lambda * gap) { best = (struct accumulation){log_rank / gap, log_rank, gap}; }
    }
    return best;
}

static void check_found(struct leading *leading, struct measured *measured, size_t n, const double *score,
                        const float *single) {
    double *sorted = malloc(n * sizeof *sorted);
    struct leading_scores found;
    assert_non_null(sorted);
    memcpy(sorted, score, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, descending);
    leading_find(leading, n, single ? NULL : score, single, &found);
    struct accumulation want = expected(measured, n, score, sorted);
    assert_memory_equal(&found.accumulation, &want, sizeof want);
    check_close(found.range.high, sorted[0], 0);
    check_close(found.range.low, sorted[n - 1], 0);
    assert_true(found.count <= n && (found.count == n || found.count >= LEADING_TOP));
    for (size_t k = 0; k < found.count; k++) { check_close(found.gap[k], sorted[0] - sorted[k], 0); }
    free(sorted);
}

/* As they are, and rounded to floats where these reach as far. */
static void check_leading(struct leading *leading, struct measured *measured, size_t n, double *score) {
    bool reaches = true;
    float *single = malloc(n * sizeof *single);
    assert_non_null(single);
    check_found(leading, measured, n, score, NULL);
    for (size_t i = 0; i < n; i++) {
        reaches &= fabs(score[i]) < 1e38 && (fabs(score[i]) > 1e-37 || score[i] == 0);
        single[i] = reaches ? (float)score[i] : 0;
        score[i] = (double)single[i];
    }
    if (reaches) { check_found(leading, measured, n, score, single); }
    free(single);
}

static void check_shape(struct leading *leading, struct measured *measured, size_t which, size_t n,
                        uint64_t number) {
    double *uniform = malloc(2 * MOST * sizeof *uniform), *score = malloc(MOST * sizeof *score);
    struct stream stream = stream_make(20260512, "leading", (double)n, false, number);
    assert_true(uniform && score);
    isa_best()->kernel->uniforms(stream.key, STREAM_SCORES, 0, 2 * MOST / 4, uniform);
    for (size_t i = 0; i < n; i++) {
        double u = uniform[2 * i], v = uniform[2 * i + 1];
        score[i] = shape(which, n, i, sqrt(-2 * log(u)) * cos(2 * M_PI * v), u);
    }
    check_leading(leading, measured, n, score);
    free(uniform);
    free(score);
}

static void test_shapes(void **state) {
    (void)state;
    static const size_t length[] = {1, 2, 3, 100, 256, 257, 700, 1025, 5000, MOST};
    struct leading *leading = leading_create(isa_best());
    struct measured *measured = measured_create(isa_best());
    assert_true(leading && measured);
    for (size_t l = 0; l < sizeof length / sizeof length[0]; l++) {
        for (size_t which = 0; which < SHAPES; which++) {
            check_shape(leading, measured, which, length[l], which);
        }
    }
    leading_free(leading);
    measured_free(measured);
}

/* In one Gaussian row of six the first scores leave hundreds to thousands within reach. */
static void test_further(void **state) {
    (void)state;
    enum { ROWS = 100 };
    struct leading *leading = leading_create(isa_best());
    struct measured *measured = measured_create(isa_best());
    assert_true(leading && measured);
    for (uint64_t i = 0; i < ROWS; i++) { check_shape(leading, measured, 0, MOST, SHAPES + i); }
    leading_free(leading);
    measured_free(measured);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shapes), cmocka_unit_test(test_further)};
    return cmocka_run_group_tests_name("leading", tests, NULL, NULL);
}
