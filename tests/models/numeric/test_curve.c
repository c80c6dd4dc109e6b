/* Curves against the functions themselves: smooth ones, bends, and a jump.
 */
#include "tests/test.h"

#include "models/numeric/curve.h"

enum { ASKED = 1000 };
static const double LOW = 1.0 / 64, HIGH = 40, STEEP = 300, JUMP = 3;

static void functions(double x, double value[CURVE_VALUES], double noise[CURVE_VALUES], void *param) {
    (void)param;
    double t = STEEP * (x - 1);
    const double all[CURVE_VALUES] = {log(x),  exp(-x), 1 / (1 + x * x),
                                      sqrt(x), 7,       fmax(t, 0) + log1p(exp(-fabs(t)))};
    for (int q = 0; q < CURVE_VALUES; q++) {
        value[q] = all[q];
        noise[q] = 1e-13 * fmax(1, fabs(all[q]));
    }
}

static void jump(double x, double value[CURVE_VALUES], double noise[CURVE_VALUES], void *param) {
    functions(x, value, noise, param);
    value[3] += x > JUMP;
}

static double place_of(int i) { return LOW * pow(HIGH / LOW, (i + 0.5) / ASKED); }

static void smooth_functions(void **state) {
    (void)state;
    struct curve *curve = curve_create(LOW, HIGH, 12, functions, NULL);
    for (int i = 0; i < ASKED; i++) {
        double value[CURVE_VALUES], exact[CURVE_VALUES], noise[CURVE_VALUES], x = place_of(i);
        functions(x, exact, noise, NULL);
        assert_true(curve_at(curve, x, value));
        for (int q = 0; q < CURVE_VALUES; q++) { check_close(value[q], exact[q], 20 * noise[q]); }
    }
    double value[CURVE_VALUES];
    assert_true(curve_at(curve, LOW, value) && curve_at(curve, HIGH, value));
    assert_false(curve_at(curve, LOW * (1 - 1e-9), value) || curve_at(curve, HIGH * (1 + 1e-9), value));
    curve_free(curve);
}

/* A bend next to an octave's end, that no node sees from the other side. */
static void bend(double x, double value[CURVE_VALUES], double noise[CURVE_VALUES], void *param) {
    functions(x, value, noise, param);
    double t = 1e6 * (x - 1.00002);
    value[2] = (fmax(t, 0) + log1p(exp(-fabs(t)))) * 1e-6;
    value[5] = 0;
}

static void bends(void **state) {
    (void)state;
    struct curve *curve = curve_create(0.5, 2, 6, bend, NULL);
    int told = 0;
    for (int i = -ASKED; i < ASKED; i++) {
        double value[CURVE_VALUES], exact[CURVE_VALUES], noise[CURVE_VALUES], x = 1 + 1e-7 * i;
        bend(x, exact, noise, NULL);
        if (!curve_at(curve, x, value)) { continue; }
        told++;
        check_close(value[2], exact[2], 20 * noise[2]);
    }
    assert_true(told > ASKED / 2);
    curve_free(curve);
}

/* What is not resolved is not told; what is told is right. */
static void jumps(void **state) {
    (void)state;
    struct curve *curve = curve_create(LOW, HIGH, 6, jump, NULL);
    int told = 0;
    for (int i = 0; i < ASKED; i++) {
        double value[CURVE_VALUES], exact[CURVE_VALUES], noise[CURVE_VALUES], x = place_of(i);
        if (!curve_at(curve, x, value)) {
            assert_true(fabs(x / JUMP - 1) < 0.05 || fabs(x - 1) < 0.05);
            continue;
        }
        told++;
        jump(x, exact, noise, NULL);
        check_close(value[3], exact[3], 20 * noise[3]);
    }
    assert_true(told > ASKED / 2 && told < ASKED);
    curve_free(curve);
}

/* They follow one another, and say what curve_at says. */
static void panels(void **state) {
    (void)state;
    struct curve *curve = curve_create(LOW, HIGH, 6, jump, NULL);
    struct curve_panel panel;
    double end = LOW, value[CURVE_VALUES];
    for (size_t k = 0; k < curve_panels(curve); k++, end = panel.high) {
        curve_panel(curve, k, &panel);
        assert_true(panel.low == end && panel.high > panel.low);
        const double middle = (panel.low + panel.high) / 2;
        assert_int_equal(curve_at(curve, middle, value), panel.resolved);
        if (panel.resolved) {
            jump(panel.low, value, (double[CURVE_VALUES]){0}, NULL);
            check_close(panel.at_low[0], value[0], 1e-11);
            jump(panel.high, value, (double[CURVE_VALUES]){0}, NULL);
            check_close(panel.at_high[0], value[0], 1e-11);
        }
    }
    assert_true(end == HIGH);
    curve_free(curve);
}

/* Panels one after the other, that tell the functions to so much. */
static void check_end(const struct curve *curve, double off) {
    struct curve_panel panel = {.low = HIGH}, before;
    for (size_t k = curve_panels(curve); k-- > 0;) {
        before = panel;
        curve_panel(curve, k, &panel);
        assert_true(panel.resolved && panel.high == before.low);
        for (int i = 0; i <= 20; i++) {
            double value[CURVE_VALUES], exact[CURVE_VALUES], noise[CURVE_VALUES],
                x = panel.low + (panel.high - panel.low) * i / 20;
            jump(x, exact, noise, NULL);
            assert_true(curve_at(curve, x, value));
            for (int q = 0; q < CURVE_VALUES; q++) {
                check_close(value[q], exact[q], 20 * fmax(noise[q], off));
            }
        }
    }
}

static double slight(const struct curve_panel *panel, void *param) {
    (void)panel;
    return *(const double *)param;
}

static double from_of(const struct curve *curve) {
    struct curve_panel first;
    curve_panel(curve, 0, &first);
    return first.low;
}

/* To behind the jump, with fewer panels where less of them is asked for; to the low end where there is no
 * jump, and nowhere where panels may not be as short as they have to be. */
static void ends(void **state) {
    (void)state;
    double off = 1e-6;
    struct curve *end = curve_create_end(LOW, HIGH, 6, jump, NULL, NULL),
                 *rough = curve_create_end(LOW, HIGH, 6, jump, slight, &off),
                 *all = curve_create_end(1.5, HIGH, 6, functions, NULL, NULL),
                 *none = curve_create_end(LOW, 3.1, 1, jump, NULL, NULL);
    check_end(end, 0);
    check_end(rough, off);
    assert_true(from_of(end) > JUMP && from_of(end) < 1.02 * JUMP && from_of(rough) > JUMP);
    assert_true(curve_panels(rough) > 0 && curve_panels(rough) < curve_panels(end));
    assert_true(curve_panels(all) > 0 && from_of(all) == 1.5 && curve_panels(none) == 0);
    curve_free(end);
    curve_free(rough);
    curve_free(all);
    curve_free(none);
}

/* What is left is one panel where it is as long as the last, however that rounds. */
static void last_panels(void **state) {
    (void)state;
    for (int i = 0; i < 20; i++) {
        double off = 1e9;
        const double low = 1 + 0.0137 * i, high = 3.3 * low;
        struct curve *curve = curve_create_end(low, high, 3, functions, slight, &off);
        assert_int_equal(curve_panels(curve), 3);
        assert_true(from_of(curve) == low);
        curve_free(curve);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smooth_functions), cmocka_unit_test(bends), cmocka_unit_test(jumps),
        cmocka_unit_test(panels),           cmocka_unit_test(ends),  cmocka_unit_test(last_panels)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
