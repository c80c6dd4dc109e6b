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

/* By bisection, which ends early where scores tie or lie far apart. */
double measured_limit(const struct kernel *kernel, const double peak[KERNEL_PEAKS], struct kernel_range range,
                      size_t wanted) {
    enum { STEPS = 12 };
    double low = nextafter(range.low, -INFINITY), high = range.high;
    for (int step = 0; step < STEPS; step++) {
        double middle = low / 2 + high / 2;
        size_t count = kernel->count_above(KERNEL_PEAKS, peak, middle);
        if (count < wanted) {
            high = middle;
            continue;
        }
        low = middle;
        if (count <= wanted + wanted / 16) { break; }
    }
    return low;
}

const struct row *measured_row_within(struct measured *m, size_t count, const double *scores, double scale,
                                      const struct measured_bounds *bounds) {
    m->count = count;
    m->scores = scores;
    struct compress_source source = {m, count, bounds->limit, bounds->lowest, measured_chunk};
    return compress_row(m->compress, &source, scale);
}

const struct row *measured_row(struct measured *m, size_t count, const double *scores, double scale) {
    struct measured_bounds bounds = {-INFINITY, NAN};
    if (count > ROW_EXPLICIT) {
        double peak[KERNEL_PEAKS];
        struct kernel_range range = m->kernel->peaks(count, scores, peak);
        bounds = (struct measured_bounds){measured_limit(m->kernel, peak, range, COMPRESS_TOP), range.low};
    }
    return measured_row_within(m, count, scores, scale, &bounds);
}
