/* Counted rows of all instruction sets, measured: the same bits, and the same however it is asked for. */
#include "tests/test.h"

#include <string.h>

#include "sim/measures/measure.h"
#include "sim/rows/counted.h"
#include "sim/rows/isa.h"
#include "tests/sim/rows/laws.h"

static const char *const isas[] = {"base", "avx2", "avx512"};
enum { ISAS = sizeof isas / sizeof isas[0] };

/* One gap asked for by itself has the count that it has among many, in every instruction set. */
static void check_counts(const struct law *law, double log_n) {
    enum { POINTS = 400 };
    const struct family *family = family_find(law->family);
    double t[POINTS], want[POINTS], got[POINTS], alone,
        log_lambda = typical_scale(family, law->p, log_n).log_lambda;
    for (size_t i = 0; i < POINTS; i++) { t[i] = 0.01 * exp(0.03 * (double)i); }
    for (size_t k = 0; k < ISAS; k++) {
        const struct isa *isa = isa_find(isas[k]);
        if (!isa) { continue; }
        struct counted_law *shared =
            counted_law_create(family, law->p, log_n, log_lambda, isa->kernel, 0, NULL);
        struct counted *c = counted_create(isa);
        const struct row *row = counted_row(c, shared, test_stream(3));
        measure_log_gap_count(isa->kernel, row, POINTS, t, k == 0 ? want : got);
        if (k > 0) { assert_memory_equal(got, want, sizeof got); }
        for (size_t i = 0; i < POINTS; i++) {
            measure_log_gap_count(isa->kernel, row, 1, &t[i], &alone);
            check_close(alone, want[i], 0);
        }
        counted_free(c);
        counted_law_free(shared);
    }
}

/* Finer parts of neighbours are those of each alone: the same bits but for the order of equal gaps. */
static void check_finer(const struct row *row, double best) {
    enum { MOST = 4096 };
    static struct row_part alone[MOST];
    for (size_t first = 0; first < row->part_count; first += 70) {
        size_t count = 0, end = first;
        const struct row_part *finer;
        for (; end < row->part_count && end < first + 70; end++) {
            size_t found = row->refine(row->maker, &row->part[end], 1, best, &finer);
            memcpy(alone + count, finer, found * sizeof *finer);
            count += found;
        }
        assert_int_equal(row->refine(row->maker, row->part + first, end - first, best, &finer), count);
        for (size_t i = 0; i < count; i++) {
            check_close(finer[i].lower, alone[i].lower, 0);
            check_close(finer[i].upper, alone[i].upper, 0);
            check_close(finer[i].before, alone[i].before, 0);
            check_close(finer[i].last, alone[i].last, 0);
            check_close(finer[i].log_last, alone[i].log_last, 0);
            assert_true(finer[i].address == alone[i].address);
        }
    }
}

/* One instruction set finds what another does. */
static void check_search(const struct law *law, double log_n) {
    const struct family *family = family_find(law->family);
    double log_lambda = typical_scale(family, law->p, log_n).log_lambda;
    struct counted_law *shared =
        counted_law_create(family, law->p, log_n, log_lambda, isa_best()->kernel, 0, NULL);
    for (uint64_t r = 0; r < 20; r++) {
        struct accumulation want = {0};
        for (size_t k = 0; k < ISAS; k++) {
            const struct isa *isa = isa_find(isas[k]);
            if (!isa) { continue; }
            struct counted *c = counted_create(isa);
            const struct row *row = counted_row(c, shared, test_stream(r));
            struct accumulation a = measure_accumulation(row);
            if (k == 0) { want = a; }
            assert_memory_equal(&a, &want, sizeof a);
            check_finer(row, 0);
            check_finer(row, a.lambda);
            counted_free(c);
        }
    }
    counted_law_free(shared);
}

static void test_search(void **state) {
    (void)state;
    for (size_t l = 0; l < LAWS; l++) {
        check_search(&laws[l], 11);
        check_search(&laws[l], 25);
    }
}

