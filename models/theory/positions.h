/* positions: keys whose scores fall with their distance i from the query (family_position; THEORY 5), x_i -
 * b(i) with x_i of an iid family, V its tail, and b(i) = linear * i + log * log(1 + i).
 *
 * The number of scores above s is in the mean
 *
 *     G(s) = sum_{i<n} V(s + b(i)),
 *
 * which takes the place of n V(s): s* is where G = 1, and Lambda^typ = sup_{s < s*} log G(s)/(s* - s). Sums
 * over i go key by key at first, then by Gauss's rule of so many equidistant points (gram.h) on stretches on
 * which the summand hardly changes: any n for linear penalties, whose sums end by themselves, and log n up
 * to POSITIONS_FARTHEST where they do not; with log penalties alone those of far keys are integrals over log
 * i. Pure functions, any thread. */
#ifndef GAPSCALE_MODELS_THEORY_POSITIONS_H
#define GAPSCALE_MODELS_THEORY_POSITIONS_H

#include "models/theory/typical.h"

#define POSITIONS_FARTHEST 1e3

bool positions_are_absent(struct family_position position);

/* ---- sums over keys ---- */

/* Hears of e^log_weight keys of that penalty. */
typedef void positions_key(void *context, double penalty, double log_weight);

enum positions_way { POSITIONS_SKIP, POSITIONS_FEW, POSITIONS_HALVE };
struct positions_sum {
    void *context;
    /* Of the keys between these penalties, e^log_count of them: whether the summand matters, and may be told
     * from few of them. */
    enum positions_way (*way)(void *context, double first, double last, double log_count);
    /* Whether nothing matters from the key on that is e^log_distance away; asked once an octave. */
    bool (*has_ended)(void *context, double log_distance, double penalty);
    positions_key *add;
};

/* The keys from number `first` on, `first` a whole number below 2^53. False where they reach too far. */
bool positions_visit(struct family_position position, double log_n, double first,
                     const struct positions_sum *sum);

/* ---- rows ---- */

/* log of the mean number of scores above s of the keys from number `first` on; -inf for none, NaN where they
 * reach too far. */
double positions_log_count(const struct family *family, const double *p, double log_n, double first,
                           double score);

/* log of -dG/ds, but for keys that are certain to be above s; -inf and NaN likewise. */
double positions_log_density(const struct family *family, const double *p, double log_n, double score);

/* Keys that stand for all: sums over them of log(1 - V(s + b)), log of the probability that no score is
 * above s, are told for the two scores and all between. False where they reach too far. */
bool positions_keys(const struct family *family, const double *p, double log_n, const double score[2],
                    positions_key *key, void *context);

/* s*: the largest s with G(s) >= 1, to rounding: among keys that hardly meet (16 standard deviations apart,
 * say), where G is 1 to rounding on an interval, one of its scores, mostly near its upper end. NaN as above,
 * and above all doubles. */
double positions_typical_score(const struct family *family, const double *p, double log_n);

/* q of V ~ x^q behind the highest score, as keys at e^-60 and e^-61 show it, of families with an upper
 * endpoint. */
double positions_power(const struct family *family, const double *p);

/* The keys that compete at the top. */
struct positions_reach {
    double typical_score; /* s* */
    double log_effective; /* log 1/V(s*): so many keys without penalty have the same s* */
    double log_window;    /* log of the number of nearest keys that all but 1/100 of G(s*) come from */
};
struct positions_reach positions_reach(const struct family *family, const double *p, double log_n);

/* The nearest keys without which a row's weights at beta >= least_beta (absolute) miss e^POSITIONS_MISSED at
 * most in the mean, of weights e^{beta (s - s*)} cut at 1: n of them or fewer, a power of 2 or 3/2 of one;
 * as a logarithm. NaN where there is no linear penalty, or they reach too far. */
#define POSITIONS_MISSED (-30.0)
double positions_log_window(const struct family *family, const double *p, double log_n, double least_beta);

#endif
