#include "sim/base/memory.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/message.h"

/* ---- the end ---- */

static struct {
    void (*leave)(void *context);
    void *context;
    pid_t process; /* whose it is: a forked one leaves nothing behind */
} before_end;
static atomic_flag ending = ATOMIC_FLAG_INIT;
static _Thread_local bool ends_here;

void memory_before_end(void (*leave)(void *context), void *context) {
    before_end.leave = leave;
    before_end.context = context;
    before_end.process = getpid();
}

/* Allocates nothing and takes no lock: who runs out may hold any. */
_Noreturn void memory_exhausted(void) {
    static const char words[] = "gapscale: error: out of memory\n";
    if (!ends_here) {
        while (atomic_flag_test_and_set(&ending)) { pause(); } /* another thread ends the program */
        ends_here = true;
        ssize_t told = write(STDERR_FILENO, words, sizeof words - 1);
        (void)told;
        if (before_end.leave && before_end.process == getpid()) { before_end.leave(before_end.context); }
    }
    _exit(EXIT_FAILED);
}

/* ---- malloc, calloc, realloc for all of the process ---- */

#ifndef __SANITIZE_ADDRESS__ /* which has its own, and ends the program with its own words */

/* Those that would be there without these: of the C library, or of what is preloaded. */
struct allocator {
    void *(*malloc)(size_t size);
    void *(*calloc)(size_t count, size_t size);
    void *(*realloc)(void *memory, size_t size);
};

/* Bytes that a thread which freed them keeps for what it takes next: new pages cost a fifth of packing. */
enum { KEPT = 16 << 20 };

/* The first call comes before there are threads. */
static const struct allocator *allocator_next(void) {
    static struct allocator next;
    static bool looked;
    if (!looked) {
        looked = true;
        mallopt(M_TRIM_THRESHOLD, KEPT);
        mallopt(M_MMAP_THRESHOLD, KEPT / 2);
        *(void **)&next.malloc = dlsym(RTLD_NEXT, "malloc");
        *(void **)&next.realloc = dlsym(RTLD_NEXT, "realloc");
        *(void **)&next.calloc = dlsym(RTLD_NEXT, "calloc");
    }
    return &next;
}

/* Under the names of the C library. */
void *memory_malloc(size_t size) __asm__("malloc");
void *memory_calloc(size_t count, size_t size) __asm__("calloc");
void *memory_realloc(void *old, size_t size) __asm__("realloc");

void *memory_malloc(size_t size) {
    void *memory = allocator_next()->malloc(size);
    if (!memory) { memory_exhausted(); }
    return memory;
}

void *memory_calloc(size_t count, size_t size) {
    const struct allocator *next = allocator_next();
    if (!next->calloc) { return NULL; } /* dlsym asks, and does without */
    void *memory = next->calloc(count, size);
    if (!memory) { memory_exhausted(); }
    return memory;
}

void *memory_realloc(void *old, size_t size) {
    void *memory = allocator_next()->realloc(old, size);
    if (!memory && size > 0) { memory_exhausted(); }
    return memory;
}

#endif

/* ---- for the program ---- */

static size_t bytes_of(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count ? count : 1, size, &bytes)) { memory_exhausted(); }
    return bytes;
}

void *memory_create(size_t count, size_t size) {
    void *memory = calloc(1, bytes_of(count, size));
    if (!memory) { memory_exhausted(); }
    return memory;
}

void *memory_resize(void *memory, size_t count, size_t size) {
    memory = realloc(memory, bytes_of(count, size));
    if (!memory) { memory_exhausted(); }
    return memory;
}

void *memory_extend(void *memory, size_t count, size_t size) {
    return (count & (count - 1)) == 0 ? memory_resize(memory, count > 0 ? 2 * count : 1, size) : memory;
}

void *memory_create_aligned(size_t count, size_t size) {
    const size_t line = 64;
    size_t bytes = bytes_of(count, size);
    void *memory = aligned_alloc(line, (bytes + line - 1) / line * line);
    if (!memory) { memory_exhausted(); }
    return memory;
}

void *memory_copy(const void *things, size_t count, size_t size) {
    void *copy = memory_resize(NULL, count, size);
    return count > 0 ? memcpy(copy, things, count * size) : copy;
}

char *memory_copy_text(const char *text) { return memory_copy_part(text, strlen(text)); }

char *memory_copy_part(const char *text, size_t length) {
    char *copy = memory_create(length + 1, 1);
    memcpy(copy, text, length);
    return copy;
}

char *memory_format_list(const char *format, va_list arguments) {
    char *text;
    if (vasprintf(&text, format, arguments) < 0) { memory_exhausted(); }
    return text;
}

char *memory_format(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = memory_format_list(format, arguments);
    va_end(arguments);
    return text;
}

FILE *memory_stream_open(char **text, size_t *length) {
    *text = NULL;
    FILE *stream = open_memstream(text, length);
    if (!stream) { memory_exhausted(); }
    return stream;
}

void memory_stream_close(FILE *stream, char *const *text) {
    const bool good = !ferror(stream);
    if (fclose(stream) != 0 || !good || !*text) { memory_exhausted(); }
}
