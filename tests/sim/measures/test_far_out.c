/* Rows whose highest score stands far out: log Z, H and chi are small there, and good relative to themselves.
 */
#include "tests/sim/measures/sample.h"
#include "tests/test.h"

#include "models/theory/typical.h"
#include "sim/measures/normaliser.h"
#include "sim/rows/counted_law.h"
#include "sim/rows/measured.h"

enum { BETAS = 65, STEP = 4 };
static const double LEAST = 1e-280; /* what is smaller may be made of weights that are 0 */

/* Errors of sums over bins grow eightfold with each power of gaps (sim/rows/pyramid.h); chi is a difference.
 */
static void check_measures(const double m[MEASURE_VALUES], const struct exact *want, double beta) {
    const double mean = beta * (double)want->mean, chi = (double)want->chi;
    check_relative(m[MEASURE_LOG_PARTITION], (double)want->log_z, 1e-11);
    check_relative(m[MEASURE_ENTROPY], (double)want->entropy, 1e-11);
    check_relative(m[MEASURE_GAP_MEAN], (double)want->mean, 1e-11);
    check_relative(m[MEASURE_PARTICIPATION], (double)want->participation, 1e-11);
    check_close(m[MEASURE_SUSCEPTIBILITY], chi, 64e-11 * chi + 6e-12 * mean * mean);
}

/* Of a row with these gaps, at betas from `least` on, eight an octave, together and each by itself. */
static void check_row(const struct row *row, size_t n, const double *gap, double least) {
    const struct kernel *kernel = isa_best()->kernel;
    double beta[BETAS], value[BETAS][MEASURE_VALUES], one[MEASURE_VALUES];
    for (int b = 0; b < BETAS; b++) { beta[b] = least * exp2(b / 8.0); }
    measure_betas(kernel, row, BETAS, beta, value);
    for (int b = 0; b < BETAS; b += STEP) {
        const struct exact want = brute_force(n, gap, beta[b]);
        if (want.log_z < LEAST) { continue; }
        check_measures(value[b], &want, beta[b]);
        measure_row(kernel, row, beta[b], one);
        check_measures(one, &want, beta[b]);
    }
}

/* Gaussian scores and one so far above the highest of them, with so many ties at the top of the others; and
 * their gaps, in order. */
static double *scores_far_out(size_t n, double far, size_t ties, double *gap, struct compress_bounds *bounds,
                              uint64_t seed) {
    const size_t top = n < COMPRESS_TOP ? n : COMPRESS_TOP;
    const double p[FAMILY_PARAMETERS] = {1};
    double *score = family_gaps(family_find("gaussian"), p, n, 1, stream_make(3, "far", 0, true, seed));
    for (size_t i = 0; i < n; i++) { score[i] = i < ties ? 0 : -score[i]; }
    score[0] = far;
    for (size_t i = 0; i < n; i++) { gap[i] = far - score[i]; }
    *bounds = (struct compress_bounds){far, score[1], score[top - 1], score[n - 1]};
    for (size_t i = n - 1; i > 0; i--) { /* in no order */
        size_t j = (i * 7919 + seed) % (i + 1);
        double swap = score[i];
        score[i] = score[j];
        score[j] = swap;
    }
    return score;
}

static void test_measured_rows(void **state) {
    (void)state;
    const size_t length[] = {300, 600, 1024, 20000};
    const double far[] = {0.5, 1, 1.5, 2, 3, 10, 100, 1e3, 1e9};
    const double unit = 4;
    struct measured *measured = measured_create(isa_best());
    for (size_t l = 0; l < 4; l++) {
        const size_t n = length[l];
        struct compress_bounds bounds;
        double *gap = malloc(n * sizeof *gap);
        for (size_t k = 0; k < 18; k++) {
            const double d = far[k % 9];
            double *score = scores_far_out(n, d, k < 9 ? 1 : 300, gap, &bounds, k);
            for (size_t i = 0; i < n; i++) { gap[i] *= unit; }
            const struct row *row = k % 2 ? measured_row(measured, n, score, unit)
                                          : measured_row_within(measured, n, score, NULL, unit, &bounds);
            check_row(row, n, gap, fmin(1, 1 / d) / 16);
            check_counts(row, n, gap);
            if (k < 9) {
                check_relative(measure_accumulation(row).lambda, brute_accumulation(n, gap).lambda, 1e-12);
            }
            free(score);
        }
        free(gap);
    }
    measured_free(measured);
}

/* All others tie, or differ by less than bins tell apart, after a row of other scores: as n - 1 ties. */
static void test_others_that_tie(void **state) {
    (void)state;
    enum { VALUES = 300, N = 17 * VALUES };
    static double before[N], score[N], gap[N];
    const double spread[] = {0, 1e-310, 1e-303, 1e-290}, far[] = {3, 1};
    struct measured *measured = measured_create(isa_best());
    for (size_t i = 0; i < N; i++) { before[i] = -0.01 * (double)i; }
    for (size_t k = 0; k < 16; k++) {
        const size_t n = k < 8 ? 2 * VALUES : N, top = n - 1;
        const double width = spread[k / 2 % 4];
        for (size_t i = 0; i < n; i++) {
            score[i] = i == top ? far[k % 2] : -width * (double)(i % VALUES);
            gap[i] = i == 0 ? 0 : far[k % 2];
        }
        const size_t cut = (COMPRESS_TOP - 2) / (n / VALUES);
        const struct compress_bounds bounds = {far[k % 2], 0, -width * (double)cut, -width * (VALUES - 1)};
        measured_row(measured, n, before, 1);
        check_row(measured_row_within(measured, n, score, NULL, 1, &bounds), n, gap, 1.0 / 16);
        measured_row(measured, n, before, 1);
        check_row(measured_row(measured, n, score, 1), n, gap, 1.0 / 16);
    }
    measured_free(measured);
}

