#include "sim/rows/measured.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/rows/compress.h"

struct measured {
    const struct kernel *kernel;
    struct compress *compress;
    size_t count;
    const double *scores;
};

struct measured *measured_create(const struct isa *isa) {
    struct measured *m = memory_create(1, sizeof *m);
    m->kernel = isa->kernel;
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

/* A limit that at least COMPRESS_TOP scores are above; -inf for few scores. */
static double measured_limit(const struct measured *m) {
    double peak[KERNEL_PEAKS];
    if (m->count <= KERNEL_PEAKS) { return -INFINITY; }
    m->kernel->peaks(m->count, m->scores, peak);
    m->kernel->sort(KERNEL_PEAKS, peak, NULL);
    return nextafter(peak[COMPRESS_TOP - 1], -INFINITY);
}

const struct row *measured_row(struct measured *m, size_t count, const double *scores, double scale) {
    m->count = count;
    m->scores = scores;
    const struct compress_source source = {m, count, measured_limit(m), measured_chunk};
    return compress_row(m->compress, &source, scale);
}
