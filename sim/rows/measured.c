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

/* What is known of many scores: their least, and a limit that at least COMPRESS_TOP are above. */
static void measured_bounds(const struct measured *m, struct compress_source *source) {
    double peak[KERNEL_PEAKS];
    if (m->count <= ROW_EXPLICIT) { return; }
    source->lowest = m->kernel->peaks(m->count, m->scores, peak).low;
    m->kernel->sort(KERNEL_PEAKS, peak, NULL);
    source->limit = nextafter(peak[COMPRESS_TOP - 1], -INFINITY);
}

const struct row *measured_row(struct measured *m, size_t count, const double *scores, double scale) {
    m->count = count;
    m->scores = scores;
    struct compress_source source = {m, count, -INFINITY, NAN, measured_chunk};
    measured_bounds(m, &source);
    return compress_row(m->compress, &source, scale);
}
