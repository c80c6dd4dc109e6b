#include "sim/base/message.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void say(const char *kind, const char *format, va_list arguments) {
    fflush(stdout);
    fprintf(stderr, "gapscale: %s", kind);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
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
