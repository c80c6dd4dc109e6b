/* source_array: what a file says of an array in it, and what is wrong with that. */
#ifndef GAPSCALE_SIM_SCORES_SOURCE_ARRAY_H
#define GAPSCALE_SIM_SCORES_SOURCE_ARRAY_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/storage/element.h"

enum { SOURCE_RANK = 8, SOURCE_PATH = 512, SOURCE_WHY = 512, SOURCE_SHAPE = 21 * SOURCE_RANK };

struct source_array {
    char path[SOURCE_PATH]; /* "/group/name", "/name"; "/" alone in .npy */
    enum element element;
    unsigned rank;
    uint64_t size[SOURCE_RANK];
    const char *trouble; /* why its numbers cannot be had; NULL: they can */
    uint64_t offset;     /* of its first byte, where it lies in one piece */
};

/* Its sizes as 6x8x512x64, or "one number" without axes, in `out`, which it returns. */
const char *source_array_shape(const struct source_array *array, char out[SOURCE_SHAPE]);

/* Writes what is wrong into `why`. False. */
bool source_array_refuse(char why[SOURCE_WHY], const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
