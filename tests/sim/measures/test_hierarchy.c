/* Hierarchies of Gaussian scores, grem and walk: their groups, the streaming of long rows, and what is
 * measured on rows against exact means of the same trees (tree_law.h), which owe nothing to the families;
 * these in turn against the oracle's and the laws at large n. */
#include <gsl/gsl_cdf.h>

#include "models/oracle/oracle.h"
#include "models/theory/typical.h"
#include "sim/measures/measure.h"
#include "sim/rows/measured.h"
#include "tests/sim/measures/tree_law.h"
#include "tests/sim/rows/collect.h"

/* share and variance of the levels, as in the family's table */
static const double two[FAMILY_PARAMETERS] = {2, 0.5, 0.8, 0.5, 0.2},
                    wrong[] = {2, 0.5, 0.2, 0.5, 0.8, 0, 0, 0, 0},
                    three[] = {3, 0.25, 0.5, 0.25, 0.3, 0.5, 0.2, 0, 0}, binary[FAMILY_PARAMETERS] = {2};

static const struct family *grem(void) { return family_find("grem"); }
static const struct family *walk(void) { return family_find("walk"); }

/* Sanitizers find in an eighth of the rows what they find in all, and nothing of the program in the laws of
 * trees. */
static bool is_quick(void) { return getenv("GAPSCALE_TEST_QUICK") != NULL; }
static size_t shortened(size_t rows) { return is_quick() ? rows / 8 : rows; }

static struct stream stream_of(uint64_t replicate) {
    return stream_make(20260512, "tree", 0, true, replicate);
}

/* Of groups that alone have numbers to speak of: keys j n are in group floor(g G'/G) above, whatever divides.
 */
static void test_groups(void **state) {
    (void)state;
    enum { N = 5000, COARSE = 8, FINE = 71 }; /* 5000^(1/4) = 8.41, 5000^(1/2) = 70.7 */
    const double p[FAMILY_PARAMETERS] = {3, 0.25, 1, 0.25, 1e-6, 0.5, 1e-12};
    static double score[N];
    double coarse[COARSE] = {0}, fine[FINE] = {0};
    size_t coarse_size[COARSE] = {0}, fine_size[FINE] = {0};
    collect_scores(isa_best(), grem(), p, log(N), stream_of(0), score);
    for (size_t j = 0; j < N; j++) {
        size_t f = j * FINE / N, c = f * COARSE / FINE;
        coarse[c] += score[j];
        fine[f] += score[j];
        coarse_size[c]++;
        fine_size[f]++;
    }
    double most = 0, least = INFINITY, between = 0;
    for (size_t j = 0; j < N; j++) {
        size_t f = j * FINE / N, c = f * COARSE / FINE;
        most = fmax(most, fabs(score[j] - fine[f] / (double)fine_size[f]));
        between = fmax(between, fabs(fine[f] / (double)fine_size[f] - coarse[c] / (double)coarse_size[c]));
    }
    for (size_t c = 1; c < COARSE; c++) {
        least = fmin(least,
                     fabs(coarse[c] / (double)coarse_size[c] - coarse[c - 1] / (double)coarse_size[c - 1]));
    }
    assert_true(most > 3e-6 && most < 6e-6); /* six sigma of 1e-6 */
    assert_true(between > 1.5e-3 && between < 6e-3);
    assert_true(least > 0.01);
}

