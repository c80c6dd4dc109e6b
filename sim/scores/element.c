#include "sim/scores/element.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static const struct {
    const char *name;
    size_t size;
    bool is_integer;
    double rounding;
} known[] = {
    [ELEMENT_FLOAT64] = {"float64", 8, false, 0x1p-53}, [ELEMENT_FLOAT32] = {"float32", 4, false, 0x1p-24},
    [ELEMENT_FLOAT16] = {"float16", 2, false, 0x1p-11}, [ELEMENT_BFLOAT16] = {"bfloat16", 2, false, 0x1p-8},
    [ELEMENT_INTEGER] = {"integer", 8, true, 0},        [ELEMENT_INTEGER32] = {"integer", 4, true, 0},
    [ELEMENT_BYTE] = {"integer", 1, true, 0},           [ELEMENT_OTHER] = {"other", 0, false, 0},
};

bool element_is_integer(enum element element) { return known[element].is_integer; }
size_t element_size(enum element element) { return known[element].size; }
const char *element_name(enum element element) { return known[element].name; }
double element_rounding(enum element element) { return known[element].rounding; }

static float float_of_bits(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* IEEE 754 half: exponent and fraction moved to a float's places, the exponent mended by a multiplication,
 * which is exact for subnormal numbers too. */
static double half_of_bits(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000u) << 16, rest = half & 0x7fffu;
    float magnitude = rest >= 0x7c00u ? float_of_bits(0x7f800000u | (rest & 0x3ffu) << 13)
                                      : float_of_bits(rest << 13) * 0x1p112F;
    return sign ? -(double)magnitude : (double)magnitude;
}

static void decode_half(size_t count, const uint8_t *bytes, double *value) {
    for (size_t i = 0; i < count; i++) {
        uint16_t half;
        memcpy(&half, bytes + 2 * i, sizeof half);
        value[i] = half_of_bits(half);
    }
}

static void decode_bfloat(size_t count, const uint8_t *bytes, double *value) {
    for (size_t i = 0; i < count; i++) {
        uint16_t high;
        memcpy(&high, bytes + 2 * i, sizeof high);
        value[i] = float_of_bits((uint32_t)high << 16);
    }
}

static void decode_single(size_t count, const uint8_t *bytes, double *value) {
    for (size_t i = 0; i < count; i++) {
        float x;
        memcpy(&x, bytes + 4 * i, sizeof x);
        value[i] = x;
    }
}

static void decode_integer(size_t count, const uint8_t *bytes, double *value) {
    for (size_t i = 0; i < count; i++) {
        int64_t x;
        memcpy(&x, bytes + 8 * i, sizeof x);
        value[i] = (double)x;
    }
}

static void decode_integer32(size_t count, const uint8_t *bytes, double *value) {
    for (size_t i = 0; i < count; i++) {
        int32_t x;
        memcpy(&x, bytes + 4 * i, sizeof x);
        value[i] = x;
    }
}

static void decode_byte(size_t count, const uint8_t *bytes, double *value) {
    for (size_t i = 0; i < count; i++) { value[i] = bytes[i]; }
}

void element_decode(enum element element, size_t count, const void *bytes, double *value) {
    switch (element) {
    case ELEMENT_FLOAT64: memcpy(value, bytes, count * sizeof *value); break;
    case ELEMENT_FLOAT32: decode_single(count, bytes, value); break;
    case ELEMENT_FLOAT16: decode_half(count, bytes, value); break;
    case ELEMENT_BFLOAT16: decode_bfloat(count, bytes, value); break;
    case ELEMENT_INTEGER: decode_integer(count, bytes, value); break;
    case ELEMENT_INTEGER32: decode_integer32(count, bytes, value); break;
    case ELEMENT_BYTE: decode_byte(count, bytes, value); break;
    case ELEMENT_OTHER: break;
    }
}
