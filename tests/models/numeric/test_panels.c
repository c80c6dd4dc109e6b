/* Adaptive panels against closed forms: values, the honesty of the errors, how panels follow one another. */
#include "tests/test.h"

#include "models/numeric/panels.h"

/* One function of x with two parameters, and its integral from -1 to 1. */
struct form {
    double (*at)(const struct form *form, double x);
    double (*below)(const struct form *form, double x); /* a primitive */
    double sharpness, place;
};

static double pole(const struct form *f, double x) {
    double u = f->sharpness * (x - f->place);
    return 1 / (1 + u * u);
}
static double pole_below(const struct form *f, double x) {
    return atan(f->sharpness * (x - f->place)) / f->sharpness;
}
static double bell(const struct form *f, double x) { return exp(-pow(f->sharpness * (x - f->place), 2)); }
static double bell_below(const struct form *f, double x) {
    return erf(f->sharpness * (x - f->place)) * sqrt(M_PI) / (2 * f->sharpness);
}
static double wave(const struct form *f, double x) { return cos(f->sharpness * (x - f->place)); }
static double wave_below(const struct form *f, double x) {
    return sin(f->sharpness * (x - f->place)) / f->sharpness;
}
static double kink(const struct form *f, double x) { return fabs(x - f->place); }
static double kink_below(const struct form *f, double x) { return (x - f->place) * fabs(x - f->place) / 2; }
static double root(const struct form *f, double x) { return sqrt(fabs(x - f->place)); }
static double root_below(const struct form *f, double x) {
    return copysign(pow(fabs(x - f->place), 1.5) / 1.5, x - f->place);
}

static void one_form(const struct panels_panel *panel, double *value, void *param) {
    const struct form *form = param;
    for (int j = 0; j < panel->rule->order; j++) {
        value[j] = form->at(form, panel->middle + panel->half * panel->rule->x[j]);
    }
}

/* Over [-1, 1]. Returns how far the value is off. */
static double off(struct form form, struct panels_aim aim, int depth, double *error) {
    struct legendre rule;
    legendre_make(16, &rule);
    struct panels sum = {.rule = &rule, .count = 1, .function = one_form, .param = &form, .depth = depth};
    panels_aim(&sum, 0, 1, aim);
    panels_add(&sum, -1, 1);
    *error = sum.error[0];
    return fabs(sum.value[0] - (form.below(&form, 1) - form.below(&form, -1)));
}

enum { CASES = 400 };
static double place_of(int i) { return -0.9 + 1.8 * fmod(i * 0.6180339887, 1); }

/* Poles from 1 to 1/100 off the way, bells down to 1/25, waves of up to 32 turns: every error is what the
 * value is off by or more, but for a factor of 4 at poles, and values meet the aim. */
static void smooth_functions(void **state) {
    (void)state;
    const struct form forms[] = {
        {pole, pole_below, 0, 0}, {bell, bell_below, 0, 0}, {wave, wave_below, 0, 0}};
    const double aim = 1e-10, rounding = 1e-15;
    for (int i = 0; i < 3 * CASES; i++) {
        struct form form = forms[i % 3];
        form.sharpness = i % 3 == 2 ? 0.5 * (1 + i / 3) : pow(10, (i % 3 ? 1.4 : 2.0) * (i / 3) / CASES);
        form.place = place_of(i / 3);
        double error, distance = off(form, (struct panels_aim){aim, 0, 2}, 12, &error);
        check_close(distance, 0, (i % 3 ? 1 : 4) * error + rounding);
        check_close(distance, 0, 2 * aim);
        check_close(error, 0, 1000 * aim);
    }
}

/* Kinks, and roots whose slope is infinite, resolved as far as halving may go: in the geometric mean errors
 * are at most 20 times too small. Without what the halves say about the whole it would be 400 to 8000 times.
 */
static void hard_functions(void **state) {
    (void)state;
    const struct form forms[] = {{kink, kink_below, 0, 0}, {root, root_below, 0, 0}};
    const int depths[] = {3, 6, 9};
    for (int k = 0; k < 6; k++) {
        double mean = 0;
        for (int i = 0; i < CASES; i++) {
            struct form form = forms[k % 2];
            form.place = place_of(i);
            double error, distance = off(form, (struct panels_aim){1e-13, 0, 2}, depths[k / 2], &error);
            mean += log(error / distance) / CASES;
        }
        assert_true(mean > -log(20) && mean < log(20));
    }
}

/* A distribution G and 1 - e^{-G}, of density g e^{-G}: the second needs the first up to every node. Relative
 * aims hold for components of any size. */
