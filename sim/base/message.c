#include "sim/base/message.h"

#include <stdarg.h>
#include <stdio.h>

static void say(const char *kind, const char *format, va_list arguments) {
    fflush(stdout);
    fprintf(stderr, "gapscale: %s", kind);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void message_say(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say("", format, arguments);
    va_end(arguments);
}

void message_error(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say("error: ", format, arguments);
    va_end(arguments);
}
