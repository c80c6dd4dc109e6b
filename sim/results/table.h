/* table: the one table of a series' arrays, in the order of the file (results/SCHEMA.md). The members of
 * struct results_series, enum results_quantity, memory, and what is written, read and digested all follow
 * from it.
 *
 * - ARRAY(kind, KEY, series, axes, unit, meaning): dataset KEY, in s->KEY;
 * - COUNT(KEY, series, axes, unit, meaning): dataset KEY, in s->KEY_at, found out by the sweep;
 * - EXACT(KEY, series, axes, unit, meaning): dataset exact/KEY, in s->exact_KEY;
 * - MEASURE(KEY, name, unit, meaning): datasets NAME_mean, NAME_se and NAME_block at every beta, in s->mean,
 *   s->se and s->block[MEASURE_KEY];
 * - AVERAGE(kind, KEY, name, series, axes, unit, meaning): datasets NAME_mean, NAME_se, in s->mean and
 *   s->se[RESULTS_KEY];
 * - KEPT_AVERAGE(..): the same over the kept replicates alone.
 *
 * kind is one of enum results_kind; series is EVERY, OUTPUT for those with an attention output only,
 * SPARSEMAX, ENTMAX and SINKS for those that ask for these normalisers, TARGETED for those with a target, or
 * EMPIRICAL for rows that were measured. What has no unit is not in the file; such rows stand last.
 *
 * A new average over replicates is one row and one line in sim/sweep/replicate.c (a measure at one beta: in
 * sim/measures, measure.h and measure.c); a kept array likewise; an array of exact values is one row and one
 * line in sim/sweep/exact.c. Rows also fix the order of numbers in records (sim/sweep/record.h). */
#ifndef GAPSCALE_SIM_RESULTS_TABLE_H
#define GAPSCALE_SIM_RESULTS_TABLE_H

#include "sim/measures/measure.h"

/* Key, name in the file, series. */
#define RESULTS_DIMENSION_TABLE(DIMENSION)                                                                   \
    DIMENSION(LOG_N, "log_n", EVERY)                                                                         \
    DIMENSION(BETA, "beta_index", EVERY)                                                                     \
    DIMENSION(BLOCK, "block", EVERY)                                                                         \
    DIMENSION(QUANTILE, "quantile", EVERY)                                                                   \
    DIMENSION(RANK, "rank", EVERY)                                                                           \
    DIMENSION(GAP, "gap_grid", EVERY)                                                                        \
    DIMENSION(TE, "te_factor", EVERY)                                                                        \
    DIMENSION(REPLICATE, "replicate", EVERY) /* the kept ones */                                             \
    DIMENSION(CRITERION, "criterion", EVERY)                                                                 \
    DIMENSION(COMPONENT, "component", OUTPUT) /* of the output: the first RESULTS_COMPONENTS at most */      \
    DIMENSION(PAIR, "component_pair", OUTPUT) /* of components a <= b: (0, 0), (0, 1), .., (1, 1), .. */     \
    DIMENSION(COLUMN, "column", OUTPUT)       /* of the value matrix */                                      \
    DIMENSION(LEVEL, "weight_level", OUTPUT)                                                                 \
    DIMENSION(ALPHA, "entmax_alpha", ENTMAX)                                                                 \
    DIMENSION(SINK, "sink_score", SINKS)                                                                     \
    DIMENSION(SPACING, "spacing", EMPIRICAL)                                                                 \
    DIMENSION(WINDOW, "window", EMPIRICAL)                                                                   \
    DIMENSION(PRESCRIPTION, "prescription", EMPIRICAL)                                                       \
    DIMENSION(MULTIPLIER, "n_over_trained", EMPIRICAL)

