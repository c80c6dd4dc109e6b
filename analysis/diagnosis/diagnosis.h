/* diagnosis: what kind of rows measured scores are, where the model as trained stands among them, and how
 * beta should grow with context length (THEORY 8).
 *
 * This room: survey (the first reading: Lambda_n, sinks), nearness (where the weight lies), tally (the
 * second: the measures of every row as a results file has them), index (spacings, and what they say), repeat
 * (sequences read twice), trend (growth between sequences), pooled (what heads have in common), growth (which
 * prescriptions it excludes), and this file, which puts them together for every head and pooled over a layer
 * and over all heads; story (in words) and told (under names) say it. Intervals are 95% and between
 * sequences; a single sequence says nothing of others, and its verdict is `undecided`. */
#ifndef GAPSCALE_ANALYSIS_DIAGNOSIS_DIAGNOSIS_H
#define GAPSCALE_ANALYSIS_DIAGNOSIS_DIAGNOSIS_H

#include "analysis/diagnosis/survey.h"
#include "analysis/diagnosis/trend.h"
#include "models/theory/prescription.h"
#include "sim/measures/measure.h"

enum { DIAGNOSIS_NAME = 48, DIAGNOSIS_SENTENCE = 2048, DIAGNOSIS_MULTIPLIERS = 4 };
extern const double diagnosis_multiplier[DIAGNOSIS_MULTIPLIERS]; /* 2, 4, 8, 32 times the trained length */

/* One context length. Medians are over rows, intervals between sequences. */
struct diagnosis_point {
    double n;
    size_t rows, sequences;
    double rows_each; /* of a sequence and head that has some */
    size_t tied;      /* sequences, of every head, that are left out: half of their rows or more tie */
    bool apart;       /* of a pooled group: no head links this length to those of its growth (pooled.h) */
    struct trend_interval lambda; /* exp of the mean over sequences of the median of log Lambda_n */
    double median, lower, upper;  /* Lambda_n of all rows: median and quartiles; inf for ties */
    double rank, gap, alpha; /* medians: of k and t where Lambda_n is attained, and of log k over log n */
    double entropy, participation, top_weight; /* medians at beta = 1 */
    double collapse;                           /* median of the beta where H = 1 */
    double top_key_mass;                       /* mean largest weight at beta = 1 */
    double tie_fraction;                       /* rows whose largest scores tie */
    double rounding;                           /* median of how far rounding may move log Lambda_n */
    double near, mass[SURVEY_WINDOWS];         /* medians over sequences (survey.h) */
    size_t spacings;                           /* K of the index: 0 where rows are too short for one */
    struct trend_interval index; /* extreme-value index from spacings, sinks left out; an end beyond
                                    SPACING_END is infinite */
    double index_se;             /* its standard error; NaN beside such an end */
    double gaussian;             /* what independent Gaussian rows of this n read */
    double lambda_without_sinks; /* median Lambda_n, sinks left out; NaN: the heads have none */
};

/* A prescription against the trend. */
struct diagnosis_law {
    double exponent;             /* of log m in x over these lengths */
    double drift;                /* max(m/Lambda)/min(m/Lambda) as measured: 1 is perfect, biased upwards */
    struct trend_interval trend; /* the same of the fitted trend, its bias taken off; the interval covers */
    bool excluded;               /* the trend differs at 5% */
};

enum diagnosis_locality { DIAGNOSIS_UNKNOWN, DIAGNOSIS_LOCAL, DIAGNOSIS_MIXED, DIAGNOSIS_GLOBAL };

/* The place where Lambda_n is attained moves with context length (THEORY 1): with N_n(t*) = n^alpha*, alpha*
 * ~ (log n)^xi_alpha, t* ~ (log n)^xi_Delta and Lambda_n ~ (log n)^xi_Lambda,
 *
 *     xi_Lambda = xi_alpha - xi_Delta + 1.
 *
 * Slopes of means over rows of the logarithms of alpha*, t* and Lambda_n, rows that tie left out, so that the
 * identity holds of them; Lambda_n's own exponent is that of medians. */
