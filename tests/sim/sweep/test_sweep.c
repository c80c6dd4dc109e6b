#include "tests/experiment.h"
#include "tests/fields.h"
#include "tests/sim/measures/ordered.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sim/config/config_read.h"
#include "sim/results/results.h"
#include "sim/rows/sampler.h"
#include "sim/sweep/exact.h"
#include "sim/sweep/sweep.h"

/* A config made from text, and its results. */
struct run {
    struct config *config;
    struct results *results;
};

static struct run run_text(const char *text, const char *isa, int threads) {
    struct run run = {.config = experiment_config(text)};
    run.results = experiment_of(run.config, isa_find(isa), threads);
    return run;
}

static void run_free(struct run run) {
    results_free(run.results);
    config_free(run.config);
}

static const char sweep_text[] =
    "seed: 7\n"
    "replicates: 200\n"
    "keep_replicates: 150\n"
    "n: [2, 300, 3000]\n"
    "beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: 9}\n"
    "series:\n"
    "  - family: gaussian\n"
    "  - {name: g, family: gumbel, scale: {coef: 1, log_power: -1}}\n"
    "  - {family: pareto, tail: 2, normalisers: [sparsemax, {entmax: 1.5}, {sink: 3}]}\n"
    "  - {family: plateau}\n"
    "  - {name: far, family: spherical, dimension: 5, rows: drawn, n: [70000], "
    "replicates: 70, beta: [20, 400]}\n";

static void test_threads_and_isas(void **state) {
    (void)state;
    struct run want = run_text(sweep_text, "base", 1);
    const int threads[] = {3, 1, 2, 2, 7};
    const char *const isa[] = {"base", "avx2", "avx512", "base", "base"};
    for (size_t i = 0; i < test_size(5, 3); i++) {
        if (!isa_find(isa[i])) { continue; }
        struct run got = run_text(sweep_text, isa[i], threads[i]);
        fields_check_same(want.results, got.results);
        run_free(got);
    }
    run_free(want);
}

/* ---- against rows drawn again, one by one ---- */

enum { MOST = 200 }; /* replicates of a cell */

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* One cell of a run and a workspace to draw its rows again. */
struct cell {
    struct results_series *r;
    const struct config_series *asked;
    size_t n, betas, kept, replicates; /* n: which */
    double p[FAMILY_PARAMETERS];
    struct sampler_law *law;
    struct sampler *sampler;
};

static struct cell cell_make(struct run run, size_t series, size_t n) {
    struct results_series *r = &run.results->series[series];
    const struct config_series *asked = &run.config->series[series];
    struct cell c = {.r = r,
                     .asked = asked,
                     .n = n,
                     .betas = r->size[RESULTS_BETA],
                     .kept = r->size[RESULTS_REPLICATE],
                     .replicates = r->replicates,
                     .sampler = sampler_create(isa_find("base"))};
    config_parameters(asked, asked->log_n[n], c.p);
    c.law = sampler_law_create(asked->family, c.p, asked->log_n[n], r->log_lambda_typ[n],
                               config_counted(asked, asked->log_n[n]), isa_find("base")->kernel, c.betas,
                               r->beta_ratio + n * c.betas);
    return c;
}

static void cell_free(struct cell *c) {
    sampler_law_free(c->law);
    sampler_free(c->sampler);
}

static const struct row *cell_row(const struct cell *c, uint64_t replicate) {
    struct stream stream = stream_make(7, c->asked->name, c->asked->log_n[c->n], false, replicate);
    return sampler_row(c->sampler, c->law, stream);
}

/* Mean and standard error by two passes in long double; the mean of the blocks where there is one. */
static void check_moments(size_t count, const double *x, double mean, double se) {
    long double sum = 0, square = 0;
    for (size_t i = 0; i < count; i++) { sum += x[i]; }
    sum /= count;
    for (size_t i = 0; i < count; i++) { square += (x[i] - sum) * (x[i] - sum); }
    double want = (double)sqrtl(square / (count - 1.0L) / count);
    if (isnan((double)sum)) { /* an ordered weight that is not explicit */
        assert_true(isnan(mean) && isnan(se));
        return;
    }
    check_relative(mean, (double)sum, 1e-14);
    check_close(se, want, 1e-11 * want + 1e-16 * fabs(mean));
}

