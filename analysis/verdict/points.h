/* points: the collapse points of one series as data for laws: every n that has one, with the covariance of
 * their errors. */
#ifndef GAPSCALE_ANALYSIS_VERDICT_POINTS_H
#define GAPSCALE_ANALYSIS_VERDICT_POINTS_H

#include "analysis/fit/fit.h"
#include "analysis/statistics/law.h"
#include "analysis/verdict/contrast.h"

enum points_kind {
    POINTS_MEANS, /* roots of the replicate means */
    POINTS_ROWS,  /* medians of the rows' own collapse points: heavy tails */
    POINTS_FIXED, /* the row's own: rows without randomness */
};

struct points {
    enum points_kind kind;
    size_t count;
    double *log_n, *log_ratio, *log_beta; /* of beta_c/Lambda^typ, and of beta_c */
    double *log_lambda, *log_exact; /* of Lambda^typ, and of the exact ratio (NaN where there is none) */
    double *covariance;             /* [count][count], of log_ratio */
    double *systematic; /* [count]: the part of these variances that interpolation makes and not noise */
    double *deviation;  /* [count]: of log_ratio from the exact ratio as this grid of betas makes it; NaN
                           likewise */
    double *deviation_systematic; /* [count]: variance that interpolation makes of it */
    double *bias; /* [count]: what a crossing lies off on average, half of the product of its error and of its
                     mean's relative one: a logarithm's mean is not that of the mean */
    double *grid; /* [count]: how far interpolation may move all points together */
    size_t cut_off;    /* n that are left out, since the beta grid ends at the collapse point or before */
    size_t few_carry;  /* n that are left out, since few rows carry the mean where it crosses */
    size_t groups;     /* what a joint covariance was estimated from; 0: noise is independent */
    double freedom;    /* of Student's law, for the error of a point alone */
    bool has_errors;   /* there is noise */
    bool lacks_groups; /* the same randomness at every n, and too little of it for a joint covariance */
};

/* Fewer replicates give errors that may be anything. */
enum { POINTS_REPLICATES = 16 };

/* More groups than points by so many, for a joint covariance. */
enum { POINTS_MORE_GROUPS = 13 };

/* Of the fit's primary criterion, none where replicates are fewer. Independent errors of means are widened by
 * what Student's law asks of a 95% interval at this number of replicates, or of blocks where the error comes
 * from leaving these out (susceptibility). With the same randomness at every n (fit->common) the covariance
 * comes from leaving out blocks of replicates at all n together, that of medians from the sides of them on
 * which each row lies; both widened for being estimates (Hartlap et al. 2007).
 *
 * Means whose grid of betas ends near their collapse point are found there only where noise is kind. They are
 * left out where the exact point lies beyond the grid or less than four errors within it, and so does the
 * measured one as far as noise goes (nine errors): a choice that noise does not make. Without an exact point,
 * where the measured one lies less than four errors within. Means that few rows carry where they cross
 * are left out, too: the rows that they miss have no part in their errors. */
void points_make(struct points *points, const struct fit *fit);
void points_release(struct points *points);

/* Whether so few rows carry the mean where it crosses at an n (results_carriers_needed) that its error covers
 * nothing: never of medians, and of rows without randomness. */
bool points_few_carry(const struct fit *fit, size_t n);
/* Degrees of freedom of the primary criterion's error at an n: the maximum of the mean susceptibility has its
 * from leaving out blocks, all else from replicates. */
double points_freedom(const struct fit *fit, size_t n);
/* What interpolation between betas may move the primary criterion's point at an n by: several times what it
 * shows. */
double points_grid(const struct fit *fit, size_t n);

/* The first point with log n >= least, but for the rounding of n to a whole number; count when there is
 * none. */
size_t points_from(const struct points *points, double least);

/* Deviations at all points that have one, nothing fitted. */
struct points_test {
    size_t count;      /* of points that have one */
    size_t freedom;    /* modes of their covariance that noise makes and not interpolation: fewer than points
                          where these share rows */
    double chi_square; /* over these; of independent points whose errors come from few blocks, of the normal
                          deviates that are as unlikely as their Student's t */
    double p;          /* of one as large were theory right; of a joint covariance by Hotelling's law */
    struct contrast shift; /* of log beta_c, from two points on: what deviations have in common .. */
    struct contrast trend; /* .. and, from three on, their slope in log log n */
    double joint_p;        /* of all three (contrast_joint_p) */
};
/* False where there is no such mode. */
bool points_try(const struct points *points, struct points_test *test);

/* By what factor errors of `terms` coefficients, fitted to `count` points, grow since their covariance is an
 * estimate (Dodelson & Schneider, Phys. Rev. D 88 (2013) 063537); 1 where it is none. */
double points_widen(const struct points *points, size_t count, size_t terms);

/* The same of rows of unlike scale, whose medians have no exact values: of the crossings of their mean
 * entropies, where 100 rows carry these with what rare rows move them by (rare.h). */
bool points_try_means(const struct fit *fit, struct points_test *test);

/* The points from `first` on as data, with y = `values`; `scratch` has room for count^2 numbers. */
struct law_data points_data(const struct points *points, size_t first, const double *values, double *scratch);

#endif
