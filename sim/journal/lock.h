/* lock: one process at a time in a journal, on any of the nodes that share its file system.
 *
 * DIRECTORY/lock is made by whoever comes first: the tag of its process (process.h), and a line of words. Its
 * time stamp is renewed every few seconds (the heartbeat, by the file server's clock). Where the holder can
 * be seen, of this start of this machine and in this PID namespace, its lock is stale when it is gone;
 * elsewhere when its heartbeat is older than LOCK_STALE seconds. While it is taken, it or its like may lie
 * beside it under a temporary name (temporary.h), which is that of a process that lives. */
#ifndef GAPSCALE_SIM_JOURNAL_LOCK_H
#define GAPSCALE_SIM_JOURNAL_LOCK_H

#include "sim/journal/files.h"

enum { LOCK_STALE = 60, LOCK_PATIENCE = 3, LOCK_TEXT = 512 };

struct lock {
    char path[FILES_PATH], beside[FILES_PATH + PROCESS_TAG + 16];
    char text[LOCK_TEXT]; /* what the file says while it is this process's */
};

/* Takes the lock of a directory, also from a stale holder, which is told. False after a message: who holds
 * it, or why it cannot be made. */
bool lock_take(struct lock *lock, const char *directory);
/* Renews the heartbeat; false, after a message, when the lock is no longer this process's. */
bool lock_beat(const struct lock *lock);
void lock_release(const struct lock *lock);

/* Who holds a directory's lock, as words for a message: "process 12 on node1 since 2026-01-31 12:00:00 UTC,
 * last sign of life 3 s ago". False when nobody does or the holder is gone; then `who` may tell of the stale
 * one. */
bool lock_holder(const char *directory, char who[LOCK_TEXT]);
/* Waits while somebody holds it, LOCK_PATIENCE seconds at most, which is told: ranks outlive an mpirun that
 * was told twice to end, and whoever stops takes two seconds. */
void lock_await(const char *directory);

#endif
