/* Measured rows: as drawn ones of the same scores, bit for bit; against sums over every score; ties. */
#include "models/families/family.h"
#include "models/oracle/oracle.h"
#include "sim/measures/measure.h"
#include "sim/rows/compress.h"
#include "sim/rows/drawn.h"
#include "sim/rows/measured.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

static int descending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The scores of a drawn row, as drawn.c draws them. */
static void draw_all(const struct family *family, const double *p, struct stream stream, size_t n,
                     double *scores) {
    double uniforms[2 * FAMILY_CHUNK], chunk[FAMILY_CHUNK];
    const struct isa *isa = isa_find("base");
    size_t blocks = FAMILY_CHUNK * family_uniforms_per_score(family, p) / 4;
    for (size_t first = 0; first < n; first += FAMILY_CHUNK) {
        isa->kernel->uniforms(stream.key, STREAM_SCORES, first / FAMILY_CHUNK * blocks, blocks, uniforms);
        family->draw(p, isa->vector, FAMILY_CHUNK, uniforms, chunk);
        size_t count = n - first < FAMILY_CHUNK ? n - first : FAMILY_CHUNK;
        memcpy(scores + first, chunk, count * sizeof *chunk);
    }
}

static void check_same_row(const struct row *a, const struct row *b) {
    assert_int_equal(a->top_count, b->top_count);
    assert_int_equal(a->point_count, b->point_count);
    assert_int_equal(a->part_count, b->part_count);
    assert_memory_equal(a->gap, b->gap, a->point_count * sizeof *a->gap);
    assert_memory_equal(a->count, b->count, a->point_count * sizeof *a->count);
    struct accumulation x = measure_accumulation(a), y = measure_accumulation(b);
    assert_memory_equal(&x, &y, sizeof x);
}

static void test_as_drawn(void **state) {
    (void)state;
    const size_t lengths[] = {2, 256, 257, 5000, 100000};
    struct drawn *drawn = drawn_create(isa_find("base"));
    struct measured *measured = measured_create(isa_best());
    double *scores = malloc(100000 * sizeof *scores);
    assert_true(drawn && measured && scores);
    for (size_t f = 0; f < family_count(); f++) {
        const struct family *family = family_at(f);
        if (family->kind != FAMILY_IID) { continue; }
        double p[FAMILY_PARAMETERS];
        for (size_t i = 0; i < family->parameter_count; i++) {
            p[i] = isnan(family->parameter[i].initial) ? 3 : family->parameter[i].initial;
        }
        for (size_t k = 0; k < 5; k++) {
            struct stream stream = stream_make(1, family->name, 0, true, k);
            draw_all(family, p, stream, lengths[k], scores);
            const struct row *a = drawn_row(drawn, family, p, log((double)lengths[k]), log(1.7), stream);
            const struct row *b = measured_row(measured, lengths[k], scores, exp(log(1.7)));
            check_same_row(a, b);
        }
    }
    free(scores);
    drawn_free(drawn);
    measured_free(measured);
}

/* The same top and bins; what stands for the scores of a bin, but for rounding. */
static void check_alike(const struct row *a, const struct row *b) {
    assert_int_equal(a->top_count, b->top_count);
    assert_int_equal(a->point_count, b->point_count);
    assert_int_equal(a->part_count, b->part_count);
    assert_memory_equal(a->gap, b->gap, a->point_count * sizeof *a->gap);
    assert_memory_equal(a->part, b->part, a->part_count * sizeof *a->part);
    for (size_t i = 0; i < a->part_count; i++) {
        size_t end = i + 1 < a->part_count ? a->part[i + 1].point : a->point_count;
        double scores = a->part[i].last - a->part[i].before;
        for (size_t k = a->part[i].point; k < end; k++) {
            check_close(a->count[k], b->count[k], 1e-12 * scores);
        }
    }
}

