#include "sim/journal/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/temporary.h"
#include "sim/journal/lock.h"

void files_path(const char *directory, const char *name, char path[FILES_PATH]) {
    snprintf(path, FILES_PATH, "%s/%s", directory, name);
}

bool files_are_of(const char *directory, const char *path) {
    const size_t length = strlen(directory);
    return strncmp(path, directory, length) == 0 && path[length] == '/';
}

unsigned files_number(const char *name) {
    char *end;
    if (strspn(name, "0123456789") < 6) { return 0; }
    unsigned long number = strtoul(name, &end, 10);
    return strcmp(end, ".units") == 0 && number < UINT_MAX ? (unsigned)number : 0;
}

static int is_units(const struct dirent *entry) { return files_number(entry->d_name) > 0; }

struct files_name *files_units(const char *directory, size_t *count) {
    struct dirent **entry = NULL;
    int found = scandir(directory, &entry, is_units, versionsort);
    *count = found > 0 ? (size_t)found : 0;
    struct files_name *name = memory_create(*count, sizeof *name);
    for (size_t i = 0; i < *count; i++) {
        files_path(directory, entry[i]->d_name, name[i].path);
        free(entry[i]);
    }
    free(entry);
    return name;
}

struct files_name *files_list(size_t source_count, char *const *source, size_t *count) {
    struct files_name *all = memory_create(1, sizeof *all);
    struct stat status;
    *count = 0;
    for (size_t i = 0; i < source_count; i++) {
        size_t more;
        struct files_name *file = files_units(source[i], &more), itself = {.alone = true};
        snprintf(itself.path, sizeof itself.path, "%s", source[i]);
        all = memory_resize(all, *count + more + 1, sizeof *all);
        for (size_t k = 0; k < more; k++) { all[(*count)++] = file[k]; }
        if (stat(source[i], &status) != 0 || !S_ISDIR(status.st_mode)) { all[(*count)++] = itself; }
        free(file);
    }
    return all;
}

/* ---- reading ---- */

bool files_read_at(int file, uint64_t offset, void *bytes, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t got = pread(file, (uint8_t *)bytes + done, length - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR) { continue; }
        if (got <= 0) {
            if (got == 0) { errno = EIO; }
            return false;
        }
        done += (size_t)got;
    }
    return true;
}

char *files_read(const char *path, size_t *length) {
    struct stat status;
    char *bytes = NULL;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) { return NULL; }
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
        *length = (size_t)status.st_size;
        bytes = memory_create(*length + 1, 1);
        if (!files_read_at(file, 0, bytes, *length)) {
            free(bytes);
            bytes = NULL;
        }
    }
    close(file);
    return bytes;
}

/* ---- clearing ---- */

static bool is_ours(int directory, const char *name) {
    return files_number(name) > 0 || strcmp(name, "header") == 0 || strcmp(name, "config.yaml") == 0 ||
           strcmp(name, "resolved.yaml") == 0 || lock_is_left(directory, name);
}

/* What has a temporary name, and what else is a journal's. */
static bool clear(const char *directory, bool all) {
    DIR *listing = opendir(directory);
    if (!listing) { return errno == ENOENT; }
    bool good = true;
    for (struct dirent *entry; (entry = readdir(listing));) {
        const char *name = entry->d_name;
        if (!temporary_is(name) && !(all && is_ours(dirfd(listing), name))) { continue; }
        if (unlinkat(dirfd(listing), name, 0) != 0 && errno != ENOENT) {
            message_error("cannot remove %s/%s: %s", directory, name, strerror(errno));
            good = false;
        }
    }
    closedir(listing);
    return good;
}

bool files_clear(const char *directory) {
    char header[FILES_PATH];
    files_path(directory, "header", header);
    unlink(header); /* first: without it the rest is nothing */
    return clear(directory, true);
}

bool files_clear_temporary(const char *directory) { return clear(directory, false); }
