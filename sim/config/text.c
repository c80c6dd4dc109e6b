#include "sim/config/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/utf8.h"

static void drop_byte_order_mark(char *text, size_t *length) {
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0) {
        *length -= 3;
        memmove(text, text + 3, *length + 1);
    }
}

static char *read_descriptor(int descriptor, struct fault_source *source) {
    struct stat status;
    if (fstat(descriptor, &status) || !S_ISREG(status.st_mode)) {
        fault_add(source, 0, "this is %s; give a config file",
                  S_ISDIR(status.st_mode) ? "a directory" : "not a regular file");
        return NULL;
    }
    char *text = memory_create(TEXT_LIMIT + 2, 1);
    ssize_t got = 1;
    while (got > 0 && source->length <= TEXT_LIMIT) {
        got = read(descriptor, text + source->length, TEXT_LIMIT + 1 - source->length);
        source->length += got > 0 ? (size_t)got : 0;
    }
    if (got < 0) {
        fault_add(source, 0, "cannot be read: %s", strerror(errno));
    } else if (source->length > TEXT_LIMIT) {
        fault_add(source, 0,
                  "longer than %d KiB, the most that a config may have; is it a results file? Ranges are "
                  "shorter than lists, and series may stand in several configs",
                  TEXT_LIMIT / 1024);
    } else if (source->length == 0) {
        fault_add(source, 0, "the file is empty; a config needs at least a list `series:`");
    } else if (!utf8_is_valid(text, source->length)) {
        fault_add(
            source, 0,
            "not a UTF-8 text: a binary file, or letters in another encoding; give a config saved as UTF-8");
    } else {
        drop_byte_order_mark(text, &source->length);
        source->text = text;
        return text;
    }
    free(text);
    return NULL;
}

char *text_read(const char *path, struct fault_source *source) {
    int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) {
        fault_add(source, 0, "cannot be opened: %s; check the path", strerror(errno));
        return NULL;
    }
    char *text = read_descriptor(descriptor, source);
    close(descriptor);
    return text;
}
