/* attention: the attention output of keys on a sphere beside theory (THEORY 6), at every (n, beta) of a
 * series.
 *
 * Regimes are told apart by n_eff = n/rho(beta), the effective number of keys: subcritical from
 * ATTENTION_MANY on, supercritical below ATTENTION_FEW where Y_2 is 1/2 or more, critical between. Whatever
 * the regime, the questions of attention_point.h are asked at that n, with nothing fitted, and the limit laws
 * stand beside them.
 *
 * Values at different betas come from the same rows. The chi squares of 1 - <q,ATT> and |ATT_tan|^2 use the
 * correlation over the kept replicates; of the other questions, and of all where rows are the same at every
 * n, the largest deviation counts, at the p-value of a largest of so many, whatever their correlation. A
 * regime is refuted where the least p-value of all questions is below 1e-3 over their number, from 400
 * replicates on: of fewer, fewer than 100 may carry a mean.
 *
 * This room: attention_point (one (n, beta)), this file (regimes, and the series as a whole), sphere_curves
 * (theory along a series' betas, as lines for figures). */
#ifndef GAPSCALE_ANALYSIS_SPHERE_ATTENTION_H
#define GAPSCALE_ANALYSIS_SPHERE_ATTENTION_H

#include "analysis/sphere/attention_point.h"
#include "analysis/text/words.h"
#include "analysis/verdict/verdict.h"

/* One question over all points of one regime. */
struct attention_answer {
    double chi_square, freedom; /* up to ATTENTION_CHI_SQUARES, of rows that differ from n to n; else NaN */
    double sigma;               /* the deviation furthest from 0; NaN where there is none */
    size_t count;               /* deviations */
    double p;
};

struct attention_part {
    size_t points, left_out; /* left out of chi squares: no exact values that are as good as the rows */
    struct attention_answer answer[ATTENTION_QUESTIONS];
    enum verdict_kind kind;
    char sentence[2 * WORDS_LINE];
};

/* A part of the output as a Gaussian: the points where it is asked, and those where it passes for one. */
struct attention_normal {
    size_t points, passes;
};

/* From which n_eff on the output is Gaussian, over all points with n_eff >= 1. */
struct attention_gaussian {
    struct attention_normal along, across; /* of the query */
    double least, most;                    /* n_eff */
    double fails;                          /* the largest n_eff where one of both fails; 0: none */
    double exponent; /* n_eff ~ n^exponent between the two largest n at the largest beta; NaN for one n */
    double power;    /* beta ~ n^power there; NaN where beta is no power of n */
    char sentence[2 * WORDS_LINE]; /* "" where there are none */
};

struct attention {
    double dimension;
    size_t count;
    struct attention_point *point; /* [lengths][betas] */
    struct attention_part part[ATTENTION_REGIMES];
    struct attention_gaussian gaussian;
};

/* An empty one for a series without an output; `common`: its rows are the same at every n. */
void attention_make(struct attention *attention, const struct results_series *series, bool common);
void attention_release(struct attention *attention);

/* The deviation furthest from 0 over all regimes; NaN where there is none. */
double attention_worst(const struct attention *attention, enum attention_question question);

#endif
