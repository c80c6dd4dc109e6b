#include "sim/base/colour.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_colourful(FILE *out) {
    const char *terminal = getenv("TERM"), *none = getenv("NO_COLOR");
    return isatty(fileno(out)) && terminal && strcmp(terminal, "dumb") != 0 && !(none && *none);
}

const char *colour_of(FILE *out, enum colour colour) {
    static const char *const code[] = {"\033[0m", "\033[32m", "\033[33m", "\033[1;31m"};
    return is_colourful(out) ? code[colour] : "";
}
