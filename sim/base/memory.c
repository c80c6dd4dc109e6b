#include "sim/base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/message.h"

_Noreturn void memory_exhausted(void) {
    message_error("out of memory");
    _exit(EXIT_FAILED);
}

void *memory_create(size_t count, size_t size) {
    void *memory = calloc(count ? count : 1, size);
    if (!memory) { memory_exhausted(); }
    return memory;
}

void *memory_resize(void *memory, size_t count, size_t size) {
    memory = reallocarray(memory, count ? count : 1, size);
    if (!memory) { memory_exhausted(); }
    return memory;
}

bool memory_grow(void **array, size_t count, size_t size) {
    void *grown = reallocarray(*array, count, size);
    if (grown) { *array = grown; }
    return grown != NULL;
}

char *memory_copy_text(const char *text, size_t length) {
    char *copy = memory_create(length + 1, 1);
    memcpy(copy, text, length);
    return copy;
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
