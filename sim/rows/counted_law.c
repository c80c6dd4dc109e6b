#include "sim/rows/counted_law.h"

#include <stdlib.h>

#include "models/numeric/legendre.h"
#include "sim/base/memory.h"
#include "sim/rows/counted_table.h"

enum { NODES = COUNTED_NODES, MIRRORED = COUNTED_MIRRORED };
static const double MOST_COUNTED = 52 * M_LN2;        /* log of the scores at which the bulk begins */
static const double RARE = 0.01, SHORTEST = 1.0 / 32; /* factors of rows below and beyond are not foreseen */
static const double LOWEST_TOP = 3; /* log(n V) of the maximum; it is more with probability e^{-e^3} */

/* Points evenly in z = log(v/(1 - v base)), the logit of V but for a constant, where v in [1, 2) is V or
 * 1 - V over its smallest value `base` in the octave: quantiles are smooth in it through V = 1/2. */
static void bin_make(const struct counted_law *law, const struct legendre *rule, struct counted_bin *bin,
                     uint64_t octave, uint64_t index) {
    const bool mirror = octave > law->upper;
    const double log_octave = mirror ? law->log_n - ((double)(octave - law->upper) + 1) * M_LN2
                                     : law->log_top + ((double)octave - 1) * M_LN2,
                 base = exp(log_octave - law->log_n);
    double u, width, z[NODES], total = 0, mean = 0, square = 0;
    counted_index_range(index, &u, &width);
    bin->address = counted_address_make(octave, index);
    bin->log_mean = log_octave - law->depth * M_LN2;
    bin->lower = profile_gap(law->profile, counted_place(law, octave, u));
    bin->middle = profile_gap(law->profile, counted_place(law, octave, u + width / 2));
    bin->upper = profile_gap(law->profile, counted_place(law, octave, u + width));
    double first = mirror ? 2 - u : 1 + u, last = mirror ? first - width : first + width;
    double start = log(first) - log1p(-first * base), end = log(last) - log1p(-last * base);
    for (size_t i = 0; i < NODES; i++) {
        z[i] = (start + end) / 2 + (end - start) / 2 * rule->x[i];
        double v = exp(z[i]) / (1 + exp(z[i]) * base);
        bin->node[i] = profile_gap(law->profile, counted_place(law, octave, mirror ? 2 - v : v - 1));
        bin->weight[i] = rule->w[i] * v * (1 - v * base);
        total += bin->weight[i];
    }
    for (size_t i = 0; i < NODES; i++) {
        bin->weight[i] /= total;
        mean += bin->weight[i] * z[i];
    }
    while (bin->nodes < NODES && isfinite(bin->node[bin->nodes])) { bin->nodes++; }
    for (size_t i = 0; i < NODES; i++) { square += bin->weight[i] * (z[i] - mean) * (z[i] - mean); }
    for (size_t i = 0; i < NODES; i++) { bin->spread[i] = bin->weight[i] * (z[i] - mean) / sqrt(square); }
}

/* The narrowest that a peak can be over the counted octaves. */
static double narrowest_peak(const struct counted_law *law) {
    double narrowest = INFINITY, end = fmin(law->log_n - 0.7, MOST_COUNTED);
    const double h = 0.2;
    for (double y = law->log_top; y < end - h; y += 0.5) {
        narrowest = fmin(narrowest, profile_peak_width(law->profile, y, h));
    }
    return narrowest;
}

/* Where the explicit top ends, and how many octaves follow. At least 64 scores are in the top but for a
 * probability of 1e-16. */
static void law_divide(struct counted_law *law) {
    double octaves = law->n <= ROW_EXPLICIT ? 0 : ceil((law->log_n - log(320)) / M_LN2);
    law->log_top = law->log_n - octaves * M_LN2;
    if (octaves == 0) { return; }
    if (isfinite(law->n)) {
        law->upper = (unsigned)octaves - 1;
        law->mirrored = (unsigned)fmin(MIRRORED, ceil((law->log_n - log(32)) / M_LN2) - 1);
    } else {
        law->upper = (unsigned)floor((MOST_COUNTED - law->log_top) / M_LN2);
    }
    double peak = narrowest_peak(law);
    law->depth = 1;
    while (law->depth < 5 && ldexp(0.8, -(int)law->depth) > peak / 3.5) { law->depth++; }
}

/* Parts end at the rest beyond the mirrored octaves, or go on in the bulk. */
static void law_invert(struct counted_law *law) {
    double end = law->log_n + (law->mirrored > 0 ? log1p(-ldexp(1, -(int)law->mirrored - 1)) : 0);
    if (!profile_invert(law->profile, law->log_top, end)) { memory_exhausted(); }
}

static void law_fill(struct counted_law *law) {
    size_t count = (size_t)(law->upper + law->mirrored) << law->depth;
    struct counted_bin *bin = law->bin = memory_create(count, sizeof *bin);
    struct legendre rule;
    legendre_make(NODES, &rule);
    for (uint64_t octave = 1; octave <= law->upper + law->mirrored; octave++) {
        for (uint64_t i = 0; i < (uint64_t)1 << law->depth; i++) {
            bin_make(law, &rule, bin++, octave, ((uint64_t)1 << law->depth) + i);
        }
    }
    if (law->mirrored > 0) {
        law->last_gap = profile_gap(law->profile, law->log_n + log1p(-ldexp(1, -(int)law->mirrored - 2)));
    } else if (law->upper > 0) {
        law->bulk = bulk_create(law->profile, law->log_top + law->upper * M_LN2);
    }
}

struct counted_law *counted_law_create(const struct family *family, const double *p, double log_n,
                                       double log_lambda_typ, const struct kernel *kernel, size_t betas,
                                       const double *beta) {
    struct counted_law *law = memory_create(1, sizeof *law);
    law->log_n = log_n;
    law->n = log_n < 53 * M_LN2 ? rint(exp(log_n)) : INFINITY;
    law->typical_score = family->quantile(p, -log_n);
    law->log_lambda = log_lambda_typ;
    law->profile = profile_create(family, p, log_n, log_lambda_typ);
    if (!law->profile) { memory_exhausted(); }
    law_divide(law);
    if (law->upper + law->mirrored > 0) { law_invert(law); }
    law_fill(law);
    double lowest_top = profile_gap(law->profile, LOWEST_TOP);
    if (law->bulk) { bulk_prepare(law->bulk, kernel, lowest_top, betas, beta); }
    const double stretch[2] = {family->row_scale ? fmax(family->row_scale(p, RARE), SHORTEST) : 1,
                               family->row_scale ? family->row_scale(p, 1 - RARE) : 1};
    law->table = counted_table_create((size_t)(law->upper + law->mirrored) << law->depth, law->bin,
                                      lowest_top, kernel, betas, beta, stretch);
    return law;
}

void counted_law_free(struct counted_law *law) {
    if (!law) { return; }
    bulk_free(law->bulk);
    profile_free(law->profile);
    free(law->bin);
    counted_table_free(law->table);
    free(law);
}
