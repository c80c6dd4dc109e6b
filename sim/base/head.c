#include "sim/base/head.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

ssize_t head_read(const char *path, int flags, void *bytes, size_t size) {
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags);
    ssize_t length = 0, got = file < 0 ? -1 : 1;
    while (got > 0 && (size_t)length < size) {
        got = TEMP_FAILURE_RETRY(read(file, (char *)bytes + length, size - (size_t)length));
        length += got > 0 ? got : 0;
    }
    const int why = errno;
    if (file >= 0) { close(file); }
    errno = why;
    return got < 0 ? -1 : length;
}

bool head_read_at(int file, uint64_t offset, void *bytes, size_t size) {
    ssize_t got = 1;
    for (size_t done = 0; done < size && got > 0; done += (size_t)got) {
        got = TEMP_FAILURE_RETRY(pread(file, (char *)bytes + done, size - done, (off_t)(offset + done)));
        if (got == 0) { errno = ENODATA; }
    }
    return got > 0;
}
