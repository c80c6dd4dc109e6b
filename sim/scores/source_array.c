#include "sim/scores/source_array.h"

#include <stdarg.h>
#include <stdio.h>

bool source_array_refuse(char why[SOURCE_WHY], const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, SOURCE_WHY, format, arguments);
    va_end(arguments);
    return false;
}
