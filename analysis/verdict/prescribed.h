/* prescribed: what becomes of the entropy along a prescription (THEORY 8): does it stay, collapse or spread,
 * at which rate, and is that what theory expects?
 *
 * Of a series with one beta at each n, y = log of the mean H (of its median along a critical prescription
 * where rows differ in scale: some of them never collapse then):
 * - errors: the sample's, or what rows move that are too rare to be in it, where that is more: below the
 *   critical beta those that one key takes, of rows that differ in scale those that never collapse;
 * - points: n at which N/(1 + N (se/H)^2) rows carry the mean, 100 or a quarter of all at least; the others
 * are left out, as means that rare rows carry have no error that covers;
 * - rate: slope of y in log log n (in log n where theory has a power of n) over the upper half of log log n,
 *   at least three points, from the trained length on; 95% with the difference to the upper half of that;
 * - fate: the entropy stays where the interval of the rate lies within +-0.1, spreads or collapses where it
 *   lies beyond; else it is left untold. Of fewer points it collapses if at the largest n it is surely below
 *   a tenth of what it is at the first: mean + 3 se + 4/N, as near-ties that no row of N shows may have gone
 *   unseen;
 * - exact means: chi square of log(H/exact), nothing fitted, of 16 replicates or more, with what all n share
 *   and how it grows in log log n (contrast.h); with the same randomness at every n the largest deviation
 *   alone, corrected for their number. The same rate of the exact means
 *   tells what these n can show. */
#ifndef GAPSCALE_ANALYSIS_VERDICT_PRESCRIBED_H
#define GAPSCALE_ANALYSIS_VERDICT_PRESCRIBED_H

#include "analysis/fit/fit.h"
#include "analysis/verdict/contrast.h"
#include "analysis/verdict/verdict_kind.h"
#include "models/oracle/course.h"

/* What the verdict rests on. */
enum prescribed_ground {
    PRESCRIBED_NO_RATE,   /* fewer than three points */
    PRESCRIBED_NO_MEDIAN, /* rows differ in scale, and the quartiles of H are not in the file */
    PRESCRIBED_EXACT,     /* means contradict exact ones */
    PRESCRIBED_BETWEEN,   /* the interval of the rate tells no fate */
    PRESCRIBED_NO_THEORY, /* that says where it leads, or no exact means */
    PRESCRIBED_REACH,     /* another fate than theory's as n -> inf, as exact means have at these n */
    PRESCRIBED_FATE,      /* another fate than theory's, and another rate than exact means' */
    PRESCRIBED_AGREES,
};

struct prescribed_point { /* NaN: none */
    double log_ratio;     /* of beta/Lambda^typ */
    double entropy, se;   /* mean, or median */
    double exact;         /* mean; NaN beside a median */
    double carriers;      /* rows that carry the mean */
    bool is_trained;      /* n is the trained length or above */
    bool is_used;         /* its error covers */
};

struct prescribed {
    struct course course; /* theory */
    enum verdict_kind kind;
    enum prescribed_ground ground;
    enum course_fate fate;
    bool by_ends;                   /* it is known without a rate */
    bool is_median, by_n;           /* of what the rate is, and in what */
    double rate, low, high, exact;  /* 95%; what exact means have over the same n; NaN: none */
    double first_log_n, last_log_n; /* between which */
    size_t points, left_out;        /* n from the trained length on that are used, and that are not */
    size_t exact_count;
    double exact_chi_square, exact_p;         /* NaN: none */
    struct contrast exact_shift, exact_trend; /* of log(H/exact); NaN: none, or shared randomness */
    double exact_joint_p;                     /* of all three: what the verdict rests on */
};

/* Of a series that is prescribed. Nothing to free. */
void prescribed_make(struct prescribed *prescribed, const struct fit *fit);
/* At one n of it. */
struct prescribed_point prescribed_at(const struct prescribed *prescribed,
                                      const struct results_series *series, size_t n);
/* At the largest n that is used; `is_used` is false where there is none. */
struct prescribed_point prescribed_last(const struct prescribed *prescribed,
                                        const struct results_series *series, size_t *n);

/* The verdict in words. */
enum { PRESCRIBED_SENTENCE = 1024 };
const char *prescribed_sentence(const struct prescribed *prescribed, const struct fit *fit,
                                char out[PRESCRIBED_SENTENCE]);

#endif
