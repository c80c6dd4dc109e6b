/* measured: rows of scores that were measured somewhere else, every one of them. */
#ifndef GAPSCALE_SIM_ROWS_MEASURED_H
#define GAPSCALE_SIM_ROWS_MEASURED_H

#include "sim/rows/isa.h"
#include "sim/rows/row.h"

struct measured; /* a workspace: one per thread */

struct measured *measured_create(const struct isa *isa);
void measured_free(struct measured *measured);

/* Of many scores: one that at least COMPRESS_TOP of them are above, and the least. */
struct measured_bounds {
    double limit, lowest; /* -inf, NaN: not known */
};

/* The row of `count` >= 1 finite scores, gaps times `scale`. Equal scores are ties: rounding in the model
 * that made them is part of what is measured. Row and scores stay in use until the next call with the same
 * workspace. */
const struct row *measured_row(struct measured *measured, size_t count, const double *scores, double scale);
/* The same row, sooner. */
const struct row *measured_row_within(struct measured *measured, size_t count, const double *scores,
                                      double scale, const struct measured_bounds *bounds);

#endif
