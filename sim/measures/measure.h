/* measure: what is measured on one score row (THEORY 1 and 2). Pure functions of a row; who made the row does
 * not matter. beta is in units of Lambda^typ, gaps in units of 1/Lambda^typ.
 *
 * This room: measure at given betas, out of averages (of gaps under the weights); measure_collapse (a row's
 * own collapse points), by guess (from the grid of betas) and nearby (from cumulants); normaliser and dense
 * (sparsemax, entmax and sinks in the place of softmax); output (attention outputs on spheres); leading
 * (Lambda_n of measured scores, without a row); pilot (Lambda^typ of laws without a formula). */
#ifndef GAPSCALE_SIM_MEASURES_MEASURE_H
#define GAPSCALE_SIM_MEASURES_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

#include "models/theory/criterion.h"
#include "sim/rows/kernel.h"
#include "sim/rows/row.h"

/* What is measured on a row at one beta: key, name in files, unit, meaning. A measure is its row here and its
 * line in measure.c (fill_from): its mean, error and block means in every file follow
 * (sim/results/table.h). */
#define MEASURE_TABLE(MEASURE)                                                                               \
    MEASURE(ENTROPY, "entropy", "nat", "Shannon entropy H of the softmax weights")                           \
    MEASURE(PARTICIPATION, "participation", "1", "participation Y_2 = sum p^2")                              \
    MEASURE(TOP_WEIGHT, "top_weight", "1", "largest weight p_(1)")                                           \
    MEASURE(TOP_TWO_RATIO, "top_two_ratio", "1", "p_(2)/p_(1)")                                              \
    MEASURE(SUSCEPTIBILITY, "susceptibility", "nat", "beta^2 Var_p(gap) = -dH/dlog beta")                    \
    MEASURE(LOG_PARTITION, "log_partition", "1", "log Z relative to beta times the largest score")           \
    MEASURE(GAP_MEAN, "gap_mean", "1/lambda_typ", "mean gap under the weights")

#define MEASURE_KEY(key, name, unit, meaning) MEASURE_##key,
enum measure {
    MEASURE_TABLE(MEASURE_KEY) MEASURE_COUNT,
    MEASURE_LOG_PARTICIPATION = MEASURE_COUNT, /* log Y_2, where Y_2 itself may be 0 */
    MEASURE_TWICE_GAP_MEAN,                    /* mean gap at 2 beta, */
    MEASURE_LOG_BETA,                          /* and log beta itself, for whoever looks for a root */
    MEASURE_VALUES
};

/* All measures at one beta > 0, any size up to inf, which stands for the limit. */
void measure_row(const struct kernel *kernel, const struct row *row, double beta, double out[MEASURE_VALUES]);

/* The same but for rounding at `count` increasing betas; quicker where they repeat from octave to octave. */
void measure_betas(const struct kernel *kernel, const struct row *row, size_t count, const double *beta,
                   double (*value)[MEASURE_VALUES]);

/* Weights p_(k) of the k-th largest scores, k <= ranks, at `count` increasing betas, whose measures are
 * `value`: weight[beta][k - 1]. 0 where k > n; NaN where the k-th score is neither explicit nor in a bin of
 * equal scores. */
void measure_ordered_weights(const struct kernel *kernel, const struct row *row, size_t count,
                             const double *beta, const double (*value)[MEASURE_VALUES], size_t ranks,
                             double *weight);

/* Lambda_n = max_{k >= 2} log k / Delta_(k), with the rank and gap that attain it. Ties at the top:
 * lambda = inf, gap 0, log_rank = log m. */
struct accumulation {
    double lambda, log_rank, gap;
};
struct accumulation measure_accumulation(const struct row *row);

/* Delta_(2); 0 for a tie, inf when n = 1 in double range. */
double measure_top_gap(const struct row *row);

/* log N_n(t) at `count` increasing gaps t > 0. Exact when t lies in the explicit top or on a bin's
 * edge, or bins are not of gaps (compress_finer.h); else, inside a bin, log N is interpolated linearly in t
 * between the bin's edges. */
void measure_log_gap_count(const struct kernel *kernel, const struct row *row, size_t count, const double *t,
                           double *log_gap_count);

/* The measures of a row on a grid of increasing beta. */
struct measure_grid {
    size_t count; /* 0: there is none */
    const double *beta;
    const double (*value)[MEASURE_VALUES]; /* measure_betas of the row */
};

/* The row's own collapse point, relative accuracy 1e-10: the beta at which the criterion's measure
 * crosses its threshold; `grid` speeds up the search, and is believed where it says it to 1e-12. 0 when it is
 * crossed already at beta = 0; inf when ties at the top keep it from ever being crossed. Susceptibility: its
 * maximum on the grid, refined, or a higher one that the entropy tells of between two points; NaN when the
 * maximum is an end of the grid. */
double measure_collapse(const struct kernel *kernel, const struct row *row, const struct criterion *criterion,
                        const struct measure_grid *grid);

#endif
