/* The kernel's sums, the parts of drawn rows, and the top of counted ones. */
#include "sim/rows/counted_law.h"
#include "tests/sim/rows/laws.h"

/* ---- the kernel's sums, and the scores of a bin ---- */

enum { POINTS = 1000 };

static void check_sums(const struct kernel *kernel, size_t n, double x[2][POINTS],
                       double out[KERNEL_MOMENTS]) {
    const double beta = 1.7;
    double weight[POINTS];
    kernel->weights(n, x[0], beta, weight);
    kernel->moments(n, x[0], x[1], beta, weight, out);
    for (int m = 0; m < KERNEL_MOMENTS; m++) {
        long double want = 0, size = 0;
        for (size_t i = 0; i < n; i++) {
            long double at = (long double)beta * x[0][i], e = expl(-at);
            long double term = x[1][i] * (m < 6 ? powl(at, m) * e : powl(at, m - 6) * e * e);
            want += term;
            size += fabsl(term);
        }
        check_close(out[m], (double)want, 1e-14 * (double)size);
    }
}

/* Octaves of fewer and fewer points: what lies beyond them may be left out or not. */
static void check_octaves(const struct kernel *kernel, size_t n, double x[2][POINTS],
                          double out[KERNEL_OCTAVES][KERNEL_AVERAGES]) {
    const double beta = 1.0 / 64, beyond = 1 / beta;
    size_t reach[KERNEL_OCTAVES];
    double gap[POINTS];
    for (size_t i = 0; i < n; i++) { gap[i] = x[0][i] + (i >= n / 2 ? 3000 * beyond : 0); }
    for (size_t o = 0; o < KERNEL_OCTAVES; o++) { reach[o] = o < 3 ? n : n / 2; }
    kernel->octaves(KERNEL_OCTAVES, reach, gap, x[1], beta, out);
    for (size_t o = 0; o < KERNEL_OCTAVES; o++) {
        for (int m = 0; m < KERNEL_AVERAGES; m++) {
            long double want = 0, size = 0;
            for (size_t i = 0; i < n; i++) {
                long double g = gap[i], term = x[1][i] * powl(g, m) * expl(-ldexpl(beta, (int)o) * g);
                want += term;
                size += fabsl(term);
            }
            check_close(out[o][m], (double)want, 1e-13 * (double)size);
        }
    }
}

/* Of points of count 1, at betas side by side. */
static void check_beside(const struct kernel *kernel, size_t n, const double *gap,
                         double out[KERNEL_OCTAVES][KERNEL_AVERAGES][KERNEL_LANES]) {
    size_t reach[KERNEL_OCTAVES];
    double beta[KERNEL_LANES];
    for (size_t l = 0; l < KERNEL_LANES; l++) { beta[l] = exp2((double)l / KERNEL_LANES) / 64; }
    for (size_t o = 0; o < KERNEL_OCTAVES; o++) { reach[o] = n; }
    kernel->octaves_beside(KERNEL_OCTAVES, reach, gap, beta, out);
    for (size_t i = 0; i < KERNEL_OCTAVES * KERNEL_AVERAGES * KERNEL_LANES; i++) {
        size_t l = i % KERNEL_LANES, m = i / KERNEL_LANES % KERNEL_AVERAGES,
               o = i / (KERNEL_LANES * KERNEL_AVERAGES);
        long double want = 0;
        for (size_t k = 0; k < n; k++) {
            want += powl(gap[k], (int)m) * expl(-ldexpl(beta[l], (int)o) * gap[k]);
        }
        check_close(out[o][m][l], (double)want, 1e-13 * (double)want);
    }
}

