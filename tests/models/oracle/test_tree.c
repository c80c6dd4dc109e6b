/* Exact means of sums along trees: of one level, those of independent Gaussian scores, which come by other
 * integrals altogether; of two keys, by quadrature; of groups of unlike size, of sampled rows; and with finer
 * grids. tests/sim/measures/test_hierarchy.c has trees as they are sampled. */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "tests/models/oracle/oracle_law.h"

static const struct law one = {"grem", {1, 1, 1}}, two = {"grem", {2, 0.5, 0.8, 0.5, 0.2}},
                        wrong = {"grem", {2, 0.5, 0.2, 0.5, 0.8}},
                        three = {"grem", {3, 0.25, 0.5, 0.25, 0.3, 0.5, 0.2}},
                        four = {"grem", {4, 0.25, 0.5, 0.25, 0.3, 0.2, 0.2, 0.3, 0.1}}, walk = {"walk", {2}};

/* In units of scores, which every tree has. */
static struct oracle *tree_of(const struct law *law, double n) {
    struct oracle *o = oracle_create_with(family_find(law->family), law->p, log(n), 0);
    assert_non_null(o);
    return o;
}

/* Each with its error, in one order. */
enum { VALUES = 6 };
static void list(const struct oracle_point *x, double value[VALUES], double error[VALUES]) {
    const double all[VALUES][2] = {{x->entropy, x->entropy_error},
                                   {x->participation, x->participation_error},
                                   {x->log_mean_participation, x->log_mean_participation_error},
                                   {x->log_top_weight, x->log_top_weight_error},
                                   {x->gap_mean, x->gap_mean_error},
                                   {x->susceptibility, x->susceptibility_error}};
    for (size_t k = 0; k < VALUES; k++) {
        value[k] = all[k][0];
        error[k] = all[k][1];
    }
}

/* Two answers within both errors. */
static void check_same(const char *what, double beta, const struct oracle_point *x,
                       const struct oracle_point *y) {
    double value[2][VALUES], error[2][VALUES];
    list(x, value[0], error[0]);
    list(y, value[1], error[1]);
    for (size_t k = 0; k < VALUES; k++) {
        if (!(fabs(value[0][k] - value[1][k]) <= error[0][k] + error[1][k])) {
            fail_msg("%s, value %zu at beta = %g: %.14g +- %g, %.14g +- %g", what, k, beta, value[0][k],
                     error[0][k], value[1][k], error[1][k]);
        }
    }
}

static void test_one_level(void **state) {
    (void)state;
    const struct law gaussian = {"gaussian", {1}};
    const double n[] = {2, 100, 4096, 1 << 26};
    for (size_t i = 0; i < 4; i++) {
        struct oracle *tree = make_oracle(&one, log(n[i])), *scores = make_oracle(&gaussian, log(n[i]));
        for (double ratio = 1.0 / 16; ratio < 100; ratio *= 4) {
            struct oracle_point x, y;
            assert_true(oracle_at(tree, ratio, &x) && oracle_at(scores, ratio, &y));
            check_same("one level", ratio, &x, &y);
            assert_true(x.entropy_error < 1e-9 * fmax(1, ratio));
        }
        double error, known;
        check_close(oracle_collapse_entropy(tree, 0.5, &error), oracle_collapse_entropy(scores, 0.5, &known),
                    error + known);
        assert_true(error < 1e-8);
        oracle_free(tree);
        oracle_free(scores);
    }
}

/* Of two keys H and Y_2 are those of the difference of their scores, N(0, 2). */
static void test_two_keys(void **state) {
    (void)state;
    struct oracle *o = tree_of(&walk, 2);
    for (double beta = 0.25; beta < 5; beta *= 2) {
        double h = 0, y = 0, log_top = 0, gap = 0, chi = 0;
        const double step = 1e-4;
        for (double x = step / 2; x < 14; x += step) {
            const double weight = 2 * step * exp(-x * x / 4) / sqrt(4 * M_PI), b = beta * x,
                         p = 1 / (1 + exp(-b)), q = exp(-b) * p;
            h += weight * (log1p(exp(-b)) + q * b);
            y += weight * (p * p + q * q);
            log_top -= weight * log1p(exp(-b));
            gap += weight * q * x;
            chi += weight * p * q * b * b;
        }
        struct oracle_point point;
        assert_true(oracle_at(o, beta, &point));
        check_close(point.entropy, h, 1e-8);
        check_close(point.participation, y, 1e-8);
        check_close(point.log_top_weight, log_top, 1e-8);
        check_close(point.gap_mean, gap, 1e-8);
        check_close(point.susceptibility, chi, 1e-8);
    }
    oracle_free(o);
}

/* Of 23 keys in 5 groups in 2: five keys or four, and two groups or three. */
static void sample_three(gsl_rng *random, const double sigma[3], double score[23]) {
    const size_t groups[] = {2, 5, 23};
    double sum[3][23];
    for (size_t level = 0; level < 3; level++) {
        for (size_t g = 0; g < groups[level]; g++) {
            const double above = level > 0 ? sum[level - 1][g * groups[level - 1] / groups[level]] : 0;
            sum[level][g] = above + gsl_ran_gaussian(random, sigma[level]);
        }
    }
    for (size_t i = 0; i < 23; i++) { score[i] = sum[2][i]; }
}

