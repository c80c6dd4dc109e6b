#include "sim/base/temporary.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/process.h"

static const char mark[] = ".tmp-";
enum { MARK = sizeof mark - 1 };

bool temporary_name(const char *path, size_t size, char name[]) {
    char tag[PROCESS_TAG];
    return snprintf(name, size, "%s%s%s", path, mark, process_tag(tag)) < (int)size;
}

int temporary_open(const char *name) {
    return open(name, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0666);
}

bool temporary_is(const char *name) { return strstr(name, mark) != NULL; }

static bool is_left(int directory, const char *name, const char *tag) {
    struct stat status;
    enum process_life life = process_tag_life(tag);
    if (life != PROCESS_UNKNOWN) { return life == PROCESS_GONE; }
    return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           time(NULL) - status.st_mtime > TEMPORARY_OLD;
}

void temporary_clear(const char *path) {
    char directory[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    size_t length = strlen(base);
    if (slash) { snprintf(directory, sizeof directory, "%.*s", (int)(base - path), path); }
    DIR *listing = opendir(directory);
    for (struct dirent *entry; listing && (entry = readdir(listing));) {
        const char *name = entry->d_name;
        if (strncmp(name, base, length) == 0 && strncmp(name + length, mark, MARK) == 0 &&
            is_left(dirfd(listing), name, name + length + MARK)) {
            unlinkat(dirfd(listing), name, 0);
        }
    }
    if (listing) { closedir(listing); }
}
