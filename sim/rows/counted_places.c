#include "sim/rows/counted_places.h"

#include <math.h>

enum { TOGETHER = 128 };

double counted_places_half(double scores, double normal) {
    double first = rint(0.5 * (scores + sqrt(scores) * normal)), least = first > 0 ? first : 0;
    return least < scores ? least : scores;
}

void counted_places_split(const struct counted *c, size_t count, const uint64_t *address,
                          const double *scores, double *first) {
    const struct kernel *kernel = c->isa->kernel;
    uint64_t at[TOGETHER];
    double coins[TOGETHER], found[TOGETHER];
    for (size_t start = 0; start < count; start += TOGETHER) {
        size_t end = count - start < TOGETHER ? count : start + TOGETHER, large = 0, small = 0;
        for (size_t i = start; i < end; i++) {
            if (scores[i] > COUNTED_EXACT) { at[large++] = address[i]; }
        }
        kernel->place_normals(c->stream.key, STREAM_SPLITS, large, at, found);
        for (size_t i = start, k = 0; i < end; i++) {
            if (scores[i] > COUNTED_EXACT) {
                first[i] = counted_places_half(scores[i], found[k++]);
            } else {
                at[small] = address[i];
                coins[small++] = scores[i];
            }
        }
        kernel->place_coins(c->stream.key, STREAM_SPLITS, small, at, coins, found);
        for (size_t i = start, k = 0; i < end; i++) {
            if (!(scores[i] > COUNTED_EXACT)) { first[i] = found[k++]; }
        }
    }
}
