/* Labels beside an axis: apart, in order, and no further from their lines than it takes. */
#include "tests/test.h"

#include <math.h>

#include "analysis/figures/spread.h"

static void what_is_apart_stays(void **state) {
    (void)state;
    double place[] = {0.9, 0.1, NAN, 0.5};
    spread_labels(4, place, 0.3);
    check_close(place[0], 0.9, 1e-12);
    check_close(place[1], 0.1, 1e-12);
    assert_true(isnan(place[2]));
    check_close(place[3], 0.5, 1e-12);
}

/* Equal ones are spread about where they were, in the order of their indices; what stands near is moved
 * along. */
static void what_touches_moves(void **state) {
    (void)state;
    double place[] = {0.5, 0.5, 0.5, 0.58};
    spread_labels(4, place, 0.1);
    const double first = 0.52 - 0.15; /* their mean stays */
    for (int i = 0; i < 4; i++) { check_close(place[i], first + 0.1 * i, 1e-12); }
}

static void ends_hold(void **state) {
    (void)state;
    double high[] = {1, 1, 0.99}, many[50];
    spread_labels(3, high, 0.2);
    check_close(high[2], 0.6, 1e-12);
    check_close(high[0], 0.8, 1e-12);
    check_close(high[1], 1, 1e-12);
    for (int i = 0; i < 50; i++) { many[i] = 0.3; }
    spread_labels(50, many, 0.2);
    for (int i = 0; i < 50; i++) { check_close(many[i], i / 49.0, 1e-12); }
    double lone = 1.4;
    spread_labels(1, &lone, 0.2);
    check_close(lone, 1, 1e-12);
    spread_labels(0, NULL, 0.2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_apart_stays),
        cmocka_unit_test(what_touches_moves),
        cmocka_unit_test(ends_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
