/* kept: rows as a sweep keeps them, everything measured and stored but outputs: 65 betas, Lambda_n, four
 * collapse points, 17 factors of TE, ordered weights, N_n(t). */
#ifndef GAPSCALE_TESTS_BENCH_KEPT_H
#define GAPSCALE_TESTS_BENCH_KEPT_H

#include "sim/measures/measure.h"
#include "sim/rows/sampler.h"

/* The laws that benchmarks go over. */
struct kept_law {
    const char *name, *family;
    double p[FAMILY_PARAMETERS];
};
enum { KEPT_LAWS = 11 };
extern const struct kept_law kept_law[KEPT_LAWS];

enum kept_part {
    KEPT_MAKE,
    KEPT_BETAS,
    KEPT_ROOTS,
    KEPT_LAMBDA,
    KEPT_TE,
    KEPT_ORDERED,
    KEPT_COUNTS,
    KEPT_PARTS
};

enum { KEPT_BETAS_MOST = 257 };

/* The rows of one law at one n. */
struct kept;
/* Betas evenly from Lambda^typ/16 to 16 Lambda^typ in their logarithms, 2 to KEPT_BETAS_MOST of them. */
struct kept *kept_create(const struct isa *isa, const struct kept_law *law, double log_n, bool counted,
                         size_t betas);
void kept_free(struct kept *kept);

/* Of a row, in units of Lambda^typ. */
struct kept_answer {
    double entropy, lambda, root_entropy, root_participation,
        root_top_two; /* entropy: at beta = Lambda^typ */
};

/* A row, made and measured. `at` receives the thread's clock before it and after each part; NULL: it is not
 * read, which takes half a microsecond. */
struct kept_answer kept_row(struct kept *kept, uint64_t replicate, double at[KEPT_PARTS + 1]);
double kept_log_lambda(const struct kept *kept);
/* The gaps t of N_n(t), in units of 1/Lambda^typ: i < 73. */
double kept_gap(size_t i);

#endif
