/* measured: rows of scores that were measured somewhere else, every one of them. */
#ifndef GAPSCALE_SIM_ROWS_MEASURED_H
#define GAPSCALE_SIM_ROWS_MEASURED_H

#include "sim/rows/compress.h"

struct measured; /* a workspace: one per thread */

struct measured *measured_create(const struct isa *isa);
void measured_free(struct measured *measured);

/* The row of `count` >= 1 finite scores, gaps times `scale`. Equal scores are ties: rounding in the model
 * that made them is part of what is measured. Row and scores stay in use until the next call with the same
 * workspace. */
const struct row *measured_row(struct measured *measured, size_t count, const double *scores, double scale);
/* The same row, sooner where the bounds are known; of scores or, where that is NULL, of the floats. */
const struct row *measured_row_within(struct measured *measured, size_t count, const double *scores,
                                      const float *single, double scale,
                                      const struct compress_bounds *bounds);

#endif
