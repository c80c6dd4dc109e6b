/* Sums over binned scores at grids of betas against every score in long double, and their bits on every
 * instruction set. */
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/rows/measured.h"

enum { BETAS = 64, CHAIN = 17, MANY = 20001, MOST = 280001, KINDS = 5, GRIDS = 2 };

static double score[MOST];

/* Gaussian, with ties, over hundreds of octaves, all but the top in one place, in four places. */
static void fill(size_t kind, size_t n) {
    srand(7);
    for (size_t i = 0; i < n; i++) {
        double u = (rand() + 0.5) / (RAND_MAX + 1.0), turn = rand() / (RAND_MAX + 1.0);
        double gaussian = sqrt(-2 * log(u)) * cos(2 * M_PI * turn);
        score[i] = kind == 0   ? gaussian
                   : kind == 1 ? rint(8 * gaussian) / 8
                   : kind == 2 ? -exp2(300 * turn - 200)
                   : kind == 3 ? -3.3 - 1e-9 * turn
                               : -3.3 * (i < 200    ? 1
                                         : i < 210  ? 1.3
                                         : i < 1210 ? 2.1
                                                    : 3.9);
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
    for (size_t i = top, next; i < n; i = next) {
        long double gap = score[0] - score[i], weight = expl(-beta * gap);
        for (next = i + 1; next < n && score[next] == score[i]; next++) {}
        weight *= (long double)(next - i);
        for (size_t m = 0; m < KERNEL_AVERAGES; m++, weight *= gap) { sum[m] += weight; }
    }
}

/* As pyramid.h has it. */
static const long double most[KERNEL_AVERAGES] = {1e-13L, 1e-13L, 1e-12L};

static void compare(const struct row *row, size_t n, size_t betas, const double *beta) {
    double sum[2 * BETAS][KERNEL_AVERAGES];
    assert_true(row->node_sums && row->node_sums(row->maker, betas, beta, sum));
    qsort(score, n, sizeof *score, descending);
    for (size_t b = 0; b < 2 * betas; b++) {
        long double want[KERNEL_AVERAGES], at = b < betas ? beta[b] : 2 * beta[b - betas], scale = 1;
        plain_sums(n, row->top_count, (double)at, want);
        /* what they are in: 1 + S_0, and log n/beta for a gap */
        for (size_t m = 0; m < KERNEL_AVERAGES; m++, scale *= at) {
            long double off = fabsl(sum[b][m] - want[m]) * scale, all = want[0] + want[m] * scale + 1;
            if (!(off <= most[m] * all)) {
                fail_msg("beta = %Lg, m = %zu: %.17g, exactly %.17Lg, off by %.2Lg of all", at, m, sum[b][m],
                         want[m], off / all);
            }
        }
    }
}

/* Of no octaves; of eight betas an octave. */
static void make_grid(size_t grid, double beta[BETAS]) {
    for (size_t b = 0; b < BETAS; b++) {
        beta[b] = grid == 0 ? exp2(-6 + 10.0 * (double)b / BETAS) : 1.03 * exp2(-3 + (double)b / 8);
    }
}

static void try_row(size_t n, const double beta[BETAS]) {
    static const char *const name[] = {"base", "avx2", "avx512"};
    double first[2 * BETAS][KERNEL_AVERAGES], other[2 * BETAS][KERNEL_AVERAGES];
    for (size_t i = 0; i < 3; i++) {
        if (!isa_find(name[i])) { continue; }
        struct measured *measured = measured_create(isa_find(name[i]));
        const struct row *row = measured_row(measured, n, score, 1);
        assert_true(row->node_sums(row->maker, BETAS, beta, i == 0 ? first : other));
        if (i > 0) { assert_memory_equal(first, other, sizeof first); }
        measured_free(measured);
    }
    struct measured *measured = measured_create(isa_best());
    compare(measured_row(measured, n, score, 1), n, BETAS, beta);
    measured_free(measured);
}

static void test_sums(void **state) {
    (void)state;
    const size_t length[] = {513, 3000, MANY, MOST};
    double beta[BETAS];
    for (size_t kind = 0; kind < KINDS; kind++) {
        for (size_t l = kind % test_size(1, 2); l < (kind < 4 ? 3 : 4);
             l += test_size(1, 2)) { /* the longest are in few places */
            for (size_t grid = 0; grid < GRIDS; grid++) {
                fill(kind, length[l]);
                make_grid(grid, beta);
                try_row(length[l], beta);
            }
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

/* Doubles of one beta, as TE has them: what they are does not depend on the grid, whichever is first. */
static void test_chain(void **state) {
    (void)state;
    double chain[CHAIN], beta[BETAS], sum[2][2 * CHAIN][KERNEL_AVERAGES], grid[2][2 * BETAS][KERNEL_AVERAGES];
    struct measured *measured = measured_create(isa_best());
    fill(0, 3000);
    make_grid(1, beta);
    for (size_t i = 0; i < CHAIN; i++) { chain[i] = ldexp(1.2345, (int)i - 8); }
    for (size_t round = 0; round < 2; round++) {
        const struct row *row = measured_row(measured, 3000, score, 1);
        if (round == 0) { assert_true(row->node_sums(row->maker, BETAS, beta, grid[0])); }
        assert_true(row->node_sums(row->maker, CHAIN, chain, sum[round]));
        if (round == 1) { assert_true(row->node_sums(row->maker, BETAS, beta, grid[1])); }
    }
    assert_memory_equal(sum[0], sum[1], sizeof sum[0]);
    assert_memory_equal(grid[0], grid[1], sizeof grid[0]);
    compare(measured_row(measured, 3000, score, 1), 3000, CHAIN, chain);
    measured_free(measured);
}

/* Few betas, those too far apart for columns between them, and those whose squares are no doubles. */
static void test_refused(void **state) {
    (void)state;
    double beta[BETAS], sum[2 * BETAS][KERNEL_AVERAGES];
    struct measured *measured = measured_create(isa_best());
    fill(0, 3000);
    const struct row *row = measured_row(measured, 3000, score, 1);
    make_grid(1, beta);
    assert_false(row->node_sums(row->maker, 15, beta, sum));
    for (int sign = -1; sign <= 1; sign++) {
        for (size_t b = 0; b < BETAS; b++) {
            beta[b] = ldexp(1, sign == 0 ? 2 * (int)b : sign * 510 + (int)b / 8);
        }
        assert_false(row->node_sums(row->maker, BETAS, beta, sum));
    }
    measured_free(measured);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sums), cmocka_unit_test(test_plans),
                                       cmocka_unit_test(test_chain), cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
