/* sink: the mean weight of one more key, of a given score, under softmax (THEORY 10).
 *
 * With A = exp(beta (S - s*)), u = e^x, and phi as in oracle.h,
 *
 *     E[A/(A + Z)] = int A u e^{-A u} phi^n dx.
 */
#ifndef GAPSCALE_MODELS_ORACLE_SINK_H
#define GAPSCALE_MODELS_ORACLE_SINK_H

#include "models/oracle/oracle.h"

/* `score` S is measured from the family's origin; beta = beta_ratio Lambda^typ > 0. *error is an estimate, as
 * in oracle.h; NaN with an infinite error where rows differ in scale or keys in position, where beta (S - s*)
 * is no number, and where scores of too many different y count. False when out of memory. */
bool sink_mean(const struct oracle *oracle, double beta_ratio, double score, double *value, double *error);

#endif
