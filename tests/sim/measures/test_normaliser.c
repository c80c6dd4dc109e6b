/* Sparse normalisers of drawn rows against all their scores in order, of counted ones against exact laws. */
#include "tests/sim/measures/sample.h"

#include "sim/measures/normaliser.h"
#include "sim/rows/counted.h"

/* ---- against every score ---- */

/* T by bisection on the sum over all keys, in long double. */
static struct normalised brute_entmax(size_t n, const double *gap, long double alpha, long double beta) {
    long double power = 1 / (alpha - 1), scale = (alpha - 1) * beta, low = 0, high = 1 / scale;
    for (int step = 0; step < 80; step++) {
        long double cut = (low + high) / 2, sum = 0;
        for (size_t i = 0; i < n && gap[i] < cut; i++) { sum += powl(scale * (cut - gap[i]), power); }
        *(sum < 1 ? &low : &high) = cut;
    }
    struct normalised x = {.top_weight = (double)powl(scale * high, power)};
    for (size_t i = 0; i < n && gap[i] < high; i++) {
        long double p = powl(scale * (high - gap[i]), power);
        x.support++;
        x.entropy -= p > 0 ? (double)(p * logl(p)) : 0;
        x.participation += (double)(p * p);
    }
    return x;
}

/* Inside a part scores lie anywhere: as evenly as so many draws, 5 standard deviations (a fair draw fails
 * once in 10^6). */
static double spread(const struct row *row, double support) {
    for (size_t i = 0; i < row->part_count; i++) {
        if (row->part[i].last >= support - 0.5) { return 1 + 2.5 * sqrt(row->part[i].last - row->part[i].before); }
    }
    return 0;
}

static void compare(const struct law *law, const struct row *row, size_t n, const double *gap, double alpha,
                    double beta) {
    struct normalised want = brute_entmax(n, gap, alpha, beta), got = normaliser_entmax(row, alpha, beta);
    bool single = want.support < 3500; /* parts up to here are refined into single scores */
    double close = want.support < (double)row->top_count ? 1e-9 : single ? 1e-7 : 1e-3;
    double support = single ? 1e-9 * want.support : spread(row, want.support);
    if (!(fabs(got.support - want.support) <= support) || !(fabs(got.entropy - want.entropy) <= close) ||
        !(fabs(got.participation / want.participation - 1) <= 10 * close) ||
        !(fabs(got.top_weight / want.top_weight - 1) <= 10 * close)) {
        fail_msg(
            "%s(%g), n = %zu, alpha = %g, beta = %g: support %g, H %.12g, Y_2 %.12g, p_(1) %.12g; exactly "
            "%g, %.12g, %.12g, %.12g",
            law->family, law->p[0], n, alpha, beta, got.support, got.entropy, got.participation,
            got.top_weight, want.support, want.entropy, want.participation, want.top_weight);
    }
}

static void test_every_score(void **state) {
    (void)state;
    const size_t length[] = {2, 3, 100, 513, 4096, 10000};
    const double alpha[] = {1.05, 1.25, 1.5, 2}, factor[] = {1e-6, 0.003, 0.03, 0.1, 0.5, 1, 2.5, 100};
    struct drawn *drawn = drawn_create(isa_best());
    for (size_t l = 0; l < LAWS; l++) {
        for (size_t i = 0; i < (getenv("GAPSCALE_TEST_QUICK") ? 5 : 6); i++) {
            double *gap = row_gaps(&laws[l], length[i], test_stream(i));
            const struct row *row = make_row(drawn, &laws[l], length[i], i);
            double lambda = measure_accumulation(row).lambda;
            for (size_t a = 0; a < 4; a++) {
                for (size_t b = length[i] > 5000 ? a % 2 : 0; b<8; b += length[i]> 5000 ? 2 : 1) {
                    compare(&laws[l], row, length[i], gap, alpha[a], factor[b] * lambda);
                }
            }
            free(gap);
        }
    }
    drawn_free(drawn);
}

/* A sink is a key like another: the row without its maximum, and the maximum as the sink. */
static void test_sink(void **state) {
    (void)state;
    struct drawn *drawn = drawn_create(isa_best());
    double *gap = row_gaps(&laws[0], 300, test_stream(1)), beta = 1.3, m[MEASURE_VALUES],
           rest[MEASURE_VALUES];
    const struct row *row = make_row(drawn, &laws[0], 300, 1);
    measure_row(isa_best()->kernel, row, beta, m);
    double second = gap[1];
    for (size_t i = 1; i < 300; i++) { gap[i] -= second; }
    struct exact x = brute_force(299, gap + 1, beta);
    rest[MEASURE_LOG_PARTITION] = (double)x.log_z;
    rest[MEASURE_ENTROPY] = (double)x.entropy;
    rest[MEASURE_PARTICIPATION] = (double)x.participation;
    struct normaliser_sink sink = normaliser_sink(rest, beta * second);
    check_relative(sink.weight, m[MEASURE_TOP_WEIGHT], 1e-12);
    check_relative(sink.entropy, m[MEASURE_ENTROPY], 1e-12);
    check_relative(sink.participation, m[MEASURE_PARTICIPATION], 1e-12);
    check_close(normaliser_sink(rest, -INFINITY).entropy, rest[MEASURE_ENTROPY], 1e-14);
    check_close(normaliser_sink(rest, INFINITY).weight, 1, 0);
    free(gap);
    drawn_free(drawn);
}

/* ---- the law of the support ---- */

enum { ROWS = 20000, BINS = 12 };

/* Support - 1 of sparsemax is Poisson(1/b) in the Gumbel class: chi square over its values. Exponential
 * scores (gumbel rows at n = e^1000 are that to e^-1000) obey it at every n. A fair draw fails once in 10^6.
 */
static void test_poisson(void **state) {
    (void)state;
    const struct family *family = family_find("gumbel");
    const double p[] = {0, 1}, log_n = 1000, ratio[] = {0.25, 1, 3};
    double log_lambda = typical_scale(family, p, log_n).log_lambda;
    struct counted *counted = counted_create(isa_best());
    struct counted_law *law = counted_law_create(family, p, log_n, log_lambda, isa_best()->kernel, 0, NULL);
    double seen[3][BINS] = {0};
    for (uint64_t r = 0; r < ROWS; r++) {
        const struct row *row = counted_row(counted, law, test_stream(r));
        for (size_t b = 0; b < 3; b++) {
            double more = normaliser_entmax(row, 2, ratio[b]).support - 1;
            seen[b][(size_t)fmin(more, BINS - 1)]++;
        }
    }
    for (size_t b = 0; b < 3; b++) {
        double chi2 = 0, left = ROWS, expected = ROWS * exp(-1 / ratio[b]);
        for (size_t k = 0; k < BINS; k++) {
            double e = k + 1 < BINS ? expected : left;
            if (e > 1e-3) { chi2 += (seen[b][k] - e) * (seen[b][k] - e) / fmax(e, 1); }
            left -= expected;
            expected /= ratio[b] * (double)(k + 1);
        }
        if (chi2 > 60) { fail_msg("b = %g: chi^2 = %g for %d values", ratio[b], chi2, BINS); }
    }
    counted_law_free(law);
    counted_free(counted);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_score),
        cmocka_unit_test(test_sink),
        cmocka_unit_test(test_poisson),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