/* Sparsemax with all gaps: T by bisection. */
static struct normalised brute_sparsemax(size_t n, const double *gap, double scale) {
    double low = 0, high = 1 / scale;
    for (int step = 0; step < 100; step++) {
        double middle = (low + high) / 2, sum = 0;
        for (size_t i = 0; i < n; i++) { sum += fmax(0, scale * (middle - gap[i])); }
        *(sum < 1 ? &low : &high) = middle;
    }
    struct normalised all = {.top_weight = scale * high};
    for (size_t i = 0; i < n && gap[i] < high; i++) {
        const double p = scale * (high - gap[i]);
        all.support++;
        all.entropy -= p * log(p);
        all.participation += p * p;
    }
    return all;
}

/* As far as sim/measures/normaliser.h promises, where the others begin to have weight; many of them may tie
 * beyond the row's top. */
static void test_sparsemax(void **state) {
    (void)state;
    enum { N = 20000 };
    static double gap[N];
    struct compress_bounds bounds;
    struct measured *measured = measured_create(isa_best());
    struct normaliser *normaliser = normaliser_create();
    for (int k = 0; k < 12; k++) {
        const double far = (double[]){0.01, 10, 100}[k % 3];
        double *score = scores_far_out(N, far, k < 6 ? 1 : 300, gap, &bounds, (uint64_t)k);
        normaliser_begin(normaliser, measured_row_within(measured, N, score, NULL, 1, &bounds));
        for (int b = 0; b < 8; b++) {
            const double beta = exp2(-b) / (far + 1);
            const struct normalised want = brute_sparsemax(N, gap, beta),
                                    got = normaliser_entmax(normaliser, 2, beta);
            check_relative(got.support, want.support, 1e-3);
            check_relative(got.entropy, want.entropy, 1e-4);
            check_relative(got.participation, want.participation, 1e-4);
            check_relative(got.top_weight, want.top_weight, 1e-4);
        }
        free(score);
    }
    normaliser_free(normaliser);
    measured_free(measured);
}

/* Half of the rows of a law with a Pareto tail. */
static void test_drawn_rows(void **state) {
    (void)state;
    const struct law law = {"pareto", {2}};
    struct drawn *drawn = drawn_create(isa_best());
    for (uint64_t r = 0; r < 40; r++) {
        const size_t n = r % 4 ? 1000 : 10000;
        double *gap = row_gaps(&law, n, test_stream(r));
        const struct row *row = make_row(drawn, &law, n, r);
        check_row(row, n, gap, 1.0 / 16);
        check_counts(row, n, gap);
        check_relative(measure_accumulation(row).lambda, brute_accumulation(n, gap).lambda, 1e-12);
        free(gap);
    }
    drawn_free(drawn);
}

/* Sum of weights beside the maximum, as the row has them. */
static long double sum_of_others(const struct row *row, double beta) {
    const long double own = row_own_beta(row, beta);
    long double sum = 0;
    for (size_t i = 1; i < row->point_count; i++) { sum += row->count[i] * expl(-own * row->gap[i]); }
    if (row->bulk) {
        sum += expl(bulk_sums(row->bulk, isa_best()->kernel, (double)own, -INFINITY).log_z -
                    own * row->bulk_offset);
    }
    return sum;
}

static void check_counted(const struct row *row, const double *beta) {
    const struct kernel *kernel = isa_best()->kernel;
    double value[BETAS][MEASURE_VALUES], one[MEASURE_VALUES];
    measure_betas(kernel, row, BETAS, beta, value);
    for (int b = 0; b < BETAS; b += STEP) {
        const long double sum = sum_of_others(row, beta[b]);
        if (sum < LEAST || sum > 1) { continue; }
        check_relative(value[b][MEASURE_LOG_PARTITION], (double)log1pl(sum), 1e-11);
        measure_row(kernel, row, beta[b], one);
        check_relative(one[MEASURE_LOG_PARTITION], (double)log1pl(sum), 1e-11);
    }
}

static void test_counted_rows(void **state) {
    (void)state;
    const struct law law[] = {{"pareto", {2}}, {"gumbel", {0, 1}}, {"gaussian", {1}}};
    const double log_n[] = {10 * M_LN2, 40 * M_LN2, 54 * M_LN2, 690.8};
    const struct kernel *kernel = isa_best()->kernel;
    double beta[BETAS];
    for (int b = 0; b < BETAS; b++) { beta[b] = exp2(-4 + b / 8.0); }
    struct counted *counted = counted_create(isa_best());
    for (size_t l = 0; l < 12; l++) {
        const struct family *family = family_find(law[l / 4].family);
        const double *p = law[l / 4].p, n = log_n[l % 4];
        struct counted_law *made =
            counted_law_create(family, p, n, typical_scale(family, p, n).log_lambda, kernel, BETAS, beta);
        for (uint64_t r = 0; r < 100; r++) {
            check_counted(counted_row(counted, made, stream_make(4, "far", n, false, r)), beta);
        }
        counted_law_free(made);
    }
    counted_free(counted);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measured_rows), cmocka_unit_test(test_others_that_tie),
        cmocka_unit_test(test_sparsemax),     cmocka_unit_test(test_drawn_rows),
        cmocka_unit_test(test_counted_rows),
    };
    return cmocka_run_group_tests_name("far_out", tests, NULL, NULL);
}
