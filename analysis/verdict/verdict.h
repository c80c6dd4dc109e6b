/* verdict: does the collapse happen at the predicted scale, with which power of log n or n, and what does
 * that exclude?
 *
 * Three questions, kept apart. (a) Simulation against the exact finite-n values, nothing fitted: chi square,
 * and what the deviations have in common and how they grow, which it hardly sees (points.h).
 * (b) Scale: log beta_c against log Lambda^typ, slope and amplitude with a 1/L term (L = log n), beside slope
 * 1 and the limit constant of the class. (c) Law: the exponent of log n (or of n) with correction terms, and
 * rival laws with the same ones. Intervals are 95% and carry statistical errors and what the choice of
 * corrections and of the smallest n moves:
 *
 *     log beta_c = a + xi log L + b/L + c log L/L     (F3; F1 has no last term)
 *     half^2 = (1.96 se)^2 + (F3 - F1)^2 + (F3 from 2 L_0 on less that from L_0 on)^2 + late^2
 *
 * L_0 is the smallest L from 10 on, of tails s^-a from c a on where that is more, c the Gumbel class's
 * constant (at smaller n their tops, which are those of exponential scores, decide and not the whole rows);
 * late is what F3 from 4 L_0, 8 L_0, .. on differs from that beyond 1.96 standard errors of the difference
 * (of nested fits: its square is the difference of squares), at most. Where fewer than six n are as
 * large, nothing but the exact values can refute, and nothing is supported.
 *
 * The asymptotic law is reached slowly by some families. So the same fits (same n, weights and terms) are
 * made of what theory says at these n: exact collapse points where every n has one, else Lambda^typ. Only
 * what differs from that is contradicted; where theory itself, fitted so, misses its law, the n do not reach
 * it and nothing is decided.
 *
 * For laws that are powers of n: a + omega L + c log L + b/L. Heavy tails (Frechet class) and rows of unlike
 * scale are judged by the medians of rows, rows without randomness by their own roots.
 *
 * This room: points (collapse points as data with joint errors), contrast (sums of their deviations), judge
 * (the three questions' numbers), this file (which decides, and tells what would settle it), accumulation
 * (Lambda_n itself), prescribed (series along a prescription, of whose rare rows rare tells), sentence (in
 * words). */
#ifndef GAPSCALE_ANALYSIS_VERDICT_VERDICT_H
#define GAPSCALE_ANALYSIS_VERDICT_VERDICT_H

#include "analysis/fit/fit.h"
#include "analysis/verdict/accumulation.h"
#include "analysis/verdict/contrast.h"
#include "analysis/verdict/prescribed.h"
#include "analysis/verdict/verdict_kind.h"

enum {
    VERDICT_ASYMPTOTIC = 10, /* log n from where correction terms are trusted, at least */
    VERDICT_FEWEST = 6,      /* points that F3 takes */
    VERDICT_EXCLUDED = 3,    /* sigma that exclude a rival */
};

/* What a verdict rests on: the first thing that matters. */
enum verdict_ground {
    GROUND_PRESCRIBED, /* one beta at each n: what becomes of the entropy (prescribed.h) */
    GROUND_MEASURED,   /* rows are of no law, and their errors are between sequences (analysis/diagnosis) */
    GROUND_CRITERION,  /* marks no critical scale in this class */
    GROUND_NO_ERRORS,  /* too few replicates */
    GROUND_NO_POINTS,
    GROUND_CUT_OFF,   /* the beta grid ends at all of them, or before */
    GROUND_FEW_CARRY, /* few rows carry the mean at all of them */
    GROUND_NO_GROUPS, /* of replicates, for a joint covariance */
    GROUND_FEW,       /* points, for laws with corrections */
    GROUND_CLOSE,     /* n, for these */
    GROUND_EXACT,     /* values contradict */
    GROUND_SMALL,     /* n, for corrections to be trusted */
    GROUND_REACH,     /* the n do not reach the law: theory at these n misses it too */
    GROUND_EXPONENT,
    GROUND_SLOPE,
    GROUND_AMPLITUDE,
    GROUND_NO_THEORY,
    GROUND_RIVAL, /* not excluded */
    GROUND_NOTHING,
};

/* What theory at these n is: fixed by the data, never by how well it fits. */
enum verdict_theory { THEORY_NONE, THEORY_EXACT, THEORY_SCALE };
extern const char *const verdict_theory_name[]; /* "none", "exact", "lambda_typ" */

struct verdict_estimate {
    double value, low, high; /* 95%; NaN where it cannot be told */
    double predicted;        /* as n -> inf; NaN where theory has none */
    double finite;           /* what the same fit makes of theory at these n; NaN likewise */
    double noise; /* the statistical part of the interval's square, 0 to 1; the rest is systematic */
};

enum { VERDICT_LAWS = 6 };
extern const char *const verdict_law[VERDICT_LAWS]; /* "log_n^0", ... as in fit --json */

struct verdict_rival {
    double chi_square, weight; /* with the correction terms; Akaike weight (AICc) among the six */
    double excluded_sigma;     /* NaN where it cannot be told */
};

/* The exponent from windows of growing smallest n, each beginning at twice the log n of the one before. */
enum { VERDICT_WINDOWS = 12 };
struct verdict_window {
    double log_n; /* the smallest */
    size_t count;
    double value, se; /* statistical */
};

/* What would decide an undecided verdict: so many replicates (kept ones where medians are judged) at every n
 * where noise is most of the interval that leaves it open (half widths fall as their root), or n up to so
 * much, the smallest raised alike, where the systematic part is (neglected corrections fall as 1/L). NaN: not
 * that. */
struct verdict_settle {
    double replicates, log_n;
};

struct verdict {
    enum verdict_kind kind;
    enum verdict_ground ground;
    enum verdict_ground missed;     /* GROUND_REACH: exponent, slope or amplitude */
    size_t point_count, trusted;    /* n with a collapse point; those of them from `trusted_from` on */
    double trusted_from;            /* L_0 or less; NaN: nothing was judged */
    size_t cut_off;                 /* n left out, since the beta grid ends at the collapse point or before */
    size_t few_carry;               /* n left out, since few rows carry the mean where it crosses */
    double first_log_n, last_log_n; /* between which the exponent was fitted */
    double exact_chi_square, exact_p;         /* (a); NaN where there are no exact values */
    struct contrast exact_shift, exact_trend; /* what log beta_c is off them at all n alike, and its slope in
                                                 log log n; NaN likewise, and of one n, or two */
    double exact_joint_p;                     /* of all three together: what the verdict rests on */
    size_t exact_count,
        exact_freedom; /* n; their deviations that noise makes: fewer where these share rows */
    struct verdict_estimate exponent, slope, amplitude; /* (c), (b), (b) */
    enum verdict_theory theory;
    double local_exponent; /* of that theory between the two largest n; NaN where there is none */
    size_t window_count;
    struct verdict_window window[VERDICT_WINDOWS];
    struct verdict_rival rival[VERDICT_LAWS];
    size_t closest; /* the rival that is excluded least; VERDICT_LAWS: none */
    struct verdict_settle settle;
    struct accumulation_fit accumulation;
    struct prescribed prescribed; /* GROUND_PRESCRIBED */
    struct accumulation_reach reach;
};

/* exact_shift or exact_trend, where that is what chi square is made of, or less likely; else NULL. */
const struct contrast *verdict_contrast(const struct verdict *verdict);

/* Nothing to free. */
void verdict_make(struct verdict *verdict, const struct fit *fit);

#endif
