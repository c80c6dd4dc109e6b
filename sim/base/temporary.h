/* temporary: files, and directories of files, that are written under a name of their own, and renamed when
 * they are whole.
 *
 * FILE is written as FILE.tmp-TAG, where the tag is that of the process (process.h): nobody else writes or
 * clears it while that process lives. */
#ifndef GAPSCALE_SIM_BASE_TEMPORARY_H
#define GAPSCALE_SIM_BASE_TEMPORARY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

/* The name for `path`; false when it does not fit. */
bool temporary_name(const char *path, size_t size, char name[]);
/* Makes it, for writing and reading again; an existing file is not touched and a link not followed. -1 with
 * errno set. */
int temporary_open(const char *name);
/* Writes all of this at the end of an open file; waits until all is on the disk. False with errno set. */
bool temporary_put(int file, const void *bytes, size_t length);
bool temporary_sync(int file);
/* Whether these bytes are what is read again from `offset` on. The same; EIO where it is something else. */
bool temporary_holds(int file, off_t offset, const void *bytes, size_t length);
/* Closes it, where it is good so far: on the disk, and put in its place (NULL: it stays where it is). Else
 * false, with errno set and nothing left behind. */
bool temporary_close(int file, const char *name, const char *path, bool good);
/* Makes it with this content, which is read again, and puts it in its place. False as temporary_close. */
bool temporary_write(const char *name, const char *path, const void *bytes, size_t length);
/* Removes what others left of `path`: of processes that are gone, and where that cannot be known what was not
 * touched for TEMPORARY_OLD seconds. */
enum { TEMPORARY_OLD = 86400 };
void temporary_clear(const char *path);
/* What time it is for that file of a directory (AT_FDCWD: for a path), by the clock of who serves it where a
 * file can be made beside it for a moment: the clocks of hosts differ. */
time_t temporary_now(int directory, const char *name);
/* Whether a file of a directory has such a name, and its process is gone or, where that cannot be seen, has
 * not touched it for so long. */
bool temporary_is_left(int directory, const char *name, long seconds);

#endif
