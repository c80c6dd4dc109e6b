#include "tests/bench/kept.h"

#include <math.h>
#include <stdlib.h>

#include "models/theory/typical.h"
#include "sim/base/memory.h"
#include "tests/bench/ledger.h"

enum { GAPS = 73, FACTORS = 17, RANKS = 8 };

const struct kept_law kept_law[KEPT_LAWS] = {
    {"gaussian", "gaussian", {1}},
    {"gumbel", "gumbel", {0, 1}},
    {"spherical d=3", "spherical", {3}},
    {"spherical d=5", "spherical", {5}},
    {"powerlaw-2", "powerlaw", {2, 1}},
    {"stretched-3", "stretched", {3, 1}},
    {"pareto-2", "pareto", {2}},
    {"spherical d=64", "spherical", {64}},
    {"dotproduct d=64", "dotproduct", {64, 1}},
    {"dotproduct d=1", "dotproduct", {1, 1}},
    {"dotproduct d=3", "dotproduct", {3, 1}},
};

struct kept {
    const struct isa *isa;
    struct sampler_law *law;
    struct sampler *sampler;
    double log_n, log_lambda;
    size_t betas;
    double beta[KEPT_BETAS_MOST], value[KEPT_BETAS_MOST][MEASURE_VALUES], te[FACTORS][MEASURE_VALUES],
        ordered[KEPT_BETAS_MOST * RANKS], gap[GAPS], count[GAPS];
};

struct kept *kept_create(const struct isa *isa, const struct kept_law *law, double log_n, bool counted,
                         size_t betas) {
    struct kept *k = memory_create(1, sizeof *k);
    const struct family *family = family_find(law->family);
    k->isa = isa;
    k->log_n = log_n;
    k->log_lambda = typical_scale(family, law->p, log_n).log_lambda;
    k->betas = betas;
    for (size_t b = 0; b < betas; b++) { k->beta[b] = exp2(-4 + 8 * (double)b / (double)(betas - 1)); }
    for (size_t i = 0; i < GAPS; i++) { k->gap[i] = kept_gap(i); }
    k->sampler = sampler_create(isa);
    k->law = sampler_law_create(family, law->p, log_n, k->log_lambda, counted, isa->kernel, betas, k->beta);
    return k;
}

void kept_free(struct kept *k) {
    sampler_free(k->sampler);
    sampler_law_free(k->law);
    free(k);
}

double kept_log_lambda(const struct kept *k) { return k->log_lambda; }

double kept_gap(size_t i) { return ldexp(1 + 0.25 * (double)(i % 4), -8 + (int)(i / 4)); }

static void read_clock(double *at, size_t which) {
    if (at) { at[which] = ledger_clock(); }
}

struct kept_answer kept_row(struct kept *k, uint64_t replicate, double at[KEPT_PARTS + 1]) {
    static const struct criterion criterion[] = {{CRITERION_ENTROPY, 1},
                                                 {CRITERION_PARTICIPATION, 0.5},
                                                 {CRITERION_TOP_TWO_RATIO, 0.5},
                                                 {CRITERION_SUSCEPTIBILITY, 0}};
    const struct kernel *kernel = k->isa->kernel;
    const struct measure_grid grid = {k->betas, k->beta, (const double(*)[MEASURE_VALUES])k->value};
    double factor[FACTORS], root[4];
    read_clock(at, 0);
    const struct row *row =
        sampler_row(k->sampler, k->law, stream_make(1, "bench", k->log_n, false, replicate));
    read_clock(at, KEPT_MAKE + 1);
    measure_betas(kernel, row, k->betas, k->beta, k->value);
    read_clock(at, KEPT_BETAS + 1);
    for (size_t c = 0; c < 4; c++) { root[c] = measure_collapse(kernel, row, &criterion[c], &grid); }
    read_clock(at, KEPT_ROOTS + 1);
    const double lambda = measure_accumulation(row).lambda;
    read_clock(at, KEPT_LAMBDA + 1);
    for (int i = 0; i < FACTORS; i++) { factor[i] = ldexp(lambda, i - FACTORS / 2); }
    measure_betas(kernel, row, FACTORS, factor, k->te);
    read_clock(at, KEPT_TE + 1);
    measure_ordered_weights(k->isa->kernel, row, k->betas, k->beta, grid.value, RANKS, k->ordered);
    read_clock(at, KEPT_ORDERED + 1);
    measure_log_gap_count(kernel, row, GAPS, k->gap, k->count);
    read_clock(at, KEPT_COUNTS + 1);
    return (struct kept_answer){k->value[k->betas / 2][MEASURE_ENTROPY], lambda, root[0], root[1], root[2]};
}
