#include "sim/base/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/directory.h"
#include "sim/base/head.h"
#include "sim/base/process.h"

static const char mark[] = ".tmp-";
enum { MARK = sizeof mark - 1 };

bool temporary_name(const char *path, size_t size, char name[]) {
    char tag[PROCESS_TAG];
    return snprintf(name, size, "%s%s%s", path, mark, process_tag(tag)) < (int)size;
}

static int open_new(int directory, const char *name) {
    return openat(directory, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_CLOEXEC, 0666);
}

int temporary_open(const char *name) { return open_new(AT_FDCWD, name); }

bool temporary_put(int file, const void *bytes, size_t length) {
    const char *at = bytes;
    for (ssize_t done; length > 0; at += done, length -= (size_t)done) {
        done = TEMP_FAILURE_RETRY(write(file, at, length));
        if (done < 0) { return false; }
    }
    return true;
}

bool temporary_sync(int file) {
    return fsync(file) == 0 || errno == EINVAL; /* a file system without fsync */
}

bool temporary_holds(int file, off_t offset, const void *bytes, size_t length) {
    char block[1 << 14];
    const char *at = bytes;
    for (size_t part; length > 0; at += part, offset += (off_t)part, length -= part) {
        part = length < sizeof block ? length : sizeof block;
        if (!head_read_at(file, (uint64_t)offset, block, part) || memcmp(block, at, part) != 0) {
            errno = EIO;
            return false;
        }
    }
    return true;
}

bool temporary_close(int file, const char *name, const char *path, bool good) {
    good = good && temporary_sync(file);
    int why = errno;
    if ((close(file) != 0 && good) || (good && path && rename(name, path) != 0)) {
        good = false;
        why = errno;
    }
    if (!good) { unlink(name); }
    errno = why;
    return good;
}

bool temporary_write(const char *name, const char *path, const void *bytes, size_t length) {
    const int file = temporary_open(name);
    return file >= 0 &&
           temporary_close(file, name, path,
                           temporary_put(file, bytes, length) && temporary_holds(file, 0, bytes, length));
}

/* In such a name, its last part; NULL in another. */
static const char *tag_of(const char *name) {
    const char *tag = NULL;
    for (const char *at = name; (at = strstr(at, mark));) { tag = at += MARK; }
    return tag;
}

/* While NFS makes a file that must be a new one, its times are a number of the maker's, but for its ctime. */
static time_t last_touch(const struct stat *status) {
    return status->st_size > 0 ? status->st_mtime : status->st_ctime;
}

time_t temporary_now(int directory, const char *name) {
    time_t now = time(NULL);
    char beside[4096 + PROCESS_TAG];
    struct stat status;
    temporary_name(name, sizeof beside, beside);
    const int file = open_new(directory, beside);
    if (file < 0) { return now; }
    if (temporary_put(file, "?", 1) && fstat(file, &status) == 0) { now = status.st_mtime; }
    close(file);
    unlinkat(directory, beside, 0);
    return now;
}

bool temporary_is_left(int directory, const char *name, long seconds) {
    struct stat status;
    const char *tag = tag_of(name);
    const enum process_life life = tag ? process_tag_life(tag) : PROCESS_GOING;
    if (life != PROCESS_UNKNOWN) { return life == PROCESS_GONE; }
    return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           temporary_now(directory, name) - last_touch(&status) > seconds;
}

/* A file, or a directory of files. */
static void remove_left(int directory, const char *name) {
    if (unlinkat(directory, name, 0) == 0 || errno != EISDIR) { return; }
    const int inner = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *listing = inner < 0 ? NULL : fdopendir(inner);
    for (struct dirent *entry; listing && (entry = readdir(listing));) { unlinkat(inner, entry->d_name, 0); }
    if (listing) { closedir(listing); }
    unlinkat(directory, name, AT_REMOVEDIR);
}

void temporary_clear(const char *path) {
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    size_t length = strlen(base);
    DIR *listing = directory_open(path);
    for (struct dirent *entry; listing && (entry = readdir(listing));) {
        const char *name = entry->d_name;
        if (strncmp(name, base, length) == 0 && tag_of(name) == name + length + MARK &&
            temporary_is_left(dirfd(listing), name, TEMPORARY_OLD)) {
            remove_left(dirfd(listing), name);
        }
    }
    if (listing) { closedir(listing); }
}
