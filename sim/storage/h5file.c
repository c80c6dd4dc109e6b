/* HDF5 reads a file in a child process only, into memory that both share. What the child may take follows
 * from the sizes of the file and of what is asked for, and room for the library. */
#include "sim/storage/h5file.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/directory.h"
#include "sim/base/machine.h"
#include "sim/base/message.h"
#include "sim/storage/h5digest.h"
#include "sim/storage/h5library.h"
#include "sim/storage/h5parse.h"
#include "sim/storage/h5stream.h"

/* ---- reading ---- */

enum { BYTES_PER_SECOND = 1 << 20 }; /* read at least, beyond the first seconds */
/* Bytes: what the library needs, and of texts and attributes, of which a file holds no fewer than are read
 * from it, the most and the least that there is room for. */
static const double LIBRARY = 1 << 28, MOST_TEXT = 1 << 28, LEAST_TEXT = 1 << 20;

/* Bytes of what is asked for, without texts and attributes: of numbers, and of what tells of these. */
struct wanted {
    double numbers, frame;
};
static struct wanted wanted_bytes(size_t group_count, const struct h5_group *group) {
    struct wanted bytes = {0};
    for (size_t i = 0; i < group_count; i++) {
        const struct h5_group *g = &group[i];
        bytes.frame += (double)(sizeof *g + g->dataset_count * sizeof *g->dataset);
        for (size_t k = 0; k < g->dataset_count; k++) {
            bytes.numbers += sizeof(double) * (double)h5content_count(g, &g->dataset[k]);
        }
    }
    return bytes;
}

static void limit_resource(int resource, double most) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0 || most >= (double)limit.rlim_cur) { return; }
    limit.rlim_cur = (rlim_t)most;
    setrlimit(resource, &limit);
}

/* In the child, which is to read so many bytes, and keep `held` of them. */
static void limit_child(double file_bytes, double bytes, double held) {
    double in_use = machine_address_space();
    limit_resource(RLIMIT_CPU, 20 + (file_bytes + bytes) / BYTES_PER_SECOND);
    if (in_use > 0) { limit_resource(RLIMIT_AS, in_use + LIBRARY + 4 * file_bytes + held); }
    h5library_confine();
}

/* Of a child that ended before it had told anything. */
static const char *end_reason(int status) {
    bool gave_up = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILED,
         killed = WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGBUS);
    if (gave_up || killed) { return H5_EXHAUSTED; }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
        return "it is damaged: reading it takes longer than its size explains";
    }
    return "it is damaged: reading it crashes the HDF5 library";
}

static bool is_regular_file(const char *path, struct stat *info, char why[H5_WHY]) {
    directory_refresh(path);
    if (stat(path, info) != 0 || access(path, R_OK) != 0) {
        snprintf(why, H5_WHY, "%s", strerror(errno));
        return false;
    }
    if (!S_ISREG(info->st_mode)) {
        snprintf(why, H5_WHY, "it is no regular file");
        return false;
    }
    return true;
}

struct h5_content *h5file_read(const char *path, bool frame, size_t group_count, const struct h5_group *group,
                               char why[H5_WHY]) {
    int status = 0;
    struct stat info;
    *why = '\0';
    if (!is_regular_file(path, &info, why)) { return NULL; }
    const struct wanted wanted = wanted_bytes(group_count, group);
    const double file_bytes = (double)info.st_size, held = wanted.frame + (frame ? 0 : wanted.numbers);
    const size_t room = (size_t)fmin(held + fmin(file_bytes + LEAST_TEXT, MOST_TEXT), 0x1p62);
    struct h5_content *content = h5content_create(room);
    fflush(NULL);
    pid_t child = content ? fork() : -1;
    if (child < 0) {
        snprintf(why, H5_WHY, content ? "cannot start a process to read it: %s" : H5_EXHAUSTED,
                 strerror(errno));
        h5content_free(content);
        return NULL;
    }
    if (child == 0) {
        limit_child(file_bytes, wanted.frame + wanted.numbers, held);
        _exit(h5parse_file(path, frame, group_count, group, content) ? EXIT_DONE : EXIT_FAILED);
    }
    TEMP_FAILURE_RETRY(waitpid(child, &status, 0));
    bool sound = h5content_accept(content, room, group_count, group);
    if (sound && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_DONE) {
        h5content_trim(content);
        return content;
    }
    snprintf(why, H5_WHY, "%s", *content->fault ? content->fault : end_reason(status));
    h5content_free(content);
    return NULL;
}

/* ---- writing ---- */

bool h5file_holds(const char *temporary, const void *written, char why[H5_WHY]) {
    const struct h5file_written *w = written;
    struct h5_content *held = h5file_read(temporary, true, w->group_count, w->group, why);
    bool same = held && h5digest_holds(held, w->attribute_count, w->attribute, w->group_count, w->group);
    if (held && !same) { snprintf(why, H5_WHY, "what is read back is not what was written"); }
    h5content_free(held);
    return same;
}

int h5file_write(const char *path, size_t attribute_count, const struct h5_attribute *attribute,
                 size_t group_count, const struct h5_group *group) {
    const struct h5file_written written = {attribute_count, group_count, attribute, group};
    struct h5stream *s = h5stream_open(path, attribute_count, attribute);
    if (!s) { return EXIT_FAILED; }
    for (size_t i = 0; i < group_count; i++) { h5stream_group(s, &group[i]); }
    return h5stream_close(s, h5file_holds, &written);
}
