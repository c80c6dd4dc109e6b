/* laws: independent scores of every family with a law. */
#ifndef GAPSCALE_TESTS_ANALYSIS_DIAGNOSIS_LAWS_H
#define GAPSCALE_TESTS_ANALYSIS_DIAGNOSIS_LAWS_H

#include "tests/test.h"

#include "models/families/family.h"
#include "sim/rows/isa.h"
#include "sim/rows/stream.h"

enum { LAWS = 6 };
struct law_case {
    const char *family;
    double p[FAMILY_PARAMETERS];
};
static const struct law_case law_case[LAWS] = {{"gaussian", {1.3}}, {"gumbel", {0, 0.7}},
                                               {"pareto", {2.5}},   {"powerlaw", {1.5, 2}},
                                               {"spherical", {5}},  {"stretched", {0.7, 1}}};

/* n <= FAMILY_CHUNK, a multiple of 4. */
static inline void law_draw(const struct law_case *law, size_t n, const char *purpose, uint64_t replicate,
                            double *score) {
    const struct family *family = family_find(law->family);
    struct stream stream = stream_make(7, purpose, log((double)n), false, replicate);
    double uniform[2 * FAMILY_CHUNK];
    isa_best()->kernel->uniforms(stream.key, STREAM_SCORES, 0,
                                 n * family_uniforms_per_score(family, law->p) / 4, uniform);
    family->draw(law->p, isa_best()->vector, n, uniform, score);
}

#endif
