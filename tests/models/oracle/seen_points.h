/* seen_points: the points of a sum over keys, as they come. */
#ifndef GAPSCALE_TESTS_MODELS_ORACLE_SEEN_POINTS_H
#define GAPSCALE_TESTS_MODELS_ORACLE_SEEN_POINTS_H

#include "tests/test.h"

#include "models/oracle/ladder.h"

enum { SEEN_MOST = 1 << 13 };

struct seen {
    size_t count;
    struct ladder_point point[SEEN_MOST];
};

/* A ladder_add. */
static inline void see(void *context, const struct ladder_point *point) {
    struct seen *seen = context;
    assert_true(seen->count < SEEN_MOST);
    seen->point[seen->count++] = *point;
}

#endif
