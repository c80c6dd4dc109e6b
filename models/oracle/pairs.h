/* pairs: E Y_2, the chance that two keys picked by their weights are one, where it is small.
 *
 * The pass over x leaves out rows that are rarer than e^-36, and scores with n V below e^-40; far below the
 * critical beta such rows carry the mean of Y_2 (THEORY, Mean and typical participation). Here every score
 * counts, in logarithms:
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

/* log E Y_2, after field_finish. *error is an estimate as those of oracle.h are. Where an output is asked of
 * the field, *chord is the mean of T(2-T) over the keys that make it, relatively to the same error, but
 * where at V = 1/n that is less than a double holds. False, and nothing written, where it is out of reach: a
 * field with holes or whose far scores are, or less than e^-4000, which takes milliseconds. */
bool pairs_mean(const struct field *field, double *value, double *error, double *chord);

#endif
