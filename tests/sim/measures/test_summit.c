/* Lambda_n of rows of given scores against every score, where it is hard to find: log rank/gap that is flat
 * over the whole row, many ties, gaps over hundreds of octaves, scores crowded at one gap. */
#include "tests/sim/measures/sample.h"

#include "sim/rows/measured.h"

enum { MOST = 40000 };

static const double flat_noise = 1e-3;

static double uniform(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)((*state >> 11) + 1) * 0x1p-53;
}

/* Scores by number, of a row whose gaps are of one kind. */
static double flat(uint64_t *state, size_t k, size_t n) {
    (void)state;
    (void)n;
    return -log((double)k + 1);
}

static double nearly_flat(uint64_t *state, size_t k, size_t n) {
    return flat(state, k, n) * (1 + flat_noise * uniform(state));
}

static double tied(uint64_t *state, size_t k, size_t n) {
    (void)n;
    return k == 0 ? 0 : -ceil(log(uniform(state)) * -4) - 20;
}

static double wide(uint64_t *state, size_t k, size_t n) {
    (void)n;
    return k == 0 ? 0 : -exp2(300 * uniform(state) - 200);
}

static double crowded(uint64_t *state, size_t k, size_t n) {
    (void)n;
    return k == 0 ? 0 : -1e6 - uniform(state) * (k % 2 ? 1e-6 : 1);
}

static double exponential(uint64_t *state, size_t k, size_t n) {
    (void)k;
    (void)n;
    return -log(uniform(state));
}

/* The largest log(rank)/gap below the top. */
static struct accumulation plain(size_t n, double *score) {
    struct accumulation best = {0, 0, 0};
    qsort(score, n, sizeof *score, descending);
    for (size_t k = 1; k < n; k++) {
        double gap = score[0] - score[k], value = log((double)k + 1) / gap;
        if (value > best.lambda) { best = (struct accumulation){value, log((double)k + 1), gap}; }
    }
    return best;
}

static void test_hard_rows(void **state) {
    (void)state;
    static double (*const kind[])(uint64_t * state, size_t k, size_t n) = {flat, nearly_flat, tied,
                                                                           wide, crowded,     exponential};
    static const size_t length[] = {513, 3000, 5001, MOST};
    static double score[MOST];
    struct measured *measured = measured_create(isa_best());
    uint64_t random = 1;
    for (size_t i = 0; i < sizeof kind / sizeof kind[0]; i++) {
        for (size_t l = 0; l < sizeof length / sizeof length[0]; l++) {
            size_t n = length[l];
            for (size_t k = 0; k < n; k++) { score[k] = kind[i](&random, k, n); }
            struct accumulation got = measure_accumulation(measured_row(measured, n, score, 1));
            struct accumulation want = plain(n, score);
            check_relative(got.lambda, want.lambda, 4e-16);
            check_relative(got.lambda, got.log_rank / got.gap, 4e-16);
            if (kind[i] != flat) {
                check_close(got.log_rank, want.log_rank, 1e-15 * want.log_rank);
                check_close(got.gap, want.gap, 0);
            }
        }
    }
    measured_free(measured);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hard_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
