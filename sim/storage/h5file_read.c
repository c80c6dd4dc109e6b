/* HDF5 sees a file in a child process only, which sends what it read through a pipe. */
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

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/storage/h5parse.h"
#include "sim/storage/h5wire.h"

enum { BYTES_PER_SECOND = 1 << 20 }; /* read at least, beyond the first minute */

/* The child: what is wrong, or an empty text and the content. Never returns. */
static _Noreturn void child_read(const char *path, off_t bytes, int out) {
    const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++) { signal(fatal[i], SIG_DFL); }
    rlim_t most = 60 + (rlim_t)bytes / BYTES_PER_SECOND;
    struct rlimit seconds = {most, most + 1}, none = {0, 0};
    setrlimit(RLIMIT_CPU, &seconds);
    setrlimit(RLIMIT_CORE, &none);
    int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0) { dup2(nowhere, STDERR_FILENO); }
    const char *why = NULL;
    struct h5_content *content = h5parse_file(path, &why);
    struct h5wire w = {.file = fdopen(out, "w"), .good = true};
    if (!w.file) { _exit(EXIT_FAILED); }
    if (content) { why = ""; }
    h5wire_text(&w, &why);
    if (content) { h5wire_content(&w, content); }
    _exit(w.good && fflush(w.file) == 0 ? EXIT_DONE : EXIT_FAILED);
}

/* The parent: NULL when the child refuses the file, with `why`, or dies. */
static struct h5_content *receive(int in, char why[H5_WHY]) {
    struct h5wire w = {.file = fdopen(in, "r"), .reading = true, .good = true};
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
    h5file_free(c);
    return NULL;
}

/* Of a child that ended before it had told anything. */
static const char *end_reason(int status) {
    bool gave_up = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILED,
         killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (gave_up || killed) { return "it could not be read to its end: is there memory enough?"; }
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

struct h5_content *h5file_read(const char *path, char why[H5_WHY]) {
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
        child_read(path, info.st_size, end[1]);
    }
    close(end[1]);
    struct h5_content *content = receive(end[0], why);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (!content && *why == '\0') { snprintf(why, H5_WHY, "%s", end_reason(status)); }
    return content;
}
