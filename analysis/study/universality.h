/* universality: series whose scores reach their upper end with one exponent, judged together (THEORY 9).
 *
 * Where V ~ C t^kappa at a gap t below the upper end of the scores, Lambda^typ ~ kappa (C n)^(1/kappa), and
 * nothing but kappa and C is left as n -> inf: of series of one kappa beta_c grows with the power 1/kappa of
 * n, and beta_c/Lambda^typ tends to one constant, whatever the law is elsewhere. Keys on a sphere have kappa
 * = (d-1)/2, and C is their density at the query: concentration multiplies beta_c by (f(q)/f_0)^(2/(d-1)),
 * f_0 the density of uniform keys.
 *
 * A class is all series of the Weibull class with constant parameters, one exponent and one criterion, of two
 * laws at least. Their points are those from where on Lambda^typ keeps to its power of n within
 * UNIVERSALITY_REACH: so little may be left out, and is part of every error. Of series that share their
 * streams (shared.h) the first alone is asked; the others are told of, and left out of every question.
 *
 * In 60 experiments (four series of kappa = 1, 512 rows at 8 n) all verdicts were `supported`, and the p of
 * every question uniform: below .05 in 4, 3, 2 and 5 of them. */
#ifndef GAPSCALE_ANALYSIS_STUDY_UNIVERSALITY_H
#define GAPSCALE_ANALYSIS_STUDY_UNIVERSALITY_H

#include "analysis/fit/fit.h"
#include "analysis/text/words.h"
#include "analysis/verdict/verdict.h"

#define UNIVERSALITY_REACH 1e-4
#define UNIVERSALITY_LEAST_P 1e-3 /* over the number of questions: less refutes, of 64 replicates or more */

/* KEY, name, what is asked about, and what it asks */
#define UNIVERSALITY_QUESTION_TABLE(Q)                                                                       \
    Q(EXPONENT, "exponent", "exponents", "exponents against 1/kappa")                                        \
    Q(RATIO, "ratio", "ratios", "limits of beta_c/Lambda^typ against one another")                           \
    Q(LIMIT, "limit", "their mean", "their mean against the limit law")                                      \
    Q(DENSITY, "density", "amplitudes", "amplitudes against the density at the query")

enum universality_question {
#define UNIVERSALITY_KEY(KEY, ...) UNIVERSALITY_##KEY,
    UNIVERSALITY_QUESTION_TABLE(UNIVERSALITY_KEY) UNIVERSALITY_QUESTIONS
};
extern const char *const universality_question_name[UNIVERSALITY_QUESTIONS];

struct universality_answer {
    double chi_square; /* of normal deviations, nothing fitted but what they share; NaN: nothing to ask */
    size_t freedom;
    double p;
};

/* Errors are standard ones, of logarithms where values are logarithms. NaN: there is none. */
struct universality_member {
    const struct fit *fit;
    const struct fit *shares; /* an earlier member that takes the same random numbers; NULL: none */
    size_t points;            /* n that were used; fewer than two give nothing */
    double first_log_n;
    double exponent, exponent_se;
    double log_ratio, log_ratio_se;         /* lim log beta_c/Lambda^typ */
    double log_amplitude, log_amplitude_se; /* lim log beta_c/n^(1/kappa) */
    double concentration, log_density;      /* keys on a sphere: log f(q)/f_0, by Bessel functions */
    /* Amplitude over that of the least concentrated member, as measured and as densities have it. */
    double log_moved, log_moved_se, log_moved_predicted;
};

enum { UNIVERSALITY_SENTENCE = 2 * WORDS_LINE };

struct universality {
    double exponent;          /* 1/kappa */
    double limit;             /* beta_c/Lambda^typ in the limit law; NaN where it is not known */
    double common, common_se; /* as measured, of all members */
    double unmoved_sigma;     /* standard errors that exclude an amplitude which no density moves; NaN */
    size_t count;
    struct universality_member *member;
    struct universality_answer answer[UNIVERSALITY_QUESTIONS];
    enum verdict_kind kind;
    char sentence[UNIVERSALITY_SENTENCE];
};

/* The classes among these fits, with their members' fits and exponents, and nothing else; how many there are
 * in *count. The fits must outlive them. Free with universality_release. */
struct universality *universality_find(size_t fits, const struct fit *fit, size_t *count);
/* Fills the rest. */
void universality_judge(struct universality *class);
void universality_release(size_t count, struct universality *classes);

#endif