/* The same bits from every instruction set and in any order; the row of them, kept or made again. */
static void test_streaming(void **state) {
    (void)state;
    enum { LONG = 1 << 21 };
    const struct {
        const struct family *family;
        const double *p;
        size_t n;
    } law[] = {{walk(), binary, 1 << 13}, {grem(), three, 70001}, {grem(), two, LONG}};
    double *score = malloc(LONG * sizeof *score), *other = malloc(LONG * sizeof *other);
    struct sampled *sampled = sampled_create(isa_best());
    struct measured *measured = measured_create(isa_best());
    assert_true(score && other && sampled && measured);
    for (size_t i = 0; i < sizeof law / sizeof *law; i++) {
        double log_n = log((double)law[i].n), a[MEASURE_VALUES], b[MEASURE_VALUES];
        collect_scores(isa_find("base"), law[i].family, law[i].p, log_n, stream_of(i), score);
        collect_with(sampled, law[i].family, law[i].p, log_n, stream_of(i), other);
        assert_memory_equal(score, other, law[i].n * sizeof *score);
        const struct row *row = sampled_row(sampled, law[i].family, law[i].p, log_n, 0, stream_of(i));
        measure_row(isa_best()->kernel, row, 3, a);
        double lambda = measure_accumulation(row).lambda;
        row = measured_row(measured, law[i].n, score, 1);
        measure_row(isa_best()->kernel, row, 3, b);
        assert_memory_equal(a, b, sizeof a);
        check_close(measure_accumulation(row).lambda, lambda, 0);
    }
    sampled_free(sampled);
    measured_free(measured);
    free(score);
    free(other);
}

/* ---- maxima ---- */

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void check_maxima(const struct family *family, const double *p, size_t n, size_t levels,
                         const struct tree_level *level) {
    enum { ROWS = 1500 };
    const size_t rows = shortened(ROWS);
    double below[ROWS];
    struct tree_grid law = tree_maximum(levels, level, 12 + 2 * (double)levels, 0.02);
    struct sampled *sampled = sampled_create(isa_best());
    assert_non_null(sampled);
    for (uint64_t i = 0; i < rows; i++) {
        const struct row *row = sampled_row(sampled, family, p, log((double)n), 0, stream_of(i));
        below[i] = 1 - tree_above(&law, row->top_score);
    }
    qsort(below, rows, sizeof *below, ascending);
    double pvalue = test_ks_pvalue(rows, below);
    if (!(pvalue > 1e-5)) { fail_msg("%s: p = %g", family->name, pvalue); }
    free(law.deficit);
    sampled_free(sampled);
}

/* `depth` levels of a binary tree. */
static void make_binary(size_t depth, struct tree_level *level) {
    for (size_t i = 0; i < depth; i++) { level[i] = (struct tree_level){1, 2}; }
}

/* Each fails by chance once in 1e5 seeds. */
static void test_maxima(void **state) {
    (void)state;
    const struct tree_level levels[][3] = {{{sqrt(0.8), 128}, {sqrt(0.2), 128}},
                                           {{sqrt(0.2), 128}, {sqrt(0.8), 128}},
                                           {{sqrt(0.5), 8}, {sqrt(0.3), 8}, {sqrt(0.2), 64}}};
    struct tree_level edge[12];
    make_binary(12, edge);
    check_maxima(grem(), two, 1 << 14, 2, levels[0]);
    check_maxima(grem(), wrong, 1 << 14, 2, levels[1]);
    check_maxima(grem(), three, 1 << 12, 3, levels[2]);
    check_maxima(walk(), binary, 1 << 12, 12, edge);
}

/* ---- weights ---- */

struct sums {
    double entropy, keys, groups; /* of a row: H, Y_2 of keys and of groups */
};

/* Groups are `size` keys that follow each other. */
static struct sums measure_groups(const struct row *row, const double *score, double beta, size_t n,
                                  size_t size) {
    double measure[MEASURE_VALUES], z = 0, square = 0;
    measure_row(isa_best()->kernel, row, beta, measure);
    for (size_t g = 0; g < n / size; g++) {
        double weight = 0;
        for (size_t j = g * size; j < (g + 1) * size; j++) {
            weight += exp(beta * (score[j] - row->top_score));
        }
        z += weight;
        square += weight * weight;
    }
    return (struct sums){measure[MEASURE_ENTROPY], measure[MEASURE_PARTICIPATION], square / (z * z)};
}