/* Of measured rows: a number and the ends of an interval about it. */
#define RESULTS_INTERVAL(ARRAY, key, axes, unit, meaning, interval)                                          \
    ARRAY(AVERAGED, key, EMPIRICAL, axes, unit, meaning)                                                     \
    ARRAY(AVERAGED, key##_low, EMPIRICAL, axes, unit, interval)                                              \
    ARRAY(AVERAGED, key##_high, EMPIRICAL, axes, unit, interval)

#define RESULTS_TABLE(ARRAY, COUNT, EXACT, MEASURE, AVERAGE, KEPT_AVERAGE)                                   \
    ARRAY(GIVEN, log_n, EVERY, (LOG_N), "1", "natural log of the context length n")                          \
    ARRAY(GIVEN, n, EVERY, (LOG_N), "1", "context length n; inf past 1e308")                                 \
    ARRAY(GIVEN, lambda_typ, EVERY, (LOG_N), "1/score", "typical accumulation scale Lambda^typ; may be inf") \
    ARRAY(GIVEN, log_lambda_typ, EVERY, (LOG_N), "1", "natural log of Lambda^typ")                           \
    ARRAY(GIVEN, beta, EVERY, (LOG_N, BETA), "1/score", "inverse temperature; may be inf")                   \
    ARRAY(GIVEN, beta_ratio, EVERY, (LOG_N, BETA), "lambda_typ", "beta/Lambda^typ")                          \
    COUNT(replicates, TARGETED, (LOG_N), "1", "replicates that the target took")                             \
    MEASURE_TABLE(MEASURE)                                                                                   \
    AVERAGE(ADDED, LOG_PARTICIPATION, "log_participation", EVERY, (LOG_N, BETA), "1",                        \
            "log Y_2: what is typical where rare rows carry the mean of Y_2")                                \
    AVERAGE(ADDED, LOG_TOP_WEIGHT, "log_top_weight", EVERY, (LOG_N, BETA), "1", "log p_(1)")                 \
    ARRAY(ADDED, participation_carriers, EVERY, (LOG_N, BETA), "1",                                          \
          "rows that carry the mean of Y_2: (sum Y_2)^2/sum Y_2^2 over replicates")                          \
    ARRAY(ADDED, top_weight_carriers, EVERY, (LOG_N, BETA), "1", "rows that carry the mean of p_(1)")        \
    ARRAY(GIVEN, block_size, EVERY, (BLOCK), "1", "replicates in each block")                                \
    ARRAY(GIVEN, quantile, EVERY, (QUANTILE), "1", "probability")                                            \
    ARRAY(AVERAGED, entropy_quantile, EVERY, (LOG_N, BETA, QUANTILE), "nat",                                 \
          "quantiles of H over replicates, from a histogram with bins of relative width 1/64")               \
    ARRAY(GIVEN, rank, EVERY, (RANK), "1", "rank k of a weight, the largest first")                          \
    AVERAGE(AVERAGED, ORDERED_WEIGHT, "ordered_weight", EVERY, (LOG_N, BETA, RANK), "1", "mean of p_(k)")    \
    ARRAY(GIVEN, gap_grid, EVERY, (GAP), "1/lambda_typ", "gap t below the row's maximum")                    \
    AVERAGE(AVERAGED, LOG_GAP_COUNT, "log_gap_count", EVERY, (LOG_N, GAP), "1", "mean of log N_n(t)")        \
    ARRAY(GIVEN, te_factor, EVERY, (TE), "1", "beta = factor x the row's own Lambda_n")                      \
    KEPT_AVERAGE(AVERAGED, TE_ENTROPY, "te_entropy", EVERY, (LOG_N, TE), "nat",                              \
                 "mean of H at that beta, over the kept replicates")                                         \
    KEPT_AVERAGE(AVERAGED, TE_TOP_TWO_RATIO, "te_top_two_ratio", EVERY, (LOG_N, TE), "1",                    \
                 "mean of p_(2)/p_(1) at that beta, over the kept replicates")                               \
    ARRAY(KEPT, lambda, EVERY, (LOG_N, REPLICATE), "lambda_typ", "the row's accumulation scale Lambda_n")    \
    ARRAY(KEPT, lambda_log_rank, EVERY, (LOG_N, REPLICATE), "1", "log k* where Lambda_n is attained")        \
    ARRAY(KEPT, lambda_gap, EVERY, (LOG_N, REPLICATE), "1/lambda_typ", "gap t* where Lambda_n is attained")  \
    ARRAY(KEPT, top_gap, EVERY, (LOG_N, REPLICATE), "1/lambda_typ", "gap of the second largest score")       \
    ARRAY(KEPT, collapse, EVERY, (LOG_N, CRITERION, REPLICATE), "lambda_typ",                                \
          "the row's own collapse point")                                                                    \
    EXACT(entropy, EVERY, (LOG_N, BETA), "nat", "mean of H, without sampling")                               \
    EXACT(entropy_error, EVERY, (LOG_N, BETA), "nat", "estimate of its error")                               \
    EXACT(participation, EVERY, (LOG_N, BETA), "1", "mean of Y_2, without sampling")                         \
    EXACT(participation_error, EVERY, (LOG_N, BETA), "1", "estimate of its error")                           \
    EXACT(top_weight, EVERY, (LOG_N, BETA), "1", "mean of p_(1), without sampling")                          \
    EXACT(log_participation, EVERY, (LOG_N, BETA), "1", "mean of log Y_2, without sampling")                 \
    EXACT(log_participation_error, EVERY, (LOG_N, BETA), "1", "estimate of its error")                       \
    EXACT(log_top_weight, EVERY, (LOG_N, BETA), "1", "mean of log p_(1), without sampling")                  \
    EXACT(log_top_weight_error, EVERY, (LOG_N, BETA), "1", "estimate of its error")                          \
    EXACT(log_mean_participation, EVERY, (LOG_N, BETA), "1",                                                 \
          "log of the mean of Y_2, which may be less than a double holds")                                   \
    EXACT(log_mean_participation_error, EVERY, (LOG_N, BETA), "1", "estimate of its error")                  \
    EXACT(collapse, EVERY, (LOG_N, CRITERION), "lambda_typ", "where the exact mean meets the criterion")     \
    EXACT(collapse_curvature, EVERY, (LOG_N, CRITERION), "1",                                                \
          "of the susceptibility: second derivative of log chi by log beta at its maximum")                  \
    EXACT(susceptibility, EVERY, (LOG_N, BETA), "1",                                                         \
          "mean of chi, without sampling, at the three betas about its maximum")                             \
    AVERAGE(AVERAGED, SPARSEMAX_SUPPORT, "sparsemax_support", SPARSEMAX, (LOG_N, BETA), "1",                 \
            "keys with weight under sparsemax")                                                              \
    AVERAGE(AVERAGED, SPARSEMAX_ENTROPY, "sparsemax_entropy", SPARSEMAX, (LOG_N, BETA), "nat",               \
            "H of its weights")                                                                              \
    AVERAGE(AVERAGED, SPARSEMAX_PARTICIPATION, "sparsemax_participation", SPARSEMAX, (LOG_N, BETA), "1",     \
            "Y_2 of its weights")                                                                            \
    AVERAGE(AVERAGED, SPARSEMAX_TOP_WEIGHT, "sparsemax_top_weight", SPARSEMAX, (LOG_N, BETA), "1",           \
            "largest of its weights")                                                                        \
    ARRAY(GIVEN, entmax_alpha, ENTMAX, (ALPHA), "1", "alpha of alpha-entmax")                                \
    AVERAGE(AVERAGED, ENTMAX_SUPPORT, "entmax_support", ENTMAX, (LOG_N, BETA, ALPHA), "1",                   \
            "keys with weight under alpha-entmax")                                                           \
    AVERAGE(AVERAGED, ENTMAX_ENTROPY, "entmax_entropy", ENTMAX, (LOG_N, BETA, ALPHA), "nat",                 \
            "H of its weights")                                                                              \
    AVERAGE(AVERAGED, ENTMAX_PARTICIPATION, "entmax_participation", ENTMAX, (LOG_N, BETA, ALPHA), "1",       \
            "Y_2 of its weights")                                                                            \
    AVERAGE(AVERAGED, ENTMAX_TOP_WEIGHT, "entmax_top_weight", ENTMAX, (LOG_N, BETA, ALPHA), "1",             \
            "largest of its weights")                                                                        \
    ARRAY(GIVEN, sink_score, SINKS, (SINK), "score", "score of the sink: one more key under softmax")        \
    AVERAGE(AVERAGED, SINK_WEIGHT, "sink_weight", SINKS, (LOG_N, BETA, SINK), "1", "weight of the sink")     \
    AVERAGE(AVERAGED, SINK_ENTROPY, "sink_entropy", SINKS, (LOG_N, BETA, SINK), "nat",                       \
            "H of all weights, the sink's among them")                                                       \
    AVERAGE(AVERAGED, SINK_PARTICIPATION, "sink_participation", SINKS, (LOG_N, BETA, SINK), "1",             \
            "Y_2 of all weights, the sink's among them")                                                     \
    EXACT(sink_weight, SINKS, (LOG_N, BETA, SINK), "1", "mean weight of the sink, without sampling")         \
    EXACT(sink_weight_error, SINKS, (LOG_N, BETA, SINK), "1", "estimate of its error")                       \
    ARRAY(GIVEN, value_matrix, OUTPUT, (COMPONENT, COLUMN), "1",                                             \
          "value matrix V, its first column the query's direction")                                          \
    ARRAY(GIVEN, weight_level, OUTPUT, (LEVEL), "1", "a weight")                                             \
    ARRAY(GIVEN, pair_first, OUTPUT, (PAIR), "1", "first component of a pair, from 0")                       \
    ARRAY(GIVEN, pair_second, OUTPUT, (PAIR), "1", "second component of a pair")                             \
    AVERAGE(AVERAGED, OUTPUT_BIAS, "output_bias", OUTPUT, (LOG_N, BETA), "1", "1 - <q,ATT> at V = I")        \
    AVERAGE(AVERAGED, OUTPUT_TANGENTIAL, "output_tangential", OUTPUT, (LOG_N, BETA), "1",                    \
            "squared length of ATT across q, at V = I")                                                      \
    AVERAGE(AVERAGED, OUTPUT_IDENTITY, "output_identity", OUTPUT, (LOG_N, BETA), "1",                        \
            "sum p^2 (1-s^2) - (1 + c/beta) sum p (1-s^2) + ((d-1)/beta) sum p s, c the concentration of "   \
            "keys: 0 in the mean")                                                                           \
    AVERAGE(AVERAGED, EFFECTIVE_KEYS, "effective_keys", OUTPUT, (LOG_N, BETA), "1", "1/Y_2")                 \
    AVERAGE(AVERAGED, TOP_DEFICIT, "top_deficit", OUTPUT, (LOG_N, BETA), "1", "1 - p_(1)")                   \
    AVERAGE(AVERAGED, LOG_TOP_DEFICIT, "log_top_deficit", OUTPUT, (LOG_N, BETA), "1", "-log(1 - p_(1))")     \
    AVERAGE(AVERAGED, WEIGHTS_ABOVE, "weights_above", OUTPUT, (LOG_N, BETA, LEVEL), "1",                     \
            "number of keys with more than this weight")                                                     \
    AVERAGE(AVERAGED, OUTPUT, "output", OUTPUT, (LOG_N, BETA, COMPONENT), "1", "components of V ATT")        \
    ARRAY(AVERAGED, output_covariance, OUTPUT, (LOG_N, BETA, PAIR), "1",                                     \
          "covariance over replicates of two components of V ATT")                                           \
    ARRAY(AVERAGED, ordered_weight_quantile, OUTPUT, (LOG_N, BETA, RANK, QUANTILE), "1",                     \
          "quantiles of p_(k) over replicates, from a histogram with bins of relative width 1/64")           \
    ARRAY(KEPT, output_radial, OUTPUT, (LOG_N, BETA, REPLICATE), "1", "1 - <q,ATT> of the kept replicates")  \
    ARRAY(KEPT, output_tangent, OUTPUT, (LOG_N, BETA, REPLICATE), "1",                                       \
          "one tangential component of ATT of the kept replicates")                                          \
    ARRAY(KEPT, output_square, OUTPUT, (LOG_N, BETA, REPLICATE), "1",                                        \
          "squared length of ATT across q of the kept replicates")                                           \
    EXACT(output_bias, OUTPUT, (LOG_N, BETA), "1", "mean of 1 - <q,ATT>, without sampling")                  \
    EXACT(output_tangential, OUTPUT, (LOG_N, BETA), "1", "mean of that squared length, without sampling")    \
    EXACT(output_bias_error, OUTPUT, (LOG_N, BETA), "1", "estimate of the error of exact/output_bias")       \
    EXACT(output_tangential_error, OUTPUT, (LOG_N, BETA), "1",                                               \
          "estimate of the error of exact/output_tangential")                                                \
    EXACT(output_radial_variance, OUTPUT, (LOG_N, BETA), "1", "variance of <q,ATT>, without sampling")       \
    EXACT(output_radial_variance_error, OUTPUT, (LOG_N, BETA), "1",                                          \
          "estimate of the error of exact/output_radial_variance")                                           \
    EXACT(ordered_weight, OUTPUT, (LOG_N, BETA, RANK), "1", "mean of p_(k), without sampling")               \
    ARRAY(GIVEN, row_count, EMPIRICAL, (LOG_N), "1", "rows measured; lambda and the like are NaN beyond")    \
    ARRAY(GIVEN, spacing, EMPIRICAL, (SPACING), "1", "rank k of a spacing")                                  \
    ARRAY(GIVEN, window, EMPIRICAL, (WINDOW), "1", "nearest keys")                                           \
    ARRAY(AVERAGED, tie_fraction, EMPIRICAL, (LOG_N), "1", "rows whose largest scores tie")                  \
    ARRAY(AVERAGED, extreme_value_index, EMPIRICAL, (LOG_N), "1", "index from spacings, sinks left out")     \
    ARRAY(AVERAGED, extreme_value_index_se, EMPIRICAL, (LOG_N), "1", "its standard error between sequences") \
    ARRAY(AVERAGED, extreme_value_index_gaussian, EMPIRICAL, (LOG_N), "1",                                   \
          "what independent Gaussian rows of this n read")                                                   \
    ARRAY(AVERAGED, spacing_mean, EMPIRICAL, (LOG_N, SPACING), "1/lambda_typ",                               \
          "mean of k (s_(k) - s_(k+1)), sinks left out")                                                     \
    ARRAY(AVERAGED, sequences, EMPIRICAL, (LOG_N), "1", "sequences that have rows and fewer than half ties") \
    ARRAY(AVERAGED, sequences_tied, EMPIRICAL, (LOG_N), "1", "left out: half of their rows tie")             \
    ARRAY(AVERAGED, rounding, EMPIRICAL, (LOG_N), "1", "median of how far rounding may move log Lambda_n")   \
    ARRAY(AVERAGED, top_key_mass, EMPIRICAL, (LOG_N), "1", "mean largest weight at beta = 1")                \
    ARRAY(AVERAGED, nearness, EMPIRICAL, (LOG_N), "1",                                                       \
          "nearest keys that hold 90% of the weight, over as many for equal weights: median of sequences")   \
    ARRAY(AVERAGED, local_mass, EMPIRICAL, (LOG_N, WINDOW), "1",                                             \
          "share of the weight in the nearest keys: median of sequences")                                    \
    RESULTS_INTERVAL(ARRAY, model_beta_ratio, (LOG_N), "1", "beta = 1, the model as trained, over Lambda",   \
                     "95% interval of 1/lambda_between_sequences")                                           \
    ARRAY(AVERAGED, lambda_between_sequences, EMPIRICAL, (LOG_N), "1/score",                                 \
          "exp of the mean over sequences of their medians of log Lambda_n")                                 \
    ARRAY(AVERAGED, lambda_without_sinks, EMPIRICAL, (LOG_N), "1/score",                                     \
          "median Lambda_n without the keys that are sinks")                                                 \
    RESULTS_INTERVAL(ARRAY, drift, (PRESCRIPTION), "1",                                                      \
                     "max(m/Lambda)/min(m/Lambda) over the trained lengths",                                 \
                     "95% interval of the fitted trend's drift")                                             \
    RESULTS_INTERVAL(ARRAY, drift_beyond, (PRESCRIPTION), "1", "drift from the longest trained length on",   \
                     "95% interval of the fitted trend's drift")                                             \
    ARRAY(GIVEN, n_over_trained, EMPIRICAL, (MULTIPLIER), "1", "context length over the trained one")        \
    RESULTS_INTERVAL(ARRAY, multiplier, (MULTIPLIER), "1", "m(n) if the trained trend goes on",              \
                     "its 95% interval between sequences")                                                   \
    RESULTS_INTERVAL(ARRAY, drift_without_sinks, (PRESCRIPTION), "1",                                        \
                     "drift over the trained lengths, sinks left out",                                       \
                     "95% interval of the fitted trend's drift")                                             \
    RESULTS_INTERVAL(ARRAY, drift_beyond_without_sinks, (PRESCRIPTION), "1",                                 \
                     "drift from the longest trained length on, sinks left out",                             \
                     "95% interval of the fitted trend's drift")                                             \
    RESULTS_INTERVAL(ARRAY, multiplier_without_sinks, (MULTIPLIER), "1",                                     \
                     "m(n) if the trained trend goes on, sinks left out",                                    \
                     "its 95% interval between sequences")                                                   \
    AVERAGE(AVERAGED, OUTPUT_PAIR, "output_pair", OUTPUT, (LOG_N, BETA, PAIR), NULL,                         \
            "sums of two components on their scales, for their covariance")                                  \
    ARRAY(GIVEN, output_scale, OUTPUT, (LOG_N, BETA, COMPONENT), NULL,                                       \
          "about what the components fluctuate by")

#define RESULTS_NOTHING(...)

#endif
