/* What finds the top of a row, weighs a row as it is and puts scores into bins: the same of every instruction
 * set. */
#include "tests/sim/rows/laws.h"

#include <stdlib.h>

enum { POINTS = 3000, SETS = 3 };
static const char *const set_name[SETS] = {"base", "avx2", "avx512"};

/* Gaussian, with ties from rounding and a few scores far above. */
static void fill(double x[POINTS], size_t shift) {
    isa_best()->kernel->uniforms(test_stream(shift).key, STREAM_SCORES, 0, POINTS / 4, x);
    for (size_t i = 0; i < POINTS; i++) {
        x[i] = log(x[i] / (1 - x[i]));
        if (shift % 3 == 0) { x[i] = floor(4 * x[i]); }
        if (i % 700 == 3) { x[i] += 10; }
    }
}

static int descending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

static void test_sort(void **state) {
    (void)state;
    double x[POINTS], want[POINTS], got[POINTS], room[POINTS];
    for (size_t n = 0; n <= POINTS; n += n < 70 || (n > 1000 && n < 1040) ? 1 : 37) {
        fill(x, n);
        memcpy(want, x, n * sizeof *x);
        qsort(want, n, sizeof *want, descending);
        for (size_t s = 0; s < SETS; s++) {
            if (!isa_find(set_name[s])) { continue; }
            memcpy(got, x, n * sizeof *x);
            isa_find(set_name[s])->kernel->sort(n, got, n > KERNEL_SORTED ? room : NULL);
            for (size_t i = 0; i < n; i++) { check_close(got[i], want[i], 0); }
        }
    }
}

static void check_peaks(const struct kernel *kernel, size_t n, const double *x) {
    double peak[KERNEL_PEAKS];
    struct kernel_range want = kernel->range(n, x), got = kernel->peaks(n, x, peak);
    check_close(got.low, want.low, 0);
    check_close(got.high, want.high, 0);
    kernel->sort(KERNEL_PEAKS, peak, NULL);
    for (size_t k = 0; k < KERNEL_PEAKS && k < n; k++) {
        size_t reaching = 0;
        for (size_t i = 0; i < n; i++) { reaching += x[i] >= peak[k]; }
        assert_true(reaching > k);
    }
    assert_true(n < KERNEL_PEAKS || isfinite(peak[KERNEL_PEAKS / 2 - 1]));
}

/* Large numbers side by side, as of keys near a query, are of different parts. */
static void check_stretch(const struct kernel *kernel, size_t n, const double *x) {
    enum { STRETCH = KERNEL_PEAKS / 2 };
    double y[POINTS], peak[KERNEL_PEAKS];
    if (n < STRETCH) { return; }
    memcpy(y, x, n * sizeof *x);
    for (size_t i = n - STRETCH; i < n; i++) { y[i] += 1000; }
    kernel->peaks(n, y, peak);
    assert_int_equal(kernel->count_above(KERNEL_PEAKS, peak, 500), STRETCH);
}

/* Few of them, some, most and all. */
static void check_above(const struct kernel *kernel, size_t n, const double *x) {
    double found[POINTS], sorted[POINTS];
    memcpy(sorted, x, n * sizeof *x);
    qsort(sorted, n, sizeof *sorted, descending);
    const double limit[] = {sorted[0], sorted[n / 100], 1, sorted[n - 1], -INFINITY};
    for (size_t i = 0; i < sizeof limit / sizeof *limit; i++) {
        size_t count = kernel->above(n, x, limit[i], found), k = 0;
        qsort(found, count, sizeof *found, descending);
        for (; k < n && sorted[k] > limit[i]; k++) { check_close(found[k], sorted[k], 0); }
        assert_int_equal(count, k);
        assert_int_equal(kernel->count_above(n, x, limit[i]), k);
    }
}