static void near_mean(const char *what, double beta, size_t rows, const double *value, double exact) {
    double mean = 0, square = 0;
    for (size_t i = 0; i < rows; i++) { mean += value[i] / (double)rows; }
    for (size_t i = 0; i < rows; i++) { square += (value[i] - mean) * (value[i] - mean); }
    double se = sqrt(square / (double)rows / (double)(rows - 1));
    if (!(fabs(mean - exact) < 5 * se + 1e-6)) {
        fail_msg("%s at beta = %g: %g +- %g, exactly %g", what, beta, mean, se, exact);
    }
}

/* Groups of level `mark`, counted from 0; means are to be within five standard errors (once in 2e6 seeds). */
static void check_weights(const struct family *family, const double *p, size_t n, size_t levels,
                          const struct tree_level *level, size_t mark, double beta) {
    enum { ROWS = 600, MOST = 1 << 14 };
    const size_t rows = test_size(ROWS, 20);
    static double score[MOST], entropy[ROWS], keys[ROWS], groups[ROWS];
    double size = (double)n;
    for (size_t i = 0; i <= mark; i++) { size /= level[i].children; }
    struct sampled *sampled = sampled_create(isa_best());
    assert_non_null(sampled);
    for (uint64_t i = 0; i < rows; i++) {
        collect_with(sampled, family, p, log((double)n), stream_of(i), score);
        const struct row *row = sampled_row(sampled, family, p, log((double)n), 0, stream_of(i));
        struct sums sums = measure_groups(row, score, beta, n, (size_t)size);
        entropy[i] = sums.entropy;
        keys[i] = sums.keys;
        groups[i] = sums.groups;
    }
    double most = 8 + 1.2 * (double)(levels > 3 ? levels : 0), step = 0.1 * (double)test_size(1, 2);
    struct tree_means of_keys = tree_means(levels, level, levels - 1, beta, most, step),
                      of_groups = tree_means(levels, level, mark, beta, most, step);
    struct oracle *oracle = oracle_create_with(family, p, log((double)n), 0);
    struct oracle_point point;
    assert_true(oracle && oracle_at(oracle, beta, &point));
    check_close(point.entropy, of_keys.entropy, 1e-5);
    check_close(point.participation, of_keys.shared, 1e-9);
    oracle_free(oracle);
    near_mean("H", beta, rows, entropy, of_keys.entropy);
    near_mean("Y_2 of keys", beta, rows, keys, of_keys.shared);
    near_mean("Y_2 of groups", beta, rows, groups, of_groups.shared);
    sampled_free(sampled);
}

static void test_weights(void **state) {
    (void)state;
    const double root = sqrt(14 * M_LN2), beta[] = {0.8, 1.11803 * 1.4, 2.23607, 2 * 2.23607};
    const struct tree_level right[] = {{sqrt(0.8), 128}, {sqrt(0.2), 128}},
                            inverse[] = {{sqrt(0.2), 128}, {sqrt(0.8), 128}};
    struct tree_level edge[12];
    make_binary(12, edge);
    for (size_t i = is_quick() ? 3 : 0; i < 4; i++) {
        check_weights(grem(), two, 1 << 14, 2, right, 0, beta[i] * root);
        check_weights(walk(), binary, 1 << 12, 12, edge, i == 3 ? 7 : 0, (0.5 + 0.5 * (double)i) * 1.17741);
    }
    if (!is_quick()) { check_weights(grem(), wrong, 1 << 14, 2, inverse, 0, 2 * M_SQRT2 * root); }
}

/* ---- the laws ---- */

/* One level: the exact means of independent Gaussian scores, of another kind altogether. */
static void test_one_level(void **state) {
    (void)state;
    const double sigma[FAMILY_PARAMETERS] = {1}, log_n = 16 * M_LN2, one[FAMILY_PARAMETERS] = {1, 1, 1};
    struct oracle *oracle = oracle_create(family_find("gaussian"), sigma, log_n);
    assert_non_null(oracle);
    for (double ratio = 0.1; ratio < 3; ratio *= 2) {
        double beta = ratio * exp(grem()->log_lambda(one, log_n));
        struct oracle_point point;
        struct tree_means means = tree_means(1, &(struct tree_level){1, 65536}, 0, beta, 9, 0.1);
        assert_true(oracle_at(oracle, ratio, &point));
        check_close(means.entropy, point.entropy, 1e-5);
        check_close(means.shared, point.participation, 1e-9);
    }
    oracle_free(oracle);
}

