#include "sim/rows/measured.h"

#include <stdlib.h>

#include "sim/rows/compress.h"

struct measured {
    struct compress *compress;
    size_t count;
    const double *scores;
};

struct measured *measured_create(const struct isa *isa) {
    struct measured *m = calloc(1, sizeof *m);
    if (!m) { return NULL; }
    m->compress = compress_create(isa);
    if (m->compress) { return m; }
    free(m);
    return NULL;
}

void measured_free(struct measured *m) {
    if (!m) { return; }
    compress_free(m->compress);
    free(m);
}

static const double *measured_chunk(void *context, size_t index, size_t *count) {
    const struct measured *m = context;
    size_t first = index * COMPRESS_CHUNK, left = m->count - first;
    *count = left < COMPRESS_CHUNK ? left : COMPRESS_CHUNK;
    return m->scores + first;
}

const struct row *measured_row(struct measured *m, size_t count, const double *scores, double scale) {
    m->count = count;
    m->scores = scores;
    return compress_row(m->compress, &(struct compress_source){m, count, measured_chunk}, scale);
}
