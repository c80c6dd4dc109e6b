/* Figures of collapse points and how they grow: the numbers are those of the fit, and what has no error or no
 * exact value is no point. (All scripts are drawn in test_figures.c.) */
#include "tests/analysis/figures/numbers.h"

#include <math.h>

#include "analysis/figures/growth_figures.h"
#include "models/oracle/limits.h"

enum { LENGTHS = 4 };

/* A fit of LENGTHS n whose windows and points the tests set. */
struct made {
    double log_n[LENGTHS], exact[LENGTHS];
    struct results_series series;
    struct ensemble_point point[LENGTHS];
    struct exponent window[LENGTHS], lambda[LENGTHS];
    struct fit fit;
};

static void make(struct made *m) {
    *m = (struct made){.log_n = {5, 10, 100, 1000},
                       .series = {.family = family_find("gaussian"), .log_n = m->log_n}};
    m->fit = (struct fit){.series = &m->series,
                          .lengths = LENGTHS,
                          .criteria = 1,
                          .windows = LENGTHS,
                          .judged = m->point,
                          .exact = m->exact,
                          .window = m->window,
                          .window_lambda = m->lambda,
                          .has_law = true,
                          .law = {1, 0.5, 0}};
}

/* As the verdict may have them. */
static void print_windows(struct canvas *canvas) {
    const struct verdict verdict = {.window_count = 1,
                                    .window = {{.log_n = 100, .count = 6, .value = 0.51, .se = 0.03}},
                                    .exponent = {.value = 0.51, .low = 0.47, .high = 0.53}};
    growth_figure_windows_of(canvas, &verdict);
}

/* The lines of a block, and the number of a name in `value`. Free with free(). */
static char *block_of(void (*print)(struct canvas *), const struct fit *fit, const char *name,
                      double *value) {
    char *text = numbers_of(print, fit), line[40];
    snprintf(line, sizeof line, "\n%s = ", name);
    const char *at = strstr(text, line);
    assert_non_null(at);
    *value = strtod(at + strlen(line), NULL);
    char *rows = strchr(text, '\n') + 1;
    *strstr(rows, "EOD") = '\0';
    memmove(text, rows, strlen(rows) + 1);
    return text;
}

static void residuals_are_in_standard_errors(void **state) {
    struct made m;
    double high, place, residual[LENGTHS];
    int used = 0;
    (void)state;
    make(&m);
    assert_non_null(figure_named("residuals")->series_lacks(&m.fit));
    for (size_t n = 0; n < LENGTHS; n++) {
        m.exact[n] = 2;
        m.point[n] = (struct ensemble_point){ENSEMBLE_FOUND, log(2) + 0.01 * (double)n * 1.5, 0.01, 0, NAN};
    }
    m.point[1].se = NAN;
    m.exact[2] = NAN;
    assert_null(figure_named("residuals")->series_lacks(&m.fit));
    char *rows = block_of(figure_named("residuals")->series_print, &m.fit, "y_high", &high), *at = rows;
    for (size_t n = 0; n < LENGTHS; n++, at += used) {
        assert_int_equal(sscanf(at, "%lf %lf%n", &place, &residual[n], &used), 2);
    }
    check_close(residual[0], 0, 1e-9);
    assert_true(isnan(residual[1]) && isnan(residual[2]));
    check_close(residual[3], 4.5, 1e-9);
    assert_true(high > 4.5);
    free(rows);
}

/* Windows that are all noise, or of two points, are left out. */
static void windows_are_those_that_say_something(void **state) {
    struct made m;
    double law, row[4], next[4];
    (void)state;
    make(&m);
    for (size_t w = 0; w < LENGTHS; w++) {
        m.window[w] = (struct exponent){LENGTHS - w, 0.4 + 0.1 * (double)w, 0.02, NAN};
        m.lambda[w] = (struct exponent){LENGTHS - w, 0.45, 0, NAN};
    }
    assert_null(figure_named("windows")->series_lacks(&m.fit));
    char *rows = block_of(print_windows, &m.fit, "law", &law);
    check_close(law, 0.5, 1e-12);
    assert_int_equal(sscanf(rows, "%lf %lf %lf %lf %lf %lf %lf %lf %lf", &row[0], &row[1], &row[2], &row[3],
                            &next[0], &next[1], &next[2], &next[3], &law),
                     8);
    check_close(row[1], 0.4, 1e-9);
    check_close(row[2], 0.02, 1e-9);
    check_close(row[3], 0.45, 1e-9);
    check_close(next[1], 0.5, 1e-9);
    free(rows);
    char *corrected = strstr(rows = numbers_of(print_windows, &m.fit), "$corrected << EOD");
    assert_int_equal(sscanf(corrected, "$corrected << EOD %lf %lf %lf", &row[0], &row[1], &row[2]), 3);
    check_close(row[0], log(100), 1e-9); /* n goes from e^5 to e^1000 */
    check_close(row[1], 0.51, 1e-9);
    check_close(row[2], 0.03, 1e-9);
    assert_non_null(strstr(
        corrected, "has_corrected = 1\nexponent_low = 0.47\nexponent_high = 0.53\nhas_interval = 1\n"));
    assert_non_null(strstr(rows, "has_scale = 1\n"));
    free(rows);
    m.window[1].se = 0.5;
    assert_non_null(figure_named("windows")->series_lacks(&m.fit));
    m.fit.primary = m.fit.criteria;
    assert_non_null(figure_named("windows")->series_lacks(&m.fit));
    assert_non_null(figure_named("residuals")->series_lacks(&m.fit));
}

/* Without an interval. */
static void print_undecided_windows(struct canvas *canvas) {
    growth_figure_windows_of(canvas, &(struct verdict){.exponent = {.low = NAN, .high = NAN}});
}

