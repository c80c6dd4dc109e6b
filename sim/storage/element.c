#include "sim/storage/element.h"

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
static float half_of_bits(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000u) << 16, rest = half & 0x7fffu;
    float magnitude = rest >= 0x7c00u ? float_of_bits(0x7f800000u | (rest & 0x3ffu) << 13)
                                      : float_of_bits(rest << 13) * 0x1p112F;
    return sign ? -magnitude : magnitude;
}

static float bfloat_of_bits(uint16_t high) { return float_of_bits((uint32_t)high << 16); }

/* A function that decodes numbers stored as `type`. */
#define DECODER(name, type, number_of, number)                                                               \
    static void decode_##name(size_t count, const uint8_t *bytes, number *value) {                           \
        _Pragma("omp simd") for (size_t i = 0; i < count; i++) {                                             \
            type stored;                                                                                     \
            memcpy(&stored, bytes + sizeof stored * i, sizeof stored);                                       \
            value[i] = (number)number_of(stored);                                                            \
        }                                                                                                    \
    }
DECODER(single, float, , double)
DECODER(half, uint16_t, half_of_bits, double)
DECODER(half_floats, uint16_t, half_of_bits, float)
DECODER(bfloat, uint16_t, bfloat_of_bits, double)
DECODER(bfloat_floats, uint16_t, bfloat_of_bits, float)
DECODER(integer, int64_t, , double)
DECODER(integer32, int32_t, , double)
DECODER(byte, uint8_t, , double)

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

bool element_is_single(enum element element) {
    return element == ELEMENT_FLOAT32 || element == ELEMENT_FLOAT16 || element == ELEMENT_BFLOAT16;
}

void element_decode_floats(enum element element, size_t count, const void *bytes, float *value) {
    switch (element) {
    case ELEMENT_FLOAT16: decode_half_floats(count, bytes, value); break;
    case ELEMENT_BFLOAT16: decode_bfloat_floats(count, bytes, value); break;
    default: memcpy(value, bytes, count * sizeof *value); break;
    }
}
