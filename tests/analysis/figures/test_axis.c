/* Ticks of logarithmic axes. */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/figures/axis.h"

static int count_ticks(double low, double high) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    axis_print_log(out, "x", (struct axis_range){low, high});
    fclose(out);
    int ticks = *(strchr(text, '(') + 1) == ')' ? 0 : 1;
    for (const char *c = strchr(text, '('); *c != ')'; c++) { ticks += *c == ','; }
    free(text);
    return ticks;
}

static void axes_have_some_ticks(void **state) {
    (void)state;
    const double length[] = {0.05, 0.2, 0.7, 0.8, 1.2, 1.4, 2.5, 2.7, 6, 40, 700, 1e5};
    for (size_t i = 0; i < sizeof length / sizeof *length; i++) {
        for (double low = -1000.3; low < 1001; low += 66.7) {
            assert_in_range(count_ticks(low, low + length[i]), 2, 12);
        }
    }
}

/* In one column names as long as 0.002 would touch those beside them: powers of ten are left. */
static void narrow_axes_have_room(void **state) {
    (void)state;
    const struct axis_range range[] = {{-3, -0.9}, {0.7, 3.1}, {-1.2, 1.2}};
    const char *const narrow[] = {"'0.001' -3, '0.01' -2, '0.1' -1) }\n", "'10' 1, '100' 2, '1000' 3) }\n",
                                  NULL};
    for (size_t i = 0; i < sizeof range / sizeof *range; i++) {
        char *text;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        axis_print_log(out, "x", range[i]);
        fclose(out);
        const char *fewer = strstr(text, "\nif (columns == 1) { set xtics (");
        assert_true((fewer != NULL) == (narrow[i] != NULL));
        if (fewer) { assert_string_equal(strchr(fewer, '\''), narrow[i]); }
        free(text);
    }
}

static void lengths_have_names(void **state) {
    (void)state;
    char name[AXIS_LENGTH];
    assert_string_equal(axis_length_name(12 * M_LN2, name), "2^{12}");
    assert_string_equal(axis_length_name(log(1000), name), "1000");
    assert_string_equal(axis_length_name(300 * M_LN10, name), "10^{300}");
    assert_string_equal(axis_length_name(log(3.16e7), name), "3.16×10^{7}");
    assert_string_equal(axis_length_name(1e5, name), "e^{100000}");
}

/* Free with free(). */
static char *print_colours(size_t count, const double *log_n) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    axis_print_length_colours(out, count, log_n);
    fclose(out);
    return text;
}

static void colour_bars_have_no_long_names(void **state) {
    (void)state;
    const double few[] = {log(256), log(4.03e11), log(1e30)}, powers[] = {log(256), log(1024), log(4096)};
    char *text = print_colours(3, few);
    assert_null(strstr(text, "×"));
    assert_non_null(strstr(text, "'10^{10}'"));
    free(text);
    text = print_colours(3, powers);
    assert_non_null(strstr(text, "'2^{8}'"));
    free(text);
}

/* Of log n from low to high, as log log n. Free with free(). */
static char *print_loglog(double low, double high) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    const struct axis_lengths lengths = {.loglog = true};
    axis_print_lengths(out, "x", &lengths, (struct axis_range){log(low), log(high)});
    fclose(out);
    return text;
}

/* In the script of a figure as wide as one column of a page, or wider. */
static int count_lengths(double low, double high, bool in_one_column) {
    char *text = print_loglog(low, high);
    const char *narrow = strstr(text, "if (columns == 1)"), *from = in_one_column ? narrow : text;
    assert_non_null(narrow);
    int ticks = 0;
    for (const char *c = from; *c && (in_one_column || c < narrow); c++) { ticks += *c == '^'; }
    free(text);
    return ticks;
}

static void lengths_do_not_crowd(void **state) {
    (void)state;
    assert_int_equal(count_lengths(5.5, 40, false), 2);  /* 10^5, 10^10 */
    assert_int_equal(count_lengths(5.5, 690, false), 3); /* 10^5, 10^20, 10^100 */
    assert_int_equal(count_lengths(5.5, 690, true), 3);
    assert_int_equal(count_lengths(5.5, 1e6, false), 3); /* 10^10, 10^1000, 10^100000 */
}

/* Between names, as on a logarithmic axis of exponents: 10^2, .. 10^9, 10^20, .. */
static void exponents_have_marks(void **state) {
    (void)state;
    char *text = print_loglog(5, 230), place[32];
    for (int i = 3; i < 10; i++) {
        snprintf(place, sizeof place, ", '' %.12g 1", log(i * M_LN10));
        assert_non_null(strstr(text, place));
        snprintf(place, sizeof place, ", '' %.12g 1", log(10 * i * M_LN10));
        assert_true((strstr(text, place) != NULL) == (10 * i * M_LN10 < 230));
    }
    free(text);
}

/* As of windows of a few n. */
static void few_lengths_have_whole_powers(void **state) {
    (void)state;
    char *text = print_loglog(log(1000), log(1.1e6)), *far = print_loglog(700, 2000);
    assert_non_null(strstr(text, "xtics ('10^{3}' 1.93"));
    assert_non_null(strstr(text, "'10^{4}'"));
    assert_non_null(strstr(text, "'10^{6}'"));
    assert_non_null(strstr(far, "'10^{400}' 6.82"));
    assert_true(count_lengths(log(1000), log(1.1e6), false) > 2 && count_lengths(700, 2000, false) > 2);
    free(text);
    free(far);
}

static void check_ticks(size_t count, const double *log_n, const char *want) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    const struct axis_lengths lengths = axis_lengths_make(count, log_n);
    axis_print_lengths(out, "y", &lengths, (struct axis_range){log_n[0] - 0.25, log_n[count - 1] + 0.25});
    fclose(out);
    char *end = strstr(text, ")\n"), *begin = strstr(text, "tics (");
    assert_true(begin && end);
    *end = '\0';
    assert_string_equal(begin + strlen("tics "), want);
    free(text);
}

/* An n that is alone is named, and those between two powers are: no 10^{3.612}. */
static void few_lengths_are_named(void **state) {
    (void)state;
    check_ticks(1, (double[]){12 * M_LN2}, "('2^{12}' 8.31776616672");
    check_ticks(1, (double[]){300 * M_LN10}, "('10^{300}' 690.775527898");
    check_ticks(1, (double[]){log(3e200)}, "('3.00×10^{200}' 461.615630887");
    check_ticks(2, (double[]){log(1.5e20), log(4e20)},
                "('1.50×10^{20}' 46.457166968, '4.00×10^{20}' 47.437996221");
    check_ticks(2, (double[]){log(1e20), log(4e20)}, "('10^{20}' 46.0517018599, '4.00×10^{20}' 47.437996221");
    check_ticks(2, (double[]){log(4e19), log(1.02e20)},
                "('10^{20}' 46.0517018599, '4.00×10^{19}' 45.135411128");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_lengths_are_named),          cmocka_unit_test(axes_have_some_ticks),
        cmocka_unit_test(narrow_axes_have_room),          cmocka_unit_test(lengths_have_names),
        cmocka_unit_test(colour_bars_have_no_long_names), cmocka_unit_test(exponents_have_marks),
        cmocka_unit_test(lengths_do_not_crowd),           cmocka_unit_test(few_lengths_have_whole_powers),
    };
    return cmocka_run_group_tests_name("axis", tests, NULL, NULL);
}