static void test_kernel_sums(void **state) {
    (void)state;
    const char *const name[] = {"base", "avx2", "avx512"};
    const size_t count[] = {0, 1, 7, 8, 9, 255, 256, 257, POINTS};
    double x[2][POINTS], want[KERNEL_MOMENTS], got[KERNEL_MOMENTS];
    double octaves[2][KERNEL_OCTAVES][KERNEL_AVERAGES],
        beside[2][KERNEL_OCTAVES][KERNEL_AVERAGES][KERNEL_LANES];
    isa_best()->kernel->uniforms(test_stream(0).key, STREAM_SCORES, 0, 2 * POINTS / 4, x[0]);
    for (size_t i = 0; i < POINTS; i++) {
        x[0][i] *= 20;
        x[1][i] = 1e6 * (x[1][i] - 0.4); /* counts of either sign */
    }
    for (size_t c = 0; c < sizeof count / sizeof count[0]; c++) {
        check_sums(isa_find("base")->kernel, count[c], x, want);
        check_octaves(isa_find("base")->kernel, count[c], x, octaves[0]);
        check_beside(isa_find("base")->kernel, count[c], x[0], beside[0]);
        for (size_t i = 1; i < 3; i++) {
            if (!isa_find(name[i])) { continue; }
            check_sums(isa_find(name[i])->kernel, count[c], x, got);
            assert_memory_equal(got, want, sizeof want);
            check_octaves(isa_find(name[i])->kernel, count[c], x, octaves[1]);
            assert_memory_equal(octaves[1], octaves[0], sizeof octaves[0]);
            check_beside(isa_find(name[i])->kernel, count[c], x[0], beside[1]);
            assert_memory_equal(beside[1], beside[0], sizeof beside[0]);
        }
    }
}

/* A part refines into as many scores as its ranks say, in order and all inside it; and the nodes count them
 * too. */
static void check_parts(const struct row *row, size_t step) {
    for (size_t b = 0; b < row->part_count; b += step) {
        const struct row_part *part = &row->part[b], *finer;
        double lower = part->lower, before = part->before;
        size_t count = row->refine(row->maker, part, 1, 0, &finer);
        check_close(before, b > 0 ? part[-1].last : (double)row->top_count, 0);
        for (size_t i = 0; i < count; i++) {
            assert_true(finer[i].lower >= lower && finer[i].upper >= finer[i].lower);
            check_close(finer[i].before, before, 0);
            check_close(finer[i].log_last, log(finer[i].last), 0);
            lower = finer[i].upper;
            before = finer[i].last;
        }
        assert_true(lower <= part->upper);
        check_close(before, part->last, 0);
    }
    double total = 0;
    for (size_t i = 0; i < row->point_count; i++) { total += row->count[i]; }
    check_relative(total, exp(row->log_n), 1e-12);
}

static void test_bins(void **state) {
    (void)state;
    struct drawn *drawn = drawn_create(isa_best());
    for (size_t l = 0; l < LAWS; l++) {
        check_parts(make_row(drawn, &laws[l], 513, 5), 1);
        check_parts(make_row(drawn, &laws[l], 5000, 5), 1);
        check_parts(make_row(drawn, &laws[l], 70000, 5), 29); /* drawn again for every visit */
    }
    drawn_free(drawn);
}

/* ---- the top of counted rows ---- */

/* Of V^(1/kappa), the V from the row's own uniforms: also where the highest scores differ by what rounding of
 * any of them is. */
static void test_top_gaps(void **state) {
    (void)state;
    enum { ROWS = 300, MOST = 1024 };
    const double p[FAMILY_PARAMETERS] = {0.05, 1}, log_n = log(1000);
    const double log_lambda = typical_scale(&family_powerlaw, p, log_n).log_lambda;
    struct counted_law *law =
        counted_law_create(&family_powerlaw, p, log_n, log_lambda, isa_best()->kernel, 0, NULL);
    struct counted *counted = counted_create(isa_best());
    double uniform[MOST + 4], least = 1;
    long double sum[MOST + 1];
    for (uint64_t r = 0; r < ROWS; r++) {
        const struct stream stream = stream_make(1, "top", log_n, false, r);
        const struct row *row = counted_row(counted, law, stream);
        const size_t count = row->top_count;
        isa_best()->kernel->uniforms(stream.key, STREAM_SCORES, 0, count / 4 + 1, uniform);
        for (size_t i = 0; i <= count; i++) { sum[i] = (i > 0 ? sum[i - 1] : 0) - logl(uniform[i]); }
        const long double unit = expl((law->log_top - log_n - logl(sum[count])) / p[0] + log_lambda);
        for (size_t i = 1; i < count; i++) {
            const long double gap = unit * (powl(sum[i], 1 / p[0]) - powl(sum[0], 1 / p[0]));
            check_relative(row->gap[i], (double)gap, 1e-9);
            least = fmin(least, row->gap[i]);
        }
    }
    assert_true(least < 1e-15);
    counted_free(counted);
    counted_law_free(law);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernel_sums),
        cmocka_unit_test(test_bins),
        cmocka_unit_test(test_top_gaps),
    };
    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
