#include "sim/rows/sampled.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/rows/chunks.h"

enum { KEPT = 1 << 20 }; /* rows up to this length are kept: some families' scores take long to make again */
_Static_assert((int)CHUNKS_LENGTH == (int)FAMILY_CHUNK, "a chunk is sampled at a time");

struct sampled {
    const struct isa *isa;
    struct compress *compress;
    struct chunks chunks;
    size_t room_size;
    double *room;

    /* the row in the making */
    const struct family *family;
    struct stream stream;
    struct family_uniforms uniforms;
    struct family_row row;
};

static void fill_uniforms(void *context, uint64_t first, size_t count, double *u) {
    const struct sampled *s = context;
    s->isa->kernel->uniforms(s->stream.key, STREAM_SCORES, first / 4, count / 4, u);
}

static void sample_chunk(void *context, size_t index, size_t count, double *scores) {
    const struct sampled *s = context;
    s->family->sample(&s->row, index * FAMILY_CHUNK, count, scores);
}

struct sampled *sampled_create(const struct isa *isa) {
    struct sampled *s = memory_create(1, sizeof *s);
    s->isa = isa;
    s->chunks = (struct chunks){.make = sample_chunk, .context = s, .longest = KEPT};
    s->uniforms = (struct family_uniforms){s, fill_uniforms};
    s->compress = compress_create(isa);
    return s;
}

void sampled_free(struct sampled *s) {
    free(s->room);
    chunks_release(&s->chunks);
    compress_free(s->compress);
    free(s);
}

static void reserve_room(struct sampled *s, size_t wanted) {
    if (wanted <= s->room_size) { return; }
    s->room = memory_resize(s->room, wanted, sizeof *s->room);
    s->room_size = wanted;
}

static void begin_row(struct sampled *s, const struct family *family, const double *p, double log_n,
                      struct stream stream) {
    size_t n = (size_t)llround(exp(log_n));
    reserve_room(s, family->room_size(p));
    chunks_begin(&s->chunks, n);
    s->family = family;
    s->stream = stream;
    s->row = (struct family_row){p, n, s->isa->vector, &s->uniforms, s->room};
    if (family->begin) { family->begin(&s->row); }
}

const struct row *sampled_row(struct sampled *s, const struct family *family, const double *p, double log_n,
                              double log_lambda_typ, struct stream stream) {
    begin_row(s, family, p, log_n, stream);
    const struct compress_source source = chunks_source(&s->chunks);
    return compress_row(s->compress, &source, exp(log_lambda_typ));
}

bool sampled_scores(struct sampled *s, const struct family *family, const double *p, double log_n,
                    struct stream stream, score_visitor *visit, void *context) {
    begin_row(s, family, p, log_n, stream);
    return chunks_visit(&s->chunks, visit, context);
}
