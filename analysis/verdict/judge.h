/* judge: what a verdict's numbers come from: the exponent, the scale and the exact test (verdict.h) of the
 * points of one series. */
#ifndef GAPSCALE_ANALYSIS_VERDICT_JUDGE_H
#define GAPSCALE_ANALYSIS_VERDICT_JUDGE_H

#include "analysis/verdict/points.h"
#include "analysis/verdict/verdict.h"
#include "models/oracle/limits.h"

#define JUDGE_IMPOSSIBLE 1e-5 /* the p-value of simulation against exact values that refutes */

struct judge {
    const struct fit *fit;
    struct points points;
    double *scratch, *values; /* room for a matrix, and for values at the points */
    double *expected,
        *expected_ratio; /* log beta_c and log beta_c/Lambda^typ as theory has them at these n */
    enum verdict_theory theory;
    double trusted_from;  /* log n from where corrections can be trusted */
    size_t first;         /* of the window */
    bool asymptotic;      /* the window starts there */
    struct limits limits; /* at the largest n */
};

extern const struct verdict_estimate judge_unknown;

/* F3, whose last term F1 leaves out; the exponent is the second coefficient. */
enum { JUDGE_TERMS = 4 };
extern const enum law_term judge_law_of_log[JUDGE_TERMS], judge_law_of_power[JUDGE_TERMS];

/* beta_c/Lambda^typ of the mean in the limit law; NaN where theory has no such constant. In the Gumbel class
 * p_(2)/p_(1) = U^b with U uniform, of mean 1/(1 + b). */
double judge_limit(const struct limits *limits, const struct criterion *criterion);

/* The limit law at the largest n, of one n or more; what beta_c/Lambda^typ of the criterion judged tends to
 * in it: of rows without randomness, of the median of rows where these are judged, else of the mean. */
struct limits judge_limits(const struct fit *fit);
double judge_constant(const struct fit *fit, const struct limits *limits);

/* VERDICT_ASYMPTOTIC or more, from the limit law. */
double judge_trusted_from(const struct judge *judge);

/* The first point from `least` on if that leaves points enough, else `otherwise`. */
size_t judge_window(const struct points *points, double least, size_t otherwise);

/* Adds what the correction terms leave out to the covariance of data. */
void judge_add_truncation(const struct judge *judge, const struct law_data *data, double *covariance);

/* Fills `expected` and what it is: the exact collapse points, else Lambda^typ alone, whose ratio is 1. */
void judge_expect(struct judge *judge);
/* Makes the three estimates of the verdict, beside what the same fits make of `expected`. */
void judge_estimate(const struct judge *judge, struct verdict *verdict);
/* Fills the exact_ part of the verdict, over the points that have exact values. Rows without randomness have
 * them or are contradicted (p = 0). */
void judge_exact(const struct judge *judge, struct verdict *verdict);

#endif
