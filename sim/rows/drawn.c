#include "sim/rows/drawn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"
#include "sim/rows/compress.h"

enum {
    CHUNK = FAMILY_CHUNK, /* scores drawn at a time */
    KEPT = 1 << 16,       /* rows up to this length are kept, not drawn again */
};

struct drawn {
    const struct isa *isa;
    struct compress *compress;
    double uniforms[2 * CHUNK];
    double *scores; /* [KEPT], or one chunk */

    /* the row in the making */
    const struct family *family;
    const double *p;
    struct stream stream;
    size_t n, made; /* scores in all; chunks that are kept */
    double scale, highest;
};

struct drawn *drawn_create(const struct isa *isa) {
    struct drawn *d = memory_create(1, sizeof *d);
    d->isa = isa;
    d->scores = memory_resize(NULL, KEPT, sizeof *d->scores);
    d->compress = compress_create(isa);
    return d;
}

void drawn_free(struct drawn *d) {
    free(d->scores);
    compress_free(d->compress);
    free(d);
}

/* Chunk `index` of the row. The scores do not depend on n. */
static void draw_chunk(struct drawn *d, size_t index, double *scores) {
    size_t words = CHUNK * d->family->uniforms_per_score;
    d->isa->kernel->uniforms(d->stream.key, STREAM_SCORES, index * (words / 4), words / 4, d->uniforms);
    d->family->draw(d->p, d->isa->vector, CHUNK, d->uniforms, scores);
}

/* Kept, or drawn again into the same place. */
static const double *drawn_chunk(void *context, size_t index, size_t *count) {
    struct drawn *d = context;
    size_t left = d->n - index * CHUNK;
    double *scores = d->scores + (d->n <= KEPT ? index * CHUNK : 0);
    *count = left < CHUNK ? left : CHUNK;
    if (d->n > KEPT || index == d->made) {
        draw_chunk(d, index, scores);
        d->made++;
    }
    return scores;
}

static void begin_row(struct drawn *d, const struct family *family, const double *p, double log_n,
                      struct stream stream) {
    d->family = family;
    d->p = p;
    d->stream = stream;
    d->n = (size_t)llround(exp(log_n));
    d->made = 0;
}

bool drawn_scores(struct drawn *d, const struct family *family, const double *p, double log_n,
                  struct stream stream, score_visitor *visit, void *context) {
    begin_row(d, family, p, log_n, stream);
    for (size_t index = 0, count; index * CHUNK < d->n; index++) {
        const double *scores = drawn_chunk(d, index, &count);
        if (!visit(context, count, scores)) { return false; }
    }
    return true;
}

const struct row *drawn_row(struct drawn *d, const struct family *family, const double *p, double log_n,
                            double log_lambda_typ, struct stream stream) {
    begin_row(d, family, p, log_n, stream);
    d->scale = exp(log_lambda_typ);
    const struct compress_source source = {d, d->n, -INFINITY, NAN, drawn_chunk};
    const struct row *row = compress_row(d->compress, &source, d->scale);
    d->highest = row->top_score;
    return row;
}

void drawn_keys(struct drawn *d, struct key_batch *batch, key_visitor *visit, void *context) {
    _Static_assert((int)KEY_BATCH == (int)CHUNK && (int)COMPRESS_CHUNK == (int)CHUNK, "a batch is a chunk");
    batch->single = true;
    for (size_t i = 0; i < KEY_BATCH; i++) { batch->number[i] = batch->expected[i] = 1; }
    for (size_t index = 0; index * CHUNK < d->n; index++) {
        const double *scores = drawn_chunk(d, index, &batch->count);
        batch->first = index * CHUNK;
        for (size_t i = 0; i < batch->count; i++) {
            batch->gap[i] = (d->highest - scores[i]) * d->scale;
            batch->depth[i] = -scores[i];
        }
        visit(context, batch);
    }
}
