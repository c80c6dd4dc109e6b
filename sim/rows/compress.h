/* compress: a row from all its scores, whoever has them: drawn from a law (drawn.h) or measured (measured.h).
 *
 * Up to COMPRESS_EXPLICIT scores, and up to ROW_EXPLICIT where they lie over more than four octaves of gap
 * below the top, the row is explicit. Beyond, the largest COMPRESS_TOP, as many as weights may be
 * asked for one by one, stay explicit and the others fall into bins of gap, KERNEL_BINS_PER_OCTAVE per
 * octave, each carrying the first KERNEL_NODES moments of its scores on as many Chebyshev nodes: an error in
 * H below 1e-11 for every beta (derivation in compress.c). Where the largest score stands far out, so that
 * log Z and H may be small, bins are of the gap from the second: they are good to 1e-11 of themselves. Scores
 * come in chunks and are asked for again rather than kept: memory does not grow with n.
 */
#ifndef GAPSCALE_SIM_ROWS_COMPRESS_H
#define GAPSCALE_SIM_ROWS_COMPRESS_H

#include <math.h>

#include "sim/rows/isa.h"
#include "sim/rows/row.h"

enum { COMPRESS_CHUNK = 1024, COMPRESS_TOP = 64, COMPRESS_EXPLICIT = KERNEL_PEAKS };

/* Of more than COMPRESS_EXPLICIT scores: the two largest, the COMPRESS_TOP-th largest, and the least. */
struct compress_bounds {
    double highest, second, cut, lowest;
};
#define COMPRESS_UNBOUNDED ((struct compress_bounds){NAN, NAN, NAN, NAN})

/* Where the scores of a row come from: finite, `count` >= 1 of them, chunk i holding those from number
 * i COMPRESS_CHUNK on, the same ones whenever it is asked for. Valid until the next call. Bounds that are
 * known save a reading. */
struct compress_source {
    void *context;
    size_t count;
    struct compress_bounds bounds;
    const double *(*chunk)(void *context, size_t index, size_t *count);
};

/* A limit that at least `wanted` scores are above, and not many more where they are spread out: of more than
 * KERNEL_PEAKS scores, from their peaks (sim/rows/kernel.h) and their least. wanted <= KERNEL_PEAKS / 2. */
double compress_limit(const struct kernel *kernel, const double peak[KERNEL_PEAKS], struct kernel_range range,
                      size_t wanted);

struct compress; /* a workspace: one per thread */

struct compress *compress_create(const struct isa *isa);
void compress_free(struct compress *compress);

/* The row of the source's scores with gaps times `scale`, log_n = log count. It and its source stay in use
 * until the next call with the same workspace. */
const struct row *compress_row(struct compress *compress, const struct compress_source *source, double scale);

#endif
