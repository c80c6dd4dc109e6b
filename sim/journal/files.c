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

#include "sim/base/head.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/temporary.h"
#include "sim/sweep/record.h"

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

void files_list(struct files_list *list, const char *source) {
    struct dirent **entry = NULL;
    const int found = scandir(source, &entry, is_units, versionsort);
    for (int k = 0; k < (found < 0 ? 1 : found); k++) {
        list->file = memory_extend(list->file, list->count, sizeof *list->file);
        struct files_name *name = &list->file[list->count++];
        *name = (struct files_name){.alone = found < 0};
        snprintf(name->path, FILES_PATH, name->alone ? "%s" : "%s/%s", source,
                 name->alone ? "" : entry[k]->d_name);
        if (!name->alone) { free(entry[k]); }
    }
    free(entry);
}

/* ---- reading ---- */

enum files_kind files_kind(const char *path) {
    static const char older[] = "gapscale units";
    char head[sizeof older] = "";
    struct stat there;
    const ssize_t length = head_read(path, O_NOFOLLOW, head, sizeof head - 1);
    if (length < 0) { return lstat(path, &there) == 0 ? FILES_OTHER : FILES_NONE; }
    if (length >= RECORD_MAGIC && memcmp(head, record_magic, RECORD_MAGIC) == 0) { return FILES_RECORDS; }
    return strcmp(head, older) == 0 ? FILES_OLDER : FILES_OTHER;
}

/* ---- writing ---- */

static bool cannot_write(const struct files_out *f) {
    message_error(
        "cannot write %s: %s; what is finished so far is kept: make room, or mend the place, and run "
        "the same command again",
        f->path, strerror(errno));
    return false;
}

bool files_create(struct files_out *f, const char *path) {
    *f = (struct files_out){.file = -1};
    snprintf(f->path, sizeof f->path, "%s", path);
    temporary_name(path, sizeof f->temporary, f->temporary);
    f->file = temporary_open(f->temporary);
    return f->file >= 0 || cannot_write(f);
}

bool files_append(struct files_out *f, const char *directory) {
    if (f->file >= 0) { return true; }
    struct files_list list = {0};
    files_list(&list, directory);
    unsigned last = list.count > 0 ? files_number(basename(list.file[list.count - 1].path)) : 0;
    free(list.file);
    do { /* another writer may be as quick */
        snprintf(f->path, FILES_PATH, "%s/%06u.units", directory, ++last);
        f->file = open(f->path, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_APPEND | O_CLOEXEC, 0666);
    } while (f->file < 0 && errno == EEXIST);
    return f->file >= 0 || cannot_write(f);
}

bool files_add(struct files_out *f, const uint8_t *record, size_t length) {
    if (!temporary_put(f->file, record, length) ||
        !temporary_holds(f->file, (off_t)f->size, record, length)) {
        return cannot_write(f);
    }
    f->size += length;
    return true;
}

bool files_sync(struct files_out *f) { return temporary_sync(f->file) || cannot_write(f); }

bool files_close(struct files_out *f, bool keep) {
    return temporary_close(f->file, f->temporary, f->path, keep) || !keep || cannot_write(f);
}
