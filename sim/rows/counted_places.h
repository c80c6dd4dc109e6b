/* counted_places: the workspace of counted rows and the randomness of their places, for counted.c and
 * counted_finer.c. */
#ifndef GAPSCALE_SIM_ROWS_COUNTED_PLACES_H
#define GAPSCALE_SIM_ROWS_COUNTED_PLACES_H

#include "sim/rows/counted_law.h"

enum {
    COUNTED_TOP = 1024, /* a hundred standard deviations more than are ever in the top */
    COUNTED_FINER = 8192,
    COUNTED_EXACT = KERNEL_COINS, /* binomials up to here are exact */
};

struct counted {
    const struct isa *isa;
    const struct counted_law *law;
    struct stream stream;
    double highest; /* g of the row's maximum */

    double uniforms[COUNTED_TOP + 8], work[COUNTED_TOP + 8];
    size_t room; /* parts */
    uint64_t *address;
    double *normal, *scores, *first; /* of bins: N^{1/2} times the Gaussian, N, room */
    struct row row;
    struct row_part finer[COUNTED_FINER];
    size_t open_room;
    struct row_part *open; /* of a search */
};

/* How many of the scores of each place fall into its first half: Binomial(N, 1/2). */
void counted_places_split(const struct counted *c, size_t count, const uint64_t *address,
                          const double *scores, double *first);

#endif