static void check_blocks(const struct cell *c, size_t at, enum measure m) {
    size_t blocks = c->r->size[RESULTS_BLOCK];
    double mean = 0;
    for (size_t b = 0; b < blocks; b++) {
        mean += c->r->block[m][at * blocks + b] * c->r->block_size[b] / (double)c->replicates;
    }
    check_relative(mean, c->r->mean[m][at], 1e-13);
}

/* Quantiles lie in the histogram bin of the neighbouring order statistics. */
static void check_quantiles(const struct cell *c, size_t at, double *x) {
    size_t quantiles = c->r->size[RESULTS_QUANTILE];
    double count = (double)c->replicates;
    qsort(x, c->replicates, sizeof *x, ascending);
    for (size_t q = 0; q < quantiles; q++) {
        double got = c->r->entropy_quantile[at * quantiles + q], place = c->r->quantile[q] * count;
        size_t below = (size_t)fmax(0, floor(place) - 1), above = (size_t)fmin(count - 1, ceil(place));
        assert_true(got >= x[below] * (1 - 1.0 / 64) && got <= x[above] * (1 + 1.0 / 64) + 0x1p-40);
    }
}

static void check_beta(const struct cell *c, size_t b) {
    const struct kernel *kernel = isa_find("base")->kernel;
    size_t at = c->n * c->betas + b, ranks = c->r->size[RESULTS_RANK];
    static double x[MEASURE_VALUES][MOST], ordered[64][MOST];
    assert_true(ranks <= 64 && c->replicates <= MOST);
    for (size_t i = 0; i < c->replicates; i++) {
        const struct row *row = cell_row(c, i);
        double value[MEASURE_VALUES];
        measure_row(kernel, row, c->r->beta_ratio[at], value);
        for (size_t m = 0; m < MEASURE_COUNT; m++) { x[m][i] = value[m]; }
        for (size_t k = 0; k < ranks; k++) {
            ordered[k][i] = ordered_weight(row, c->r->beta_ratio[at], value[MEASURE_LOG_PARTITION], k + 1);
        }
    }
    for (size_t m = 0; m < MEASURE_COUNT; m++) {
        check_moments(c->replicates, x[m], c->r->mean[m][at], c->r->se[m][at]);
        check_blocks(c, at, m);
    }
    for (size_t k = 0; k < ranks; k++) {
        check_moments(c->replicates, ordered[k], c->r->mean[RESULTS_ORDERED_WEIGHT][at * ranks + k],
                      c->r->se[RESULTS_ORDERED_WEIGHT][at * ranks + k]);
    }
    check_quantiles(c, at, x[MEASURE_ENTROPY]);
}

static void check_counts(const struct cell *c) {
    enum { GAPS = 73 };
    static double counts[GAPS][MOST];
    assert_int_equal(c->r->size[RESULTS_GAP], GAPS);
    for (size_t i = 0; i < c->replicates; i++) {
        double one[GAPS];
        measure_log_gap_count(isa_best()->kernel, cell_row(c, i), GAPS, c->r->gap_grid, one);
        for (size_t t = 0; t < GAPS; t++) { counts[t][i] = one[t]; }
    }
    for (size_t t = 0; t < GAPS; t++) {
        check_moments(c->replicates, counts[t], c->r->mean[RESULTS_LOG_GAP_COUNT][c->n * GAPS + t],
                      c->r->se[RESULTS_LOG_GAP_COUNT][c->n * GAPS + t]);
    }
}

/* What is kept of every replicate, bit for bit. */
static void check_same(double got, double want) { assert_memory_equal(&got, &want, sizeof got); }

static void check_kept(const struct cell *c) {
    const struct kernel *kernel = isa_find("base")->kernel;
    size_t criteria = c->r->size[RESULTS_CRITERION];
    double(*value)[MEASURE_VALUES] = malloc(c->betas * sizeof *value);
    for (size_t i = 0; i < c->kept; i++) {
        const struct row *row = cell_row(c, i);
        const double *beta = c->r->beta_ratio + c->n * c->betas;
        struct measure_grid grid = {c->betas, beta, (const double(*)[MEASURE_VALUES])value};
        struct accumulation a = measure_accumulation(row);
        size_t at = c->n * c->kept + i;
        check_same(c->r->lambda[at], a.lambda);
        check_same(c->r->lambda_log_rank[at], a.log_rank);
        check_same(c->r->lambda_gap[at], a.gap);
        check_same(c->r->top_gap[at], measure_top_gap(row));
        measure_betas(kernel, row, c->betas, beta, value);
        for (size_t k = 0; k < criteria; k++) {
            check_same(c->r->collapse[(c->n * criteria + k) * c->kept + i],
                       measure_collapse(kernel, row, &c->r->criterion[k], &grid));
        }
    }
    free(value);
}

