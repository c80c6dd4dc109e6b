#include "sim/base/directory.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

DIR *directory_open(const char *path) {
    char directory[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    if (slash) { snprintf(directory, sizeof directory, "%.*s", (int)(slash - path + 1), path); }
    return opendir(directory);
}

void directory_refresh(const char *path) {
    DIR *listing = directory_open(path);
    if (listing) { closedir(listing); }
}

bool directory_is(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}
