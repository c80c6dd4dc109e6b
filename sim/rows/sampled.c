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
    struct sampled *s = calloc(1, sizeof *s);
    if (!s) { return NULL; }
    s->isa = isa;
    s->measured = measured_create(isa);
    if (s->measured) { return s; }
    free(s);
    return NULL;
}

void sampled_free(struct sampled *s) {
    if (!s) { return; }
    free(s->room);
    free(s->scores);
    measured_free(s->measured);
    free(s);
}

static bool reserve(double **array, size_t *size, size_t wanted) {
    if (wanted <= *size) { return true; }
    if (!memory_grow((void **)array, wanted, sizeof **array)) { return false; }
    *size = wanted;
    return true;
}

static void fill_uniforms(void *context, uint64_t first, size_t count, double *u) {
    const struct sampled *s = context;
    s->isa->kernel->uniforms(s->stream.key, STREAM_SCORES, first / 4, count / 4, u);
}

double *sampled_scores(struct sampled *s, const struct family *family, const double *p, double log_n,
                       struct stream stream, size_t *n) {
    const struct family_uniforms uniforms = {s, fill_uniforms};
    *n = (size_t)llround(exp(log_n));
    if (!reserve(&s->room, &s->room_size, family->room_size(p)) || !reserve(&s->scores, &s->score_size, *n)) {
        return NULL;
    }
    s->stream = stream;
    family->sample(p, s->isa->vector, &uniforms, *n, s->room, s->scores);
    return s->scores;
}

const struct row *sampled_row(struct sampled *s, const struct family *family, const double *p, double log_n,
                              double log_lambda_typ, struct stream stream) {
    size_t n;
    const double *scores = sampled_scores(s, family, p, log_n, stream, &n);
    return scores ? measured_row(s->measured, n, scores, exp(log_lambda_typ)) : NULL;
}