static void test_counts(void **state) {
    (void)state;
    for (size_t l = 0; l < LAWS; l++) {
        check_counts(&laws[l], 16 * M_LN2);
        check_counts(&laws[l], 300);
    }
}

/* ---- sums at betas that were foreseen ---- */

enum { BETAS = 33 };

/* Sums over the nodes of the row itself, at beta[b] and at its double. */
static void check_sums(const struct row *row, const double *beta, double (*sum)[KERNEL_AVERAGES]) {
    for (size_t b = 0; b < 2 * BETAS; b++) {
        double at = b < BETAS ? beta[b] : 2 * beta[b - BETAS], scale = 1;
        for (int m = 0; m < KERNEL_AVERAGES; m++) {
            long double want = 0, size = 0;
            for (size_t i = row->top_count; i < row->point_count - row->loose; i++) {
                long double term = powl(row->gap[i], m) * expl(-at * (long double)row->gap[i]);
                want += row->count[i] * term;
                size += fabs(row->count[i]) * term;
            }
            scale = fmax(scale, (double)size);
            check_close(sum[b][m], (double)want, 1e-12 * scale);
        }
    }
}

/* With the table and without it, where the betas were not foreseen: the same but for rounding. */
static void check_foreseen(const struct law *law, double log_n, const double *beta) {
    const struct family *family = family_find(law->family);
    double log_lambda = typical_scale(family, law->p, log_n).log_lambda, sum[2 * BETAS][KERNEL_AVERAGES],
           first[2 * BETAS][KERNEL_AVERAGES], value[BETAS][MEASURE_VALUES], other[MEASURE_VALUES];
    struct counted_law *shared =
        counted_law_create(family, law->p, log_n, log_lambda, isa_best()->kernel, BETAS, beta);
    for (size_t k = 0; k < ISAS; k++) {
        const struct isa *isa = isa_find(isas[k]);
        if (!isa) { continue; }
        struct counted *c = counted_create(isa);
        for (uint64_t r = 0; r < 2; r++) {
            const struct row *row = counted_row(c, shared, test_stream(r));
            assert_true(row->node_sums(row->maker, BETAS, beta, sum));
            assert_false(row->node_sums(row->maker, BETAS - 1, beta, sum));
            if (k == 0) { check_sums(row, beta, sum); }
            if (r == 0 && k == 0) { memcpy(first, sum, sizeof sum); }
            if (r == 0) { assert_memory_equal(sum, first, sizeof sum); }
            measure_betas(isa->kernel, row, BETAS, beta, value);
            for (size_t b = 0; b < BETAS; b++) {
                measure_row(isa->kernel, row, beta[b], other);
                check_close(value[b][MEASURE_ENTROPY], other[MEASURE_ENTROPY], 1e-12 + 1e-14 * log_n);
                check_relative(value[b][MEASURE_PARTICIPATION], other[MEASURE_PARTICIPATION], 1e-12);
                check_close(value[b][MEASURE_SUSCEPTIBILITY], other[MEASURE_SUSCEPTIBILITY],
                            1e-11 * (1 + log_n + other[MEASURE_SUSCEPTIBILITY]));
            }
        }
        counted_free(c);
    }
    counted_law_free(shared);
}

/* Over octaves and not, from where all scores count to where one does. */
static void test_foreseen(void **state) {
    (void)state;
    double octaves[BETAS], odd[BETAS];
    for (size_t b = 0; b < BETAS; b++) {
        octaves[b] = exp2(-4 + (double)b / 4);
        odd[b] = 0.05 * exp(0.19 * (double)b);
    }
    for (size_t l = 0; l < LAWS; l++) {
        check_foreseen(&laws[l], 11, octaves);
        check_foreseen(&laws[l], 27, odd);
        check_foreseen(&laws[l], 300, octaves);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_search),
        cmocka_unit_test(test_foreseen),
    };
    return cmocka_run_group_tests_name("counts", tests, NULL, NULL);
}
