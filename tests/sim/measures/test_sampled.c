/* Attention layers: the law of their scores against queries and keys drawn here, exact ties, positions in
 * closed form, bounds; the pilot rows' scale against a plain count. */
#include "sim/measures/measure.h"
#include "sim/measures/pilot.h"
#include "sim/rows/normal.h"
#include "tests/sim/rows/collect.h"

#include <stdlib.h>

enum { WIDTH, HEAD, TOKENS, ZIPF, VOCABULARY, NORMALISE, ROTARY, BIAS };
enum { GAUSSIAN = 0, VOCABULARIED = 1, NONE = 0, LAYER = 1, QK = 2 };

static const struct family *attention(void) { return family_find("attention"); }

/* Row number `replicate`; n scores go to `score`. */
static void draw_with(const struct isa *isa, const double *p, size_t n, uint64_t replicate, double *score) {
    collect_scores(isa, attention(), p, log((double)n),
                   stream_make(20260512, "attention", 0, true, replicate), score);
}

static void draw(const double *p, size_t n, uint64_t replicate, double *score) {
    draw_with(isa_best(), p, n, replicate, score);
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* p-value that two samples, which become sorted, have one law. */
static double two_samples(size_t n, double *x, size_t m, double *y) {
    qsort(x, n, sizeof *x, ascending);
    qsort(y, m, sizeof *y, ascending);
    double distance = 0, root = sqrt((double)n * (double)m / (double)(n + m)), sum = 0;
    for (size_t i = 0, j = 0; i < n && j < m;) {
        if (x[i] <= y[j]) {
            i++;
        } else {
            j++;
        }
        distance = fmax(distance, fabs((double)i / (double)n - (double)j / (double)m));
    }
    double z = (root + 0.12 + 0.11 / root) * distance;
    if (z < 0.3) { return 1; }
    for (int k = 1; k <= 100; k++) { sum += (k % 2 ? 2 : -2) * exp(-2.0 * k * k * z * z); }
    return sum;
}

static void direct_normals(uint64_t row, size_t count, double *out) {
    normal_fill(isa_best(), &(struct stream){{7, 7, 7, row}}, STREAM_NOISE, 0, count, out);
}

/* Scores <q, k_i>/sqrt(d) of Gaussian queries and keys. */
static void draw_dotproduct(size_t d, size_t n, uint64_t row, double *score) {
    double *normal = malloc(((n + 1) * d + 2) * sizeof *normal);
    assert_non_null(normal);
    direct_normals(row, (n + 1) * d, normal);
    for (size_t i = 0; i < n; i++) {
        score[i] = 0;
        for (size_t h = 0; h < d; h++) { score[i] += normal[h] * normal[(i + 1) * d + h] / sqrt((double)d); }
    }
    free(normal);
}

static double mean_square(size_t n, const double *x) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) { sum += x[i] * x[i]; }
    return sum / (double)n;
}

/* Of a wide layer: single scores, and a row's spread, which its query sets. The query's own score is left
 * out. */
static void test_dotproduct(void **state) {
    (void)state;
    enum { ROWS = 1500, KEYS = 64, D = 4 };
    const double p[FAMILY_PARAMETERS] = {1024, D, GAUSSIAN, 1, 1, NONE, 0, 0};
    static double first[2][ROWS], spread[2][ROWS];
    double score[KEYS + 1];
    const size_t rows = test_size(ROWS, 200);
    for (size_t row = 0; row < rows; row++) {
        draw(p, KEYS + 1, row, score);
        first[0][row] = score[row % KEYS];
        spread[0][row] = mean_square(KEYS, score);
        draw_dotproduct(D, KEYS, row, score);
        first[1][row] = score[0];
        spread[1][row] = mean_square(KEYS, score);
    }
    double single = two_samples(rows, first[0], rows, first[1]),
           whole = two_samples(rows, spread[0], rows, spread[1]);
    if (!(single > 1e-5 && whole > 1e-5)) { fail_msg("p = %g of scores, %g of spreads", single, whole); }
}

/* Given the query a narrow layer's scores are Gaussian, too. */
static void test_given_the_query(void **state) {
    (void)state;
    enum { N = 20001 };
    const double p[FAMILY_PARAMETERS] = {3, 2, GAUSSIAN, 1, 1, NONE, 0, 0};
    static double score[N];
    for (uint64_t row = 0; row < 8; row++) {
        draw(p, N, row, score);
        double sigma = sqrt(mean_square(N - 1, score));
        qsort(score, N - 1, sizeof *score, ascending);
        for (size_t i = 0; i + 1 < N; i++) { score[i] = 0.5 * erfc(-score[i] / sigma * M_SQRT1_2); }
        double pvalue = test_ks_pvalue(N - 1, score);
        if (!(pvalue > 1e-5)) { fail_msg("row %d: p = %g", (int)row, pvalue); }
    }
}

/* log of the number of scores at the maximum of sorted ones. */
static size_t copies_of_highest(size_t n, const double *sorted) {
    size_t m = 1;
    while (m < n && sorted[n - 1 - m] == sorted[n - 1]) { m++; }
    return m;
}

