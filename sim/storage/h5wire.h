/* h5wire: a file's content on its way from one process to another. One description serves both directions: a
 * wire either writes what it is given or fills it in. */
#ifndef GAPSCALE_SIM_STORAGE_H5WIRE_H
#define GAPSCALE_SIM_STORAGE_H5WIRE_H

#include <stdio.h>

#include "sim/storage/h5parse.h"

struct h5wire {
    FILE *file;
    bool reading, good;                  /* good: nothing failed so far, nothing came that cannot be */
    const struct h5parse_wanted *wanted; /* known on both sides: of it, what is there */
};

void h5wire_text(struct h5wire *wire, const char **text);
void h5wire_content(struct h5wire *wire, struct h5_content *content);

#endif
