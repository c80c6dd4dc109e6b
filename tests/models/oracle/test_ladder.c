/* Sums over keys whose functions become smoother with depth: against the keys one by one, and its points as a
 * rule of quadrature. */
#include "tests/models/oracle/oracle_law.h"
#include "tests/models/oracle/seen_points.h"

#include <string.h>

#include "models/numeric/processor.h"
#include "models/oracle/ladder.h"
#include "models/oracle/law.h"
#include "models/oracle/series.h"

/* So many that all digits matter at all depths. */
static const struct comb_keys many = {{.linear = 0, .log = 1e-3}, 700, 1, 0};

/* Heavy tails over a few thousand steps. */
static void open_lone(struct oracle *law, const double *p, const struct comb_keys *keys, struct lone *lone) {
    const double log_n = log(3000), beta = 8;
    const struct family *family = family_find("pareto");
    assert_true(law_open(law, family, p, log_n, typical_scale(family, p, log_n).log_lambda));
    lone_open(lone, law, beta, keys);
    assert_true(lone_cover(lone, field_knot_b(&lone->field, law->knots - 1) + 4, INFINITY, NULL) &&
                lone_look_behind(lone));
}

static void close_lone(struct oracle *law, struct lone *lone) {
    lone_close(lone);
    law_close(law);
}

/* What curves and polynomials make of the functions is they to 1e-10 of themselves, ten times what gaps are
 * off. */
static void test_functions(void **state) {
    (void)state;
    enum { COUNT = 500 };
    static double rows[LONE_FUNCTIONS][COUNT];
    double *row[LONE_FUNCTIONS], exact[LONE_FUNCTIONS];
    const double p[FAMILY_PARAMETERS] = {10}, first = -1, step = 13;
    struct oracle law;
    struct lone lone;
    open_lone(&law, p, &many, &lone);
    for (int f = 0; f < LONE_FUNCTIONS; f++) { row[f] = rows[f]; }
    lone_fill(&lone, first, step, COUNT, row);
    assert_true(lone.behind && lone.end > 6000 && lone.end < first + step * (COUNT - 2));
    lone_forget(&lone);
    for (size_t k = 0; k < COUNT; k++) {
        const double depth = first + step * (double)k;
        lone_at(&lone, depth, exact);
        for (int f = 0; f < LONE_FUNCTIONS; f++) {
            const double value = depth < lone.end ? exact[f] : 0;
            const double size =
                f == LONE_ENTROPIES ? fmax(fabs(value), fabs(rows[LONE_FIRST][k])) : fabs(value);
            check_close(rows[f][k], value, 3e-11 * size);
        }
    }
    close_lone(&law, &lone);
}

/* Keys that are dense and few, and keys that are far apart; up to e^14 of them. */
static void check_sums(struct family_position position, double log_n, double scale) {
    static struct seen seen;
    const double p[FAMILY_PARAMETERS] = {10};
    const struct comb_keys keys = {position, log_n, scale, 0};
    struct oracle law;
    struct lone opened, *lone = &opened;
    struct ladder ladder;
    open_lone(&law, p, &keys, lone);
    assert_true(ladder_set(&ladder, lone, 0.21) && ladder.count > 5);
    seen.count = 0;
    double missed = 0;
    assert_int_equal(ladder_climb(&ladder, lone, see, &seen), COMB_MADE);
    for (size_t i = 0; i < seen.count; i++) { missed = fmax(missed, seen.point[i].sum[LADDER_MISS]); }
    assert_true(missed > 0);
    for (size_t i = 0; i < seen.count; i += 13) {
        const struct ladder_point *x = &seen.point[i];
        double sum[LONE_FUNCTIONS] = {0}, value[LONE_FUNCTIONS];
        for (double j = 0; j < rint(exp(log_n)); j++) {
            const double depth = x->depth + scale * (position.linear * j + position.log * log1p(j));
            if (depth > lone->end) { break; }
            lone_at(lone, depth, value);
            for (int f = 0; f < LONE_FUNCTIONS; f++) { sum[f] += lone->unit * value[f]; }
        }
        for (int f = 0; f < LONE_FUNCTIONS; f++) {
            check_close(x->sum[f], sum[f], 2e-10 * fabs(sum[f]) + 1e-15);
        }
        const double little = 0.1 / (1 + x->depth / 16); /* beside it digits do not matter */
        assert_true(x->sum[LADDER_MISS] < 1e-12 * fmax(sum[LONE_FIRST], little) || x->depth < 20);
    }
    close_lone(&law, lone);
}

