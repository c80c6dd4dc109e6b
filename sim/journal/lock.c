#include "sim/journal/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/message.h"
#include "sim/base/process.h"
#include "sim/base/temporary.h"

enum { BESIDE = sizeof((struct lock *)0)->path + PROCESS_TAG + 16 };

struct holder {
    char text[LOCK_TEXT]; /* of the file */
    struct process process;
    long long since; /* seconds since the epoch */
    double age;      /* of the heartbeat, seconds */
};

/* A name beside the lock that is this process's own. */
static void name_beside(const char *path, const char *what, char name[BESIDE]) {
    char tag[PROCESS_TAG];
    snprintf(name, BESIDE, "%s.%s-%s", path, what, process_tag(tag));
}

/* ---- what stands there ---- */

static bool read_text(const char *path, char text[LOCK_TEXT]) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (file < 0) { return false; }
    ssize_t length = read(file, text, LOCK_TEXT - 1);
    close(file);
    text[length > 0 ? length : 0] = '\0';
    return length >= 0;
}

/* Seconds since a file was touched, by the clock of the file's server where a file can be made beside it. */
static double file_age(const char *path) {
    struct stat there, probe;
    char beside[BESIDE];
    double now = (double)time(NULL);
    name_beside(path, "probe", beside);
    int file = temporary_open(beside);
    if (file >= 0) {
        if (write(file, "?", 1) == 1 && fstat(file, &probe) == 0) { now = (double)probe.st_mtime; }
        close(file);
        unlink(beside);
    }
    return stat(path, &there) == 0 ? now - (double)there.st_mtime : 0;
}

static bool read_holder(const char *path, struct holder *h) {
    struct process *p = &h->process;
    *h = (struct holder){.process = {.boot = "-"}};
    if (!read_text(path, h->text)) { return false; }
    int fields = sscanf(h->text, "host %255s pid %ld ticks %llu since %lld boot %39s space %llu", p->host,
                        &p->pid, &p->ticks, &h->since, p->boot, &p->space);
    if (fields < 4) { h->process = (struct process){.host = "?", .boot = "-"}; }
    h->age = file_age(path);
    return true;
}

/* A process that is seen to live holds its lock even while it sleeps. */
static bool holder_is_alive(const struct holder *h) {
    enum process_life life = process_life(&h->process);
    return life == PROCESS_GOING || (life == PROCESS_UNKNOWN && h->age <= LOCK_STALE);
}

static void describe(const struct holder *h, char who[LOCK_TEXT]) {
    char since[32] = "?";
    time_t when = (time_t)h->since;
    struct tm utc;
    if (gmtime_r(&when, &utc)) { strftime(since, sizeof since, "%Y-%m-%d %H:%M:%S UTC", &utc); }
    snprintf(who, LOCK_TEXT, "process %ld on %.200s since %s, last sign of life %.0f s ago", h->process.pid,
             h->process.host, since, h->age > 0 ? h->age : 0);
}

bool lock_holder(const char *directory, char who[LOCK_TEXT]) {
    char path[4096];
    struct holder h;
    who[0] = '\0';
    if (snprintf(path, sizeof path, "%s/lock", directory) >= (int)sizeof path || !read_holder(path, &h)) {
        return false;
    }
    describe(&h, who);
    return holder_is_alive(&h);
}

/* ---- taking ---- */

/* The file appears with its text in it: linked into place from a file of its own, or written there on a file
 * system without links. False with errno set: EEXIST where another holds it. */
static bool make_file(const struct lock *lock) {
    const size_t length = strlen(lock->text);
    char own[BESIDE];
    name_beside(lock->path, "new", own);
    if (!temporary_write(own, lock->text, length)) { return false; }
    bool made = link(own, lock->path) == 0 ||
                (errno != EEXIST && errno != ENOSPC && temporary_write(lock->path, lock->text, length));
    int why = errno;
    unlink(own);
    errno = why;
    return made;
}

/* Moves a stale lock out of the way; false when it was another's by then. */
static bool clear_stale(const struct lock *lock, const struct holder *stale) {
    char aside[BESIDE], text[LOCK_TEXT];
    name_beside(lock->path, "stale", aside);
    if (rename(lock->path, aside) != 0) { return errno == ENOENT; }
    bool same = read_text(aside, text) && strcmp(text, stale->text) == 0;
    if (!same) { link(aside, lock->path); }
    unlink(aside);
    return same;
}

bool lock_take(struct lock *lock, const char *directory) {
    char who[LOCK_TEXT];
    const struct process self = process_self();
    if (snprintf(lock->path, sizeof lock->path, "%s/lock", directory) >= (int)sizeof lock->path) {
        message_error("%.60s...: the name is too long", directory);
        return false;
    }
    snprintf(lock->text, LOCK_TEXT, "host %s pid %ld ticks %llu since %lld boot %s space %llu\n", self.host,
             self.pid, self.ticks, (long long)time(NULL), self.boot, self.space);
    for (int attempt = 0; attempt < 5; attempt++) {
        struct holder h;
        if (make_file(lock)) { return true; }
        if (errno != EEXIST && errno != ENOENT) { /* the latter: who came first has cleared up, or is gone */
            message_error("cannot lock %s: %s", directory, strerror(errno));
            return false;
        }
        if (!read_holder(lock->path, &h)) { continue; }
        describe(&h, who);
        if (holder_is_alive(&h)) {
            message_error("%s is in use by %s; wait for it or end it (a process that is gone is noticed, on "
                          "another host or in another container after %d s)",
                          directory, who, LOCK_STALE);
            return false;
        }
        message_say("%s was left by %s: that one is gone, taking over", directory, who);
        clear_stale(lock, &h);
    }
    message_error("cannot lock %s: others are taking it at the same time; try again", directory);
    return false;
}

bool lock_beat(const struct lock *lock) {
    char text[LOCK_TEXT];
    if (!read_text(lock->path, text) || strcmp(text, lock->text) != 0) {
        message_error("%s is no longer of this process; was it taken for dead?", lock->path);
        return false;
    }
    return utimensat(AT_FDCWD, lock->path, NULL, 0) == 0 || errno == EINTR || errno == EIO || errno == ESTALE;
}

bool lock_is_left(int directory, const char *name) {
    struct stat status;
    const char *tag = strchr(name, '-');
    if (strncmp(name, "lock.", 5) != 0 || !tag) { return false; }
    enum process_life life = process_tag_life(tag + 1);
    return life == PROCESS_GONE ||
           (life == PROCESS_UNKNOWN && fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            time(NULL) - status.st_mtime > LOCK_STALE);
}

void lock_release(const struct lock *lock) {
    char text[LOCK_TEXT];
    if (read_text(lock->path, text) && strcmp(text, lock->text) == 0) { unlink(lock->path); }
}
