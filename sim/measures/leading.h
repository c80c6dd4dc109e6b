/* leading: the largest of measured scores and Lambda_n, found without making a row of them.
 *
 * A score at gap t can decide Lambda_n only where log N_n(t) exceeds what is known of Lambda_n times t: most
 * scores are out of reach once the first few are sorted. Those that are not are counted in ranges of gap, and
 * sorted where they can decide. Where too many tie at the top, a row is made. */
#ifndef GAPSCALE_SIM_MEASURES_LEADING_H
#define GAPSCALE_SIM_MEASURES_LEADING_H

#include "sim/measures/measure.h"
#include "sim/rows/isa.h"

enum { LEADING_TOP = 32 };

struct leading; /* a workspace: one per thread */

struct leading *leading_create(const struct isa *isa);
void leading_free(struct leading *leading);

struct leading_scores {
    struct kernel_range range;
    struct accumulation accumulation; /* as measure_accumulation of the row, to the bit */
    double second, cut;               /* the second and the COMPRESS_TOP-th largest; NaN: not known */
    size_t count;                     /* at least LEADING_TOP, or all scores */
    const double *gap;                /* [count]: of the largest, in order; valid until the next call */
};

/* Of `count` >= 1 finite scores, as doubles or as floats; the others are NULL. */
void leading_find(struct leading *leading, size_t count, const double *score, const float *single,
                  struct leading_scores *found);

#endif
