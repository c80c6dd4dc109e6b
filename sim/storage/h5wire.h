/* h5wire: what a child process reads of a file on its way to its parent. Both know what was asked for:
 * attributes come until there are no more, of every group and dataset that is wanted whether it is there, and
 * then the part. */
#ifndef GAPSCALE_SIM_STORAGE_H5WIRE_H
#define GAPSCALE_SIM_STORAGE_H5WIRE_H

#include <stdio.h>

#include "sim/storage/h5content.h"

/* The root attributes and these parts are to be read (h5file_read). */
struct h5wire_wanted {
    bool frame; /* without the values of numbers */
    size_t group_count;
    const struct h5_group *group;
};

struct h5wire {
    FILE *file;
    bool good; /* nothing failed so far, nothing came that cannot be */
};

/* The child's. A text may be NULL; a flag is returned. */
void h5wire_put(struct h5wire *wire, const void *bytes, size_t size);
bool h5wire_put_flag(struct h5wire *wire, bool flag);
void h5wire_put_text(struct h5wire *wire, const char *text);
/* The parent's: fills what is empty. */
void h5wire_take(struct h5wire *wire, const struct h5wire_wanted *wanted, struct h5_content *content);

#endif
