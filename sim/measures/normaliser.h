/* normaliser: what other maps from scores to weights make of a row. Pure functions of a row, as measure.h;
 * beta in units of Lambda^typ, gaps in units of 1/Lambda^typ.
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

struct normaliser; /* a workspace: one per thread */
struct normaliser *normaliser_create(void);
void normaliser_free(struct normaliser *normaliser);

/* The row that is measured from now on; it must stay. */
void normaliser_begin(struct normaliser *normaliser, const struct row *row);

/* 1.05 <= alpha <= 2, beta > 0 of any size. While the support ends well within the row's 4096 largest scores
 * its number is exact, and the rest good to 1e-9. Beyond, they lie in cells that move sum p by 1e-6 at most,
 * each, and hold less than 2^-10 of the keys above where T is among them: the support is good to 1e-3 of
 * itself, but where all of its last keys have hardly any weight (behind heavy tails: some per cent), and the
 * rest to 1e-4 (held against every score to 1e5 keys), or, where counted rows tell no finer, to what
 * fluctuations inside a part leave open (5e-5 of log N). Beyond 2^52 keys the row has no randomness and these
 * are integrals, the support may be inf. */
struct normalised normaliser_entmax(struct normaliser *normaliser, double alpha, double beta);

/* Of a row with these measures at some beta and one more key whose logit is `log_weight` above that of the
 * row's maximum: the weight of that key; entropy and participation are those of all n + 1 keys. */
struct normaliser_sink {
    double weight, entropy, participation;
};
struct normaliser_sink normaliser_sink(const double measure[MEASURE_VALUES], double log_weight);

#endif
