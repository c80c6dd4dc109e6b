#include "sim/base/colour.h"

#include <stdbool.h>
#include <stdlib.h>

#include "sim/base/terminal.h"

static bool is_colourful(FILE *out) {
    const char *none = getenv("NO_COLOR");
    return terminal_obeys(out) && !(none && *none);
}

const char *colour_of(FILE *out, enum colour colour) {
    static const char *const code[] = {"\033[0m", "\033[32m", "\033[33m", "\033[1;31m"};
    return is_colourful(out) ? code[colour] : "";
}
