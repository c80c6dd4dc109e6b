/* search: where a condition that holds up to some index ends, by halving. */
#ifndef GAPSCALE_MODELS_NUMERIC_SEARCH_H
#define GAPSCALE_MODELS_NUMERIC_SEARCH_H

#include <stddef.h>

/* Sets the variable k to how many of the indices k = 0 .. count - 1 `holds` is true of:
 *
 *     SEARCH_END(k, count, x[k] <= y)        x[k - 1] <= y < x[k] */
#define SEARCH_END(k, count, holds)                                                                          \
    for (size_t low_ = 0, high_ = (count); (k) = low_ + (high_ - low_) / 2, low_ < high_;) {                 \
        if (holds) {                                                                                         \
            low_ = (k) + 1;                                                                                  \
        } else {                                                                                             \
            high_ = (k);                                                                                     \
        }                                                                                                    \
    }

#endif
