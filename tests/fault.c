/* fault: preloaded, makes the FAULT_AT-th call of one kind go wrong (with FAULT_ON all after it too), and
 * leaves the file FAULT_SEEN when it has. Forked processes count on together; programs that are started are
 * left alone.
 *
 *   FAULT_CALL = write, fsync, rename, close: fails with the errno FAULT_ERRNO (5); a close is done all the
 *                same
 *                lose: a write to a file is said to be done and is not
 *                allocate: malloc, calloc, realloc, aligned_alloc or posix_memalign gives nothing (ENOMEM)
 *
 * With FAULT_LATE it comes so many seconds later and is done.
 *
 * With FAULT_LIST, a file of numbers, a line each (`N on`: with all after it), the program is begun once for
 * each with FAULT_AT that number, its output going to the files out and err, and for each a line is printed:
 * status, whether it left a file called out.* that is no journal, units or temporary, that line, a tab, and
 * the first line of err; what is left of the name out is removed.
 *
 * At the end the number of calls of that kind goes to the file FAULT_COUNT; to FAULT_WAYS go the numbers of
 * the allocations that are the first of their way, by the FRAMES innermost calls, a line each. Writes are
 * those to files on a disk, of stdio too. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FRAMES = 8, WAYS = 1 << 15 };

static struct shared {
    atomic_long calls, ways;
    _Atomic uint64_t known[WAYS]; /* hashes */
    long first[WAYS];
} * shared;
static struct {
    const char *call, *seen, *count, *ways;
    long at, error, late;
    bool on;
} wanted;

static long number_of(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text ? atol(text) : otherwise;
}

static void try_each(const char *list, int told);

__attribute__((constructor)) static void begin(void) {
    void *room = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    void *frame[FRAMES];
    wanted.call = getenv("FAULT_CALL");
    wanted.seen = getenv("FAULT_SEEN");
    wanted.count = getenv("FAULT_COUNT");
    wanted.ways = getenv("FAULT_WAYS");
    wanted.at = number_of("FAULT_AT", 1);
    wanted.error = number_of("FAULT_ERRNO", EIO);
    wanted.late = number_of("FAULT_LATE", 0);
    wanted.on = getenv("FAULT_ON") != NULL;
    if (wanted.ways) { backtrace(frame, FRAMES); } /* allocates when it is called first */
    unsetenv("LD_PRELOAD");
    shared = room == MAP_FAILED ? NULL : room;
    if (shared && getenv("FAULT_LIST")) { try_each(getenv("FAULT_LIST"), STDOUT_FILENO); }
}

/* ---- many tries in one process ---- */

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
    (void)info, (void)kind, (void)place;
    return remove(path);
}

/* What is left of a try: whatever is called out, or out and more. Whether it was more than out and a journal.
 */
static bool clear_place(void) {
    DIR *listing = opendir(".");
    bool found = false;
    for (struct dirent *entry; listing && (entry = readdir(listing));) {
        const char *name = entry->d_name, *dot = strrchr(name, '.');
        if (strncmp(name, "out", 3) != 0) { continue; }
        found |= dot && strcmp(dot, ".journal") != 0 && strcmp(dot, ".units") != 0 && !strstr(name, ".tmp-");
        nftw(name, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    }
    if (listing) { closedir(listing); }
    return found;
}

/* Goes on in a child as if it were the only try; the parent waits for it and tells. */
static void try_each(const char *list, int told) {
    static char text[1 << 20];
    int file = open(list, O_RDONLY | O_CLOEXEC), status;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    text[length > 0 ? length : 0] = '\0';
    wanted.at = 0;
    for (char *at = strtok(text, "\n"); at; at = strtok(NULL, "\n")) {
        char words[128] = "";
        clear_place();
        pid_t child = fork();
        if (child == 0) {
            wanted.at = atol(at);
            wanted.on = strstr(at, "on");
            dup2(open("out", O_CREAT | O_TRUNC | O_WRONLY, 0666), STDOUT_FILENO);
            dup2(open("err", O_CREAT | O_TRUNC | O_WRONLY, 0666), STDERR_FILENO);
            alarm(300);
            atomic_store(&shared->calls, 0);
            return;
        }
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
        file = open("err", O_RDONLY | O_CLOEXEC);
        length = read(file, words, sizeof words - 1);
        close(file);
        words[length > 0 ? strcspn(words, "\n") : 0] = '\0';
        dprintf(told, "%d %d %s\t%s\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
                clear_place(), at, words);
    }
    _exit(0);
}

/* ---- one try ---- */

/* Whether this is the call that goes wrong. */
static bool strikes(const char *call) {
    if (!shared || !wanted.call || strcmp(wanted.call, call) != 0) { return false; }
    long number = atomic_fetch_add(&shared->calls, 1) + 1;
    if (wanted.on ? wanted.at < 1 || number < wanted.at : number != wanted.at) { return false; }
    if (wanted.seen) {
        syscall(SYS_close, syscall(SYS_openat, AT_FDCWD, wanted.seen, O_CREAT | O_WRONLY, 0666));
    }
    if (wanted.late > 0) { sleep((unsigned)wanted.late); }
    errno = (int)wanted.error;
    return wanted.late == 0;
}

__attribute__((destructor)) static void tell(void) {
    FILE *out = shared && wanted.count ? fopen(wanted.count, "w") : NULL;
    long calls = shared ? atomic_load(&shared->calls) : 0;
    if (out) {
        fprintf(out, "%ld\n", calls);
        fclose(out);
    }
    out = shared && wanted.ways ? fopen(wanted.ways, "w") : NULL;
    for (long i = 0; out && i < atomic_load(&shared->ways); i++) { fprintf(out, "%ld\n", shared->first[i]); }
    if (out) { fclose(out); }
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

/* ---- memory ---- */

/* Notes an allocation whose way is new. */
static void note_way(long number) {
    void *frame[FRAMES] = {0};
    uint64_t hash = 1;
    backtrace(frame, FRAMES);
    for (int i = 1; i < FRAMES; i++) { hash = (hash ^ (uint64_t)(uintptr_t)frame[i]) * 0x9e3779b97f4a7c15U; }
    for (size_t i = hash >> 49, tried = 0; tried < WAYS; i = (i + 1) % WAYS, tried++) {
        uint64_t known = 0;
        if (atomic_compare_exchange_strong(&shared->known[i], &known, hash | 1)) {
            shared->first[atomic_fetch_add(&shared->ways, 1)] = number;
            return;
        }
        if (known == (hash | 1)) { return; }
    }
}

static bool withheld(void) {
    bool strike = strikes("allocate");
    if (strike) { errno = ENOMEM; }
    if (shared && wanted.ways) { note_way(atomic_load(&shared->calls)); }
    return strike;
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) { return withheld() ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return withheld() ? NULL : __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { return withheld() ? NULL : __libc_realloc(old, size); }
void *aligned_alloc(size_t alignment, size_t size) {
    return withheld() ? NULL : __libc_memalign(alignment, size);
}
int posix_memalign(void **room, size_t alignment, size_t size) {
    *room = withheld() ? NULL : __libc_memalign(alignment, size);
    return *room ? 0 : ENOMEM;
}
