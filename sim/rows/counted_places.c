#include "sim/rows/counted_places.h"

enum { TOGETHER = 128 };

void counted_places_split(const struct counted *c, size_t count, const uint64_t *address,
                          const double *scores, double *first) {
    const struct kernel *kernel = c->isa->kernel;
    uint64_t at[TOGETHER];
    double some[TOGETHER], found[TOGETHER];
    for (size_t start = 0; start < count; start += TOGETHER) {
        size_t end = count - start < TOGETHER ? count : start + TOGETHER, large = 0, small = 0;
        for (size_t i = start; i < end; i++) {
            if (!(scores[i] > COUNTED_EXACT)) { continue; }
            at[large] = address[i];
            some[large++] = scores[i];
        }
        kernel->place_normals(c->stream.key, STREAM_SPLITS, large, at, found);
        kernel->halves(large, some, found, found);
        for (size_t i = start, k = 0; i < end; i++) {
            if (scores[i] > COUNTED_EXACT) {
                first[i] = found[k++];
            } else {
                at[small] = address[i];
                some[small++] = scores[i];
            }
        }
        kernel->place_coins(c->stream.key, STREAM_SPLITS, small, at, some, found);
        for (size_t i = start, k = 0; i < end; i++) {
            if (!(scores[i] > COUNTED_EXACT)) { first[i] = found[k++]; }
        }
    }
}
