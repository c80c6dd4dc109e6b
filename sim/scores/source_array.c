#include "sim/scores/source_array.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

const char *source_array_shape(const struct source_array *a, char out[SOURCE_SHAPE]) {
    size_t length = 0;
    snprintf(out, SOURCE_SHAPE, "%s", a->rank == 0 ? "one number" : "");
    for (unsigned i = 0; i < a->rank; i++) {
        length +=
            (size_t)snprintf(out + length, SOURCE_SHAPE - length, "%s%" PRIu64, i > 0 ? "x" : "", a->size[i]);
    }
    return out;
}

bool source_array_refuse(char why[SOURCE_WHY], const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, SOURCE_WHY, format, arguments);
    va_end(arguments);
    return false;
}
