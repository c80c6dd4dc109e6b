#include "sim/base/outfile.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/temporary.h"

bool outfile_directory(const char *path, bool may_be_there, const char *advice) {
    if (mkdir(path, 0777) == 0 || (may_be_there && errno == EEXIST)) { return true; }
    message_error("cannot make the directory %s: %s%s", path, strerror(errno), advice);
    return false;
}

bool outfile_prepare(const char *path, bool is_default) {
    char copy[4096];
    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy) {
        message_error("%.60s...: the name is too long", path);
        return false;
    }
    const char *directory = dirname(copy);
    if (is_default && !outfile_directory(directory, true, "; choose another place with -o FILE")) {
        return false;
    }
    char place[sizeof copy + 2]; /* of a file: no directory */
    snprintf(place, sizeof place, "%s/.", directory);
    if (access(place, W_OK | X_OK) != 0) {
        message_error("cannot write in %s: %s; choose another place with -o FILE", directory,
                      strerror(errno));
        return false;
    }
    return true;
}

bool outfile_write(const char *path, const char *text, size_t length) {
    char temporary[PATH_MAX];
    errno = ENAMETOOLONG;
    bool good = temporary_name(path, sizeof temporary, temporary);
    if (good) {
        temporary_clear(path);
        good = temporary_write(temporary, path, text, length);
    }
    if (!good) { message_error("cannot write %s: %s", path, strerror(errno)); }
    return good;
}

char *outfile_command_line(int count, char **word) {
    char *line = NULL;
    size_t length;
    FILE *out = memory_stream_open(&line, &length);
    fputs("gapscale", out);
    for (int i = 0; i < count; i++) { fprintf(out, " %s", word[i]); }
    memory_stream_close(out, &line);
    return line;
}
