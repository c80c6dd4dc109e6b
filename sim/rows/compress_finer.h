/* compress_finer: finer parts of compressed rows, out of all their scores, and N_n(t) inside of parts: the
 * row's `refine` and `log_counts` (row.h). `maker` is the row's struct compress. */
#ifndef GAPSCALE_SIM_ROWS_COMPRESS_FINER_H
#define GAPSCALE_SIM_ROWS_COMPRESS_FINER_H

#include "sim/rows/compress_room.h"

/* Single scores, where there are COMPRESS_LISTED of them or fewer; else parts of one width. Ties stay one
 * part. */
size_t compress_finer_parts(void *maker, const struct row_part *parts, size_t count, double best,
                            const struct row_part **finer);
/* Linear in t between the edges of a part; counted where bins are not those of gaps, whose edges may be asked
 * for. */
void compress_finer_log_counts(void *maker, const struct row_part *parts, size_t count, const size_t *at,
                               const double *t, double *log_count);

#endif
