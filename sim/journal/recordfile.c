#include "sim/journal/recordfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/process.h"
#include "sim/base/temporary.h"
#include "sim/sweep/record.h"

struct recordfile {
    FILE *out;
    struct sha256_ctx hash; /* of what was to be written */
    char path[PATH_MAX], temporary[PATH_MAX + PROCESS_TAG];
};

static bool cannot_write(const struct recordfile *f) {
    message_error(
        "cannot write %s: %s; what is finished so far is kept: make room, or mend the place, and run "
        "the same command again",
        f->path, strerror(errno));
    return false;
}

struct recordfile *recordfile_create(const char *path) {
    struct recordfile *f = memory_create(1, sizeof *f);
    snprintf(f->path, sizeof f->path, "%s", path);
    temporary_name(path, sizeof f->temporary, f->temporary);
    int file = temporary_open(f->temporary);
    f->out = file >= 0 ? fdopen(file, "w") : NULL;
    sha256_init(&f->hash);
    if (f->out) { return f; }
    cannot_write(f);
    free(f);
    return NULL;
}

bool recordfile_add(struct recordfile *f, const uint8_t *record, size_t length) {
    sha256_update(&f->hash, length, record);
    return fwrite(record, 1, length, f->out) == length || cannot_write(f);
}

/* Whether the temporary file holds what was to be written. */
static bool is_held(struct recordfile *f) {
    uint8_t block[1 << 16], want[SHA256_DIGEST_SIZE], have[SHA256_DIGEST_SIZE];
    struct sha256_ctx hash;
    FILE *in = fopen(f->temporary, "re");
    if (!in) { return cannot_write(f); }
    sha256_init(&hash);
    for (size_t length; (length = fread(block, 1, sizeof block, in)) > 0;) {
        sha256_update(&hash, length, block);
    }
    fclose(in);
    sha256_digest(&hash, sizeof have, have);
    sha256_digest(&f->hash, sizeof want, want);
    if (memcmp(have, want, sizeof want) == 0) { return true; }
    message_error("cannot write %s: what is read back is not what was written; is the disk full?", f->path);
    return false;
}

bool recordfile_close(struct recordfile *f, bool keep) {
    bool good = !keep || (fflush(f->out) == 0 && (fsync(fileno(f->out)) == 0 || errno == EINVAL));
    if (!good) { cannot_write(f); }
    if (good && keep) { posix_fadvise(fileno(f->out), 0, 0, POSIX_FADV_DONTNEED); }
    if (fclose(f->out) != 0 && good && keep) { good = cannot_write(f); }
    if (good && keep) { good = is_held(f); }
    if (good && keep && rename(f->temporary, f->path) != 0) { good = cannot_write(f); }
    if (!good || !keep) { unlink(f->temporary); }
    free(f);
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
