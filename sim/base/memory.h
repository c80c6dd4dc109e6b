/* memory: allocation, in one manner: it succeeds, or the program says on stderr that memory is out
 * and ends with EXIT_FAILED. So nobody above looks for NULL, and nothing is lost: what a sweep has finished
 * is in its journal, and files get their names when they are whole.
 *
 * Libraries are held to it: malloc, calloc and realloc of this program end it as memory_create does, since
 * libfyaml and HDF5 go on with what they lack, or crash. In the program itself tests/lint refuses them, and
 * what hides them (strdup, asprintf, open_memstream), outside sim/base. models/, which knows no process and
 * must not see sim/base, allocates by malloc and returns NULL or false; who calls it from sim/ or analysis/
 * passes that to memory_exhausted, as what libraries return. Any thread. */
#ifndef GAPSCALE_SIM_BASE_MEMORY_H
#define GAPSCALE_SIM_BASE_MEMORY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Ends the program, without exit handlers: other threads may be at work, files half written. A process that
 * was forked ends alone. */
_Noreturn void memory_exhausted(void);
/* What to do before that, once, in the thread that runs out; NULL: nothing. It must not want a lock that is
 * held by who allocates; where it runs out itself the program ends at once. */
void memory_before_end(void (*leave)(void *context), void *context);

/* `count` zeroed things of `size` bytes; never NULL. Free with free(), as all below. */
void *memory_create(size_t count, size_t size);
/* realloc to `count` things of `size` bytes; what is new is not zeroed. */
void *memory_resize(void *memory, size_t count, size_t size);
/* Room for one more after `count`: for twice as many whenever that is a power of two. */
void *memory_extend(void *memory, size_t count, size_t size);
/* `count` things of `size` bytes from a cache line on, for vector kernels; not zeroed. */
void *memory_create_aligned(size_t count, size_t size);
/* `count` things of `size` bytes again; without any, `things` may be NULL. */
void *memory_copy(const void *things, size_t count, size_t size);
/* A text again, and its first `length` bytes, ended by NUL. */
char *memory_copy_text(const char *text);
char *memory_copy_part(const char *text, size_t length);
/* What printf would print. */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *memory_format_list(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

/* A stream into memory; when it is closed, *text is all that was written, ended by NUL, and *length its
 * bytes. Free the text with free(). (A stream of open_memstream that has run out may close without an error.)
 */
FILE *memory_stream_open(char **text, size_t *length);
void memory_stream_close(FILE *stream, char *const *text);

#endif
