/* layout: which axis of an array is which. */
#ifndef GAPSCALE_SIM_SCORES_LAYOUT_H
#define GAPSCALE_SIM_SCORES_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/scores/source_array.h"

enum layout_axis { LAYOUT_SEQUENCE, LAYOUT_LAYER, LAYOUT_HEAD, LAYOUT_LEADING };

/* Of an array whose last two axes are a matrix: (query, key), or (position, dim). */
struct layout {
    unsigned leading;                      /* axes before the matrix */
    enum layout_axis axis[LAYOUT_LEADING]; /* of each of them */
    uint64_t size[LAYOUT_LEADING];         /* by enum: 1 where there is no such axis */
    uint64_t rows, columns;
};

/* By the words in `axes` ("sequence,layer,head,query,key", or as a list's text, with brackets and quotes),
 * or, where it is NULL, by rank: 2 is one head, 3 (head, ..), 5 (sequence, layer, head, ..). `products`: the
 * matrix is (position, dim). False with what is wrong in `why`. */
bool layout_make(const struct source_array *array, const char *axes, bool products, struct layout *layout,
                 char why[SOURCE_WHY]);

/* The leading indices, in the order of the array, of a place given by enum. */
void layout_lead(const struct layout *layout, const uint64_t place[LAYOUT_LEADING],
                 uint64_t lead[LAYOUT_LEADING]);
/* Place number `index` of all leading ones in the order of the file. */
void layout_place(const struct layout *layout, uint64_t index, uint64_t place[LAYOUT_LEADING]);
uint64_t layout_places(const struct layout *layout);

#endif