/* beta = factor x the row's own Lambda_n, over the kept replicates. */
static void check_te(const struct cell *c) {
    size_t factors = c->r->size[RESULTS_TE];
    double entropy[MOST], ratio[MOST];
    for (size_t f = 0; f < factors; f++) {
        for (size_t i = 0; i < c->kept; i++) {
            const struct row *row = cell_row(c, i);
            double m[MEASURE_VALUES], beta = c->r->te_factor[f] * measure_accumulation(row).lambda;
            measure_row(isa_find("base")->kernel, row, beta, m);
            entropy[i] = m[MEASURE_ENTROPY];
            ratio[i] = m[MEASURE_TOP_TWO_RATIO];
        }
        size_t at = c->n * factors + f;
        check_moments(c->kept, entropy, c->r->mean[RESULTS_TE_ENTROPY][at], c->r->se[RESULTS_TE_ENTROPY][at]);
        check_moments(c->kept, ratio, c->r->mean[RESULTS_TE_TOP_TWO_RATIO][at],
                      c->r->se[RESULTS_TE_TOP_TWO_RATIO][at]);
    }
}

/* Every number of a few cells: rows of several blocks, a deterministic row, and rows so long that a block
 * is cut into slices and that they are drawn twice. */
static void test_reduction(void **state) {
    (void)state;
    const struct { size_t series, n; } cells[] = {{0, 0}, {0, 1}, {0, 2}, {1, 1}, {2, 1}, {3, 1}, {4, 0}};
    struct run run = run_text(sweep_text, "base", 2);
    size_t count = sizeof cells / sizeof cells[0] - (getenv("GAPSCALE_TEST_QUICK") ? 1 : 0);
    for (size_t i = 0; i < count; i++) {
        struct cell c = cell_make(run, cells[i].series, cells[i].n);
        for (size_t b = 0; b < c.betas; b++) { check_beta(&c, b); }
        check_counts(&c);
        check_kept(&c);
        if (c.asked->log_n[c.n] < log(1e4)) { check_te(&c); }
        cell_free(&c);
    }
    run_free(run);
}

/* With so many replicates that several blocks share an entry of the file. */
static void test_block_groups(void **state) {
    (void)state;
    enum { REPLICATES = 20000 };
    struct run run = run_text("seed: 7\nreplicates: 20000\nkeep_replicates: 1\nn: [2]\nbeta: [1]\n"
                              "series:\n  - family: gaussian\n",
                              "base", 2);
    struct cell c = cell_make(run, 0, 0);
    size_t groups = c.r->size[RESULTS_BLOCK], replicate = 0;
    assert_true(groups <= 256 && groups > 1);
    check_close(c.r->block_size[0], RESULTS_BLOCK_LENGTH * (double)results_blocks_per_group(REPLICATES), 0);
    assert_true(c.r->block_size[0] > RESULTS_BLOCK_LENGTH);
    for (size_t g = 0; g < groups; g++) {
        size_t size = (size_t)c.r->block_size[g];
        long double sum = 0;
        for (size_t i = 0; i < size; i++) {
            double m[MEASURE_VALUES];
            measure_row(isa_find("base")->kernel, cell_row(&c, replicate++), c.r->beta_ratio[0], m);
            sum += m[MEASURE_ENTROPY];
        }
        check_relative(c.r->block[MEASURE_ENTROPY][g], (double)(sum / size), 1e-13);
    }
    assert_int_equal(replicate, REPLICATES);
    check_blocks(&c, 0, MEASURE_ENTROPY);
    cell_free(&c);
    run_free(run);
}

/* ---- what may change without changing the rest ---- */

static void check_prefix(const double *few, size_t few_stride, const double *many, size_t many_stride,
                         size_t rows, size_t columns) {
    for (size_t i = 0; i < rows; i++) {
        assert_memory_equal(few + i * few_stride, many + i * many_stride, columns * sizeof *few);
    }
}

