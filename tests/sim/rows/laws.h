/* laws: many laws, and a drawn row of each. */
#ifndef GAPSCALE_TESTS_SIM_ROWS_LAWS_H
#define GAPSCALE_TESTS_SIM_ROWS_LAWS_H

#include "tests/test.h"

#include "models/theory/typical.h"
#include "sim/rows/drawn.h"

/* A law, with the parameters of one test row. */
struct law {
    const char *family;
    double p[FAMILY_PARAMETERS];
};

static const struct law laws[] = {
    {"gaussian", {1}},      {"gumbel", {0, 1}},   {"stretched", {0.5, 1}}, {"stretched", {3, 2}},
    {"powerlaw", {0.5, 1}}, {"powerlaw", {2, 3}}, {"powerlaw", {10, 1}},   {"spherical", {2}},
    {"spherical", {3}},     {"spherical", {9}},   {"pareto", {2}},         {"pareto", {0.7}},
    {"spherical", {1000}},
};
enum { LAWS = sizeof laws / sizeof laws[0] };

static inline struct stream test_stream(uint64_t replicate) {
    return stream_make(20260512, "rows", 1, true, replicate);
}

static inline const struct row *make_row(struct drawn *drawn, const struct law *law, size_t n,
                                         uint64_t replicate) {
    const struct family *family = family_find(law->family);
    double log_n = log((double)n);
    return drawn_row(drawn, family, law->p, log_n, typical_scale(family, law->p, log_n).log_lambda,
                     test_stream(replicate));
}

#endif
