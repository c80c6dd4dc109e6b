/* directory: a directory of its own for a test program, to be its group's set-up and tear-down, which fails
 * where something is left in it. */
#ifndef GAPSCALE_TESTS_DIRECTORY_H
#define GAPSCALE_TESTS_DIRECTORY_H

#include <stdlib.h>
#include <unistd.h>

static char directory[] = "/tmp/gapscale-XXXXXX";

static int enter_directory(void **state) {
    (void)state;
    return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int leave_directory(void **state) {
    (void)state;
    return chdir("/") == 0 ? rmdir(directory) : -1;
}

#endif
