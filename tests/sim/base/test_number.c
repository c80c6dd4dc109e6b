#include "sim/base/number.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/nearest.h"

static void test_numbers(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double value, log_value;
        bool exact;
    } good[] = {
        {"12", 12, 2.4849066497880004, true},
        {"+1e3", 1000, 6.907755278982137, true},
        {"-2.5", -2.5, NAN, true},
        {"0", 0, NAN, true},
        {".5", 0.5, -M_LN2, true},
        {"1/16", 0.0625, -2.772588722239781, true},
        {"2^16", 65536, 11.090354888959125, true},
        {"2^-4", 0.0625, -2.772588722239781, true},
        {"2^53", 0x1p53, 36.7368005696771, true},
        {"10^15", 1e15, 34.538776394910684, true},
        {"3^33", 5559060566555523., 36.25420552604762, true},
        {"2^1000", 0x1p1000, 693.1471805599453, true},
        {"1e300", 1e300, 690.7755278982137, true},
        {"1e400", INFINITY, 921.0340371976183, true},
        {"10^400", INFINITY, 921.0340371976183, true},
        {"12345e4000", INFINITY, 9219.761378377962, true},
        {"e^100000", INFINITY, 100000, true},
        {"e^-2", 0.1353352832366127, -2, false},
        {"1e-400", 0, -921.0340371976183, true},
        {"-1e400", -INFINITY, NAN, true},
    };
    static const char *const bad[] = {"",      "10abc", "abc",      "-",     "+",       ".",      "e",
                                      "e^",    "2^",    "^2",       "1/",    "/2",      "1/0",    "0x10",
                                      "inf",   "nan",   "1e",       "1e+",   "1 ",      " 1",     "1,5",
                                      "1_000", "--1",   "2^3^4",    "1/2/3", "2^16/4",  "0^2",    "2^1e400",
                                      "1.2.3", "1e3.5", "infinity", "2^+3",  "1e400/2", "1/1e400"};
    double value, log_value;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!number_read(good[i].text, &value, &log_value)) { fail_msg("refused %s", good[i].text); }
        if (isinf(good[i].value)) {
            assert_true(value == good[i].value);
        } else {
            check_relative(value, good[i].value, good[i].exact ? 0 : 4e-15);
        }
        assert_int_equal(isnan(log_value), isnan(good[i].log_value));
        if (!isnan(log_value)) { check_relative(log_value, good[i].log_value, 1e-15); }
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (number_read(bad[i], &value, NULL)) { fail_msg("accepted `%s`", bad[i]); }
    }
}

static void test_whole_numbers(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t value;
    } good[] = {{"0", 0},         {"+12", 12},          {"1e3", 1000},   {"12.50e2", 1250},
                {"0.5e1", 5},     {"2^16", 65536},      {"1e3/10", 100}, {"1.0^5", 1},
                {"0e999999", 0},  {"2^63", 1ULL << 63}, {"007", 7},      {"18446744073709551615", UINT64_MAX},
                {"1^1000000", 1}, {"00.0", 0},          {"5e-0", 5},     {"1000e-3", 1}};
    static const char *const bad[] = {"-1",
                                      "1.5",
                                      "1e-1",
                                      "2^64",
                                      "18446744073709551616",
                                      "1e20",
                                      "3/2",
                                      "1/0",
                                      "0^2",
                                      "0^1e19",
                                      "e^0",
                                      "0.5^-3",
                                      "10abc",
                                      "1e999",
                                      "2^-1",
                                      "1.1^2",
                                      "",
                                      "1000.0000000000000001",
                                      "2^2^2"};
    uint64_t value;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!number_read_whole(good[i].text, &value)) { fail_msg("refused %s", good[i].text); }
        if (value != good[i].value) { fail_msg("%s is %ju", good[i].text, (uintmax_t)value); }
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (number_read_whole(bad[i], &value)) { fail_msg("accepted `%s`", bad[i]); }
    }
}

static void test_number_print(void **state) {
    (void)state;
    static const double value[] = {
        0,      1,      -1.5, 0.1,  1.0 / 3, 1e300, 5e-324, 1.7976931348623157e308, 123456789012345678.,
        100000, 0x1p53, M_PI, 1e15, 2e-5};
    char text[NUMBER_TEXT];
    for (size_t i = 0; i < sizeof value / sizeof *value; i++) {
        assert_true(strtod(number_print(value[i], text), NULL) == value[i]);
    }
    assert_string_equal(number_print(0.1, text), "0.1");
    assert_string_equal(number_print(100000, text), "100000");
    assert_string_equal(number_print(1e300, text), "1e+300");
}

static void test_nearest(void **state) {
    (void)state;
    static const char *const names[] = {"replicates", "beta", "n", "collapse"};
    assert_string_equal(nearest_name("replicats", 4, names), "replicates");
    assert_string_equal(nearest_name("BETA", 4, names), "beta");
    assert_string_equal(nearest_name("ebta", 4, names), "beta");
    assert_string_equal(nearest_name("collpase", 4, names), "collapse");
    assert_string_equal(nearest_name("Rep", 4, names), "replicates");
    assert_null(nearest_name("be", 4, names));
    assert_null(nearest_name("temperature", 4, names));
    assert_null(nearest_name("", 4, names));
    assert_null(nearest_name("m", 4, names));
    char word[200] = {0};
    memset(word, 'a', sizeof word - 1);
    assert_null(nearest_name(word, 4, names));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_whole_numbers),
        cmocka_unit_test(test_number_print),
        cmocka_unit_test(test_nearest),
    };
    return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
