#include "sim/journal/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/message.h"

struct holder {
    char text[LOCK_TEXT]; /* of the file */
    char host[256];
    long pid;
    unsigned long long ticks; /* when the process started, since its machine did */
    long long since;          /* seconds since the epoch */
    double age;               /* of the heartbeat, seconds */
};

static void host_name(char host[256]) {
    if (gethostname(host, 255) != 0) { strcpy(host, "unknown"); }
    host[255] = '\0';
    for (char *c = host; *c; c++) {
        if (*c <= ' ') { *c = '?'; }
    }
}

/* What this machine says of a process. */
enum life { LIFE_UNKNOWN, LIFE_GONE, LIFE_GOING };

/* Its start goes to `ticks`. A process that ended and is not yet waited for is gone. */
static enum life process_life(long pid, unsigned long long *ticks) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    if (kill((pid_t)pid, 0) != 0 && errno == ESRCH) { return LIFE_GONE; }
    FILE *file = fopen(path, "r");
    if (!file) { return LIFE_UNKNOWN; }
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    char *field = strrchr(text, ')'); /* field 2 ends here; 3 is the state, 22 the start */
    if (!field || strlen(field) < 3) { return LIFE_UNKNOWN; }
    if (strchr("ZXx", field[2])) { return LIFE_GONE; }
    for (int i = 2; field && i < 22; i++) { field = strchr(field + 1, ' '); }
    if (!field) { return LIFE_UNKNOWN; }
    *ticks = strtoull(field, NULL, 10);
    return LIFE_GOING;
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
    char beside[4200];
    double now = (double)time(NULL);
    snprintf(beside, sizeof beside, "%s.probe-%ld", path, (long)getpid());
    int file = open(beside, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (file >= 0) {
        if (write(file, "?", 1) == 1 && fstat(file, &probe) == 0) { now = (double)probe.st_mtime; }
        close(file);
        unlink(beside);
    }
    return stat(path, &there) == 0 ? now - (double)there.st_mtime : 0;
}

static bool read_holder(const char *path, struct holder *h) {
    *h = (struct holder){.pid = 0};
    if (!read_text(path, h->text)) { return false; }
    if (sscanf(h->text, "host %255s pid %ld ticks %llu since %lld", h->host, &h->pid, &h->ticks, &h->since) !=
        4) {
        h->pid = 0;
        strcpy(h->host, "?");
    }
    h->age = file_age(path);
    return true;
}

static bool holder_is_alive(const struct holder *h) {
    char host[256];
    host_name(host);
    if (h->pid > 0 && strcmp(host, h->host) == 0) {
        unsigned long long ticks;
        switch (process_life(h->pid, &ticks)) {
        case LIFE_GONE: return false;
        case LIFE_GOING: return ticks == h->ticks; /* even one that sleeps; else its number was given again */
        case LIFE_UNKNOWN: break;
        }
    }
    return h->age <= LOCK_STALE;
}

static void describe(const struct holder *h, char who[LOCK_TEXT]) {
    char since[32] = "?";
    time_t when = (time_t)h->since;
    struct tm utc;
    if (gmtime_r(&when, &utc)) { strftime(since, sizeof since, "%Y-%m-%d %H:%M:%S UTC", &utc); }
    snprintf(who, LOCK_TEXT, "process %ld on %.200s since %s, last sign of life %.0f s ago", h->pid, h->host,
             since, h->age > 0 ? h->age : 0);
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

enum taking { TAKEN, HELD, IMPOSSIBLE };

/* The file appears with its text in it: linked into place from a file of its own. */
static enum taking make_file(const struct lock *lock) {
    char own[4200];
    snprintf(own, sizeof own, "%s.new-%ld", lock->path, (long)getpid());
    unlink(own);
    int file = open(own, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (file < 0) { return IMPOSSIBLE; }
    ssize_t length = (ssize_t)strlen(lock->text);
    bool good = write(file, lock->text, (size_t)length) == length;
    int why = errno;
    good = close(file) == 0 && good;
    enum taking taking = IMPOSSIBLE;
    if (good) {
        taking = link(own, lock->path) == 0 ? TAKEN : errno == EEXIST ? HELD : IMPOSSIBLE;
        why = errno;
    }
    if (good && taking == IMPOSSIBLE && why != ENOSPC) { /* a file system without links */
        int direct = open(lock->path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
        why = errno;
        taking = direct >= 0 && write(direct, lock->text, (size_t)length) == length ? TAKEN
                 : direct < 0 && why == EEXIST                                      ? HELD
                                                                                    : IMPOSSIBLE;
        if (direct >= 0) { close(direct); }
    }
    unlink(own);
    errno = why;
    return taking;
}

/* Moves a stale lock out of the way; false when it was another's by then. */
static bool clear_stale(const struct lock *lock, const struct holder *stale) {
    char aside[4200], text[LOCK_TEXT];
    snprintf(aside, sizeof aside, "%s.stale-%ld", lock->path, (long)getpid());
    if (rename(lock->path, aside) != 0) { return errno == ENOENT; }
    bool same = read_text(aside, text) && strcmp(text, stale->text) == 0;
    if (!same) { link(aside, lock->path); }
    unlink(aside);
    return same;
}

bool lock_take(struct lock *lock, const char *directory) {
    char host[256], who[LOCK_TEXT];
    host_name(host);
    if (snprintf(lock->path, sizeof lock->path, "%s/lock", directory) >= (int)sizeof lock->path) {
        message_error("%.60s...: the name is too long", directory);
        return false;
    }
    unsigned long long ticks = 0;
    process_life((long)getpid(), &ticks);
    snprintf(lock->text, LOCK_TEXT, "host %s pid %ld ticks %llu since %lld\n", host, (long)getpid(), ticks,
             (long long)time(NULL));
    for (int attempt = 0; attempt < 5; attempt++) {
        enum taking taking = make_file(lock);
        if (taking == TAKEN) { return true; }
        struct holder h;
        if (taking == IMPOSSIBLE) {
            message_error("cannot lock %s: %s", directory, strerror(errno));
            return false;
        }
        if (!read_holder(lock->path, &h)) { continue; }
        describe(&h, who);
        if (holder_is_alive(&h)) {
            message_error("%s is in use by %s; wait for it or end it (a process that is gone is noticed, on "
                          "another host after %d s)",
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

void lock_release(const struct lock *lock) {
    char text[LOCK_TEXT];
    if (read_text(lock->path, text) && strcmp(text, lock->text) == 0) { unlink(lock->path); }
}