static void nested(const struct panels_panel *panel, double *value, void *param) {
    const struct legendre *rule = panel->rule;
    const double height = *(const double *)param;
    for (int j = 0; j < rule->order; j++) {
        value[3 * j] = height * exp(-pow(panel->middle + panel->half * rule->x[j], 2));
    }
    for (int j = 0; j < rule->order; j++) {
        double below = panel->before[0];
        for (int i = 0; i < rule->order; i++) {
            below += panel->half * rule->cumulative[i][j] * value[3 * i];
        }
        value[3 * j + 1] = value[3 * j] * exp(-below);
        value[3 * j + 2] = 1e-200 * value[3 * j];
    }
}

static void integrals_of_integrals(void **state) {
    (void)state;
    for (double height = 0.01; height < 1000; height *= 7) {
        struct legendre rule;
        legendre_make(12, &rule);
        struct panels sum = {.rule = &rule, .count = 3, .function = nested, .param = &height, .depth = 12};
        panels_aim(&sum, 0, 3, (struct panels_aim){0, 1e-12, 2});
        for (double low = -6; low < 6; low += 3) { panels_add(&sum, low, low + 3); }
        double all = height * sqrt(M_PI) * erf(6);
        check_close(sum.value[0], all, sum.error[0] + 1e-14 * all);
        check_close(sum.value[1], -expm1(-all), sum.error[1] + 1e-14);
        check_close(sum.value[2], 1e-200 * all, sum.error[2] + 1e-214 * all);
        assert_true(sum.error[1] < 1e-10 && sum.error[2] < 1e-211 * all);
    }
}

struct seen {
    double end, width, total;
    int kept, asked;
};

static void peak(const struct panels_panel *panel, double *value, void *param) {
    struct seen *seen = param;
    seen->asked++;
    for (int j = 0; j < panel->rule->order; j++) {
        value[j] = 1 / (1e-6 + pow(panel->middle + panel->half * panel->rule->x[j], 2));
    }
}

static void note(const struct panels_panel *panel, const double *sum, void *param) {
    struct seen *seen = param;
    check_close(panel->low, seen->end, 0);
    check_close(*panel->before, seen->total, 0);
    check_close(panel->high - panel->low, 2 * panel->half, 0);
    seen->end = panel->high;
    seen->total += *sum;
    seen->width = fmin(seen->width, 2 * panel->half);
    seen->kept++;
}

/* Panels that are kept cover the way in order; halving stops at the depth and at the narrowest width. */
static void order_and_limits(void **state) {
    (void)state;
    struct legendre rule;
    legendre_make(16, &rule);
    const double narrowest[] = {0, 0.25}, width[] = {0x1p-6, 0.25};
    for (int i = 0; i < 2; i++) {
        struct seen seen = {-1, 2, 0, 0, 0};
        struct panels sum = {.rule = &rule,
                             .count = 1,
                             .function = peak,
                             .keep = note,
                             .param = &seen,
                             .depth = 7,
                             .narrowest = narrowest[i]};
        panels_aim(&sum, 0, 1, (struct panels_aim){1e-300, 0, 2});
        panels_add(&sum, -1, 1);
        check_close(seen.end, 1, 0);
        check_close(seen.width, width[i], 0);
        check_close(sum.value[0], seen.total, 0);
        assert_int_equal(seen.asked, 2 * seen.kept - 1);
    }
}

static void nothing(const struct panels_panel *panel, double *value, void *param) {
    (void)param;
    for (int j = 0; j < panel->rule->order; j++) { value[j] = panel->low < 0.5 ? 1 : NAN; }
}

static void what_is_not_finite(void **state) {
    (void)state;
    struct legendre rule;
    legendre_make(16, &rule);
    struct panels sum = {.rule = &rule, .count = 1, .function = nothing, .depth = 3};
    panels_aim(&sum, 0, 1, (struct panels_aim){1e-10, 0, 2});
    panels_add(&sum, 0, 0.25);
    check_close(sum.value[0], 0.25, sum.error[0] + 1e-16);
    panels_add(&sum, 0.5, 1);
    assert_true(isnan(sum.value[0]) && isnan(sum.error[0]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smooth_functions),       cmocka_unit_test(hard_functions),
        cmocka_unit_test(integrals_of_integrals), cmocka_unit_test(order_and_limits),
        cmocka_unit_test(what_is_not_finite),
    };
    return cmocka_run_group_tests_name("panels", tests, NULL, NULL);
}
