/* summit: the largest log rank/gap among the scores of a row, exactly, from all of them.
 *
 * Scores are counted by gap in ranges that are as many as KERNEL_BINS_PER_OCTAVE an octave make, then ever
 * narrower ones. Only ranges matter whose first gap could have their last rank and be above the best that is
 * known; when they hold few scores, these are sorted. Where log rank/gap is flat over the whole row that
 * takes two readings of it, seldom more; memory does not grow with n.
 */
#ifndef GAPSCALE_SIM_ROWS_SUMMIT_H
#define GAPSCALE_SIM_ROWS_SUMMIT_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/rows/compress.h"

struct summit; /* a workspace: one per thread */

struct summit *summit_create(const struct isa *isa);
void summit_free(struct summit *summit);

/* The scores below `cut`, ranks after the first `before`; gap = (top - score) scale > 0. `lowest` is the last
 * of them, `parts` >= 1 are theirs (sim/rows/row.h), whose addresses are their bins (sim/rows/kernel.h):
 * those are of (base - score) scale, which is less by `lead`. */
struct summit_row {
    const struct compress_source *source;
    double top, base, lead, scale, cut, lowest;
    size_t parts;
    const struct row_part *part;
};

/* Whether log rank/gap of one exceeds `best`: the largest. Scores that tie have the rank of the last. */
bool summit_find(struct summit *summit, const struct summit_row *row, double best, double *log_rank,
                 double *gap);

#endif
