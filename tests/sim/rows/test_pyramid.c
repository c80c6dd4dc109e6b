/* Sums over binned scores at grids of betas against every score in long double, and their bits on every
 * instruction set. */
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/rows/measured.h"

enum { BETAS = 64, MOST = 20001 };

static double score[MOST];

/* Gaussian, with ties, over hundreds of octaves, all but the top in one place. */
static void fill(size_t kind, size_t n) {
    srand(7);
    for (size_t i = 0; i < n; i++) {
        double u = (rand() + 0.5) / (RAND_MAX + 1.0), turn = rand() / (RAND_MAX + 1.0);
        double gaussian = sqrt(-2 * log(u)) * cos(2 * M_PI * turn);
        score[i] = kind == 0   ? gaussian
                   : kind == 1 ? rint(8 * gaussian) / 8
                   : kind == 2 ? -exp2(300 * turn - 200)
                               : -3.3 - 1e-9 * turn;
    }
    if (kind == 3) { score[0] = 0; }
}

static int descending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Of gap^m e^{-beta gap} over the n scores after the first `top`; they are sorted. */
static void plain_sums(size_t n, size_t top, double beta, long double sum[KERNEL_AVERAGES]) {
    memset(sum, 0, KERNEL_AVERAGES * sizeof *sum);
    for (size_t i = top; i < n; i++) {
        long double gap = score[0] - score[i], weight = expl(-beta * gap);
        for (size_t m = 0; m < KERNEL_AVERAGES; m++, weight *= gap) { sum[m] += weight; }
    }
}

static void compare(const struct row *row, size_t n, const double *beta) {
    double sum[2 * BETAS][KERNEL_AVERAGES];
    assert_true(row->node_sums && row->node_sums(row->maker, BETAS, beta, sum));
    qsort(score, n, sizeof *score, descending);
    for (size_t b = 0; b < 2 * BETAS; b++) {
        long double want[KERNEL_AVERAGES], at = b < BETAS ? beta[b] : 2 * beta[b - BETAS], scale = 1;
        plain_sums(n, row->top_count, (double)at, want);
        /* what they are in: 1 + S_0, and log n/beta for a gap */
        for (size_t m = 0; m < KERNEL_AVERAGES; m++, scale *= at) {
            long double off = fabsl(sum[b][m] - want[m]) * scale, all = want[0] + want[m] * scale + 1;
            if (!(off <= 5e-12L * all)) {
                fail_msg("beta = %Lg, m = %zu: %.17g, exactly %.17Lg, off by %.2Lg of all", at, m, sum[b][m],
                         want[m], off / all);
            }
        }
    }
}

static void test_sums(void **state) {
    (void)state;
    static const char *const name[] = {"base", "avx2", "avx512"};
    const size_t length[] = {513, 3000, MOST};
    double beta[BETAS], first[2 * BETAS][KERNEL_AVERAGES], other[2 * BETAS][KERNEL_AVERAGES];
    for (size_t kind = 0; kind < 4; kind++) {
        for (size_t l = 0; l < 3; l++) {
            size_t n = length[l];
            fill(kind, n);
            for (size_t b = 0; b < BETAS; b++) { beta[b] = exp2(-6 + 10.0 * (double)b / BETAS); }
            for (size_t i = 0; i < 3; i++) {
                if (!isa_find(name[i])) { continue; }
                struct measured *measured = measured_create(isa_find(name[i]));
                const struct row *row = measured_row(measured, n, score, 1);
                assert_true(row->node_sums(row->maker, BETAS, beta, i == 0 ? first : other));
                if (i > 0) { assert_memory_equal(first, other, sizeof first); }
                measured_free(measured);
            }
            struct measured *measured = measured_create(isa_best());
            compare(measured_row(measured, n, score, 1), n, beta);
            measured_free(measured);
        }
    }
}

/* Betas of one mantissa share what is made for them; another grid, or another row, changes nothing of it. */
static void test_plans(void **state) {
    (void)state;
    double octaves[BETAS], other[BETAS], sum[4][2 * BETAS][KERNEL_AVERAGES];
    struct measured *measured = measured_create(isa_best());
    for (size_t b = 0; b < BETAS; b++) {
        octaves[b] = exp2(-6 + (double)(b / 8) / 2) * (1 + (double)(b % 8) / 20);
        other[b] = octaves[b] * 1.1;
    }
    fill(0, 3000);
    const struct row *row = measured_row(measured, 3000, score, 1);
    assert_true(row->node_sums(row->maker, BETAS, octaves, sum[0]));
    assert_true(row->node_sums(row->maker, BETAS, other, sum[1]));
    assert_true(row->node_sums(row->maker, BETAS, octaves, sum[2]));
    assert_memory_equal(sum[0], sum[2], sizeof sum[0]);
    assert_true(memcmp(sum[0], sum[1], sizeof sum[0]) != 0);
    row = measured_row(measured, 2000, score, 3);
    row = measured_row(measured, 3000, score, 1);
    assert_true(row->node_sums(row->maker, BETAS, octaves, sum[3]));
    assert_memory_equal(sum[0], sum[3], sizeof sum[0]);
    measured_free(measured);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sums), cmocka_unit_test(test_plans)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
