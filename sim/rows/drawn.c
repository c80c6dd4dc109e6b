#include "sim/rows/drawn.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/rows/chunks.h"

enum { CHUNK = FAMILY_CHUNK }; /* scores drawn at a time */
_Static_assert((int)CHUNKS_LENGTH == (int)CHUNK && (int)KEY_BATCH == (int)CHUNK,
               "a chunk is drawn at a time");

struct drawn {
    const struct isa *isa;
    struct compress *compress;
    double uniforms[2 * CHUNK];
    struct chunks chunks;

    /* the row in the making */
    const struct family *family;
    const double *p;
    struct stream stream;
    struct family_position position;
    double scale, highest;
};

/* Takes off what scores lose by their distance. */
static void penalise(struct drawn *d, size_t first, double *scores) {
    const struct family_position at = d->position;
    const double start = (double)first;
    if (at.linear > 0) {
        for (int i = 0; i < CHUNK; i++) { scores[i] -= at.linear * (start + i); }
    }
    if (at.log > 0) {
        double loss[CHUNK];
        for (int i = 0; i < CHUNK; i++) { loss[i] = start + i + 1; }
        d->isa->vector->log(CHUNK, loss, loss);
        for (int i = 0; i < CHUNK; i++) { scores[i] -= at.log * loss[i]; }
    }
}

/* The scores do not depend on n. */
static void draw_chunk(void *context, size_t index, size_t count, double *scores) {
    struct drawn *d = context;
    size_t words = CHUNK * family_uniforms_per_score(d->family, d->p);
    (void)count;
    d->isa->kernel->uniforms(d->stream.key, STREAM_SCORES, index * (words / 4), words / 4, d->uniforms);
    d->family->draw(d->p, d->isa->vector, CHUNK, d->uniforms, scores);
    penalise(d, index * CHUNK, scores);
}

struct drawn *drawn_create(const struct isa *isa) {
    struct drawn *d = memory_create(1, sizeof *d);
    d->isa = isa;
    d->chunks = (struct chunks){.make = draw_chunk, .context = d, .longest = DRAWN_KEPT};
    d->compress = compress_create(isa);
    return d;
}

void drawn_free(struct drawn *d) {
    chunks_release(&d->chunks);
    compress_free(d->compress);
    free(d);
}

static void begin_row(struct drawn *d, const struct family *family, const double *p, double log_n,
                      struct stream stream) {
    d->family = family;
    d->p = p;
    d->stream = stream;
    d->position = family_position(family, p);
    chunks_begin(&d->chunks, (size_t)llround(exp(log_n)));
}

bool drawn_scores(struct drawn *d, const struct family *family, const double *p, double log_n,
                  struct stream stream, score_visitor *visit, void *context) {
    begin_row(d, family, p, log_n, stream);
    return chunks_visit(&d->chunks, visit, context);
}

const struct row *drawn_row(struct drawn *d, const struct family *family, const double *p, double log_n,
                            double log_lambda_typ, struct stream stream) {
    begin_row(d, family, p, log_n, stream);
    d->scale = exp(log_lambda_typ);
    const struct compress_source source = chunks_source(&d->chunks);
    const struct row *row = compress_row(d->compress, &source, d->scale);
    d->highest = row->top_score;
    return row;
}

void drawn_keys(struct drawn *d, struct key_batch *batch, key_visitor *visit, void *context) {
    batch->single = true;
    for (size_t i = 0; i < KEY_BATCH; i++) { batch->number[i] = batch->expected[i] = 1; }
    for (size_t index = 0; index * CHUNK < d->chunks.count; index++) {
        const double *scores = chunks_get(&d->chunks, index, &batch->count);
        batch->first = index * CHUNK;
        for (size_t i = 0; i < batch->count; i++) {
            batch->gap[i] = (d->highest - scores[i]) * d->scale;
            batch->depth[i] = -scores[i];
        }
        visit(context, batch);
    }
}