/* Tokens of a vocabulary: at most so many different scores; the entropy's floor is the log of the winner's
 * copies, and Lambda_n is infinite; pairs of keys, and pairs of neighbours, tie as often as sum p_k^2 says.
 */
static void test_repeated_tokens(void **state) {
    (void)state;
    enum { N = 3000, V = 40, ROWS = 100 };
    const double p[FAMILY_PARAMETERS] = {16, 4, VOCABULARIED, 1.2, V, NONE, 0, 0};
    static double score[N];
    double z = 0, zz = 0, tied[ROWS], mean = 0, square = 0, neighbours = 0;
    for (int k = 1; k <= V; k++) {
        z += pow(k, -1.2);
        zz += pow(k, -2.4);
    }
    struct sampled *sampled = sampled_create(isa_best());
    assert_non_null(sampled);
    for (uint64_t row = 0; row < ROWS; row++) {
        struct stream stream = stream_make(20260512, "attention", 0, true, row);
        double measure[MEASURE_VALUES], pairs = 0;
        const struct row *made = sampled_row(sampled, attention(), p, log(N), 0, stream);
        assert_non_null(made);
        draw(p, N, row, score);
        for (size_t i = 0; i + 1 < N; i++) { neighbours += score[i] == score[i + 1]; }
        qsort(score, N, sizeof *score, ascending);
        size_t copies = copies_of_highest(N, score), different = 0;
        for (size_t i = 0, run = 1; i < N; i++, run++) {
            if (i + 1 < N && score[i + 1] == score[i]) { continue; }
            pairs += (double)run * (double)(run - 1);
            run = 0;
            different++;
        }
        assert_true(different > 10 && different <= V);
        measure_row(isa_best()->kernel, made, 1e12, measure);
        check_close(measure[MEASURE_ENTROPY], log((double)copies), 1e-12);
        check_close(measure[MEASURE_PARTICIPATION], 1 / (double)copies, 1e-12);
        if (copies > 1) { assert_true(isinf(measure_accumulation(made).lambda)); }
        tied[row] = pairs / ((double)N * (N - 1));
        mean += tied[row] / ROWS;
    }
    for (size_t i = 0; i < ROWS; i++) { square += (tied[i] - mean) * (tied[i] - mean); }
    check_close(neighbours / (ROWS * (N - 1)), zz / (z * z), 0.005);
    check_close(mean, zz / (z * z), 5 * sqrt(square / ROWS / (ROWS - 1)));
    sampled_free(sampled);
}

/* One token: with distance i from the query the score is a sum of cosines, each of which its recurrence
 * s(i+1) + s(i-1) = 2 cos(theta) s(i) takes away, and of the odd component, which a difference does. */
static void test_rotary(void **state) {
    (void)state;
    enum { N = 400, PAIRS = 2 };
    const double p[FAMILY_PARAMETERS] = {8, 5, VOCABULARIED, 1, 1, NONE, pow(10, 2.5), 0};
    const double theta[PAIRS] = {1, 0.1};
    double s[N], plain[N], still[FAMILY_PARAMETERS];
    memcpy(still, p, sizeof still);
    still[ROTARY] = 0;
    for (uint64_t row = 0; row < 5; row++) {
        draw(still, N, row, plain);
        draw(p, N, row, s);
        check_close(s[N - 1], plain[N - 1], 1e-12);
        assert_true(fabs(s[0] - s[1]) > 1e-3);
        size_t n = N;
        for (size_t k = 0; k < PAIRS; k++, n -= 2) {
            for (size_t i = 0; i + 2 < n; i++) { s[i] = s[i] + s[i + 2] - 2 * cos(theta[k]) * s[i + 1]; }
        }
        for (size_t i = 0; i + 1 < n; i++) { check_close(s[i], s[i + 1], 1e-10); }
    }
}

/* Two components: |q| |k|/sqrt(2) is the amplitude of the cosine, sqrt(2) where both have mean square 1. */
static void test_rotary_keeps_norms(void **state) {
    (void)state;
    enum { N = 200 };
    const double p[FAMILY_PARAMETERS] = {8, 2, VOCABULARIED, 1, 1, QK, 10000, 0};
    double s[N];
    for (uint64_t row = 0; row < 5; row++) {
        draw(p, N, row, s);
        for (size_t i = 0; i + 1 < N; i++) {
            double square =
                (s[i] * s[i] + s[i + 1] * s[i + 1] - 2 * cos(1) * s[i] * s[i + 1]) / pow(sin(1), 2);
            check_close(square, 2, 1e-10);
        }
    }
}

/* Scores of normalised queries and keys stay within sqrt(head), and come near it; others do not. */
static void test_qk_bounds(void **state) {
    (void)state;
    enum { N = 5000, D = 3 };
    double p[FAMILY_PARAMETERS] = {16, D, GAUSSIAN, 1, 1, QK, 500, 0};
    static double s[N];
    double most[2] = {0};
    for (int bound = 0; bound < 2; bound++) {
        p[NORMALISE] = bound ? QK : NONE;
        draw(p, N, 3, s);
        for (size_t i = 0; i < N; i++) { most[bound] = fmax(most[bound], fabs(s[i])); }
    }
    assert_true(most[1] <= sqrt(D) * (1 + 1e-14) && most[1] > 0.98 * sqrt(D));
    assert_true(most[0] > 2);
}

