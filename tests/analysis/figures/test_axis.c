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
    for (const char *c = strchr(text, '('); *c; c++) { ticks += *c == ','; }
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

static void lengths_have_names(void **state) {
    (void)state;
    char name[AXIS_LENGTH];
    assert_string_equal(axis_length_name(12 * M_LN2, name), "2^{12}");
    assert_string_equal(axis_length_name(log(1000), name), "1000");
    assert_string_equal(axis_length_name(300 * M_LN10, name), "10^{300}");
    assert_string_equal(axis_length_name(log(3.16e7), name), "3.16×10^{7}");
    assert_string_equal(axis_length_name(1e5, name), "e^{100000}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(axes_have_some_ticks),
        cmocka_unit_test(lengths_have_names),
    };
    return cmocka_run_group_tests_name("axis", tests, NULL, NULL);
}
