/* Measures, Lambda_n, N_n and collapse points of drawn rows against all their scores; what holds for every
 * row. */
#include "tests/sim/measures/ordered.h"
#include "tests/sim/measures/sample.h"

/* ---- measures against every score ---- */

static void compare(const struct law *law, const struct row *row, size_t n, const double *gap, double beta) {
    double m[MEASURE_VALUES];
    struct exact x = brute_force(n, gap, beta);
    measure_row(isa_best()->kernel, row, beta, m);
    if (!(fabsl(m[MEASURE_ENTROPY] - x.entropy) <= 1e-10L)) {
        fail_msg("%s(%g), n = %zu, beta = %g: H = %.17g, exactly %.17Lg", law->family, law->p[0], n, beta,
                 m[MEASURE_ENTROPY], x.entropy);
    }
    check_close(m[MEASURE_PARTICIPATION], (double)x.participation, 1e-10 * (double)x.participation);
    check_close(m[MEASURE_LOG_PARTICIPATION], log((double)x.participation), 1e-10);
    check_close(m[MEASURE_LOG_PARTITION], (double)x.log_z, 1e-10);
    check_close(m[MEASURE_GAP_MEAN] * beta, (double)x.mean * beta, 1e-10 * (1 + (double)x.mean * beta));
    check_close(m[MEASURE_SUSCEPTIBILITY], (double)x.chi, 1e-9 * (1 + (double)x.chi));
    check_close(m[MEASURE_TOP_WEIGHT], (double)expl(-x.log_z), 1e-10);
    check_close(m[MEASURE_TOP_TWO_RATIO], exp(-beta * gap[1]), 1e-13);
    for (size_t k = 1; k <= 8; k++) {
        double weight = k <= n ? exp(-beta * gap[k - 1] - (double)x.log_z) : 0;
        check_close(ordered_weight(row, beta, m[MEASURE_LOG_PARTITION], k), weight, 1e-10);
    }
}

static const size_t lengths[] = {2, 3, 5, 100, 256, 257, 1000, 4096, 65536, 131072};
static size_t length_count(void) {
    return getenv("GAPSCALE_TEST_QUICK") ? 8 : sizeof lengths / sizeof lengths[0];
}

static void test_measures(void **state) {
    (void)state;
    const double factor[] = {1e-6, 0.01, 0.1, 0.3, 0.6, 1, 1.5, 2.5, 8, 100};
    struct drawn *drawn = drawn_create(isa_best());
    for (size_t l = 0; l < LAWS; l++) {
        for (size_t i = 0; i < length_count(); i++) {
            size_t n = lengths[i];
            double *gap = row_gaps(&laws[l], n, test_stream(n));
            const struct row *row = make_row(drawn, &laws[l], n, n);
            double lambda = measure_accumulation(row).lambda;
            for (size_t b = 0; b < sizeof factor / sizeof factor[0]; b++) {
                compare(&laws[l], row, n, gap, factor[b] * lambda);
            }
            free(gap);
        }
    }
    drawn_free(drawn);
}

/* ---- Lambda_n and N_n(t) against all gaps in order ---- */

static void test_accumulation(void **state) {
    (void)state;
    struct drawn *drawn = drawn_create(isa_best());
    size_t replicates = getenv("GAPSCALE_TEST_QUICK") ? 2 : 6, deep = 0;
    for (size_t l = 0; l < LAWS; l++) {
        for (size_t i = 0; i < length_count(); i++) {
            for (uint64_t r = 0; r < replicates; r++) {
                size_t n = lengths[i];
                double *gap = row_gaps(&laws[l], n, test_stream(r));
                const struct row *row = make_row(drawn, &laws[l], n, r);
                struct accumulation want = brute_accumulation(n, gap), got = measure_accumulation(row);
                check_relative(got.lambda, want.lambda, 1e-12);
                check_relative(got.gap, want.gap, 1e-12);
                check_close(got.log_rank, want.log_rank, 1e-12);
                check_close(measure_top_gap(row), gap[1], 0);
                check_counts(row, n, gap);
                deep += want.log_rank > log((double)row->top_count);
                free(gap);
            }
        }
    }
    drawn_free(drawn);
    assert_true(deep >= 2 * LAWS / 3); /* rows whose sup lies below the explicit top were among them */
}

/* ---- collapse points ---- */

static double crossing(size_t n, const double *gap, const struct criterion *c, double beta) {
    struct exact x = brute_force(n, gap, beta);
    return c->kind == CRITERION_ENTROPY ? (double)(c->threshold - x.entropy)
                                        : (double)(x.participation - c->threshold);
}

/* The measure crosses its threshold once, so a root is good to 1e-10 iff the brute force changes sign
 * within that of it. */
