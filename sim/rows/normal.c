#include "sim/rows/normal.h"

#include <math.h>

/* A run takes the radii from its first half of uniforms and the angles from its second. */
void normal_fill(const struct isa *isa, const struct stream *stream, enum stream_purpose purpose,
                 uint64_t first, size_t count, double *normal) {
    double u[NORMAL_RUN + 4], sine[NORMAL_RUN / 2], cosine[NORMAL_RUN / 2];
    for (size_t start = 0; start < count; start += NORMAL_RUN) {
        size_t pairs = (count - start < NORMAL_RUN ? count - start + 1 : NORMAL_RUN) / 2,
               blocks = (2 * pairs + 3) / 4;
        isa->kernel->uniforms(stream->key, purpose, (first + start) / 4, blocks, u);
        isa->vector->box_muller(pairs, 1, u, u + pairs, sine, cosine);
        for (size_t i = 0; i < pairs; i++) {
            normal[start + 2 * i] = cosine[i];
            normal[start + 2 * i + 1] = sine[i];
        }
    }
}