/* As of doubles, to the bit: limits are floats, lie between two, or beyond all. */
static void check_floats(const struct kernel *kernel, size_t n, const double *x) {
    float y[POINTS];
    double wide[POINTS], peak[2][KERNEL_PEAKS], found[2][POINTS];
    for (size_t i = 0; i < n; i++) { y[i] = (float)x[i]; }
    kernel->widen(n, y, wide);
    for (size_t i = 0; i < n; i++) { check_close(wide[i], (double)y[i], 0); }
    struct kernel_range range[2] = {kernel->peaks(n, wide, peak[0]), kernel->peaks_floats(n, y, peak[1])};
    assert_memory_equal(&range[1], &range[0], sizeof *range);
    assert_memory_equal(peak[1], peak[0], sizeof *peak);
    const double at = wide[n / 2], limit[] = {at,
                                              nextafter(at, -INFINITY),
                                              nextafter(at, INFINITY),
                                              range->high,
                                              1,
                                              -1e300,
                                              1e300,
                                              -INFINITY,
                                              INFINITY,
                                              1e-320,
                                              -1e-320};
    for (size_t i = 0; i < sizeof limit / sizeof *limit; i++) {
        size_t count[] = {kernel->above(n, wide, limit[i], found[0]),
                          kernel->above_floats(n, y, limit[i], found[1])};
        assert_int_equal(count[1], count[0]);
        assert_int_equal(kernel->count_above_floats(n, y, limit[i]), count[0]);
        for (size_t k = 0; k < 2; k++) { qsort(found[k], count[k], sizeof **found, descending); }
        assert_memory_equal(found[1], found[0], count[0] * sizeof **found);
        assert_int_equal(kernel->all_above_floats(n, y, limit[i]), kernel->all_above(n, wide, limit[i]));
    }
    const float bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 9; i++) {
        const size_t place = i < 3 ? 0 : i < 6 ? n / 2 : n - 1;
        const float kept = y[place];
        assert_true(kernel->all_above_floats(n, y, -INFINITY));
        y[place] = bad[i % 3];
        assert_false(kernel->all_above_floats(n, y, -INFINITY));
        y[place] = kept;
    }
}

/* NaN is on neither side. */
static void check_parting(const struct kernel *kernel, size_t n, const double *x) {
    const double from[] = {-1e9, 0, x[n / 2], 1e9};
    double y[POINTS];
    memcpy(y, x, n * sizeof *x);
    if (n > 3) { y[n / 3] = NAN; }
    for (size_t k = 0; k < 4; k++) {
        struct kernel_range found = kernel->parting(n, y, from[k]);
        double below = -INFINITY, above = INFINITY;
        for (size_t i = 0; i < n; i++) { /* fmin and fmax pass over NaN */
            if (y[i] < from[k]) { below = fmax(below, y[i]); }
            if (!(y[i] < from[k])) { above = fmin(above, y[i]); }
        }
        assert_true(found.low == below && found.high == above);
    }
}

static void check_finite(const struct kernel *kernel, size_t n, const double *x) {
    const double bad[] = {NAN, INFINITY, -INFINITY};
    const size_t place[] = {0, n / 2, n - 1};
    double y[POINTS];
    memcpy(y, x, n * sizeof *x);
    assert_true(kernel->all_above(n, y, -INFINITY));
    double low = kernel->range(n, y).low;
    assert_true(kernel->all_above(n, y, nextafter(low, -INFINITY)));
    assert_false(kernel->all_above(n, y, low));
    for (size_t i = 0; i < 9; i++) {
        size_t at = place[i / 3];
        y[at] = bad[i % 3];
        assert_false(kernel->all_above(n, y, -INFINITY));
        y[at] = x[at];
    }
}

/* Weights and their sum to what is stated, weights down to 2^-125; of floats the same as of the doubles that
 * they are. */
static double check_softmax(const struct kernel *kernel, size_t n, const double *x, float weight[POINTS]) {
    const double top = kernel->range(n, x).high, sum = kernel->softmax(n, x, top, weight);
    double want = 0;
    for (size_t i = 0; i < n; i++) {
        const double gap = top - x[i], e = fmax(exp(-gap), 0x1p-125);
        check_relative(weight[i], e, 0x1p-23 * (1 + gap));
        want += weight[i];
    }
    check_relative(sum, want, 0x1p-22);
    float single[POINTS], same[POINTS];
    double wide[POINTS];
    for (size_t i = 0; i < n; i++) { wide[i] = single[i] = (float)x[i]; }
    const double high = kernel->range(n, wide).high, whole = kernel->softmax(n, wide, high, weight);
    check_close(kernel->softmax_floats(n, single, high, same), whole, 0);
    assert_memory_equal(same, weight, n * sizeof *same);
    return kernel->softmax(n, x, top, weight);
}