enum { DIAGNOSIS_XI_ALPHA, DIAGNOSIS_XI_DELTA, DIAGNOSIS_XI_LAMBDA, DIAGNOSIS_XIS };
extern const char *const diagnosis_xi_name[DIAGNOSIS_XIS]; /* "xi_alpha", "xi_delta", "xi_lambda" */

/* Over some of the lengths. */
struct diagnosis_growth {
    size_t first, last; /* lengths first .. last - 1 */
    size_t sequences;   /* that have y at one of them or more */
    bool known;         /* two lengths or more at which fewer than half of the rows tie */
    bool decided;       /* more than one sequence, too */
    struct trend_interval exponent, log_amplitude; /* Lambda = A (log n)^b */
    double exponent_se;
    double few_rows; /* what medians of few rows add to the exponent, were rows independent; NaN */
    struct trend_interval xi[DIAGNOSIS_XIS];
    double lack_of_fit; /* p of a single power of log n; NaN */
    struct diagnosis_law law[PRESCRIPTIONS];
    int best;                                                /* the one law left, or -1 */
    int closest;                                             /* in exponent */
    struct trend_interval multiplier[DIAGNOSIS_MULTIPLIERS]; /* if it goes on from `base`; NaN: the longest
                                                                length has no rows */
};

enum { DIAGNOSIS_GROWTHS = 4 };

/* Head, layer or all. */
struct diagnosis_group {
    char name[DIAGNOSIS_NAME];     /* "L0H3", "L0", "all" */
    bool pooled, whole;            /* over heads; over all of them */
    size_t layer, head;            /* of a head; of a layer */
    size_t head_first, head_last;  /* indices of its heads: first .. last - 1 */
    struct diagnosis_point *point; /* (length) */
    double *y, *x, *weight;        /* trend data: (sequence, length), (length), (length) */
    double *level; /* (sequence, length): log Lambda_n of the heads that a length has; y of a head */
    /* Of a head, as many as have a weight: keys that are sinks at its longest trained length, or at two
     * lengths; of the few rows of a single shorter one some key has .1 of the weight by chance. Where they
     * are left out they are at every length, so that lengths compare. */
    struct survey_sink sink[SURVEY_SINKS];
    /* Over the trained lengths; from the longest of them on; and both with those keys left out of the rows,
     * which is not known where there are none. */
    union {
        struct diagnosis_growth growth[DIAGNOSIS_GROWTHS];
        struct {
            struct diagnosis_growth trained, beyond, without_sinks, beyond_without_sinks;
        };
    };
    enum diagnosis_locality locality; /* at the longest trained length */
};

/* What the second reading finds of a row. */
struct diagnosis_row {
    double entropy, participation, top_weight; /* at beta = 1 */
    double collapse; /* beta where the entropy falls to 1 nat; inf: ties keep it up */
};

struct diagnosis {
    const struct survey *survey;
    struct diagnosis_row *row; /* (row of the survey); NULL: before the second reading */
    double trained;            /* context length; NaN: not known, all lengths count as trained */
    double base;               /* that multipliers start from: the trained length, or the longest there is */
    size_t group_count;
    struct diagnosis_group *group; /* heads, then layers, then all */
};

/* The survey must outlive it. Memory that runs out ends the program (memory.h). */
void diagnosis_make(const struct survey *survey, struct diagnosis *diagnosis);
void diagnosis_release(struct diagnosis *diagnosis);

/* Index of the longest trained length that a group's growth has; the first where there is no growth. */
size_t diagnosis_longest(const struct diagnosis_group *group);

/* Takes over what the second reading found of all rows, and fills in medians and means of it. */
void diagnosis_take_rows(struct diagnosis *diagnosis, struct diagnosis_row *row);

/* Fills in all that is without sinks. `without` is Lambda_n, and where it is attained, of each row of the
 * survey without the sinks of its head; lambda NaN: there are none. */
void diagnosis_leave_out_sinks(struct diagnosis *diagnosis, const struct accumulation *without);

#endif
