/* source: the arrays of one file, whatever its format: HDF5, .npy (one array without a name) or .safetensors.
 * Numbers are read piece by piece. One thread at a time. */
#ifndef GAPSCALE_SIM_SCORES_SOURCE_H
#define GAPSCALE_SIM_SCORES_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/scores/source_array.h"

struct source {
    char *path;
    size_t array_count;
    struct source_array *array;
    struct source_format *format;
};

/* NULL after a message: missing, no such format, damaged, cut off. Takes the path over, also then. */
struct source *source_open(char *path, bool links);
void source_close(struct source *source);

/* The array of that path; NULL when there is none. */
const struct source_array *source_find(const struct source *source, const char *path);

/* Attributes of a group ("" is the root) or array, inherited from the groups around it: text, or NULL; a
 * number, or NaN; a list of at most `room` numbers, of which how many (SIZE_MAX: more than are read, 512). */
const char *source_text(const struct source *source, const char *place, const char *name);
/* Whether it is at the place itself, not at a group around it. */
bool source_has_own(const struct source *source, const char *place, const char *name);
/* Whether there is one that is neither, or cannot be read. */
bool source_is_other(const struct source *source, const char *place, const char *name);
double source_number(const struct source *source, const char *place, const char *name);
size_t source_numbers(const struct source *source, const char *place, const char *name, size_t room,
                      double *number);
/* Names, one after the other, each ended by a zero: `count` texts of an array, of one text with commas or
 * blanks between them, or numbers. NULL where there are not so many, or where two numbers might differ and
 * look the same. Free it. */
char *source_words(const struct source *source, const char *place, const char *name, size_t count);

/* value[0 .. rows size[rank - 1]): `rows` whole rows of the last axis, from row `first` on of the matrix at
 * the leading indices lead[0 .. rank - 2); rank 1: `rows` numbers from `first` on. False after a message. */
bool source_read(struct source *source, const struct source_array *array, const uint64_t *lead,
                 uint64_t first, uint64_t rows, double *value);
/* The same of elements that are floats or less wide. */
bool source_read_floats(struct source *source, const struct source_array *array, const uint64_t *lead,
                        uint64_t first, uint64_t rows, float *value);

#endif
