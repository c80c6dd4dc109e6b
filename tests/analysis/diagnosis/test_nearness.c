/* Where the weight of rows lies does not depend on the groups that they come in. */
#include "tests/test.h"

#include <stdlib.h>

#include "analysis/diagnosis/nearness.h"

enum { ROWS = 24 };

static struct nearness sums_new(size_t length) {
    return (struct nearness){.length = length,
                             .weight = calloc(length + 1, sizeof(double)),
                             .even = calloc(length + 1, sizeof(double))};
}

static void sums_free(struct nearness *n) {
    free(n->weight);
    free(n->even);
}

/* A row of `keys` keys that has all its weight at one of so many ranks, another for each. */
static void add_row(struct nearness *n, size_t row, size_t keys, size_t ranks) {
    n->weight[row * 7919 % ranks] += 1;
    n->even[keys] += 1 / (double)keys;
    n->rows++;
}

/* Of ROWS rows of up to `spread` fewer keys than the length, `each` in a group. */
static struct survey_place place_of(size_t length, size_t spread, size_t ranks, size_t each) {
    struct nearness n = sums_new(length);
    struct nearness_kept kept = {0};
    struct survey_place p = {0};
    for (size_t row = 0; row < ROWS; row++) {
        const size_t keys = length - row % (spread + 1);
        add_row(&n, row, keys, ranks < keys ? ranks : keys);
        if ((row + 1) % each == 0) { nearness_close(&n, &kept, &p); }
    }
    sums_free(&n);
    free(kept.share);
    return p;
}

static void check_groups(size_t length, size_t spread, size_t ranks, double tolerance) {
    struct survey_place whole = place_of(length, spread, ranks, ROWS);
    const size_t each[] = {1, 3, 12};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        struct survey_place parts = place_of(length, spread, ranks, each[i]);
        assert_int_equal(parts.rows, ROWS);
        check_close(parts.near, whole.near, tolerance);
        for (size_t w = 0; w < SURVEY_WINDOWS; w++) { check_close(parts.mass[w], whole.mass[w], 1e-12); }
    }
}

/* The mean over rows of what each has by itself is near .5 here, and not .9. */
static void test_short(void **state) {
    (void)state;
    check_groups(50, 0, SIZE_MAX, 1e-12);
    check_groups(128, 0, SIZE_MAX, 1e-12);
}

static void test_long(void **state) {
    (void)state;
    check_groups(193, 4, SIZE_MAX, 2e-2);
    check_groups(1000, 4, SIZE_MAX, 1e-2);
    check_groups(4099, 300, SIZE_MAX, 1e-2);
}

/* The nearest keys of many: one by one, then to a part of themselves. */
static void test_local(void **state) {
    (void)state;
    for (size_t ranks = 1; ranks <= 32; ranks++) { check_groups(1 << 14, 0, ranks, 1e-12); }
    check_groups(1 << 14, 0, 1000, 0.2 * 1000 / (1 << 14));
}

/* One row of a text whose queries stand nowhere leaves nothing to tell. */
static void test_nowhere(void **state) {
    (void)state;
    struct nearness n = sums_new(40);
    struct nearness_kept kept = {0};
    struct survey_place p = {0};
    for (size_t group = 0; group < 3; group++) {
        add_row(&n, group, 40, 40);
        n.nowhere = group == 1;
        nearness_close(&n, &kept, &p);
        assert_int_equal(isnan(p.near), group > 0);
    }
    sums_free(&n);
    free(kept.share);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_local),
        cmocka_unit_test(test_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
