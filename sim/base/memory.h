/* memory: allocation for what reads the user's words, where running out leaves nothing to save: it
 * says so on stderr and ends the program with EXIT_FAILED. */
#ifndef GAPSCALE_SIM_BASE_MEMORY_H
#define GAPSCALE_SIM_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

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

#endif
