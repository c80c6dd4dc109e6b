/* head: how a file begins, and any part of it. */
#ifndef GAPSCALE_SIM_BASE_HEAD_H
#define GAPSCALE_SIM_BASE_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The first bytes of a file, as many as there are up to `size`; a FIFO or device is not waited for. `flags`:
 * of open(), O_NOFOLLOW or 0. Returns how many; -1 with errno set. */
ssize_t head_read(const char *path, int flags, void *bytes, size_t size);
/* So many bytes of an open file from `offset` on. False with errno set: ENODATA where it has fewer. */
bool head_read_at(int file, uint64_t offset, void *bytes, size_t size);

#endif
