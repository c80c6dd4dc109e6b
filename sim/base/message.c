#include "sim/base/message.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/colour.h"

enum { LONGEST = 1 << 14 }; /* bytes of a message; it needs no memory but the stack */

/* C0 but for tabs, DEL, and C1 as UTF-8. */
void message_plain(char *text) {
    unsigned char *to = (unsigned char *)text;
    for (unsigned char *c = to; *c; c++) {
        bool wide = c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;
        *to++ = (*c < 0x20 && *c != '\t') || *c == 0x7f || wide ? '?' : *c;
        c += wide;
    }
    *to = '\0';
}

static void say(const char *kind, const char *format, va_list arguments) {
    char text[LONGEST];
    fflush(stdout);
    vsnprintf(text, sizeof text, format, arguments);
    message_plain(text);
    fprintf(stderr, "gapscale: %s%s%s%s\n", *kind ? colour_of(stderr, COLOUR_RED) : "", kind,
            *kind ? colour_of(stderr, COLOUR_PLAIN) : "", text);
}

void message_start(void) {
    int file;
    signal(SIGPIPE, SIG_IGN);
    do { file = open("/dev/null", O_RDONLY); } while (file >= 0 && file <= STDERR_FILENO);
    if (file >= 0) { close(file); }
}

int message_end(int status) {
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout)) { return status; }
    message_error("cannot write the answer to standard output%s%s", errno ? ": " : "",
                  errno ? strerror(errno) : "");
    return status == EXIT_DONE ? EXIT_FAILED : status;
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

void message_print(const char *format, ...) {
    char text[LONGEST];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    message_plain(text);
    puts(text);
}
