/* pairs: E Y_2, the chance that two keys picked by their weights are one, where it is small.
 *
 * The pass over x leaves out rows that are rarer than e^-36, and scores with n V below e^-40; far below the
 * critical beta such rows carry the mean of Y_2 (THEORY 5, `dotproduct`). Here every score counts, in
 * logarithms:
 *
 *     E Y_2 = int e^y R(b(y)) dy,     R(b) = int a^2 e^{-a} phi^{n-1} dx,   a = e^{x - b}
 *
 * R(b) is the mean square of the weight that one score at b has among n - 1 others: 1 far above them all,
 * e^{-2b} times a constant far below. */
#ifndef GAPSCALE_MODELS_ORACLE_PAIRS_H
#define GAPSCALE_MODELS_ORACLE_PAIRS_H

#include "models/oracle/field.h"

/* Whether so small a mean is computed again here; the lowest y that is then looked at, roughly, 0 where no
 * mean is so small. */
bool pairs_are_asked_for(double mean);
double pairs_lowest(double log_n);

/* log E Y_2, after field_finish, and where an output is asked of the field means over the keys that make it,
 * of T(2-T) and of (T - depth)^2: NaN where at V = 1/n T(2-T) is less than a double holds, the second where
 * the depth is not known. Errors are estimates as those of oracle.h are, of the means relative. */
struct pairs_answer {
    double log_mean, error;
    double chord, chord_error;
    double apart, apart_error;
};

/* False where it is out of reach: a field with holes or whose far scores are, or less than e^-4000, which
 * takes milliseconds. */
bool pairs_mean(const struct field *field, double depth, struct pairs_answer *answer);

#endif
