#include "sim/base/terminal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static size_t asked(void) {
    const char *columns = getenv("COLUMNS");
    char *end;
    long width = columns ? strtol(columns, &end, 10) : 0;
    return width > 0 && !*end ? (size_t)width : 0;
}

static size_t of_window(FILE *out) {
    struct winsize size;
    return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : SIZE_MAX;
}

size_t terminal_width(FILE *out) {
    size_t width = asked();
    if (width == 0) { width = of_window(out); }
    return width < TERMINAL_NARROWEST ? TERMINAL_NARROWEST : width;
}

bool terminal_obeys(FILE *out) {
    const char *kind = getenv("TERM");
    return isatty(fileno(out)) && kind && *kind && strcmp(kind, "dumb") != 0;
}
