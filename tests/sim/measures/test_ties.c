/* Rows whose scores tie, at the top and everywhere, and rows of two scores. */
#include "tests/sim/measures/sample.h"

/* ---- ties ---- */

/* Two, three or only scores at the top; below them, one at gap 1 unless all tie. */
static void check_ties(size_t ties, bool all, bool in_bin) {
    double gap[4] = {0}, count[4] = {1, 1, 1, 1}, scratch[4], rank = log((double)ties);
    struct row_part atom = {0, 0, 1, (double)ties, rank, 1, 0};
    struct row row = {.stretch = 1,
                      .log_n = log((double)(ties + !all)),
                      .top_count = ties + !all,
                      .point_count = ties + !all,
                      .gap = gap,
                      .count = count,
                      .scratch = scratch};
    if (!all) { gap[ties] = 1; }
    if (in_bin) { /* one score on top, the others an atom at the same place */
        row = (struct row){.stretch = 1,
                           .log_n = rank,
                           .top_count = 1,
                           .point_count = 2,
                           .gap = gap,
                           .count = count,
                           .scratch = scratch,
                           .part_count = 1,
                           .part = &atom};
        count[1] = (double)ties - 1;
    }
    struct accumulation a = measure_accumulation(&row);
    assert_true(isinf(a.lambda));
    check_close(a.log_rank, rank, 1e-15);
    check_close(measure_top_gap(&row), 0, 0);

    double m[MEASURE_VALUES], beta = 50, value[1][MEASURE_VALUES];
    measure_row(isa_best()->kernel, &row, INFINITY, m);
    check_close(m[MEASURE_ENTROPY], rank, 1e-15);
    check_close(m[MEASURE_SUSCEPTIBILITY], 0, 0);
    check_close(m[MEASURE_TOP_TWO_RATIO], 1, 0);
    measure_row(isa_best()->kernel, &row, beta, m);
    check_close(m[MEASURE_ENTROPY], rank, 1e-12);
    check_close(m[MEASURE_TOP_TWO_RATIO], 1, 0);
    memcpy(value[0], m, sizeof m);
    struct measure_grid grid = {1, &beta, (const double(*)[MEASURE_VALUES])value};
    const struct criterion low = {CRITERION_ENTROPY, rank * 0.99}, half = {CRITERION_PARTICIPATION, 0.5};
    const struct criterion top_two = {CRITERION_TOP_TWO_RATIO, 0.5}, high = {CRITERION_ENTROPY, rank * 1.01};
    const struct kernel *kernel = isa_best()->kernel;
    const struct criterion exact = {CRITERION_ENTROPY, log((double)ties)};
    assert_true(measure_collapse(kernel, &row, &low, &grid) == (double)INFINITY);
    assert_true(measure_collapse(kernel, &row, &top_two, &grid) == (double)INFINITY);
    /* H falls to log m and no further: met at beta = 0 if all tie, never otherwise */
    assert_true(measure_collapse(kernel, &row, &exact, &grid) == (all || in_bin ? 0 : (double)INFINITY));
    if (all || in_bin) {
        check_close(measure_collapse(kernel, &row, &high, &grid), 0, 0);
    } else {
        double root = measure_collapse(kernel, &row, &high, &grid);
        measure_row(kernel, &row, root, m);
        check_close(m[MEASURE_ENTROPY], high.threshold, 1e-9);
        assert_true(measure_collapse(kernel, &row, &half, &grid) == (double)INFINITY);
    }
}

static void test_ties(void **state) {
    (void)state;
    check_ties(2, false, false);
    check_ties(3, false, false);
    check_ties(2, true, false);
    check_ties(4, true, false);
    check_ties(3, true, true);
}

/* Scores on a lattice of p[0] values: ties everywhere, at the top and across the end of the explicit top. */
static void draw_lattice(const double *p, const struct vector *vector, size_t n, double *uniforms,
                         double *scores) {
    (void)vector;
    for (size_t i = 0; i < n; i++) { scores[i] = -floor(uniforms[i] * p[0]); }
}
static const struct family lattice = {.name = "lattice", .kind = FAMILY_IID, .draw = draw_lattice};

