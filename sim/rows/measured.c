#include "sim/rows/measured.h"

#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/rows/compress.h"

struct measured {
    struct compress *compress;
    size_t count;
    const double *scores;
    const float *single;
    const struct kernel *kernel;
    double *wide; /* [COMPRESS_CHUNK]: of floats */
};

struct measured *measured_create(const struct isa *isa) {
    struct measured *m = memory_create(1, sizeof *m);
    m->compress = compress_create(isa);
    m->kernel = isa->kernel;
    m->wide = memory_create_aligned(COMPRESS_CHUNK, sizeof *m->wide);
    return m;
}

void measured_free(struct measured *m) {
    compress_free(m->compress);
    free(m->wide);
    free(m);
}

static const double *measured_chunk(void *context, size_t index, size_t *count) {
    struct measured *m = context;
    size_t first = index * COMPRESS_CHUNK, left = m->count - first;
    *count = left < COMPRESS_CHUNK ? left : COMPRESS_CHUNK;
    if (m->scores) { return m->scores + first; }
    m->kernel->widen(*count, m->single + first, m->wide);
    return m->wide;
}

const struct row *measured_row_within(struct measured *m, size_t count, const double *scores,
                                      const float *single, double scale,
                                      const struct compress_bounds *bounds) {
    m->count = count;
    m->scores = scores;
    m->single = single;
    struct compress_source source = {m, count, *bounds, measured_chunk};
    return compress_row(m->compress, &source, scale);
}

const struct row *measured_row(struct measured *m, size_t count, const double *scores, double scale) {
    return measured_row_within(m, count, scores, NULL, scale, &COMPRESS_UNBOUNDED);
}