/* Signs are left of two components of a normalised layer, and of normalised queries and keys of one: scores
 * of one size, equal to the last bit, so that Lambda_n is infinite wherever two are highest. */
static void test_signs(void **state) {
    (void)state;
    enum { N = 500 };
    const double law[][FAMILY_PARAMETERS] = {{2, 6, GAUSSIAN, 1, 1, LAYER, 0, 0},
                                             {16, 1, GAUSSIAN, 1, 1, QK, 0, 0}};
    double s[N];
    for (size_t k = 0; k < 2; k++) {
        size_t above = 0;
        draw(law[k], N, 1, s);
        for (size_t i = 0; i < N; i++) {
            if (fabs(s[i]) != fabs(s[0])) { fail_msg("law %zu: scores %.17g and %.17g", k, s[0], s[i]); }
            above += s[i] > 0;
        }
        assert_true(above > N / 3 && above < 2 * N / 3);
        assert_true(k == 0 || fabs(s[0]) == 1);
    }
}

static void test_bias(void **state) {
    (void)state;
    enum { N = 300 };
    double p[FAMILY_PARAMETERS] = {8, 4, GAUSSIAN, 1, 1, NONE, 0, 0}, plain[N], biased[N];
    draw(p, N, 0, plain);
    p[BIAS] = 0.25;
    draw(p, N, 0, biased);
    for (size_t i = 0; i < N; i++) { check_close(plain[i] - biased[i], 0.25 * (double)(N - 1 - i), 1e-12); }
}

/* The same bits from every instruction set, and whatever the workspace made before. */
static void test_bits(void **state) {
    (void)state;
    enum { N = 700 };
    const double p[][FAMILY_PARAMETERS] = {{10, 7, VOCABULARIED, 1, 300, QK, 100, 0.1},
                                           {33, 6, GAUSSIAN, 1, 1, LAYER, 0, 0}};
    double a[N], b[N];
    struct sampled *sampled = sampled_create(isa_best());
    assert_non_null(sampled);
    for (size_t i = 0; i < 2; i++) {
        draw_with(isa_find("base"), p[i], N, i, a);
        collect_with(sampled, attention(), p[i], log(N), stream_make(20260512, "attention", 0, true, i), b);
        assert_memory_equal(a, b, sizeof a);
    }
    sampled_free(sampled);
}

/* The largest log(rank)/gap with equals of the maximum taken as one; `score` becomes sorted. */
static double plain_lambda(size_t n, double *score) {
    double best = 0;
    qsort(score, n, sizeof *score, ascending);
    size_t copies = copies_of_highest(n, score);
    for (size_t rank = 2; rank + copies - 1 <= n; rank++) {
        best = fmax(best, log((double)rank) / (score[n - 1] - score[n - rank - (copies - 1)]));
    }
    return best;
}

static void test_pilot(void **state) {
    (void)state;
    enum { N = 600 };
    const double p[][FAMILY_PARAMETERS] = {{16, 8, GAUSSIAN, 1, 1, NONE, 0, 0.01},
                                           {16, 8, VOCABULARIED, 1.5, 50, NONE, 0, 0}};
    double score[N], lambda[PILOT_ROWS];
    struct sampled *sampled = sampled_create(isa_best());
    assert_non_null(sampled);
    for (size_t k = 0; k < 2; k++) {
        for (uint64_t i = 0; i < PILOT_ROWS; i++) {
            collect_with(sampled, attention(), p[k], log(N), stream_make(5, "a/pilot", log(N), false, i),
                         score);
            lambda[i] = plain_lambda(N, score);
        }
        qsort(lambda, PILOT_ROWS, sizeof *lambda, ascending);
        double median = 0.5 * (lambda[PILOT_ROWS / 2 - 1] + lambda[PILOT_ROWS / 2]);
        check_close(pilot_log_lambda(attention(), p[k], log(N), 5, "a", NULL), log(median), 1e-12);
    }
    const double alike[FAMILY_PARAMETERS] = {16, 8, VOCABULARIED, 1, 1, NONE, 0, 0};
    struct progress heard = progress_start(PILOT_ROWS * N, 0, true);
    assert_true(pilot_log_lambda(attention(), alike, log(N), 5, "a", &heard) == 0);
    check_close(heard.done, heard.total, 1e-6);
    sampled_free(sampled);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dotproduct),
        cmocka_unit_test(test_given_the_query),
        cmocka_unit_test(test_repeated_tokens),
        cmocka_unit_test(test_rotary),
        cmocka_unit_test(test_rotary_keeps_norms),
        cmocka_unit_test(test_qk_bounds),
        cmocka_unit_test(test_signs),
        cmocka_unit_test(test_bias),
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_pilot),
    };
    return cmocka_run_group_tests_name("sampled", tests, NULL, NULL);
}