static void test_growing(void **state) {
    (void)state;
    const char *const few =
        "replicates: 65\nn: [100, 200]\nseries:\n  - family: gaussian\n  - family: gumbel\n";
    const char *const many =
        "replicates: 130\nn: [100, 150, 200]\nseries:\n  - family: gumbel\n  - family: gaussian\n";
    struct run a = run_text(few, "base", 2), b = run_text(many, "base", 2);
    const struct results_series *x = &a.results->series[0], *y = &b.results->series[1];
    assert_string_equal(x->name, y->name);
    check_prefix(x->lambda, 65, y->lambda, 2 * 130, 2, 65); /* n = 100 and 200 are rows 0 and 2 of y */
    check_prefix(x->top_gap, 65, y->top_gap, 2 * 130, 2, 65);
    for (size_t i = 0; i < 2; i++) { /* the block of 64 that was complete keeps its means */
        for (size_t k = 0; k < x->size[RESULTS_BETA]; k++) {
            check_same(
                x->block[MEASURE_ENTROPY][(i * x->size[RESULTS_BETA] + k) * x->size[RESULTS_BLOCK]],
                y->block[MEASURE_ENTROPY][(2 * i * y->size[RESULTS_BETA] + k) * y->size[RESULTS_BLOCK]]);
        }
    }
    run_free(a);
    run_free(b);
}

/* Another n beside them, and another order of the series, leave whole cells as they were. */
static void test_more_n(void **state) {
    (void)state;
    const char *const few =
        "replicates: 70\nn: [50, 400]\nseries:\n  - family: gaussian\n  - family: pareto\n    tail: 2\n";
    const char *const many =
        "replicates: 70\nn: [50, 77, 400]\nseries:\n  - family: pareto\n    tail: 2\n  - family: gaussian\n";
    struct run a = run_text(few, "base", 1), b = run_text(many, "base", 3);
    struct results_field fa[RESULTS_FIELDS], fb[RESULTS_FIELDS];
    for (size_t s = 0; s < 2; s++) {
        struct results_series *x = &a.results->series[s], *y = &b.results->series[1 - s];
        size_t fields = fields_list(x, fa);
        fields_list(y, fb);
        for (size_t f = 0; f < fields; f++) {
            if (fa[f].axis[0] != RESULTS_LOG_N) { continue; }
            size_t cell = results_field_size(x, &fa[f]) / 2;
            check_prefix(*fa[f].values, cell, *fb[f].values, 2 * cell, 2, cell);
        }
    }
    run_free(a);
    run_free(b);
}

static void test_names_key_the_streams(void **state) {
    (void)state;
    struct run a = run_text(
        "replicates: 3\nn: [50]\nseries:\n  - {family: gaussian, name: a}\n  - {family: gaussian, name: b}\n",
        "base", 1);
    assert_true(a.results->series[0].top_gap[0] != a.results->series[1].top_gap[0]);
    run_free(a);
}

/* How many of 64 rows have the same top gap at both n, to 1e-9 of Lambda^typ. */
static size_t same_top_gaps(const char *rows, const char *lengths) {
    char text[300];
    snprintf(text, sizeof text,
             "replicates: 64\ncommon_randomness: true\nrows: %s\nn: [%s]\nseries:\n  - family: gumbel\n",
             rows, lengths);
    struct run run = run_text(text, "base", 1);
    struct results_series *r = &run.results->series[0];
    size_t same = 0;
    for (size_t i = 0; i < 64; i++) {
        same += fabs(r->top_gap[i] / r->lambda_typ[0] - r->top_gap[64 + i] / r->lambda_typ[1]) < 1e-9;
    }
    run_free(run);
    return same;
}

/* The same randomness at every n. Drawn rows are nested: one more score is among the top two with
 * probability 2/1001. The gaps of counted gumbel scores are those of the same exponentials. */
static void test_common_randomness(void **state) {
    (void)state;
    assert_true(same_top_gaps("drawn", "1000, 1001") > 60);
    assert_int_equal(same_top_gaps("counted", "1e12, 1e200"), 64);
}

static void test_odd_replicates(void **state) {
    (void)state;
    const int replicates[] = {1, 2, 63, 64, 129};
    for (size_t i = 0; i < 5; i++) {
        char text[200];
        snprintf(text, sizeof text,
                 "replicates: %d\nkeep_replicates: 70\nn: [40]\nseries:\n  - family: gaussian\n",
                 replicates[i]);
        struct run run = run_text(text, "base", 3);
        struct results_series *r = &run.results->series[0];
        double total = 0;
        for (size_t b = 0; b < r->size[RESULTS_BLOCK]; b++) { total += r->block_size[b]; }
        check_close(total, replicates[i], 0);
        assert_true(isfinite(r->mean[MEASURE_ENTROPY][0]));
        assert_true(isnan(r->se[MEASURE_ENTROPY][0]) == (replicates[i] == 1));
        assert_true(isfinite(r->mean[RESULTS_TE_ENTROPY][0]));
        run_free(run);
    }
}

