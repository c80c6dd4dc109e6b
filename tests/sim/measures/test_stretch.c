/* Rows that differ in scale: their factor, what is measured on them, drawn and counted, at any n. */
#include <gsl/gsl_cdf.h>

#include "models/oracle/oracle.h"
#include "models/theory/typical.h"
#include "sim/measures/measure.h"
#include "sim/rows/measured.h"
#include "sim/rows/normal.h"
#include "sim/rows/sampler.h"
#include "tests/sim/measures/ordered.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

enum { BETAS = 7 };
static const double beta[BETAS] = {0.125, 0.25, 0.5, 1, 2, 4, 8};

static const struct family *dotproduct(void) { return family_find("dotproduct"); }

static struct stream stream_of(uint64_t replicate) {
    return stream_make(20260512, "stretch", 1, true, replicate);
}

static struct sampler_law *law_make(const double *p, double log_n, bool counted) {
    double log_lambda = typical_scale(dotproduct(), p, log_n).log_lambda;
    struct sampler_law *law =
        sampler_law_create(dotproduct(), p, log_n, log_lambda, counted, isa_best()->kernel, BETAS, beta);
    assert_non_null(law);
    return law;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* |q|^2 is a chi square, for rows of either kind the same one; the family's, but for rounding where a curve
 * has it. Fails by chance once in 1e5 seeds. */
static void test_factor(void **state) {
    (void)state;
    enum { ROWS = 4000 };
    static double chance[ROWS];
    const double p[FAMILY_PARAMETERS] = {5, 2};
    struct sampler *sampler = sampler_create(isa_best());
    struct sampler_law *drawn = law_make(p, log(20), false), *counted = law_make(p, log(1000), true),
                       *longest = law_make(p, 1e5, true);
    assert_non_null(sampler);
    for (uint64_t i = 0; i < ROWS; i++) {
        double r = sampler_row(sampler, drawn, stream_of(i))->stretch;
        assert_true(r == sampler_row(sampler, counted, stream_of(i))->stretch);
        check_relative(r, sampler_row(sampler, longest, stream_of(i))->stretch, 5e-14);
        chance[i] = gsl_cdf_chisq_P(5 * r * r, 5);
    }
    qsort(chance, ROWS, sizeof *chance, ascending);
    double pvalue = test_ks_pvalue(ROWS, chance);
    if (!(pvalue > 1e-5)) { fail_msg("p = %g", pvalue); }
    sampler_law_free(drawn);
    sampler_law_free(counted);
    sampler_law_free(longest);
    sampler_free(sampler);
}

struct collected {
    double *score;
    size_t count;
};

static bool collect(void *context, size_t count, const double *scores) {
    struct collected *c = context;
    memcpy(c->score + c->count, scores, count * sizeof *scores);
    c->count += count;
    return true;
}

/* All that is measured on two rows, the second at betas `stretch` times as large; `between`: what N_n may be
 * off by inside bins, which need not be the same. */
static void check_same(const struct row *a, const struct row *b, double stretch, double between) {
    const double accuracy = 1e-9;
    static const struct criterion criterion[] = {{CRITERION_ENTROPY, 1},
                                                 {CRITERION_PARTICIPATION, 0.5},
                                                 {CRITERION_TOP_TWO_RATIO, 0.5},
                                                 {CRITERION_SUSCEPTIBILITY, NAN}};
    const struct kernel *kernel = isa_best()->kernel;
    double scaled[BETAS], x[BETAS][MEASURE_VALUES], y[BETAS][MEASURE_VALUES], t[20], u[20], m[20], n[20];
    for (size_t i = 0; i < BETAS; i++) { scaled[i] = stretch * beta[i]; }
    measure_betas(kernel, a, BETAS, beta, x);
    measure_betas(kernel, b, BETAS, scaled, y);
    for (size_t i = 0; i < BETAS; i++) {
        double one[MEASURE_VALUES];
        y[i][MEASURE_GAP_MEAN] *= stretch;
        measure_row(kernel, a, beta[i], one);
        for (size_t k = 0; k < MEASURE_COUNT; k++) {
            check_close(x[i][k], y[i][k], accuracy * (1e-6 + fabs(y[i][k])));
            check_close(one[k], x[i][k], accuracy * (1e-6 + fabs(x[i][k])));
        }
        check_close(ordered_weight(a, beta[i], x[i][MEASURE_LOG_PARTITION], 3),
                    ordered_weight(b, scaled[i], y[i][MEASURE_LOG_PARTITION], 3), accuracy);
    }
    const struct measure_grid first = {BETAS, beta, (const double(*)[MEASURE_VALUES])x},
                              second = {BETAS, scaled, (const double(*)[MEASURE_VALUES])y};
    for (size_t k = 0; k < 4; k++) {
        double root = measure_collapse(kernel, a, &criterion[k], &first),
               other = measure_collapse(kernel, b, &criterion[k], &second) / stretch;
        assert_true(isnan(root) == isnan(other));
        if (!isnan(root)) { check_relative(root, other, 1e-8); }
    }
    struct accumulation p = measure_accumulation(a), q = measure_accumulation(b);
    check_relative(p.lambda, q.lambda / stretch, accuracy);
    check_relative(p.gap, q.gap * stretch, accuracy);
    check_close(p.log_rank, q.log_rank, accuracy);
    check_relative(measure_top_gap(a), stretch * measure_top_gap(b), accuracy);
    for (int i = 0; i < 20; i++) { u[i] = (t[i] = ldexp(1.7, i - 8)) / stretch; }
    measure_log_gap_count(isa_best()->kernel, a, 20, t, m);
    measure_log_gap_count(isa_best()->kernel, b, 20, u, n);
    for (int i = 0; i < 20; i++) { check_close(m[i], n[i], between + accuracy * n[i]); }
}

/* A row as it is made, and one made of its scores. */
static void test_drawn(void **state) {
    (void)state;
    enum { MOST = 5000 };
    static double score[MOST];
    const double p[FAMILY_PARAMETERS] = {3, 2};
    const size_t length[] = {2, 300, 513, MOST};
    struct sampler *sampler = sampler_create(isa_best());
    struct measured *measured = measured_create(isa_best());
    assert_true(sampler && measured);
    for (size_t i = 0; i < 12; i++) {
        double log_n = log((double)length[i % 4]),
               log_lambda = typical_scale(dotproduct(), p, log_n).log_lambda;
        struct sampler_law *law = law_make(p, log_n, false);
        struct collected c = {score, 0};
        assert_true(sampler_scores(sampler, law, stream_of(i), collect, &c));
        assert_int_equal(c.count, length[i % 4]);
        const struct row *row = sampler_row(sampler, law, stream_of(i)),
                         *again = measured_row(measured, c.count, score, exp(log_lambda));
        check_close(row->top_score, again->top_score, 1e-14 * fabs(row->top_score));
        check_same(row, again, 1, 0.03);
        sampler_law_free(law);
    }
    sampler_free(sampler);
    measured_free(measured);
}

/* A counted row against the same without its factor, at betas that have it. */
static void test_counted(void **state) {
    (void)state;
    const double p[FAMILY_PARAMETERS] = {3, 1}, length[] = {log(2000), 16 * M_LN2, 230, 1e5};
    struct sampler *sampler = sampler_create(isa_best());
    assert_non_null(sampler);
    for (size_t i = 0; i < 8; i++) {
        struct sampler_law *law = law_make(p, length[i % 4], true);
        const struct row *row = sampler_row(sampler, law, stream_of(i));
        struct row plain = *row;
        plain.stretch = 1;
        check_same(row, &plain, row->stretch, 0);
        sampler_law_free(law);
    }
    sampler_free(sampler);
}

/* Betas that do not go in octaves, whose doubles lie among them: as each has it alone. */
static void test_uneven(void **state) {
    (void)state;
    enum { UNEVEN = 5, ROWS = 20 };
    static const double at[UNEVEN] = {0.01, 0.03, 0.2, 0.5, 4};
    const double p[FAMILY_PARAMETERS] = {3, 1}, log_n = 230,
                 log_lambda = typical_scale(dotproduct(), p, log_n).log_lambda;
    struct sampler *sampler = sampler_create(isa_best());
    struct sampler_law *law =
        sampler_law_create(dotproduct(), p, log_n, log_lambda, true, isa_best()->kernel, UNEVEN, at);
    assert_true(sampler && law);
    for (uint64_t i = 0; i < ROWS; i++) {
        const struct row *row = sampler_row(sampler, law, stream_of(i));
        double value[UNEVEN][MEASURE_VALUES], alone[MEASURE_VALUES];
        measure_betas(isa_best()->kernel, row, UNEVEN, at, value);
        for (size_t b = 0; b < UNEVEN; b++) {
            measure_row(isa_best()->kernel, row, at[b], alone);
            for (size_t k = 0; k < MEASURE_COUNT; k++) {
                check_close(value[b][k], alone[k], 1e-9 * (1e-6 + fabs(alone[k])));
            }
        }
    }
    sampler_law_free(law);
    sampler_free(sampler);
}

/* Of a grid, whose sums are between those of a law's table, and beta by beta from the row's nodes; the same
 * bits in every instruction set. In one dimension three of the rows have factors below 1/8, and two have
 * factors that no table knows. */
static void check_grid(const double *p, double log_n) {
    enum { GRID = 65, ROWS = 30, FIRST = 40 };
    static const char *const isas[] = {"base", "avx2", "avx512"};
    static double at[GRID], value[GRID][MEASURE_VALUES], first[ROWS][2 * GRID][KERNEL_AVERAGES];
    double own[GRID], sum[2 * GRID][KERNEL_AVERAGES], other[MEASURE_VALUES];
    for (int b = 0; b < GRID; b++) { at[b] = exp2(-4 + b / 8.0); }
    struct sampler_law *law =
        sampler_law_create(dotproduct(), p, log_n, typical_scale(dotproduct(), p, log_n).log_lambda, true,
                           isa_best()->kernel, GRID, at);
    for (size_t k = 0; k < 3; k++) {
        const struct isa *isa = isa_find(isas[k]);
        struct sampler *sampler = isa ? sampler_create(isa) : NULL;
        size_t foreseen = 0;
        for (uint64_t i = 0; isa && i < ROWS; i++) {
            const struct row *row = sampler_row(sampler, law, stream_of(FIRST + i));
            for (size_t b = 0; b < GRID; b++) { own[b] = at[b] * row->stretch; }
            if (!row->node_sums(row->maker, GRID, own, sum)) { continue; }
            foreseen++;
            if (k == 0) { memcpy(first[i], sum, sizeof sum); }
            assert_memory_equal(sum, first[i], sizeof sum);
            measure_betas(isa->kernel, row, GRID, at, value);
            for (size_t b = i % 4; k == 0 && b < GRID; b += 4) {
                measure_row(isa->kernel, row, at[b], other);
                check_close(value[b][MEASURE_ENTROPY], other[MEASURE_ENTROPY], 2e-12);
                check_close(value[b][MEASURE_LOG_PARTITION], other[MEASURE_LOG_PARTITION],
                            2e-12 * other[MEASURE_LOG_PARTITION] +
                                1e-18); /* points below e^-45 are left out */
                check_relative(value[b][MEASURE_PARTICIPATION], other[MEASURE_PARTICIPATION], 2e-12);
                check_close(value[b][MEASURE_SUSCEPTIBILITY], other[MEASURE_SUSCEPTIBILITY], 1e-10);
            }
        }
        assert_true(!isa || foreseen >= ROWS - 2);
        sampler_free(sampler);
    }
    sampler_law_free(law);
}

static void test_grid(void **state) {
    (void)state;
    check_grid((double[]){1, 2}, 30 * M_LN2);
    check_grid((double[]){3, 1}, 50 * M_LN2);
    check_grid((double[]){3, 1}, 45); /* sums break off at the bulk */
    check_grid((double[]){64, 1}, 60 * M_LN2);
    check_grid((double[]){9, 1}, 1000);
}

/* ---- means ---- */

struct tally {
    double mean, square;
    size_t count;
};

static void tally_add(struct tally *t, double x) {
    double off = x - t->mean;
    t->mean += off / (double)++t->count;
    t->square += off * (x - t->mean);
}

/* Five standard errors: once in 2e6 seeds. */
static void near_exact(const char *what, double at, const struct tally *t, double exact) {
    double se = sqrt(t->square / (double)t->count / (double)(t->count - 1));
    if (!(fabs(t->mean - exact) < 5 * se)) {
        fail_msg("%s at %g: %g +- %g, exactly %g", what, at, t->mean, se, exact);
    }
}

static void check_means(const double *p, double log_n, bool counted, size_t rows) {
    struct tally entropy[BETAS] = {{0}}, participation[BETAS] = {{0}};
    struct sampler *sampler = sampler_create(isa_best());
    struct sampler_law *law = law_make(p, log_n, counted);
    struct oracle *oracle = oracle_create(dotproduct(), p, log_n);
    assert_true(sampler && oracle);
    for (uint64_t i = 0; i < rows; i++) {
        double x[BETAS][MEASURE_VALUES];
        measure_betas(isa_best()->kernel, sampler_row(sampler, law, stream_of(i)), BETAS, beta, x);
        for (size_t b = 0; b < BETAS; b++) {
            tally_add(&entropy[b], x[b][MEASURE_ENTROPY]);
            tally_add(&participation[b], x[b][MEASURE_PARTICIPATION]);
        }
    }
    for (size_t b = 3; b < BETAS; b++) { /* below Y_2 is that of rare rows */
        struct oracle_point point;
        assert_true(oracle_at(oracle, beta[b], &point));
        near_exact("H", beta[b], &entropy[b], point.entropy);
        near_exact("Y_2", beta[b], &participation[b], point.participation);
    }
    oracle_free(oracle);
    sampler_law_free(law);
    sampler_free(sampler);
}

static void test_means(void **state) {
    (void)state;
    check_means((double[]){64, 1}, 16 * M_LN2, true, 2000);
    check_means((double[]){3, 7}, 230, true, 2000);
    check_means((double[]){3, 7}, log(3000), false, 1000);
}

/* Queries and keys themselves. */
static void test_dot_products(void **state) {
    (void)state;
    enum { ROWS = 1500, D = 4, N = 300 };
    static double normal[(N + 1) * D];
    const double p[FAMILY_PARAMETERS] = {D, 1};
    double score[N], scale = exp(typical_scale(dotproduct(), p, log(N)).log_lambda);
    struct measured *measured = measured_create(isa_best());
    struct oracle *oracle = oracle_create(dotproduct(), p, log(N));
    struct tally entropy[BETAS] = {{0}};
    assert_true(measured && oracle);
    for (uint64_t row = 0; row < ROWS; row++) {
        struct stream stream = stream_of(row);
        double x[BETAS][MEASURE_VALUES];
        normal_fill(isa_best(), &stream, STREAM_NOISE, 0, (N + 1) * D, normal);
        for (size_t i = 0; i < N; i++) {
            score[i] = 0;
            for (size_t c = 0; c < D; c++) { score[i] += normal[c] * normal[(i + 1) * D + c] / sqrt(D); }
        }
        measure_betas(isa_best()->kernel, measured_row(measured, N, score, scale), BETAS, beta, x);
        for (size_t b = 0; b < BETAS; b++) { tally_add(&entropy[b], x[b][MEASURE_ENTROPY]); }
    }
    for (size_t b = 0; b < BETAS; b++) {
        struct oracle_point point;
        assert_true(oracle_at(oracle, beta[b], &point));
        near_exact("H", beta[b], &entropy[b], point.entropy);
    }
    measured_free(measured);
    oracle_free(oracle);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_factor),       cmocka_unit_test(test_drawn), cmocka_unit_test(test_counted),
        cmocka_unit_test(test_uneven),       cmocka_unit_test(test_grid),  cmocka_unit_test(test_means),
        cmocka_unit_test(test_dot_products),
    };
    return cmocka_run_group_tests_name("stretch", tests, NULL, NULL);
}