enum { MEANS = 4 };
static void measure(const double score[23], double beta, double mean[MEANS]) {
    double top = score[0], z = 0, shared = 0, first = 0, second = 0;
    for (size_t i = 1; i < 23; i++) { top = fmax(top, score[i]); }
    for (size_t i = 0; i < 23; i++) {
        const double gap = top - score[i], w = exp(-beta * gap);
        z += w;
        shared += w * w;
        first += w * gap;
        second += w * gap * gap;
    }
    first /= z;
    mean[0] = log(z) + beta * first;
    mean[1] = shared / (z * z);
    mean[2] = first;
    mean[3] = beta * beta * (second / z - first * first);
}

/* Within five standard errors: once in 10^5 seeds. */
static void test_unlike_groups(void **state) {
    (void)state;
    enum { BETAS = 3 };
    const size_t rows = test_size(200000, 20);
    const double sigma[] = {sqrt(0.5), sqrt(0.3), sqrt(0.2)}, beta[BETAS] = {1, 3, 9};
    double sum[BETAS][MEANS] = {{0}}, square[BETAS][MEANS] = {{0}}, score[23], now[MEANS];
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    assert_non_null(random);
    for (size_t row = 0; row < rows; row++) {
        sample_three(random, sigma, score);
        for (size_t b = 0; b < BETAS; b++) {
            measure(score, beta[b], now);
            for (size_t k = 0; k < MEANS; k++) {
                sum[b][k] += now[k] / (double)rows;
                square[b][k] += now[k] * now[k] / (double)rows;
            }
        }
    }
    gsl_rng_free(random);
    struct oracle *o = tree_of(&three, 23);
    for (size_t b = 0; b < BETAS; b++) {
        struct oracle_point x;
        assert_true(oracle_at(o, beta[b], &x));
        const double exact[MEANS] = {x.entropy, x.participation, x.gap_mean, x.susceptibility};
        for (size_t k = 0; k < MEANS; k++) {
            const double se = sqrt((square[b][k] - sum[b][k] * sum[b][k]) / (double)rows);
            check_close(sum[b][k], exact[k], 5 * se);
        }
    }
    oracle_free(o);
}

/* Errors hold what grids half as fine again change, and are small; E log Y_2 lies within what every row has.
 */
static void test_errors(void **state) {
    (void)state;
    const struct {
        const struct law *law;
        double n;
    } tree[] = {{&walk, 1 << 10}, {&two, 900}, {&wrong, 1 << 16}, {&three, 70001}, {&four, 5000}};
    const size_t trees = sizeof tree / sizeof *tree;
    for (size_t i = 0; i < trees; i++) {
        struct oracle *o = tree_of(tree[i].law, tree[i].n);
        for (double beta = 0.5; beta < 100; beta *= 3) {
            struct oracle_point x, finer, twice;
            double error;
            assert_true(oracle_at(o, beta, &x) && oracle_at(o, 2 * beta, &twice));
            oracle_refine(o, 1.5);
            assert_true(oracle_at(o, beta, &finer));
            oracle_refine(o, 1);
            check_same(tree[i].law->family, beta, &x, &finer);
            assert_true(x.entropy_error < 1e-9 * fmax(1, beta) && x.susceptibility_error < 1e-8);
            assert_true(isnan(x.top_weight) && isnan(x.log_partition));
            const double both = oracle_log_participation(&x, &twice, &error);
            assert_true(both < x.log_mean_participation && error < 1e-8);
        }
        oracle_free(o);
    }
}

/* Short steps are many, whose sums round. */
static void test_short_steps(void **state) {
    (void)state;
    struct oracle *o = tree_of(&one, 688288);
    for (double beta = 0.01; beta < 0.03; beta *= 1.05) {
        struct oracle_point x, finer;
        oracle_refine(o, 1);
        assert_true(oracle_at(o, beta, &x));
        oracle_refine(o, 1.45);
        assert_true(oracle_at(o, beta, &finer));
        check_same("short steps", beta, &x, &finer);
        assert_true(x.entropy_error < 1e-12);
    }
    oracle_free(o);
}

/* 67 groups of 20 kinds. Numbers from a recursion in long doubles, derivatives from a circle of complex
 * betas.
 */
static void test_many_kinds(void **state) {
    (void)state;
    struct oracle *o = tree_of(&four, 20102472);
    struct oracle_point x;
    assert_true(oracle_at(o, 10, &x));
    check_close(x.entropy, 3.29858023842577, x.entropy_error);
    check_close(x.susceptibility, 5.13845025780881, x.susceptibility_error);
    assert_true(x.entropy_error < 1e-9);
    oracle_free(o);
}

/* Grids that would be too long, and many groups of unlike size, are left unknown. */
static void test_out_of_reach(void **state) {
    (void)state;
    const struct law uneven = {"grem", {2, 0.5, 1e6, 0.5, 1e-6}}, many = {"grem", {2, 0.9, 0.5, 0.1, 0.5}};
    struct oracle *o[] = {tree_of(&walk, 1 << 10), tree_of(&uneven, 1 << 10), tree_of(&many, 6e7)};
    const double beta[] = {1e-6, 1, 1};
    for (size_t i = 0; i < 3; i++) {
        struct oracle_point x;
        assert_true(oracle_at(o[i], beta[i], &x));
        assert_true(isnan(x.entropy) && isinf(x.entropy_error) && isnan(x.participation));
        assert_true(isnan(oracle_collapse_entropy(o[i], 1, NULL)) || i == 0);
        oracle_free(o[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_level),     cmocka_unit_test(test_two_keys),
        cmocka_unit_test(test_unlike_groups), cmocka_unit_test(test_errors),
        cmocka_unit_test(test_short_steps),   cmocka_unit_test(test_many_kinds),
        cmocka_unit_test(test_out_of_reach),
    };
    return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
