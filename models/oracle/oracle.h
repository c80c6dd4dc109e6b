/* oracle: exact expectations at finite n, without sampling (THEORY 4; outputs 6).
 *
 * For independent scores, with w(s) = exp(beta (s - s*)), phi(u) = E exp(-u w), u = e^x and a = u w (eta and
 * z in THEORY), gamma Euler's constant:
 *
 *     E log Z = int [exp(-e^x) - phi^n] dx                                (relative to beta s*)
 *     E H     = int phi^{n-1} n E[a e^{-a} (-gamma - log a)] dx
 *     E Y_2   = int phi^{n-1} n E[a^2 e^{-a}] dx
 *     E chi   = int phi^{n-2} n (n-1) (E[a e^{-a} b^2] E[a e^{-a}] - (E[a e^{-a} b])^2) dx
 *     E p_(1) = int n E[a e^{-a} (E[e^{-a'}; s' <= s])^{n-1}] dx
 *     E<gap>  = int dx int dt n E[a e^{-a}; s < t] (phi^{n-1} - (E[e^{-a'}; s' < t])^{n-1})
 *
 * (a Gamma-integral for 1/Z^k inside the expectation), chi = -dH/dlog beta. The inner expectation runs over y
 * = log(n V) with measure e^y dy, by Gauss-Legendre panels on which neither y nor b = beta g(y) (profile.h)
 * changes by more than about 1; where a is small, by sums of powers of a that all x share. The outer integral
 * goes by panels on the scale of the integrand: that of e^{-e^x}, or of n V as a function of b where that is
 * longer. Any family, n and beta.
 *
 * This room, from what is asked down to sums over scores:
 * - oracle (questions, collapse points), to whichever has the answer: fixed (plateaus, closed forms), law
 *   (independent scores, by what follows), mixture (rows that differ in scale), product (keys at positions),
 *   tree (sums along a tree).
 * - law: knots (scores at one n, as all betas see them), field (at one beta), inner (the expectations at one
 *   x), series (the same on panels far longer than 1), outer (the integral over x), answer (from integrals
 *   to means and errors), pairs (E Y_2 where rare rows make it); rules (nodes and weights of all).
 * - mixture: between (the law's means as functions of beta), faint (small E Y_2 of Gaussian rows).
 * - product: lone (one key's functions, by a lattice of scores, or deep, where these lie far apart); their
 *   sums over keys: grid (one step; comb lays the keys out, far adds those that are dense) or ladder (steps
 *   that grow); highest (the mean of the largest score, below its law).
 * - beside: sink (THEORY 10), limits (n -> inf, THEORY 5), course (along prescriptions, THEORY 8). */
#ifndef GAPSCALE_MODELS_ORACLE_ORACLE_H
#define GAPSCALE_MODELS_ORACLE_ORACLE_H

#include "models/families/family.h"
#include "models/theory/criterion.h"

/* One beta. Every error is an estimate of the distance to the exact value, from how the integrands' series in
 * Legendre polynomials end (models/numeric/panels.h), rounding, and allowances; no bound, but none has been
 * seen to fall short of panels 1.9 times finer. On the entropy it is 2.2e-8 at most for series of
 * configs/reproduce.yaml, 2.1e-6 for pareto scores. Y_2 has a relative error down to e^-700, mostly 1e-10
 * below 1e-8 (pairs.h), where errors are asked for. What cannot be computed is NaN with an infinite error. */
struct oracle_point {
    double entropy, entropy_error;             /* nats */
    double participation, participation_error; /* Y_2 */
    /* log E Y_2, also where E Y_2 is less than a double holds, down to e^-4000 and in the central limit. */
    double log_mean_participation, log_mean_participation_error;
    double top_weight, top_weight_error;         /* p_(1) */
    double log_top_weight, log_top_weight_error; /* E log p_(1): -log Z relative to beta s_(1) */
    /* Relative to beta s*, s* = Q(1/n); FAMILY_FIXED: to the maximum. NaN where rare rows decide it: infinite
     * for pareto with tail <= 1, unknown a little above. */
    double log_partition, log_partition_error;
    /* E<gap> = E sum p (s_(1) - s), in 1/Lambda^typ. */
    double gap_mean, gap_mean_error;
    /* -dE H/dlog beta, the mean variance of b under a row's weights. */
    double susceptibility, susceptibility_error;
};
extern const struct oracle_point oracle_unknown_point;

struct oracle;

/* Whether there is one of a family's rows. */
bool oracle_knows(const struct family *family);

/* log_n in (0, 1e6]; `p` must outlive the oracle. NULL when out of memory. */
struct oracle *oracle_create(const struct family *family, const double *p, double log_n);
/* The same where log Lambda^typ is known already. */
struct oracle *oracle_create_with(const struct family *family, const double *p, double log_n,
                                  double log_lambda_typ);
void oracle_free(struct oracle *oracle);

/* From now on, panels so many times shorter (1: what they are): for tests of the errors. */
void oracle_refine(struct oracle *oracle, double fineness);