/* n^(1/2) groups of n^(1/2) keys, a = (.8, .2): freezing at 1.11803 and 2.23607 sqrt(L). Keys' participation
 * tends to 1 - beta_2/beta, groups' to 1 - beta_1/beta; corrections fall as 1/L. */
static void test_two_levels(void **state) {
    (void)state;
    if (is_quick()) { return; }
    double keys[2], groups[2], alone[2], few[2];
    for (int i = 0; i < 2; i++) {
        double log_n = 100 << i, m = exp(log_n / 2), beta = 2.23607 * sqrt(log_n),
               low = -3.2 * 2.23607 * log_n;
        const struct tree_level level[] = {{sqrt(0.8), m}, {sqrt(0.2), m}};
        keys[i] = tree_pass(2, level, 1, 2 * beta, low, 60, 0.25).shared;
        groups[i] = tree_pass(2, level, 0, 2 * beta, low, 60, 0.25).shared;
        alone[i] = tree_pass(2, level, 1, 0.8 * beta, low, 60, 0.25).shared;
        few[i] = tree_pass(2, level, 0, 0.8 * beta, low, 60, 0.25).shared;
    }
    check_close(2 * keys[1] - keys[0], 0.5, 0.003);
    check_close(2 * groups[1] - groups[0], 0.75, 0.002);
    check_close(2 * few[1] - few[0], 1 - 0.5 / 0.8, 0.004); /* groups are frozen there, keys are not */
    assert_true(alone[0] < 0.004 && alone[1] < 0.0003);
}

/* The maximum, 1.34164 sqrt(L): both levels' own, sqrt(.8) and sqrt(.2) times Q(n^(-1/2)), and a number of
 * order 1/beta_1, of median log(Gamma(1/2)/log 2)/beta_1 since many groups share the highest keys. */
static void test_highest(void **state) {
    (void)state;
    const double log_n = 150, m = exp(log_n / 2), beta = 1.11803 * sqrt(log_n);
    const struct tree_level level[] = {{sqrt(0.8), m}, {sqrt(0.2), m}};
    struct tree_grid law = tree_maximum(2, level, 2 * sqrt(log_n), 0.01);
    double apart = (sqrt(0.8) + sqrt(0.2)) * gsl_cdf_ugaussian_Qinv(1 / m);
    check_close((tree_median(&law) - apart) * beta, log(sqrt(M_PI) / M_LN2), 0.005);
    check_close(apart / sqrt(log_n), 1.34164 * (1 - log(4 * M_PI * log_n / 2) / (4 * log_n / 2)), 0.001);
    free(law.deficit);
}

/* The maximum at depth k, 1.17741 k - 1.27398 log k + O(1), where corrections fall as k^(-1/2). */
static void test_highest_leaf(void **state) {
    (void)state;
    if (is_quick()) { return; }
    struct tree_level edge[256];
    double median[2];
    make_binary(256, edge);
    for (int i = 0; i < 2; i++) {
        size_t depth = (size_t)128 << i;
        struct tree_grid law = tree_maximum(depth, edge, 1.3 * (double)depth + 25, 0.1);
        median[i] = tree_median(&law);
        free(law.deficit);
    }
    check_close(median[1] - median[0], 1.17741 * 128 - 1.27398 * M_LN2, 0.07);
}

/* The walk's free energy per level is that of the mean partition function below beta = 1.17741 and frozen
 * above; there two keys have no edge in common with probability about .235 beta_c/beta, fewer than eight with
 * .36 at twice beta_c. */
