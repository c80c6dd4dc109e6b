/* element: numbers as models store them. */
#ifndef GAPSCALE_SIM_STORAGE_ELEMENT_H
#define GAPSCALE_SIM_STORAGE_ELEMENT_H

#include <stdbool.h>
#include <stddef.h>

enum element {
    ELEMENT_FLOAT64,
    ELEMENT_FLOAT32,
    ELEMENT_FLOAT16,
    ELEMENT_BFLOAT16,
    ELEMENT_INTEGER, /* 64 bits with sign */
    ELEMENT_INTEGER32,
    ELEMENT_BYTE, /* without sign; booleans */
    ELEMENT_OTHER
};

bool element_is_integer(enum element element);
size_t element_size(enum element element);
const char *element_name(enum element element); /* "float32" */
double element_rounding(enum element element);  /* relative, of a float: half a unit of the last place */
/* `bytes` are little-endian; `value` may not overlap them. */
void element_decode(enum element element, size_t count, const void *bytes, double *value);
/* Whether a float of 32 bits holds every such number: those of floats of 32 and 16 bits. */
bool element_is_single(enum element element);
/* Of these alone; likewise. */
void element_decode_floats(enum element element, size_t count, const void *bytes, float *value);

#endif
