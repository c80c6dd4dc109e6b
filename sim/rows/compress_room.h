/* compress_room: the workspace of compressed rows and what their gaps are, for compress.c and
 * compress_finer.c. */
#ifndef GAPSCALE_SIM_ROWS_COMPRESS_ROOM_H
#define GAPSCALE_SIM_ROWS_COMPRESS_ROOM_H

#include "sim/rows/compress.h"
#include "sim/rows/pyramid.h"
#include "sim/rows/summit.h"

enum {
    COMPRESS_POOL = 2 * KERNEL_SORTED, /* candidates for the top */
    COMPRESS_LISTED = 4096,            /* parts of up to so many scores are refined into single scores */
};

struct compress {
    const struct isa *isa;
    double lagrange[KERNEL_NODES][KERNEL_NODES]; /* [moment][node]: weights of nodes from power moments */
    double node[KERNEL_NODES];
    double pool[COMPRESS_POOL]; /* scores above the limit */
    double limit;
    size_t pooled;

    /* the row in the making */
    struct compress_source source;
    double scale, highest, cut, lowest; /* `cut` is the last of the top */
    double base, lead;                  /* bins are of gap below `base`, itself at gap `lead` */
    double *moment;                     /* [KERNEL_WASTE + bins * parts][KERNEL_NODES] */
    size_t moments, part_capacity;
    struct row row;
    struct pyramid *pyramid;
    struct summit *summit;
    double tied, tied_gap; /* scores that tie with the last explicit one, in no bin */

    /* refining a part */
    size_t listed;
    double list[COMPRESS_LISTED], room[COMPRESS_LISTED];
    struct row_part finer[1 + COMPRESS_LISTED];
};

static inline size_t compress_chunks(const struct compress *c) {
    return (c->source.count - 1) / COMPRESS_CHUNK + 1;
}

static inline const double *compress_chunk(struct compress *c, size_t index, size_t *count) {
    return c->source.chunk(c->source.context, index, count);
}

/* The gap of a score, and that by which it is in a bin. */
static inline double compress_gap(const struct compress *c, double score) {
    return (c->highest - score) * c->scale;
}
static inline double compress_bin_gap(const struct compress *c, double score) {
    return (c->base - score) * c->scale;
}

#endif