/* Exponents a millionth off the law have an axis as long as they and their errors spread, from the law on;
 * what lies further off has one of exponents. */
static void exponents_near_the_law_are_told_apart(void **state) {
    const double far[] = {1e-6, 0.02};
    struct made m;
    (void)state;
    make(&m);
    for (size_t k = 0; k < 2; k++) {
        double low, high, zero, power;
        for (size_t w = 0; w < LENGTHS; w++) {
            m.window[w] = (struct exponent){LENGTHS - w, 0.5 + far[k] * (double)w, far[k], NAN};
            m.lambda[w] = (struct exponent){LENGTHS - w, 0.5, 0, NAN};
        }
        char *text = numbers_of(print_undecided_windows, &m.fit);
        assert_int_equal(sscanf(strstr(text, "\ny_zero = "),
                                "\ny_zero = %lf y_power = %lf y_low = %lf y_high = %lf", &zero, &power, &low,
                                &high),
                         4);
        assert_true(zero == (k == 0 ? 0.5 : 0) && power == (k == 0 ? -6 : 0));
        check_close(low, 0.5 - 1.24 * far[k],
                    1e-9); /* what is seen, from -1 to 2, and .08 of 3 on both sides */
        check_close(high, 0.5 + 2.24 * far[k], 1e-9);
        free(text);
    }
}

/* Against n, with the limit law's constant as a line; what lies far from the judged criterion's points is
 * said to be cut off, and does not stretch the axis. */
static void collapse_points_stay_in_sight(void **state) {
    struct made m;
    struct criterion criterion[2] = {{CRITERION_ENTROPY, 1}, {CRITERION_SUSCEPTIBILITY, NAN}};
    struct ensemble_point point[2 * LENGTHS];
    struct order rows[2 * LENGTHS];
    double limit, row[4];
    (void)state;
    make(&m);
    for (size_t i = 0; i < 2 * LENGTHS; i++) {
        const double far = i % 2 == 0 ? log(2) : i == 5 ? -20 : 0.1;
        point[i] = (struct ensemble_point){ENSEMBLE_FOUND, far, 0.01, 0, NAN};
        rows[i] = (struct order){.quantile = {1, 1.5, 2, 2.5, 3}};
    }
    m.series.criterion = criterion;
    m.fit.criteria = 2;
    m.fit.judged = point;
    m.fit.row_collapse = rows;
    char *text = numbers_of(figure_named("collapse")->series_print, &m.fit);
    assert_int_equal(sscanf(strchr(text, '\n'), "%lf %lf %lf %lf", &row[0], &row[1], &row[2], &row[3]), 4);
    check_close(row[0], log(5), 1e-9); /* n goes from e^5 to e^1000 */
    check_close(row[1], log10(2), 1e-9);
    check_close(row[3] - row[2], 0.02 / M_LN10, 1e-9);
    assert_int_equal(sscanf(strstr(text, "array limit = ["), "array limit = [%lf, NaN]", &limit), 1);
    check_close(limit, log10(limits_pd_collapse_entropy(1)), 1e-9);
    assert_non_null(strstr(text, "array is_cut = [0, 1]"));
    assert_non_null(strstr(text, "\nlargest_error = 0.01\n"));
    double low, high;
    assert_int_equal(sscanf(strstr(text, "set yrange ["), "set yrange [%lf:%lf]", &low, &high), 2);
    assert_true(low > -0.2 && high < 0.6);
    free(text);
    for (size_t i = 1; i < 2 * LENGTHS; i += 2) { point[i].log_ratio = -20; }
    text = numbers_of(figure_named("collapse")->series_print, &m.fit);
    assert_non_null(strstr(text, "array is_cut = [0, 2]"));
    free(text);
}

/* A criterion that is met nowhere has no line of its limit either; the judged one has, beside its exact
 * values. */
static void limits_are_of_what_is_shown(void **state) {
    struct made m;
    struct criterion criterion[2] = {{CRITERION_ENTROPY, 1}, {CRITERION_PARTICIPATION, 0.5}};
    struct ensemble_point point[2 * LENGTHS];
    struct order rows[2 * LENGTHS] = {{0}};
    (void)state;
    make(&m);
    for (size_t i = 0; i < 2 * LENGTHS; i++) {
        point[i] = (struct ensemble_point){ENSEMBLE_ABOVE, NAN, NAN, NAN, NAN};
    }
    m.series.criterion = criterion;
    m.fit.criteria = 2;
    m.fit.judged = point;
    m.fit.row_collapse = rows;
    for (int found = 0; found < 2; found++) {
        double limit[2];
        if (found) { point[3] = (struct ensemble_point){ENSEMBLE_FOUND, 0.1, 0.01, 0, NAN}; }
        char *text = numbers_of(figure_named("collapse")->series_print, &m.fit);
        assert_int_equal(
            sscanf(strstr(text, "array limit = ["), "array limit = [%lf, %lf]", &limit[0], &limit[1]), 2);
        check_close(limit[0], log10(limits_pd_collapse_entropy(1)), 1e-9);
        assert_non_null(strstr(text, found ? "\nlargest_error = 0.01\n" : "\nlargest_error = NaN\n"));
        assert_true(found ? fabs(limit[1] - log10(2)) < 1e-9 : isnan(limit[1]));
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(collapse_points_stay_in_sight),
        cmocka_unit_test(limits_are_of_what_is_shown),
        cmocka_unit_test(residuals_are_in_standard_errors),
        cmocka_unit_test(exponents_near_the_law_are_told_apart),
        cmocka_unit_test(windows_are_those_that_say_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
