#include "sim/journal/recordfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/message.h"
#include "sim/base/temporary.h"
#include "sim/sweep/record.h"

static bool cannot_write(const struct recordfile *f) {
    message_error(
        "cannot write %s: %s; what is finished so far is kept: make room, or mend the place, and run "
        "the same command again",
        f->path, strerror(errno));
    return false;
}

bool recordfile_create(struct recordfile *f, const char *path) {
    *f = (struct recordfile){.file = -1};
    snprintf(f->path, sizeof f->path, "%s", path);
    if (temporary_name(path, sizeof f->temporary, f->temporary)) {
        f->file = temporary_open(f->temporary);
    } else {
        errno = ENAMETOOLONG;
    }
    return f->file >= 0 || cannot_write(f);
}

/* Makes a file of units with a number that no other has had. */
static void open_new(struct recordfile *f, const char *directory) {
    size_t count;
    struct files_name *name = files_units(directory, &count);
    unsigned last = count > 0 ? files_number(strrchr(name[count - 1].path, '/') + 1) : 0;
    free(name);
    do { /* another writer may be as quick */
        snprintf(f->path, FILES_PATH, "%s/%06u.units", directory, ++last);
        f->file = open(f->path, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_APPEND | O_CLOEXEC, 0666);
    } while (f->file < 0 && errno == EEXIST);
}

bool recordfile_append(struct recordfile *f, const char *directory) {
    if (f->path[0] == '\0') {
        open_new(f, directory);
    } else if (f->file < 0) {
        f->file = open(f->path, O_RDWR | O_APPEND | O_CLOEXEC);
    }
    return f->file >= 0 || cannot_write(f);
}

bool recordfile_add(struct recordfile *f, const uint8_t *record, size_t length) {
    if (!temporary_put(f->file, record, length) ||
        !temporary_holds(f->file, (off_t)f->size, record, length)) {
        return cannot_write(f);
    }
    f->size += length;
    return true;
}

bool recordfile_sync(struct recordfile *f) { return temporary_sync(f->file) || cannot_write(f); }

bool recordfile_close(struct recordfile *f, bool keep) {
    bool good = !keep || recordfile_sync(f);
    if (close(f->file) != 0 && good && keep) { good = cannot_write(f); }
    if (good && keep && rename(f->temporary, f->path) != 0) { good = cannot_write(f); }
    if (!good || !keep) { unlink(f->temporary); }
    return good;
}

enum recordfile_kind recordfile_kind(const char *path) {
    static const char older[] = "gapscale units";
    struct stat there;
    char head[sizeof older] = "";
    if (lstat(path, &there) != 0) { return RECORDFILE_NONE; }
    FILE *in = S_ISREG(there.st_mode) ? fopen(path, "re") : NULL;
    if (!in) { return RECORDFILE_OTHER; }
    size_t length = fread(head, 1, sizeof head - 1, in);
    fclose(in);
    if (length >= RECORD_MAGIC && memcmp(head, record_magic, RECORD_MAGIC) == 0) {
        return RECORDFILE_RECORDS;
    }
    return strcmp(head, older) == 0 ? RECORDFILE_OLDER : RECORDFILE_OTHER;
}
