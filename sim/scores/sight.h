/* sight: what a query sees of its scores: all but those that a mask hides, that are -inf, or that stand for
 * it.
 */
#ifndef GAPSCALE_SIM_SCORES_SIGHT_H
#define GAPSCALE_SIM_SCORES_SIGHT_H

#include <stdbool.h>
#include <stdint.h>

struct sight {
    int64_t seen;   /* how many keys, or -1 - j where the j-th score is bad */
    bool has_holes; /* they are not the first ones: their positions are told */
    double
        stand_in; /* scores from here down are hidden: -inf, or a number that stands for it; NaN: none is */
};

/* Of the first `sight` scores, those that are seen, moved to the front; with the keys' positions where these
 * have holes. `mask`: 0 where hidden, or NULL. `formed`: from queries and keys, where no number hides a key.
 * `single`: the scores as they are stored, or NULL; `score` is filled from them where there are holes or a
 * bad one. */
struct sight sight_take(double *score, const float *single, uint32_t *key, const double *mask, uint64_t sight,
                        bool formed);

#endif
