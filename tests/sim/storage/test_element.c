/* Numbers as models store them: every pattern of 16 bits, against the definitions. */
#include "tests/test.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/storage/element.h"

enum { PATTERNS = 1 << 16 };

/* (-1)^sign 2^(exponent - bias) 1.fraction, or 2^(1 - bias) 0.fraction. */
static double by_definition(unsigned bits, unsigned fraction_bits, unsigned exponent_bits) {
    unsigned fraction = bits & ((1u << fraction_bits) - 1),
             exponent = bits >> fraction_bits & ((1u << exponent_bits) - 1);
    int bias = (1 << (exponent_bits - 1)) - 1;
    double sign = bits >> 15 ? -1 : 1, part = ldexp((double)fraction, -(int)fraction_bits);
    if (exponent == (1u << exponent_bits) - 1) { return fraction ? NAN : sign * INFINITY; }
    return sign * (exponent == 0 ? ldexp(part, 1 - bias) : ldexp(1 + part, (int)exponent - bias));
}

static void check_all_patterns(enum element element, unsigned fraction_bits, unsigned exponent_bits) {
    uint16_t *bits = malloc(PATTERNS * sizeof *bits);
    double *value = malloc(PATTERNS * sizeof *value);
    float *single = malloc(PATTERNS * sizeof *single);
    assert_true(bits && value && single);
    for (unsigned i = 0; i < PATTERNS; i++) { bits[i] = (uint16_t)i; }
    element_decode(element, PATTERNS, bits, value);
    element_decode_floats(element, PATTERNS, bits, single);
    for (unsigned i = 0; i < PATTERNS; i++) {
        double expected = by_definition(i, fraction_bits, exponent_bits);
        bool same = isnan(expected) ? isnan(value[i]) : memcmp(&value[i], &expected, sizeof expected) == 0;
        if (!same) { fail_msg("0x%04x is %a, decoded as %a", i, expected, value[i]); }
        same = isnan(expected) ? isnan(single[i]) : single[i] == expected;
        if (!same) { fail_msg("0x%04x is %a, decoded as the float %a", i, expected, (double)single[i]); }
    }
    free(bits);
    free(single);
    free(value);
}

static void test_half(void **state) {
    (void)state;
    check_all_patterns(ELEMENT_FLOAT16, 10, 5);
}

static void test_bfloat(void **state) {
    (void)state;
    check_all_patterns(ELEMENT_BFLOAT16, 7, 8);
}

static void test_wider(void **state) {
    (void)state;
    const double value[] = {0, -0.0, 1.5, -3e30, 1e-40, INFINITY, -INFINITY, NAN};
    const int64_t whole[] = {0, 1, -7, 1 << 20};
    enum { COUNT = sizeof value / sizeof value[0] };
    float single[COUNT], same[COUNT];
    double out[COUNT];
    element_decode(ELEMENT_FLOAT64, COUNT, value, out);
    assert_memory_equal(out, value, sizeof value);
    for (size_t i = 0; i < COUNT; i++) { single[i] = (float)value[i]; }
    element_decode(ELEMENT_FLOAT32, COUNT, single, out);
    for (size_t i = 0; i + 1 < COUNT; i++) { assert_true(out[i] == (double)single[i]); }
    assert_true(isnan(out[COUNT - 1]));
    element_decode_floats(ELEMENT_FLOAT32, COUNT, single, same);
    assert_memory_equal(same, single, sizeof single);
    element_decode(ELEMENT_INTEGER, 4, whole, out);
    for (size_t i = 0; i < 4; i++) { assert_true(out[i] == (double)whole[i]); }
}

static void test_names(void **state) {
    (void)state;
    assert_string_equal(element_name(ELEMENT_BFLOAT16), "bfloat16");
    assert_string_equal(element_name(ELEMENT_FLOAT16), "float16");
    assert_int_equal(element_size(ELEMENT_FLOAT32), 4);
    assert_int_equal(element_size(ELEMENT_BFLOAT16), 2);
    assert_true(element_is_single(ELEMENT_FLOAT32) && element_is_single(ELEMENT_FLOAT16) &&
                element_is_single(ELEMENT_BFLOAT16));
    assert_false(element_is_single(ELEMENT_FLOAT64) || element_is_single(ELEMENT_INTEGER32));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_half), cmocka_unit_test(test_bfloat),
                                       cmocka_unit_test(test_wider), cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