static void test_sums(void **state) {
    (void)state;
    check_sums((struct family_position){.linear = 0.001, .log = 0}, log(2e4), 30);
    check_sums((struct family_position){.linear = 1, .log = 0.4}, 700, 100);
    check_sums((struct family_position){.linear = 0, .log = 1}, log(5e4), 20);
}

/* All instruction sets that there are here give the same bits. */
static void climb_with(const struct vector *vector, const struct inner_kernel *kernel,
                       const struct series_kernel *series, struct seen *seen) {
    const double p[FAMILY_PARAMETERS] = {10}, log_n = log(3000), beta = 8;
    const struct family *family = family_find("pareto");
    const double log_lambda = typical_scale(family, p, log_n).log_lambda;
    struct oracle law;
    struct deep *deep;
    struct lone lone;
    struct ladder ladder;
    assert_true(law_open(&law, family, p, log_n, log_lambda));
    law.vector = vector;
    law.kernel = kernel;
    law.series = series;
    assert_true(deep_open(&deep, &law) && deep);
    lone_open(&lone, &law, beta, &(struct comb_keys){{.linear = 0.01, .log = 0.4}, 20, 30, 0});
    assert_true(lone_cover(&lone, field_knot_b(&lone.field, law.knots - 1) + 4, INFINITY, deep) &&
                lone_look_behind(&lone));
    assert_true(isfinite(lone.deep_from) && ladder_set(&ladder, &lone, 0.21));
    memset(seen, 0, sizeof *seen);
    assert_int_equal(ladder_climb(&ladder, &lone, see, seen), COMB_MADE);
    close_lone(&law, &lone);
    deep_free(deep);
}

static void test_bits(void **state) {
    (void)state;
    static struct seen base;
    climb_with(&vector_base, &inner_base, &series_base, &base);
#ifdef __x86_64__
    static struct seen other;
    if (processor_runs("avx2")) {
        climb_with(&vector_avx2, &inner_avx2, &series_avx2, &other);
        assert_memory_equal(&base, &other, sizeof base);
    }
    if (processor_runs("avx512")) {
        climb_with(&vector_avx512, &inner_avx512, &series_avx512, &other);
        assert_memory_equal(&base, &other, sizeof base);
    }
#endif
}

/* Weights are those of an integral across the ends of rungs, of every second point to fewer digits. */
static void test_weights(void **state) {
    (void)state;
    static struct seen seen;
    const double p[FAMILY_PARAMETERS] = {10}, middle[] = {40, 70, 100, 150, 250, 400};
    struct oracle law;
    struct lone lone;
    struct ladder ladder;
    open_lone(&law, p, &many, &lone);
    assert_true(ladder_set(&ladder, &lone, 0.21));
    seen.count = 0;
    assert_int_equal(ladder_climb(&ladder, &lone, see, &seen), COMB_MADE);
    for (size_t m = 0; m < sizeof middle / sizeof *middle; m++) {
        const double width = middle[m] / 10;
        double all = 0, half = 0;
        for (size_t i = 0; i < seen.count; i++) {
            const double x = (seen.point[i].depth - middle[m]) / width,
                         value = exp(-x * x / 2) / (width * sqrt(2 * M_PI));
            all += seen.point[i].weight * value;
            half += seen.point[i].half * value;
        }
        check_close(all, 1, 1e-12);
        check_close(half, 1, 1e-5);
    }
    close_lone(&law, &lone);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_functions), cmocka_unit_test(test_sums),
                                       cmocka_unit_test(test_weights), cmocka_unit_test(test_bits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