/* With what is known of the scores beforehand, as floats, too, and on every instruction set to the bit. */
static void test_within(void **state) {
    (void)state;
    const size_t lengths[] = {2, 256, 257, 3000, 5000, 70001};
    static const char *const set_name[] = {"base", "avx2", "avx512"};
    double *scores = malloc(2 * 70001 * sizeof *scores), *sorted = scores + 70001, p[FAMILY_PARAMETERS] = {1};
    struct measured *measured = measured_create(isa_best()), *first = measured_create(isa_find("base"));
    float *single = malloc(70001 * sizeof *single);
    assert_true(measured && first && scores && single);
    for (size_t k = 0; k < 12; k++) { /* the second half with ties */
        size_t n = lengths[k % 6], top = n < COMPRESS_TOP ? n : COMPRESS_TOP;
        draw_all(family_find("gaussian"), p, stream_make(2, "within", 0, true, k), n, scores);
        for (size_t i = 0; i < n; i++) {
            if (k >= 6) { scores[i] = rint(8 * scores[i]) / 8; }
            scores[i] = single[i] = (float)scores[i];
        }
        memcpy(sorted, scores, n * sizeof *scores);
        qsort(sorted, n, sizeof *sorted, descending);
        struct compress_bounds bounds = {sorted[0], sorted[1], sorted[top - 1], sorted[n - 1]};
        const struct row *base = measured_row_within(first, n, scores, NULL, 1.7, &bounds);
        assert_int_equal(base->top_count, n <= COMPRESS_EXPLICIT ? n : COMPRESS_TOP);
        check_alike(base, measured_row(measured, n, scores, 1.7));
        for (size_t s = 0; s < 3; s++) {
            if (!isa_find(set_name[s])) { continue; }
            struct measured *other = measured_create(isa_find(set_name[s]));
            check_same_row(base, measured_row_within(other, n, scores, NULL, 1.7, &bounds));
            check_same_row(base, measured_row_within(other, n, NULL, single, 1.7, &bounds));
            measured_free(other);
        }
    }
    measured_free(measured);
    measured_free(first);
    free(single);
    free(scores);
}

/* Along a grid of betas scores far below the top are left out of sums, but none that these would know of:
 * the susceptibility against sums over every score in long double. */
static void test_far_scores(void **state) {
    (void)state;
    enum { N = COMPRESS_EXPLICIT, BETAS = 65 };
    double scores[N], p[FAMILY_PARAMETERS] = {1}, beta[BETAS], value[BETAS][MEASURE_VALUES];
    struct measured *measured = measured_create(isa_best());
    assert_non_null(measured);
    for (size_t b = 0; b < BETAS; b++) { beta[b] = exp2((double)b / 8 - 3); }
    for (size_t k = 0; k < 4; k++) {
        draw_all(family_find("gaussian"), p, stream_make(3, "far", 0, true, k), N, scores);
        const struct row *row = measured_row(measured, N, scores, 1);
        measure_betas(isa_best()->kernel, row, BETAS, beta, value);
        for (size_t b = 0; b < BETAS; b++) {
            long double sum[3] = {0};
            for (size_t i = 0; i < N; i++) {
                long double x = (long double)beta[b] * row->gap[i], w = expl(-x);
                for (size_t m = 0; m < 3; m++, w *= x) { sum[m] += w; }
            }
            long double mean = sum[1] / sum[0];
            check_close(value[b][MEASURE_SUSCEPTIBILITY], (double)(sum[2] / sum[0] - mean * mean), 2e-13);
        }
    }
    measured_free(measured);
}

/* H, Y_2, Lambda and as many ordered weights as a config may ask for, by sums over every score in long
 * double; `scores` become sorted. */