/* The mean of Y_2 at n = e^200 and .8 Lambda^typ is 5.79e-7; rows typically have 1e-9. Where the
 * row is the same every time every row carries it, and where Y_2 = e^-720 has few digits and is 0 in rows.
 * sum x^2 follows from the standard error as well. */
static void test_rare_rows(void **state) {
    (void)state;
    struct run run = run_text("replicates: 2048\nkeep_replicates: 1\nn: [e^200]\n"
                              "beta: {relative_to: lambda_typ, values: [0.25, 0.8, 1.5]}\n"
                              "series: [{family: gaussian}, {family: plateau},\n"
                              "         {family: plateau, name: least, n: [e^720]}]\n",
                              "base", 2);
    const struct results_series *g = &run.results->series[0], *fixed = &run.results->series[1],
                                *least = &run.results->series[2];
    const bool rare[] = {false, true, false};
    exact_fill(run.results, 2);
    for (size_t b = 0; b < 3; b++) {
        double n = 2048, ratio = g->se[MEASURE_PARTICIPATION][b] / g->mean[MEASURE_PARTICIPATION][b];
        check_relative(g->participation_carriers[b], n / (1 + (n - 1) / n * n * ratio * ratio), 1e-10);
        check_relative(fixed->participation_carriers[b], n, 1e-10);
        assert_int_equal(results_is_rare(g, b), rare[b]);
        assert_false(results_is_rare(fixed, b) || results_is_rare(least, b));
    }
    assert_true(least->mean[MEASURE_PARTICIPATION][0] == 0 && least->exact_participation[0] > 0);
    check_close(g->mean[RESULTS_LOG_TOP_WEIGHT][1], -g->mean[MEASURE_LOG_PARTITION][1], 1e-12);
    for (size_t b = 0; b < 3; b++) { /* an alarm for 6 seeds of 10000 */
        check_close(g->mean[RESULTS_LOG_PARTICIPATION][b], g->exact_log_participation[b],
                    4 * g->se[RESULTS_LOG_PARTICIPATION][b] + g->exact_log_participation_error[b]);
        check_close(g->mean[RESULTS_LOG_TOP_WEIGHT][b], g->exact_log_top_weight[b],
                    4 * g->se[RESULTS_LOG_TOP_WEIGHT][b] + g->exact_log_top_weight_error[b]);
        check_close(g->mean[MEASURE_TOP_WEIGHT][b], g->exact_top_weight[b],
                    rare[b] ? INFINITY : 4 * g->se[MEASURE_TOP_WEIGHT][b]);
    }
    run_free(run);
    run = run_text("replicates: 2\nn: [e^200]\nbeta: {relative_to: lambda_typ, values: [0.05]}\n"
                   "series: [{family: dotproduct, dimension: 64}]\n",
                   "base", 1);
    exact_fill(run.results, 1);
    assert_true(isnan(run.results->series[0].exact_top_weight[0])); /* to 2e-11, and it is less */
    run_free(run);
}

/* At n = 2^26, shortened 2^22, with two threads, and little more with more replicates. */
static void test_memory(void **state) {
    (void)state;
    char text[200];
    snprintf(text, sizeof text,
             "replicates: 2\nn: [2^%d]\nbeta: [1, 4]\nseries:\n  - family: gaussian\n"
             "  - {family: grem, levels: [[1/2, 0.8], [1/2, 0.2]]}\n",
             getenv("GAPSCALE_TEST_QUICK") ? 22 : 26);
    run_free(run_text(text, isa_best()->name, 2));
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    assert_true(usage.ru_maxrss < 256 * 1024); /* KiB */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory), /* first: it looks at the peak of the whole process */
        cmocka_unit_test(test_threads_and_isas),
        cmocka_unit_test(test_reduction),
        cmocka_unit_test(test_block_groups),
        cmocka_unit_test(test_more_n),
        cmocka_unit_test(test_growing),
        cmocka_unit_test(test_names_key_the_streams),
        cmocka_unit_test(test_common_randomness),
        cmocka_unit_test(test_odd_replicates),
        cmocka_unit_test(test_rare_rows),
    };
    return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
