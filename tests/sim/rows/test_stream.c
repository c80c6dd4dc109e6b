#include "tests/test.h"

#include <Random123/threefry.h>
#include <stdlib.h>
#include <string.h>

#include "sim/rows/isa.h"
#include "sim/rows/stream.h"

static const char *const isas[] = {"base", "avx2", "avx512"};
enum { ISAS = sizeof isas / sizeof isas[0], BLOCKS = 256, WORDS = 4 * BLOCKS };

/* From kat_vectors of the Random123 distribution (Salmon et al. 2011): counter, key, result. */
static const struct {
    threefry4x64_ctr_t counter;
    threefry4x64_key_t key;
    threefry4x64_ctr_t result;
} known[] = {
    {{{0, 0, 0, 0}},
     {{0, 0, 0, 0}},
     {{0x09218ebde6c85537, 0x55941f5266d86105, 0x4bd25e16282434dc, 0xee29ec846bd2e40b}}},
    {{{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}},
     {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}},
     {{0x29c24097942bba1b, 0x0371bbfb0f6f4e11, 0x3c231ffa33f83a1c, 0xcd29113fde32d168}}},
    {{{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89}},
     {{0x452821e638d01377, 0xbe5466cf34e90c6c, 0xbe5466cf34e90c6c, 0xc0ac29b7c97c50dd}},
     {{0xa7e8fde591651bd9, 0xbaafd0c30138319b, 0x84a5c1a729e685b9, 0x901d406ccebc1ba4}}},
};

static void test_known_answers(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        threefry4x64_ctr_t word = threefry4x64(known[i].counter, known[i].key);
        assert_memory_equal(word.v, known[i].result.v, sizeof word.v);
    }
}

/* u = (word + 1/2) 2^-64 rounded once: long double holds word + 1/2 but for its last bit, which decides
 * only exact ties. */
static double exact_uniform(uint64_t word) {
    double u = (double)(((long double)word + 0.5L) * 0x1p-64L);
    return u < 1 - 0x1p-53 ? u : 1 - 0x1p-53;
}

/* The first known answer through the shipped kernels: their counter (position, purpose, 0, 0) reaches it. */
static void test_known_answer_of_kernels(void **state) {
    (void)state;
    const uint64_t key[4] = {0, 0, 0, 0};
    for (size_t k = 0; k < ISAS; k++) {
        const struct isa *isa = isa_find(isas[k]);
        if (!isa) { continue; }
        double u[4];
        isa->kernel->uniforms(key, 0, 0, 1, u);
        for (size_t i = 0; i < 4; i++) { check_close(u[i], exact_uniform(known[0].result.v[i]), 0); }
    }
}

/* Any part of a row can be drawn by itself: starting anywhere, in any number of blocks. */
static void test_parts(void **state) {
    (void)state;
    const uint64_t key[4] = {5, 6, 7, 8};
    double all[WORDS], part[WORDS];
    for (size_t k = 0; k < ISAS; k++) {
        const struct isa *isa = isa_find(isas[k]);
        if (!isa) { continue; }
        isa->kernel->uniforms(key, STREAM_SCORES, 0, BLOCKS, all);
        for (size_t first = 0; first < 20; first++) {
            for (size_t blocks = 1; blocks < 20; blocks++) {
                isa->kernel->uniforms(key, STREAM_SCORES, first, blocks, part);
                assert_memory_equal(part, all + 4 * first, 4 * blocks * sizeof *part);
            }
        }
    }
}

static void test_uniforms(void **state) {
    (void)state;
    const uint64_t key[4] = {1, 2, 3, 4}, first = 1000, purpose = 5;
    double u[WORDS];
    for (size_t k = 0; k < ISAS; k++) {
        const struct isa *isa = isa_find(isas[k]);
        if (!isa) { continue; }
        isa->kernel->uniforms(key, purpose, first, BLOCKS, u);
        for (size_t i = 0; i < WORDS; i++) {
            threefry4x64_ctr_t counter = {{first + i / 4, purpose, 0, 0}};
            threefry4x64_key_t full = {{key[0], key[1], key[2], key[3]}};
            check_close(u[i], exact_uniform(threefry4x64(counter, full).v[i % 4]), 0);
            assert_true(u[i] > 0 && u[i] < 1);
        }
    }
}

static void test_keys(void **state) {
    (void)state;
    struct stream a = stream_make(1, "gaussian", log(1000), false, 7);
    const struct stream others[] = {
        stream_make(2, "gaussian", log(1000), false, 7), stream_make(1, "gaussian2", log(1000), false, 7),
        stream_make(1, "gaussian", log(1001), false, 7), stream_make(1, "gaussian", log(1000), false, 8),
        stream_make(1, "gaussian", log(1000), true, 7),
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_memory_not_equal(a.key, others[i].key, sizeof a.key);
    }
    struct stream again = stream_make(1, "gaussian", log(1000), false, 7);
    assert_memory_equal(a.key, again.key, sizeof a.key);
    struct stream near = stream_make(1, "g", log(1000), true, 7), far = stream_make(1, "g", 1e5, true, 7);
    assert_memory_equal(near.key, far.key, sizeof near.key);
    assert_int_equal(a.key[2], 1000);
    struct stream huge = stream_make(1, "g", 1e5, false, 7), huger = stream_make(1, "g", 1e5 + 1, false, 7);
    assert_true(huge.key[2] > (uint64_t)1 << 53 && huge.key[2] != huger.key[2]);
    assert_true(stream_hash("") == 0xcbf29ce484222325u && stream_hash("a") == 0xaf63dc4c8601ec8cu);
}

