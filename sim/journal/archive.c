#include "sim/journal/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/numerics.h"
#include "sim/base/process.h"
#include "sim/base/temporary.h"
#include "sim/config/difference.h"
#include "sim/results/store.h"

#ifndef GAPSCALE_VERSION
#define GAPSCALE_VERSION "unknown"
#endif

enum { ARCHIVE_WORDS = sizeof "gapscale units" - 1 }; /* of any version */

/* The first line; the numerics stand between. */
static const char before[] = "gapscale units 2, numerics ",
                  after[] = ", gapscale " GAPSCALE_VERSION ", compiler " __VERSION__ "\n";

bool archive_name(const char *file, char path[ARCHIVE_PATH]) {
    return snprintf(path, ARCHIVE_PATH, "%s.units", file) < ARCHIVE_PATH;
}

bool archive_may_replace(const char *path) {
    struct stat there;
    char head[ARCHIVE_WORDS] = "";
    if (lstat(path, &there) != 0) { return true; }
    FILE *in = S_ISREG(there.st_mode) ? fopen(path, "re") : NULL;
    size_t length = in ? fread(head, 1, sizeof head, in) : 0;
    if (in) { fclose(in); }
    if (length == sizeof head && memcmp(head, before, sizeof head) == 0) { return true; }
    message_error("%s exists and is no archive of gapscale, and is never replaced; choose another -o FILE",
                  path);
    return false;
}

/* ---- writing ---- */

struct archive {
    FILE *out;
    struct sha256_ctx hash; /* of what was to be written */
    char path[ARCHIVE_PATH], temporary[ARCHIVE_PATH + PROCESS_TAG];
};

static bool cannot_write(const struct archive *a) {
    message_error("cannot write %s: %s", a->path, strerror(errno));
    return false;
}

static bool write_bytes(struct archive *a, const void *bytes, size_t length) {
    sha256_update(&a->hash, length, bytes);
    return fwrite(bytes, 1, length, a->out) == length;
}

static bool write_first_line(struct archive *a) {
    char numerics[NUMERICS_TEXT];
    numerics_print(numerics_here(), numerics);
    return write_bytes(a, before, sizeof before - 1) && write_bytes(a, numerics, strlen(numerics)) &&
           write_bytes(a, after, sizeof after - 1);
}

struct archive *archive_create(const char *path) {
    struct archive *a = memory_create(1, sizeof *a);
    snprintf(a->path, sizeof a->path, "%s", path);
    temporary_name(path, sizeof a->temporary, a->temporary);
    int file = temporary_open(a->temporary);
    a->out = file >= 0 ? fdopen(file, "w") : NULL;
    sha256_init(&a->hash);
    if (a->out && write_first_line(a)) { return a; }
    cannot_write(a);
    if (a->out) {
        archive_close(a, false);
    } else {
        free(a);
    }
    return NULL;
}

bool archive_add(struct archive *a, const uint8_t *record, size_t length) {
    return write_bytes(a, record, length) || cannot_write(a);
}

/* Whether the temporary file holds what was to be written. */
static bool is_held(struct archive *a) {
    uint8_t block[1 << 16], want[SHA256_DIGEST_SIZE], have[SHA256_DIGEST_SIZE];
    struct sha256_ctx hash;
    FILE *in = fopen(a->temporary, "re");
    if (!in) { return cannot_write(a); }
    sha256_init(&hash);
    for (size_t length; (length = fread(block, 1, sizeof block, in)) > 0;) {
        sha256_update(&hash, length, block);
    }
    fclose(in);
    sha256_digest(&hash, sizeof have, have);
    sha256_digest(&a->hash, sizeof want, want);
    if (memcmp(have, want, sizeof want) == 0) { return true; }
    message_error("cannot write %s: what is read back is not what was written; is the disk full?", a->path);
    return false;
}

bool archive_close(struct archive *a, bool keep) {
    bool good = !keep || (fflush(a->out) == 0 && (fsync(fileno(a->out)) == 0 || errno == EINVAL));
    if (!good) { cannot_write(a); }
    if (good && keep) { posix_fadvise(fileno(a->out), 0, 0, POSIX_FADV_DONTNEED); }
    if (fclose(a->out) != 0 && good && keep) { good = cannot_write(a); }
    if (good && keep) { good = is_held(a); }
    if (good && keep && rename(a->temporary, a->path) != 0) { good = cannot_write(a); }
    if (!good || !keep) { unlink(a->temporary); }
    free(a);
    return good;
}

size_t archive_check(const char *path, const char *bytes, size_t size) {
    struct numerics numerics;
    const char *end = NULL;
    if (size > sizeof before + NUMERICS_TEXT + sizeof after &&
        memcmp(bytes, before, sizeof before - 1) == 0) {
        end = numerics_read(bytes + sizeof before - 1, &numerics);
    }
    if (end && memcmp(end, after, sizeof after - 1) == 0) {
        bool ours = numerics_match(numerics, numerics_here(), path, "--force");
        return ours ? (size_t)(end - bytes) + sizeof after - 1 : 0;
    }
    message_error(
        "%s is damaged, or was made by another gapscale, whose numbers may differ in the last digits", path);
    return 0;
}

/* ---- growing ---- */

static bool is_growth(const char *path) {
    const char *dot = strrchr(path, '.'), *key = dot ? dot + 1 : path;
    return (!dot || strncmp(path, "series.", 7) == 0) &&
           (strcmp(key, "n") == 0 || strcmp(key, "replicates") == 0);
}

static const struct config_series *find_series(const struct config *config, const char *name) {
    for (size_t i = 0; i < config->series_count; i++) {
        if (strcmp(config->series[i].name, name) == 0) { return &config->series[i]; }
    }
    return NULL;
}

/* Whether every row of a series in the file is asked for. */
static bool series_grows(const struct results_series *old, const struct config_series *asked) {
    size_t k = 0;
    if (!asked || asked->replicates < old->replicates) { return false; }
    for (size_t i = 0; i < old->size[RESULTS_LOG_N]; i++) {
        while (k < asked->n_count && asked->log_n[k] < old->log_n[i]) { k++; }
        if (k == asked->n_count || asked->log_n[k] != old->log_n[i]) { return false; }
    }
    return true;
}

enum archive_growth archive_compare(const char *file, const struct config *config) {
    struct results *old = store_read(file);
    if (!old) { return ARCHIVE_UNREADABLE; }
    struct difference *list;
    size_t count = difference_list(config->resolved, old->config_resolved, &list);
    bool grows = true;
    for (size_t i = 0; i < count; i++) { grows &= is_growth(list[i].path); }
    for (size_t i = 0; grows && i < old->series_count; i++) {
        grows = series_grows(&old->series[i], find_series(config, old->series[i].name));
    }
    if (!grows) {
        message_error(
            "%s holds results of another config; it can grow by replicates and n only, and differs in:",
            file);
        difference_report(count, list);
    }
    free(list);
    results_free(old);
    return grows ? ARCHIVE_GROWS : ARCHIVE_DIFFERS;
}
