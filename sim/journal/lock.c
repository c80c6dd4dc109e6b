#include "sim/journal/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/head.h"
#include "sim/base/message.h"
#include "sim/base/process.h"
#include "sim/base/temporary.h"

/* ---- what stands there ---- */

static bool read_text(const char *path, char text[LOCK_TEXT]) {
    const ssize_t length = head_read(path, O_NOFOLLOW, text, LOCK_TEXT - 1);
    text[length > 0 ? length : 0] = '\0';
    return length >= 0;
}

static bool says(const char *path, const char *text) {
    char there[LOCK_TEXT];
    return read_text(path, there) && strcmp(there, text) == 0;
}

/* Who holds a lock, by its text and in words; "": nobody. Whether it lives: a process that is seen to live
 * holds its lock even while it sleeps. */
static bool is_held(const char *path, char text[LOCK_TEXT], char who[LOCK_TEXT]) {
    char tag[PROCESS_TAG];
    struct stat there;
    who[0] = '\0';
    if (!read_text(path, text)) { return false; }
    const char *line = strchr(text, '\n');
    const time_t now = temporary_now(AT_FDCWD, path);
    const double age = stat(path, &there) == 0 ? difftime(now, there.st_mtime) : 0;
    snprintf(who, LOCK_TEXT, "%.400s, last sign of life %.0f s ago",
             line && line[1] ? line + 1 : "another process", age > 0 ? age : 0);
    snprintf(tag, sizeof tag, "%.*s", (int)strcspn(text, "\n"), text);
    enum process_life life = process_tag_life(tag);
    return life == PROCESS_GOING || (life == PROCESS_UNKNOWN && age <= LOCK_STALE);
}

bool lock_holder(const char *directory, char who[LOCK_TEXT]) {
    char path[FILES_PATH], text[LOCK_TEXT];
    files_path(directory, "lock", path);
    return is_held(path, text, who);
}

void lock_await(const char *directory) {
    enum { LOOKS_A_SECOND = 10 };
    char who[LOCK_TEXT];
    for (int look = 0; look < LOCK_PATIENCE * LOOKS_A_SECOND && lock_holder(directory, who); look++) {
        if (look == 0) {
            message_say("%s is in use by %s: waiting %d s for it, should it be ending", directory, who,
                        LOCK_PATIENCE);
        }
        nanosleep(&(struct timespec){0, 1000000000 / LOOKS_A_SECOND}, NULL);
    }
}

/* ---- taking ---- */

/* link(), by what came of it: where an answer of NFS was lost, it is asked again and finds the name there. */
static bool link_to(const char *own, const char *path) {
    struct stat there;
    if (link(own, path) == 0) { return true; }
    const int why = errno;
    const bool linked = stat(own, &there) == 0 && there.st_nlink == 2;
    errno = why;
    return linked;
}

/* The file appears with its text in it: linked into place from a file of its own, or written there on a file
 * system without links. False with errno set: EEXIST where another holds it. */
static bool make_file(const struct lock *lock) {
    const size_t length = strlen(lock->text);
    if (!temporary_write(lock->beside, NULL, lock->text, length)) { return false; }
    bool made = link_to(lock->beside, lock->path) ||
                (errno != EEXIST && errno != ENOSPC && temporary_write(lock->path, NULL, lock->text, length));
    int why = errno;
    unlink(lock->beside);
    errno = why;
    return made;
}

/* Moves a stale lock out of the way, unless it is another's by then. */
static void clear_stale(const struct lock *lock, const char *stale) {
    if (rename(lock->path, lock->beside) != 0) { return; }
    if (!says(lock->beside, stale)) { link(lock->beside, lock->path); }
    unlink(lock->beside);
}

bool lock_take(struct lock *lock, const char *directory) {
    char who[LOCK_TEXT], text[LOCK_TEXT], tag[PROCESS_TAG], since[32] = "?";
    const char *why = "others are taking it at the same time; try again";
    const struct process self = process_self();
    const time_t now = time(NULL);
    struct tm utc;
    files_path(directory, "lock", lock->path);
    temporary_name(lock->path, sizeof lock->beside, lock->beside);
    if (gmtime_r(&now, &utc)) { strftime(since, sizeof since, "%Y-%m-%d %H:%M:%S UTC", &utc); }
    snprintf(lock->text, LOCK_TEXT, "%s\nprocess %ld on %.200s since %s", process_tag(tag), self.pid,
             self.host, since);
    for (int attempt = 0; attempt < 5; attempt++) {
        if (make_file(lock)) { return true; }
        if (errno != EEXIST && errno != ENOENT) { /* the latter: who came first has cleared up, or is gone */
            why = strerror(errno);
            break;
        }
        if (is_held(lock->path, text, who)) {
            message_error("%s is in use by %s; wait for it or end it (a process that is gone is noticed, on "
                          "another host or in another container after %d s)",
                          directory, who, LOCK_STALE);
            return false;
        }
        if (!who[0]) { continue; }
        message_say("%s was left by %s: that one is gone, taking over", directory, who);
        clear_stale(lock, text);
    }
    message_error("cannot lock %s: %s", directory, access(directory, F_OK) != 0 ? strerror(errno) : why);
    return false;
}

/* Of a server that does not answer at the moment, which the next heartbeat finds out about. */
static bool may_pass(int error) {
    return error == EINTR || error == EIO || error == ETIMEDOUT || error == ESTALE;
}

bool lock_beat(const struct lock *lock) {
    errno = 0;
    if (!says(lock->path, lock->text) && !may_pass(errno)) {
        message_error("%s is no longer of this process; was it taken for dead?", lock->path);
        return false;
    }
    return utimensat(AT_FDCWD, lock->path, NULL, 0) == 0 || may_pass(errno);
}

void lock_release(const struct lock *lock) {
    if (says(lock->path, lock->text)) { unlink(lock->path); }
}
