/* ladder: sums over keys at positions where one key's functions (lone.h) become ever smoother with depth, as
 * those of heavy tails do: on grids whose steps double from rung to rung.
 *
 * A rung has the stretch of depths from D to that of the next. S(d) = sum_j f(d + b_j) there is
 *
 *     sum over b_j < D of f(d + b_j) + T(d),    T(d) = sum over b_j >= D of f(d + b_j),
 *
 * and in all of this f is asked for at depths of D and more alone, where the rung's step does. T is needed
 * from depth 0 on, for the rungs before: it is a sum over b_j < D', the next rung's, on this rung's step, and
 * the next rung's T, between whose points polynomials go. All is of a hundred points or two a rung, however
 * deep they reach: an octave each. */
#ifndef GAPSCALE_MODELS_ORACLE_LADDER_H
#define GAPSCALE_MODELS_ORACLE_LADDER_H

#include "models/oracle/comb.h"
#include "models/oracle/lone.h"

/* Sums of the functions of lone.h, and what comb_miss says of log phi, and of A and B. */
enum { LADDER_MISS_LOG = LONE_FUNCTIONS, LADDER_MISS, LADDER_SUMS };

/* Adds what is missed near each of so many points. */
void ladder_miss(size_t count, const struct vector *vector, double *const row[LADDER_SUMS]);

enum { LADDER_MOST = 32 };
struct ladder_rung {
    double step;
    long begin, end; /* of its stretch, in steps */
};
struct ladder {
    size_t count; /* of rungs */
    struct ladder_rung rung[LADDER_MOST];
};

/* Rungs from depth COMB_FIRST steps on. False where that is no gain: there is one alone, or one is long. */
bool ladder_set(struct ladder *ladder, const struct lone *lone, double step);

/* Hears of every point: an integral over depths is the sum of `weight` times its integrand, and of `half`
 * times that when every second point does. */
struct ladder_point {
    double depth, weight, half, sum[LADDER_SUMS];
};
typedef void ladder_add(void *context, const struct ladder_point *point);

/* Not made: where keys reach too far, or out of memory. */
enum comb_state ladder_climb(const struct ladder *ladder, const struct lone *lone, ladder_add *add,
                             void *context);

#endif
