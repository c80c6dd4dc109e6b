/* attention_point: the attention output at one (n, beta) beside exact values and limit laws.
 *
 *     subcritical    n Var of the radial and of each tangential part over rho (A'(2 beta) + D^2) and
 *                    rho A(2 beta)/(2 beta); Kolmogorov-Smirnov of both parts, standardised with these,
 *                    against the normal law
 *     critical       mean p_(1) over that of the Weibull limit at the same beta/n^(2/(d-1))
 *     supercritical  E[1 - p_(1)] over a log 2 (d >= 3) and -E log(1 - p_(1)) over beta E[T_(2) - T_(1)] */
#ifndef GAPSCALE_ANALYSIS_SPHERE_ATTENTION_POINT_H
#define GAPSCALE_ANALYSIS_SPHERE_ATTENTION_POINT_H

#include "sim/results/results.h"

#define ATTENTION_MANY 10.0
#define ATTENTION_FEW 0.1

enum attention_regime {
    ATTENTION_SUBCRITICAL,
    ATTENTION_CRITICAL,
    ATTENTION_SUPERCRITICAL,
    ATTENTION_REGIMES
};
extern const char *const attention_point_regime_name[ATTENTION_REGIMES];

/* What is asked of a point: means less their exact values, in standard errors (of the mean and of the exact
 * value together). Not asked where exact values, or what rows are known to, are not three times as good as
 * the rows' scatter tells, nor where a few rare rows make the mean: of weights below ATTENTION_RARE_WEIGHT;
 * of p_(1), H, Y_2 and the identity where 1 - E p_(1) is below ATTENTION_RARE_DEFICIT; of either below what
 * ATTENTION_ROWS rows make; of 1 - <q,ATT>, or of |ATT_tan|^2 and what is quadratic in ATT, where few rows
 * carry their means (results_carriers_needed); of Y_2, and what is quadratic, where fewer than ATTENTION_ROWS
 * rows are taken by few keys, and make a tenth of E Y_2 or more, or, beyond half of rows' own relative
 * variance, a third of its error. */
/* Key, name, words, head of a column, meaning of the deviation. Errors of variance and covariance come from
 * the fourth moments of the kept rows; the former is not asked where that is large, or would be of one key
 * alone, unless many take part. The identity: E sum p^2 (1-s^2) - sum p (1-s^2) + ((d-1)/beta) sum p s = 0.
 * The covariance of V ATT stands beside V (st I + (sr - st) q q^T) V^T with sr, st as measured along and
 * across. */
#define ATTENTION_QUESTION_TABLE(Q)                                                                          \
    Q(BIAS, "bias", "1 - <q,ATT>", "along", "mean of 1 - <q,ATT> less its exact value, in standard errors")  \
    Q(TANGENTIAL, "tangential", "|ATT_tan|^2", "across",                                                     \
      "mean of |ATT_tan|^2 less its exact value, in standard errors")                                        \
    Q(VARIANCE, "variance", "Var <q,ATT>", "Var",                                                            \
      "variance of <q,ATT> less its exact value, in standard errors")                                        \
    Q(ENTROPY, "entropy", "H", "H", "mean of H less its exact value, in standard errors")                    \
    Q(PARTICIPATION, "participation", "Y_2", "Y_2", "mean of Y_2 less its exact value, in standard errors")  \
    Q(WEIGHT, "weight", "ordered weights", "p_(k)", "the same of the ordered weight furthest off")           \
    Q(IDENTITY, "identity", "the identity", "ident.",                                                        \
      "mean of the identity that must vanish, in standard errors")                                           \
    Q(MATRIX, "matrix", "V ATT", "V ATT",                                                                    \
      "component of V ATT furthest from V times the exact mean of ATT, in standard errors")                  \
    Q(COVARIANCE, "covariance", "its covariance", "cov.",                                                    \
      "covariance of V ATT furthest from what the variances along and across give, likewise")

enum attention_question {
#define ATTENTION_KEY(KEY, ...) ATTENTION_##KEY,
    ATTENTION_QUESTION_TABLE(ATTENTION_KEY) ATTENTION_QUESTIONS,
    ATTENTION_CHI_SQUARES = ATTENTION_VARIANCE /* so many are judged by chi square, the others by the largest
                                                  deviation */
};
/* "bias", "tangential", ... */
extern const char *const attention_point_question_name[ATTENTION_QUESTIONS];

#define ATTENTION_RARE_WEIGHT 0.01
#define ATTENTION_RARE_DEFICIT 0.05
#define ATTENTION_ROWS 50.0

/* The furthest from 0 of `count` deviations; NaN and 0 where there is none. */
struct attention_deviation {
    double sigma;
    size_t count;
};
void attention_point_add_deviation(struct attention_deviation *worst, struct attention_deviation other);

/* NaN: does not exist. */
struct attention_point {
    size_t n, beta_index;
    enum attention_regime regime;
    double n_eff, critical; /* n/rho(beta); beta/n^(2/(d-1)) */
    struct attention_deviation deviation[ATTENTION_QUESTIONS];
    /* n_eff >= 1: over the central limit's value, and its standard error (along from the fourth moment of the
     * kept rows, if 100 are); p-values. Of the radial part where its spread is told from what rows are off.
     */
    double radial_ratio, radial_ratio_se, tangential_ratio, tangential_ratio_se, radial_p, tangential_p;
    double top_weight_ratio, top_weight_ratio_se;   /* critical: mean p_(1) over its limit */
    double deficit_ratio, deficit_ratio_se;         /* supercritical: E[1 - p_(1)] over a log 2 */
    double log_deficit_ratio, log_deficit_ratio_se; /* -E log(1 - p_(1))/(beta E[T_(2) - T_(1)]) */
};

/* C^(1/kappa), where Lambda^typ ~ kappa (C n)^(1/kappa), and n^(1/kappa) T_(i) -> (Gamma_i/C)^(1/kappa) for a
 * row's keys near the query; NaN where the family has no such law. */
double attention_point_endpoint_root(const struct results_series *series, double kappa);

/* Of a series with an output. */
void attention_point_fill(struct attention_point *point, const struct results_series *series, size_t n,
                          size_t beta_index);

#endif