static void test_freezing_of_walk(void **state) {
    (void)state;
    if (is_quick()) { return; }
    enum { DEPTH = 64 };
    const double critical = 1.17741, ratio[] = {0.5, 1.5, 2};
    struct tree_level edge[2 * DEPTH];
    make_binary(2 * DEPTH, edge);
    for (int i = 0; i < 3; i++) {
        double beta = ratio[i] * critical, low = -beta * (1.3 * 2 * DEPTH + 20) - 60;
        struct tree_means half = tree_pass(DEPTH, edge, 0, beta, low, 60, 0.2),
                          whole = tree_pass(2 * DEPTH, edge, 0, beta, low, 60, 0.2),
                          eight = tree_pass(2 * DEPTH, edge, 7, beta, low, 60, 0.2);
        double grown = (whole.log_z - half.log_z) / beta;
        if (ratio[i] < 1) {
            check_relative(grown, DEPTH * (M_LN2 / beta + beta / 2), 1e-4);
            continue;
        }
        check_close(grown, critical * DEPTH - 1.27398 * M_LN2, 0.12);
        check_close((1 - whole.shared) * ratio[i], 0.235, 0.002);
        if (ratio[i] == 2) { check_close(1 - eight.shared, 0.36, 0.01); }
    }
}

/* sqrt(2 a log n/v) of the last level to freeze: levels in the wrong order freeze as one, here all, or the
 * last two. */
static void test_scale(void **state) {
    (void)state;
    const double mixed[FAMILY_PARAMETERS] = {3, 0.25, 0.6, 0.25, 0.1, 0.5, 0.3};
    const struct {
        const double *p;
        double ratio; /* a/v */
    } law[] = {{two, 0.5 / 0.2}, {wrong, 1}, {three, 0.5 / 0.2}, {mixed, 0.75 / 0.4}};
    for (size_t i = 0; i < sizeof law / sizeof *law; i++) {
        struct schedule parameter[FAMILY_PARAMETERS] = {{0}}, growth;
        for (size_t k = 0; k < FAMILY_PARAMETERS; k++) { parameter[k].coef = law[i].p[k]; }
        double log_lambda = typical_scale(grem(), law[i].p, 1e6).log_lambda;
        check_close(log_lambda, 0.5 * log(2e6 * law[i].ratio), 1e-5);
        assert_true(grem()->law(parameter, &growth));
        check_close(schedule_log(&growth, 1e6), 0.5 * log(2e6 * law[i].ratio), 1e-12);
    }
    assert_true(isnan(typical_scale(walk(), binary, 10).log_lambda)); /* there are pilot rows */
}

/* Lambda_n over Lambda^typ tends to the Gumbel class's L, of median 1.2746; where n is long enough for that,
 * its order statistics miss it once in 16000 seeds. */
static void test_lambda(void **state) {
    (void)state;
    enum { ROWS = 1000 };
    double lambda[ROWS];
    struct sampled *sampled = sampled_create(isa_best());
    assert_non_null(sampled);
    double log_n = log(1 << 14), log_typ = typical_scale(grem(), two, log_n).log_lambda;
    for (uint64_t i = 0; i < ROWS; i++) {
        lambda[i] =
            measure_accumulation(sampled_row(sampled, grem(), two, log_n, log_typ, stream_of(i))).lambda;
    }
    qsort(lambda, ROWS, sizeof *lambda, ascending);
    assert_true(lambda[ROWS / 2 - 63] < 1.2746 && lambda[ROWS / 2 + 63] > 1.2746); /* four sigma of a rank */
    sampled_free(sampled);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups),           cmocka_unit_test(test_streaming),
        cmocka_unit_test(test_maxima),           cmocka_unit_test(test_weights),
        cmocka_unit_test(test_one_level),        cmocka_unit_test(test_two_levels),
        cmocka_unit_test(test_highest),          cmocka_unit_test(test_highest_leaf),
        cmocka_unit_test(test_freezing_of_walk), cmocka_unit_test(test_scale),
        cmocka_unit_test(test_lambda),
    };
    return cmocka_run_group_tests_name("hierarchy", tests, NULL, NULL);
}