static double lattice_lambda(size_t n, const double *gap, size_t *ties) {
    double lambda = 0;
    *ties = 1;
    while (*ties < n && gap[*ties] == 0) { ++*ties; }
    for (size_t k = *ties; k < n; k++) { /* the last rank at each gap */
        bool last = k + 1 == n || gap[k + 1] != gap[k];
        if (last) { lambda = fmax(lambda, log((double)k + 1) / gap[k]); }
    }
    return *ties > 1 ? INFINITY : lambda;
}

static void check_lattice(struct drawn *drawn, double values, size_t n) {
    const double p[FAMILY_PARAMETERS] = {values}, log_scale = -1;
    struct stream stream = test_stream(n);
    double *gap = family_gaps(&lattice, p, n, exp(log_scale), stream);
    const struct row *row = drawn_row(drawn, &lattice, p, log((double)n), log_scale, stream);
    size_t ties;
    double lambda = lattice_lambda(n, gap, &ties);
    struct accumulation a = measure_accumulation(row);
    if (ties > 1) {
        assert_true(isinf(a.lambda) && a.gap == 0);
        check_relative(a.log_rank, log((double)ties), 1e-14);
    } else {
        check_relative(a.lambda, lambda, 1e-12);
    }
    check_close(measure_top_gap(row), gap[1], 0);
    check_counts(row, n, gap);
    const double beta[] = {1e-3, 0.1, 1, 5, 50};
    for (size_t b = 0; b < sizeof beta / sizeof beta[0]; b++) {
        double m[MEASURE_VALUES];
        struct exact x = brute_force(n, gap, beta[b]);
        measure_row(isa_best()->kernel, row, beta[b], m);
        check_close(m[MEASURE_ENTROPY], (double)x.entropy, 1e-10);
        check_relative(m[MEASURE_PARTICIPATION], (double)x.participation, 1e-10);
    }
    free(gap);
}

static void test_lattice(void **state) {
    (void)state;
    const double values[] = {1, 2, 3, 10, 100, 1000, 1e5, 1e7};
    const size_t length[] = {2, 3, 100, 256, 257, 1000, 5000, 70000}; /* the last is drawn twice */
    size_t count = getenv("GAPSCALE_TEST_QUICK") ? 7 : 8;
    struct drawn *drawn = drawn_create(isa_best());
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        for (size_t k = 0; k < count; k++) { check_lattice(drawn, values[i], length[k]); }
    }
    drawn_free(drawn);
}

/* n = 2: the criteria that hold at beta = 0 already. */
static void test_two_scores(void **state) {
    (void)state;
    struct drawn *drawn = drawn_create(isa_best());
    const struct row *row = make_row(drawn, &laws[0], 2, 1);
    double beta = 1, value[1][MEASURE_VALUES];
    measure_row(isa_best()->kernel, row, beta, value[0]);
    struct measure_grid grid = {1, &beta, (const double(*)[MEASURE_VALUES])value};
    const struct criterion entropy = {CRITERION_ENTROPY, 1}, half = {CRITERION_PARTICIPATION, 0.5};
    const struct criterion peak = {CRITERION_SUSCEPTIBILITY, 0};
    check_close(measure_collapse(isa_best()->kernel, row, &entropy, &grid), 0, 0);
    check_close(measure_collapse(isa_best()->kernel, row, &half, &grid), 0, 0);
    assert_true(isnan(measure_collapse(isa_best()->kernel, row, &peak, &grid)));
    check_close(measure_accumulation(row).lambda, log(2) / row->gap[1], 1e-15);
    drawn_free(drawn);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_lattice),
        cmocka_unit_test(test_two_scores),
    };
    return cmocka_run_group_tests_name("ties", tests, NULL, NULL);
}
