/* mixture: means over rows that differ by a factor of their scores (family->row_scale): one more integral,
 * over that factor r, of what the law's own rows have at beta r.
 *
 * With r the quantile at Phi(z), int f(r(z)) phi(z) dz by the trapezoid rule, whose error is
 * squared, roughly, by halving the step: it is taken for the square of what the last halving changed. */
#ifndef GAPSCALE_MODELS_ORACLE_MIXTURE_H
#define GAPSCALE_MODELS_ORACLE_MIXTURE_H

#include "models/oracle/knots.h"

/* The same as oracle_ask. There is no output. */
bool mixture_ask(const struct oracle *oracle, double beta, struct oracle_question question,
                 struct oracle_answer *answer);

#endif
