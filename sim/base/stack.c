#include "sim/base/stack.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "sim/base/message.h"

/* In bytes; 0 where the text is none of OpenMP's sizes: a number of KiB, or one with B, K, M or G. */
static double stack_bytes(const char *text) {
    static const char units[] = "BKMG";
    char *end;
    double size = strtod(text, &end);
    end += strspn(end, " \t");
    const char *unit = *end ? strchr(units, *end & ~0x20) : &units[1];
    if (end == text || !unit) { return 0; }
    for (const char *u = units; u < unit; u++) { size *= 1024; }
    return size;
}

bool stack_check(void) {
    const double least = 512 * 1024; /* four times what was ever seen to be too little */
    struct rlimit limit;
    const char *text = getenv("OMP_STACKSIZE");
    double size = text ? stack_bytes(text) : 0;
    if (size > 0 && size < least) {
        message_error(
            "OMP_STACKSIZE=%s is too small a stack for the threads: at least 512K, or leave it unset", text);
        return false;
    }
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && (double)limit.rlim_cur < least) {
        message_error("a stack of %.0f KiB is too small: raise it by `ulimit -s 512` or more",
                      (double)limit.rlim_cur / 1024);
        return false;
    }
    return true;
}