static int by_value(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* No block of one row turns up in another, for rows whose keys differ as little as they can. Among 2^18
 * words of 52 bits and more, a chance repetition has probability 8e-6. */
static void test_rows_do_not_repeat(void **state) {
    (void)state;
    enum { ROWS = 256 };
    double *u = malloc(ROWS * WORDS * sizeof *u);
    for (size_t r = 0; r < ROWS; r++) {
        struct stream s =
            stream_make(1 + r % 4, r % 8 < 4 ? "a" : "b", log(100.0 + (double)(r / 8 % 4)), false, r / 32);
        isa_best()->kernel->uniforms(s.key, STREAM_SCORES, 0, BLOCKS, u + r * WORDS);
    }
    uint64_t *bits = malloc(ROWS * WORDS * sizeof *bits);
    memcpy(bits, u, ROWS * WORDS * sizeof *u);
    qsort(bits, ROWS * WORDS, sizeof *bits, by_value);
    size_t repeated = 0;
    for (size_t i = 1; i < ROWS * WORDS; i++) { repeated += bits[i] == bits[i - 1]; }
    free(bits);
    free(u);
    assert_int_equal(repeated, 0);
}

static double correlation(size_t n, const double *x, const double *y) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) { sum += 12 * (x[i] - 0.5) * (y[i] - 0.5); }
    return sum / (double)n;
}

/* Correlations between neighbouring rows and at lags within a row, in standard errors 1/sqrt(N). Twelve
 * of them within 4: false alarm below 8e-4. */
static void test_independence(void **state) {
    (void)state;
    enum { N = 64 * WORDS };
    double *a = malloc(N * sizeof *a), *b = malloc(N * sizeof *b);
    struct stream s = stream_make(1, "x", log(4096), false, 5);
    isa_best()->kernel->uniforms(s.key, STREAM_SCORES, 0, N / 4, a);
    const struct stream near[] = {
        stream_make(1, "x", log(4096), false, 6),
        stream_make(2, "x", log(4096), false, 5),
        stream_make(1, "y", log(4096), false, 5),
        stream_make(1, "x", log(4097), false, 5),
    };
    for (size_t i = 0; i < 4; i++) {
        isa_best()->kernel->uniforms(near[i].key, STREAM_SCORES, 0, N / 4, b);
        check_close(correlation(N, a, b) * sqrt(N), 0, 4);
    }
    const size_t lag[] = {1, 2, 3, 4, 5, 8, 1024, 2048};
    for (size_t i = 0; i < 8; i++) {
        check_close(correlation(N - lag[i], a, a + lag[i]) * sqrt((double)(N - lag[i])), 0, 4);
    }
    free(a);
    free(b);
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* One row and the first word of many rows, each against the uniform law: false alarm 2e-4. */
static void test_uniformity(void **state) {
    (void)state;
    enum { N = 1 << 16 };
    double *u = malloc(N * sizeof *u), block[4];
    struct stream s = stream_make(9, "x", 1e5, false, 0);
    isa_best()->kernel->uniforms(s.key, STREAM_SCORES, 0, N / 4, u);
    qsort(u, N, sizeof *u, ascending);
    assert_true(test_ks_pvalue(N, u) > 1e-4);
    for (size_t r = 0; r < N; r++) {
        s = stream_make(9, "x", 1e5, false, r);
        isa_best()->kernel->uniforms(s.key, STREAM_SCORES, 0, 1, block);
        u[r] = block[0];
    }
    qsort(u, N, sizeof *u, ascending);
    assert_true(test_ks_pvalue(N, u) > 1e-4);
    free(u);
}

/* Neighbours within a row, two by two in 16 x 16 cells, and the same place of neighbouring rows: chi-square
 * with 255 degrees of freedom, in standard deviations by Wilson and Hilferty. False alarm 6e-5 each. */
static void check_pairs(size_t n, const double *x, const double *y, size_t stride) {
    double count[256] = {0}, chi = 0, expected = (double)n / 256;
    for (size_t i = 0; i < n; i++) {
        count[16 * (size_t)(16 * x[i * stride]) + (size_t)(16 * y[i * stride])]++;
    }
    for (size_t c = 0; c < 256; c++) { chi += (count[c] - expected) * (count[c] - expected) / expected; }
    check_close((cbrt(chi / 255) - (1 - 2 / (9 * 255.0))) / sqrt(2 / (9 * 255.0)), 0, 4);
}

static void test_pairs(void **state) {
    (void)state;
    enum { N = 64 * WORDS };
    double *a = malloc(N * sizeof *a), *b = malloc(N * sizeof *b);
    struct stream s = stream_make(3, "pairs", log(4096), false, 0),
                  next = stream_make(3, "pairs", log(4096), false, 1);
    isa_best()->kernel->uniforms(s.key, STREAM_SCORES, 0, N / 4, a);
    isa_best()->kernel->uniforms(next.key, STREAM_SCORES, 0, N / 4, b);
    for (size_t word = 0; word < 3; word++) { check_pairs(N / 4, a + word, a + word + 1, 4); }
    check_pairs(N / 4 - 1, a + 3, a + 4, 4);
    check_pairs(N, a, b, 1);
    free(a);
    free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers), cmocka_unit_test(test_known_answer_of_kernels),
        cmocka_unit_test(test_uniforms),      cmocka_unit_test(test_parts),
        cmocka_unit_test(test_keys),          cmocka_unit_test(test_rows_do_not_repeat),
        cmocka_unit_test(test_independence),  cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_uniformity),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