static void check_root(size_t n, const double *gap, const struct criterion *c, double root) {
    if (crossing(n, gap, c, 1e-9) > 0) { /* crossed already at beta = 0 */
        check_close(root, 0, 0);
        return;
    }
    assert_true(root > 0 && isfinite(root));
    double below = crossing(n, gap, c, root * (1 - 1e-10)), above = crossing(n, gap, c, root * (1 + 1e-10));
    if (!(below < 0 && above > 0)) {
        char label[CRITERION_LABEL];
        criterion_label(c, label);
        fail_msg("%s, n = %zu: %.17g is no root (%g below, %g above)", label, n, root, below, above);
    }
}

/* On a coarse grid roots are looked for, on a fine one the grid says most of them. */
enum { GRID = 8 * 8 + 1 };

static size_t fill_grid(const struct row *row, size_t each_octave, double *beta,
                        double (*value)[MEASURE_VALUES]) {
    size_t count = 8 * each_octave + 1;
    for (size_t i = 0; i < count; i++) { beta[i] = exp2(-4 + (double)i / (double)each_octave); }
    measure_betas(isa_best()->kernel, row, count, beta, value);
    return count;
}

/* beta kappa_3 - 2 kappa_2, the slope of chi but for its sign and size, over its terms. */
static long double peak_slope(size_t n, const double *gap, double beta) {
    long double z = 0, mean = 0, square = 0, cube = 0;
    for (size_t i = 0; i < n; i++) {
        long double e = expl(-(long double)beta * gap[i]);
        z += e;
        mean += e * gap[i];
    }
    mean /= z;
    for (size_t i = 0; i < n; i++) {
        long double e = expl(-(long double)beta * gap[i]) / z, d = gap[i] - mean;
        square += e * d * d;
        cube += e * d * d * d;
    }
    return beta * cube / square - 2;
}

/* The peak of chi: its slope changes sign within 1e-9 of it; next to two peaks that meet it may be off more.
 */
static void check_peak(size_t n, const double *gap, double peak) {
    long double below = peak_slope(n, gap, peak * (1 - 1e-9)), above = peak_slope(n, gap, peak * (1 + 1e-9));
    if (!(below < 0 && above > 0)) {
        fail_msg("n = %zu: %.17g is no peak (%Lg, %Lg)", n, peak, below, above);
    }
}

static void check_roots(const struct row *row, size_t n, const double *gap, size_t each_octave) {
    const struct criterion criteria[] = {
        {CRITERION_ENTROPY, 0.1},       {CRITERION_ENTROPY, 0.5},       {CRITERION_ENTROPY, 1},
        {CRITERION_ENTROPY, 3},         {CRITERION_PARTICIPATION, 0.3}, {CRITERION_PARTICIPATION, 0.5},
        {CRITERION_PARTICIPATION, 0.9},
    };
    const struct criterion top_two = {CRITERION_TOP_TWO_RATIO, 0.25}, peak = {CRITERION_SUSCEPTIBILITY, 0};
    double beta[GRID], value[GRID][MEASURE_VALUES];
    size_t count = fill_grid(row, each_octave, beta, value);
    struct measure_grid grid = {count, beta, (const double(*)[MEASURE_VALUES])value};
    for (size_t c = 0; c < sizeof criteria / sizeof criteria[0]; c++) {
        check_root(n, gap, &criteria[c], measure_collapse(isa_best()->kernel, row, &criteria[c], &grid));
    }
    check_relative(measure_collapse(isa_best()->kernel, row, &top_two, &grid), log(4) / gap[1], 1e-14);
    double at = measure_collapse(isa_best()->kernel, row, &peak, &grid);
    if (!isnan(at)) { check_peak(n, gap, at); }
}

static void test_collapse(void **state) {
    (void)state;
    struct drawn *drawn = drawn_create(isa_best());
    for (size_t l = 0; l < LAWS; l++) {
        for (size_t i = 0; i < 8; i++) {
            size_t n = lengths[i];
            double *gap = row_gaps(&laws[l], n, test_stream(n));
            const struct row *row = make_row(drawn, &laws[l], n, n);
            check_roots(row, n, gap, 4);
            check_roots(row, n, gap, 8);
            free(gap);
        }
    }
    drawn_free(drawn);
}

/* ---- what holds for every row ---- */

