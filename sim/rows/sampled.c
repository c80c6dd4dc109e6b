#include "sim/rows/sampled.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/memory.h"
#include "sim/rows/measured.h"

struct sampled {
    const struct isa *isa;
    struct measured *measured;
    double *room, *scores; /* grown to what is needed */
    size_t room_size, score_size;
    struct stream stream;
};

struct sampled *sampled_create(const struct isa *isa) {
    struct sampled *s = memory_create(1, sizeof *s);
    s->isa = isa;
    s->measured = measured_create(isa);
    return s;
}

void sampled_free(struct sampled *s) {
    free(s->room);
    free(s->scores);
    measured_free(s->measured);
    free(s);
}

static void reserve(double **array, size_t *size, size_t wanted) {
    if (wanted <= *size) { return; }
    *array = memory_resize(*array, wanted, sizeof **array);
    *size = wanted;
}

static void fill_uniforms(void *context, uint64_t first, size_t count, double *u) {
    const struct sampled *s = context;
    s->isa->kernel->uniforms(s->stream.key, STREAM_SCORES, first / 4, count / 4, u);
}

double *sampled_scores(struct sampled *s, const struct family *family, const double *p, double log_n,
                       struct stream stream, size_t *n) {
    const struct family_uniforms uniforms = {s, fill_uniforms};
    *n = (size_t)llround(exp(log_n));
    reserve(&s->room, &s->room_size, family->room_size(p));
    reserve(&s->scores, &s->score_size, *n);
    s->stream = stream;
    family->sample(p, s->isa->vector, &uniforms, *n, s->room, s->scores);
    return s->scores;
}

const struct row *sampled_row(struct sampled *s, const struct family *family, const double *p, double log_n,
                              double log_lambda_typ, struct stream stream) {
    size_t n;
    const double *scores = sampled_scores(s, family, p, log_n, stream, &n);
    return measured_row(s->measured, n, scores, exp(log_lambda_typ));
}
