#include "sim/rows/measured.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/rows/compress.h"

struct measured {
    struct compress *compress;
    size_t count;
    const double *scores;
};

struct measured *measured_create(const struct isa *isa) {
    struct measured *m = memory_create(1, sizeof *m);
    m->compress = compress_create(isa);
    return m;
}

void measured_free(struct measured *m) {
    compress_free(m->compress);
    free(m);
}

static const double *measured_chunk(void *context, size_t index, size_t *count) {
    const struct measured *m = context;
    size_t first = index * COMPRESS_CHUNK, left = m->count - first;
    *count = left < COMPRESS_CHUNK ? left : COMPRESS_CHUNK;
    return m->scores + first;
}

const struct row *measured_row_within(struct measured *m, size_t count, const double *scores, double scale,
                                      const struct compress_bounds *bounds) {
    m->count = count;
    m->scores = scores;
    struct compress_source source = {m, count, *bounds, measured_chunk};
    return compress_row(m->compress, &source, scale);
}

const struct row *measured_row(struct measured *m, size_t count, const double *scores, double scale) {
    return measured_row_within(m, count, scores, scale, &COMPRESS_UNBOUNDED);
}
