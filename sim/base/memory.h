/* memory: allocation, in one manner: it succeeds, or the program says on stderr that memory is out and ends
 * with EXIT_FAILED. Nothing is lost by that: what a sweep has finished is in its journal, and files get their
 * names when they are whole. Only models/, which knows no process, returns NULL or false instead; who calls
 * it from sim/ or analysis/ passes that to memory_exhausted. Any thread. */
#ifndef GAPSCALE_SIM_BASE_MEMORY_H
#define GAPSCALE_SIM_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Ends at once, without exit handlers: other threads may be at work, files half written. */
_Noreturn void memory_exhausted(void);
/* `count` zeroed things of `size` bytes; never NULL. Free with free(). */
void *memory_create(size_t count, size_t size);
/* realloc to `count` things of `size` bytes; what is new is not zeroed. */
void *memory_resize(void *memory, size_t count, size_t size);
/* realloc of *array to `count` things of `size` bytes for those who can go on without: false when out of
 * memory, with *array as it was. */
bool memory_grow(void **array, size_t count, size_t size);
/* The first `length` bytes of a text, ended by NUL. */
char *memory_copy_text(const char *text, size_t length);

/* A stream into memory; when it is closed, *text is all that was written, ended by NUL, and *length its
 * bytes. Free the text with free(). (A stream of open_memstream that has run out may close without an error.)
 */
FILE *memory_stream_open(char **text, size_t *length);
void memory_stream_close(FILE *stream, char *const *text);

#endif
