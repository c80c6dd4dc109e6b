/* mixture: means over rows that differ by a factor r of their scores (family->row_scale; THEORY 5,
 * `dotproduct`): one more integral, over that factor, of what the law's own rows have at beta r.
 *
 * With the density q of log r, int f(beta e^t) q(t) dt/int q dt by Gauss-Legendre rules on pieces over which
 * q changes by a factor of e^5 or so, and which end where those of the polynomials do that all betas have in
 * the place of f (between.h). Errors are the law's own, of which the integral has what its points count for;
 * how far the polynomials' last points were from what was foretold; and 1e-13 of the range of a mean.
 *
 * Where E Y_2 is small, and errors are asked for, it has an integral of its own over all r, in logarithms
 * (faint.h): rows that are far rarer than what the others leave out may carry it. */
#ifndef GAPSCALE_MODELS_ORACLE_MIXTURE_H
#define GAPSCALE_MODELS_ORACLE_MIXTURE_H

#include "models/oracle/knots.h"

/* Given all else of the oracle. False when out of memory. To be closed in either case. */
bool mixture_open(struct oracle *oracle);
void mixture_close(struct oracle *oracle);

/* The same as oracle_ask. There is no output. Keeps what the law has answered: not for two threads at once.
 */
bool mixture_ask(const struct oracle *oracle, double beta, struct oracle_question question,
                 struct oracle_answer *answer);

#endif
