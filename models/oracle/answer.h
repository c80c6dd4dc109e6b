/* answer: from the integrals at one beta to means and the errors that they are given. Every error is an
 * estimate: of the quadratures as panels.h has them, of rounding, and allowances that are said to be choices
 * where they stand. */
#ifndef GAPSCALE_MODELS_ORACLE_ANSWER_H
#define GAPSCALE_MODELS_ORACLE_ANSWER_H

#include <math.h>

#include "models/oracle/outer.h"
#include "models/theory/sphere.h"

/* What is not known, or no double holds, is NaN with an infinite error. */
static inline void answer_only_if(bool is_known, double *value, double *error) {
    if (!(is_known && isfinite(*value + *error))) {
        *value = NAN;
        *error = INFINITY;
    }
}

/* Nothing is known of any of it. */
void answer_unknown(struct oracle_answer *answer);

/* After outer_integrate: the means, which come always; the output and the weights that were asked for. */
void answer_point(const struct outer *outer, struct oracle_point *point);
void answer_output(const struct outer *outer, struct oracle_output *output);
void answer_ranks(const struct outer *outer, double *weight, double *error);

/* Means over so many keys on a sphere that they are those of the central limit with its 1/n terms, or at a
 * beta (absolute) so small that scores hardly differ and these are all there is: then true, with the limit
 * and a relative error of its 1/n terms. */
bool answer_is_central(const struct oracle *oracle, double beta, struct sphere_subcritical *limit,
                       double *error);
void answer_central_output(const struct oracle *oracle, double beta, const struct sphere_subcritical *limit,
                           double error, struct oracle_output *output);

#endif