static void test_search(void **state) {
    (void)state;
    static const size_t count[] = {1, 2, 7, 8, 9, 255, 256, 257, 511, 512, 513, 1031, 2048, POINTS};
    double x[POINTS];
    float weight[POINTS], same[POINTS];
    for (size_t c = 0; c < sizeof count / sizeof count[0]; c++) {
        fill(x, c);
        if (c % 2 == 0) { x[count[c] / 2] -= 200; } /* no float has its weight */
        double want = check_softmax(isa_find("base")->kernel, count[c], x, weight);
        for (size_t s = 0; s < SETS; s++) {
            if (!isa_find(set_name[s])) { continue; }
            const struct kernel *kernel = isa_find(set_name[s])->kernel;
            check_peaks(kernel, count[c], x);
            check_stretch(kernel, count[c], x);
            check_above(kernel, count[c], x);
            check_floats(kernel, count[c], x);
            check_parting(kernel, count[c], x);
            check_finite(kernel, count[c], x);
            check_close(check_softmax(kernel, count[c], x, same), want, 0);
            assert_memory_equal(same, weight, count[c] * sizeof *same);
        }
    }
}

enum { BINS = 400, STRIPES = 8, MOMENTS = (KERNEL_WASTE + BINS * STRIPES) * KERNEL_NODES };

/* Moments of the first n scores below the cut, in bins; what they were summed in is where `moment` begins. */
static const double *fill_bins(const struct kernel *kernel, size_t n, const double *x, double cut,
                               int64_t first, unsigned log_stripes, double *moment) {
    memset(moment, 0, MOMENTS * sizeof *moment);
    kernel->deposit(n, x, 20, cut, 0.7, first, log_stripes, moment);
    kernel->gather(BINS, log_stripes, moment + KERNEL_WASTE * KERNEL_NODES);
    return moment + KERNEL_WASTE * KERNEL_NODES;
}

static void check_bins(size_t n, const double *x, double cut, int64_t first, const double *moment) {
    static long double want[BINS][KERNEL_NODES];
    memset(want, 0, sizeof want);
    for (size_t i = 0; i < n; i++) {
        double gap = (20 - x[i]) * 0.7, lower = kernel_bin_edge(kernel_bin(gap)),
               upper = kernel_bin_edge(kernel_bin(gap) + 1);
        long double power = 1, at = (2 * (long double)gap - lower - upper) / (upper - lower);
        for (size_t k = 0; k < KERNEL_NODES && x[i] < cut; k++, power *= at) {
            want[kernel_bin(gap) - first][k] += power;
        }
    }
    for (size_t b = 0; b < BINS; b++) {
        for (size_t k = 0; k < KERNEL_NODES; k++) {
            double error = 1e-14 * (1 + (double)want[b][0]);
            check_close(moment[b * KERNEL_NODES + k], (double)want[b][k], error);
        }
    }
}

static void test_bins(void **state) {
    (void)state;
    static const size_t count[] = {1, 7, 15, 16, 17, 31, 32, 33, 256, 257, 1023, 1024, POINTS};
    static double want_room[MOMENTS], got_room[MOMENTS];
    const double cut = 3;
    const int64_t first = kernel_bin(0.7 * (20 - cut));
    double x[POINTS];
    for (size_t c = 0; c < 2 * sizeof count / sizeof count[0]; c++) {
        const size_t n = count[c / 2];
        const unsigned log_stripes = c % 2 ? 3 : 0;
        fill(x, c);
        const double *want = fill_bins(isa_find("base")->kernel, n, x, cut, first, log_stripes, want_room);
        check_bins(n, x, cut, first, want);
        for (size_t s = 0; s < SETS; s++) {
            if (!isa_find(set_name[s])) { continue; }
            const double *got =
                fill_bins(isa_find(set_name[s])->kernel, n, x, cut, first, log_stripes, got_room);
            assert_memory_equal(got, want, BINS * KERNEL_NODES * sizeof *want);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sort), cmocka_unit_test(test_search),
                                       cmocka_unit_test(test_bins)};
    return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
