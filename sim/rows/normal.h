/* normal: standard normals from a stream (Box and Muller 1958). */
#ifndef GAPSCALE_SIM_ROWS_NORMAL_H
#define GAPSCALE_SIM_ROWS_NORMAL_H

#include <stddef.h>
#include <stdint.h>

#include "sim/rows/isa.h"
#include "sim/rows/stream.h"

/* The normals number `first` (a multiple of 4) and on of a purpose, in runs that begin at `first`. `normal`
 * has room for `count` rounded up to an even number. */
enum { NORMAL_RUN = 512 };
void normal_fill(const struct isa *isa, const struct stream *stream, enum stream_purpose purpose,
                 uint64_t first, size_t count, double *normal);

#endif
