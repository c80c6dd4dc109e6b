/* Numbers in words, and JSON strings. */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/text/course_words.h"
#include "analysis/text/csv.h"
#include "analysis/text/json.h"
#include "analysis/text/words.h"

static void words_are_readable(void **state) {
    (void)state;
    char out[WORDS];
    assert_string_equal(words_length(12 * M_LN2, out), "2^12");
    assert_string_equal(words_length(M_LN2, out), "2");
    assert_string_equal(words_length(log(1000), out), "1000");
    assert_string_equal(words_length(300 * M_LN10, out), "1e300");
    assert_string_equal(words_length(1e5, out), "e^100000");
    assert_string_equal(words_length(log(9.999e7), out), "1.00e8");
    assert_string_equal(words_exponential(NAN, out), "-");
    assert_string_equal(words_exponential(log(2.5), out), "2.5");
    assert_string_equal(words_exponential(1e4 * M_LN10, out), "1.000e10000");
    assert_string_equal(words_exponential(99 * M_LN10, out), "1e+99");
    assert_string_equal(words_exponential(log(5.8865e149), out), "5.8865e149");
    assert_string_equal(words_exponential(-500 * M_LN10, out), "1.000e-500");
    assert_string_equal(words_exponential(INFINITY, out), "inf");
    assert_string_equal(words_error_exponential(log(0.0123), out), "0.012");
    assert_string_equal(words_error_exponential(log(1.44e117), out), "1.4e117");
    assert_string_equal(words_error_exponential(4339 * M_LN10 + log(7.4), out), "7e4339");
    assert_string_equal(words_measured(2.23264, 0.0051, out), "2.2326 +- 0.0051");
    assert_string_equal(words_measured(2.23264, 12, out), "2 +- 12");
    assert_string_equal(words_measured(-0.4, 12, out), "0 +- 12");
    assert_string_equal(words_measured(-0.6, 12, out), "-1 +- 12");
    assert_string_equal(words_measured(1.23644, 0, out), "1.236 +- 0");
    assert_string_equal(words_measured(1.23644, NAN, out), "1.236");
    assert_string_equal(words_measured(NAN, 1, out), "-");
    assert_string_equal(words_measured(-3e-17, 1e-6, out), "0 +- 1e-06");
    assert_string_equal(words_measured(2.0701e-9, 1.7e-11, out), "2.07e-09 +- 2e-11");
    assert_string_equal(words_measured(6.7755e-107, 1.7e-122, out), "6.7755e-107 +- 2e-122");
    assert_string_equal(words_schedule(&(struct schedule){1, -2, 0}, out), "(log n)^-2");
    assert_string_equal(words_schedule(&(struct schedule){3, 1, 0}, out), "3 log n");
    assert_string_equal(words_schedule(&(struct schedule){1, 1, -0.5}, out), "(log n) n^-0.5");
    assert_string_equal(words_schedule(&(struct schedule){1, 0, 0}, out), "1");
    char line[WORDS_LINE];
    const struct schedule parameter[FAMILY_PARAMETERS] = {{0, 0, 0}, {1, -2, 0}};
    assert_string_equal(words_parameters(family_find("gumbel"), parameter, line),
                        "location = 0, scale = (log n)^-2");
}

static void json_strings_are_escaped(void **state) {
    (void)state;
    const struct {
        const char *text, *json;
    } cases[] = {
        {"plain", "\"plain\""},
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"\n\t\x01\x7f", "\"\\u000a\\u0009\\u0001\\u007f\""},
        {"β→𝄞", "\"β→𝄞\""},
        {"\xc3", "\"\\ufffd\""},                                  /* cut short */
        {"\xc0\xaf", "\"\\ufffd\\ufffd\""},                       /* overlong */
        {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},            /* a surrogate */
        {"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""}, /* past U+10FFFF */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        json_print_string(out, cases[i].text);
        fclose(out);
        assert_string_equal(text, cases[i].json);
        free(text);
    }
}

