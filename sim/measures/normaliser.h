/* normaliser: what other maps from scores to weights make of a row (THEORY 2; issue of sparse attention).
 * Pure functions of a row, as measure.h; beta in units of Lambda^typ, gaps in units of 1/Lambda^typ.
 *
 * alpha-entmax (Peters, Niculae & Martins, arXiv:1905.05702), 1 < alpha <= 2, is
 *
 *     p_i = [(alpha - 1) beta (T - gap_i)]_+^{1/(alpha - 1)},   T such that sum p_i = 1,
 *
 * and sparsemax (Martins & Astudillo, arXiv:1602.02068) its case alpha = 2. Only the keys within the gap T
 * have weight: the *support*. In the Gumbel class the sparsemax support - 1 is Poisson(1/b) at beta = b
 * Lambda^typ: D_j = j (s_(j) - s_(j+1)) are independent exponentials, and k + 1 keys have weight iff beta
 * (D_1 + .. + D_k) < 1. A sink is one more key, whose score is given: softmax may leave its weight there. */
#ifndef GAPSCALE_SIM_MEASURES_NORMALISER_H
#define GAPSCALE_SIM_MEASURES_NORMALISER_H

#include "sim/measures/measure.h"

struct normalised {
    double support; /* keys that have weight */
    double entropy, participation, top_weight;
};

/* 1.05 <= alpha <= 2, beta > 0. Accurate to 1e-7, 1e-9 while the support lies in the row's top, and its
 * number exact, while it is below 2^12 keys; beyond, it ends inside a part whose scores are taken as spread
 * evenly. NaN where it ends in the bulk, beyond 2^52 keys. */
struct normalised normaliser_entmax(const struct row *row, double alpha, double beta);

/* Of a row with these measures at some beta and one more key whose logit is `log_weight` above that of the
 * row's maximum: weight of that key; the rest are of all keys, `support` is n + 1. */
struct normaliser_sink {
    double weight, entropy, participation;
};
struct normaliser_sink normaliser_sink(const double measure[MEASURE_VALUES], double log_weight);

#endif