static void test_invariants(void **state) {
    (void)state;
    struct drawn *drawn = drawn_create(isa_best());
    for (size_t l = 0; l < LAWS; l++) {
        const struct row *row = make_row(drawn, &laws[l], 3000, 1);
        double before = log(3000), chi_before = 0, step = 0.004;
        for (double x = -5; x < 5; x += step) {
            double m[MEASURE_VALUES], middle[MEASURE_VALUES];
            measure_row(isa_best()->kernel, row, exp(x), m);
            measure_row(isa_best()->kernel, row, exp(x - step / 2), middle);
            double h = m[MEASURE_ENTROPY], chi = m[MEASURE_SUSCEPTIBILITY];
            assert_true(h >= 0 && h <= before + 1e-12);
            assert_true(m[MEASURE_PARTICIPATION] >= 1.0 / 3000 && m[MEASURE_PARTICIPATION] <= 1);
            assert_true(m[MEASURE_TOP_WEIGHT] >= exp(-m[MEASURE_LOG_PARTITION]) * (1 - 1e-15));
            if (x > -5) { /* dH = -chi dlog beta, by Simpson's rule: error step^4/2880 times a fourth
                             derivative */
                double mean = (chi_before + 4 * middle[MEASURE_SUSCEPTIBILITY] + chi) / 6;
                check_close((before - h) / step, mean, 1e-9 * (1 + chi));
            }
            before = h;
            chi_before = chi;
        }
    }
    drawn_free(drawn);
}

static void test_shift(void **state) {
    (void)state;
    struct drawn *drawn = drawn_create(isa_best());
    double m[2][MEASURE_VALUES], lambda[2];
    for (int i = 0; i < 2; i++) {
        struct law law = {"gumbel", {i == 0 ? 0 : 1e6, 1}};
        const struct row *row = make_row(drawn, &law, 5000, 3);
        measure_row(isa_best()->kernel, row, 1.5, m[i]);
        lambda[i] = measure_accumulation(row).lambda;
    }
    drawn_free(drawn);
    assert_memory_equal(m[0], m[1], sizeof m[0]);
    check_close(lambda[0], lambda[1], 0);
}

static void test_isas_agree(void **state) {
    (void)state;
    const char *const name[] = {"base", "avx2", "avx512"};
    for (size_t l = 0; l < LAWS; l++) {
        double want[MEASURE_VALUES + 1], got[MEASURE_VALUES + 1];
        for (size_t i = 0; i < 3; i++) {
            const struct isa *isa = isa_find(name[i]);
            if (!isa) { continue; }
            struct drawn *drawn = drawn_create(isa);
            const struct row *row = make_row(drawn, &laws[l], 10007, 4);
            measure_row(isa->kernel, row, 0.9, got);
            got[MEASURE_VALUES] = measure_accumulation(row).lambda;
            drawn_free(drawn);
            if (i == 0) { memcpy(want, got, sizeof want); }
            assert_memory_equal(got, want, sizeof want);
        }
    }
}

/* Three scores whose squares no double holds: how far they scatter is not known, and never 0. */
static void test_no_squares(void **state) {
    (void)state;
    double gap[] = {0, 1e160, 2e160}, count[] = {1, 1, 1}, scratch[3], m[MEASURE_VALUES];
    const struct row row = {.log_n = log(3),
                            .stretch = 1,
                            .top_count = 3,
                            .point_count = 3,
                            .gap = gap,
                            .count = count,
                            .scratch = scratch};
    measure_row(isa_best()->kernel, &row, 1e-160, m);
    check_close(m[MEASURE_LOG_PARTITION], log(1 + exp(-1) + exp(-2)), 1e-12);
    assert_true(isnan(m[MEASURE_SUSCEPTIBILITY]));
}

/* At betas that double twenty times weights keep their digits. */
static void test_ordered(void **state) {
    (void)state;
    enum { OCTAVE = 4, DOUBLINGS = 20, BETAS = OCTAVE * DOUBLINGS + 2, RANKS = 8 };
    static double beta[BETAS], value[BETAS][MEASURE_VALUES], weight[BETAS][RANKS];
    struct drawn *drawn = drawn_create(isa_best());
    const struct row *row = make_row(drawn, &laws[0], 3000, 1);
    for (size_t b = 0; b < BETAS; b++) { beta[b] = exp2((double)b / OCTAVE - 12); }
    measure_betas(isa_best()->kernel, row, BETAS, beta, value);
    measure_ordered_weights(isa_best()->kernel, row, BETAS, beta, (const double(*)[MEASURE_VALUES])value,
                            RANKS, weight[0]);
    for (size_t b = 0; b < BETAS; b++) {
        for (size_t k = 0; k < RANKS; k++) {
            const double plain = exp(-beta[b] * row->gap[k] - value[b][MEASURE_LOG_PARTITION]);
            check_close(weight[b][k], plain, 1e-13 * (1 + beta[b] * row->gap[k]) * plain);
        }
    }
    drawn_free(drawn);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measures),   cmocka_unit_test(test_accumulation),
        cmocka_unit_test(test_collapse),   cmocka_unit_test(test_invariants),
        cmocka_unit_test(test_shift),      cmocka_unit_test(test_isas_agree),
        cmocka_unit_test(test_no_squares), cmocka_unit_test(test_ordered),
    };
    return cmocka_run_group_tests_name("measure", tests, NULL, NULL);
}
