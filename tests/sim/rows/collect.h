/* collect: the scores of a sampled row in one array. */
#ifndef GAPSCALE_TESTS_SIM_ROWS_COLLECT_H
#define GAPSCALE_TESTS_SIM_ROWS_COLLECT_H

#include "sim/rows/sampled.h"
#include "tests/test.h"

#include <string.h>

struct collected {
    double *score;
    size_t count;
};

static inline bool collect_chunk(void *context, size_t count, const double *scores) {
    struct collected *c = context;
    memcpy(c->score + c->count, scores, count * sizeof *scores);
    c->count += count;
    return true;
}

/* Its n = exp(log_n) scores go to `score`. */
static inline void collect_with(struct sampled *sampled, const struct family *family, const double *p,
                                double log_n, struct stream stream, double *score) {
    struct collected c = {score, 0};
    assert_true(sampled_scores(sampled, family, p, log_n, stream, collect_chunk, &c));
    assert_int_equal(c.count, (size_t)llround(exp(log_n)));
}

static inline void collect_scores(const struct isa *isa, const struct family *family, const double *p,
                                  double log_n, struct stream stream, double *score) {
    struct sampled *sampled = sampled_create(isa);
    collect_with(sampled, family, p, log_n, stream, score);
    sampled_free(sampled);
}

#endif