static void check_plainly(size_t n, double *scores, double beta) {
    struct measured *measured = measured_create(isa_best());
    assert_non_null(measured);
    double value[1][MEASURE_VALUES], weight[ORACLE_RANKS], lambda = 0;
    const struct row *row = measured_row(measured, n, scores, 1);
    measure_row(isa_best()->kernel, row, beta, value[0]);
    measure_ordered_weights(isa_best()->kernel, row, 1, &beta, (const double(*)[MEASURE_VALUES])value,
                            ORACLE_RANKS, weight);
    struct accumulation found = measure_accumulation(row);
    qsort(scores, n, sizeof *scores, descending);
    long double z = 0, zz = 0, mean = 0;
    for (size_t k = 0; k < n; k++) {
        double gap = scores[0] - scores[k];
        long double w = expl(-(long double)beta * gap);
        z += w;
        zz += w * w;
        mean += w * gap;
        if (k > 0) { lambda = fmax(lambda, log((double)k + 1) / gap); }
    }
    check_close(value[0][MEASURE_ENTROPY], (double)(logl(z) + beta * mean / z), 1e-10);
    check_relative(value[0][MEASURE_PARTICIPATION], (double)(zz / (z * z)), 1e-10);
    for (size_t k = 0; k < ORACLE_RANKS && k < n; k++) {
        const long double w = expl(-(long double)beta * (scores[0] - scores[k]));
        check_relative(weight[k], (double)(w / z), 1e-10);
    }
    if (isinf(lambda)) {
        assert_true(isinf(found.lambda));
    } else {
        check_relative(found.lambda, lambda, 1e-14);
    }
    measured_free(measured);
}

/* Every score above all before it is a candidate for the top. */
static void test_rising(void **state) {
    (void)state;
    enum { N = 5000 };
    double scores[N];
    for (size_t i = 0; i < N; i++) { scores[i] = 6 * sqrt((double)i / N); }
    check_plainly(N, scores, 1.5);
}

/* Rounded to steps: many ties, at the top and below, some of them more than the explicit top holds. */
static void test_ties(void **state) {
    (void)state;
    const size_t lengths[] = {2, 100, 300, 5000, 70000};
    const double steps[] = {0x1p-10, 0x1p-3, 1, 8};
    double *scores = malloc(70000 * sizeof *scores), p[FAMILY_PARAMETERS] = {1};
    assert_non_null(scores);
    for (size_t k = 0; k < 5; k++) {
        for (size_t s = 0; s < 4; s++) {
            draw_all(family_find("gaussian"), p, stream_make(2, "ties", 0, true, k), lengths[k], scores);
            for (size_t i = 0; i < lengths[k]; i++) {
                scores[i] = steps[s] * nearbyint(scores[i] / steps[s]) + 1000;
            }
            check_plainly(lengths[k], scores, 0.7);
        }
    }
    free(scores);
}

/* Half the row at the top; all of it. */
static void test_constant(void **state) {
    (void)state;
    enum { N = 4000 };
    double scores[N];
    for (size_t i = 0; i < N; i++) { scores[i] = -3; }
    check_plainly(N, scores, 2);
    for (size_t i = 0; i < N; i++) { scores[i] = i % 2 ? -3 : -3 - 1e-9 * (double)i; }
    check_plainly(N, scores, 1e5);
}

/* Of a few hundred scores bins are cheaper where they are few. */
static void test_short(void **state) {
    (void)state;
    enum { N = ROW_EXPLICIT };
    double scores[N];
    struct measured *measured = measured_create(isa_best());
    assert_non_null(measured);
    for (int wide = 0; wide < 2; wide++) {
        for (size_t i = 0; i < N; i++) { scores[i] = wide ? -exp2(0.1 * (double)i) : -0.01 * (double)i; }
        const struct compress_bounds bounds = {scores[0], scores[1], scores[COMPRESS_TOP - 1], scores[N - 1]};
        const size_t top = wide ? N : COMPRESS_TOP;
        assert_int_equal(measured_row(measured, N, scores, 1)->top_count, top);
        assert_int_equal(measured_row_within(measured, N, scores, NULL, 1, &bounds)->top_count, top);
        assert_int_equal(measured_row(measured, COMPRESS_EXPLICIT, scores, 1)->top_count, COMPRESS_EXPLICIT);
        check_plainly(N, scores, wide ? 1e-3 : 1);
    }
    measured_free(measured);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_drawn), cmocka_unit_test(test_within), cmocka_unit_test(test_far_scores),
        cmocka_unit_test(test_rising),   cmocka_unit_test(test_ties),   cmocka_unit_test(test_constant),
        cmocka_unit_test(test_short),
    };
    return cmocka_run_group_tests_name("measured", tests, NULL, NULL);
}
