/* HDF5 reads a file in a child process only, which sends what it read through a pipe. What the child may take
 * follows from the sizes of the file and of what is asked for: numbers twice, and room for the library. */
#include "sim/storage/h5file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/machine.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/storage/h5digest.h"
#include "sim/storage/h5library.h"
#include "sim/storage/h5parse.h"
#include "sim/storage/h5stream.h"
#include "sim/storage/h5wire.h"

/* ---- reading ---- */

enum { BYTES_PER_SECOND = 1 << 20 };   /* read at least, beyond the first minute */
static const double LIBRARY = 1 << 28; /* bytes beside what is read */

/* Bytes of the numbers asked for. */
static double wanted_bytes(const struct h5parse_wanted *wanted) {
    double numbers = 0;
    for (size_t i = 0; i < wanted->group_count && !wanted->frame; i++) {
        const struct h5_group *g = &wanted->group[i];
        for (size_t k = 0; k < g->dataset_count; k++) {
            numbers += (double)h5content_count(g, &g->dataset[k]);
        }
    }
    return sizeof(double) * numbers;
}

static void limit_resource(int resource, double most) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0 || most >= (double)limit.rlim_cur) { return; }
    limit.rlim_cur = (rlim_t)most;
    setrlimit(resource, &limit);
}

/* The child: what is wrong, or an empty text and the content. Never returns. */
static _Noreturn void child_read(const char *path, double file_bytes, const struct h5parse_wanted *wanted,
                                 int out) {
    double bytes = wanted_bytes(wanted), in_use = machine_address_space();
    limit_resource(RLIMIT_CPU, 60 + (file_bytes + bytes) / BYTES_PER_SECOND);
    if (in_use > 0) { limit_resource(RLIMIT_AS, in_use + LIBRARY + 4 * file_bytes + 2 * bytes); }
    h5library_confine();
    const char *why = NULL;
    struct h5_content *content = h5parse_file(path, wanted, &why);
    struct h5wire w = {.file = fdopen(out, "w"), .good = true, .wanted = wanted};
    if (!w.file) { _exit(EXIT_FAILED); }
    if (content) { why = ""; }
    h5wire_text(&w, &why);
    if (content) { h5wire_content(&w, content); }
    _exit(w.good && fflush(w.file) == 0 ? EXIT_DONE : EXIT_FAILED);
}

/* The parent: NULL when the child refuses the file, with `why`, or dies. */
static struct h5_content *receive(int in, const struct h5parse_wanted *wanted, char why[H5_WHY]) {
    struct h5wire w = {.file = fdopen(in, "r"), .reading = true, .good = true, .wanted = wanted};
    struct h5_content *c = memory_create(1, sizeof *c);
    const char *refusal = NULL;
    w.good = w.file != NULL;
    h5wire_text(&w, &refusal);
    if (w.good && refusal && *refusal == '\0') { h5wire_content(&w, c); }
    snprintf(why, H5_WHY, "%s", refusal ? refusal : "");
    bool good = w.good && refusal && *refusal == '\0';
    free((void *)refusal);
    if (w.file) { fclose(w.file); }
    if (good) { return c; }
    h5content_free(c);
    return NULL;
}

/* Of a child that ended before it had told anything. */
static const char *end_reason(int status) {
    bool gave_up = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILED,
         killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (gave_up || killed) { return H5PARSE_EXHAUSTED; }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
        return "it is damaged: reading it takes longer than its size explains";
    }
    return "it is damaged: reading it crashes the HDF5 library";
}

static bool is_regular_file(const char *path, struct stat *info, char why[H5_WHY]) {
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

static struct h5_content *read_file(const char *path, const struct h5parse_wanted *wanted, char why[H5_WHY]) {
    int end[2], status = 0;
    struct stat info;
    if (!is_regular_file(path, &info, why)) { return NULL; }
    fflush(NULL);
    pid_t child = pipe2(end, O_CLOEXEC) == 0 ? fork() : -1;
    if (child < 0) {
        snprintf(why, H5_WHY, "cannot start a process to read it: %s", strerror(errno));
        return NULL;
    }
    if (child == 0) {
        close(end[0]);
        child_read(path, (double)info.st_size, wanted, end[1]);
    }
    close(end[1]);
    struct h5_content *content = receive(end[0], wanted, why);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (!content && *why == '\0') { snprintf(why, H5_WHY, "%s", end_reason(status)); }
    return content;
}

struct h5_content *h5file_read_parts(const char *path, size_t group_count, const struct h5_group *group,
                                     char why[H5_WHY]) {
    return read_file(path, &(struct h5parse_wanted){.group_count = group_count, .group = group}, why);
}

struct h5_content *h5file_read_frame(const char *path, size_t group_count, const struct h5_group *group,
                                     char why[H5_WHY]) {
    return read_file(
        path, &(struct h5parse_wanted){.frame = true, .group_count = group_count, .group = group}, why);
}

/* ---- writing ---- */

struct written {
    size_t attribute_count, group_count;
    const struct h5_attribute *attribute;
    const struct h5_group *group;
};

/* h5stream_check: whether the file, read again, holds these very bits. */
static bool is_held(const char *temporary, const void *context, char why[H5_WHY]) {
    const struct written *w = context;
    struct h5_content *held = h5file_read_parts(temporary, w->group_count, w->group, why);
    bool same = held && h5digest_holds(held, w->attribute_count, w->attribute, w->group_count, w->group);
    if (held && !same) { snprintf(why, H5_WHY, "what is read back is not what was written"); }
    h5content_free(held);
    return same;
}

int h5file_write(const char *path, size_t attribute_count, const struct h5_attribute *attribute,
                 size_t group_count, const struct h5_group *group) {
    const struct written written = {attribute_count, group_count, attribute, group};
    struct h5stream *s = h5stream_open(path, attribute_count, attribute);
    if (!s) { return EXIT_FAILED; }
    for (size_t i = 0; i < group_count; i++) { h5stream_group(s, &group[i]); }
    return h5stream_close(s, is_held, &written);
}
