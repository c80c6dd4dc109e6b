/* HDF5 reads a file in a child process only, which sends what it read through a pipe. What the child may take
 * follows from the sizes of the file and of what is asked for, and room for the library. */
#include "sim/storage/h5file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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
static double wanted_bytes(const struct h5wire_wanted *wanted) {
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

/* The child: sends what it reads, or leaves what is wrong in `why`. Never returns. */
static _Noreturn void child_read(const char *path, double file_bytes, const struct h5wire_wanted *wanted,
                                 int out, char why[H5_WHY]) {
    double bytes = wanted_bytes(wanted), in_use = machine_address_space();
    limit_resource(RLIMIT_CPU, 60 + (file_bytes + bytes) / BYTES_PER_SECOND);
    if (in_use > 0) { limit_resource(RLIMIT_AS, in_use + LIBRARY + 4 * file_bytes + 2 * bytes); }
    h5library_confine();
    struct h5wire w = {.file = fdopen(out, "w"), .good = true};
    if (!w.file) { _exit(EXIT_FAILED); }
    const char *fault = h5parse_file(path, wanted, &w);
    if (fault) { snprintf(why, H5_WHY, "%s", fault); }
    _exit(!fault && w.good && fflush(w.file) == 0 ? EXIT_DONE : EXIT_FAILED);
}

/* The parent: NULL when the child stops before the end. */
static struct h5_content *receive(int in, const struct h5wire_wanted *wanted) {
    struct h5wire w = {.file = fdopen(in, "r"), .good = true};
    struct h5_content *c = memory_create(1, sizeof *c);
    if (w.file) {
        h5wire_take(&w, wanted, c);
        fclose(w.file);
    }
    if (w.file && w.good) { return c; }
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

struct h5_content *h5file_read(const char *path, bool frame, size_t group_count, const struct h5_group *group,
                               char why[H5_WHY]) {
    const struct h5wire_wanted wanted = {frame, group_count, group};
    int end[2], status = 0;
    struct stat info;
    *why = '\0';
    if (!is_regular_file(path, &info, why)) { return NULL; }
    char *told = mmap(NULL, H5_WHY, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    fflush(NULL);
    pid_t child = told != MAP_FAILED && pipe2(end, O_CLOEXEC) == 0 ? fork() : -1;
    if (child < 0) {
        snprintf(why, H5_WHY, "cannot start a process to read it: %s", strerror(errno));
        return NULL;
    }
    if (child == 0) {
        close(end[0]);
        child_read(path, (double)info.st_size, &wanted, end[1], told);
    }
    close(end[1]);
    struct h5_content *content = receive(end[0], &wanted);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    told[H5_WHY - 1] = '\0';
    if (!content) { snprintf(why, H5_WHY, "%s", *told ? told : end_reason(status)); }
    munmap(told, H5_WHY);
    return content;
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
    struct h5_content *held = h5file_read(temporary, false, w->group_count, w->group, why);
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