static void errors_stand_in_parentheses(void **state) {
    (void)state;
    static const struct {
        double value, se;
        const char *words;
    } cases[] = {{0.49882, 0.00271, "0.4988(27)"}, {2.012, 0.0163, "2.012(16)"}, {1, 0.0996, "1.00(10)"},
                 {12345.6, 321, "12346(321)"},     {2.439, NAN, "2.439"},        {1, 0, "1"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[WORDS];
        assert_string_equal(words_parenthesised(cases[i].value, cases[i].se, out), cases[i].words);
    }
}

static void csv_quotes_what_it_must(void **state) {
    (void)state;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    csv_print_text(out, "plain");
    csv_print_text(out, "a,b");
    csv_print_text(out, "say \"x\"\n");
    csv_print_number(out, 0.1);
    csv_print_number(out, -INFINITY);
    csv_print_number(out, copysign(NAN, -1));
    fclose(out);
    assert_string_equal(text, "plain\"a,b\"\"say \"\"x\"\"\n\"0.10000000000000001-infnan");
    free(text);
}

static void courses_are_told(void **state) {
    (void)state;
    static const struct {
        struct course course;
        const char *says;
    } told[] = {
        {{.class = COURSE_CRITICAL, .by_law = true, .limit = 1.875, .fate = COURSE_STAYS, .entropy = 1.25},
         ": beta/Lambda^typ -> 1.875; the entropy stays: H -> 1.25"},
        {{.class = COURSE_CRITICAL, .limit = NAN, .fate = COURSE_STAYS, .entropy = NAN},
         ": beta/Lambda^typ stays between constants; the entropy stays"},
        {{.class = COURSE_SUBCRITICAL, .log_power = -0.5, .fate = COURSE_SPREADS, .rate = 1, .rate_n = NAN},
         ": beta/Lambda^typ -> 0 as (log n)^-0.5; the entropy spreads as (log n)^1"},
        {{.class = COURSE_SUBCRITICAL, .log_power = -1, .fate = COURSE_SPREADS, .rate = 0, .rate_n = NAN},
         ": beta/Lambda^typ -> 0 as (log n)^-1; the entropy spreads as log log n"},
        {{.class = COURSE_SUBCRITICAL, .log_power = -1, .fate = COURSE_SPREADS, .rate = NAN, .rate_n = NAN},
         ": beta/Lambda^typ -> 0 as (log n)^-1; the entropy spreads slower than log n"},
        {{.class = COURSE_SUPERCRITICAL,
          .log_power = 0.5,
          .fate = COURSE_COLLAPSES,
          .rate = -0.0,
          .rate_n = NAN},
         ": beta/Lambda^typ -> inf as (log n)^0.5; the entropy collapses as (log n)^0"},
        {{.class = COURSE_SUPERCRITICAL,
          .log_power = 1,
          .fate = COURSE_COLLAPSES,
          .rate = NAN,
          .rate_n = NAN},
         ": beta/Lambda^typ -> inf as (log n)^1; the entropy collapses faster than any power of log n"},
        {{.class = COURSE_SUPERCRITICAL,
          .by_law = true,
          .power = 0.5,
          .of_median = true,
          .fate = COURSE_COLLAPSES,
          .rate_n = -0.25},
         ": beta/Lambda^typ -> inf as n^0.5, but for powers of log n; the median entropy collapses as "
         "n^-0.25"},
        {{.class = COURSE_SUPERCRITICAL, .log_power = 2, .fate = COURSE_UNTOLD},
         ": beta/Lambda^typ -> inf as (log n)^2"},
    };
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        char words[WORDS_LINE];
        assert_string_equal(strstr(course_words(&told[i].course, words), ": beta"), told[i].says);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_readable),          cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(errors_stand_in_parentheses), cmocka_unit_test(courses_are_told),
        cmocka_unit_test(csv_quotes_what_it_must),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
