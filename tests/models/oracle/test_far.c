/* Sums over so many keys that far ones are an integral: against grids that reach over all of them. */
#include "tests/models/oracle/oracle_law.h"
#include "tests/models/oracle/seen_points.h"

#include <math.h>
#include <stdlib.h>

#include "models/oracle/grid.h"
#include "models/oracle/law.h"
#include "models/theory/typical.h"

/* x at which rows are e^-90 or so likely to have no score with an a above 1. */
static double crowded_at(const struct field *f, const struct comb_keys *keys) {
    const double enough = 4.5;
    double x = INFINITY;
    for (size_t k = 0; k < f->o->knots; k++) {
        const double log_keys = enough - f->o->knot[k].y + f->o->log_n;
        if (log_keys < keys->log_n) {
            x = fmin(x, field_knot_b(f, k) + keys->scale * keys->position.log * log_keys);
        }
    }
    return x;
}

/* On a grid that is halved so often. */
static void sum_up(const struct oracle *law, const struct comb_keys *keys, double beta, double step,
                   int halved, bool is_near, struct far *far, struct seen *seen) {
    struct grid grid = {.step = step, .is_near = is_near};
    lone_open(&grid.lone, law, beta, keys);
    const double top = crowded_at(&grid.lone.field, keys);
    grid.lone.end = top - grid.lone.field.x_low;
    assert_true(far_plan(&grid.far, &grid.lone, top, step));
    assert_true(lone_cover(&grid.lone, top, is_near ? far_depth(&grid.far, step) : INFINITY, NULL));
    assert_true(grid_fill(&grid));
    for (; halved > 0; halved--) { assert_true(grid_halve(&grid)); }
    seen->count = 0;
    assert_int_equal(grid_sum(&grid, see, seen), COMB_MADE);
    *far = grid.far;
    grid_discard(&grid);
}

static void check_sums(const char *name, const double *p, double log_n, double beta, double log,
                       bool to_last) {
    static struct seen near, all;
    const struct family *family = family_find(name);
    const double log_lambda = typical_scale(family, p, log_n).log_lambda, scale = beta * exp(log_lambda);
    const struct comb_keys keys = {{.linear = 0, .log = log}, log_n, scale, 0};
    struct oracle law;
    struct far far;
    assert_true(law_open(&law, family, p, log_n, log_lambda));
    for (int halved = 0; halved < 2; halved++) {
        sum_up(&law, &keys, beta, 0.3, halved, true, &far, &near);
        assert_true(isfinite(far.key) == to_last);
        sum_up(&law, &keys, beta, 0.3, halved, false, &far, &all);
        size_t compared = 0;
        for (size_t i = 0, k = 0; i < all.count; i++) {
            const struct ladder_point *x = &all.point[i];
            while (k < near.count && near.point[k].depth < x->depth - 0.01) { k++; }
            if (k == near.count || x->sum[LONE_LOG_PHI] < -40) { continue; }
            assert_true(fabs(near.point[k].depth - x->depth) < 1e-9);
            compared++;
            for (int f = 0; f < LONE_FUNCTIONS; f++) {
                check_close(near.point[k].sum[f], x->sum[f], 1e-12 * fabs(x->sum[f]) + 1e-15);
            }
            assert_true(near.point[k].sum[LADDER_MISS] >= 0 && near.point[k].sum[LADDER_MISS_LOG] >= 0);
        }
        assert_true(compared > 100);
    }
    law_close(&law);
}

/* Where all keys behind a depth have nothing, and where the last key still has something. */
static void test_sums(void **state) {
    (void)state;
    const double gaussian[FAMILY_PARAMETERS] = {1}, exponential[FAMILY_PARAMETERS] = {1, 1};
    check_sums("gaussian", gaussian, 300, 8, 0.06, false);
    check_sums("gaussian", gaussian, 230, 0.558, 0.1, true);
    check_sums("stretched", exponential, 200, 8, 0.7, true);
    check_sums("stretched", exponential, 400, 4, 0.6, true);
}

/* Where what far keys have begins behind the last score that is known, and falls slowly: it was left out, and
 * with it so much of the whole that nothing was told. Against grids over all keys. */
static void test_behind_all_scores(void **state) {
    (void)state;
    const struct {
        double log_n, ratio, entropy;
    } known[] = {{69.077552789821368, 1.1, 10.349552757525},
                 {69.077552789821368, 1.26, 4.549101363751},
                 {460.51701859880916, 1.1, 10.858201901907},
                 {460.51701859880916, 1.26, 4.549743669205}};
    const struct law law = law_at("spherical", 68, 0, 0, 0.01);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct oracle_point point = point_at(&law, known[i].log_n, known[i].ratio);
        check_close(point.entropy, known[i].entropy, 3e-10);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sums), cmocka_unit_test(test_behind_all_scores)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
