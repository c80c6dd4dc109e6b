/* Numerics: told apart, printed and read again. That other libraries are noticed is tried in journal.sh. */
#include "tests/test.h"

#include "sim/base/numerics.h"

static void test_text(void **state) {
    (void)state;
    char text[NUMERICS_TEXT];
    struct numerics read, most = {UINT32_MAX, UINT32_MAX};
    assert_string_equal(numerics_print((struct numerics){7, 0xabc}, text), "7-00000abc");
    const char *end = numerics_read("7-00000abc, more", &read);
    assert_non_null(end);
    assert_string_equal(end, ", more");
    assert_true(numerics_equal(read, (struct numerics){7, 0xabc}));
    end = numerics_read(numerics_print(most, text), &read);
    assert_true(end && *end == '\0' && numerics_equal(read, most));
    const char *const bad[] = {"", "7", "7-", "-1", "avx512", "x-00000abc"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) { assert_null(numerics_read(bad[i], &read)); }
}

static void test_match(void **state) {
    (void)state;
    struct numerics here = numerics_here(), number = here, libraries = here;
    number.number++;
    libraries.fingerprint ^= 1;
    assert_int_equal(here.number, NUMERICS_NUMBER);
    assert_true(numerics_equal(here, numerics_here()));
    assert_true(numerics_match(here, here, "this", "--fresh"));
    assert_false(numerics_match(number, here, "another program's", "--fresh"));
    assert_false(numerics_match(libraries, here, "another machine's", "--fresh"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_match),
    };
    return cmocka_run_group_tests_name("fingerprint", tests, NULL, NULL);
}