/* Families on a sphere (scores -T, T = 1 - <q,k>, tangential part of a key of length (T(2-T))^{1/2}):
 *
 *     E[1 - <q,ATT>] = E sum p T          = int phi^{n-1} n E[a e^{-a} T] dx
 *     E|ATT_tan|^2   = E sum p^2 T(2-T)   = int phi^{n-1} n E[a^2 e^{-a} T(2-T)] dx
 *     Var <q,ATT>    = E(sum p X)^2 - (E sum p X)^2,  X = T - any constant near E sum p T,
 *     E(sum p X)^2   = int dx [phi^{n-1} n E[a^2 e^{-a} X^2] + phi^{n-2} n (n-1) (E[a e^{-a} X])^2]
 *
 * in absolute units. NaN with an infinite error where the error would pass the value, or the value
 * underflows. */
struct oracle_output {
    double bias, bias_error;                       /* E[1 - <q,ATT>] */
    double tangential, tangential_error;           /* E|ATT_tan|^2: d-1 times the variance in a direction */
    double radial_variance, radial_variance_error; /* Var <q,ATT> */
};
/* NaN, with errors without end. */
extern const struct oracle_output oracle_unknown_output;

/* E p_(k), the k-th largest weight, k = 1 .. ranks <= ORACLE_RANKS, of independent scores:
 *
 *     int dx n C(n-1, k-1) E[a e^{-a} (E[e^{-a'}; s' > s])^{k-1} (E[e^{-a'}; s' <= s])^{n-k}]
 *
 * 0 for k > n. */
enum { ORACLE_RANKS = 64 };

/* What is wanted at one beta besides the means of H, Y_2, log Z and the gap, which come always. One pass over
 * x gives all of it. */
struct oracle_question {
    bool top_weight; /* costs as much again; else p_(1) is to leading order only */
    bool gap;        /* costs as much again; else the gap is the difference of large numbers */
    bool errors;     /* of the inner expectation too: a little more */
    bool output;     /* NaN unless the family lies on a sphere */
    bool slope;      /* the susceptibility to as many digits as the rest: some more */
    size_t ranks;    /* ordered weights */
};

struct oracle_answer {
    struct oracle_point point;
    struct oracle_output output;
    /* The first `ranks`; absolute errors, of the outer rule and an allowance of 1e-10 p_(k) for the inner. */
    double weight[ORACLE_RANKS], weight_error[ORACLE_RANKS];
};

/* At beta = beta_ratio Lambda^typ, beta_ratio > 0. Less than a millisecond; of trees 1 to 20, or 70 where
 * groups are of many sizes. Where rows differ in scale 8 to 16 for what all betas need, once for a question
 * and those that ask for less, then a fiftieth or so; and, as what was answered is kept, not for two threads
 * at once. False when out of memory. */
bool oracle_ask(const struct oracle *oracle, double beta_ratio, struct oracle_question question,
                struct oracle_answer *answer);

/* One answer alone, with its errors. */
bool oracle_at(const struct oracle *oracle, double beta_ratio, struct oracle_point *point);
bool oracle_output_at(const struct oracle *oracle, double beta_ratio, struct oracle_output *output);
bool oracle_ordered_weights(const struct oracle *oracle, double beta_ratio, size_t count, double *weight,
                            double *error);

/* E log Y_2 = 2 E log p_(1) - E log p_(1) at 2 beta, from what one oracle says at beta and at 2 beta; within
 * [-E H, E log p_(1)], where that of every row is. */
double oracle_log_participation(const struct oracle_point *at, const struct oracle_point *twice,
                                double *error);

/* Susceptibility of the mean, -dE H/dlog beta: the point's with its `slope` asked for. NaN where it is not
 * known, and where scores fall with distance where it is below its error, *error then being what it is less
 * than. NULL: the error is not asked for. */
double oracle_susceptibility(const struct oracle *oracle, double beta_ratio, double *error);

/* From now on, what follows may begin with answers at growing beta ratios, which must outlive the oracle. */
void oracle_recall(struct oracle *oracle, size_t count, const double *beta_ratio,
                   const struct oracle_point *point);

/* Where the mean crosses: the beta ratio with E H = threshold, or E Y_2 = threshold. 0 where it has crossed
 * at beta = 0 already, NaN where it never does. *error receives the root's error, which costs a point; NULL:
 * it is not asked for. */
double oracle_collapse_entropy(const struct oracle *oracle, double threshold, double *error);
double oracle_collapse_participation(const struct oracle *oracle, double threshold, double *error);

/* Where the mean's susceptibility is largest, of its maxima the first uphill from Lambda^typ, to about 1e-7;
 * *curvature receives the second derivative of its logarithm by log beta there. NaN where there is none
 * within a factor of 1000, or a plateau has no top to tell. */
double oracle_collapse_susceptibility(const struct oracle *oracle, double *curvature);

/* Of these that of a criterion; NaN for the one that no mean tells. *curvature is left alone but for the
 * susceptibility's. */
double oracle_collapse(const struct oracle *oracle, const struct criterion *criterion, double *curvature);

#endif
