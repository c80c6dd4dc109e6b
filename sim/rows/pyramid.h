/* pyramid: sums over binned scores at many betas. Bins of KERNEL_BINS_PER_OCTAVE an octave of gap, given by
 * their moments, are joined into wide ones of KERNEL_POINTS points: quarters of an octave, and all up to an
 * octave's end where beta gap is below 1.7 there. Over a bin the polynomial of degree KERNEL_NODES - 1 stands
 * for the exponential, off by 1e-14 of it where beta gap = 8 and by 3e-12 where it is 16; over a wide bin
 * that of degree KERNEL_POINTS - 1 does, off by less as far as beta gap = 24, where e^-24 is left of a score.
 *
 * They are summed at columns, betas even in their logarithms; sums between them are off by 1e-14, 2e-13 and
 * 3e-12 of 1 + S_0 + beta^m S_m (pyramid.c). What else is asked for moves a sum by rounding alone.
 */
#ifndef GAPSCALE_SIM_ROWS_PYRAMID_H
#define GAPSCALE_SIM_ROWS_PYRAMID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/rows/kernel.h"

struct pyramid; /* a workspace: one per thread */

/* lagrange[k][j]: coefficient of x^k of the polynomial that is 1 at node[j] and 0 at the others. */
struct pyramid *pyramid_create(const struct kernel *kernel, const double node[KERNEL_NODES],
                               const double lagrange[KERNEL_NODES][KERNEL_NODES]);
void pyramid_free(struct pyramid *pyramid);

/* Moments (sim/rows/kernel.h) of `bins` >= 1 bins from the first on, of e^log_n scores at most; they are
 * copied. Gaps are larger than in the bins by `lead`. */
void pyramid_build(struct pyramid *pyramid, double log_n, double lead, int64_t first, size_t bins,
                   const double (*moment)[KERNEL_NODES]);

enum { PYRAMID_BETAS = 256 };
/* sum[b][m]: of gap^m e^{-beta[b] gap} over all scores in bins, m = 0..2, but for what is below
 * e^{-45 - beta[b] lead} together; beta > 0, 0 < count <= PYRAMID_BETAS. Betas a quarter of an octave apart,
 * to 1e-14, share most of the work. False, and nothing done, where betas are too far apart, or squares of
 * their neighbours no doubles. */
bool pyramid_sums(struct pyramid *pyramid, size_t count, const double *beta, double (*sum)[KERNEL_AVERAGES]);

#endif
