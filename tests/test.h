/* test: what every test file shares. cmocka's own float check has float precision; use check_close. */
#ifndef GAPSCALE_TESTS_TEST_H
#define GAPSCALE_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <math.h>

/* Fails unless |actual - expected| <= tolerance; NaN fails. Not inside a parallel region. */
#define check_close(actual, expected, tolerance)                                                             \
    do {                                                                                                     \
        double actual_ = (actual), expected_ = (expected), tolerance_ = (tolerance);                         \
        if (!(fabs(actual_ - expected_) <= tolerance_))                                                      \
            fail_msg("%s = %.17g, expected %.17g, off by %.3g > %.3g", #actual, actual_, expected_,          \
                     actual_ - expected_, tolerance_);                                                       \
    } while (0)

/* The same, relative to |expected|. */
#define check_relative(actual, expected, tolerance)                                                          \
    check_close(actual, expected, (tolerance)*fabs((double)(expected)))

/* How much of something a test takes: the whole of it, or less where it is shortened, under sanitizers and
 * clang. Their numbers are those of gcc (tests/bits.sh), whose tests try the laws; these go the same ways. */
static inline size_t test_size(size_t whole, size_t shortened) {
    return getenv("GAPSCALE_TEST_QUICK") ? shortened : whole;
}

/* Kolmogorov-Smirnov p-value of `n` sorted probabilities against the uniform law (asymptotic, with
 * Stephens' finite-n correction). */
static inline double test_ks_pvalue(size_t n, const double *sorted) {
    double d = 0, root = sqrt((double)n), sum = 0;
    for (size_t i = 0; i < n; i++) {
        d = fmax(d, fmax((double)(i + 1) / (double)n - sorted[i], sorted[i] - (double)i / (double)n));
    }
    double z = (root + 0.12 + 0.11 / root) * d;
    if (z < 0.3) { return 1; }
    for (int k = 1; k <= 100; k++) { sum += (k % 2 ? 2 : -2) * exp(-2.0 * k * k * z * z); }
    return fmin(1, fmax(0, sum));
}

#endif
