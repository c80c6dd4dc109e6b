/* fault: preloaded, makes the FAULT_AT-th call of one kind go wrong, and leaves the file FAULT_SEEN when it
 * has. FAULT_CALL is one of
 *
 *   write, fsync, rename, close    fails with the errno FAULT_ERRNO (5); a close is done all the same
 *   lose                           a write is said to be done and is not
 *   allocate                       malloc, calloc or realloc of FAULT_LEAST bytes (32) or more gives NULL
 *
 * At the end the number of calls of that kind goes to the file FAULT_COUNT. Writes are those to files on
 * a disk, of stdio too. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static long number_of(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text ? atol(text) : otherwise;
}

/* Whether this is the call that goes wrong. */
static bool strikes(const char *call) {
    const char *wanted = getenv("FAULT_CALL"), *seen = getenv("FAULT_SEEN");
    if (!wanted || strcmp(wanted, call) != 0 || atomic_fetch_add(&calls, 1) + 1 != number_of("FAULT_AT", 1)) {
        return false;
    }
    if (seen) { syscall(SYS_close, syscall(SYS_openat, AT_FDCWD, seen, O_CREAT | O_WRONLY, 0666)); }
    errno = (int)number_of("FAULT_ERRNO", EIO);
    return true;
}

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("FAULT_COUNT");
    char text[24];
    int length = snprintf(text, sizeof text, "%ld\n", atomic_load(&calls));
    if (!path) { return; }
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, 0666);
    syscall(SYS_write, file, text, (size_t)length);
    syscall(SYS_close, file);
}

/* On a disk: pipes and files in memory, which have no name, lose nothing. */
static bool is_file(int file) {
    struct stat status;
    return file > 2 && fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink > 0;
}

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

ssize_t write(int file, const void *bytes, size_t size) {
    if (is_file(file) && strikes("write")) { return -1; }
    if (is_file(file) && strikes("lose")) { return (ssize_t)size; }
    return syscall(SYS_write, file, bytes, size);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t at) {
    if (strikes("write")) { return -1; }
    return strikes("lose") ? (ssize_t)size : syscall(SYS_pwrite64, file, bytes, size, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off_t at) { return pwrite(file, bytes, size, at); }

size_t fwrite(const void *bytes, size_t size, size_t count, FILE *out) {
    static size_t (*next)(const void *, size_t, size_t, FILE *);
    if (!next) { *(void **)&next = real("fwrite"); }
    if (is_file(fileno(out)) && strikes("write")) { return 0; }
    return is_file(fileno(out)) && strikes("lose") ? count : next(bytes, size, count, out);
}

int fsync(int file) { return strikes("fsync") ? -1 : (int)syscall(SYS_fsync, file); }

int rename(const char *from, const char *to) {
    return strikes("rename") ? -1 : (int)syscall(SYS_rename, from, to);
}

int close(int file) {
    int done = (int)syscall(SYS_close, file);
    return file > 2 && strikes("close") ? -1 : done;
}

static bool withheld(size_t size) {
    return (long)size >= number_of("FAULT_LEAST", 32) && strikes("allocate");
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size) { return withheld(size) ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return withheld(count * size) ? NULL : __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { return withheld(size) ? NULL : __libc_realloc(old, size); }
